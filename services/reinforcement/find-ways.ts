/** Ways of meeting what is constrained: chosen at least cost over the days that decide, checked by the load flow, chosen again where that finds more. */
import type { GridModel } from '#models/grid/network.ts'
import type { BaseYear } from '#models/reinforcement/base-year.ts'
import type { District } from '#models/district/schema.ts'
import { choiceDay, type WantedDay, wantedDays } from '#models/reinforcement/deciding-days.ts'
import { only, type PricedOption, pricedOptions, REINFORCING } from '#models/reinforcement/choice-options.ts'
import type { Choice, ChoiceDay, ChoiceProblem } from '#models/reinforcement/choice-problem.ts'
import { worksSaving } from '#models/reinforcement/deferral.ts'
import type { ConstrainedElement } from '#models/reinforcement/measure.ts'
import { breakEvenFactor } from '#models/reinforcement/money.ts'
import { planIn } from '#models/reinforcement/plan-in-force.ts'
import { type CheckedPlan, futureKey, isReinforcing, lossChangeMwh, lossValueEur, measuresOf, type MoneyTerms, netEur, worksOf } from '#models/reinforcement/portfolio.ts'
import type { PriceList } from '#models/reinforcement/prices.ts'
import { recommendedOf, studyAnswer } from '#models/reinforcement/study-answer.ts'
import type { ElementOutlook, Portfolio, StudyAsk, StudyResult } from '#models/reinforcement/study-result.ts'
import { studyOptions } from '#models/reinforcement/study-options.ts'
import type { FutureAsk, UnitResult } from '#models/reinforcement/study-worker.ts'
import type { YearStates } from '#models/reinforcement/constraint-year.ts'
import { beyondLimits } from '#models/reinforcement/beyond-limits.ts'
import { outageShare } from '#models/reinforcement/outage-share.ts'
import { sensitivities } from './study-sensitivities.ts'
import { inOrder, type StudyPool, type StudyProgress } from './run-study.ts'
import { stagesAsked } from './futures-asked.ts'
import type { Assumed } from './study-tasks.ts'

export interface WaysInput {
  readonly pool: StudyPool
  readonly assumed: Assumed
  readonly district: District
  readonly base: BaseYear
  readonly ask: StudyAsk
  readonly constrained: readonly ConstrainedElement[]
  readonly units: readonly UnitResult[]
  readonly stateNames: readonly string[]
  readonly elementIds: readonly string[]
  readonly grid: GridModel
  readonly prices: PriceList
  readonly money: MoneyTerms
  readonly notServedEurPerMwh: number
  readonly probabilityOf: (ask: FutureAsk) => number
  readonly elements: readonly ElementOutlook[]
}

export interface Ways extends Pick<StudyResult, 'portfolios' | 'recommended' | 'tornado' | 'answer' | 'breakEven'> {
  readonly states: YearStates
  readonly unpriced: readonly { readonly option: string; readonly missing: readonly string[] }[]
}

export const NO_STATES: YearStates = { normalSolved: 0, outageSolved: 0, outageScreenedOut: 0, lowVoltageScreenedOut: 0, lowVoltageSolved: 0, notSettled: 0 }
export const sumOfStates = (one: YearStates, other: YearStates): YearStates => ({
  normalSolved: one.normalSolved + other.normalSolved, outageSolved: one.outageSolved + other.outageSolved, outageScreenedOut: one.outageScreenedOut + other.outageScreenedOut, lowVoltageScreenedOut: one.lowVoltageScreenedOut + other.lowVoltageScreenedOut,
  lowVoltageSolved: one.lowVoltageSolved + other.lowVoltageSolved, notSettled: one.notSettled + other.notSettled,
})

/** Rounds of choice and check, the first with it. */
const MOST_ROUNDS = 3
/** Of an excess, more asked for in each further round: what linear thinking missed. */
const MORE_A_ROUND = 0.02
const MOST_REMAINING = 12

export interface DecidingDays {
  readonly stages: { readonly years: readonly number[]; readonly judged: readonly number[] }
  readonly days: readonly { readonly wanted: WantedDay; readonly told: Parameters<typeof choiceDay>[1] }[]
  /** Days whose load flow did not settle: nothing can be chosen on them. */
  readonly unsettled: number
}

export async function findWays(input: WaysInput, progress: StudyProgress, from: number, to: number): Promise<Ways> {
  const { pool, ask, constrained, units, prices, money, assumed } = input
  if (constrained.length === 0) return notKnown(input)
  const { study } = ask
  const stages = stagesAsked(ask, [...new Set(units.filter(({ days, states: { notSettled } }) => days.state.length > 0 || notSettled > 0).map(({ ask: { year } }) => year))])
  const priced = pricedOptions(studyOptions(input.district, study, input.grid, input.base, constrained), prices, stages.years, money.horizon, money.rates)
  const scenarios = scenariosAsked(input)
  progress.tell('choosing', from)
  const days = await decidingDays(input, stages)
  const problemOf = (options: readonly PricedOption[], of: DecidingDays, more: number, objective: ChoiceProblem['objective']): ChoiceProblem => problem(input, scenarios, options, of, more, objective)

  let states = NO_STATES
  let checks = 0
  const share = () => from + (to - from) * Math.min(0.95, checks / (ask.depth === 'quick' ? 2 : 5))
  const find = async (kind: Portfolio['kind'], options: readonly PricedOption[], objective: ChoiceProblem['objective']): Promise<Found> => {
    let known = days
    for (let round = 1; ; round += 1) {
      const choice = await pool.run('choose', problemOf(options, known, (round - 1) * MORE_A_ROUND, objective))
      progress.goOn()
      if (choice.status === 'infeasible') {
        checks += 1
        return { kind, options, choice, checked: [], rounds: round, remaining: unmetOf(input, choice), status: 'infeasible' }
      }
      const checked = await check(options, choice)
      const remaining = remainingOf(input, checked)
      if (remaining.length === 0 || round === MOST_ROUNDS) {
        checks += 1
        progress.tell('checking', share())
        return { kind, options, choice, checked, rounds: round, remaining, status: remaining.length === 0 ? 'holds' : 'not-settled' }
      }
      known = { ...known, days: [...known.days, ...(await daysAgain(checked, known))] }
    }
  }
  /** Ways often agree in what is in force in a year: that is then checked once. */
  const looked = new Map<string, Promise<UnitResult>>()
  const checkOne = async (unit: UnitResult, options: readonly PricedOption[], choice: Choice): Promise<Checked> => {
    const plan = planIn(choice, options, stages.years, unit.ask.year, constrained)
    const probability = input.probabilityOf(unit.ask)
    // A future in which nothing is in force is as it was.
    if (plan === undefined) return { ...unit, probability, planned: false }
    const { networks, units: amounts, contracts } = plan
    const key = `${futureKey(unit.ask)} ${JSON.stringify([networks, amounts, contracts])}`
    let told = looked.get(key)
    if (told === undefined) {
      told = pool.run('unit', { ...assumed, ask: unit.ask, plan }).then((checked) => {
        states = sumOfStates(states, checked.states)
        return checked
      })
      looked.set(key, told)
    }
    return { ...(await told), probability, planned: true }
  }
  /** Every future of the years that stages are judged by; the hardest first, and the others only where those hold. */
  const check = async (options: readonly PricedOption[], choice: Choice): Promise<Checked[]> => {
    const of = units.filter(({ ask: { year } }) => stages.judged.includes(year))
    const run = (some: readonly UnitResult[]) => inOrder(some, (unit) => checkOne(unit, options, choice), progress, 'checking', share(), share() + (to - from) / 6)
    const hardest = stages.judged.flatMap((year) => of.filter(({ ask }) => ask.year === year).sort((a, b) => energyBeyond(b) - energyBeyond(a)).slice(0, 1))
    const first = await run(hardest)
    return remainingOf(input, first).length > 0 ? first : [...first, ...(await run(of.filter((unit) => !hardest.includes(unit))))]
  }
  /** The worst day of everything that the check found, as it is without a plan. */
  const daysAgain = async (checked: readonly Checked[], known: DecidingDays) => {
    const wanted = checked.flatMap((unit): WantedDay[] => unit.remaining.filter(({ day }) => day >= 0).map(({ state, day }) => ({ ...unit.ask, stage: stages.judged.indexOf(unit.ask.year), state, day, weight: 0 })))
      .filter((one, k, all) => all.findIndex((other) => isSameDay(one, other)) === k && !known.days.some((other) => isSameDay(one, other.wanted)))
    return (await askDays(input, wanted)).days
  }

  const all = priced.options
  const reinforcing = only(all, (kind) => REINFORCING.includes(kind))
  const others = only(all, (kind) => !REINFORCING.includes(kind))
  const expected = { kind: 'expected' } as const
  const found: Found[] = []
  if (ask.depth === 'quick') found.push(...(await Promise.all([find('reinforce', reinforcing, expected), find('least-cost', all, expected)])))
  else {
    const best = await Promise.all(scenarios.map((_, s) => pool.run('choose', problem(input, scenarios.map((one, k) => ({ ...one, probability: k === s ? 1 : 0 })), all, { ...days, days: days.days.filter(({ wanted }) => scenarios[s]!.place === wanted.scenario) }, 0, expected))))
    const bestEur = Float64Array.from(best, ({ expectedEur }, s) => best[s]!.eurOfScenario[s] ?? expectedEur)
    found.push(...(await Promise.all([find('reinforce', reinforcing, expected), find('least-cost', all, expected), find('least-regret', all, { kind: 'regret', bestEur }), find('without-reinforcement', others, expected)])))
  }
  const portfolios = [nothing(input), ...found.map((one) => portfolioOf(input, one, stages.years))]
  const held = portfolios.map((one) => ({ ...one, worstRegretEur: regretOf(one, portfolios) }))
  const recommended = recommendedOf(held)
  progress.tell('sensitivities', to - 0.03)
  const tornado = recommended === null || ask.depth === 'quick' ? [] : await sensitivities(input, days, priced, (options, of, objective) => problemOf(options, of, 0, objective))
  const firstYear = input.elements.reduce<number | null>((first, { firstLikelyYear, firstPossibleYear }) => least(first, firstLikelyYear ?? firstPossibleYear), null)
  return { portfolios: held, recommended, tornado, states, unpriced: priced.unpriced, ...conclusion(input, held, recommended, all, firstYear) }
}

/** Nothing was found beyond a limit, but not every hour was computed: that is no study in which nothing is needed. */
function notKnown(input: WaysInput): Ways {
  const portfolios = [nothing(input)]
  const firstYear = Math.min(...input.units.filter(({ states: { notSettled } }) => notSettled > 0).map(({ ask }) => ask.year))
  return { portfolios, recommended: null, tornado: [], answer: studyAnswer({ portfolios, recommended: null, firstYear }), breakEven: null, states: NO_STATES, unpriced: [] }
}

const energyBeyond = ({ days }: UnitResult): number => days.energyKwh.reduce((sum, kwh) => sum + kwh, 0)
const isSameDay = (one: WantedDay, other: WantedDay): boolean => one.day === other.day && one.state === other.state && futureKey(one) === futureKey(other)
const least = (one: number | null, other: number | null): number | null => (one === null ? other : other === null ? one : Math.min(one, other))

type Checked = UnitResult & { readonly probability: number; readonly planned: boolean }
interface Found {
  readonly kind: Portfolio['kind']
  readonly options: readonly PricedOption[]
  readonly choice: Choice
  readonly checked: readonly Checked[]
  readonly rounds: number
  readonly remaining: Portfolio['remaining']
  readonly status: Portfolio['status']
}

/** Scenarios that were looked at, with their place in the study; together 1. */
function scenariosAsked({ ask: { study }, units }: WaysInput): readonly { readonly id: string; readonly probability: number; readonly place: number }[] {
  const places = [...new Set(units.map(({ ask }) => ask.scenario))].sort((a, b) => a - b)
  const total = places.reduce((sum, place) => sum + study.scenarios[place]!.probability, 0)
  return places.map((place) => ({ id: study.scenarios[place]!.id, probability: study.scenarios[place]!.probability / total, place }))
}

function problem(input: WaysInput, scenarios: ReturnType<typeof scenariosAsked>, options: readonly PricedOption[], { stages, days }: DecidingDays, more: number, objective: ChoiceProblem['objective']): ChoiceProblem {
  const all = studyOptions(input.district, input.ask.study, input.grid, input.base, input.constrained)
  const place = new Map(options.map(({ option }, k) => [option.id, k]))
  const optionOf = (option: number) => place.get(all[option]!.id)
  return {
    years: stages.years, scenarios: scenarios.map(({ id, probability }) => ({ id, probability })), options: options.map(({ choice }) => choice), objective,
    days: days.map(({ wanted, told }): ChoiceDay => {
      const day = choiceDay(wanted, told, input.stateNames[wanted.state]!, `${input.ask.study.weatherYears[wanted.weather]!.id} ${wanted.day}`, optionOf)
      return { ...day, scenario: scenarios.findIndex((one) => one.place === wanted.scenario), rows: day.rows.map((row) => (more === 0 ? row : { ...row, excess: row.excess.map((kw) => (kw > 0 ? kw * (1 + more) : kw)) })) }
    }),
  }
}

async function decidingDays(input: WaysInput, stages: DecidingDays['stages']): Promise<DecidingDays> {
  const { units, ask: { study } } = input
  const weatherProbability = study.weatherYears.map(({ probability }) => probability)
  const wanted = stages.judged.flatMap((year, stage) => scenariosAsked(input).flatMap(({ place }) => wantedDays(units.filter(({ ask }) => ask.year === year && ask.scenario === place), weatherProbability, outageShare(), stage)))
  return { stages, ...(await askDays(input, wanted)) }
}

/** Asked for by future, so that its loads are made once. */
export async function askDays(input: WaysInput, wanted: readonly WantedDay[], levels?: FutureAsk['levels']): Promise<Pick<DecidingDays, 'days' | 'unsettled'>> {
  const byFuture = Map.groupBy(wanted, futureKey)
  const branchNames = rowElements(input)
  const told = await Promise.all([...byFuture.values()].map(async (of) => {
    const { scenario, weather, year } = of[0]!
    const answers = await input.pool.run('days', { ...input.assumed, ask: { scenario, weather, year, ...(levels === undefined ? {} : { levels }), constrained: input.constrained, days: of.map(({ state, day }) => ({ state, day, elements: branchNames(state) })) } })
    return of.map((one, k) => ({ wanted: one, told: answers[k]! }))
  }))
  const all = told.flat()
  const days = all.filter((one) => one.told.settled)
  return { days, unsettled: all.length - days.length }
}

/** Elements whose limits are rows in a state: those that are ever beyond one in it. */
function rowElements({ units, elementIds }: WaysInput): (state: number) => readonly string[] {
  const byState = new Map<number, Set<string>>()
  for (const { worstDays } of units) for (const { element, state } of worstDays) {
    const known = byState.get(state) ?? new Set<string>()
    known.add(elementIds[element]!)
    byState.set(state, known)
  }
  return (state) => [...(byState.get(state) ?? [])].sort()
}

function remainingOf({ ask: { study }, stateNames, elementIds }: WaysInput, checked: readonly Checked[]): Portfolio['remaining'] {
  const found = checked.flatMap((unit) => {
    // What did not settle is not known to hold.
    const notSettled = unit.states.notSettled > 0 ? [{ state: 0, element: 'not-solved', hours: unit.states.notSettled, worstPct: NaN }] : []
    const told = unit.planned ? unit.remaining : unit.worstDays.map(({ element, state }) => ({ state, element: elementIds[element]!, hours: state === 0 ? unit.counts.hoursNormal[element]! : unit.counts.hoursOutage[element]!, worstPct: unit.counts.peak[element]! }))
    return [...notSettled, ...told].map(({ state, element, hours, worstPct }) => ({
      element, state: stateNames[state]!, year: unit.ask.year, scenario: study.scenarios[unit.ask.scenario]!.id, weather: study.weatherYears[unit.ask.weather]!.id, hours, worstPct: Number.isFinite(worstPct) ? worstPct : null,
    }))
  })
  return found.sort((a, b) => b.hours - a.hours).slice(0, MOST_REMAINING)
}

const unmetOf = ({ ask: { study } }: WaysInput, { unmet }: Choice): Portfolio['remaining'] =>
  unmet.slice(0, MOST_REMAINING).map(({ element, state, year, scenario, label }) => ({ element, state, year, scenario, weather: study.weatherYears.find(({ id }) => label.startsWith(`${id} `))?.id ?? '', hours: 1, worstPct: null }))

function nothing(input: WaysInput): Portfolio {
  const { units, money, probabilityOf, notServedEurPerMwh, ask: { study } } = input
  const told = beyondLimits(units.map((unit) => ({ ask: unit.ask, counts: unit.counts, probability: probabilityOf(unit.ask) })), input.elements, input.elementIds, money, notServedEurPerMwh, study.scenarios.map(({ id }) => id))
  return {
    kind: 'nothing', measures: [], expectedNpvEur: told.expectedEur, npvOfScenarioEur: told.ofScenario, worstRegretEur: null, lossesMwh: 0, co2Tonnes: 0, notServedMwh: told.mwh, rounds: 0,
    status: 'violates', remaining: remainingOf(input, units.map((unit) => ({ ...unit, probability: 1, planned: false }))), linearErrorPct: null,
  }
}

function portfolioOf(input: WaysInput, found: Found, stages: readonly number[]): Portfolio {
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
    kind, measures, rounds, status, remaining, expectedNpvEur: sum(measures) + lossEur, lossesMwh: losses.mwh, co2Tonnes: (losses.mwh * money.co2KgPerMwh) / 1000, notServedMwh: 0, worstRegretEur: null,
    npvOfScenarioEur: scenariosAsked(input).map(({ id, place }) => ({ scenario: id, eur: sum(measuresOf({ ...plan, units: checked.filter(({ ask }) => ask.scenario === place) }, money)) + lossEur })),
    linearErrorPct: Math.max(0, ...checked.map(({ linearErrorPct }) => linearErrorPct)),
  }
}

/** Against the best of those that hold, scenario by scenario. */
function regretOf(one: Portfolio, all: readonly Portfolio[]): number | null {
  if (one.status !== 'holds') return null
  const holding = all.filter(({ status }) => status === 'holds')
  return Math.max(0, ...one.npvOfScenarioEur.map(({ scenario, eur }) => eur - Math.min(...holding.map((other) => other.npvOfScenarioEur.find((of) => of.scenario === scenario)?.eur ?? Infinity))))
}

function conclusion({ money }: WaysInput, portfolios: readonly Portfolio[], recommended: number | null, options: readonly PricedOption[], firstYear: number | null): Pick<Ways, 'answer' | 'breakEven'> {
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

