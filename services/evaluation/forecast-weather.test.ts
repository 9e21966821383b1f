import { expect, test } from 'vitest'
import { slotGrid } from '#models/forecast/slot-grid.ts'
import { toldBefore } from './forecast-weather.ts'

const HALF_HOUR = 1_800_000
const from = Date.parse('2025-01-01T00:00:00Z')
const DAYS = 60
const issuedAt = from + (DAYS - 2) * 86_400_000 + 6 * 3_600_000
const grid = slotGrid(from, DAYS * 48, 1800, 'UTC')
const nothing = new Float64Array(DAYS * 48).fill(NaN)

test('of each day only what lies before it is told, of the day of issue what was observed', () => {
  const observed = Float64Array.from({ length: DAYS * 48 }, (_, i) => (from + i * HALF_HOUR < issuedAt ? 10 + Math.sin(i / 300) + 0.1 * Math.cos(i) : NaN))
  const told = toldBefore(grid, { observed, foretold: nothing }, issuedAt)
  expect(told.some((value) => Number.isNaN(value))).toBe(false)
  const today = (DAYS - 2) * 48
  expect(told.slice(today, today + 12)).toEqual(observed.slice(today, today + 12))

  // Ten days ten degrees warmer are not foreseen on their first day (but by the climatology that they are part of), and carried on after their last.
  const heat = observed.slice()
  for (let i = 30 * 48; i < 40 * 48; i += 1) heat[i]! += 10
  const hot = toldBefore(grid, { observed: heat, foretold: nothing }, issuedAt)
  const change = (day: number) => hot.subarray(day * 48, (day + 1) * 48).reduce((sum, value, i) => sum + value - told[day * 48 + i]!, 0) / 48
  expect(Math.abs(change(30))).toBeLessThan(3)
  expect(change(31)).toBeGreaterThan(change(30) + 3)
  expect(change(40)).toBeGreaterThan(change(30) + 3)
  expect(change(29)).toBeCloseTo(change(28), 0)
})

test('a day that was foretold is told by its forecast, also where it was wrong; the day of issue by what it has shown and then by the forecast', () => {
  const observed = Float64Array.from({ length: DAYS * 48 }, (_, i) => (from + i * HALF_HOUR < issuedAt ? 10 : NaN))
  const foretold = Float64Array.from({ length: DAYS * 48 }, (_, i) => (i >= 30 * 48 ? 20 + Math.floor(i / 48) : NaN))
  const told = toldBefore(grid, { observed, foretold }, issuedAt)
  expect([29, 30, 45].map((day) => [told[day * 48], told[day * 48 + 47]])).toEqual([[10, 10], [50, 50], [65, 65]])
  const today = (DAYS - 2) * 48
  expect([told[today], told[today + 11], told[today + 12], told[today + 48]]).toEqual([10, 10, 78, 79])
})
