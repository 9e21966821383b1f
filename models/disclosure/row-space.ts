/**
 * What can be computed from shown sums, exactly. An atom is a set of holders that no sum tells apart; a sum is the set of its atoms,
 * written as the bits of a whole number. Whoever knows sums knows their linear combinations: the row space of their 0/1 matrix.
 */
import { PenfeldError } from '#models/errors/penfeld-error.ts'

export interface DerivableUnion {
  readonly mask: number
  /** Places of sums that give it together: hide one of them, and this way is closed. */
  readonly witness: readonly number[]
}

interface Reduced {
  /** Reduced row echelon form: one row a pivot, over the atoms. */
  readonly rows: readonly Float64Array[]
  readonly pivots: readonly number[]
  /** How each row is combined from the sums. */
  readonly combined: readonly Float64Array[]
}

const NEAR_ZERO = 1e-9
/** Combinations looked at in one set of sums that hang together; beyond it zones are too finely cut to be proven. */
const MOST_COMBINATIONS = 1 << 20

function reduce(sums: readonly number[], atoms: number): Reduced {
  const rows: Float64Array[] = []
  const pivots: number[] = []
  const combined: Float64Array[] = []
  // Small sums first, so that a large one that says nothing new takes no part in a combination.
  const order = sums.map((_, place) => place).sort((a, b) => bits(sums[a]) - bits(sums[b]) || a - b)
  for (const place of order) {
    const row = Float64Array.from({ length: atoms }, (_, atom) => (sums[place] >>> atom) & 1)
    const from = new Float64Array(sums.length)
    from[place] = 1
    for (let r = 0; r < rows.length; r += 1) subtract(row, from, rows[r], combined[r], row[pivots[r]])
    const pivot = row.findIndex((value) => Math.abs(value) > NEAR_ZERO)
    if (pivot < 0) continue
    const scale = row[pivot]
    for (let i = 0; i < atoms; i += 1) row[i] = Math.abs(row[i]) < NEAR_ZERO ? 0 : row[i] / scale
    for (let i = 0; i < sums.length; i += 1) from[i] /= scale
    for (let r = 0; r < rows.length; r += 1) subtract(rows[r], combined[r], row, from, rows[r][pivot])
    rows.push(row)
    pivots.push(pivot)
    combined.push(from)
  }
  return { rows, pivots, combined }
}

function subtract(row: Float64Array, from: Float64Array, other: Float64Array, otherFrom: Float64Array, factor: number): void {
  if (Math.abs(factor) < NEAR_ZERO) return
  for (let i = 0; i < row.length; i += 1) row[i] -= factor * other[i]
  for (let i = 0; i < from.length; i += 1) from[i] -= factor * otherFrom[i]
}

/**
 * All smallest unions of atoms whose sum follows exactly from the sums. Every other union that follows is made of these without
 * overlap, because the difference of two unions that follow, one in the other, follows as well.
 * Throws PF_DISCLOSURE_TOO_FINE where there are too many combinations to look at all of them.
 */
export function smallestDerivable(sums: readonly number[], atoms: number): readonly DerivableUnion[] {
  const reduced = reduce(sums, atoms)
  const found: DerivableUnion[] = []
  for (const rows of componentsOf(reduced.rows)) {
    const unions = unionsOf(reduced, rows, atoms).sort((a, b) => bits(a.mask) - bits(b.mask))
    const smallest: DerivableUnion[] = []
    for (const union of unions) if (!smallest.some(({ mask }) => (mask & union.mask) === mask)) smallest.push(union)
    found.push(...smallest)
  }
  return found
}

/** Rows that share an atom, directly or over others: nothing is gained by combining across. */
function componentsOf(rows: readonly Float64Array[]): number[][] {
  const component = rows.map((_, row) => row)
  const root = (row: number): number => (component[row] === row ? row : (component[row] = root(component[row])))
  for (let a = 0; a < rows.length; a += 1)
    for (let b = 0; b < a; b += 1) if (rows[a].some((value, atom) => value !== 0 && rows[b][atom] !== 0)) component[root(a)] = root(b)
  return [...Map.groupBy(rows.keys(), (row) => root(row)).values()]
}

/** Every combination whose entries are all 0 or 1: its factors are its entries at the pivots, so they are 0 or 1 too. */
function unionsOf({ rows, pivots, combined }: Reduced, of: readonly number[], atoms: number): DerivableUnion[] {
  const others = [...Array(atoms).keys()].filter((atom) => !pivots.includes(atom) && of.some((row) => rows[row][atom] !== 0))
  // What the rows that are not decided yet can still add to or take from an entry.
  const add = of.map((_, from) => others.map((atom) => of.slice(from).reduce((sum, row) => sum + Math.max(0, rows[row][atom]), 0)))
  const take = of.map((_, from) => others.map((atom) => of.slice(from).reduce((sum, row) => sum + Math.min(0, rows[row][atom]), 0)))
  const found: DerivableUnion[] = []
  let looked = 0
  const decide = (next: number, entries: readonly number[], chosen: readonly number[]): void => {
    if ((looked += 1) > MOST_COMBINATIONS) throw new PenfeldError('PF_DISCLOSURE_TOO_FINE', `More than ${MOST_COMBINATIONS} combinations of shown sums would have to be looked at.`)
    if (next === of.length) {
      if (chosen.length > 0 && entries.every((entry) => isNear(entry, 0) || isNear(entry, 1))) found.push(union(chosen, entries))
      return
    }
    if (entries.some((entry, i) => entry + add[next][i] < -NEAR_ZERO || entry + take[next][i] > 1 + NEAR_ZERO)) return
    decide(next + 1, entries, chosen)
    decide(next + 1, entries.map((entry, i) => entry + rows[of[next]][others[i]]), [...chosen, of[next]])
  }
  const union = (chosen: readonly number[], entries: readonly number[]): DerivableUnion => {
    let mask = 0
    for (const row of chosen) mask |= 1 << pivots[row]
    for (const [i, atom] of others.entries()) if (isNear(entries[i], 1)) mask |= 1 << atom
    const factors = combined[0].map((_, sum) => chosen.reduce((total, row) => total + combined[row][sum], 0))
    return { mask, witness: [...factors.keys()].filter((sum) => Math.abs(factors[sum]) > NEAR_ZERO) }
  }
  decide(0, others.map(() => 0), [])
  return found
}

/**
 * Ways to change the atoms that change no sum: a basis of the null space and the differences that lose one more atom. Any of them is a
 * way; not all of them are there.
 */
export function unseenMoves(sums: readonly number[], atoms: number): readonly Float64Array[] {
  const { rows, pivots } = reduce(sums, atoms)
  const free = [...Array(atoms).keys()].filter((atom) => !pivots.includes(atom))
  const basis = free.map((atom) => {
    const move = new Float64Array(atoms)
    move[atom] = 1
    for (const [r, pivot] of pivots.entries()) move[pivot] = -rows[r][atom]
    return move
  })
  const moves = [...basis]
  for (let a = 0; a < basis.length; a += 1) {
    for (let b = 0; b < a; b += 1) {
      const shared = basis[a].findIndex((value, atom) => value !== 0 && basis[b][atom] !== 0)
      if (shared < 0) continue
      const factor = basis[a][shared] / basis[b][shared]
      moves.push(basis[a].map((value, atom) => value - factor * basis[b][atom]))
    }
  }
  return moves
}

/** Whether a union follows from the sums. */
export function follows(mask: number, sums: readonly number[], atoms: number): boolean {
  return reduce([...sums, mask], atoms).rows.length === reduce(sums, atoms).rows.length
}

const isNear = (value: number, whole: number): boolean => Math.abs(value - whole) < 1e-6

export function bits(mask: number): number {
  let count = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1
  return count
}
