import { expect, test } from 'vitest'
import { forecastCells, pastErrors, type PastColumns } from './past-errors.ts'

const FIRST = 20_000
/** Two slots a day; the error of cell c of group g is 10 * g + c, in units of a spread of 2. */
const group = (daysAhead: number[], days: number, g: number, firstDate = FIRST): PastColumns => ({
  daysAhead, firstDate, perDay: 2, values: new Float64Array(2 * days).fill(5), spread: new Float64Array(2 * days).fill(2),
  measured: Float64Array.from({ length: 2 * days }, (_, cell) => 5 + 2 * (10 * g + cell)),
})

test('each step has the error of its own day ahead and slot, paired by the date of the issue', () => {
  // Issued in the first slot: the second slot of today, tomorrow, and the first of the day after.
  const cells = { dayAhead: Int32Array.of(0, 1, 1, 2), slot: Int32Array.of(1, 0, 1, 0) }
  const { issues, shares } = pastErrors([[group([0], 5, 0), group([1], 5, 1), group([2, 3], 5, 2)], []], cells)
  // From two days before the first (of which day ahead 2 is known) to two days before the last.
  expect(issues).toBe(5)
  const of = (issue: number, series: number) => Array.from(shares.subarray((issue * 2 + series) * 4, (issue * 2 + series + 1) * 4))
  expect(of(0, 0)).toEqual([NaN, NaN, NaN, 20])
  expect(of(1, 0)).toEqual([NaN, 10, 11, 22])
  expect(of(2, 0)).toEqual([1, 12, 13, 24])
  expect(of(4, 0)).toEqual([5, 16, 17, 28])
  expect(of(2, 1)).toEqual([NaN, NaN, NaN, NaN])
})

test('where nothing was expected or measured there is no error, and without past forecasts no issue', () => {
  const one = group([0], 3, 0)
  const { issues, shares } = pastErrors([[{ ...one, spread: Float64Array.of(2, 0, 2, NaN, 2, 2), measured: one.measured.map((value, cell) => (cell === 4 ? NaN : value)) }]], { dayAhead: Int32Array.of(0, 0), slot: Int32Array.of(0, 1) })
  expect([issues, ...shares]).toEqual([3, 0, NaN, 2, NaN, NaN, 5])
  expect(pastErrors([[], []], { dayAhead: Int32Array.of(0), slot: Int32Array.of(0) })).toEqual({ issues: 0, shares: new Float32Array(0) })
})

test('the clock decides: a slot said twice has the same error twice, one that is lacking is not asked for', () => {
  const day = FIRST + 40
  // Half hours around 3:00 of a day of 25 hours, then of one of 23.
  expect(forecastCells([day, day, day, day], [150, 180 - 60, 150, 180], day - 1, 1800)).toEqual({ dayAhead: Int32Array.of(1, 1, 1, 1), slot: Int32Array.of(5, 4, 5, 6) })
  expect(forecastCells([day, day], [90, 180], day, 1800)).toEqual({ dayAhead: Int32Array.of(0, 0), slot: Int32Array.of(3, 6) })
})
