import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hierarchy, reconcileForecasts, type Hierarchy } from './reconcile.ts'

/** Solves A x = b by elimination; A is small and positive definite. */
function solveDense(a: number[][], b: number[]): number[] {
  const n = b.length
  for (let k = 0; k < n; k += 1) {
    for (let i = k + 1; i < n; i += 1) {
      const factor = a[i]![k]! / a[k]![k]!
      for (let j = k; j < n; j += 1) a[i]![j]! -= factor * a[k]![j]!
      b[i]! -= factor * b[k]!
    }
  }
  for (let k = n - 1; k >= 0; k -= 1) {
    for (let j = k + 1; j < n; j += 1) b[k]! -= a[k]![j]! * b[j]!
    b[k]! /= a[k]![k]!
  }
  return b
}

const leavesOf = (tree: Hierarchy): number[] => [...tree.isLeaf.keys()].filter((node) => tree.isLeaf[node] === 1)
const isBelow = (tree: Hierarchy, node: number, top: number): boolean => node === top || (tree.parent[node]! >= 0 && isBelow(tree, tree.parent[node]!, top))

/** S (S' W^-1 S + tiny)^-1 S' W^-1 y over the nodes with forecast: the textbook's matrices. */
function dense(tree: Hierarchy, values: Float64Array, variance: Float64Array, tiny: number): number[] {
  const leaves = leavesOf(tree)
  const sums = [...tree.isLeaf.keys()].map((node) => leaves.map((leaf): number => (isBelow(tree, leaf, node) ? 1 : 0)))
  const normal = leaves.map((_, i) => leaves.map((__, j) => (i === j ? tiny : 0)))
  const right = leaves.map(() => 0)
  sums.forEach((row, node) => {
    if (Number.isNaN(values[node]!)) return
    row.forEach((one, i) => {
      right[i]! += (one * values[node]!) / variance[node]!
      row.forEach((other, j) => { normal[i]![j]! += (one * other) / variance[node]! })
    })
  })
  const solved = solveDense(normal, right)
  return sums.map((row) => row.reduce((sum, one, i) => sum + one * solved[i]!, 0))
}

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const drawnNodes = fc.array(fc.record({ up: number(0, 0.999), value: number(-20, 100), sigma: number(0.3, 10), known: fc.boolean() }), { minLength: 1, maxLength: 14 })
/** Any numbering: the drawn tree is turned round, so that nodes do not come after the one above. */
const treeOf = (drawn: readonly { up: number }[]): Hierarchy =>
  hierarchy(drawn.map((node, k) => (k === 0 ? -1 : Math.floor(node.up * k))).toReversed().map((up) => (up < 0 ? -1 : drawn.length - 1 - up)))

test('two sweeps give what the matrices of minimum trace give, on any tree with every node forecast', () => {
  fc.assert(fc.property(drawnNodes, (drawn) => {
    const tree = treeOf(drawn)
    const values = Float64Array.from(drawn, ({ value }) => value)
    const variance = Float64Array.from(drawn, ({ sigma }) => sigma ** 2)
    const expected = dense(tree, values, variance, 0)
    reconcileForecasts(tree, { steps: 1, values, errorVariance: variance }).forEach((value, node) => expect(Math.abs(value - expected[node]!)).toBeLessThan(1e-7))
  }), { numRuns: 300 })
})

test('with any nodes left out: what is determined is the same, what is left over is shared alike, what nothing determines is NaN', () => {
  fc.assert(fc.property(drawnNodes, (drawn) => {
    const tree = treeOf(drawn)
    const values = Float64Array.from(drawn, ({ value, known }) => (known ? value : NaN))
    const variance = Float64Array.from(drawn, ({ sigma }) => sigma ** 2)
    const expected = dense(tree, values, variance, 1e-9)
    const reconciled = reconcileForecasts(tree, { steps: 1, values, errorVariance: variance })
    const leaves = leavesOf(tree)
    reconciled.forEach((value, node) => {
      // A leaf is determined by a forecast of itself or of any node above that no lower forecast uses up alone.
      const undetermined = leaves.some((leaf) => isBelow(tree, leaf, node) && [...values.keys()].every((top) => Number.isNaN(values[top]!) || !isBelow(tree, leaf, top)))
      if (undetermined) expect(value).toBeNaN()
      else expect(Math.abs(value - expected[node]!)).toBeLessThan(1e-4)
    })
  }), { numRuns: 300 })
})

test('coherent forecasts stay as they are, whatever the variances, and each step is reconciled by itself', () => {
  fc.assert(fc.property(drawnNodes, number(0.1, 5), (drawn, spread) => {
    const tree = treeOf(drawn)
    const n = drawn.length
    const steps = 3
    const values = new Float64Array(n * steps)
    for (const leaf of leavesOf(tree)) for (let t = 0; t < steps; t += 1) for (let node = leaf; node >= 0; node = tree.parent[node]!) values[node * steps + t]! += drawn[leaf]!.value + t
    const variance = Float64Array.from({ length: n * steps }, (_, k) => spread * (1 + (k % 5)))
    reconcileForecasts(tree, { steps, values, errorVariance: variance }).forEach((value, k) => expect(Math.abs(value - values[k]!)).toBeLessThan(1e-8))
    const pushed = values.map((value, k) => (k % steps === 1 ? value * 1.1 + 1 : value))
    const all = reconcileForecasts(tree, { steps, values: pushed, errorVariance: variance })
    const alone = reconcileForecasts(tree, { steps: 1, values: pushed.filter((_, k) => k % steps === 1), errorVariance: variance.filter((_, k) => k % steps === 1) })
    alone.forEach((value, node) => expect(value).toBe(all[node * steps + 1]))
  }))
})

test('a feeder forecast of 100 +- 1 over two shops of 40 +- 2 and 50 +- 1: the wider one takes four fifths of the correction', () => {
  const tree = hierarchy([-1, 0, 0])
  const [feeder, first, second] = reconcileForecasts(tree, { steps: 1, values: Float64Array.of(100, 40, 50), errorVariance: Float64Array.of(1, 4, 1) })
  expect(feeder).toBeCloseTo(90 + 10 * 5 / 6, 12)
  expect(first).toBeCloseTo(40 + 10 * (5 / 6) * 0.8, 12)
  expect(second).toBeCloseTo(50 + 10 * (5 / 6) * 0.2, 12)
})

test('leaves without forecast take the rest by their shares, and touch no other', () => {
  const tree = hierarchy([-1, 0, 0, 0])
  const reconciled = reconcileForecasts(tree, { steps: 1, values: Float64Array.of(100, 40, NaN, NaN), errorVariance: Float64Array.of(4, 9, NaN, NaN), shareOfRest: Float64Array.of(NaN, NaN, 3, 1) })
  expect([...reconciled]).toEqual([100, 40, 45, 15])
})

test('reconciled forecasts are nearer to what came than the forecasts of the leaves or those of the top alone', () => {
  // Errors drawn with the stated variances; every node is better off on average, which is what minimum trace promises.
  const tree = hierarchy([-1, 0, 0, 1, 1, 2, 2])
  const sigma = [3, 2.5, 2, 1.5, 2, 1, 2.5]
  let state = 1
  const noise = (): number => {
    let sum = -6
    for (let k = 0; k < 12; k += 1) sum += (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
    return sum
  }
  const before = sigma.map(() => 0)
  const after = sigma.map(() => 0)
  for (let run = 0; run < 2_000; run += 1) {
    const values = Float64Array.from(sigma, (one) => one * noise())
    reconcileForecasts(tree, { steps: 1, values, errorVariance: Float64Array.from(sigma, (one) => one * one) }).forEach((value, node) => {
      before[node]! += values[node]! ** 2
      after[node]! += value ** 2
    })
  }
  after.forEach((sum, node) => expect(sum).toBeLessThan(0.95 * before[node]!))
})

test('a loop, or a node above that is not there, is refused', () => {
  expect(() => hierarchy([1, 0])).toThrow('above itself')
  expect(() => hierarchy([-1, 7])).toThrow('no such node')
})
