import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { localDayStart, nextLocalDayStart } from '#models/units/local-time.ts'
import type { Pool } from '#services/compute/pool.ts'
import { lastReliability, latestForecastIssue, saveReliability, savingCongestion } from '#services/evaluation/congestion-store.ts'
import { saveBalance, saveFirmImport } from '#services/evaluation/findings.ts'
import { DAY_AHEAD_SERVES_MS } from '#services/evaluation/forecast.ts'
import { failedDays } from '#services/evaluation/forecast-days.ts'
import { saveDayErrors } from '#services/evaluation/forecast-drift.ts'
import { saveMeterFindings } from '#services/evaluation/meter-findings.ts'
import { appendNamed } from '#services/evaluation/named-columns.ts'
import { fitRecord, saveNewestDay } from '#services/evaluation/newest-fit.ts'
import type { RunFileStore } from '#services/evaluation/run-store.ts'
import { EVALUATION_STEP_S } from '#services/evaluation/plan.ts'
import { saveWinterPeaks } from '#services/evaluation/winter-peaks.ts'
import type { WorkTasks } from '#services/evaluation/work-tasks.ts'
import { publishLive, type LiveSources } from '#services/publication/live-release.ts'
import type { ReleaseStore } from '#services/publication/release-store.ts'
import type { Clock } from '#services/clock/port.ts'
import { inTransaction } from '#services/sqlite/one-writer-file.ts'
import type { TimeSeriesReader, TimeSeriesStore } from '#services/store/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { energyWorker } from './energy-worker.ts'
import type { Worker, Workers } from './lanes.ts'
import type { Job, JobQueue } from './port.ts'
import { judgeDrifts, scoreSeries } from './score-forecasts.ts'

const STEP_MS = EVALUATION_STEP_S * 1000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** A day of steps in one pass: bounds memory, and a backlog of a day is one load flow. */
const MOST_STEPS = 144
const MOST_POINT_DAYS = 400
const MOST_DAYS = 100
/** While days are forecast, which takes minutes, what there is so far is issued as often. */
const ISSUE_EVERY_MS = 600_000
const BALANCE_DAYS = 28
/** A budget for each slice of packing the derived store, so that other work goes on between. */
const MAINTAIN_MS = 50

export interface WorkerParts {
  readonly queue: JobQueue
  readonly pool: Pool<WorkTasks>
  /** Of threads that give way: for work of minutes that nobody waits for. */
  readonly patientPool: Pool<WorkTasks>
  readonly dayAheadSeries: readonly string[]
  /** Measurement points of a series that is forecast. */
  readonly pointsOf: (series: string) => readonly string[]
  readonly measured: TimeSeriesReader
  readonly derived: TimeSeriesStore
  /** What a person had erased is not written again by a task that had read it before. */
  readonly isErased?: (series: string, at: number) => boolean
  readonly runs: RunFileStore
  readonly releases: ReleaseStore
  readonly live: LiveSources
  readonly timeZone: string
  readonly districtVersion: string
  /** Where the district has flexibility contracts. */
  readonly activate?: Worker | undefined
  readonly clock: Clock
  readonly log: Logger
}

/** What does each kind of work: the threads compute, here the results are kept. */
export function createWorkers(parts: WorkerParts): Workers {
  const { pool, measured, derived, runs, releases, clock, log } = parts
  /** What has been forecast of the days is issued without waiting for the hour to end: a job of its own, whatever the hour has asked for. */
  const issueNow = async () => {
    await parts.queue.ask({ kind: 'forecast', scope: 'after-days', period: clock.now(), inputRevision: await measured.headSeq() })
  }
  return {
    evaluate: {
      mostAtOnce: MOST_STEPS,
      async run(jobs, { keep, commit, progress }) {
        for (const { from, to } of consecutive(jobs, STEP_MS)) {
          const inputSeq = await measured.headSeq()
          const { head, states, virtual } = await pool.run('evaluate', { from, to, issuedAt: clock.now(), inputSeq }, progress)
          const save = runs.saving(head, states)
          await keep()
          // First what may be written twice, then what says that all is done.
          await appendNamed(derived, virtual, 'evaluate', clock.now())
          commit(jobs.filter(({ period }) => period >= from && period < to), save)
        }
      },
    },
    'evaluate-ahead': {
      mostAtOnce: 1,
      async run(jobs, { keep, commit, progress }) {
        const total = await runs.latestForecast('district')
        const forecasts = total === undefined ? [] : await runs.forecastsIssuedAt(total.issuedAt)
        if (forecasts.length === 0) return
        const { head, states } = await pool.run('evaluate-ahead', { forecasts, issuedAt: clock.now(), inputSeq: await measured.headSeq() }, progress)
        const save = runs.saving(head, states)
        await keep()
        commit(jobs, save)
      },
      async followUp([job]) {
        await parts.queue.ask({ kind: 'congest', scope: 'network', period: job!.period, inputRevision: job!.inputRevision })
      },
    },
    congest: {
      // Of issues that wait only the newest is of use.
      mostAtOnce: MOST_DAYS,
      async run(jobs, { keep, commit, progress }) {
        const issuedAt = latestForecastIssue(runs.database)
        const issue = issuedAt === undefined ? undefined : await parts.patientPool.run('congest', { issuedAt }, progress)
        if (issue === undefined) return
        const save = savingCongestion(runs.database, issue)
        await keep()
        commit(jobs, save)
        if (issue.unsettledShare > 0 || issue.pastIssues === 0) log.info({ issuedAt, unsettledShare: issue.unsettledShare, pastIssues: issue.pastIssues }, 'congestion is forecast, with less than all that it should stand on')
        const told = lastReliability(runs.database)
        if (told !== undefined && !told.isEmpty && clock.now() - told.at < DAY_MS) return
        const reports = await parts.patientPool.run('congestion-reliability', { at: clock.now() })
        await keep()
        inTransaction(runs.database, () => saveReliability(runs.database, clock.now(), reports))
      },
      async followUp([job]) {
        if (parts.activate !== undefined) await parts.queue.ask({ kind: 'activate', scope: 'propose', period: job!.period, inputRevision: job!.inputRevision })
      },
    },
    ...(parts.activate === undefined ? {} : { activate: parts.activate }),
    forecast: {
      mostAtOnce: 1,
      async run(jobs, { keep, commit, progress }) {
        const issuedAt = clock.now()
        const dayAhead = await runs.dayAheadForecasts(issuedAt - DAY_AHEAD_SERVES_MS, issuedAt)
        const forecasts = await pool.run('forecast', { issuedAt, dayAhead }, progress)
        await keep()
        commit(jobs, runs.savingForecasts(forecasts))
      },
      async followUp([job]) {
        await parts.queue.ask({ kind: 'evaluate-ahead', scope: 'network', period: job!.period, inputRevision: job!.inputRevision })
      },
    },
    'forecast-days': {
      // Of days that wait only the newest is of use.
      mostAtOnce: MOST_DAYS,
      async run(_jobs, { keep, progress }) {
        const issuedAt = clock.now()
        // After a stop in the middle the series of this day that are there already are not made again.
        const made = new Set((await runs.dayAheadForecasts(localDayStart(issuedAt, parts.timeZone), issuedAt)).map(({ series }) => series))
        const wanted = parts.dayAheadSeries.filter((series) => !made.has(series))
        const startedMs = performance.now()
        let [kept, failed, toldMs] = [0, 0, startedMs]
        for (const [i, series] of wanted.entries()) {
          const { forecast, past, newest, failure } = await parts.patientPool.run('forecast-days', { series, issuedAt, record: fitRecord(runs.database, series) })
          if (failure !== undefined) {
            failed += 1
            log.warn({ series, error: failure }, 'no forecast of days could be fitted; the seasonal naive one answers')
          }
          const outcome = failure === undefined ? forecast : failedDays(series, issuedAt)
          const saving = [...(outcome === undefined ? [] : [runs.savingDayAhead([outcome])]), ...(past === undefined ? [] : [runs.savingPastForecasts(past)])]
          await keep()
          inTransaction(runs.database, () => {
            saving.forEach((save) => save())
            if (past !== undefined) saveDayErrors(runs.database, past)
            if (newest !== undefined) saveNewestDay(runs.database, newest)
          })
          if (past !== undefined) await scoreSeries(parts, series, past, issuedAt, keep)
          if (forecast !== undefined) kept += 1
          progress((i + 1) / wanted.length)
          if (performance.now() - toldMs < ISSUE_EVERY_MS) continue
          toldMs = performance.now()
          await issueNow()
        }
        await keep()
        const drifting = judgeDrifts(parts, issuedAt)
        log.info({ issuedAt, drifting, kept, failed, without: wanted.length - kept - failed, before: made.size, durationMs: Math.round(performance.now() - startedMs) }, 'days are forecast')
      },
      followUp: issueNow,
    },
    validate: {
      mostAtOnce: MOST_POINT_DAYS,
      async run(jobs, { keep, progress }) {
        for (const { pointIds, from, to } of validationWindows(jobs, parts.timeZone, clock.now())) {
          const { columns, faults, substituted, findings } = await pool.run('validate', { pointIds, from, to }, progress)
          await keep()
          await appendNamed(derived, columns, 'validate', clock.now(), parts.isErased)
          inTransaction(runs.database, () => saveMeterFindings(runs.database, findings, clock.now()))
          if (Object.keys(faults).length > 0 || substituted > 0) log.info({ from, to, faults, substituted }, 'validated with faults or substitutions')
        }
      },
    },
    publish: {
      mostAtOnce: 1,
      async run(jobs, { keep, claimsOf }) {
        const at = jobs[0]!.period
        // Releases have a file of their own: the fence stands there too.
        const claims = claimsOf(jobs)
        if (releases.effects.begin(claims).stale.length > 0) releases.effects.check(claims)
        const states = await runs.states('estimate', at, at + 3 * STEP_MS)
        if (states.length < 3) throw new PenfeldError('PF_EVALUATION_NOT_READY', `${states.length} of 3 steps from ${new Date(at).toISOString()}.`)
        await keep()
        const decision = await publishLive(releases, parts.live, at, clock.now(), claims)
        if (!decision.publish) log.info({ at, reason: decision.reason }, 'live step withheld')
      },
    },
    'publish-energies': energyWorker(parts),
    'roll-up': {
      mostAtOnce: 1,
      async run(jobs, { keep, commit, progress }) {
        const { scope, period } = jobs[0]!
        if (scope === 'derived') {
          while (await derived.maintain(MAINTAIN_MS)) await keep()
        } else if (scope === 'meter-checks') {
          const found = await pool.run('check-meters', { to: localDayStart(period + DAY_MS, parts.timeZone), clockSpeed: clock.speed }, progress)
          await keep()
          commit(jobs, () => saveMeterFindings(runs.database, found, clock.now()))
        } else if (scope === 'winter-peak') {
          const reports = await pool.run('winter-peaks', { issuedAt: clock.now() }, progress)
          await keep()
          commit(jobs, () => saveWinterPeaks(runs.database, reports))
        } else if (scope === 'balance') {
          // The curves of the last day are still on their way.
          const to = localDayStart(period, parts.timeZone)
          const report = await pool.run('balance', { from: localDayStart(to - BALANCE_DAYS * DAY_MS + HOUR_MS, parts.timeZone), to, issuedAt: clock.now() }, progress)
          await keep()
          commit(jobs, () => saveBalance(runs.database, report, parts.districtVersion))
        } else {
          const firm = await pool.run('firm-import', { at: period + DAY_MS, issuedAt: clock.now() }, progress)
          await keep()
          commit(jobs, () => saveFirmImport(runs.database, firm, parts.districtVersion))
        }
      },
    },
  }
}

/** Runs of neighbouring steps, so that a backlog is evaluated in few passes. */
export function consecutive(jobs: readonly Pick<Job, 'period'>[], stepMs: number): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = []
  for (const period of jobs.map((job) => job.period).sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && period <= last.to) last.to = period + stepMs
    else ranges.push({ from: period, to: period + stepMs })
  }
  return ranges
}

/** The hourly pass over all points makes the day before and the day so far; late values ask for (point, day). What is still to come is not missing. */
function validationWindows(jobs: readonly Job[], timeZone: string, now: number): { pointIds: readonly string[] | undefined; from: number; to: number }[] {
  const hours = jobs.filter(({ scope }) => scope === 'all')
  const backlogs = jobs.filter(({ scope }) => scope === 'backlog')
  const days = Map.groupBy(jobs.filter(({ scope }) => scope !== 'all' && scope !== 'backlog'), ({ period }) => period)
  const newest = Math.max(...hours.map(({ period }) => period))
  return [
    ...backlogs.flatMap(({ period }) => backlogWindows(period, timeZone)),
    ...(hours.length === 0 ? [] : [{ pointIds: undefined, from: localDayStart(localDayStart(newest, timeZone) - HOUR_MS, timeZone), to: newest + HOUR_MS }]),
    ...[...days].map(([day, asked]) => ({ pointIds: asked.map(({ scope }) => scope), from: day, to: Math.min(nextLocalDayStart(day, timeZone), now) })),
  ]
}

/** In slices, oldest first: later ones find their alike days in those made before. */
function backlogWindows(from: number, timeZone: string): { pointIds: undefined; from: number; to: number }[] {
  return Array.from({ length: BACKLOG_DAYS / BACKLOG_SLICE_DAYS }, (_, i) => ({
    pointIds: undefined,
    from: localDayStart(from + i * BACKLOG_SLICE_DAYS * DAY_MS + HOUR_MS, timeZone),
    to: localDayStart(from + (i + 1) * BACKLOG_SLICE_DAYS * DAY_MS + HOUR_MS, timeZone),
  }))
}
const BACKLOG_SLICE_DAYS = 5

/** How much of an imported history is validated at the first start: enough for alike days and a month of base load. */
export const BACKLOG_DAYS = 40
