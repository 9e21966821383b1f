/** What is activated, charged and not served on one day of one scenario, and the limits it keeps. */
import { heldKwOf, reboundHours } from './choice-check.ts'
import type { CostEntry } from './choice-columns.ts'
import { isWhole } from './choice-columns.ts'
import { nightlyStorage } from './choice-charging.ts'
import { isStorageOf, type DayNeed } from './choice-hours.ts'
import type { ChoiceProblem } from './choice-problem.ts'
import { storageColumns } from './choice-storage.ts'
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

/** `missing`: every limit may be passed, to see by how much it must. */
export function dayColumns(model: ChoiceModel, need: DayNeed, missing: boolean): void {
  const limits = limitRows(model, need, missing)
  for (const [option, usefulKw] of need.usefulKw) activationColumns(model, need, limits, option, usefulKw)
  if (!need.chargeRelieves) return nightlyStorage(model, need, limits)
  for (const option of need.day.availableKw.keys()) if (isStorageOf(need.day, model.problem.options, option)) storageColumns(model, need, limits, option)
}

/** sum of relief + not served >= excess. */
function limitRows({ problem, builder, amounts, costs, slacks }: ChoiceModel, need: DayNeed, missing: boolean): LimitRows {
  const { year, scenario, weight } = need.day
  return need.rows.map(({ row, worst }, place) => Int32Array.from(worst, (most, hour) => {
    if (most <= 0) return -1
    const limit = builder.row(row.excess[hour], Infinity)
    for (const [option, relief] of row.built) {
      // A whole one that relieves more than could ever be needed is as good as one that just does: it keeps the relaxed program honest.
      builder.add(limit, amounts[option][year], isWhole(problem.options[option]) ? Math.min(relief[hour], most) : relief[hour])
    }
    const bought = problem.notServedEur !== undefined && row.unit !== 'pu' && row.excess[hour] > 0
    if (bought || missing) {
      const column = builder.column(Infinity)
      builder.add(limit, column, 1)
      slacks.push({ need, row: place, hour, column, bought })
      if (bought) costs.push({ column, scenario, eur: weight * problem.notServedEur![year] / 1000 })
    }
    return limit
  }))
}

function activationColumns(model: ChoiceModel, need: DayNeed, limits: LimitRows, index: number, usefulKw: Float64Array): void {
  const { builder, amounts, problem } = model
  const option = problem.options[index]
  const held = amounts[index][need.day.year]
  const columns: number[] = []
  usefulKw.forEach((most, hour) => {
    if (!(most > 0)) return
    const column = builder.column(most)
    columns.push(column)
    builder.row(-Infinity, 0, [[column, 1], [held, -heldKwOf(option)]])
    relieve(builder, need, limits, index, hour, column, 1)
    const back = reboundHours(option)
    for (let later = 1; later <= back; later++) relieve(builder, need, limits, index, hour + later, column, -option.rebound!.share / back)
  })
  countUse(model, need, index, columns)
  // The hours of an activation are counted as energy over the power held: a half of it for two hours is one.
  const longest = option.mostHoursAnActivation ?? Infinity
  if (longest < columns.length) builder.row(-Infinity, 0, [[held, -heldKwOf(option) * longest], ...columns.map((column) => [column, 1] as const)])
}

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

/** Hours a year as energy over the power held, weighted over the days: the linear bound, by which an activation at half power counts as half an hour. */
export function yearRows({ builder, problem, amounts, uses }: ChoiceModel): void {
  for (const { option, year, weights } of uses.values()) {
    const hours = problem.options[option].hoursAYear!
    const most = weights.reduce((sum, [, weight]) => sum + weight, 0)
    if (most > hours || problem.options[option].storage !== undefined) builder.row(-Infinity, 0, [[amounts[option][year], -hours * heldKwOf(problem.options[option])], ...weights])
  }
}
