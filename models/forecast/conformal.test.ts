import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { adaptLevels, calibrate, errorQuantile, LEVELS } from './conformal.ts'

test('quantiles of even errors are even, and rise with the level', () => {
  const random = seeded(3)
  const calibration = calibrate(Array.from({ length: 60 }, () => Float64Array.from({ length: 48 }, random)))
  for (const level of LEVELS) expect(Math.abs(errorQuantile(calibration, level) - level)).toBeLessThan(0.03)
  const quantiles = LEVELS.map((level) => errorQuantile(calibration, level))
  expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles)
})

test('late days weigh more: after a change of season the band follows', () => {
  const random = seeded(4)
  const days = Array.from({ length: 112 }, (_, day) => Float64Array.from({ length: 24 }, () => (day < 56 ? 1 : 3) * (random() - 0.5)))
  const width = errorQuantile(calibrate(days), 0.95) - errorQuantile(calibrate(days), 0.05)
  expect(width).toBeGreaterThan(2.3)
  expect(width).toBeLessThan(2.8)
})

test('a level that covers too little moves outwards, one that covers too much inwards, and neither runs away', () => {
  const upper = LEVELS.indexOf(0.95)
  const lower = LEVELS.indexOf(0.05)
  let moved: Float64Array = new Float64Array(LEVELS.length)
  // Only 80 % below the 95 % quantile, 15 % below the 5 % quantile.
  const below = Float64Array.from(LEVELS, (_, k) => (k === upper ? 0.8 : k === lower ? 0.15 : NaN))
  moved = adaptLevels(moved, below)
  expect(moved[upper]).toBeCloseTo(0.02 * 0.15, 12)
  expect(moved[lower]).toBeCloseTo(-0.02 * 0.1, 12)
  for (let day = 0; day < 1_000; day += 1) moved = adaptLevels(moved, below)
  expect(0.95 + moved[upper]!).toBeLessThan(1)
  expect(0.05 + moved[lower]!).toBeGreaterThan(0)
})

test('nothing was ever measured: no quantile', () => {
  expect(errorQuantile(calibrate([new Float64Array(4).fill(NaN)]), 0.5)).toBeNaN()
})
