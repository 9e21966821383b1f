import fc from 'fast-check'
import { expect, test } from 'vitest'
import { localDayStart, nextLocalDayStart } from '#models/units/local-time.ts'
import { correctedForecast, covers } from './corrected-forecast.ts'
import type { DayAheadForecast } from './port.ts'

const HALF_HOUR = 1_800_000
const timeZone = 'Europe/Paris'
const DAY = Date.parse('2026-05-12T12:00:00+02:00')

/** Four local days from the one around `at`; the value of a half hour is its number, or what `value` says. */
function days(at = DAY, value: (step: number) => number = (step) => step, more: Partial<DayAheadForecast> = {}): DayAheadForecast {
  const from = localDayStart(at, timeZone)
  let to = from
  for (let day = 0; day < 4; day += 1) to = nextLocalDayStart(to, timeZone)
  const steps = (to - from) / HALF_HOUR
  const column = (scale: number) => Float64Array.from({ length: steps }, (_, i) => scale * value(i))
  return {
    series: 'T1', issuedAt: from + 60_000, from, stepS: 1800, forecaster: 'day-ahead', method: 'blend', reason: undefined,
    valuesKw: column(1), quantilesKw: [{ level: 0.05, valuesKw: column(0.8) }, { level: 0.95, valuesKw: column(1.2) }],
    contributions: { calendar: column(0.25), weather: column(0), recent: column(0.75) },
    carried: Float64Array.from({ length: 48 }, (_, i) => 0.9 ** i), bound: 1, ...more,
  }
}
/** The 48 hours by 10 minutes from an instant on. */
const asked = (issuedAt: number) => ({ issuedAt, from: Math.ceil(issuedAt / 600_000) * 600_000, steps: 288, stepS: 600 })

test('every step of ten minutes has the half hour in which it lies, on days of 23, 24 and 25 hours', () => {
  for (const noon of ['2026-03-29T12:00:00+02:00', '2026-05-12T12:00:00+02:00', '2026-10-25T12:00:00+01:00']) {
    const forecast = days(Date.parse(noon))
    expect(forecast.valuesKw.length).toBe({ '2026-03-29': 190, '2026-05-12': 192, '2026-10-25': 194 }[noon.slice(0, 10)])
    // Before, in and after the hour of the change, and as the day ends.
    for (const minutes of [3, 95, 130, 175, 1_370]) {
      const issued = asked(forecast.from + minutes * 60_000)
      const { valuesKw, from } = correctedForecast(forecast, new Float64Array(0), issued, false)
      expect(valuesKw.length).toBe(288)
      valuesKw.forEach((value, i) => expect(value).toBe(Math.floor((from + i * 600_000 - forecast.from) / HALF_HOUR)))
    }
  }
})

test('what the last two hours were wrong by is taken off values, band and recent days, and fades; the band is as wide as before', () => {
  const forecast = days(DAY, () => 100)
  const measured = new Float64Array(20).fill(90)
  const issued = asked(forecast.from + 20 * HALF_HOUR)
  const { valuesKw, quantilesKw, contributions, method } = correctedForecast(forecast, measured, issued, false)
  expect(method).toBe('blend')
  for (const [k, off] of [[0, 10], [2, 10], [3, 9], [30, 10 * 0.9 ** 10], [143, 10 * 0.9 ** 47], [144, 0], [287, 0]] as const) {
    expect(valuesKw[k]).toBeCloseTo(100 - off, 9)
    expect(quantilesKw[0]!.valuesKw[k]).toBeCloseTo(80 - off, 9)
    expect(quantilesKw[1]!.valuesKw[k]! - quantilesKw[0]!.valuesKw[k]!).toBeCloseTo(40, 9)
    expect(contributions!.calendar[k]! + contributions!.weather[k]! + contributions!.recent[k]!).toBeCloseTo(100 - off, 9)
  }
})

test('the band is as narrow as errors were once they had been corrected, around the corrected value, and only where something was corrected', () => {
  const left = Float64Array.from({ length: 48 }, (_, i) => Math.min(1, 0.5 + i / 48))
  const forecast = days(DAY, () => 100, { left })
  const issued = asked(forecast.from + 20 * HALF_HOUR)
  const { valuesKw, quantilesKw } = correctedForecast(forecast, new Float64Array(20).fill(90), issued, false)
  for (const [k, share] of [[0, 0.5], [36, 0.75], [72, 1], [143, 1], [287, 1]] as const) {
    expect(quantilesKw[0]!.valuesKw[k]! - valuesKw[k]!).toBeCloseTo(-20 * share, 9)
    expect(quantilesKw[1]!.valuesKw[k]! - valuesKw[k]!).toBeCloseTo(20 * share, 9)
  }
  for (const [measured, isProduction] of [[new Float64Array(20).fill(NaN), false], [new Float64Array(20).fill(90), true]] as const) {
    const wide = correctedForecast(forecast, measured, issued, isProduction).quantilesKw
    expect(wide[1]!.valuesKw[0]! - wide[0]!.valuesKw[0]!).toBeCloseTo(40, 9)
  }
})

test('late meters correct nothing; what is known of the two hours is enough', () => {
  const forecast = days(DAY, () => 100)
  const issued = asked(forecast.from + 20 * HALF_HOUR)
  expect(correctedForecast(forecast, new Float64Array(20).fill(NaN), issued, false).valuesKw).toEqual(new Float64Array(288).fill(100))
  const one = new Float64Array(20).fill(NaN)
  one[17] = 80
  expect(correctedForecast(forecast, one, issued, false).valuesKw[0]).toBeCloseTo(80, 9)
})

test('neither value nor quantile passes zero where the series never does', () => {
  const load = days(DAY, () => 100)
  const issued = asked(load.from + 20 * HALF_HOUR)
  const nothing = new Float64Array(20)
  const below = correctedForecast(load, nothing, issued, false)
  expect([below.valuesKw[0], below.quantilesKw[0]!.valuesKw[0], below.quantilesKw[1]!.valuesKw[0]]).toEqual([0, 0, 20])
  const free = correctedForecast({ ...load, bound: 0 }, nothing, issued, false)
  expect(free.quantilesKw[0]!.valuesKw[0]).toBeCloseTo(-20, 9)
  const fed = days(DAY, () => -100, { bound: -1 })
  expect(correctedForecast(fed, new Float64Array(20).fill(50), issued, false).valuesKw[0]).toBe(0)
})

test('production is corrected no more than goes with the sun: nothing at night', () => {
  // Dark from the 24th half hour of each day on.
  const forecast = days(DAY, (step) => (step % 48 < 24 ? -40 : 0), { bound: -1 })
  const issued = asked(forecast.from + 20 * HALF_HOUR)
  const { valuesKw } = correctedForecast(forecast, new Float64Array(20).fill(-60), issued, true)
  expect(valuesKw[0]).toBeCloseTo(-60, 9)
  expect(Array.from(valuesKw.subarray(12, 24))).toEqual(new Array(12).fill(0))
})

test('quantiles stay in order, whatever was measured', () => {
  fc.assert(fc.property(fc.array(fc.float({ min: -500, max: 500, noDefaultInfinity: true }), { minLength: 0, maxLength: 60 }), fc.constantFrom(-1 as const, 0 as const, 1 as const), fc.boolean(), (measured, bound, isProduction) => {
    const forecast = days(DAY, (step) => 50 + step, { bound })
    const issued = asked(forecast.from + measured.length * HALF_HOUR)
    const { quantilesKw } = correctedForecast(forecast, Float64Array.from(measured), issued, isProduction)
    quantilesKw[0]!.valuesKw.forEach((low, i) => expect(low).toBeLessThanOrEqual(quantilesKw[1]!.valuesKw[i]!))
  }))
})

test('a forecast serves as long as it has a value for every step that is asked for', () => {
  const forecast = days()
  expect(covers(forecast, asked(forecast.from + 60_000))).toBe(true)
  expect(covers(forecast, asked(forecast.from + 37 * 3_600_000))).toBe(true)
  expect(covers(forecast, asked(forecast.from + 49 * 3_600_000))).toBe(false)
  expect(covers(forecast, asked(forecast.from - 3_600_000))).toBe(false)
  expect(covers({ ...forecast, valuesKw: new Float64Array(0) }, asked(forecast.from + 60_000))).toBe(false)
})
