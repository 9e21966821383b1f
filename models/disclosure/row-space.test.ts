import { expect, test } from 'vitest'
import { follows, smallestDerivable, unseenMoves } from './row-space.ts'

/** A table of two rows and two columns is the atoms 0 1 / 2 3. */
const [ROW_1, ROW_2, COLUMN_1, COLUMN_2, ALL] = [0b0011, 0b1100, 0b0101, 0b1010, 0b1111]
const masks = (sums: readonly number[], atoms = 4): number[] => smallestDerivable(sums, atoms).map(({ mask }) => mask).sort((a, b) => a - b)

test('margins alone give no cell of a table, and one cell with them gives all', () => {
  expect(masks([ROW_1, ROW_2, COLUMN_1, COLUMN_2, ALL])).toEqual([ROW_1, COLUMN_1, COLUMN_2, ROW_2].sort((a, b) => a - b))
  expect(masks([ROW_1, ROW_2, COLUMN_1, COLUMN_2, 0b0001])).toEqual([1, 2, 4, 8])
})

test('a hidden cell is its margin less the others, and the witness says so', () => {
  // Three by one: the total and two of three parts.
  const found = smallestDerivable([0b111, 0b001, 0b010], 3).find(({ mask }) => mask === 0b100)
  expect(found?.witness).toEqual([0, 1, 2])
  expect(masks([0b111, 0b001], 3)).toEqual([0b001, 0b110])
})

test('four hidden cells at the corners of a table of three by three cannot be told apart, three can', () => {
  const cell = (row: number, column: number): number => 1 << (3 * row + column)
  const margins = [0, 1, 2].flatMap((i) => [[0, 1, 2].reduce((sum, j) => sum | cell(i, j), 0), [0, 1, 2].reduce((sum, j) => sum | cell(j, i), 0)])
  const shownBut = (...hidden: number[]): number[] => [...margins, ...Array.from({ length: 9 }, (_, place) => 1 << place).filter((one) => !hidden.includes(one))]
  const corners = [cell(0, 0), cell(0, 2), cell(2, 0), cell(2, 2)]
  for (const corner of corners) expect(follows(corner, shownBut(...corners), 9)).toBe(false)
  for (const corner of corners.slice(0, 3)) expect(follows(corner, shownBut(...corners.slice(0, 3)), 9)).toBe(true)
  // The one way to move the four: round the rectangle.
  expect(unseenMoves(shownBut(...corners), 9).map((move) => [...move].filter((change) => change !== 0).map(Math.abs))).toEqual([[1, 1, 1, 1]])
})

test('an overlap that is twice counted is found: a + b, b + c and c + a give each of them', () => {
  expect(masks([0b011, 0b110, 0b101], 3)).toEqual([1, 2, 4])
})
