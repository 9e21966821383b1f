import { describe, expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { backtest, daysToTry, type BacktestOptions, type BacktestProblem } from './backtest.ts'
import { LEVELS } from './conformal.ts'
import { LIGHT_MEMBER_OPTIONS } from './members.ts'
import { normals } from './normal.ts'
import { dailyErrors, seasonOf, seasonScores, sharesBelow, skillByHour } from './skill.ts'

const HOURS = 24
/** A Monday. */
const FROM = Date.parse('2024-01-01T00:00:00Z')
const DAYS = 140
const ROLLING = { refitDays: 28, warmUpRefitDays: 28, warmUpDays: 28, members: { ...LIGHT_MEMBER_OPTIONS, names: ['ridge' as const] } }
const OPTIONS: BacktestOptions = { days: 28, leads: [0, 1], rolling: ROLLING }
const problemOf = (values: Float64Array, more: Partial<BacktestProblem> = {}): BacktestProblem => ({ timeZone: 'UTC', stepS: 3600, from: FROM, values, weather: [], rules: { holidayOf: () => undefined }, production: false, ...more })

/** The same wave every day, lower at weekends, rising by `t` a day (at each midnight): every baseline has a closed form. */
const T = 0.5
const rising = Float64Array.from({ length: DAYS * HOURS }, (_, i) => {
  const day = Math.floor(i / HOURS)
  return 100 + (day % 7 >= 5 ? -20 : 0) + 10 * Math.sin((2 * Math.PI * (i % HOURS)) / HOURS) + T * day
})

describe('on a series that rises evenly', () => {
  const told = backtest(problemOf(rising), OPTIONS)
  const [sameDay, dayBefore] = told.leads

  test('the last whole days are tried, and said to have no weather', () => {
    expect(told.dayStart.length).toBe(28)
    expect(told.dayStart[27]).toBe(FROM + (DAYS - 1) * 86_400_000)
    expect(told.measured).toEqual(rising.slice(-28 * HOURS))
    expect(told.weather).toBe('none')
    expect([sameDay.leftOut, dayBefore.leftOut]).toEqual([0, 0])
  })

  test('the naive forecast lags a week behind', () => {
    const mean = told.measured.reduce((sum, value) => sum + value, 0) / told.measured.length
    for (const { scores: { naive } } of told.leads) {
      expect(naive.mae).toBeCloseTo(7 * T, 9)
      expect(naive.rmse).toBeCloseTo(7 * T, 9)
      expect(naive.nMaePct).toBeCloseTo((100 * 7 * T) / mean, 9)
      const peaks = Array.from({ length: 28 }, (_, day) => Math.max(...told.measured.subarray(day * HOURS, (day + 1) * HOURS)))
      expect(naive.peakErrorPct).toBeCloseTo(peaks.reduce((sum, peak) => sum + (100 * 7 * T) / peak, 0) / 28, 9)
    }
  })

  test('the mean of similar days lags by the mean of the days it takes', () => {
    // Days back of the five latest working days for Monday to Friday, of the three latest Saturdays or Sundays for the others.
    const lag = (lists: readonly (readonly number[])[]) => lists.reduce((sum, list) => sum + list.reduce((all, back) => all + back, 0) / list.length, 0) / 7
    const weekend = [[7, 14, 21], [7, 14, 21]]
    expect(sameDay.scores.similarDay.mae).toBeCloseTo(T * lag([[3, 4, 5, 6, 7], [1, 4, 5, 6, 7], [1, 2, 5, 6, 7], [1, 2, 3, 6, 7], [1, 2, 3, 4, 7], ...weekend]), 9)
    expect(dayBefore.scores.similarDay.mae).toBeCloseTo(T * lag([[3, 4, 5, 6, 7], [4, 5, 6, 7, 8], [2, 5, 6, 7, 8], [2, 3, 6, 7, 8], [2, 3, 4, 7, 8], ...weekend]), 9)
  })

  test('what is even can be learned: the forecast follows the rise, and more of it at every hour ahead', () => {
    for (const { scores: { forecast } } of told.leads) expect(forecast.mae).toBeLessThan(0.2 * 7 * T)
    expect(told.skillByHour.map(({ hourAhead }) => hourAhead)).toEqual(Array.from({ length: 48 }, (_, hour) => hour + 1))
    for (const { skill, mae, naiveMae } of told.skillByHour) {
      expect(naiveMae).toBeCloseTo(7 * T, 9)
      expect(skill).toBeCloseTo(1 - mae / naiveMae, 12)
      expect(skill).toBeGreaterThan(0.7)
    }
  })

  test('meters that deliver a day later know on the day what others knew the day before', () => {
    const late = backtest(problemOf(rising, { deliveryDelayS: 86_400 }), { ...OPTIONS, leads: [0] })
    expect(late.leads[0].scores.similarDay.mae).toBeCloseTo(dayBefore.scores.similarDay.mae, 9)
    expect(late.leads[0].scores.naive.mae).toBeCloseTo(7 * T, 9)
    // Said value by value it is the same.
    const availableAt = rising.map((_, step) => FROM + (step + 1) * 3_600_000 + 86_400_000)
    expect(backtest(problemOf(rising, { availableAt }), { ...OPTIONS, leads: [0] }).leads[0].values).toEqual(late.leads[0].values)
    // Eight days later the week before has not arrived, and the naive forecast is that of two weeks before.
    const later = backtest(problemOf(rising, { deliveryDelayS: 8 * 86_400 }), { ...OPTIONS, leads: [0] })
    expect(later.leads[0].scores.naive.mae).toBeCloseTo(14 * T, 9)
  })

  test('no more days than there is history for', () => {
    expect(daysToTry(problemOf(rising))).toBe(DAYS - 56)
    expect(() => backtest(problemOf(rising), { ...OPTIONS, days: DAYS - 55 })).toThrow(RangeError)
    // A day that has only begun is not tried.
    expect(daysToTry(problemOf(rising.subarray(0, DAYS * HOURS - 10)))).toBe(DAYS - 57)
  })
})

test('a rung that was worse than the mean of similar days over four weeks gives way to it, with a band of its own, as in service', () => {
  expect(backtest(problemOf(rising), OPTIONS).leads.map(({ gaveWay }) => gaveWay)).toEqual([0, 0])
  // For a week the meter told night for day: what was learned before it does not know that this means nothing.
  const normal = normals(seeded(7))
  const garbage = rising.map((value, i) => {
    const day = Math.floor(i / HOURS)
    return (day >= 91 && day < 98 ? 400 - value : value) - T * day + normal()
  })
  const { leads } = backtest(problemOf(garbage), OPTIONS)
  expect(leads[0].gaveWay).toBeGreaterThan(0)
  for (const { gaveWay, values, similarDay, quantiles } of leads) {
    const same = Array.from({ length: 28 }, (_, day) => values.subarray(day * HOURS, (day + 1) * HOURS).every((value, slot) => value === similarDay[day * HOURS + slot]))
    expect(same.filter(Boolean)).toHaveLength(gaveWay)
    for (let k = 1; k < LEVELS.length; k += 1) expect(quantiles[k].every((value, cell) => value >= quantiles[k - 1][cell])).toBe(true)
  }
})

test('of weather that was forecast one has less than of weather that was observed', () => {
  const normal = normals(seeded(3))
  let anomaly = 0
  const temperature = Float64Array.from({ length: DAYS * HOURS }, () => 10 + (anomaly = 0.98 * anomaly + 0.8 * normal()))
  const heated = temperature.map((value) => 200 - 5 * value + normal())
  const problem = problemOf(heated, { weather: [{ kind: 'temperature', values: temperature }] })
  const perfect = backtest(problem, { ...OPTIONS, leads: [1] })
  const withError = backtest(problem, { ...OPTIONS, leads: [1], weatherError: { seed: 1 } })
  expect([perfect.weather, withError.weather]).toEqual(['perfect', 'with-error'])
  // Noise of deviation 1 has a mean absolute value of 0.8; a temperature off by 1.6 to 1.9 degC moves the load by 5 per degree.
  expect(perfect.leads[0].scores.forecast.mae).toBeGreaterThan(0.6)
  expect(perfect.leads[0].scores.forecast.mae).toBeLessThan(2)
  expect(withError.leads[0].scores.forecast.mae).toBeGreaterThan(5 * 0.8)
  expect(withError.leads[0].scores.forecast.mae).toBeLessThan(5 * 0.8 * 2.2 * 1.2)
  expect(backtest(problem, { ...OPTIONS, leads: [1], weatherError: { seed: 1 } }).leads[0].values).toEqual(withError.leads[0].values)
})

test('the share below each quantile is its level where the quantiles are those of what was measured', () => {
  const measured = Float64Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000)
  const quantiles = LEVELS.map((level) => new Float64Array(1000).fill(level))
  sharesBelow(quantiles, measured).forEach((share, k) => expect(share).toBeCloseTo(LEVELS[k], 12))
  // A production that is zero as foretold is neither above nor below.
  expect(sharesBelow(LEVELS.map(() => new Float64Array(4)), new Float64Array(4))[0]).toBe(0.5)
  expect(sharesBelow(LEVELS.map(() => new Float64Array(1)), Float64Array.of(NaN))[0]).toBeNaN()
})

test('a season has its own days', () => {
  const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000
  expect(['2023-12-01', '2024-02-29', '2024-03-01', '2024-08-31', '2024-11-30'].map((text) => seasonOf(day(text)))).toEqual(['dec-feb', 'dec-feb', 'mar-may', 'jun-aug', 'sep-nov'])
  // 60 days from 1 February 2024: 29 of the winter with an error of 1, 31 of March with an error of 3.
  const measured = new Float64Array(60).fill(10)
  const forecast = measured.map((value, i) => value + (i < 29 ? 1 : 3))
  const told = seasonScores(forecast, LEVELS.map(() => measured), measured, 1, day('2024-02-01'))
  expect(told.map(({ season, days, mae, cover90Pct }) => ({ season, days, mae, cover90Pct }))).toEqual([{ season: 'dec-feb', days: 29, mae: 1, cover90Pct: 100 }, { season: 'mar-may', days: 31, mae: 3, cover90Pct: 100 }])
})

test('skill is told by the hour ahead, whatever the step', () => {
  // Two days of half-hours, the error of the forecast that of the hour, of the naive one 24.
  const measured = new Float64Array(96)
  const forecast = measured.map((_, i) => Math.floor((i % 48) / 2))
  const told = skillByHour(forecast, new Float64Array(96).fill(24), measured, 48, 1)
  expect(told.map(({ hourAhead }) => hourAhead)).toEqual(Array.from({ length: 24 }, (_, hour) => 25 + hour))
  told.forEach(({ skill }, hour) => expect(skill).toBeCloseTo(1 - hour / 24, 12))
  expect(dailyErrors(forecast, measured, 48)).toEqual(Float64Array.of(11.5, 11.5))
})

test('a curve whose last week went wild is told as a drift, one that went on as before is not', () => {
  const normal = normals(seeded(9))
  const steady = rising.map((value, i) => value - T * Math.floor(i / HOURS) + normal())
  const wild = steady.map((value, i) => (i >= (DAYS - 7) * HOURS ? value + 6 * normal() : value))
  const driftOfCurve = (values: Float64Array) => backtest(problemOf(values), { ...OPTIONS, leads: [0] }).leads[0].drift
  expect(driftOfCurve(steady).worse).toBe(false)
  expect(driftOfCurve(wild)).toMatchObject({ worse: true, sinceDays: 7 })
})
