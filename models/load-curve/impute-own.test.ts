import { expect, test } from 'vitest'
import { ownUsual, usualOf } from './impute-own.ts'

const HOUR = 3_600_000
const MONDAY = Date.parse('2026-01-11T23:00:00Z')
const hours = (from: number, count: number) => Float64Array.from({ length: count }, (_, i) => from + i * HOUR)

test('a gap takes the same weekday and hour of the past, then the hour of any day, then nothing', () => {
  const past = hours(MONDAY, 7 * 24)
  const kwh = Float64Array.from(past, (_, i) => Math.floor(i / 24) * 100 + (i % 24))
  for (let hour = 0; hour < 24; hour += 1) kwh[24 + hour] = NaN
  for (let day = 0; day < 7; day += 1) kwh[day * 24 + 5] = NaN
  const usual = usualOf(ownUsual(past, kwh, 'Europe/Paris'), hours(MONDAY + 7 * 24 * HOUR, 48), 'Europe/Paris')
  expect(usual[3]).toBe(3)
  expect(usual[24 + 3]).toBeCloseTo((3 + 203 + 303 + 403 + 503 + 603) / 6, 9)
  expect(usual[5]).toBeNaN()
})
