/** Ways in the figures of the study: what each costs, what it leaves, and what is concluded of all of them. */
import { beyondLimits } from '#models/reinforcement/beyond-limits.ts'
import type { PricedOption } from '#models/reinforcement/choice-options.ts'
import type { Choice } from '#models/reinforcement/choice-problem.ts'
import { worksSaving } from '#models/reinforcement/deferral.ts'
import { breakEvenFactor } from '#models/reinforcement/money.ts'
import { type CheckedPlan, futureKey, isReinforcing, lossChangeMwh, lossValueEur, measuresOf, netEur, worksOf } from '#models/reinforcement/portfolio.ts'
import { studyAnswer } from '#models/reinforcement/study-answer.ts'
import type { Portfolio, StudyResult } from '#models/reinforcement/study-result.ts'
import type { UnitResult } from '#models/reinforcement/study-worker.ts'
import { scenariosAsked, type WaysInput } from './deciding-days.ts'

export type Checked = UnitResult & { readonly probability: number; readonly planned: boolean }

export interface Found {
  readonly kind: Portfolio['kind']
  readonly options: readonly PricedOption[]
  readonly choice: Choice
  readonly checked: readonly Checked[]
  readonly rounds: number
  readonly remaining: Portfolio['remaining']
  readonly status: Portfolio['status']
}

export function remainingOf({ ask: { study }, stateNames, elementIds }: WaysInput, checked: readonly Checked[]): Portfolio['remaining'] {
  const found = checked.flatMap((unit) => {
    // What did not settle is not known to hold.
    const notSettled = unit.states.notSettled > 0 ? [{ stateName: 'N', element: 'not-solved', hours: unit.states.notSettled, worstPct: NaN }] : []
    const told = unit.planned ? unit.remaining : [...new Map(unit.worstDays.map((worst) => [`${worst.element} ${worst.state}`, worst])).values()].map(({ element, state }) => ({ stateName: stateNames[state]!, element: elementIds[element]!, hours: state === 0 ? unit.counts.hoursNormal[element]! : unit.counts.hoursOutage[element]!, worstPct: unit.counts.peak[element]! }))
    return [...notSettled, ...told].map(({ stateName, element, hours, worstPct }) => ({
      element, state: stateName, year: unit.ask.year, scenario: study.scenarios[unit.ask.scenario]!.id, weather: study.weatherYears[unit.ask.weather]!.id, hours, worstPct: Number.isFinite(worstPct) ? worstPct : null,
    }))
  })
  return found.sort((a, b) => b.hours - a.hours).slice(0, MOST_REMAINING)
}

/** The largest of each limit, whatever the days on which it is missed. */
export function unmetOf({ ask: { study } }: WaysInput, { unmet }: Choice): Portfolio['remaining'] {
  const largest = new Map<string, Choice['unmet'][number]>()
  for (const one of unmet) {
    const key = `${one.element} ${one.state} ${one.year} ${one.scenario}`
    if (!largest.has(key)) largest.set(key, one)
  }
  return [...largest.values()].slice(0, MOST_REMAINING).map(({ element, state, year, scenario, label }) => ({ element, state, year, scenario, weather: study.weatherYears.find(({ id }) => label.startsWith(`${id} `))?.id ?? '', hours: 1, worstPct: null }))
}

export function nothing(input: WaysInput): Portfolio {
  const { units, money, probabilityOf, notServedEurPerMwh, ask: { study } } = input
  const told = beyondLimits(units.map((unit) => ({ ask: unit.ask, counts: unit.counts, probability: probabilityOf(unit.ask) })), input.elements, input.elementIds, money, notServedEurPerMwh, study.scenarios.map(({ id }) => id))
  return {
    kind: 'nothing', measures: [], expectedNpvEur: told.expectedEur, npvOfScenarioEur: told.ofScenario, worstRegretEur: null, lossesMwh: 0, co2Tonnes: 0, notServedMwh: told.mwh, rounds: 0,
    status: 'violates', remaining: remainingOf(input, units.map((unit) => ({ ...unit, probability: 1, planned: false }))), linearErrorPct: null,
  }
}

export function portfolioOf(input: WaysInput, found: Found, stages: readonly number[]): Portfolio {
  const { money, units } = input
  const { kind, options, choice, checked, rounds, remaining, status } = found
  if (status === 'infeasible') {
    return { kind, measures: [], expectedNpvEur: 0, npvOfScenarioEur: [], worstRegretEur: null, lossesMwh: 0, co2Tonnes: 0, notServedMwh: 0, rounds, status, remaining, linearErrorPct: null }
  }
  const plan: CheckedPlan = { choice, options, stages, units: checked }
  const measures = measuresOf(plan, money)
  const before = new Map(units.map((unit) => [futureKey(unit.ask), unit]))
  const losses = lossChangeMwh(checked, before, money.years, stages[0]!)
  const lossEur = lossValueEur(losses.byYear, money)
  const sum = (of: readonly Parameters<typeof netEur>[0][]) => of.reduce((total, one) => total + netEur(one), 0)
  return {
    kind, measures, rounds, status, remaining, checkedYears: [...new Set(checked.map(({ ask: { year } }) => year))].sort((a, b) => a - b), expectedNpvEur: sum(measures) + lossEur, lossesMwh: losses.mwh, co2Tonnes: (losses.mwh * money.co2KgPerMwh) / 1000, notServedMwh: 0, worstRegretEur: null,
    npvOfScenarioEur: scenariosAsked(input).map(({ id, place }) => ({ scenario: id, eur: sum(measuresOf({ ...plan, units: checked.filter(({ ask }) => ask.scenario === place) }, money)) + lossEur })),
    linearErrorPct: Math.max(0, ...checked.map(({ linearErrorPct }) => linearErrorPct)),
  }
}

/** Against the best of those that hold, scenario by scenario. */
export function regretOf(one: Portfolio, all: readonly Portfolio[]): number | null {
  if (one.status !== 'holds') return null
  const holding = all.filter(({ status }) => status === 'holds')
  return Math.max(0, ...one.npvOfScenarioEur.map(({ scenario, eur }) => eur - Math.min(...holding.map((other) => other.npvOfScenarioEur.find((of) => of.scenario === scenario)?.eur ?? Infinity))))
}

export function conclusion({ money }: WaysInput, portfolios: readonly Portfolio[], recommended: number | null, options: readonly PricedOption[], firstYear: number | null): Pick<StudyResult, 'answer' | 'breakEven'> {
  const chosen = recommended === null ? undefined : portfolios[recommended]
  const reference = portfolios.find(({ kind, status }) => kind === 'reinforce' && status === 'holds')
  const priceOf = (id: string) => options.find(({ option }) => option.id === id)!
  const works = (portfolio: Portfolio) => worksOf(portfolio, (id) => priceOf(id).price.onceEur, (id) => priceOf(id).option.costs.lifeYears)
  if (chosen === undefined || reference === undefined) return { answer: studyAnswer({ portfolios, recommended, firstYear }), breakEven: null }
  const parts = (portfolio: Portfolio) => {
    const reinforcementEur = portfolio.measures.filter(isReinforcing).reduce((sum, one) => sum + netEur(one), 0)
    return { reinforcementEur, otherEur: portfolio.expectedNpvEur - reinforcementEur }
  }
  const rival = portfolios.filter(({ status, kind }) => status === 'holds' && kind !== 'reinforce').sort((a, b) => a.expectedNpvEur - b.expectedNpvEur)[0]
  const factor = rival === undefined ? null : breakEvenFactor(parts(reference), parts(rival))
  return {
    answer: studyAnswer({ portfolios, recommended, firstYear, saving: worksSaving(works(reference), works(chosen), money.horizon, money.rates) }),
    breakEven: factor === null ? null : { factor, reinforcementEur: factor * parts(reference).reinforcementEur },
  }
}

const MOST_REMAINING = 12
