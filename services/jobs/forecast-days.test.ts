import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { TaskError, type Pool } from '#services/compute/pool.ts'
import type { DaysOutcome } from '#services/evaluation/forecast-days.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import type { DayAheadForecast, PastForecast } from '#services/evaluation/port.ts'
import { openRunStore, type RunFileStore } from '#services/evaluation/run-store.ts'
import type { WorkTasks } from '#services/evaluation/work-tasks.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openJobQueue } from './embedded/job-queue.ts'
import { runOnce } from './lanes.ts'
import type { SchedulingQueue } from './port.ts'
import { createWorkers, type WorkerParts } from './workers.ts'

const HOUR = 3_600_000
const clock = manualClock(0)
let folder: string
let queue: SchedulingQueue
let runs: RunFileStore
const asked: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-days-'))
  clock.set(Date.parse('2026-05-12T01:00:00+02:00'))
  queue = openJobQueue(join(folder, 'jobs.sqlite'), clock)
  runs = openRunStore(join(folder, 'runs.sqlite'))
  asked.length = 0
})
afterEach(async () => {
  await queue.close()
  await runs.close()
  rmSync(folder, { recursive: true })
})

const made = (series: string, issuedAt: number): DayAheadForecast => ({
  series, issuedAt, from: issuedAt - HOUR, stepS: 1800, forecaster: 'day-ahead', method: 'blend', reason: undefined, valuesKw: Float64Array.of(1, 2), quantilesKw: [], carried: Float64Array.of(0.5), bound: 1,
})

/** One pass over the series, each answered by `fit`. */
async function pass(fit: (series: string, issuedAt: number) => DaysOutcome | Promise<never>): Promise<void> {
  const run = async (_name: string, input: { series: string; issuedAt: number }) => {
    asked.push(input.series)
    return fit(input.series, input.issuedAt)
  }
  const patientPool = { run, stop: async () => {} } as unknown as Pool<WorkTasks>
  // Of all that workers stand on, these need this much.
  const parts = { queue, pool: patientPool, patientPool, dayAheadSeries: ['a', 'b', 'c', 'd'], measured: memoryStore(), runs, timeZone: 'Europe/Paris', clock, log: silentLogger } as unknown as WorkerParts
  await queue.ask({ kind: 'forecast-days', scope: 'all', period: clock.now(), inputRevision: 0 })
  await runOnce({ queue, effects: runs.effects, workers: createWorkers(parts), log: silentLogger }, ['forecast-days'])
}
const kept = async () => (await runs.dayAheadForecasts(0, Infinity)).map(({ series, reason, valuesKw }) => [series, reason, valuesKw.length]).sort()

test('a series whose fit fails is named and stops no other; one of which nothing is measured is passed over', async () => {
  await pass((series, issuedAt) => (series === 'b' ? { failure: 'the ridge has no rows' } : series === 'c' ? {} : { forecast: made(series, issuedAt) }))
  expect(await kept()).toEqual([['a', undefined, 2], ['b', 'fit-failed', 0], ['d', undefined, 2]])
  const kinds = new Map((await queue.kinds()).map((status) => [status.kind, status]))
  expect(kinds.get('forecast-days')).toMatchObject({ waiting: 0, running: 0, failed: 0, lastError: null })
  // What there is now is issued at once.
  expect(kinds.get('forecast')).toMatchObject({ waiting: 1 })
})

test('after a stop in the middle the rest of the day is made, and only the rest', async () => {
  await pass((series, issuedAt) => (series === 'c' ? Promise.reject(new TaskError('PF_COMPUTE_THREAD_LOST: stopped', true)) : { forecast: made(series, issuedAt) }))
  expect(asked).toEqual(['a', 'b', 'c'])
  clock.set(clock.now() + HOUR)
  await pass((series, issuedAt) => ({ forecast: made(series, issuedAt) }))
  expect(asked).toEqual(['a', 'b', 'c', 'c', 'd'])
  expect((await kept()).map(([series]) => series)).toEqual(['a', 'b', 'c', 'd'])
  // The next day all of them again.
  clock.set(clock.now() + 24 * HOUR)
  await pass((series, issuedAt) => ({ forecast: made(series, issuedAt) }))
  expect(asked.slice(5)).toEqual(['a', 'b', 'c', 'd'])
})

test('what the days before would have been is kept beside the forecast', async () => {
  const past = (series: string, issuedAt: number): PastForecast => ({ series, issuedAt, method: 'blend', daysAhead: [0], firstDate: 20_000, perDay: 1, valuesKw: Float64Array.of(1), quantilesKw: [], spreadKw: Float64Array.of(1), measuredKw: Float64Array.of(2) })
  await pass((series, issuedAt) => (series === 'b' ? { failure: 'none' } : { forecast: made(series, issuedAt), past: [past(series, issuedAt)] }))
  expect((await runs.pastForecasts()).map(({ series }) => series)).toEqual(['a', 'c', 'd'])
})
