/** Numbers of a scenario that are not known, and amounts that change over the years. */
import type { Range } from '#models/district/schema-study.ts'
import { valueAt } from './rates.ts'

export type Level = 'low' | 'likely' | 'high'
/** Which end of a range to take, by its place in the scenario (`growthPct.office`, `electricVehicles.vehicles`); `likely` where nothing is said. */
export type Levels = ReadonlyMap<string, Exclude<Level, 'likely'>>

/**
 * Amount at the end of `year`: straight between the years that are named, level after the last, 0 before the first. `path` ascends
 * in years.
 */
export function pathValue(path: readonly { readonly year: number; readonly amount: number | Range }[], year: number, level: Level = 'likely'): number {
  const after = path.findIndex((step) => step.year >= year)
  if (after < 0) return path.length === 0 ? 0 : valueAt(path.at(-1)!.amount, level)
  const next = path[after]!
  if (next.year === year) return valueAt(next.amount, level)
  if (after === 0) return 0
  const before = path[after - 1]!
  const [low, high] = [valueAt(before.amount, level), valueAt(next.amount, level)]
  return low + ((high - low) * (year - before.year)) / (next.year - before.year)
}
