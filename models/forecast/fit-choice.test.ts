import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { fitToServe } from './fit-choice.ts'

/** Daily errors around `mean`, scattered by a fifth of it; the same days for all. */
const days = (mean: number, count = 28) => Float64Array.from({ length: count }, ((random) => () => mean * (0.8 + 0.4 * random()))(seeded(3)))
const changed = (errors: Float64Array, changes: Readonly<Record<number, number>>) => errors.map((error, day) => changes[day] ?? error)

test('the newest fit serves until the older one is better beyond doubt', () => {
  expect(fitToServe(days(10), days(10), 'newest')).toBe('newest')
  expect(fitToServe(days(10), days(9), 'newest')).toBe('older')
  // Half a percent is within the margin.
  expect(fitToServe(days(10), days(9.95), 'newest')).toBe('newest')
  expect(fitToServe(days(10), days(11), 'newest')).toBe('newest')
})

test('what may be chance decides nothing: a gain that comes from a few days', () => {
  const older = changed(days(10), { 3: 2, 12: 25, 20: 1 })
  expect(fitToServe(days(10.2), older, 'newest')).toBe('newest')
})

test('one that was replaced must beat the other before it comes back, and then need not prove it beyond doubt', () => {
  expect(fitToServe(days(10), days(9.9), 'older')).toBe('older')
  expect(fitToServe(days(10), days(10), 'older')).toBe('older')
  expect(fitToServe(days(9.99), days(10), 'older')).toBe('newest')
})

test('fewer than two weeks of both say nothing, and the newest serves', () => {
  expect(fitToServe(days(10, 13), days(5, 13), 'newest')).toBe('newest')
  expect(fitToServe(days(10, 13), days(5, 13), 'older')).toBe('newest')
  expect(fitToServe(new Float64Array(40).fill(NaN), days(5, 40), 'newest')).toBe('newest')
})

test('only the last four weeks count, and days on which both were far off do not', () => {
  const long = Float64Array.of(...days(1, 60), ...days(10))
  expect(fitToServe(long, Float64Array.of(...days(50, 60), ...days(9)), 'newest')).toBe('older')
  // On three days of nonsense the newest, which had followed it, was right by chance.
  const nonsense = { 0: 80, 1: 90, 2: 100 }
  expect(fitToServe(changed(days(10), nonsense), changed(days(9), { 0: 150, 1: 140, 2: 170 }), 'newest')).toBe('older')
  // Where one of them alone was off, it was.
  expect(fitToServe(days(10), changed(days(9), { 0: 150, 1: 140, 2: 170 }), 'newest')).toBe('newest')
})
