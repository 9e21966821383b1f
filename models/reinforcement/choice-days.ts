/**
 * Days that hardly ever come, those of outages, decide by how much must stand and not by what it costs to call it. Most of them are
 * kept by what the worst of them ask for, so that the choice begins with these, and takes in others where it turns out to miss them.
 */
import type { ChoiceModel } from './choice-model.ts'
import type { DayNeed } from './choice-hours.ts'
import type { ChoiceProblem } from './choice-problem.ts'
import { NOTHING_KW, missingWeight } from './choice-unmet.ts'

/** Days a year below which what is called on such a day is not weighed in the decision; it is in the costs that are told. */
const LIGHT_DAYS = 0.5

/** All days that weigh, and of the others the worst for each element, by year and scenario. Where energy not served can be bought every day weighs. */
export function firstDays(needs: readonly DayNeed[], { notServedEur }: ChoiceProblem): Set<DayNeed> {
  if (notServedEur !== undefined) return new Set(needs)
  const chosen = new Set(needs.filter(({ day }) => day.weight >= LIGHT_DAYS))
  const worstOf = new Map<string, { need: DayNeed; beyond: number }>()
  for (const need of needs) {
    if (chosen.has(need)) continue
    for (const { row, worst } of need.rows) {
      const key = `${need.day.year} ${need.day.scenario} ${row.element}`
      const beyond = worst.reduce((sum, kw) => sum + Math.max(0, kw), 0)
      if (beyond > (worstOf.get(key)?.beyond ?? 0)) worstOf.set(key, { need, beyond })
    }
  }
  for (const { need } of worstOf.values()) chosen.add(need)
  return chosen
}

/** Days on which a limit is missed by a solution that may miss them. */
export const missedDays = ({ slacks }: ChoiceModel, values: Float64Array): Set<DayNeed> =>
  new Set(slacks.filter((slack) => values[slack.column] * missingWeight(slack) > NOTHING_KW).map(({ need }) => need))
