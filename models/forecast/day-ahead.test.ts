import { describe, expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { frenchHolidayName } from '#models/units/holidays.ts'
import { localCalendar, localDayStart } from '#models/units/local-time.ts'
import { LEVELS } from './conformal.ts'
import { forecastDays, type SeriesProblem } from './day-ahead.ts'

const HOUR = 3_600_000
const timeZone = 'Europe/Paris'

/** An office heated by electricity: hours of work, cold, and chance; whole days up to the morning of `day`. */
function problemOf(day: string, days: number, more: Partial<SeriesProblem> = {}): SeriesProblem {
  const issuedAt = localDayStart(Date.parse(`${day}T12:00:00Z`), timeZone)
  const from = localDayStart(issuedAt - days * 24 * HOUR + HOUR, timeZone)
  const steps = (issuedAt - from) / HOUR
  const random = seeded(days)
  const at = Float64Array.from({ length: steps + 200 }, (_, step) => from + step * HOUR)
  const { minuteOfDay, isoWeekday } = localCalendar(at, timeZone)
  let spell = 0
  const temperature = at.map((time) => (spell = 0.98 * spell + (random() - 0.5)) + 11 - 7 * Math.cos((2 * Math.PI * (time / 86_400_000 - 15)) / 365.25))
  const load = at.map((_, step) => {
    const working = isoWeekday[step]! < 6 && minuteOfDay[step]! >= 8 * 60 && minuteOfDay[step]! < 18 * 60
    return 20 + (working ? 60 : 0) + 3 * Math.max(0, 16 - temperature[step]!) + 4 * (random() - 0.5)
  })
  return {
    timeZone, stepS: 3600, from, values: load.map((value, step) => (step < steps ? value : NaN)), issuedAt, weather: [{ kind: 'temperature', values: temperature }],
    rules: { holidayOf: frenchHolidayName }, production: false, nonNegative: true, horizonDays: 2, size: 'light', ...more,
  }
}

describe('days of the past', () => {
  test.each([['blend', 240], ['ridge', 60], ['similar-day', 30]] as const)('the %s tells what it would have said of the days before, from what was known then', (method, days) => {
    const problem = problemOf('2026-02-10', days, { horizonDays: 3 })
    const forecast = forecastDays(problem)
    expect(forecast.method).toBe(method)
    expect(forecast.past.map(({ daysAhead }) => [...daysAhead])).toEqual([[0], [1], [2]])
    const issueDate = Date.parse('2026-02-10') / 86_400_000
    for (const { firstDate, perDay, values, quantiles, spread, measured } of forecast.past) {
      // The last day is the eve of the issue, and what is said to be measured was.
      expect(firstDate + values.length / perDay).toBe(issueDate)
      const lastMeasured = problem.values.subarray((problem.issuedAt - problem.from) / HOUR - values.length, (problem.issuedAt - problem.from) / HOUR)
      expect(measured).toEqual(lastMeasured)
      for (const column of [...quantiles, spread]) expect(column).toHaveLength(values.length)
      const errors = values.map((value, cell) => Math.abs(value - measured[cell]!)).filter((error) => !Number.isNaN(error))
      expect(errors.length).toBeGreaterThan(20 * perDay)
      expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(25)
    }
    // What is measured of the last day moves nothing that was said of it (so little that the rung stays).
    const eve = (problem.issuedAt - problem.from) / HOUR - 24
    const other = forecastDays({ ...problem, values: problem.values.map((value, step) => (step >= eve ? value + 20 : value)) })
    expect(other.method).toBe(method)
    for (const [group, { values, perDay }] of forecast.past.entries()) expect(other.past[group]!.values.subarray(values.length - perDay)).toEqual(values.subarray(values.length - perDay))
  })
})

describe('weather told before', () => {
  test('a forecast of the day after learns from what was told a day before each day, and not from what was told later', () => {
    const problem = problemOf('2026-02-10', 60)
    const told = problem.weather[0]!.values
    const vague = told.map(() => 8)
    const withBefore = (values: Float64Array, before: Float64Array) => forecastDays({ ...problem, weather: [{ kind: 'temperature', values, before: new Map([[1, before]]) }] })
    const plain = forecastDays(problem)
    expect(withBefore(told, told).values).toEqual(plain.values)
    const [later, earlier] = [withBefore(told, vague), withBefore(told.map((value, i) => (i % 3 === 0 ? value + 5 : value)), vague)]
    // The second day knows only what was told before; the first only what was told on it.
    expect(later.values.subarray(0, 24)).toEqual(plain.values.subarray(0, 24))
    expect(later.values.subarray(24)).not.toEqual(plain.values.subarray(24))
    expect(earlier.values.subarray(24)).toEqual(later.values.subarray(24))
    expect(earlier.values.subarray(0, 24)).not.toEqual(later.values.subarray(0, 24))
    expect(earlier.past[1]!.values).toEqual(later.past[1]!.values)
  })
})

test('of late meters the mean of similar days says of the past only what it could have said, and its band with it', () => {
  const problem = problemOf('2026-02-10', 38, { horizonDays: 1 })
  const availableAt = problem.values.map((_, step) => problem.from + (step + 1) * HOUR + 26 * HOUR)
  const [{ values, quantiles, perDay }] = forecastDays({ ...problem, availableAt }).past
  // Two days before the eve: arrived two hours after the eve had begun.
  const arrivedLate = (problem.issuedAt - problem.from) / HOUR - 2 * 24
  const [other] = forecastDays({ ...problem, availableAt, values: problem.values.map((value, step) => (step >= arrivedLate && step < arrivedLate + 24 ? value + 500 : value)) }).past
  const eve = (column: Float64Array) => column.subarray(column.length - perDay)
  expect(eve(other!.values)).toEqual(eve(values))
  expect(other!.quantiles.map(eve)).toEqual(quantiles.map(eve))
  // Issued on the eve it was the same.
  const issued = forecastDays({ ...problem, availableAt, issuedAt: problem.issuedAt - 24 * HOUR })
  expect(issued.method).toBe('similar-day')
  expect(issued.values).toEqual(eve(values))
  expect(issued.quantiles).toEqual(quantiles.map(eve))
})

describe('the ladder', () => {
  test('eight months of days: the blend, near what will be measured, with a band that holds it', () => {
    const problem = problemOf('2026-02-10', 240)
    const whole = problemOf('2026-02-12', 242)
    const forecast = forecastDays(problem)
    expect(forecast.method).toBe('blend')
    expect(forecast.reason).toBeUndefined()
    expect(forecast.from).toBe(problem.issuedAt)
    expect(forecast.values).toHaveLength(48)
    expect(forecast.lately.mae).toBeLessThan(0.7 * forecast.lately.similarDayMae)
    // Another seed, the same office: by day it needs 80 kW and what the cold adds.
    expect(whole.values).not.toEqual(problem.values)
    const cold = (step: number) => 3 * Math.max(0, 16 - problem.weather[0]!.values[(forecast.from - problem.from) / HOUR + step]!)
    const wrong = forecast.values.map((value, step) => Math.abs(value - (20 + (step % 24 >= 8 && step % 24 < 18 ? 60 : 0) + cold(step))))
    expect(wrong.reduce((sum, one) => sum + one, 0) / 48).toBeLessThan(2)
    for (let k = 1; k < LEVELS.length; k += 1) expect(forecast.quantiles[k]!.every((value, step) => value >= forecast.quantiles[k - 1]![step]!)).toBe(true)
    const width = forecast.quantiles.at(-1)!.map((value, step) => value - forecast.quantiles[0]![step]!)
    // 90 % of chance alone are 3.6 kW.
    expect(width.reduce((sum, one) => sum + one, 0) / 48).toBeGreaterThan(2.5)
    expect(width.reduce((sum, one) => sum + one, 0) / 48).toBeLessThan(8)
  })
  test('its parts add up to it, and a cold day is told by the weather', () => {
    const problem = problemOf('2026-02-10', 240, { horizonDays: 1 })
    const first = (problem.issuedAt - problem.from) / HOUR
    const colder = problem.weather[0]!.values.map((value, step) => (step >= first ? value - 6 : value))
    const [usual, cold] = [forecastDays(problem), forecastDays({ ...problem, weather: [{ kind: 'temperature', values: colder }] })]
    for (const one of [usual, cold]) for (let step = 0; step < 24; step += 1) expect(one.contributions[0]![step]! + one.contributions[1]![step]! + one.contributions[2]![step]!).toBeCloseTo(one.values[step]!, 3)
    const mean = (column: Float64Array) => column.reduce((sum, one) => sum + one, 0) / column.length
    expect(mean(cold.values) - mean(usual.values)).toBeGreaterThan(12)
    // That an office draws by day is calendar, not what the last days were like.
    const byDay = (column: Float64Array) => mean(column.subarray(9, 17)) - mean(column.subarray(0, 7))
    expect(byDay(usual.values)).toBeGreaterThan(40)
    expect(byDay(usual.contributions[0]!)).toBeGreaterThan(0.8 * byDay(usual.values))
    expect(mean(cold.contributions[1]!) - mean(usual.contributions[1]!)).toBeGreaterThan(0.9 * (mean(cold.values) - mean(usual.values)))
  })
  test.each([[70, 'ridge'], [20, 'similar-day'], [2, 'constant']] as const)('%i days: %s, and why', (days, method) => {
    const forecast = forecastDays(problemOf('2026-02-10', days))
    expect(forecast.method).toBe(method)
    expect(forecast.reason).toBe('history-short')
    expect(forecast.values.every((value) => value > 0)).toBe(true)
    expect(forecast.quantiles[0]!.every((value, step) => value <= forecast.quantiles.at(-1)![step]!)).toBe(true)
  })
  test('nothing was ever measured: nothing is said', () => {
    const problem = problemOf('2026-02-10', 30)
    const forecast = forecastDays({ ...problem, values: problem.values.map(() => NaN) })
    expect(forecast.values.every(Number.isNaN)).toBe(true)
  })
  test('what follows no rule but the weekday: the mean of similar days was better, and is said to be so', () => {
    const problem = problemOf('2026-02-10', 90, { horizonDays: 1 })
    const random = seeded(5)
    // Each day begins anew: what was learned of the days before is wrong.
    const values = problem.values.map((value) => (Number.isNaN(value) ? NaN : 50 + 1e-6 * random()))
    const forecast = forecastDays({ ...problem, values })
    expect(Math.abs(forecast.values[10]! - 50)).toBeLessThan(1e-3)
  })
})

test('the day of the autumn change has 25 values, that of the spring change 23', () => {
  expect(forecastDays(problemOf('2026-10-25', 60, { horizonDays: 1 })).values).toHaveLength(25)
  expect(forecastDays(problemOf('2026-03-29', 60, { horizonDays: 1 })).values).toHaveLength(23)
})
