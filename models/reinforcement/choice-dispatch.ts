/** What is activated and not served on one day of one scenario, and the limits it keeps. */
import { nightlyStorage } from './choice-charging.ts'
import { heldKwOf, reboundHours } from './choice-check.ts'
import { isWhole } from './choice-columns.ts'
import { isStorageOf, type DayNeed } from './choice-hours.ts'
import { countUse, relieve, type ChoiceModel, type LimitRows } from './choice-model.ts'
import { storageColumns } from './choice-storage.ts'

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

/** Hours a year as energy over the power held, weighted over the days: the linear bound, by which an activation at half power counts as half an hour. */
export function yearRows({ builder, problem, amounts, uses }: ChoiceModel): void {
  for (const { option, year, weights } of uses.values()) {
    const hours = problem.options[option].hoursAYear!
    const most = weights.reduce((sum, [, weight]) => sum + weight, 0)
    if (most > hours || problem.options[option].storage !== undefined) builder.row(-Infinity, 0, [[amounts[option][year], -hours * heldKwOf(problem.options[option])], ...weights])
  }
}
