import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBlockLu, solveBlocks, weakPivots } from './block-lu.ts'
import { eliminationOf } from './elimination.ts'

const value = fc.integer({ min: -1000, max: 1000 }).map((k) => k / 1000)
const matrices = fc.record({
  size: fc.integer({ min: 1, max: 25 }),
  edges: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: 60 }),
  values: fc.infiniteStream(value),
  last: fc.array(fc.nat(1000), { maxLength: 5 }),
})

describe('sparse LU of 2x2 blocks', () => {
  test('solves what it was given, in any order of elimination', () => {
    fc.assert(
      fc.property(matrices, ({ size, edges, values, last }) => {
        const neighbours = Array.from({ length: size }, () => new Set<number>())
        for (const [a, b] of edges) {
          if (a % size === b % size) continue
          neighbours[a % size].add(b % size)
          neighbours[b % size].add(a % size)
        }
        const elimination = eliminationOf(neighbours.map((one) => [...one]), new Set(last.map((row) => row % size)))
        expect([...elimination.position].sort((a, b) => a - b)).toEqual([...Array(size).keys()])
        const lu = createBlockLu(elimination)
        const next = () => values.next().value as number
        const dense = Array.from({ length: 2 * size }, () => new Float64Array(2 * size))
        for (let p = 0; p < size; p += 1) for (let e = elimination.start[p]; e < elimination.start[p + 1]; e += 1) {
          const column = elimination.column[e]
          // The diagonal outweighs its row, but stands across its block: without exchanging rows there is no pivot.
          const weight = 3 * size + 1
          const block = column === p ? [0, weight, -weight, next()] : [next(), next(), next(), next()]
          lu.block.set(block, 4 * e)
          block.forEach((one, k) => (dense[2 * p + (k >> 1)][2 * column + (k & 1)] = one))
        }
        const right = lu.vector.map(() => next())
        lu.vector.set(right)
        const before = lu.block.slice()
        solveBlocks(lu)
        dense.forEach((row, i) => expect(Math.abs(row.reduce((sum, one, j) => sum + one * lu.vector[j], 0) - right[i])).toBeLessThan(1e-10))
        expect(weakPivots(lu, before, 1e-10)).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test('a tree fills in nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }), (parents) => {
        const neighbours: number[][] = Array.from({ length: parents.length + 1 }, () => [])
        parents.forEach((parent, k) => {
          neighbours[k + 1].push(parent % (k + 1))
          neighbours[parent % (k + 1)].push(k + 1)
        })
        expect(eliminationOf(neighbours).column).toHaveLength(parents.length + 1 + 2 * parents.length)
      }),
    )
  })

  test('a pivot that is gone is named, and nothing finite comes of it', () => {
    const lu = createBlockLu(eliminationOf([[1], [0]]))
    lu.block.fill(1)
    lu.vector.fill(1)
    const before = lu.block.slice()
    solveBlocks(lu)
    expect(weakPivots(lu, before, 1e-10)).toEqual([0])
    expect(lu.vector.every(Number.isFinite)).toBe(false)
  })
})
