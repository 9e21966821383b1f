/** Spans of steps of a column of powers, kW; `to` excluded. */
export interface Span { readonly from: number; readonly to: number }

/** Less than a watt is rounding. */
export const NOTHING_KW = 1e-3

/** Spans of steps with something in them. */
export function runs(column: ArrayLike<number>): Span[] {
  const found: Span[] = []
  for (let t = 0; t < column.length; t += 1) {
    if (!(column[t]! > NOTHING_KW)) continue
    const from = t
    while (t < column.length && column[t]! > NOTHING_KW) t += 1
    found.push({ from, to: t })
  }
  return found
}

const energy = (column: Float64Array, { from, to }: Span): number => column.subarray(from, to).reduce((sum, kw) => sum + kw, 0)
/** Those of most energy first; the earliest of equals. */
export const byEnergy = (spans: Span[], column: Float64Array): Span[] => spans.sort((a, b) => energy(column, b) - energy(column, a) || a.from - b.from)

/** The part of a span of at most so many steps that holds most energy; the earliest of equals. */
export function richest(column: Float64Array, from: number, to: number, mostSteps: number): Span {
  const length = Math.min(to - from, mostSteps)
  let best = { from, to: from + length }
  for (let start = from + 1; start + length <= to; start += 1) {
    const span = { from: start, to: start + length }
    if (energy(column, span) > energy(column, best) + 1e-9) best = span
  }
  return best
}
