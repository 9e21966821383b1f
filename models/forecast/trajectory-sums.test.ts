import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '#models/capacity/random.ts'
import { LEVELS } from './conformal.ts'
import { normalQuantile, normals } from './normal.ts'
import { hierarchy, reconcileForecasts } from './reconcile.ts'
import { evenQuantile, reconcileTrajectories, trajectoryQuantiles } from './trajectory-sums.ts'
import { BASIS, trajectories, type Trajectories } from './trajectories.ts'

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })

/** A random tree, and scenarios of two steps of those of its nodes that are drawn `known` (at least of all leaves). */
const drawn = fc.array(fc.record({ up: number(0, 0.999), value: number(-20, 100), sigma: number(0.3, 10), known: fc.boolean() }), { minLength: 1, maxLength: 12 }).map((nodes) => {
  const tree = hierarchy(nodes.map(({ up }, k) => (k === 0 ? -1 : Math.floor(up * k))))
  const nodeOf = nodes.flatMap(({ known }, node) => (known || tree.isLeaf[node] === 1 ? [node] : []))
  const scenarios = 5
  const values = Float32Array.from({ length: scenarios * nodeOf.length * 2 }, (_, k) => nodes[nodeOf[Math.floor(k / 2) % nodeOf.length]!]!.value + 3 * Math.sin(k))
  const own: Trajectories = { scenarios, series: nodeOf.length, steps: 2, values, basis: new Uint8Array(nodeOf.length) }
  return { tree, nodeOf, own, variance: Float64Array.from(nodes, ({ sigma }) => sigma ** 2) }
})

test('each scenario is coherent in every node, and without clipping the reconciled forecast of the same values', () => {
  fc.assert(fc.property(drawn, fc.boolean(), ({ tree, nodeOf, own, variance }, nonNegative) => {
    const all = reconcileTrajectories(tree, own, nodeOf, variance, { nonNegative: new Uint8Array(tree.nodes).fill(nonNegative ? 1 : 0) })
    for (let scenario = 0; scenario < own.scenarios; scenario += 1) {
      const at = (node: number, step: number): number => all.values[(scenario * tree.nodes + node) * 2 + step]!
      const base = new Float64Array(tree.nodes * 2).fill(NaN)
      nodeOf.forEach((node, s) => base.set(own.values.subarray((scenario * own.series + s) * 2, (scenario * own.series + s + 1) * 2), node * 2))
      const expected = reconcileForecasts(tree, { steps: 2, values: base, errorVariance: variance })
      for (let node = 0; node < tree.nodes; node += 1) {
        for (let step = 0; step < 2; step += 1) {
          if (tree.isLeaf[node] === 0) {
            const below = [...tree.parent.keys()].filter((one) => tree.parent[one] === node)
            expect(Math.abs(at(node, step) - below.reduce((sum, one) => sum + at(one, step), 0))).toBeLessThan(1e-3)
          }
          if (nonNegative) expect(at(node, step)).toBeGreaterThanOrEqual(0)
          else expect(Math.abs(at(node, step) - expected[node * 2 + step]!)).toBeLessThan(1e-3)
        }
      }
    }
  }))
})

test('trajectories of leaves alone are summed; what is assumed below is assumed above', () => {
  const tree = hierarchy([-1, 0, 0, 1, 1])
  const own: Trajectories = { scenarios: 2, series: 3, steps: 1, values: Float32Array.of(1, 2, 4, 10, 20, 40), basis: Uint8Array.of(BASIS.measured, BASIS.assumed, BASIS.measured) }
  const all = reconcileTrajectories(tree, own, [3, 4, 2], new Float64Array(5).fill(1))
  expect([...all.values]).toEqual([7, 3, 4, 1, 2, 70, 30, 40, 10, 20])
  expect([...all.basis]).toEqual([BASIS.assumed, BASIS.assumed, BASIS.measured, BASIS.measured, BASIS.assumed])
})

test('reconciled scenarios of nodes and feeder head still cover 90 %, and are narrower than before', () => {
  // Four shops and their feeder head, each forecast with an error of its own; two shops err together.
  const tree = hierarchy([-1, 0, 0, 0, 0])
  const sigma = [2.5, 1, 2, 3, 2]
  const next = normals(seeded(12))
  const draw = (): number[] => {
    const common = next()
    return sigma.map((own, node) => own * (node === 1 || node === 2 ? Math.sqrt(0.5) * (common + next()) : next()))
  }
  const issues = 80
  const past = Float32Array.from(Array.from({ length: issues }, draw).flat())
  const truth = [90, 10, 20, 25, 35]
  const variance = Float64Array.from(sigma, (one) => one ** 2)
  const runs = 300
  const covered = sigma.map(() => 0)
  const width = sigma.map(() => 0)
  for (let run = 0; run < runs; run += 1) {
    const errors = draw()
    const forecasts = sigma.map((own, node) => ({ nonNegative: false, quantiles: LEVELS.map((level) => Float64Array.of(truth[node]! - errors[node]! + own * normalQuantile(level))) }))
    const all = reconcileTrajectories(tree, trajectories(forecasts, { issues, shares: past }, { seed: run }), [0, 1, 2, 3, 4], variance)
    sigma.forEach((_, node) => {
      const [low, high] = trajectoryQuantiles(all, node, [0.05, 0.95])
      if (truth[node]! >= low![0]! && truth[node]! <= high![0]!) covered[node]! += 1
      width[node]! += (high![0]! - low![0]!) / runs
    })
  }
  sigma.forEach((own, node) => {
    expect(Math.abs((100 * covered[node]!) / runs - 90)).toBeLessThan(5)
    expect(width[node]!).toBeLessThan(2 * own * normalQuantile(0.95))
  })
  // The head's forecast and the sum of four shops err by 2.5 and 4.8 kW: together much better than the sum.
  expect(width[0]!).toBeLessThan(0.95 * 2 * sigma[0]! * normalQuantile(0.95))
})

test('quantiles of evenly spaced scenarios are those of their distribution; unknown scenarios give none', () => {
  const scenarios = 200
  const values = Float32Array.from({ length: scenarios * 2 }, (_, k) => (k % 2 === 0 ? (Math.floor(k / 2) * 77) % 200 + 0.5 : k === 7 ? NaN : 1))
  const quantiles = trajectoryQuantiles({ scenarios, series: 1, steps: 2, values, basis: new Uint8Array(1) }, 0, [0, 0.05, 0.5, 0.9, 1])
  expect(quantiles.map((column) => column[0])).toEqual([0.5, 10, 100, 180, 199.5])
  expect(quantiles.every((column) => Number.isNaN(column[1]!))).toBe(true)
})

test('values that lie evenly have their own at the middle of their share, and the outermost ones beyond', () => {
  const sorted = Float64Array.of(10, 20, 30, 40, NaN)
  expect([0, 0.125, 0.25, 0.375, 0.5, 1].map((level) => evenQuantile(sorted, 4, level))).toEqual([10, 10, 15, 20, 25, 40])
  expect(evenQuantile(sorted, 0, 0.5)).toBeNaN()
})
