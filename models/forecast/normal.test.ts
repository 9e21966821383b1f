import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { normalQuantile, normals, normalShare } from './normal.ts'

test('shares and quantiles of the tables', () => {
  for (const [share, z] of [[0.5, 0], [0.841344746068543, 1], [0.975, 1.959963984540054], [0.995, 2.5758293035489], [0.9986501019683699, 3], [0.05, -1.6448536269514729]] as const) {
    expect(normalShare(z)).toBeCloseTo(share, 12)
    expect(normalQuantile(share)).toBeCloseTo(z, 9)
  }
  expect(normalShare(9)).toBe(1)
  expect(normalShare(-9)).toBe(0)
  for (const outside of [0, 1, -1, NaN]) expect(normalQuantile(outside)).toBeNaN()
})

test('each is the inverse of the other', () => {
  fc.assert(fc.property(fc.double({ min: 1e-7, max: 1 - 1e-7, noNaN: true }), (share) => {
    expect(Math.abs(normalShare(normalQuantile(share)) - share)).toBeLessThan(1e-12)
  }))
})

test('drawn numbers have mean 0, variance 1 and kurtosis 3', () => {
  const next = normals(seeded(11))
  const values = Array.from({ length: 40_000 }, next)
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length
  expect(Math.abs(moment(1))).toBeLessThan(0.02)
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03)
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15)
})
