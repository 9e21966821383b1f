import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Device, District, MeasurementPoint, Source } from '#models/district/schema.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { httpDriver } from '#services/collectors/http/driver.ts'
import { startStandIn } from '#services/collectors/http/service.testkit.ts'
import { loadProfiles } from '#services/collectors/profiles.ts'
import { Counters } from '#services/ingest/counters.ts'
import { channelsOf, runSource } from '#services/ingest/source-runner.ts'
import { openEmbeddedStore } from '#services/store/embedded/store.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { weatherAsToldBefore } from './forecast-weather.ts'
import { smallDistrict } from './small-district.testkit.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MIDNIGHT = Date.parse('2026-01-12T00:00:00+01:00')
/** A local day that begins sixty days before. */
const FROM = Date.parse('2025-11-13T00:00:00+01:00')
const STEPS = (MIDNIGHT + 4 * DAY - FROM) / (HOUR / 2)
const stepOf = (at: number) => (at - FROM) / (HOUR / 2)

const weatherPoint = (id: string, more: Partial<MeasurementPoint> = {}): MeasurementPoint => ({ id, carrier: 'weather', quantity: 'temperature', unit: 'degC', kind: 'instant', stepS: 3600, sign: 1, resolution: 0.1, on: 'weather', ...more })

/** The service as it answers at its documented address: hours of the asked days, every temperature that of the model's run. */
const hourly = (query: URLSearchParams, temperatureC: number) => {
  const first = Date.parse(`${query.get('start_date')}T00:00:00+01:00`)
  const count = (Date.parse(`${query.get('end_date')}T00:00:00+01:00`) - first) / HOUR + 24
  return {
    hourly_units: { temperature_2m: '°C', shortwave_radiation: 'W/m²' },
    hourly: { time: Array.from({ length: count }, (_, i) => (first + i * HOUR) / 1000), temperature_2m: new Array(count).fill(temperatureC), shortwave_radiation: new Array(count).fill(0) },
  }
}

test('two issues from a service: the forecast of midnight knows the first, that of the morning both, and later the day is still told as at its midnight', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-weather-'))
  let temperatureC = -5
  const standIn = await startStandIn({ answer: ({ query }) => ({ body: hourly(query, temperatureC) }) })
  const source: Source = { id: 'meteo', protocol: 'http', url: standIn.url, periodS: 1, staleAfterS: 86_400, options: { latitude: 48.4, longitude: -4.5 } }
  const device: Device = { id: 'roof', source: 'meteo', profile: 'open-meteo-forecast', address: 'roof' }
  const small = smallDistrict().district
  const district: District = {
    ...small, sources: [source], devices: [device], weather: { temperaturePoint: 'weather.t', temperatureForecastPoint: 'weather.t.ahead', source: 'test' },
    measurementPoints: [...small.measurementPoints, weatherPoint('weather.t'), weatherPoint('weather.t.ahead', { forecastHours: 168, feed: { device: 'roof', channel: 'temperature' } })],
  }
  const clock = manualClock(MIDNIGHT - 6 * HOUR)
  const store = await openEmbeddedStore(join(folder, 'measured'), { timeZone: district.timeZone })
  const [observedId] = await store.register(['weather.t'])
  const at = Float64Array.from({ length: (MIDNIGHT + 3 * DAY - FROM) / HOUR }, (_, i) => FROM + i * HOUR)
  await store.importSeries(observedId!, { at, values: at.map(() => 8), quality: new Uint8Array(at.length), recordedAt: at }, { recordedAt: FROM, source: 'import:test' })

  const channels = channelsOf(source, district, loadProfiles())
  expect(httpDriver.check(source, channels)).toEqual([])
  const quarantined: unknown[] = []
  const counters = new Counters()
  const runner = await runSource({ source, channels, district, factory: httpDriver, store, clock, counters, quarantine: (...told) => void quarantined.push(told), log: silentLogger, stateFolder: join(folder, 'state') })
  onTestFinished(async () => {
    await runner.stop()
    await store.close()
    rmSync(folder, { recursive: true })
  })
  const ahead = async (asOf: number) => {
    const [id] = await store.lookup(['weather.t.ahead'])
    return (await store.read(id!, MIDNIGHT, MIDNIGHT + DAY, { asOf })).values
  }
  await expect.poll(async () => (await ahead(Infinity)).length, { timeout: 20_000 }).toBe(24)
  const answered = standIn.calls.length
  clock.set(MIDNIGHT + 6 * HOUR)
  temperatureC = 15
  await expect.poll(async () => (await ahead(Infinity)).at(-1), { timeout: 20_000 }).toBe(15)
  expect(standIn.calls.length).toBeGreaterThan(answered)
  expect(quarantined).toEqual([])
  expect(runner.status().stale).toBe(false)

  const toldAt = async (issuedAt: number) => {
    const { weather, kind } = await weatherAsToldBefore(store, district, issuedAt, FROM, STEPS)
    expect([weather.length, kind]).toEqual([1, 'forecast'])
    return (time: number) => weather[0]!.values[stepOf(time)]
  }
  const midnight = await toldAt(MIDNIGHT + 60_000)
  expect([midnight(MIDNIGHT - HOUR), midnight(MIDNIGHT + 8 * HOUR), midnight(MIDNIGHT + 30 * HOUR)]).toEqual([expect.closeTo(8, 6), -5, -5])
  const morning = await toldAt(MIDNIGHT + 6.5 * HOUR)
  expect([morning(MIDNIGHT + 5 * HOUR), morning(MIDNIGHT + 12 * HOUR), morning(MIDNIGHT + 30 * HOUR)]).toEqual([8, 15, 15])
  // Learned from two days later, the day is what was known of it when it began, neither the later issue nor what was observed.
  const later = await toldAt(MIDNIGHT + 2 * DAY + 60_000)
  expect([later(MIDNIGHT + 3 * HOUR), later(MIDNIGHT + 12 * HOUR), later(MIDNIGHT + DAY + 12 * HOUR)]).toEqual([-5, -5, 15])
  // And a day before it began it was told as the first issue had it, also the day after, of which the second had said something else by then.
  const dayBefore = (await weatherAsToldBefore(store, district, MIDNIGHT + 2 * DAY + 60_000, FROM, STEPS)).weather[0]!.before!.get(1)!
  expect([dayBefore[stepOf(MIDNIGHT + DAY + 12 * HOUR)], dayBefore[stepOf(MIDNIGHT + 2 * DAY + 12 * HOUR)]]).toEqual([-5, 15])
  // Issues that are read as of a time before the first are none.
  const before = await weatherAsToldBefore(store, district, MIDNIGHT - 7 * HOUR, FROM, STEPS)
  expect([before.kind, before.weather[0]!.values.some((value) => value < 0)]).toEqual(['usual', false])
}, 60_000)
