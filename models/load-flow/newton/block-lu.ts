/**
 * Sparse LU of a matrix of 2x2 blocks whose pattern is that of the bus graph: the two equations and the two unknowns of a bus stay
 * together, so that one ordering serves every Jacobian of a topology and nothing fills in beyond the graph.
 *
 * Rows are exchanged inside a block only. That is enough where the diagonal block of a bus carries the admittance of all that
 * meets there. It is not where admittances cancel (a series capacitor, the negative leg of a three-winding transformer): such
 * buses are found by `weakPivots` when a topology is prepared, and eliminated last, where their neighbours have filled their block. A
 * block that is singular nevertheless gives a solution that is not finite, never a wrong one that looks good.
 */
import type { Elimination } from './elimination.ts'

export interface BlockLu {
  readonly elimination: Elimination
  /** Block of each entry, by row: [4 * entry] .. [4 * entry + 3]. Written before and consumed by `solveBlocks`. */
  readonly block: Float64Array
  /** Right-hand side, then solution: [2 * position], [2 * position + 1]. */
  readonly vector: Float64Array
  readonly place: Int32Array
}

export function createBlockLu(elimination: Elimination): BlockLu {
  const { size, column } = elimination
  return { elimination, block: new Float64Array(4 * column.length), vector: new Float64Array(2 * size), place: new Int32Array(size) }
}

/** Factorises `block` in place and replaces the right-hand side in `vector` by the solution. */
export function solveBlocks({ elimination, block, vector, place }: BlockLu): void {
  const { size, start, column, diagonal } = elimination
  for (let p = 0; p < size; p += 1) {
    for (let e = start[p]; e < start[p + 1]; e += 1) place[column[e]] = 4 * e
    let right0 = vector[2 * p]
    let right1 = vector[2 * p + 1]
    for (let e = start[p]; e < diagonal[p]; e += 1) {
      const k = column[e]
      const a = 4 * e
      const d = 4 * diagonal[k]
      const l0 = block[a] * block[d] + block[a + 1] * block[d + 2]
      const l1 = block[a] * block[d + 1] + block[a + 1] * block[d + 3]
      const l2 = block[a + 2] * block[d] + block[a + 3] * block[d + 2]
      const l3 = block[a + 2] * block[d + 1] + block[a + 3] * block[d + 3]
      right0 -= l0 * vector[2 * k] + l1 * vector[2 * k + 1]
      right1 -= l2 * vector[2 * k] + l3 * vector[2 * k + 1]
      for (let behind = diagonal[k] + 1; behind < start[k + 1]; behind += 1) {
        const u = 4 * behind
        const t = place[column[behind]]
        block[t] -= l0 * block[u] + l1 * block[u + 2]
        block[t + 1] -= l0 * block[u + 1] + l1 * block[u + 3]
        block[t + 2] -= l2 * block[u] + l3 * block[u + 2]
        block[t + 3] -= l2 * block[u + 1] + l3 * block[u + 3]
      }
    }
    vector[2 * p] = right0
    vector[2 * p + 1] = right1
    invert(block, 4 * diagonal[p])
  }
  for (let p = size - 1; p >= 0; p -= 1) {
    let right0 = vector[2 * p]
    let right1 = vector[2 * p + 1]
    for (let e = diagonal[p] + 1; e < start[p + 1]; e += 1) {
      const u = 4 * e
      const x0 = vector[2 * column[e]]
      const x1 = vector[2 * column[e] + 1]
      right0 -= block[u] * x0 + block[u + 1] * x1
      right1 -= block[u + 2] * x0 + block[u + 3] * x1
    }
    const d = 4 * diagonal[p]
    vector[2 * p] = block[d] * right0 + block[d + 1] * right1
    vector[2 * p + 1] = block[d + 2] * right0 + block[d + 3] * right1
  }
}

/** Replaces a 2x2 block by its inverse; the larger entry of the first column is the pivot. */
function invert(block: Float64Array, d: number): void {
  const exchanged = Math.abs(block[d]) < Math.abs(block[d + 2])
  const a = exchanged ? block[d + 2] : block[d]
  const b = exchanged ? block[d + 3] : block[d + 1]
  const c = exchanged ? block[d] : block[d + 2]
  const lower = c / a
  const pivot = (exchanged ? block[d + 1] : block[d + 3]) - lower * b
  const across = b / (a * pivot)
  // Inverse of the block with its rows in pivot order; an exchange of rows is an exchange of columns of the inverse.
  const first = exchanged ? d + 1 : d
  const second = exchanged ? d : d + 1
  block[first] = 1 / a + across * lower
  block[second] = -across
  block[first + 2] = -lower / pivot
  block[second + 2] = 1 / pivot
}

/**
 * Positions whose pivot is smaller than `share` of the largest entry that stood in the row before the elimination; none behind one
 * that is not finite, which spoils all that follow.
 * @param before the blocks as they were handed to `solveBlocks`.
 */
export function weakPivots({ elimination, block }: BlockLu, before: Float64Array, share: number): number[] {
  const { size, start, diagonal } = elimination
  const weak: number[] = []
  for (let p = 0; p < size; p += 1) {
    const largest = largestOf(before, 4 * start[p], 4 * start[p + 1])
    const inverse = largestOf(block, 4 * diagonal[p], 4 * diagonal[p] + 4)
    if (inverse * largest * share < 1) continue
    weak.push(p)
    if (!Number.isFinite(inverse)) break
  }
  return weak
}

function largestOf(values: Float64Array, from: number, to: number): number {
  let largest = 0
  for (let k = from; k < to; k += 1) largest = Math.max(largest, Math.abs(values[k]))
  return largest
}
