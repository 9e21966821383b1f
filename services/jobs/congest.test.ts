import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { TaskError, type Pool } from '#services/compute/pool.ts'
import type { CongestionIssue } from '#services/evaluation/congestion-forecast.ts'
import type { ReliabilityReport } from '#services/evaluation/congestion-reliability.ts'
import { congestionOf } from '#services/evaluation/congestion-store.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import type { IssuedForecast } from '#services/evaluation/port.ts'
import { openRunStore, type RunFileStore } from '#services/evaluation/run-store.ts'
import type { WorkTasks } from '#services/evaluation/work-tasks.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openJobQueue } from './embedded/job-queue.ts'
import { runOnce, type Worker } from './lanes.ts'
import type { JobKind, SchedulingQueue } from './port.ts'
import { createWorkers, type WorkerParts } from './workers.ts'

const HOUR = 3_600_000
const clock = manualClock(0)
let folder: string
let queue: SchedulingQueue
let runs: RunFileStore
let told: [task: string, at: number][]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-congest-'))
  clock.set(Date.parse('2026-05-12T01:00:00+02:00'))
  queue = openJobQueue(join(folder, 'jobs.sqlite'), clock)
  runs = openRunStore(join(folder, 'runs.sqlite'))
  told = []
})
afterEach(async () => {
  await queue.close()
  await runs.close()
  rmSync(folder, { recursive: true })
})

const issueOf = (issuedAt: number): CongestionIssue => ({
  issuedAt, districtVersion: 'v1', from: issuedAt, stepS: 1800, steps: 1, scenarios: 200, pastIssues: 0, measuredSeries: 0, assumedSeries: 1, unsettledShare: 0, thresholdsPct: [80, 100], elements: ['T1'], basis: Uint8Array.of(1),
  probability: [Float32Array.of(0.5), Float32Array.of(0)], energyAboveKwh: [Float32Array.of(1), Float32Array.of(0)], unknownShare: Float32Array.of(0), loadingPct: [0, 1, 2].map(() => Float32Array.of(70)), heads: [], districtKw: [], durationMs: 1,
})
const report: ReliabilityReport = { kind: 'back-cast', from: 0, to: 1, issues: 1, heads: [], curves: [] }

async function pass(kind: JobKind, answer: (task: string) => unknown, more: Partial<WorkerParts> = {}): Promise<void> {
  const run = async (task: string, input: { issuedAt?: number; at?: number }) => {
    told.push([task, input.issuedAt ?? input.at ?? NaN])
    return answer(task)
  }
  const pool = { run, stop: async () => {} } as unknown as Pool<WorkTasks>
  // Of all that workers stand on, these need this much.
  const parts = { queue, pool, patientPool: pool, measured: memoryStore(), runs, clock, log: silentLogger, ...more } as unknown as WorkerParts
  await queue.ask({ kind, scope: 'network', period: clock.now(), inputRevision: 0 })
  await runOnce({ queue, effects: runs.effects, workers: createWorkers(parts), log: silentLogger }, [kind])
}
const issued = (issuedAt: number): IssuedForecast => ({ series: 'T1', issuedAt, from: issuedAt, stepS: 600, forecaster: 'x', method: 'blend', reason: undefined, valuesKw: Float64Array.of(1), quantilesKw: [] })
const statusOf = async (kind: JobKind) => (await queue.kinds()).find((one) => one.kind === kind)

test('each evaluation ahead asks for the congestion of what it stands on', async () => {
  await pass('evaluate-ahead', () => undefined)
  expect(await statusOf('congest')).toMatchObject({ waiting: 1 })
})

test('before any forecast was issued there is nothing to do, and no fault', async () => {
  await pass('congest', () => undefined)
  expect(told).toEqual([])
  expect(await statusOf('congest')).toMatchObject({ waiting: 0, failed: 0 })
})

test('the newest issue is drawn; what forecasts were worth is told once a day, and again as long as there was nothing to tell', async () => {
  const start = clock.now()
  await runs.saveForecasts([issued(start - HOUR), issued(start)])
  const reports: ReliabilityReport[][] = [[], [report], [report]]
  const answer = (task: string) => (task === 'congest' ? issueOf(start) : reports.shift())
  await pass('congest', answer)
  expect(told).toEqual([['congest', start], ['congestion-reliability', start]])
  expect(congestionOf(runs.database).latestCongestion()).toEqual(issueOf(start))
  for (const hours of [1, 2, 24]) {
    clock.set(start + hours * HOUR)
    await pass('congest', answer)
  }
  // Empty at first, so asked for again after an hour; then it stands for a day.
  expect(told.filter(([task]) => task === 'congestion-reliability').map(([, at]) => (at - start) / HOUR)).toEqual([0, 1])
  expect(congestionOf(runs.database).reliability()).toEqual([report])
  clock.set(start + 26 * HOUR)
  await pass('congest', answer)
  expect(told.filter(([task]) => task === 'congestion-reliability')).toHaveLength(3)
})

test('a thread that is lost fails the job, to be tried again; nothing half is kept', async () => {
  await runs.saveForecasts([issued(clock.now())])
  await pass('congest', () => Promise.reject(new TaskError('PF_COMPUTE_THREAD_LOST: stopped', true)))
  expect(congestionOf(runs.database).latestCongestion()).toBeUndefined()
  expect(await statusOf('congest')).toMatchObject({ lastError: expect.stringContaining('PF_COMPUTE_THREAD_LOST') })
})

test('where there are flexibility contracts each congestion forecast asks whether to propose activations', async () => {
  await pass('congest', () => undefined)
  expect(await statusOf('activate')).toBeUndefined()
  const scopes: string[] = []
  const activate: Worker = { mostAtOnce: 10, run: async (jobs) => void scopes.push(...jobs.map(({ scope }) => scope)) }
  clock.set(clock.now() + HOUR)
  await pass('congest', () => undefined, { activate })
  expect(await statusOf('activate')).toMatchObject({ waiting: 1 })
  await pass('activate', () => undefined, { activate })
  expect(scopes.sort()).toEqual(['network', 'propose'])
})
