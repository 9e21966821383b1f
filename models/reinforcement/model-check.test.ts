import { expect, test } from 'vitest'
import { modelCheck } from './model-check.ts'

test('hours in which both are known are compared, and nothing else', () => {
  expect(modelCheck([100, 200, NaN, 100], [101, 196, 50, NaN])).toEqual({ hours: 2, meanErrorPct: (100 * 5) / 300, largestErrorPct: 2 })
})

test('without a measured hour nothing is said', () => {
  expect(modelCheck([NaN, NaN], [1, 2])).toBeNull()
})
