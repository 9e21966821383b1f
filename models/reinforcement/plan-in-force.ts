/** What a choice puts in force in each year of a study, and how its amounts read by year. */
import type { Choice } from './choice-problem.ts'
import type { PricedOption } from './choice-options.ts'
import type { ConstrainedElement } from './measure.ts'
import type { PlanInForce } from './study-worker.ts'

/** Below this a contract or a battery is nothing that anybody would sign. */
const LEAST_KW = 0.5

/** @param stages first years of the stages; @returns amount of the option in a year: built 0 or 1, units or kW */
export function amountIn(amount: Float64Array, stages: readonly number[], year: number): number {
  const stage = stages.findLastIndex((first) => first <= year)
  return stage < 0 ? 0 : amount[stage]
}

export function planIn(choice: Choice, options: readonly PricedOption[], stages: readonly number[], year: number, constrained: readonly ConstrainedElement[]): PlanInForce | undefined {
  const plan = { networks: [] as string[], units: [] as { option: string; amount: number }[], contracts: [] as { option: string; kw: number; activationEurPerMwh: number }[] }
  for (const { option, amount } of choice.chosen) {
    const { option: { id, effect }, price } = options[option]
    const now = amountIn(amount, stages, year)
    if (effect.kind === 'network') { if (now > 0.5) plan.networks.push(id) }
    else if (effect.kind === 'load') { if (now > 0) plan.units.push({ option: id, amount: now }) }
    else if (now > LEAST_KW) plan.contracts.push({ option: id, kw: now, activationEurPerMwh: price.activatedMwhEur })
  }
  return plan.networks.length + plan.units.length + plan.contracts.length === 0 ? undefined : { constrained, ...plan }
}
