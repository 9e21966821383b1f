import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ChildOptions } from './jobs-child.testkit.ts'
import { killChildren, startNode, type Child } from './lab/children.ts'
import { counts } from './lab/full.ts'
import { experiment, type ExperimentRun } from './lab/report.ts'
import { startRedis, type ServerChild } from './lab/servers.ts'

const TICK_MS = 300
const RECOVER_MS = 60_000
const SCRIPT = join(import.meta.dirname, 'jobs-child.testkit.ts')

let folder: string
let redis: ServerChild
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-jobs-fault-'))
  redis = await startRedis(join(folder, 'redis'))
})
afterEach(async () => {
  await killChildren()
  rmSync(folder, { recursive: true, force: true })
})
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const startChild = (name: string, more: Partial<ChildOptions> = {}): Promise<Child> => {
  const options: ChildOptions = { name, url: redis.url, effectsFile: join(folder, 'effects.sqlite'), mirrorFile: join(folder, `${name}.sqlite`), leaseMs: 3_000, workMs: 40, ...more }
  return startNode(SCRIPT, [JSON.stringify(options)], { name, ready: (output) => output.includes('ready\n') })
}

interface Row { kind: string; scope: string; period: number; revision: number; worker: string; at: number }
function resultRows(): Row[] {
  const database = new DatabaseSync(join(folder, 'effects.sqlite'), { readOnly: true, timeout: 5_000 })
  try {
    return database.prepare('SELECT * FROM result ORDER BY period').all() as unknown as Row[]
  } finally {
    database.close()
  }
}
const count = (text: string, word: string) => text.split(word).length - 1

/** Ends the asking, waits until all is done, and holds that each tick and each mark has exactly one effect. */
async function holdExactlyOnce(run: ExperimentRun, asker: Child, workers: readonly Child[]): Promise<void> {
  asker.signal('SIGUSR2')
  await expect.poll(() => /asked (.*)\n/.exec(asker.output())?.[1], { timeout: RECOVER_MS }).toBeDefined()
  const { last, marks } = JSON.parse(/asked (.*)\n/.exec(asker.output())![1]!) as { last: number; marks: number }
  const of = (kind: string) => resultRows().filter((row) => row.kind === kind)
  await expect.poll(() => new Set(of('validate').map(({ period }) => period)).size, { timeout: RECOVER_MS }).toBe(marks)
  await expect.poll(() => of('evaluate').at(-1)?.period, { timeout: RECOVER_MS }).toBe(last)
  const expected = (from: number, to: number) => Array.from({ length: Math.round((to - from) / TICK_MS) + 1 }, (_, i) => from + i * TICK_MS)
  const ticks = () => of('evaluate').map(({ period }) => period)
  await expect.poll(() => new Set(ticks()).size, { timeout: RECOVER_MS }).toBe(expected(ticks()[0]!, last).length)
  expect(ticks()).toEqual(expected(ticks()[0]!, last))
  expect(of('validate').map(({ period }) => period / 86_400_000)).toEqual(Array.from({ length: marks }, (_, i) => i))
  const output = workers.map((child) => child.output()).join('')
  run.values({ produced: ticks().length + marks, stored: resultRows().length, deduplicated: count(output, 'done before'), quarantined: 0, dropped: 0 })
  run.measure('refused_stale', count(output, 'PF_JOB_FENCED'))
  run.measure('told_again', count(output, 'told again what has not ended'))
  for (const child of workers) {
    expect(child.pid, child.output().slice(-2_000)).toBeDefined()
    expect(await child.stop()).toBe(0)
  }
}

/** Until an effect is there that was written after the moment. */
async function nextEffect(after: number): Promise<number> {
  await expect.poll(() => resultRows().some(({ at }) => at > after), { timeout: RECOVER_MS, interval: 50 }).toBe(true)
  return Date.now() - after
}

const KILLS = counts(3, 30)
const KILL_EVERY_MS = counts(5_000, 20_000)
const KILL_TIMEOUT_MS = KILLS * KILL_EVERY_MS + 4 * RECOVER_MS

test(`experiment 15: Redis killed ${KILLS} times, its last moments lost: each effect once, no tick missing`, async () => experiment(15, 'jobs on Redis', async (run) => {
  const asker = await startChild('asker', { tickEveryMs: TICK_MS })
  const helper = await startChild('helper')
  await nextEffect(Date.now())
  const log = () => {
    const place = join(folder, 'redis/appendonlydir')
    return join(place, readdirSync(place).find((name) => name.endsWith('.incr.aof'))!)
  }
  for (let kill = 0; kill < KILLS; kill += 1) {
    await pause(KILL_EVERY_MS * run.random.between(0.4, 0.7))
    // kill -9 alone loses nothing that was written; a lost power supply loses what was not synced yet, up to a second of it.
    const synced = statSync(log()).size
    await pause(run.random.between(0, 900))
    await redis.kill()
    const written = statSync(log()).size
    truncateSync(log(), Math.round(run.random.between(synced, written)))
    run.fault()
    await pause(KILL_EVERY_MS * run.random.between(0, 0.3))
    await redis.restart()
    run.recovered(await nextEffect(Date.now()))
  }
  await holdExactlyOnce(run, asker, [asker, helper])
}), KILL_TIMEOUT_MS)

const FLUSHES = counts(3, 10)
test('experiment 16: Redis emptied: schedules are back, no effect is lost or doubled', async () => experiment(16, 'jobs on Redis', async (run) => {
  const asker = await startChild('asker', { tickEveryMs: TICK_MS })
  const helper = await startChild('helper')
  await nextEffect(Date.now())
  const client = new Redis(redis.url)
  try {
    for (let flush = 0; flush < FLUSHES; flush += 1) {
      await pause(run.random.between(500, 2_000))
      await client.flushall()
      const emptiedAt = Date.now()
      run.fault()
      await expect.poll(() => client.hlen('{penfeld}:jobs:schedules'), { timeout: RECOVER_MS, interval: 20 }).toBe(1)
      run.recovered(Date.now() - emptiedAt)
      await nextEffect(emptiedAt)
    }
  } finally {
    client.disconnect()
  }
  await holdExactlyOnce(run, asker, [asker, helper])
}), FLUSHES * 10_000 + 4 * RECOVER_MS)

const LEASE_MS = counts(3_000, 30_000)
const FREEZES = counts(2, 6)
test('experiment 17: a worker frozen past its lock comes back: its result is refused, the other one stays', async () => experiment(17, 'jobs on Redis', async (run) => {
  for (let freeze = 0; freeze < FREEZES; freeze += 1) {
    // The one that asks is the first that works; a tick far away, so that there is one job: a mark.
    const frozen = await startChild(`frozen-${freeze}`, { leaseMs: LEASE_MS, workMs: 1_500, effectsFile: join(folder, 'effects.sqlite'), tickEveryMs: 3_600_000 })
    await expect.poll(() => count(frozen.output(), 'kept'), { timeout: RECOVER_MS, interval: 20 }).toBe(1)
    frozen.signal('SIGSTOP')
    run.fault()
    const frozenAt = Date.now()
    const second = await startChild(`second-${freeze}`, { leaseMs: LEASE_MS, workMs: 1_500 })
    // Even rounds: it comes back after the other has ended; odd ones: while the other is still at work.
    await expect.poll(() => count(second.output(), freeze % 2 === 0 ? 'committed' : 'kept'), { timeout: LEASE_MS + RECOVER_MS, interval: 20 }).toBe(1)
    run.recovered(Date.now() - frozenAt)
    expect(Date.now() - frozenAt).toBeGreaterThan(LEASE_MS * 0.7)
    await pause(freeze % 2 === 0 ? Math.max(0, 1.5 * LEASE_MS - (Date.now() - frozenAt)) : 0)
    frozen.signal('SIGCONT')
    await expect.poll(() => frozen.output(), { timeout: RECOVER_MS }).toContain('PF_JOB_FENCED')
    await expect.poll(() => count(second.output(), 'committed'), { timeout: RECOVER_MS }).toBe(1)
    expect(count(frozen.output(), 'committed')).toBe(0)
    const rows = resultRows().filter(({ worker }) => worker.endsWith(`-${freeze}`))
    expect(rows).toMatchObject([{ kind: 'validate', worker: `second-${freeze}` }])
    expect(await frozen.stop()).toBe(0)
    expect(await second.stop()).toBe(0)
    run.values({ produced: freeze + 1, stored: resultRows().length, deduplicated: 0, quarantined: 0, dropped: 0 })
    run.measure('refused_stale', freeze + 1)
  }
}), FREEZES * (2 * LEASE_MS + RECOVER_MS) + RECOVER_MS)
