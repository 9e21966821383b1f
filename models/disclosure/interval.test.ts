import { expect, test } from 'vitest'
import { highsSolver } from '#services/compute/highs.ts'
import { sameAtAllSteps, type Block, type BlockLevel } from './block.ts'
import { provenWidth, roomOf, solvedWidth } from './interval.ts'
import { unseenMoves } from './row-space.ts'

const solver = await highsSolver()
const [ROW_1, ROW_2, COLUMN_1, COLUMN_2] = [0b0011, 0b1100, 0b0101, 0b1010]
const sums = (...masks: number[]) => masks.map((mask, cell) => ({ mask, cell }))
const block = (kwh: number[], levels: readonly BlockLevel[], highest = Infinity, atoms = 4): Block => ({ atoms, kwh: Float64Array.from(kwh), highestKwh: new Float64Array(kwh.length).fill(highest), levels })

test('of 8 2 / 1 9 with its margins, the 8 is between 0 and 9: too close from above, because of its column', () => {
  const known = sums(ROW_1, ROW_2, COLUMN_1, COLUMN_2)
  const level = sameAtAllSteps('monthly', Int32Array.of(0), 1, known)
  const table = block([8, 2, 1, 9], [level])
  const found = solvedWidth(table, level, 0, 0b0001, 0.2, solver)
  expect([found.down, found.up]).toEqual([1, 0.125])
  expect(found.tight?.because.map(({ sum }) => sum.mask)).toEqual([COLUMN_1])
  const moves = roomOf(table, unseenMoves(known.map(({ mask }) => mask), 4))
  expect(provenWidth(table, 0, 0, 0b0001, moves, moves)).toEqual({ down: 1, up: 0.125 })
  // What it is together with the 2 is known exactly.
  expect(solvedWidth(table, level, 0, ROW_1, 0.2, solver).tight).toBeDefined()
})

test('what was known before counts for nothing: a holder at his subscribed power is not protected by us', () => {
  const level = sameAtAllSteps('hourly', Int32Array.of(0), 1, sums(0b11))
  const two = (second: number, highest: number[]): Block => ({ ...block([6, second], [level], 0, 2), highestKwh: Float64Array.from(highest) })
  expect(solvedWidth(two(1, [6, 40]), level, 0, 0b01, 0.2, solver).tight).toBeUndefined()
  expect(solvedWidth(two(1, [60, 40]), level, 0, 0b01, 0.2, solver).tight).toBeDefined()
  // If the other cannot use more, he used all of his.
  expect(solvedWidth(two(30, [6, 30]), level, 0, 0b01, 0.2, solver).tight).toBeDefined()
})

test('an hour that is hidden in a day that is shown is bounded by the day', () => {
  // Atom 0 used 5 in one hour and nothing in the other, atom 1 50 in each; the day of each is shown, hours only together.
  const hours = sameAtAllSteps('hourly', Int32Array.of(0, 1), 2, sums(0b11))
  const day = sameAtAllSteps('daily', Int32Array.of(0, 0), 1, sums(0b11, 0b01, 0b10))
  const table = block([5, 50, 0, 50], [hours, day], Infinity, 2)
  const found = solvedWidth(table, hours, 0, 0b01, 0.2, solver)
  expect([found.down, found.up]).toEqual([1, 0])
  expect(found.tight?.because.some(({ step, sum }) => step === 'daily' && sum.mask !== 0b11)).toBe(true)
  // With 5 more in the other hour it could have been twice as much, and the proof sees it: what one hour takes the other gives back.
  const evener = block([5, 50, 5, 50], [hours, day], Infinity, 2)
  const none = roomOf(evener, unseenMoves([0b11, 0b01, 0b10], 2))
  expect(provenWidth(evener, 0, 0, 0b01, none, roomOf(evener, unseenMoves([0b11], 2)))).toEqual({ down: 1, up: 1 })
  const [first, second] = [solvedWidth(evener, hours, 0, 0b01, 0.2, solver), solvedWidth(evener, hours, 1, 0b01, 0.2, solver)]
  expect([first.down, first.up, second.down, second.up]).toEqual([1, 1, 1, 1])
})
