import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEmbeddedReader } from '#services/store/embedded/index.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { RoleName } from '#services/supervisor/roles.ts'
import { startService, type RunningService } from '../e2e/service.ts'

/** Any process, at any moment: what a reader has once seen was acknowledged and must stay, once, with its value. */
const KILLS = 20
const VICTIMS: readonly RoleName[] = ['collect', 'work', 'collect', 'api', 'simulate', 'collect', 'identity', 'work']

let service: RunningService
let reader: TimeSeriesReader
const seen = new Map<string, number>()
let cursor = 0

beforeAll(async () => {
  service = await startService({ historyDays: 1 })
  reader = await openEmbeddedReader(join(service.dataFolder, 'measured'), { timeZone: 'Europe/Paris' })
})
afterAll(async () => {
  await reader?.close()
  await service?.stop()
})

/** Follows the journal like every reader does; returns how many new values it saw. */
async function follow(): Promise<number> {
  let fresh = 0
  for (const { seq, batch } of await reader.tail(cursor, 10_000)) {
    cursor = seq
    for (let index = 0; index < batch.pointIds.length; index++) {
      const key = `${batch.pointIds[index]} ${batch.at[index]}`
      if (!seen.has(key)) fresh++
      seen.set(key, batch.values[index])
    }
  }
  return fresh
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test(`kill -9 of any process, ${KILLS} times: nothing acknowledged is lost or doubled, and all goes on`, async () => {
  await expect.poll(follow, { timeout: 60_000, interval: 500 }).toBeGreaterThan(100)
  // A fixed sequence: a failure can be looked at again.
  let state = 20_261_123
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
  for (let kill = 0; kill < KILLS; kill++) {
    const victim = VICTIMS[kill % VICTIMS.length]
    await pause(500 + random() * 2_500)
    await follow()
    const pid = service.pid(victim)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    await expect.poll(() => service.pid(victim), { timeout: 30_000, interval: 100 }).not.toBe(pid)
  }
  await pause(3_000)
  await expect.poll(follow, { timeout: 60_000, interval: 500 }).toBeGreaterThan(100)
  await expect.poll(async () => (await fetch(`${service.url}/livez`).catch(() => undefined))?.status, { timeout: 30_000 }).toBe(200)

  const byPoint = Map.groupBy(seen.keys(), (key) => Number(key.split(' ')[0]))
  let checked = 0
  for (const [pointId, keys] of byPoint) {
    const times = keys.map((key) => Number(key.split(' ')[1]))
    const series = await reader.read(pointId, Math.min(...times), Math.max(...times) + 1)
    for (let index = 1; index < series.at.length; index++) expect(series.at[index]).toBeGreaterThan(series.at[index - 1])
    const values = new Map([...series.at].map((at, index) => [at, series.values[index]]))
    for (const at of times) {
      if (!Object.is(values.get(at), seen.get(`${pointId} ${at}`))) expect.fail(`point ${pointId} at ${new Date(at).toISOString()}: acknowledged ${seen.get(`${pointId} ${at}`)}, stored ${values.get(at)}`)
      checked++
    }
  }
  expect(checked).toBe(seen.size)
  expect(checked).toBeGreaterThan(1_000)
})
