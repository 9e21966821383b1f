import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { LEVELS } from './conformal.ts'
import { addCounts, congestion, congestionCounts, countLoadings } from './congestion.ts'
import { normalQuantile, normals, normalShare } from './normal.ts'
import { reliabilityOf } from './reliability.ts'
import { trajectories } from './trajectories.ts'

test('even quantiles of a normal loading: probability and energy above as the closed forms say', () => {
  // Loading N(mean, 10 %): P(above c) = 1 - Phi(d), E(excess) = sigma (phi(d) - d (1 - Phi(d))), d = (c - mean) / sigma.
  const means = [60, 80, 95, 110]
  const scenarios = 2_000
  const counts = congestionCounts(means.length, 2)
  for (let k = 0; k < scenarios; k += 1) {
    const z = normalQuantile((k + 0.5) / scenarios)
    // The second step is 20 % of the rating lower.
    countLoadings(counts, [0, -20].flatMap((lower) => means.map((mean) => mean + lower + 10 * z)))
  }
  const { probability, energyAboveKwh, unknownShare } = congestion(counts, 1_800, means.map((_, element) => 100 * (element + 1)))
  for (const [k, threshold] of [80, 100].entries()) {
    for (const [element, mean] of means.entries()) {
      for (const [step, lower] of [0, -20].entries()) {
        const d = (threshold - mean - lower) / 10
        const beyond = 1 - normalShare(d)
        expect(Math.abs(probability[k]![element * 2 + step]! - beyond)).toBeLessThanOrEqual(0.5 / scenarios + 1e-7)
        const excessPct = 10 * (Math.exp((-d * d) / 2) / Math.sqrt(2 * Math.PI) - d * beyond)
        expect(Math.abs(energyAboveKwh[k]![element * 2 + step]! - (excessPct / 100) * 100 * (element + 1) * 0.5)).toBeLessThan(0.02)
      }
    }
  }
  expect(Math.max(...unknownShare)).toBe(0)
})

test('in whatever batches and threads it is counted, the result is the same', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }), fc.integer(), (elements, steps, scenarios, seed) => {
    const random = seeded(seed)
    const loadings = Float64Array.from({ length: scenarios * steps * elements }, () => (random() < 0.1 ? NaN : 150 * random()))
    const whole = congestionCounts(elements, steps)
    countLoadings(whole, loadings)
    const parts = [congestionCounts(elements, steps), congestionCounts(elements, steps)]
    for (let row = scenarios * steps - 1; row >= 0; row -= 1) countLoadings(parts[row % 2]!, loadings.subarray(row * elements, (row + 1) * elements), [row % steps])
    addCounts(parts[0]!, parts[1]!)
    expect(parts[0]!.above).toEqual(whole.above)
    expect(parts[0]!.known).toEqual(whole.known)
    const { probability, unknownShare } = congestion(whole, 3600)
    for (let element = 0; element < elements; element += 1) {
      for (let step = 0; step < steps; step += 1) {
        const own = Array.from({ length: scenarios }, (_, k) => loadings[(k * steps + step) * elements + element]!)
        const known = own.filter((one) => !Number.isNaN(one))
        expect(unknownShare[element * steps + step]).toBeCloseTo(1 - known.length / scenarios, 6)
        probability.forEach((column, k) => {
          const expected = known.length === 0 ? NaN : known.filter((one) => one > [80, 100][k]!).length / known.length
          if (Number.isNaN(expected)) expect(column[element * steps + step]).toBeNaN()
          else expect(column[element * steps + step]).toBeCloseTo(expected, 6)
        })
        expect(!(probability[1]![element * steps + step]! > probability[0]![element * steps + step]!)).toBe(true)
      }
    }
  }))
})

test('without rating no energy; loadings that are not whole rows are refused', () => {
  const counts = congestionCounts(2, 1)
  countLoadings(counts, [90, 120])
  const { energyAboveKwh } = congestion(counts, 3600, [NaN, 400])
  expect(energyAboveKwh[0]![0]).toBeNaN()
  expect(energyAboveKwh[0]![1]).toBeCloseTo(160, 4)
  expect(congestion(counts, 3600).energyAboveKwh[1]![1]).toBeNaN()
  expect(() => countLoadings(counts, [1, 2, 3])).toThrow('whole rows')
})

test('four delivery points on a section, from past errors to probability: near the closed form, and reliable over many days', () => {
  // Errors N(0, 10 kW) with correlation 0.5: their sum has a sigma of 10 sqrt(4 + 12 * 0.5) kW.
  const next = normals(seeded(17))
  const draw = (): number[] => {
    const common = next()
    return Array.from({ length: 4 }, () => Math.sqrt(0.5) * (common + next()))
  }
  const issues = 100
  const shares = Float32Array.from(Array.from({ length: issues }, draw).flat())
  const sigma = 10 * Math.sqrt(10)
  const ratingKw = 400
  const said: number[] = []
  const happened: number[] = []
  for (let day = 0; day < 400; day += 1) {
    const pointKw = 75 + (day % 40)
    const forecasts = Array.from({ length: 4 }, () => ({ nonNegative: false, quantiles: LEVELS.map((level) => Float64Array.of(pointKw + 10 * normalQuantile(level))) }))
    const { scenarios, values } = trajectories(forecasts, { issues, shares }, { seed: day })
    const counts = congestionCounts(1, 1)
    countLoadings(counts, Float64Array.from({ length: scenarios }, (_, k) => (100 * (values[4 * k]! + values[4 * k + 1]! + values[4 * k + 2]! + values[4 * k + 3]!)) / ratingKw))
    const { probability } = congestion(counts, 3600, [ratingKw])
    for (const [k, threshold] of [80, 100].entries()) {
      expect(Math.abs(probability[k]![0]! - (1 - normalShare(((threshold / 100) * ratingKw - 4 * pointKw) / sigma)))).toBeLessThan(0.08)
    }
    said.push(probability[1]![0]!)
    happened.push(4 * pointKw + 10 * draw().reduce((sum, one) => sum + one, 0) > ratingKw ? 1 : 0)
  }
  const { reliability, resolution, skill } = reliabilityOf(said, happened)
  expect(reliability).toBeLessThan(0.01)
  expect(resolution).toBeGreaterThan(0.08)
  expect(skill).toBeGreaterThan(0.4)
})
