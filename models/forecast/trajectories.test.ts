import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seeded, shuffled } from '#models/capacity/random.ts'
import { LEVELS } from './conformal.ts'
import { normalQuantile, normals } from './normal.ts'
import { energyScore, variogramScore } from './scenario-scores.ts'
import { trajectoryQuantiles } from './trajectory-sums.ts'
import { BASIS, trajectories, type SeriesForecast, type Trajectories } from './trajectories.ts'

const SERIES = 12
const STEPS = 24
const SHARED = 0.4
const HOURLY = 0.9

/** Standard normal errors [issue][series][step]: two series share a part, and what a series has fades by the hour. */
function drawErrors(issues: number, seed: number): Float32Array {
  const next = normals(seeded(seed))
  const errors = new Float32Array(issues * SERIES * STEPS)
  const fading = (): number[] => {
    const path: number[] = []
    for (let t = 0; t < STEPS; t += 1) path.push(t === 0 ? next() : HOURLY * path[t - 1]! + Math.sqrt(1 - HOURLY ** 2) * next())
    return path
  }
  for (let i = 0; i < issues; i += 1) {
    const shared = fading()
    for (let s = 0; s < SERIES; s += 1) {
      const own = fading()
      for (let t = 0; t < STEPS; t += 1) errors[(i * SERIES + s) * STEPS + t] = Math.sqrt(SHARED) * shared[t]! + Math.sqrt(1 - SHARED) * own[t]!
    }
  }
  return errors
}

const meanOf = (s: number, t: number): number => 50 + 5 * s + 10 * Math.sin(t / 4)
const sigmaOf = (s: number): number => 3 + s
const normalForecasts = (series = SERIES): SeriesForecast[] => Array.from({ length: series }, (_, s) => ({
  quantiles: LEVELS.map((level) => Float64Array.from({ length: STEPS }, (__, t) => meanOf(s, t) + sigmaOf(s) * normalQuantile(level))), nonNegative: false,
}))

/** Correlation over the scenarios of two cells (series * STEPS + step). */
function correlation({ scenarios, series, steps, values }: Trajectories, a: number, b: number): number {
  const column = (cell: number) => Array.from({ length: scenarios }, (_, k) => values[k * series * steps + cell]!)
  return pearson(column(a), column(b))
}
function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length
  const [mx, my] = [mean(x), mean(y)]
  const product = (p: readonly number[], mp: number, q: readonly number[], mq: number) => p.reduce((sum, one, i) => sum + (one - mp) * (q[i]! - mq), 0)
  return product(x, mx, y, my) / Math.sqrt(product(x, mx, x, mx) * product(y, my, y, my))
}
const meanOver = (pairs: readonly (readonly [number, number])[], of: (a: number, b: number) => number): number => pairs.reduce((sum, [a, b]) => sum + of(a, b), 0) / pairs.length
/** Pairs of cells: of one series some hours apart, and of two series at the same hour. */
const within = (lag: number) => Array.from({ length: SERIES }, (_, s) => Array.from({ length: STEPS - lag }, (__, t) => [s * STEPS + t, s * STEPS + t + lag] as const)).flat()
const across = (of: (a: number, b: number) => boolean = () => true) => Array.from({ length: SERIES }, (_, a) => Array.from({ length: a }, (__, b) => (of(a, b) ? Array.from({ length: STEPS }, (___, t) => [a * STEPS + t, b * STEPS + t] as const) : [])).flat()).flat()

describe('marginals', () => {
  const shape = fc.record({ start: fc.double({ min: -50, max: 50, noNaN: true }), widths: fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 18, maxLength: 18 }), seed: fc.integer() })
  test('the scenarios have the quantiles of the forecast, whatever those and the past are', () => {
    fc.assert(fc.property(shape, fc.integer({ min: 0, max: 40 }), ({ start, widths, seed }, issues) => {
      const quantiles = LEVELS.map((_, k) => Float64Array.of(start + widths.slice(0, k).reduce((sum, one) => sum + one, 0)))
      const random = seeded(seed)
      const past = { issues, shares: Float32Array.from({ length: issues }, () => (random() < 0.2 ? NaN : random() - 0.5)) }
      const drawn = trajectories([{ quantiles, nonNegative: false }], past, { seed })
      trajectoryQuantiles(drawn, 0).forEach((column, k) => {
        // Between two of the even shares, 1/200 apart, lies at most a bend of the quantile: a twentieth of what is beside.
        const beside = Math.max(widths[k - 1] ?? 0, widths[k] ?? 0, k === 0 ? widths[0]! * 1.5 : 0, k === 18 ? widths[17]! * 1.5 : 0)
        expect(Math.abs(column[0]! - quantiles[k]![0]!)).toBeLessThanOrEqual(0.05 * beside + 1e-4)
      })
    }), { numRuns: 200 })
  })

  test('beyond the outer levels the tail is the exponential one through the two outermost: for exponential errors exact', () => {
    // Laplace: below the median share = exp(x) / 2.
    const laplace = (p: number): number => (p < 0.5 ? Math.log(2 * p) : -Math.log(2 * (1 - p)))
    const drawn = trajectories([{ quantiles: LEVELS.map((level) => Float64Array.of(laplace(level))), nonNegative: false }], { issues: 0, shares: new Float32Array(0) }, { scenarios: 400 })
    const sorted = drawn.values.toSorted()
    for (const k of [0, 1, 5, 19, 380, 395, 399]) expect(sorted[k]).toBeCloseTo(laplace((k + 0.5) / 400), 5)
  })

  test('what cannot be negative is not, levels that cross are put in order, a step without quantiles stays unknown', () => {
    const quantiles = LEVELS.map((level) => Float64Array.of(10 * (level - 0.3), level === 0.5 ? 0 : level, NaN))
    const { values, scenarios } = trajectories([{ quantiles, nonNegative: true }], { issues: 0, shares: new Float32Array(0) })
    for (let k = 0; k < scenarios; k += 1) {
      expect(values[k * 3]).toBeGreaterThanOrEqual(0)
      expect(values[k * 3 + 2]).toBeNaN()
    }
    // 30 % lies below 0.
    expect(Array.from({ length: scenarios }, (_, k) => values[k * 3]!).filter((one) => one === 0)).toHaveLength(60)
    expect(trajectoryQuantiles({ scenarios, series: 1, steps: 3, values, basis: new Uint8Array(1) }, 0)[9]![1]).toBeCloseTo(0.45, 2)
  })
})

describe('dependence', () => {
  const issues = 120
  const shares = drawErrors(issues, 21)
  const drawn = trajectories(normalForecasts(), { issues, shares })

  test('the scenarios have the rank correlations of the past errors, across hours and series', () => {
    const score = (cell: number): number[] => {
      const own = Array.from({ length: issues }, (_, i) => shares[i * SERIES * STEPS + cell]!)
      return own.map((value) => normalQuantile((own.filter((other) => other < value).length + 0.5) / issues))
    }
    const scores = Array.from({ length: SERIES * STEPS }, (_, cell) => score(cell))
    const pick = seeded(2)
    let worst = 0
    for (let k = 0; k < 400; k += 1) {
      const [a, b] = [Math.floor(pick() * SERIES * STEPS), Math.floor(pick() * SERIES * STEPS)]
      worst = Math.max(worst, Math.abs(correlation(drawn, a, b) - pearson(scores[a]!, scores[b]!)))
    }
    // Orthogonal draws leave only what the exchange of ranks moves.
    expect(worst).toBeLessThan(0.06)
    expect(drawn.basis.every((one) => one === BASIS.measured)).toBe(true)
    for (const lag of [1, 3, 8]) expect(Math.abs(meanOver(within(lag), (a, b) => correlation(drawn, a, b)) - HOURLY ** lag)).toBeLessThan(0.05)
    expect(Math.abs(meanOver(across(), (a, b) => correlation(drawn, a, b)) - SHARED)).toBeLessThan(0.06)
  })

  test('quantiles of the sum come near the true ones; adding quantiles is far too wide, independent series far too narrow', () => {
    const cells = Array.from({ length: SERIES }, (_, s) => s)
    const trueSigma = Math.sqrt(cells.reduce((sum, a) => sum + cells.reduce((inner, b) => inner + (a === b ? 1 : SHARED) * sigmaOf(a) * sigmaOf(b), 0), 0))
    const half = (of: Trajectories): number => {
      const sums: Trajectories = { ...of, series: 1, values: new Float32Array(of.scenarios * STEPS) }
      of.values.forEach((value, k) => { sums.values[Math.floor(k / (SERIES * STEPS)) * STEPS + (k % STEPS)]! += value })
      const [low, high] = trajectoryQuantiles(sums, 0, [0.05, 0.95])
      return low!.reduce((sum, one, t) => sum + (high![t]! - one) / 2, 0) / STEPS
    }
    const trueHalf = trueSigma * normalQuantile(0.95)
    expect(Math.abs(half(drawn) / trueHalf - 1)).toBeLessThan(0.08)
    expect(cells.reduce((sum, s) => sum + sigmaOf(s), 0) * normalQuantile(0.95) / trueHalf).toBeGreaterThan(1.45)
    expect(half(independent(drawn)) / trueHalf).toBeLessThan(0.5)
    // The energy of a whole day of one series: hours that err together.
    const day = Array.from({ length: drawn.scenarios }, (_, k) => drawn.values.subarray(k * SERIES * STEPS, k * SERIES * STEPS + STEPS).reduce((sum, one) => sum + one, 0)).sort((a, b) => a - b)
    const hours = Array.from({ length: STEPS }, (_, t) => t)
    const daySigma = sigmaOf(0) * Math.sqrt(hours.reduce((sum, a) => sum + hours.reduce((inner, b) => inner + HOURLY ** Math.abs(a - b), 0), 0))
    expect(Math.abs((day[189]! - day[10]!) / 2 / (daySigma * normalQuantile(0.95)) - 1)).toBeLessThan(0.12)
  })

  test('days to come are better met than by independent scenarios: variogram and energy score', () => {
    const other = independent(drawn)
    // As shares of the expected error and every fourth hour, so that no series outweighs the others.
    const split = (of: Trajectories) => Array.from({ length: of.scenarios }, (_, k) =>
      of.values.subarray(k * SERIES * STEPS, (k + 1) * SERIES * STEPS).map((value, cell) => (value - meanOf(Math.floor(cell / STEPS), cell % STEPS)) / sigmaOf(Math.floor(cell / STEPS))).filter((__, cell) => cell % 4 === 0))
    const ideal = drawErrors(200, 78)
    const ways = [split(drawn), split(other), Array.from({ length: 200 }, (_, k) => ideal.subarray(k * SERIES * STEPS, (k + 1) * SERIES * STEPS).filter((__, cell) => cell % 4 === 0))]
    const errors = drawErrors(80, 77)
    const energy = [0, 0, 0]
    const variogram = [0, 0, 0]
    for (let day = 0; day < 80; day += 1) {
      const came = errors.subarray(day * SERIES * STEPS, (day + 1) * SERIES * STEPS).filter((_, cell) => cell % 4 === 0)
      ways.forEach((scenarios, way) => {
        energy[way]! += energyScore(scenarios, came)
        variogram[way]! += variogramScore(scenarios, came)
      })
    }
    // Of what scenarios drawn from the true distribution gain over independent ones, 120 past issues give nearly all.
    expect((variogram[1]! - variogram[0]!) / (variogram[1]! - variogram[2]!)).toBeGreaterThan(0.85)
    // The energy score sees the even marginals more than the dependence.
    expect(energy[0]! / energy[1]!).toBeLessThan(0.996)
    expect(energy[0]! / energy[2]!).toBeLessThan(1)
  })

  test('the same seed draws the same, another seed other scenarios of the same quantiles', () => {
    const again = trajectories(normalForecasts(), { issues, shares })
    expect(again.values).toEqual(drawn.values)
    const other = trajectories(normalForecasts(), { issues, shares }, { seed: 2 })
    expect(other.values).not.toEqual(drawn.values)
    expect(trajectoryQuantiles(other, 3)).toEqual(trajectoryQuantiles(drawn, 3))
  })
})

describe('past errors that are missing', () => {
  const issues = 120
  const full = drawErrors(issues, 22)
  const without = (missing: (issue: number, series: number, step: number) => boolean) => full.map((value, k) => (missing(Math.floor(k / (SERIES * STEPS)), Math.floor(k / STEPS) % SERIES, k % STEPS) ? NaN : value))

  test('a meter that came late keeps most of what it has in common with the others, and all of its own course', () => {
    const late = (s: number) => s >= 8
    const drawn = trajectories(normalForecasts(), { issues, shares: without((i, s) => late(s) && i < 60) })
    const common = meanOver(across((a, b) => late(a) !== late(b)), (a, b) => correlation(drawn, a, b))
    // Taking what is unknown as no error would leave 0.28 of 0.4.
    expect(common).toBeGreaterThan(0.32)
    expect(common).toBeLessThan(0.46)
    expect(Math.abs(meanOver(within(3), (a, b) => correlation(drawn, a, b)) - HOURLY ** 3)).toBeLessThan(0.06)
    expect(drawn.basis.every((one) => one === BASIS.measured)).toBe(true)
  })

  test('scattered gaps and latest issues of which only the first hours have come change little', () => {
    const random = seeded(9)
    const drawn = trajectories(normalForecasts(), { issues, shares: without((i, _, t) => random() < 0.1 || (i >= issues - 2 && t > 11)) })
    for (const lag of [1, 3, 8]) expect(Math.abs(meanOver(within(lag), (a, b) => correlation(drawn, a, b)) - HOURLY ** lag)).toBeLessThan(0.06)
    expect(Math.abs(meanOver(across(), (a, b) => correlation(drawn, a, b)) - SHARED)).toBeLessThan(0.07)
  })

  test('an hour that was never measured follows the nearest one', () => {
    const drawn = trajectories(normalForecasts(), { issues, shares: without((_, __, t) => t < 6) })
    expect(correlation(drawn, 0, 6)).toBeCloseTo(1, 6)
  })

  test('too few issues: assumed, said so, persistent in time and with something in common', () => {
    const drawn = trajectories(normalForecasts(), { issues: 8, shares: full.subarray(0, 8 * SERIES * STEPS) }, { scenarios: 1_000 })
    expect(drawn.basis.every((one) => one === BASIS.assumed)).toBe(true)
    expect(Math.abs(meanOver(within(1), (a, b) => correlation(drawn, a, b)) - 0.85)).toBeLessThan(0.03)
    expect(Math.abs(meanOver(across(), (a, b) => correlation(drawn, a, b)) - 0.2)).toBeLessThan(0.05)
    const halfHours = trajectories(normalForecasts(), { issues: 0, shares: new Float32Array(0) }, { scenarios: 1_000, stepS: 1_800 })
    expect(Math.abs(meanOver(within(2), (a, b) => correlation(halfHours, a, b)) - 0.85)).toBeLessThan(0.03)
  })

  test('one new series among known ones is alone assumed, and still goes a little with them', () => {
    const drawn = trajectories(normalForecasts(), { issues, shares: without((i, s) => s === 11 && i < 115) }, { scenarios: 1_000 })
    expect([...drawn.basis]).toEqual([...Array<number>(11).fill(BASIS.measured), BASIS.assumed])
    const common = meanOver(across((a) => a === 11), (a, b) => correlation(drawn, a, b))
    // sqrt(0.2) with what all have in common, and that 0.67 with each of the twelve.
    expect(common).toBeGreaterThan(0.2)
    expect(common).toBeLessThan(0.4)
  })

  test('errors that are all alike (photovoltaics at night) and lengths that do not fit', () => {
    const drawn = trajectories(normalForecasts(), { issues, shares: new Float32Array(full.length) })
    expect(drawn.values.some(Number.isNaN)).toBe(false)
    expect(() => trajectories(normalForecasts(), { issues: 3, shares: full })).toThrow('past errors')
    expect(() => trajectories(normalForecasts(), { issues, shares: full }, { scenarios: 1 })).toThrow('scenarios')
  })
})

/** The same values at each cell, in an order of its own: the marginals without any dependence. */
function independent(of: Trajectories): Trajectories {
  const random = seeded(31)
  const values = new Float32Array(of.values.length)
  const width = of.series * of.steps
  for (let cell = 0; cell < width; cell += 1) shuffled(of.scenarios, random).forEach((from, to) => { values[to * width + cell] = of.values[from * width + cell]! })
  return { ...of, values }
}
