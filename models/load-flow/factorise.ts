/**
 * Symmetric complex factorisation A = L D L^T of a sparse matrix, in an order of smallest degree: on a radial network
 * nothing fills in, and each loop adds a few entries. (Complex symmetric, not Hermitian: admittance matrices are.)
 */
export interface Factors {
  readonly size: number
  /** Position in the elimination order of each row of A. */
  readonly position: Int32Array
  /** Column p of L (below the diagonal): entries start[p] .. start[p + 1] - 1. */
  readonly start: Int32Array
  readonly row: Int32Array
  readonly lowerRe: Float64Array
  readonly lowerIm: Float64Array
  /** 1 / D. */
  readonly inverseRe: Float64Array
  readonly inverseIm: Float64Array
  /** Smallest |pivot| over the largest entry its row began with: so many digits are lost there. */
  readonly weakestPivot: number
}

/** Symmetric sparse matrix: the diagonal, and each off-diagonal entry kept with both of its rows. */
export class SymmetricMatrix {
  readonly size: number
  readonly diagonalRe: Float64Array
  readonly diagonalIm: Float64Array
  readonly rows: Map<number, { re: number; im: number }>[]

  constructor(size: number) {
    this.size = size
    this.diagonalRe = new Float64Array(size)
    this.diagonalIm = new Float64Array(size)
    this.rows = Array.from({ length: size }, () => new Map())
  }

  addDiagonal(i: number, re: number, im: number): void {
    this.diagonalRe[i] += re
    this.diagonalIm[i] += im
  }

  addOffDiagonal(i: number, j: number, re: number, im: number): void {
    const entry = this.rows[i].get(j)
    if (entry === undefined) {
      const created = { re, im }
      this.rows[i].set(j, created)
      this.rows[j].set(i, created)
    } else {
      entry.re += re
      entry.im += im
    }
  }
}

/** Consumes the matrix. A zero pivot gives factors that are not finite; the solve then reports "not settled". */
export function factorise(matrix: SymmetricMatrix): Factors {
  const { size, rows, diagonalRe, diagonalIm } = matrix
  const position = new Int32Array(size)
  const columns: { row: number; re: number; im: number }[][] = []
  const inverseRe = new Float64Array(size)
  const inverseIm = new Float64Array(size)
  const largest = rows.map((row, i) => [...row.values()].reduce((most, { re, im }) => Math.max(most, Math.hypot(re, im)), Math.hypot(diagonalRe[i], diagonalIm[i])))
  let weakestPivot = Infinity
  const byDegree = new DegreeBuckets(rows.map((row) => row.size))

  for (let p = 0; p < size; p += 1) {
    const pivot = byDegree.takeSmallest()
    position[pivot] = p
    const square = diagonalRe[pivot] ** 2 + diagonalIm[pivot] ** 2
    weakestPivot = Math.min(weakestPivot, Math.sqrt(square) / largest[pivot])
    const inverse = { re: diagonalRe[pivot] / square, im: -diagonalIm[pivot] / square }
    inverseRe[p] = inverse.re
    inverseIm[p] = inverse.im
    const neighbours = [...rows[pivot]]
    const column = neighbours.map(([row, a]) => ({ row, re: a.re * inverse.re - a.im * inverse.im, im: a.re * inverse.im + a.im * inverse.re }))
    columns.push(column)
    for (let i = 0; i < neighbours.length; i += 1) {
      const lower = column[i]
      const [rowI, a] = neighbours[i]
      matrix.addDiagonal(rowI, -(lower.re * a.re - lower.im * a.im), -(lower.re * a.im + lower.im * a.re))
      for (let j = i + 1; j < neighbours.length; j += 1) {
        const [rowJ, other] = neighbours[j]
        matrix.addOffDiagonal(rowI, rowJ, -(lower.re * other.re - lower.im * other.im), -(lower.re * other.im + lower.im * other.re))
      }
    }
    for (const [row] of neighbours) rows[row].delete(pivot)
    for (const [row] of neighbours) byDegree.set(row, rows[row].size)
  }

  const place = postorder(columns.map((column) => column.reduce((first, entry) => Math.min(first, position[entry.row]), size)))
  for (let row = 0; row < size; row += 1) position[row] = place[position[row]]
  const columnAt = new Int32Array(size)
  place.forEach((to, from) => (columnAt[to] = from))
  const start = new Int32Array(size + 1)
  for (let p = 0; p < size; p += 1) start[p + 1] = start[p] + columns[columnAt[p]].length
  const factors: Factors = {
    size, position, start, row: new Int32Array(start[size]), lowerRe: new Float64Array(start[size]), lowerIm: new Float64Array(start[size]), weakestPivot,
    inverseRe: inverseRe.map((_, p) => inverseRe[columnAt[p]]), inverseIm: inverseIm.map((_, p) => inverseIm[columnAt[p]]),
  }
  for (let p = 0; p < size; p += 1) {
    const column = columns[columnAt[p]]
    if (column.length > 1) column.sort((one, other) => position[one.row] - position[other.row])
    column.forEach((entry, k) => {
      factors.row[start[p] + k] = position[entry.row]
      factors.lowerRe[start[p] + k] = entry.re
      factors.lowerIm[start[p] + k] = entry.im
    })
  }
  return factors
}

/**
 * Renumbers the elimination tree so that a column stands right behind its children: the same factors, whose neighbours lie near each
 * other in memory. `parent[p]` is the first row of column p; without rows: any number beyond the last.
 * @returns the new place of each column
 */
function postorder(parent: readonly number[]): Int32Array {
  const size = parent.length
  const children = new Int32Array(size)
  // A parent comes behind its children, so that one pass adds up whole subtrees.
  const subtree = new Int32Array(size).fill(1)
  for (let p = 0; p < size; p += 1) if (parent[p] < size) subtree[parent[p]] += subtree[p]
  const place = new Int32Array(size)
  let roots = size
  for (let p = size - 1; p >= 0; p -= 1) {
    if (parent[p] < size) {
      // Subtrees fill the room below their parent from above.
      place[p] = place[parent[p]] - 1 - children[parent[p]]
      children[parent[p]] += subtree[p]
    } else {
      place[p] = roots - 1
      roots -= subtree[p]
    }
  }
  return place
}

/** Rows by their present number of neighbours, so that the smallest is found without a search over all. */
class DegreeBuckets {
  readonly #degree: Int32Array
  readonly #buckets: Set<number>[] = []
  #lowest = 0

  constructor(degrees: readonly number[]) {
    this.#degree = new Int32Array(degrees.length).fill(-1)
    degrees.forEach((degree, row) => this.set(row, degree))
  }

  set(row: number, degree: number): void {
    const before = this.#degree[row]
    if (before >= 0) this.#buckets[before].delete(row)
    while (this.#buckets.length <= degree) this.#buckets.push(new Set())
    this.#buckets[degree].add(row)
    this.#degree[row] = degree
    if (degree < this.#lowest) this.#lowest = degree
  }

  takeSmallest(): number {
    while (this.#buckets[this.#lowest].size === 0) this.#lowest += 1
    const row = this.#buckets[this.#lowest].values().next().value as number
    this.#buckets[this.#lowest].delete(row)
    this.#degree[row] = -1
    return row
  }
}
