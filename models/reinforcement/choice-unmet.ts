/** Why no portfolio keeps the limits: which are missed, by how much, and whether anything could have kept them. */
import { mostHeldKw, type DayNeed } from './choice-hours.ts'
import { mostOf } from './choice-check.ts'
import type { ChoiceModel, Slack } from './choice-dispatch.ts'
import type { ChoiceProblem, UnmetLimit } from './choice-problem.ts'

/** So that a hundredth of the nominal voltage weighs as much as 100 kW, where only one of both can be kept. */
const KW_A_PU = 1e4
/** Below this a limit counts as kept, kW: the solver's own tolerance. */
const NOTHING_KW = 1e-3

export const missingWeight = ({ need, row, bought }: Slack): number => bought ? 0 : need.rows[row].row.unit === 'pu' ? KW_A_PU : 1

/** Each limit of each day once, at its worst hour, the largest first. */
export function unmetLimits({ slacks, problem }: ChoiceModel, values: Float64Array): UnmetLimit[] {
  const worst = new Map<DayNeed['rows'][number], Slack>()
  for (const slack of slacks) {
    if (slack.bought || values[slack.column] * missingWeight(slack) < NOTHING_KW) continue
    const limit = slack.need.rows[slack.row]
    const before = worst.get(limit)
    if (before === undefined || values[before.column] < values[slack.column]) worst.set(limit, slack)
  }
  return [...worst.values()].sort((one, other) => values[other.column] * missingWeight(other) - values[one.column] * missingWeight(one)).map((slack) => {
    const { need: { day, rows }, row, column, hour } = slack
    return {
      element: rows[row].row.element, state: day.state, year: problem.years[day.year], scenario: problem.scenarios[day.scenario].id,
      missing: values[column], label: day.label, cause: causeOf(problem, slack, hour),
    }
  })
}

function causeOf({ options }: ChoiceProblem, { need: { day, rows }, row }: Slack, hour: number): UnmetLimit['cause'] {
  const { row: { built, perKw, excess } } = rows[row]
  let most = 0
  const there = (option: number): boolean => day.year >= (options[option].firstYear ?? 0)
  for (const [option, relief] of built) if (there(option)) most += Math.max(0, relief[hour]) * mostOf(options[option])
  for (const [option, relief] of perKw) if (there(option)) most += Math.max(0, relief) * Math.min(mostHeldKw(options[option]), day.availableKw.get(option)?.[hour] ?? 0)
  return most <= 0 ? 'no-option' : most < excess[hour] ? 'too-little' : 'together'
}
