import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { effectLedger, EFFECT_TABLE } from '#services/sqlite/effect-ledger.ts'
import { openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openJobQueue } from './embedded/job-queue.ts'
import { runOnce, startLane, type LaneParts, type Worker } from './lanes.ts'
import type { SchedulingQueue } from './port.ts'

const STEP = 600_000
const LEASE_MS = 1000
let place: string
let database: DatabaseSync
let queue: SchedulingQueue
let real: number
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'penfeld-lanes-'))
  real = 1_000_000
  database = openAsWriter(join(place, 'effects.sqlite'), [`${EFFECT_TABLE}; CREATE TABLE result (period REAL, writer TEXT) STRICT`])
  queue = openJobQueue(join(place, 'jobs.sqlite'), manualClock(0), { realNow: () => real, leaseMs: LEASE_MS, firstPauseMs: 10 })
})
afterEach(async () => {
  await queue.close()
  database.close()
  rmSync(place, { recursive: true })
})

const asked = (period: number, inputRevision = 1) => ({ kind: 'evaluate' as const, scope: 'network', period, inputRevision })
const write = (writer: string, period: number) => database.prepare('INSERT INTO result VALUES (?, ?)').run(period, writer)
const rows = () => database.prepare('SELECT * FROM result ORDER BY period').all().map((row) => `${row['writer']} ${Number(row['period']) / STEP}`)
const parts = (worker: Worker, changes: Partial<SchedulingQueue> = {}): LaneParts => ({
  queue: { ...queue, ...changes }, effects: effectLedger(database), log: silentLogger, workers: { evaluate: worker },
})
const writing = (writer: string, before: () => Promise<void> = async () => {}): Worker => ({
  mostAtOnce: 10,
  async run(jobs, { keep, commit }) {
    await before()
    await keep()
    for (const job of jobs) commit([job], () => write(writer, job.period))
  },
})

test('a worker that was overtaken writes nothing, and what it had besides is done again, not called done', async () => {
  await queue.askAll([asked(0), asked(STEP)])
  const slow = writing('slow', async () => {
    real += LEASE_MS + 1
    // Another takes one of the two; the other job is still the slow one's until somebody claims it.
    await runOnce(parts({ ...writing('quick'), mostAtOnce: 1 }), ['evaluate'])
  })
  expect(await runOnce(parts(slow), ['evaluate'])).toBe(true)
  expect(rows()).toEqual(['quick 0'])
  real += 10 * LEASE_MS
  await runOnce(parts(writing('later')), ['evaluate'])
  expect(rows()).toEqual(['quick 0', 'later 1'])
  expect(await queue.kinds()).toMatchObject([{ waiting: 0, running: 0, failed: 0 }])
})

test('a stale worker whose queue still believes it is refused by the file', async () => {
  await queue.ask(asked(0))
  const slow = writing('slow', async () => {
    real += LEASE_MS + 1
    await runOnce(parts(writing('quick')), ['evaluate'])
  })
  await runOnce(parts(slow, { progress: async () => true }), ['evaluate'])
  expect(rows()).toEqual(['quick 0'])
})

test('killed between the effect and its end: not done again, and what follows is asked for', async () => {
  const followed: number[] = []
  const worker: Worker = { ...writing('first'), followUp: async (jobs) => { followed.push(...jobs.map(({ period }) => period)) } }
  await queue.ask(asked(0))
  await expect(runOnce(parts({ ...worker, followUp: async () => {} }, { complete: () => Promise.reject(new PenfeldError('PF_JOBS_UNAVAILABLE', 'away.')) }), ['evaluate'])).rejects.toThrow('PF_JOBS_UNAVAILABLE')
  real += LEASE_MS + 1
  expect(await runOnce(parts(worker), ['evaluate'])).toBe(true)
  expect(rows()).toEqual(['first 0'])
  expect(followed).toEqual([0])
  expect(await queue.kinds()).toMatchObject([{ waiting: 0, running: 0 }])
})

test('a long pass that tells nothing keeps its lease', async () => {
  await queue.ask(asked(0))
  const slow: Worker = {
    mostAtOnce: 1,
    async run([job], { keep, commit }) {
      for (let renewal = 0; renewal < 5; renewal += 1) {
        real += LEASE_MS * 0.7
        await expect.poll(() => renewals).toBeGreaterThan(renewal)
        expect(await queue.claim(['evaluate'])).toBeUndefined()
        renewals = renewal + 1
      }
      await keep()
      commit([job!], () => write('slow', job!.period))
    },
  }
  let renewals = 0
  await runOnce({ ...parts(slow, { progress: async (...args) => { const kept = await queue.progress(...args); renewals += 1; return kept } }), renewMs: 10 }, ['evaluate'])
  expect(rows()).toEqual(['slow 0'])
  const before = renewals
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(renewals).toBe(before)
})

test('a lane lives through a queue that fails, and an empty writing counts as done', async () => {
  await queue.ask(asked(0))
  let calls = 0
  const idle: Worker = { mostAtOnce: 1, run: async () => {} }
  const lane = startLane(parts(idle, {
    claim(kinds) {
      calls += 1
      return calls <= 3 ? Promise.reject(new PenfeldError('PF_JOBS_UNAVAILABLE', 'away.')) : queue.claim(kinds)
    },
  }), ['evaluate'], 5)
  await expect.poll(async () => (await queue.recent(1))[0]?.state).toBe('done')
  await lane.stop()
  expect(calls).toBeGreaterThan(3)
  expect(effectLedger(database).begin([{ ...asked(0), token: Number.MAX_SAFE_INTEGER }]).done).toHaveLength(1)
})
