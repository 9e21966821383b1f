import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blendWeights } from './blend.ts'

test('weights are positive and sum to one, whatever the errors', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: false }), { minLength: 5, maxLength: 200 }), (count, errors) => {
    const weights = blendWeights(Array.from({ length: count }, (_, m) => Float64Array.from(errors, (error, i) => error * (1 + ((i * (m + 3)) % 7)))))
    expect(weights.every((weight) => weight >= 0)).toBe(true)
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9)
  }))
})

test('errors that make up for each other are worth more than a twin of the best', () => {
  const wave = (phase: number, size: number) => Float64Array.from({ length: 500 }, (_, i) => size * Math.sin(i + phase))
  const [best, twin, opposite] = blendWeights([wave(0, 1), wave(0.01, 1.01), wave(Math.PI, 1.2)])
  expect(opposite).toBeGreaterThan(best!)
  expect(opposite).toBeGreaterThan(twin!)
})

test('nothing known: even', () => {
  expect([...blendWeights([new Float64Array(3).fill(NaN), new Float64Array(3)])]).toEqual([0.5, 0.5])
})
