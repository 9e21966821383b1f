import { afterAll, beforeAll, expect, test } from 'vitest'
import { join } from 'node:path'
import { openCollectStatus } from '#services/ingest/collect-status.ts'
import { openEmbeddedReader } from '#services/store/embedded/index.ts'
import { startService, type RunningService } from './service.ts'

/** Ten minutes of the service's time in each real second, all processes by the same clock. */
const ORIGIN = Date.parse('2026-01-12T17:00:00Z')
const SPEED = 600
const STEP_MS = 600_000
const STEPS = 20

let service: RunningService
beforeAll(async () => { service = await startService({ clock: `${new Date(ORIGIN).toISOString()},${SPEED}`, historyDays: 1 }) })
afterAll(async () => { await service?.stop() })

test('at speed 600 nothing is quarantined for its time, and every ten minutes of the network have a value', async () => {
  const timeZone = 'Europe/Paris'
  const reader = await openEmbeddedReader(join(service.dataFolder, 'measured'), { timeZone })
  const status = openCollectStatus(join(service.dataFolder, 'collect.sqlite'))
  const idOf = async () => (await reader.lookup(['elec.hv.CAP1.p']))[0]
  const newest = async () => (await reader.latest(Int32Array.of(await idOf()))).at[0]
  // Pages answer before collect has named its points.
  await expect.poll(newest, { timeout: 30_000, interval: 250 }).toBeGreaterThan(ORIGIN)
  const point = await idOf()
  const from = Math.ceil((await newest()) / STEP_MS) * STEP_MS
  await expect.poll(newest, { timeout: 60_000, interval: 500 }).toBeGreaterThan(from + STEPS * STEP_MS)

  const { at } = await reader.read(point, from, from + STEPS * STEP_MS)
  const steps = new Set(Array.from(at, (time) => Math.floor(time / STEP_MS)))
  expect(steps.size).toBe(STEPS)
  const counters = await status.counters()
  expect(counters.map(({ sourceId }) => sourceId)).toEqual(expect.arrayContaining(['network', 'buildings', 'city']))
  for (const { sourceId, stored, quarantined, dropped } of counters.filter((one) => one.sourceId !== 'meters')) {
    expect([sourceId, quarantined, dropped]).toEqual([sourceId, {}, {}])
    expect(stored).toBeGreaterThan(0)
  }
  await Promise.all([reader.close(), status.close()])
})
