import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openInfluxReader, readInfluxSettings } from '#services/store/influx/index.ts'
import { startInfluxd, type Influxd } from '#services/store/influx/influxd.testkit.ts'
import { readForwardingStatus } from '#services/store/influx/status-of-folder.ts'
import { storeFolder } from '#services/store/open.ts'
import { startService, type RunningService } from './service.ts'

const folder = mkdtempSync(join(tmpdir(), 'penfeld-e2e-influx-'))
let influxd: Influxd
let service: RunningService | undefined
beforeAll(async () => { influxd = await startInfluxd(join(folder, 'influxd')) })
afterAll(async () => {
  await service?.stop()
  await influxd.kill()
  rmSync(folder, { recursive: true, force: true })
})

test('the whole service runs on InfluxDB: history, live values and what is computed from them lie there', async () => {
  service = await startService({ historyDays: 2, dataFolder: join(folder, 'data'), variables: { INFLUX_URL: influxd.url } })
  const settings = readInfluxSettings(influxd.url, {})
  const places = (['measured', 'derived'] as const).map((measurement) => ({
    measurement, folder: storeFolder(join(folder, 'data'), measurement, 'influx'), reader: openInfluxReader(join(folder, 'nowhere'), { timeZone: 'Europe/Paris', settings, measurement }),
  }))
  for (const { measurement, folder: place, reader: opening } of places) {
    // Another machine, that has InfluxDB alone.
    const reader = await opening
    const valued = async () => {
      const ids = Int32Array.from((await reader.names()).keys(), (index) => index + 1)
      return (await reader.latest(ids)).at.filter((at) => at > 0).length
    }
    await expect.poll(valued, { timeout: 200_000, interval: 1_000 }).toBeGreaterThan(measurement === 'measured' ? 100 : 0)
    await expect.poll(() => readForwardingStatus(place)).toMatchObject({ state: 'well', quarantined: 0 })
    await reader.close()
  }
  // The district's page stands on an estimate of the network, and that on history, live values and derived series.
  await expect.poll(async () => (await fetch(`${service!.url}/api/public/district`)).status, { timeout: 60_000, interval: 500 }).toBe(200)
  const { exitCode } = await service.stop()
  service = undefined
  expect(exitCode).toBe(0)
}, 300_000)
