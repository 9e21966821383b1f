import { expect, test } from 'vitest'
import { seededRandom } from './random.ts'

test('a seed gives the same numbers, another seed others, evenly spread', () => {
  const [one, again, other] = [seededRandom(7), seededRandom(7), seededRandom(8)]
  const numbers = Array.from({ length: 10_000 }, () => one.next())
  expect(Array.from({ length: 10_000 }, () => again.next())).toEqual(numbers)
  expect(other.next()).not.toBe(numbers[0])
  expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeCloseTo(0.5, 1)
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...numbers)).toBeLessThan(1)
})
