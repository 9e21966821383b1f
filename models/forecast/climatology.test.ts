import fc from 'fast-check'
import { expect, test } from 'vitest'
import { climatologyOf, dayOfYear, usualValues } from './climatology.ts'
import { byCell, slotGrid } from './slot-grid.ts'

const HOUR_MS = 3_600_000
const dayIndexOf = (date: string) => Date.parse(date) / 86_400_000
/** A grid of hours of the local day in France, and values by (day, slot) of it. */
function series(from: string, days: number, value: (dayIndex: number, slot: number) => number) {
  const grid = slotGrid(Date.parse(from), days * 24, 3600, 'Europe/Paris')
  const cells = Float64Array.from({ length: grid.days * grid.perDay }, (_, cell) => value(grid.firstDay + Math.floor(cell / 24), cell % 24))
  return { grid, cells }
}
const yearOf = (dayIndex: number) => new Date(dayIndex * 86_400_000).getUTCFullYear()

test('dates keep their row in leap years and others', () => {
  expect([dayOfYear(dayIndexOf('2023-01-01')), dayOfYear(dayIndexOf('2024-02-29')), dayOfYear(dayIndexOf('2024-03-01')), dayOfYear(dayIndexOf('2023-03-01')), dayOfYear(dayIndexOf('2023-12-31'))]).toEqual([0, 59, 60, 60, 365])
})

test('of three years the mean, the median and the ends are those of the years, by the hour of the local day', () => {
  const { grid, cells } = series('2021-01-01T00:00:00+01:00', 1095, (day, slot) => slot + [0, 1, 5][yearOf(day) - 2021]!)
  const climatology = climatologyOf(grid, cells, { windowDays: 15, levels: [0, 0.5, 1] })
  expect(climatology.basis).toBe('years')
  expect(climatology.years).toBeCloseTo(3, 1)
  for (const row of [100, 200, 300]) {
    for (const slot of [0, 7, 23]) {
      expect(climatology.mean[row * 24 + slot]).toBeCloseTo(slot + 2, 9)
      expect(climatology.quantiles.map((level) => level[row * 24 + slot]! - slot)).toEqual([0, 1, 5])
    }
  }
  // No 29 February was measured; the days about it speak for it.
  expect(climatology.mean[59 * 24 + 3]).toBeCloseTo(5, 9)
})

test('the window is as wide before the date as after it, also over New Year', () => {
  const tent = (day: number) => Math.abs(dayOfYear(day) - 183)
  const { grid, cells } = series('2022-12-31T23:00:00Z', 366, tent)
  const { mean, basis } = climatologyOf(grid, cells)
  expect(basis).toBe('years')
  expect(mean[100 * 24]).toBeCloseTo(83, 0)
  // 31 December: 167 to 182 before, 183 (of two years) down to 169 after.
  expect(mean[365 * 24]).toBeCloseTo((2792 + 2640 + 183) / 32, 9)
})

test('the same for any series: quantiles rise with the level and enclose nothing that was never seen; shifted values give shifted answers', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: -20, max: 40, noNaN: true })), fc.double({ min: -50, max: 50, noNaN: true }), fc.constantFrom(120, 400), (stream, shift, days) => {
      const { grid, cells } = series('2022-03-01T00:00:00+01:00', days, () => stream.next().value as number)
      const { mean, quantiles } = climatologyOf(grid, cells)
      const moved = climatologyOf(grid, cells.map((value) => value + shift))
      for (let i = 0; i < mean.length; i += 997) {
        for (let l = 1; l < quantiles.length; l += 1) expect(quantiles[l]![i]!).toBeGreaterThanOrEqual(quantiles[l - 1]![i]!)
        expect(moved.mean[i]! - mean[i]!).toBeCloseTo(shift, 6)
        expect(moved.quantiles[1]![i]! - quantiles[1]![i]!).toBeCloseTo(shift, 6)
      }
    }),
    { numRuns: 10 },
  )
})

test('with nine months a wave through the year and the shape of the day are found and called what they are', () => {
  const truth = (day: number, slot: number) => 11 - 7 * Math.cos((2 * Math.PI * (dayOfYear(day) - 20)) / 366) + 3 * Math.sin((2 * Math.PI * (slot - 9)) / 24)
  const { grid, cells } = series('2022-10-01T00:00:00+02:00', 270, truth)
  // A day known at noon alone is not taken for a warm one.
  for (let day = 0; day < 270; day += 10) for (let slot = 0; slot < 24; slot += 1) if (slot < 11 || slot > 14) cells[day * 24 + slot] = NaN
  const climatology = climatologyOf(grid, cells)
  expect(climatology.basis).toBe('harmonic')
  const summer = series('2023-07-01T00:00:00+02:00', 90, truth)
  const usual = usualValues(climatology, summer.grid)
  for (let cell = 0; cell < usual.length; cell += 7) expect(Math.abs(usual[cell]! - summer.cells[cell]!)).toBeLessThan(1.5)
})

test('three winter weeks are not drawn out into an impossible summer', () => {
  const { grid, cells } = series('2023-01-05T00:00:00+01:00', 21, (day, slot) => 4 + 0.2 * (day % 21) + slot / 10)
  const { mean, basis } = climatologyOf(grid, cells)
  expect(basis).toBe('harmonic')
  expect(Math.max(...mean)).toBeLessThan(20)
  expect(Math.min(...mean)).toBeGreaterThan(-10)
})

test('what was never measured stays unknown: nothing at all, and an hour of the night', () => {
  const nothing = series('2023-01-01T00:00:00+01:00', 400, () => NaN)
  expect(climatologyOf(nothing.grid, nothing.cells)).toMatchObject({ basis: 'none', years: 0 })
  expect(climatologyOf(nothing.grid, nothing.cells).mean.every(Number.isNaN)).toBe(true)
  for (const days of [200, 400]) {
    const light = series('2023-01-01T00:00:00+01:00', days, (_, slot) => (slot < 6 || slot > 20 ? NaN : 0.5))
    const { mean } = climatologyOf(light.grid, light.cells)
    expect([mean[100 * 24 + 2], mean[100 * 24 + 22]]).toEqual([NaN, NaN])
    expect(mean[100 * 24 + 12]).toBeCloseTo(0.5, 9)
  }
})

test('noon stays noon when the clocks change', () => {
  const from = Date.parse('2022-12-31T23:00:00Z')
  const grid = slotGrid(from, 365 * 24, 3600, 'Europe/Paris')
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', hour: '2-digit' })
  const noon = Float64Array.from({ length: 365 * 24 }, (_, i) => (clock.format(from + i * HOUR_MS) === '12' ? 1 : 0))
  const { mean } = climatologyOf(grid, byCell(grid, noon))
  for (const row of [10, 85, 200, 300, 360]) expect([...mean.subarray(row * 24, row * 24 + 24)].map((value) => Math.round(value))).toEqual(Array.from({ length: 24 }, (_, slot) => (slot === 12 ? 1 : 0)))
})
