import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment } from '#services/config/environment.ts'
import type { RunningRole } from '#services/config/role.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import type { WorkTasks } from '#services/evaluation/work-tasks.ts'
import { closeRedis, openRedis } from '#services/hosts/redis.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { startRedis, type ServerChild } from '../../infra/fault/lab/servers.ts'
import type { Pool } from './pool.ts'
import { packTask, sharePool, unpackTask } from './remote-pool.ts'
import { startCompute } from './role.ts'

const ORIGIN = Date.parse('2026-01-28T09:00:00Z')
const STEP = 600_000
const loaded = smallDistrict()

let folder: string
let server: ServerChild
let redis: Redis
let pool: Pool<WorkTasks>
let host: RunningRole | undefined
/** Names of the tasks that this machine did itself. */
let doneHere: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-compute-'))
  server = await startRedis(join(folder, 'redis'))
  redis = openRedis(server.url, silentLogger)
  doneHere = []
  const local = { run: async (name: string) => { doneHere.push(name); return 'here' }, stop: async () => {} } as unknown as Pool<WorkTasks>
  pool = sharePool(local, { redis, redisUrl: server.url, districtVersion: loaded.version, log: silentLogger })
})
afterEach(async () => {
  await host?.stop()
  host = undefined
  await pool.stop()
  closeRedis(redis)
  await server.kill()
  rmSync(folder, { recursive: true, force: true })
})

const startHost = async (version = loaded.version) => {
  host = await startCompute({
    environment: readEnvironment({ PENFELD_DATA: folder, REDIS_URL: server.url, PENFELD_HOST: 'calc-1' }),
    district: { ...loaded, version }, clock: manualClock(ORIGIN), log: silentLogger, say: () => {},
  })
}
const evaluate = () => pool.run('evaluate', { from: ORIGIN - STEP, to: ORIGIN, issuedAt: ORIGIN, inputSeq: 0 })

async function fillStore(): Promise<void> {
  const store = await openEmbeddedStore(join(folder, 'measured'), { timeZone: loaded.district.timeZone })
  const names = loaded.district.measurementPoints.map(({ id }) => id)
  const ids = await store.register(names)
  const at = Float64Array.from({ length: 144 * 8 }, (_, index) => ORIGIN + (index - 144 * 8) * STEP)
  for (const [index, name] of names.entries()) {
    await store.importSeries(ids[index]!, { at, values: at.map(() => (name.startsWith('elec.hv') ? 210 : name.startsWith('elec.tr') ? 100 : 5)), quality: new Uint8Array(at.length) }, { recordedAt: ORIGIN, source: 'import:test' })
  }
  await store.close()
}

test('columns, maps and numbers that are none come through as they were', () => {
  const value = { at: Float64Array.of(1, NaN, -0), states: new Map([['a', new Uint8Array([1, 2])]]), missing: undefined }
  expect(unpackTask(packTask(value))).toEqual(value)
})

test('without a compute host the work is done here; with one it is done there, and comes back as the same columns', async () => {
  await fillStore()
  expect(await evaluate()).toBe('here')
  await startHost()
  await expect.poll(async () => {
    const result = await evaluate()
    return (result as unknown) === 'here' ? undefined : result.states[0]
  }, { timeout: 30_000, interval: 500 }).toMatchObject({ at: ORIGIN - STEP, settled: true })
  const here = doneHere.length
  const { head, states } = await evaluate()
  expect(doneHere).toHaveLength(here)
  expect(head.closurePct).toBeLessThan(0.1)
  expect(states[0].busVoltagePu).toBeInstanceOf(Float32Array)
  // What the threads of a host refuse is refused as it would be here.
  await expect(pool.run('unheard-of' as never, {} as never)).rejects.toMatchObject({ retryable: true, message: expect.stringMatching(/PF_INTERNAL/) })
})

test('a host that goes while it works leaves a failure that is tried again, here', async () => {
  await startHost()
  const goneAway = async () => (await evaluate().catch(() => 'there')) as unknown
  await expect.poll(goneAway, { timeout: 30_000, interval: 300 }).not.toBe('here')
  await host!.stop()
  host = undefined
  await expect(evaluate()).rejects.toMatchObject({ code: 'PF_COMPUTE_THREAD_LOST', retryable: true })
  expect(await evaluate()).toBe('here')
  // A host that comes later does not begin what nobody waits for.
  await expect.poll(() => redis.zcard('bull:penfeld-compute:prioritized').then(async (count) => count + await redis.llen('bull:penfeld-compute:wait')), { timeout: 5_000 }).toBe(0)
})

test('a host with another version of the district is given nothing', async () => {
  await startHost('another')
  await expect.poll(() => redis.keys('penfeld:host:*'), { timeout: 20_000 }).toHaveLength(1)
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  expect(await evaluate()).toBe('here')
})
