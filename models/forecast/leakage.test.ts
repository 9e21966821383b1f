import { describe, expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { frenchHolidayName } from '#models/units/holidays.ts'
import { forecastDays, type SeriesForecast, type SeriesProblem } from './day-ahead.ts'
import { dayMarks } from './day-marks.ts'
import { contributions, LIGHT_MEMBER_OPTIONS } from './members.ts'
import { normals } from './normal.ts'
import { rollingForecast, type RollingInputs } from './rolling.ts'
import { byCell, slotGrid } from './slot-grid.ts'
import { temperatureKnots } from './weather-terms.ts'

/**
 * Absurd values are planted where the origin cannot know them, and the forecast must not move by a bit. The day that is
 * forecast is Christmas, so that what is learned from the same name of the year before is under test too, and the values
 * that arrive late reach from the year before to yesterday.
 */
const TIME_ZONE = 'Europe/Paris'
const STEP_S = 3600
const STEP_MS = STEP_S * 1000
const FROM = Date.parse('2018-09-30T22:00:00Z')
/** Local midnight of 25 December. */
const CHRISTMAS = Date.parse('2019-12-24T23:00:00Z')
const STEPS = Math.round((CHRISTMAS - FROM) / STEP_MS) + 10 * 24
const ABSURD = 1e6

const normal = normals(seeded(5))
const temperature = Float64Array.from({ length: STEPS }, (_, i) => 11 - 8 * Math.cos((2 * Math.PI * (i / 24 + 250)) / 365) + 3 * Math.sin((2 * Math.PI * i) / 24) + normal())
const measured = Float64Array.from({ length: STEPS }, (_, i) => {
  const weekend = [5, 6].includes(Math.floor(i / 24) % 7) ? 30 : 0
  return 200 - weekend + 40 * Math.sin((2 * Math.PI * (i % 24)) / 24) - 3 * temperature[i] + 5 * normal()
})
const endOf = (step: number) => FROM + (step + 1) * STEP_MS
const onTime = Float64Array.from({ length: STEPS }, (_, step) => endOf(step))

/** Steps by where they lie from the origin, and what arrives after it although it lies before: yesterday's afternoon, a day of every third week, last Christmas. */
const isAfter = (step: number, origin: number) => endOf(step) > origin
function isLate(step: number, origin: number): boolean {
  const back = Math.floor((origin - FROM) / STEP_MS) - 1 - step
  return back >= 0 && (back < 9 || Math.floor(back / 24) % 21 === 5 || (step >= 85 * 24 && step < 88 * 24))
}

describe.each([0, 1, 3])('a rolling forecast with lead %i', (leadDays) => {
  const grid = slotGrid(FROM, STEPS, STEP_S, TIME_ZONE)
  const { perDay } = grid
  const day = grid.dayStart.indexOf(CHRISTMAS)
  const origin = grid.dayStart[day - leadDays]
  const weather = byCell(grid, temperature)
  const base = { grid, marks: dayMarks(grid.firstDay, grid.days, { holidayOf: frenchHolidayName }), weather: [{ kind: 'temperature' as const, values: weather, knots: temperatureKnots(weather.subarray(0, (day - leadDays) * perDay)) }], production: false, nonNegative: true, pastWeather: true, originMinute: 0, leadDays }
  const inputsOf = (values: Float64Array, availableAt: Float64Array): RollingInputs => {
    const available = new Float64Array(grid.days * perDay).fill(Infinity)
    values.forEach((value, step) => {
      if (!Number.isNaN(value)) available[grid.cellOf[step]] = availableAt[step]
    })
    return { ...base, values: byCell(grid, values), availableAt: available }
  }
  const told = (values: Float64Array, availableAt: Float64Array) => {
    const rolled = rollingForecast(inputsOf(values, availableAt), day, day + 1, { refitDays: 7, warmUpRefitDays: 28, warmUpDays: 28, members: LIGHT_MEMBER_OPTIONS })
    return [rolled.values, ...rolled.quantiles, ...contributions(rolled.fitted, rolled.weights, rolled.rows, perDay, day * perDay, (day + 1) * perDay)].map((column) => Float64Array.from(column))
  }
  const late = onTime.map((at, step) => (isLate(step, origin) ? origin + 1 : at))
  const without = told(measured.map((value, step) => (isLate(step, origin) || isAfter(step, origin) ? NaN : value)), late)

  test('knows what it must not be moved by', () => expect(without.every((column) => column.every(Number.isFinite))).toBe(true))

  test('sees nothing that lies after its origin, or arrives after it', () => {
    expect(told(measured.map((value, step) => (isLate(step, origin) || isAfter(step, origin) ? ABSURD : value)), late)).toEqual(without)
  }, 60_000)

  test('is moved by the same values when they arrive a moment earlier', () => {
    const inTime = late.map((at) => (at === origin + 1 ? origin : at))
    const moved = told(measured.map((value, step) => (isLate(step, origin) ? ABSURD : value)), inTime)
    expect(moved[0]).not.toEqual(without[0])
  }, 60_000)

  test('is moved by one value of last Christmas at noon that arrives a moment earlier', () => {
    const inTime = late.map((at) => (at === origin + 1 ? origin : at))
    const one = told(measured.map((value, step) => (isLate(step, origin) || isAfter(step, origin) ? NaN : value)).fill(ABSURD, 85 * 24 + 12, 85 * 24 + 13), inTime)
    expect(one[0]).not.toEqual(without[0])
  }, 60_000)
})

test('whole days forecast from an issue in the afternoon see nothing that arrives after it', () => {
  const issuedAt = CHRISTMAS + 15 * 3_600_000 + 60_000
  const problem = (values: Float64Array, availableAt: Float64Array): SeriesProblem => ({
    timeZone: TIME_ZONE, stepS: STEP_S, from: FROM, values, availableAt, issuedAt, weather: [{ kind: 'temperature', values: temperature }],
    rules: { holidayOf: frenchHolidayName }, production: false, nonNegative: true, horizonDays: 4, size: 'light',
  })
  const late = onTime.map((at, step) => (isLate(step, issuedAt) ? issuedAt + 1 : at))
  const hidden = (value: number) => measured.map((own, step) => (isLate(step, issuedAt) || isAfter(step, issuedAt) ? value : own))
  const columns = ({ values, quantiles, contributions: parts, carried }: SeriesForecast) => [values, ...quantiles, ...parts, carried].map((column) => Float64Array.from(column))
  const without = forecastDays(problem(hidden(NaN), late))
  const planted = forecastDays(problem(hidden(ABSURD), late))
  expect(without.method).toBe('blend')
  expect(without.contributions.length).toBe(3)
  expect(columns(planted)).toEqual(columns(without))
  expect(planted.lately).toEqual(without.lately)
  const moved = forecastDays(problem(measured.map((own, step) => (isLate(step, issuedAt) ? ABSURD : own)), onTime))
  expect(moved.values).not.toEqual(without.values)
}, 120_000)

test('what arrives between midnight and the issue is no part of the days it is forecast with', () => {
  // The ladder is issued as of the midnight before: a value of last Christmas that arrives at noon must not move it.
  const issuedAt = CHRISTMAS + 15 * 3_600_000
  const at = 85 * 24 + 12
  const run = (value: number) => forecastDays({
    timeZone: TIME_ZONE, stepS: STEP_S, from: FROM, values: measured.slice().fill(value, at, at + 1), availableAt: onTime.slice().fill(CHRISTMAS + 12 * 3_600_000, at, at + 1), issuedAt,
    weather: [], rules: { holidayOf: frenchHolidayName }, production: false, nonNegative: true, horizonDays: 1, size: 'light',
  })
  expect(run(ABSURD).values).toEqual(run(NaN).values)
}, 60_000)
