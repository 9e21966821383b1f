import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutIntoBins } from './feature-bins.ts'

const value = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 }), fc.constant(0))

test('the bin of a value is the number of edges below it, in the column of its place', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 40 }), fc.array(value, { minLength: 9, maxLength: 200 }), (featureCount, most, values) => {
    const features = Float32Array.from(values).subarray(0, Math.floor(values.length / featureCount) * featureCount)
    const all = features.length / featureCount
    // Every second row only, so that rows and their numbers differ.
    const rows = Int32Array.from({ length: Math.ceil(all / 2) }, (_, k) => 2 * k)
    const { featureAt, edges, columns } = cutIntoBins({ features, featureCount, rows }, most)
    for (const own of edges) {
      expect(own.length).toBeLessThan(most)
      expect(own.every((edge, k) => k === 0 || edge > own[k - 1]!)).toBe(true)
    }
    const placed = [...featureAt].filter((f) => f >= 0)
    expect(new Set(placed).size).toBe(placed.length)
    expect(placed.toSorted((a, b) => a - b)).toEqual([...edges.keys()].filter((f) => edges[f]!.length > 0))
    for (const [place, f] of featureAt.entries()) {
      for (const [k, row] of rows.entries()) {
        const bin = f < 0 ? 0 : edges[f]!.filter((edge) => edge < features[row * featureCount + f]!).length
        expect(columns[place * rows.length + k]).toBe(bin)
      }
    }
  }))
})

test('edges stand at quantiles: of many different values every bin holds as many', () => {
  const features = Float32Array.from({ length: 1_200 }, (_, i) => ((i * 761) % 1_200) ** 3)
  const { columns } = cutIntoBins({ features, featureCount: 1, rows: Int32Array.from(features, (_, i) => i) }, 16)
  const counts = new Int32Array(16)
  for (const bin of columns.subarray(0, 1_200)) counts[bin]! += 1
  for (const count of counts) expect(count / 75).toBeCloseTo(1, 1)
})
