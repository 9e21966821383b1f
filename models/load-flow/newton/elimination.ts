/** Order in which the rows of a matrix with a symmetric pattern are eliminated, and the pattern of its factors. */
export interface Elimination {
  readonly size: number
  /** Place in the order of each row. */
  readonly position: Int32Array
  /** Row p of L and U together, in the order: entries start[p] .. start[p + 1] - 1, columns ascending. */
  readonly start: Int32Array
  readonly column: Int32Array
  /** The entry of the diagonal in each row: what stands before it is L, what stands behind it U. */
  readonly diagonal: Int32Array
}

/**
 * Smallest degree first: on a radial network nothing fills in, and each loop adds a few entries. Depends on the topology only.
 * @param neighbours columns of the entries of each row off the diagonal, both (i, j) and (j, i).
 * @param last rows to eliminate after all others, because their diagonal is too weak a pivot before.
 */
export function eliminationOf(neighbours: readonly (readonly number[])[], last: ReadonlySet<number> = new Set()): Elimination {
  const size = neighbours.length
  const position = new Int32Array(size)
  const graph = neighbours.map((columns) => new Set(columns))
  const queue = new DegreeQueue(size)
  const degreeOf = (row: number) => graph[row].size + (last.has(row) ? size : 0)
  for (let row = 0; row < size; row += 1) queue.put(row, degreeOf(row))

  const behind: number[][] = []
  for (let p = 0; p < size; p += 1) {
    const row = queue.takeSmallest()
    position[row] = p
    const left = [...graph[row]]
    behind.push(left)
    for (let i = 0; i < left.length; i += 1) {
      const of = graph[left[i]]
      of.delete(row)
      for (let j = 0; j < left.length; j += 1) if (i !== j) of.add(left[j])
    }
    for (const neighbour of left) queue.put(neighbour, degreeOf(neighbour))
  }
  return { size, position, ...rowsOf(behind.map((rows) => rows.map((row) => position[row]).sort((a, b) => a - b))) }
}

/** Rows of L and U from the columns of L, which are the rows of U. */
function rowsOf(upper: readonly (readonly number[])[]): { start: Int32Array; column: Int32Array; diagonal: Int32Array } {
  const size = upper.length
  const lower: number[][] = Array.from({ length: size }, () => [])
  upper.forEach((columns, p) => columns.forEach((column) => lower[column].push(p)))
  const start = new Int32Array(size + 1)
  const diagonal = new Int32Array(size)
  for (let p = 0; p < size; p += 1) {
    diagonal[p] = start[p] + lower[p].length
    start[p + 1] = diagonal[p] + 1 + upper[p].length
  }
  const column = new Int32Array(start[size])
  for (let p = 0; p < size; p += 1) {
    column.set(lower[p], start[p])
    column[diagonal[p]] = p
    column.set(upper[p], diagonal[p] + 1)
  }
  return { start, column, diagonal }
}

/** Rows by degree. A row is put again when its degree changes; what it left behind is passed over when its turn comes. */
class DegreeQueue {
  readonly #degree: Int32Array
  readonly #buckets: number[][] = []
  #lowest = 0

  constructor(size: number) {
    this.#degree = new Int32Array(size).fill(-1)
  }

  put(row: number, degree: number): void {
    if (this.#degree[row] === degree) return
    this.#degree[row] = degree
    ;(this.#buckets[degree] ??= []).push(row)
    if (degree < this.#lowest) this.#lowest = degree
  }

  takeSmallest(): number {
    for (;;) {
      const row = this.#buckets[this.#lowest]?.pop()
      if (row === undefined) this.#lowest += 1
      else if (this.#degree[row] === this.#lowest) {
        this.#degree[row] = -1
        return row
      }
    }
  }
}
