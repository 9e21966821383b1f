import type { Range } from '#models/district/schema-study.ts'

type Path = readonly { readonly year: number; readonly amount: number | Range }[]

export const rangeOf = (amount: number | Range): Range => (typeof amount === 'number' ? { low: amount, likely: amount, high: amount } : amount)

/** Amount of a path at the end of a year: straight between the years that are named, level after the last, nothing before the first. */
export function pathAt(path: Path, year: number): Range {
  const later = path.findIndex((one) => one.year >= year)
  if (later < 0) return path.length === 0 ? rangeOf(0) : rangeOf(path[path.length - 1].amount)
  if (path[later].year === year) return rangeOf(path[later].amount)
  if (later === 0) return rangeOf(0)
  const [before, after] = [path[later - 1], path[later]]
  const share = (year - before.year) / (after.year - before.year)
  const [from, to] = [rangeOf(before.amount), rangeOf(after.amount)]
  const between = (a: number, b: number) => a + (b - a) * share
  return { low: between(from.low, to.low), likely: between(from.likely, to.likely), high: between(from.high, to.high) }
}
