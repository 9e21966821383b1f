import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { together } from '#models/forecast/skill-figures.ts'
import { localDateIndex, localParts } from '#models/units/local-time.ts'
import { openEmbeddedStore } from '#services/store/embedded/store.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { issueForecasts } from './forecast.ts'
import { createDayForecaster } from './forecast-days.ts'
import { scoreWeeks, weeksOver } from './forecast-skill.ts'
import { dayAheadSeries } from './forecast-series.ts'
import { evaluationPlan } from './plan.ts'
import type { DayAheadForecast } from './port.ts'
import { readHalfHours } from './step-inputs.ts'
import { smallDistrict } from './small-district.testkit.ts'

const STEP = 600_000
const DAY = 86_400_000
const ISSUED = Date.parse('2026-05-19T00:01:00+02:00')
const DAYS = 170
const { district } = smallDistrict()
const plan = evaluationPlan(district)
const forecaster = (store: TimeSeriesStore) => createDayForecaster(store, district, plan)

let place: string
let store: TimeSeriesStore
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'penfeld-days-'))
  store = await openEmbeddedStore(join(place, 'measured'), { timeZone: district.timeZone })
  // The history was recorded before the issue; the days after it, which one test compares with, later.
  const at = Float64Array.from({ length: DAYS * 144 + 288 }, (_, i) => Math.floor(ISSUED / STEP) * STEP + (i - DAYS * 144) * STEP)
  for (const [k, { id }] of district.measurementPoints.filter(({ quantity }) => quantity === 'active-power').entries()) {
    const values = curve(at, k + 1)
    const [pointId] = await store.register([id])
    const cut = DAYS * 144
    const part = (from: number, to: number) => ({ at: at.slice(from, to), values: values.slice(from, to), quality: new Uint8Array(to - from) })
    await store.importSeries(pointId!, part(0, cut), { recordedAt: ISSUED - 1, source: 'import:test' })
    if (id === 'elec.tr.P01.T1.p') await store.importSeries(pointId!, part(cut, at.length), { recordedAt: ISSUED + 2 * DAY, source: 'import:test' })
  }
}, 60_000)
afterAll(async () => {
  await store.close()
  rmSync(place, { recursive: true })
})

/** Every weekday unlike the others, an evening peak, and noise that lasts some hours. */
function curve(at: Float64Array, seed: number): Float64Array {
  const random = seeded(seed)
  let noise = 0
  return at.map((time) => {
    const { minuteOfDay, isoWeekday } = localParts(time, district.timeZone)
    noise = 0.97 * noise + random() - 0.5
    const evening = Math.exp(-(((minuteOfDay - 1_140) / 150) ** 2))
    return 60 + (10 + 6 * ((isoWeekday * 3) % 7)) * Math.sin((Math.PI * minuteOfDay) / 1_440) + 40 * evening + 3 * noise
  })
}

test('a district with half a year of history is forecast by the blend, and most of the day after lies in its band', async () => {
  const days = forecaster(store)
  const made: DayAheadForecast[] = []
  for (const series of ['district', 'P01.T1', 'dp0']) {
    const { forecast, failure } = await days.forecast(series, ISSUED)
    expect(failure).toBeUndefined()
    made.push(forecast!)
  }
  expect(made.map(({ method, reason, bound }) => [method, reason, bound])).toEqual(new Array(3).fill(['blend', undefined, 1]))
  expect(made.map(({ valuesKw }) => valuesKw.length)).toEqual([7 * 48, 4 * 48, 4 * 48])
  expect(new Set(made.map(({ from }) => from))).toEqual(new Set([Date.parse('2026-05-19T00:00:00+02:00')]))
  const byName = new Map(plan.sensors.map((power) => [power.on, power]))
  const measured = await readHalfHours(store, byName.get('P01.T1')!, made[1]!.from, made[1]!.from + DAY, ISSUED + 3 * DAY)
  const [low, , , , high] = made[1]!.quantilesKw
  const inside = measured.filter((value, i) => value >= low!.valuesKw[i]! && value <= high!.valuesKw[i]!).length / 48
  expect(inside).toBeGreaterThan(0.6)
  const width = high!.valuesKw.reduce((sum, value, i) => sum + value - low!.valuesKw[i]!, 0) / high!.valuesKw.length
  // Not by being wide: the noise has a standard deviation of 3.6 kW.
  expect(width).toBeLessThan(25)
  expect(made[1]!.contributions!.calendar.length).toBe(4 * 48)

  const issued = await issueForecasts(store, district, plan, ISSUED, made)
  expect(Object.fromEntries(issued.map(({ series, method, reason }) => [series, [method, reason]]))).toMatchObject({
    district: ['blend', undefined], 'P01.T1': ['blend', undefined], dp0: ['blend', undefined], dp2: ['seasonal-naive', 'not-fitted'], 'P02.T1': ['seasonal-naive', 'not-fitted'],
  })
  const total = issued.find(({ series }) => series === 'district')!
  expect([total.valuesKw.length, total.stepS, total.from]).toEqual([288, 600, Math.ceil(ISSUED / STEP) * STEP])
  expect(new Set(issued.map(({ series }) => series))).toEqual(new Set(dayAheadSeries(district, plan)))

  // Yesterday's serves for a day and a half and no longer; a fit that failed is named.
  const later = await issueForecasts(store, district, plan, ISSUED + 35 * 3_600_000, made)
  expect(later.find(({ series }) => series === 'dp0')).toMatchObject({ method: 'blend' })
  const tooLate = await issueForecasts(store, district, plan, ISSUED + 37 * 3_600_000, [made[0]!, { ...made[2]!, valuesKw: new Float64Array(0), issuedAt: ISSUED + DAY }])
  expect(tooLate.find(({ series }) => series === 'district')).toMatchObject({ method: 'seasonal-naive', reason: 'not-fitted' })
  expect(tooLate.find(({ series }) => series === 'dp0')).toMatchObject({ method: 'seasonal-naive', reason: 'fit-failed' })
}, 300_000)

test('a value recorded after the issue is not read, by the fit or by the correction', async () => {
  const days = forecaster(store)
  const { forecast } = await days.forecast('dp2', ISSUED)
  const hourly = await issueForecasts(store, district, plan, ISSUED + 8 * 3_600_000, [forecast!])
  // A correction of last week and of the morning, both a minute after what they would change.
  const [id] = await store.lookup(['elec.dp.dp2.p'])
  const morning = Math.floor(ISSUED / STEP) * STEP + 6 * 3_600_000
  const at = Float64Array.from({ length: 24 }, (_, i) => (i < 12 ? morning - 7 * DAY : morning) + (i % 12) * STEP)
  await store.append({ pointIds: new Int32Array(24).fill(id!), at, values: new Float64Array(24).fill(5_000), quality: new Uint8Array(24) }, { recordedAt: ISSUED + 8 * 3_600_000 + 60_000, source: 'test' })
  expect((await forecaster(store).forecast('dp2', ISSUED)).forecast).toEqual(forecast)
  const ofSeries = (all: Awaited<ReturnType<typeof issueForecasts>>) => all.find(({ series }) => series === 'dp2')!
  expect(ofSeries(await issueForecasts(store, district, plan, ISSUED + 8 * 3_600_000, [forecast!]))).toEqual(ofSeries(hourly))
  const known = ofSeries(await issueForecasts(store, district, plan, ISSUED + 8 * 3_600_000 + 120_000, [forecast!]))
  expect(known.valuesKw[0]! - ofSeries(hourly).valuesKw[1]!).toBeGreaterThan(100)
}, 300_000)

test('a series without a value, and one that fell silent for long, are passed over without a failure', async () => {
  const empty = await openEmbeddedStore(join(place, 'empty'), { timeZone: district.timeZone })
  expect(await forecaster(empty).forecast('dp0', ISSUED)).toEqual({})
  expect(await forecaster(empty).forecast('district', ISSUED)).toEqual({})
  await empty.close()
  expect(await forecaster(store).forecast('dp0', ISSUED + 60 * DAY)).toEqual({})
}, 60_000)

test('the past that a fit leaves is scored by weeks: better than the week before, with a band that keeps what it promises', async () => {
  const { past, newest } = await forecaster(store).forecast('P01.T1', ISSUED)
  expect([newest!.date, newest!.values.length]).toEqual([localDateIndex(ISSUED, district.timeZone), 48])
  const weeks = await scoreWeeks(store, district, plan, { series: 'P01.T1', now: ISSUED, backtestWeeks: weeksOver(ISSUED, district.timeZone), issuedWeeks: [], past: past!, issued: [] })
  // Eight weeks of the past are seven from Monday to Sunday, by three groups of days ahead.
  expect(weeks.map(({ daysAhead }) => daysAhead[0]).toSorted()).toEqual([0, 1, 2].flatMap((ahead) => new Array(7).fill(ahead)))
  expect(new Set(weeks.map(({ weather, method }) => `${weather} ${method}`))).toEqual(new Set(['none blend']))
  for (const ahead of [0, 1]) {
    const figures = together(weeks.filter(({ daysAhead }) => daysAhead[0] === ahead).map((one) => one.figures))
    expect(figures.values).toBe(7 * 336)
    // Every week is like the one before but for the noise: no curve flatters the value of the week before more.
    expect(figures.mae).toBeLessThan(figures.naiveMae)
    expect(figures.cover90Pct).toBeGreaterThan(82)
    expect(figures.cover90Pct).toBeLessThan(97)
    expect(figures.below.toSorted((a, b) => a - b)).toEqual(figures.below)
  }
}, 120_000)
