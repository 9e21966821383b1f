import { expect, test } from 'vitest'
import { slotGrid } from './slot-grid.ts'
import { createYields } from './yields.ts'

const grid = slotGrid(Date.parse('2026-06-01T00:00:00Z'), 24 * 40, 3600, 'UTC')
/** Light of each hour, and cloudier on some days. */
const light = Float64Array.from({ length: 24 * 40 }, (_, cell) => Math.max(0, Math.sin((Math.PI * ((cell % 24) - 5)) / 14)) * 800 * (1 - 0.1 * (Math.floor(cell / 24) % 5)))
const weather = [{ kind: 'irradiance' as const, values: light, knots: [] }]
const power = (cell: number) => 0.004 * light[cell]!

test('the yield of the days before says what the forecast light gives', () => {
  const yields = createYields(grid, weather, (day, slot) => (day < 20 ? power(day * 24 + slot) : NaN))
  yields.learn(20)
  for (const cell of [20 * 24 + 12, 25 * 24 + 9, 31 * 24 + 3]) expect(yields.expectedAt(Math.floor(cell / 24), cell % 24)).toBeCloseTo(power(cell), 9)
})

test('days that were curtailed or broken down do not lower what the sun could give', () => {
  const yields = createYields(grid, weather, (day, slot) => (day >= 20 ? NaN : day === 16 || day === 18 ? 0.1 * power(day * 24 + slot) : power(day * 24 + slot)))
  yields.learn(20)
  expect(yields.expectedAt(21, 12)).toBeCloseTo(power(21 * 24 + 12), 9)
})

test('without irradiance every day gives the mean of the days before, and before the first day nothing is known', () => {
  const yields = createYields(grid, [], (day, slot) => (day < 20 ? power(day * 24 + slot) : NaN))
  yields.learn(20)
  expect(yields.expectedAt(22, 12)).toBeGreaterThan(0.6 * 0.004 * 800)
  expect(yields.expectedAt(22, 12)).toBeLessThan(0.004 * 800)
  expect(yields.expectedAt(-1, 12)).toBeNaN()
})
