import { expect, test } from 'vitest'
import { slotGrid } from '#models/forecast/slot-grid.ts'
import { toldBefore, toldKind } from './forecast-weather.ts'

const HALF_HOUR = 1_800_000
const from = Date.parse('2025-01-01T00:00:00Z')
const DAYS = 60
const issuedAt = from + (DAYS - 2) * 86_400_000 + 6 * 3_600_000
const grid = slotGrid(from, DAYS * 48, 1800, 'UTC')
const nothing = new Float64Array(DAYS * 48).fill(NaN)
const never = new Map([0, 1].map((leadDays) => [leadDays, nothing]))

test('of each day only what lies before it is told, of the day of issue what was observed', () => {
  const observed = Float64Array.from({ length: DAYS * 48 }, (_, i) => (from + i * HALF_HOUR < issuedAt ? 10 + Math.sin(i / 300) + 0.1 * Math.cos(i) : NaN))
  const told = toldBefore(grid, { observed, foretold: never }, issuedAt)
  expect(told.some((value) => Number.isNaN(value))).toBe(false)
  const today = (DAYS - 2) * 48
  expect(told.slice(today, today + 12)).toEqual(observed.slice(today, today + 12))

  // Ten days ten degrees warmer are not foreseen on their first day (but by the climatology that they are part of), and carried on after their last.
  const heat = observed.slice()
  for (let i = 30 * 48; i < 40 * 48; i += 1) heat[i]! += 10
  const hot = toldBefore(grid, { observed: heat, foretold: never }, issuedAt)
  const change = (day: number) => hot.subarray(day * 48, (day + 1) * 48).reduce((sum, value, i) => sum + value - told[day * 48 + i]!, 0) / 48
  expect(Math.abs(change(30))).toBeLessThan(3)
  expect(change(31)).toBeGreaterThan(change(30) + 3)
  expect(change(40)).toBeGreaterThan(change(30) + 3)
  expect(change(29)).toBeCloseTo(change(28), 0)
})

test('a day that was foretold is told by its forecast, also where it was wrong; the day of issue by what it has shown and then by the forecast', () => {
  const observed = Float64Array.from({ length: DAYS * 48 }, (_, i) => (from + i * HALF_HOUR < issuedAt ? 10 : NaN))
  const foretold = Float64Array.from({ length: DAYS * 48 }, (_, i) => (i >= 30 * 48 ? 20 + Math.floor(i / 48) : NaN))
  const earlier = foretold.map((value) => value - 7)
  const asOf = new Map([[0, foretold], [1, earlier]])
  const told = toldBefore(grid, { observed, foretold: asOf }, issuedAt)
  expect([29, 30, 45].map((day) => [told[day * 48], told[day * 48 + 47]])).toEqual([[10, 10], [50, 50], [65, 65]])
  const today = (DAYS - 2) * 48
  expect([told[today], told[today + 11], told[today + 12], told[today + 48]]).toEqual([10, 10, 78, 79])
  // A day before it began another forecast was the newest one.
  expect([30, 45].map((day) => toldBefore(grid, { observed, foretold: asOf }, issuedAt, { leadDays: 1 })[day * 48])).toEqual([43, 58])
})

test('a day before, nothing is told of the eve either: a change that began on it is not foreseen', () => {
  const flat = Float64Array.from({ length: DAYS * 48 }, (_, i) => (from + i * HALF_HOUR < issuedAt ? 10 + 0.5 * Math.cos(i / 40) : NaN))
  const warm = flat.slice()
  for (let i = 40 * 48; i < 45 * 48; i += 1) warm[i]! += 10
  const change = (day: number, leadDays: number) => {
    const [without, withIt] = [flat, warm].map((observed) => toldBefore(grid, { observed, foretold: never }, issuedAt, { leadDays })) as [Float64Array, Float64Array]
    return withIt.subarray(day * 48, (day + 1) * 48).reduce((sum, value, i) => sum + value - without[day * 48 + i]!, 0) / 48
  }
  expect(change(41, 0)).toBeGreaterThan(change(41, 1) + 2)
  expect(change(41, 1)).toBeCloseTo(change(40, 0), 0)
  expect(change(42, 1)).toBeGreaterThan(change(41, 1) + 1)
})

test('how days were told: by forecasts if most of them were', () => {
  const weather = [{ kind: 'temperature' as const, values: nothing }]
  const foretoldDays = new Set([3, 4, 5, 6])
  expect([toldKind({ weather, foretoldDays }, 3, 4), toldKind({ weather, foretoldDays }, 2, 5), toldKind({ weather, foretoldDays }, 1, 6), toldKind({ weather: [], foretoldDays }, 3, 4)]).toEqual(['forecast', 'forecast', 'usual', 'none'])
})
