import { afterEach, beforeEach, expect, test } from 'vitest'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { localDateIndex } from '#models/units/local-time.ts'
import { saveDayErrors } from '#services/evaluation/forecast-drift.ts'
import { type SkillTask, type SkillWeek } from '#services/evaluation/forecast-skill.ts'
import type { IssuedForecast, PastForecast } from '#services/evaluation/port.ts'
import { openRunStore, type RunFileStore } from '#services/evaluation/run-store.ts'
import { skillOfFile } from '#services/evaluation/skill-store.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { judgeDrifts, scoreSeries } from './score-forecasts.ts'
import type { WorkerParts } from './workers.ts'

const HOUR = 3_600_000
const DAY = 86_400_000
const timeZone = 'Europe/Paris'
/** A Tuesday. */
const NOW = Date.parse('2026-05-19T00:01:00+02:00')
const MONDAY = localDateIndex(NOW, timeZone) - 8
let runs: RunFileStore
let asked: SkillTask[]
let answer: (task: SkillTask) => Promise<SkillWeek[]>
beforeEach(() => {
  runs = openRunStore(':memory:')
  asked = []
  answer = async ({ series, backtestWeeks, issuedWeeks }) => [...backtestWeeks.map((week) => ['backtest', week] as const), ...issuedWeeks.map((week) => ['issued', week] as const)].map(([kind, week]) => ({
    series, kind, week, daysAhead: [0], scoredAt: NOW, method: 'blend', weather: 'none', levels: [], hours: [],
    figures: { values: 1, mae: 1, rmse: 1, naiveMae: 1, meanSize: 1, peakDays: 1, peakErrorPct: 1, banded: 1, pinball: 1, cover90Pct: 1, cover50Pct: 1, below: [] },
  }))
})
afterEach(() => runs.close())

const past = (lastDate: number, days: number): PastForecast => {
  const cells = new Float64Array(days).fill(1)
  return { series: 'a', issuedAt: NOW, method: 'blend', daysAhead: [0], firstDate: lastDate - days + 1, perDay: 1, valuesKw: cells, quantilesKw: [], spreadKw: cells, measuredKw: cells.map(() => 2) }
}
const parts = () => ({
  runs, timeZone, log: silentLogger, dayAheadSeries: ['a'], pointsOf: () => [],
  patientPool: { run: (_: string, task: SkillTask) => { asked.push(task); return answer(task) }, stop: async () => {} },
}) as unknown as WorkerParts
const score = (now: number) => scoreSeries(parts(), 'a', [past(localDateIndex(now, timeZone) - 1, 28)], now, async () => {})
const kept = () => skillOfFile(runs.database).weeks(0, 'a').map(({ kind, week }) => [kind, week - MONDAY])
const issued = (issuedAt: number): IssuedForecast => ({ series: 'a', issuedAt, from: issuedAt, stepS: 600, forecaster: 'x', method: 'blend', reason: undefined, valuesKw: new Float64Array(288), quantilesKw: [], contributions: { calendar: new Float64Array(288), weather: new Float64Array(288), recent: new Float64Array(288) } })

test('at the first fit the weeks of its past are scored, later one a week, and each once', async () => {
  await score(NOW)
  // 28 days up to Monday: three whole weeks.
  expect(kept()).toEqual([['backtest', -14], ['backtest', -7], ['backtest', 0]])
  await score(NOW + DAY)
  expect(asked).toHaveLength(1)
  await score(NOW + 7 * DAY)
  expect(kept().at(-1)).toEqual(['backtest', 7])
  expect(asked.map(({ backtestWeeks }) => backtestWeeks.length)).toEqual([3, 1])
})

test('what was issued is scored a week at a time, with the issues that reach into it', async () => {
  // Two days before the week, in it, and after it.
  const start = Date.parse('2026-05-11T00:00:00+02:00')
  await runs.saveForecasts([issued(start - 49 * HOUR), issued(start - 47 * HOUR), issued(start + 100 * HOUR), issued(start + 168 * HOUR)])
  await score(NOW)
  const tasks = asked.filter(({ issuedWeeks }) => issuedWeeks.length > 0)
  expect(tasks.map(({ issuedWeeks, issued: all }) => [issuedWeeks[0]! - MONDAY, all.map((one) => (one.issuedAt - start) / HOUR)])).toEqual([[-7, [-49, -47]], [0, [-47, 100]]])
  expect(tasks[0]!.issued[0]).not.toHaveProperty('contributions')
  expect(kept()).toContainEqual(['issued', 0])
})

test('a score that fails stops nothing and is made the next night; a worker that has lost its job writes nothing', async () => {
  const working = answer
  answer = () => Promise.reject(new Error('no reader'))
  await score(NOW)
  expect(kept()).toEqual([])
  answer = working
  const fenced = () => Promise.reject(new PenfeldError('PF_JOB_FENCED', 'another worker has taken over.'))
  await expect(scoreSeries(parts(), 'a', [past(MONDAY + 7, 28)], NOW, fenced)).rejects.toThrow('PF_JOB_FENCED')
  expect(kept()).toEqual([])
  await score(NOW)
  expect(kept()).toHaveLength(3)
})

test('after the fits of a night the drifts are judged on the errors that are kept', () => {
  const one = past(MONDAY + 7, 56)
  // Off by 1 or 1.2 in turn, and by ten times as much over the last nine days.
  const grown = { ...one, valuesKw: one.valuesKw.map((_, day) => 2 + (day % 2 === 0 ? 1 : 1.2) * (day >= 47 ? 10 : 1)) }
  saveDayErrors(runs.database, [grown])
  expect(judgeDrifts(parts(), NOW)).toBe(1)
  expect(skillOfFile(runs.database).drifts(0)).toMatchObject([{ series: 'a', nextStep: 'habits-changed', goneAt: null }])
  saveDayErrors(runs.database, [one])
  expect(judgeDrifts(parts(), NOW + DAY)).toBe(0)
  expect(skillOfFile(runs.database).drifts(0)).toMatchObject([{ goneAt: NOW + DAY }])
})
