/**
 * The least-cost choice of a study, as a mixed-integer linear program: what stands in each year is decided once for all scenarios, what
 * is activated on a day by scenario. Limits are linear in it; the load flow has the last word on what is chosen here.
 */
import { checkChoice } from './choice-check.ts'
import { decisionColumns, isWhole } from './choice-columns.ts'
import { dayColumns, yearRows, type ChoiceModel } from './choice-dispatch.ts'
import { needOf } from './choice-hours.ts'
import type { Choice, ChoiceProblem, LinearSolution, LinearSolver } from './choice-problem.ts'
import { missingWeight, unmetLimits } from './choice-unmet.ts'
import { ProgramBuilder } from './linear-program.ts'

/** Share of the cost by which the choice may miss the best one, and for how long it is looked for. */
export const CHOICE_LIMITS = { seconds: 15, gap: 0.005 } as const
/** Of the expected cost beside the worst regret: of portfolios with the same regret the cheapest is taken. */
const TIE_SHARE = 1e-4
/** Amounts below are the solver's own tolerance. */
const NOTHING = 1e-6

/** Throws PF_STUDY_EXCESS_UNKNOWN, PF_STUDY_OPTION_UNPRICED, PF_STUDY_OPTION_UNBOUNDED; what the solver throws goes through. */
export function choose(problem: ChoiceProblem, solve: LinearSolver, limits: { readonly seconds?: number; readonly gap?: number } = CHOICE_LIMITS): Choice {
  checkChoice(problem)
  const model = modelOf(problem, false)
  const program = (problem.objective.kind === 'regret' ? leastRegret(model, problem.objective.bestEur) : leastExpected(model)).program()
  const size = { variables: program.costs.length, constraints: program.rowLower.length }
  const solution = solve(program, limits)
  if (solution.status !== 'infeasible') return { ...read(model, solution), ...size, unmet: [] }
  // Whatever else it asks can be kept by choosing nothing: only limits can make it infeasible.
  const relaxed = modelOf(problem, true)
  for (const slack of relaxed.slacks) relaxed.builder.addCost(slack.column, missingWeight(slack))
  const least = solve(relaxed.builder.program(), limits)
  return { ...read(relaxed, least), ...size, status: 'infeasible', unmet: least.values.length === 0 ? [] : unmetLimits(relaxed, least.values) }
}

function modelOf(problem: ChoiceProblem, missing: boolean): ChoiceModel {
  const builder = new ProgramBuilder()
  const costs: ChoiceModel['costs'] = []
  const model: ChoiceModel = { problem, builder, costs, amounts: decisionColumns(problem, builder, costs), slacks: [], uses: new Map() }
  for (const day of problem.days) {
    const need = needOf(day, problem.options)
    if (need !== undefined) dayColumns(model, need, missing)
  }
  yearRows(model)
  return model
}

function leastExpected({ builder, costs, problem }: ChoiceModel, share = 1): ProgramBuilder {
  for (const { column, scenario, eur } of costs) builder.addCost(column, share * eur * (scenario < 0 ? 1 : problem.scenarios[scenario].probability))
  return builder
}

/** The regret is at least what each scenario costs more than its own best. */
function leastRegret(model: ChoiceModel, bestEur: Float64Array): ProgramBuilder {
  const { builder, costs, problem } = model
  leastExpected(model, TIE_SHARE)
  const regret = builder.column(Infinity)
  builder.addCost(regret, 1)
  problem.scenarios.forEach((_, scenario) => {
    const row = builder.row(-bestEur[scenario], Infinity, [[regret, 1]])
    for (const cost of costs) if (cost.scenario < 0 || cost.scenario === scenario) builder.add(row, cost.column, -cost.eur)
  })
  return builder
}

function read({ problem, amounts, costs, slacks }: ChoiceModel, { status, values, gap }: LinearSolution): Omit<Choice, 'unmet' | 'variables' | 'constraints'> {
  const found = values.length > 0
  const eurOfScenario = new Float64Array(problem.scenarios.length).fill(found ? 0 : NaN)
  const notServedMwhOfScenario = eurOfScenario.slice()
  if (found) {
    for (const { column, scenario, eur } of costs) eurOfScenario.forEach((_, each) => { if (scenario < 0 || scenario === each) eurOfScenario[each] += eur * values[column] })
    for (const { need: { day }, column, bought } of slacks) if (bought) notServedMwhOfScenario[day.scenario] += day.weight * values[column] / 1000
  }
  const { objective } = problem
  return {
    status: status === 'optimal' ? 'optimal' : 'time-limit',
    chosen: found ? problem.options.flatMap((option, index) => {
      const amount = Float64Array.from(amounts[index], (column) => isWhole(option) ? Math.round(values[column]) : values[column] < NOTHING ? 0 : values[column])
      return amount.some((each) => each > 0) ? [{ option: index, amount }] : []
    }) : [],
    eurOfScenario,
    expectedEur: problem.scenarios.reduce((sum, { probability }, scenario) => sum + probability * eurOfScenario[scenario], 0),
    worstRegretEur: objective.kind === 'regret' ? eurOfScenario.reduce((most, eur, scenario) => Math.max(most, eur - objective.bestEur[scenario]), -Infinity) : NaN,
    notServedMwhOfScenario,
    gap,
  }
}
