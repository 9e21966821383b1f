import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import type { IssuedForecast, PastForecast } from '#services/evaluation/port.ts'
import { tomorrowPeak } from './tomorrow-peak.ts'

const HOUR = 3_600_000
const timeZone = 'Europe/Paris'
const NOW = Date.parse('2026-01-14T13:00:00+01:00')
const TOMORROW = Date.parse('2026-01-15T00:00:00+01:00')
/** 48 hours by hours, with 100 kW at 19:00 of tomorrow and 150 kW this evening. */
const issued: IssuedForecast = {
  series: 'T1', issuedAt: NOW, from: NOW, stepS: 3600, forecaster: 'day-ahead', method: 'blend', reason: undefined, quantilesKw: [],
  valuesKw: Float64Array.from({ length: 48 }, (_, i) => (NOW + i * HOUR === TOMORROW + 19 * HOUR ? 100 : i === 6 ? 150 : 40)),
}
/** Days that peaked between 1.0 and 1.2 times as high as had been forecast, by `daysAhead`. */
function past(daysAhead: number[], days: number, times = 1): PastForecast {
  const random = seeded(3)
  const shares = Float64Array.from({ length: days }, () => times * (1 + 0.2 * random()))
  return {
    series: 'T1', issuedAt: NOW, method: 'blend', daysAhead, firstDate: 20_000, perDay: 2, quantilesKw: [], spreadKw: new Float64Array(2 * days).fill(1),
    valuesKw: Float64Array.from({ length: 2 * days }, (_, i) => (i % 2 === 0 ? 10 : 50)), measuredKw: Float64Array.from({ length: 2 * days }, (_, i) => (i % 2 === 0 ? 10 : 50 * shares[i >> 1]!)),
  }
}

test('tomorrow, not this evening; with the margin of forecasts a day ahead', () => {
  const peak = tomorrowPeak(issued, [past([0], 56, 3), past([1], 56)], timeZone, NOW)!
  expect(peak).toMatchObject({ day: TOMORROW, at: TOMORROW + 19 * HOUR, days: 56 })
  expect(peak.powerKw).toBeGreaterThan(105)
  expect(peak.powerKw).toBeLessThan(115)
  expect(peak.p5Kw).toBeGreaterThanOrEqual(100)
  expect(peak.p90Kw).toBeGreaterThan(peak.powerKw)
  expect(peak.p95Kw).toBeGreaterThanOrEqual(peak.p90Kw)
  expect(peak.p95Kw).toBeLessThanOrEqual(120)
})

test.each([
  ['no forecast', undefined, [past([1], 56)]],
  ['no days of the past', issued, []],
  ['only the day of issue was ever forecast', issued, [past([0], 56)]],
  ['the forecast is that of last week until a better one is issued', { ...issued, method: 'seasonal-naive' as const }, [past([1], 56)]],
  ['thirteen days', issued, [past([1], 13)]],
  ['a forecast that ends before the day does', { ...issued, valuesKw: issued.valuesKw.subarray(0, 30) }, [past([1], 56)]],
  ['an hour of tomorrow that is not forecast', { ...issued, valuesKw: issued.valuesKw.map((value, i) => (i === 20 ? NaN : value)) }, [past([1], 56)]],
  ['a production', { ...issued, valuesKw: issued.valuesKw.map((value) => -value) }, [past([1], 56)]],
] as const)('nothing is said: %s', (_, one, days) => {
  expect(tomorrowPeak(one, days, timeZone, NOW)).toBeNull()
})

test('on the day before the autumn change tomorrow has 25 hours', () => {
  const now = Date.parse('2026-10-24T13:00:00+02:00')
  const midnight = Date.parse('2026-10-25T00:00:00+02:00')
  // The last hour of the long day, which a day of 24 hours would leave out.
  const long = { ...issued, issuedAt: now, from: now, valuesKw: Float64Array.from({ length: 48 }, (_, i) => (now + i * HOUR === midnight + 24 * HOUR ? 100 : 40)) }
  expect(tomorrowPeak(long, [past([1], 56)], timeZone, now)!.at).toBe(midnight + 24 * HOUR)
})
