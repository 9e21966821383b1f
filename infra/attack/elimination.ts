/** Linear algebra of the attacker, by itself: what sums of unknowns follow from known sums. */
export interface KnownRow {
  readonly coefficients: Float64Array
  readonly value: number
}

const EPSILON = 1e-9

/** Rows in reduced form; a sum follows exactly when nothing is left of it after they are taken off. */
export class Elimination {
  private readonly rows: { readonly pivot: number; readonly coefficients: Float64Array; value: number }[] = []
  readonly unknowns: number

  constructor(unknowns: number) {
    this.unknowns = unknowns
  }

  add({ coefficients, value }: KnownRow): void {
    const left = Float64Array.from(coefficients)
    const leftValue = value - this.reduce(left)
    const pivot = left.findIndex((coefficient) => Math.abs(coefficient) > EPSILON)
    if (pivot < 0) return
    const scale = left[pivot]!
    for (let i = 0; i < left.length; i += 1) left[i] = left[i]! / scale
    const row = { pivot, coefficients: left, value: leftValue / scale }
    for (const other of this.rows) {
      const factor = other.coefficients[pivot]!
      if (factor === 0) continue
      for (let i = 0; i < left.length; i += 1) other.coefficients[i] = other.coefficients[i]! - factor * left[i]!
      other.value -= factor * row.value
    }
    this.rows.push(row)
  }

  /** The value of a sum that follows; undefined where it does not. */
  valueOf(sum: Float64Array): number | undefined {
    const left = Float64Array.from(sum)
    const value = this.reduce(left)
    return left.every((coefficient) => Math.abs(coefficient) <= EPSILON) ? value : undefined
  }

  private reduce(left: Float64Array): number {
    let value = 0
    for (const { pivot, coefficients, value: ofRow } of this.rows) {
      const factor = left[pivot]!
      if (factor === 0) continue
      for (let i = 0; i < left.length; i += 1) left[i] = left[i]! - factor * coefficients[i]!
      left[pivot] = 0
      value += factor * ofRow
    }
    return value
  }
}
