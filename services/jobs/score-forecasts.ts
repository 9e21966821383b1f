import { driftOfSeries, saveDrifts } from '#services/evaluation/forecast-drift.ts'
import { coversWeek, issuesOf, weeksOver, type SkillWeek } from '#services/evaluation/forecast-skill.ts'
import type { PastForecast } from '#services/evaluation/port.ts'
import { saveSkillWeeks, scoredWeeks } from '#services/evaluation/skill-store.ts'
import { inTransaction } from '#services/sqlite/one-writer-file.ts'
import type { WorkerParts } from './workers.ts'

type ScoreParts = Pick<WorkerParts, 'patientPool' | 'runs' | 'timeZone' | 'log'>

/**
 * Scores the weeks of one series that are over and not scored yet: what its newest fit would have said, and what was
 * issued. A week is scored once, so what comes of this each night is one week each Tuesday, and at the first fit those before it.
 */
export async function scoreSeries({ patientPool, runs, timeZone, log }: ScoreParts, series: string, past: readonly PastForecast[], now: number, keep: () => Promise<void>): Promise<void> {
  const over = weeksOver(now, timeZone)
  const unscored = (kind: SkillWeek['kind']) => {
    const scored = scoredWeeks(runs.database, series, kind)
    return over.filter((week) => !scored.has(week))
  }
  const score = async (task: { backtestWeeks: number[]; issuedWeeks: number[] }, from: number, to: number) => {
    const issued = task.issuedWeeks.length === 0 ? [] : (await runs.forecasts(series, from, to)).map(({ contributions: _, ...one }) => one)
    if (task.backtestWeeks.length === 0 && issued.length === 0) return
    const weeks = await patientPool.run('forecast-skill', { ...task, series, now, past, issued })
    await keep()
    inTransaction(runs.database, () => saveSkillWeeks(runs.database, weeks))
  }
  try {
    const backtestWeeks = unscored('backtest').filter((week) => past.some((one) => coversWeek(one, week)))
    await score({ backtestWeeks, issuedWeeks: [] }, 0, 0)
    // A week at a time: its issues are a few megabytes.
    for (const week of unscored('issued')) {
      const { from, to } = issuesOf(week, timeZone)
      await score({ backtestWeeks: [], issuedWeeks: [week] }, from, to)
    }
  } catch (error) {
    // A score that is missing can be made the next night; the forecasts go on.
    if ((error as { code?: string }).code === 'PF_JOB_FENCED') throw error
    log.warn({ series, error: error instanceof Error ? error.message : String(error) }, 'the forecasts of a series could not be scored')
  }
}

/** After the fits of a night: where the forecasts have become worse is kept as a finding, and where they no longer are it ends. */
export function judgeDrifts({ runs, timeZone, dayAheadSeries, pointsOf }: Pick<WorkerParts, 'runs' | 'timeZone' | 'dayAheadSeries' | 'pointsOf'>, now: number): number {
  const found = dayAheadSeries.flatMap((series) => driftOfSeries(runs.database, series) ?? [])
  inTransaction(runs.database, () => saveDrifts(runs.database, found, dayAheadSeries, { now, timeZone, pointsOf }))
  return found.length
}
