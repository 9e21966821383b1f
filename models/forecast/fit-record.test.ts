import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { forecastDays, type FitRecord, type SeriesProblem } from './day-ahead.ts'

/** Who answers when the fits of each night are on record, on a history that the ridge alone learns from. */
const DAY_MS = 86_400_000
const FROM = Date.UTC(2026, 0, 1)
const FIRST_DATE = FROM / DAY_MS
const random = seeded(4)
let [noise, spell] = [0, 0]
/** Spells of cold and warmth that last some days, degC. */
const temperature = Float64Array.from({ length: 132 * 24 }, (_, i) => (spell = 0.98 * spell + 1.5 * (random() - 0.5)) + 10 + 3 * Math.sin((2 * Math.PI * ((i % 24) - 9)) / 24))
/** Offices that are heated by electricity: working hours of five days, the cold, noise that lasts some hours. */
const truth = Float64Array.from({ length: 130 * 24 }, (_, i) => {
  const [hour, day] = [i % 24, Math.floor(i / 24)]
  noise = 0.9 * noise + random() - 0.5
  return 40 + ((day + 3) % 7 < 5 && hour >= 8 && hour < 18 ? 60 : 0) + 5 * Math.max(0, 18 - temperature[i]) + 3 * noise
})
const dayOf = (values: Float64Array, day: number) => values.slice(day * 24, (day + 1) * 24)
const mae = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length
const problem = (day: number, record?: FitRecord, values = truth, horizonDays = 2): SeriesProblem => ({
  timeZone: 'UTC', stepS: 3600, from: FROM, values: values.slice(0, day * 24), issuedAt: FROM + day * DAY_MS, weather: [{ kind: 'temperature', values: temperature }], rules: { holidayOf: () => undefined },
  production: false, nonNegative: true, horizonDays, size: 'light', ...(record === undefined ? {} : { record }),
})
/** Of the days before, wrong by so much. */
const said = (day: number, days: number, error: number, method: 'ridge' | 'blend' = 'ridge'): FitRecord['said'] =>
  Array.from({ length: days }, (_, k) => ({ date: FIRST_DATE + day - days + k, method, values: dayOf(truth, day - days + k).map((value) => value + error) }))

const DAY = 100
const plain = forecastDays(problem(DAY))

test('without a record the newest fit answers, and says what it would have said for the record', () => {
  expect(plain).toMatchObject({ method: 'ridge', reason: 'history-short', newest: { method: 'ridge' } })
  expect(plain.newest!.values).toEqual(plain.values.slice(0, 24))
})

test('newest fits that were far off on two weeks and more give way to the older one, which is not the same and is said to be so', () => {
  const forecast = forecastDays(problem(DAY, { said: said(DAY, 20, 25), inService: 'newest' }))
  expect(forecast).toMatchObject({ method: 'ridge', reason: 'older-fit-was-better' })
  expect(forecast.newest).toEqual(plain.newest)
  expect(forecast.values).not.toEqual(plain.values)
  // It is a forecast of the same days, and no worse than such a one may be.
  expect(mae(forecast.values, truth.slice(DAY * 24, (DAY + 2) * 24))).toBeLessThan(25)
  expect(forecast.quantiles[0].every((value, step) => value <= forecast.values[step])).toBe(true)
  const parts = forecast.values.map((_, step) => forecast.contributions.reduce((sum, column) => sum + column[step], 0))
  expect(mae(parts, forecast.values)).toBeLessThan(0.01)
})

test('one that has answered goes on until the newest has beaten it', () => {
  // As wrong as the older one was, and a little more.
  const older = plain.past[0].values.map((value, cell) => Math.abs(value - plain.past[0].measured[cell])).slice(-28 * 24)
  const usual = older.reduce((sum, error) => sum + error, 0) / older.length
  const asked = (error: number, inService: FitRecord['inService']) => forecastDays(problem(DAY, { said: said(DAY, 28, error), inService })).reason
  expect([asked(1.02 * usual, 'newest'), asked(1.02 * usual, 'older'), asked(0.98 * usual, 'older')]).toEqual(['history-short', 'older-fit-was-better', 'history-short'])
})

test('too few days, or those of another rung, say nothing', () => {
  for (const record of [said(DAY, 13, 25), said(DAY, 28, 25, 'blend'), said(DAY - 28, 28, 25)]) expect(forecastDays(problem(DAY, { said: record, inService: 'newest' })).values).toEqual(plain.values)
})

test('two weeks after a week of garbage the forecast follows what is measured again, and the record makes it no worse', () => {
  // The meter tells night for day over a week.
  const garbage = truth.map((value, i) => (Math.floor(i / 24) >= 83 && Math.floor(i / 24) < 90 ? 240 - value : value))
  const record: FitRecord['said'][number][] = []
  const [withRecord, without]: [number[], number[]] = [[], []]
  for (let day = 90; day < 116; day += 1) {
    const forecast = forecastDays(problem(day, { said: record, inService: 'newest' }, garbage, 1))
    if (forecast.newest !== undefined) record.push({ date: FIRST_DATE + day, ...forecast.newest })
    if (day < 104) continue
    withRecord.push(mae(forecast.values.subarray(0, 24), dayOf(truth, day)))
    without.push(mae(forecastDays(problem(day, undefined, garbage, 1)).values.subarray(0, 24), dayOf(truth, day)))
    expect(forecast.method).toBe('ridge')
  }
  const mean = (errors: number[]) => errors.reduce((sum, error) => sum + error, 0) / errors.length
  expect(mean(withRecord)).toBeLessThan(8)
  expect(mean(withRecord)).toBeLessThan(mean(without))
}, 60_000)
