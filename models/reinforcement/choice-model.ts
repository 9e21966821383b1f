/** A choice while its program is written, and what every kind of dispatch writes into it. */
import type { CostEntry } from './choice-columns.ts'
import type { DayNeed } from './choice-hours.ts'
import type { ChoiceProblem } from './choice-problem.ts'
import type { ProgramBuilder } from './linear-program.ts'

export interface Slack {
  readonly need: DayNeed
  readonly row: number
  readonly hour: number
  readonly column: number
  /** Bought as energy not served, and not a limit that is missed. */
  readonly bought: boolean
}

export interface ChoiceModel {
  readonly problem: ChoiceProblem
  readonly builder: ProgramBuilder
  /** Columns by option and year. */
  readonly amounts: readonly Int32Array[]
  readonly costs: CostEntry[]
  readonly slacks: Slack[]
  /** Weighted use by year, scenario and option, to be held below its hours a year. */
  readonly uses: Map<string, { readonly option: number; readonly year: number; readonly weights: [column: number, weight: number][] }>
}

/** Rows of the program by limit of the need and hour; -1: left out. */
export type LimitRows = readonly Int32Array[]

/** A day is followed by one like it: what comes back after its last hour meets its first ones. */
export function relieve(builder: ProgramBuilder, { rows }: DayNeed, limits: LimitRows, option: number, hour: number, column: number, share: number): void {
  rows.forEach(({ row, worst }, place) => {
    const limit = limits[place][hour % worst.length]
    const relief = row.perKw.get(option)
    if (limit >= 0 && relief !== undefined) builder.add(limit, column, relief * share)
  })
}

/** Costs of activation, and the hours a year. */
export function countUse({ problem, costs, uses }: ChoiceModel, { day: { year, scenario, weight } }: DayNeed, index: number, columns: readonly number[]): void {
  const { activationEur, hoursAYear } = problem.options[index]
  const eur = (activationEur?.[year] ?? 0) * weight / 1000
  if (eur !== 0) for (const column of columns) costs.push({ column, scenario, eur })
  if (hoursAYear === undefined || columns.length === 0) return
  const key = `${year} ${scenario} ${index}`
  const use = uses.get(key) ?? { option: index, year, weights: [] }
  for (const column of columns) use.weights.push([column, weight])
  uses.set(key, use)
}
