import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { reliabilityOf } from './reliability.ts'

const cases = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), { minLength: 1, maxLength: 80 })

test('the parts add up to the Brier score, and the bins to all cases', () => {
  fc.assert(fc.property(cases, (drawn) => {
    const { bins, count, brier, reliability, resolution, uncertainty, within } = reliabilityOf(drawn.map(([p]) => p), drawn.map(([, happened]) => Number(happened)))
    expect(Math.abs(reliability - resolution + uncertainty + within - brier)).toBeLessThan(1e-12)
    expect(count).toBe(drawn.length)
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(drawn.length)
    for (const { from, to, count: own, meanProbability } of bins) if (own > 0) expect(meanProbability >= from - 1e-12 && meanProbability <= to + 1e-12).toBe(true)
  }))
})

test("probabilities that are equal within each bin: Murphy's three parts are all", () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { minLength: 1, maxLength: 80 }), (drawn) => {
    expect(Math.abs(reliabilityOf(drawn.map(([tenth]) => (tenth + 0.5) / 10), drawn.map(([, happened]) => Number(happened))).within)).toBeLessThan(1e-12)
  }))
})

test('said 30 % and 80 %, came 1 of 4 and 3 of 4: by hand', () => {
  const { bins, brier, reliability, resolution, uncertainty, skill } = reliabilityOf([0.3, 0.3, 0.3, 0.3, 0.8, 0.8, 0.8, 0.8, NaN], [1, 0, 0, 0, 1, 1, 1, 0, 1])
  expect(bins[3]).toMatchObject({ from: 0.3, to: 0.4, count: 4, observedShare: 0.25 })
  expect(bins[8]!.observedShare).toBe(0.75)
  expect(bins[5]!.meanProbability).toBeNaN()
  expect(brier).toBeCloseTo((0.49 + 3 * 0.09 + 3 * 0.04 + 0.64) / 8, 12)
  expect(reliability).toBeCloseTo(0.0025, 12)
  expect(resolution).toBeCloseTo(0.0625, 12)
  expect(uncertainty).toBe(0.25)
  expect(skill).toBeCloseTo(1 - brier / 0.25, 12)
})

test('honest probabilities are reliable, exaggerated ones are seen', () => {
  const random = seeded(5)
  const honest = Array.from({ length: 20_000 }, random)
  const happened = honest.map((p) => Number(random() < p))
  expect(reliabilityOf(honest, happened).reliability).toBeLessThan(0.0005)
  // Half as far again from 1/2, but within 0 and 1: off by a mean square of 1/108, of which the bins see nearly all.
  const exaggerated = honest.map((p) => Math.max(0, Math.min(1, 0.5 + 1.5 * (p - 0.5))))
  expect(Math.abs(reliabilityOf(exaggerated, happened).reliability - 1 / 108)).toBeLessThan(0.001)
  expect(reliabilityOf(exaggerated, happened).brier).toBeGreaterThan(reliabilityOf(honest, happened).brier)
})
