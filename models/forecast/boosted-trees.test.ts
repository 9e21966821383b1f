import { describe, expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { fitTrees, treesValue, type TreeOptions } from './boosted-trees.ts'
import { cutIntoBins, type TreeRows } from './feature-bins.ts'

const OPTIONS: TreeOptions = { trees: 120, leaves: 15, learningRate: 0.1, leastRows: 10, l2: 1, featureShare: 1, rowShare: 1, bins: 64, huberQuantile: 1, seed: 3 }

interface Rows extends TreeRows {
  readonly target: Float64Array
}
const fit = (rows: Rows, options: TreeOptions) => fitTrees(cutIntoBins(rows, options.bins), rows.target, new Float64Array(rows.rows.length).fill(1), options)

function rowsOf(count: number, of: (x: readonly number[]) => number, seed = 5): Rows {
  const random = seeded(seed)
  const features = Float32Array.from({ length: count * 4 }, () => random() * 2 - 1)
  const target = Float64Array.from({ length: count }, (_, i) => of([...features.subarray(4 * i, 4 * i + 4)]))
  return { features, featureCount: 4, target, rows: Int32Array.from(target, (_, i) => i) }
}
const errorOf = (rows: Rows, of: (i: number) => number) => Math.sqrt(rows.target.reduce((sum, value, i) => sum + (value - of(i)) ** 2, 0) / rows.target.length)

describe('what no straight line can say', () => {
  const of = ([a, b]: readonly number[]) => (a! > 0.2 ? 3 : 0) * (b! > -0.1 ? 1 : -1) + b! ** 2
  test('an interaction is learned, and holds for rows never seen', () => {
    const model = fit(rowsOf(4_000, of), OPTIONS)
    const fresh = rowsOf(1_000, of, 99)
    expect(errorOf(fresh, (i) => treesValue(model, fresh.features, i))).toBeLessThan(0.15 * errorOf(fresh, () => 0))
  })
  test('with shares of rows and features too, and the same seed gives the same trees', () => {
    const rows = rowsOf(4_000, of)
    const options = { ...OPTIONS, featureShare: 0.5, rowShare: 0.6, trees: 200 }
    const [one, two] = [fit(rows, options), fit(rows, options)]
    expect(two).toEqual(one)
    const fresh = rowsOf(1_000, of, 99)
    expect(errorOf(fresh, (i) => treesValue(one, fresh.features, i))).toBeLessThan(0.25 * errorOf(fresh, () => 0))
  })
})

test('one tree of two leaves is the best single cut, each leaf the weighted mean', () => {
  const rows = rowsOf(500, ([, b]) => (b! > 0 ? 10 : 2))
  const model = fit(rows, { ...OPTIONS, trees: 1, leaves: 2, learningRate: 1, l2: 0 })
  expect(model.feature[0]).toBe(1)
  expect(Math.abs(model.threshold[0]!)).toBeLessThan(0.06)
  const error = rows.target.filter((value, i) => Math.abs(value - treesValue(model, rows.features, i)) > 1)
  expect(error.length).toBeLessThan(25)
})

test('a gross error pulls less with Huber’s loss', () => {
  const of = ([a]: readonly number[]) => (a! > 0 ? 4 : 1)
  const rows = rowsOf(2_000, of)
  const spoiled = { ...rows, target: rows.target.map((value, i) => (i % 40 === 0 ? value + 200 : value)) }
  const wrongness = (huberQuantile: number) => {
    const model = fit(spoiled, { ...OPTIONS, huberQuantile })
    return errorOf(rows, (i) => treesValue(model, rows.features, i))
  }
  expect(wrongness(0.9)).toBeLessThan(0.2 * wrongness(1))
})

test('nothing to learn: the mean, and no split', () => {
  const rows = rowsOf(50, () => 7)
  const model = fit(rows, OPTIONS)
  expect(treesValue(model, rows.features, 3)).toBeCloseTo(7, 9)
  expect(model.feature.every((feature) => feature === -1)).toBe(true)
})

test('features that never change: one value for every row, between the median and the mean of what is skewed, without a split', () => {
  const rows = rowsOf(400, ([a]) => Math.max(0, a!) ** 4)
  rows.features.fill(1)
  const model = fit(rows, { ...OPTIONS, huberQuantile: 0.8 })
  expect(model.feature.every((feature) => feature === -1)).toBe(true)
  const mean = rows.target.reduce((sum, value) => sum + value, 0) / rows.target.length
  const value = treesValue(model, rows.features, 0)
  expect(value).toBeGreaterThan(rows.target.toSorted()[200]!)
  expect(value).toBeLessThan(0.9 * mean)
})
