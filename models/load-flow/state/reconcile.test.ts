import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reconcile, reconcileWorkspace } from './reconcile.ts'

/** Solves A x = b by elimination with pivots; A is small and positive definite. */
function solveDense(a: number[][], b: number[]): number[] {
  const n = b.length
  for (let k = 0; k < n; k += 1) {
    for (let i = k + 1; i < n; i += 1) {
      const factor = a[i][k] / a[k][k]
      for (let j = k; j < n; j += 1) a[i][j] -= factor * a[k][j]
      b[i] -= factor * b[k]
    }
  }
  for (let k = n - 1; k >= 0; k -= 1) {
    for (let j = k + 1; j < n; j += 1) b[k] -= a[k][j] * b[j]
    b[k] /= a[k][k]
  }
  return b
}

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const zones = fc.array(
  fc.record({ up: number(0, 0.999), load: number(1, 100), sigma: number(0.5, 30), losses: number(0, 3), error: number(-0.3, 0.3), readSigma: number(0.1, 5), read: fc.boolean() }),
  { minLength: 1, maxLength: 12 },
)

test('two passes over the tree give the least-squares solution of the normal equations, whatever is missing', () => {
  fc.assert(
    fc.property(zones, (drawn) => {
      const n = drawn.length
      const parent = Int32Array.from(drawn, (zone, z) => (z === 0 ? -1 : Math.floor(zone.up * z)))
      const below = (z: number, top: number): boolean => z === top || (z > 0 && below(parent[z], top))
      const members = drawn.map((_, top) => drawn.map((__, z) => (below(z, top) ? 1 : 0)))
      const losses = Float64Array.from(drawn, (zone) => zone.losses)
      const flowOf = (loads: ArrayLike<number>, top: number) => members[top].reduce((sum: number, one, z) => sum + one * (loads[z] + losses[z]), 0)
      const priors = drawn.map((zone) => zone.load)
      const measured = Float64Array.from(drawn, (zone, z) => (zone.read ? flowOf(priors, z) * (1 + zone.error) : NaN))

      const normal = drawn.map((zone, i) => drawn.map((_, j) => (i === j ? 1 / zone.sigma ** 2 : 0)))
      const right = drawn.map((zone) => zone.load / zone.sigma ** 2)
      drawn.forEach((zone, top) => {
        if (!zone.read) return
        const target = measured[top] - members[top].reduce((sum: number, one, z) => sum + one * losses[z], 0)
        for (let i = 0; i < n; i += 1) {
          right[i] += (members[top][i] * target) / zone.readSigma ** 2
          for (let j = 0; j < n; j += 1) normal[i][j] += (members[top][i] * members[top][j]) / zone.readSigma ** 2
        }
      })
      const expected = solveDense(normal, right)

      const load = Float64Array.from(priors)
      const workspace = reconcileWorkspace(n)
      reconcile(parent, Int32Array.from(drawn.keys()), load, Float64Array.from(drawn, (zone) => zone.sigma ** 2), losses, measured, Float64Array.from(drawn, (zone) => zone.readSigma ** 2), workspace)
      for (let z = 0; z < n; z += 1) {
        expect(Math.abs(load[z] - expected[z])).toBeLessThan(1e-6)
        expect(Math.abs(workspace.flow[z] - flowOf(load, z))).toBeLessThan(1e-6)
      }
    }),
    { numRuns: 200 },
  )
})

test('a load without variance is not touched, even where a measurement contradicts it', () => {
  const load = Float64Array.of(0, 10)
  reconcile(Int32Array.of(-1, 0), Int32Array.of(0, 1), load, new Float64Array(2), new Float64Array(2), Float64Array.of(NaN, 14), Float64Array.of(0, 1), reconcileWorkspace(2))
  expect([...load]).toEqual([0, 10])
})
