import fc from 'fast-check'
import { expect, it } from 'vitest'
import { niceAbove } from './nice.ts'

it('is a round number that is not smaller, and not far away', () => {
  expect([0.3, 1, 1.01, 37, 1_764, 0, -4].map(niceAbove)).toEqual([0.5, 1, 2, 50, 2_000, 1, 1])
  fc.assert(fc.property(fc.double({ min: 1e-4, max: 1e9, noNaN: true }), (value) => {
    const nice = niceAbove(value)
    expect(nice).toBeGreaterThanOrEqual(value * (1 - 1e-6))
    expect(nice).toBeLessThanOrEqual(2.5 * value * (1 + 1e-6))
  }))
})
