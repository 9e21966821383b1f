/** Ways of meeting what is constrained: chosen at least cost over the days that decide, checked by the load flow, chosen again where that finds more. */
import { only, type PricedOption, pricedOptions, REINFORCING } from '#models/reinforcement/choice-options.ts'
import type { Choice, ChoiceProblem } from '#models/reinforcement/choice-problem.ts'
import type { WantedDay } from '#models/reinforcement/deciding-days.ts'
import { planIn } from '#models/reinforcement/plan-in-force.ts'
import { futureKey } from '#models/reinforcement/portfolio.ts'
import { recommendedOf, studyAnswer } from '#models/reinforcement/study-answer.ts'
import type { Portfolio, StudyResult, UnpricedOption } from '#models/reinforcement/study-result.ts'
import type { UnitResult } from '#models/reinforcement/study-worker.ts'
import type { YearStates } from '#models/reinforcement/constraint-year.ts'
import { askDays, decidingDays, type DecidingDays, MOST_SECONDS, problem, scenariosAsked, type WaysInput } from './deciding-days.ts'
import { stagesAsked } from './futures-asked.ts'
import { inOrder, type StudyProgress } from './study-lanes.ts'
import { sensitivities } from './study-sensitivities.ts'
import { type Checked, conclusion, type Found, nothing, portfolioOf, regretOf, remainingOf, unmetOf } from './ways-figures.ts'

export interface Ways extends Pick<StudyResult, 'portfolios' | 'recommended' | 'tornado' | 'answer' | 'breakEven'> {
  readonly states: YearStates
  readonly unpriced: readonly UnpricedOption[]
}

export const NO_STATES: YearStates = { normalSolved: 0, outageSolved: 0, outageScreenedOut: 0, lowVoltageScreenedOut: 0, lowVoltageSolved: 0, notSettled: 0 }
export const sumOfStates = (one: YearStates, other: YearStates): YearStates => ({
  normalSolved: one.normalSolved + other.normalSolved, outageSolved: one.outageSolved + other.outageSolved, outageScreenedOut: one.outageScreenedOut + other.outageScreenedOut, lowVoltageScreenedOut: one.lowVoltageScreenedOut + other.lowVoltageScreenedOut,
  lowVoltageSolved: one.lowVoltageSolved + other.lowVoltageSolved, notSettled: one.notSettled + other.notSettled,
})

const CLOSE = { seconds: MOST_SECONDS, gap: 0.005 }
/** What is best for a scenario by itself is only held against: close is enough. */
const ROUGH = { seconds: MOST_SECONDS, gap: 0.02 }
/** Rounds of choice and check, the first with it. */
const MOST_ROUNDS = { full: 3, quick: 2 } as const
/** Of an excess, more asked for from the first round on, and in each further one: what linear thinking misses. */
const MORE = 0.01
const MORE_A_ROUND = 0.02

export async function findWays(input: WaysInput, progress: StudyProgress, from: number, to: number): Promise<Ways> {
  const { pool, ask, constrained, units, prices, money, assumed } = input
  if (constrained.length === 0) return notKnown(input)
  const stages = stagesAsked(ask, [...new Set(units.filter(({ days, states: { notSettled } }) => days.state.length > 0 || notSettled > 0).map(({ ask: { year } }) => year))])
  const priced = pricedOptions(input.options, prices, stages.years, money.horizon, money.rates)
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
      const choice = await pool.run('choose', { ...problemOf(options, known, MORE + (round - 1) * MORE_A_ROUND, objective), limits: CLOSE })
      progress.goOn()
      if (choice.status === 'infeasible') {
        checks += 1
        return { kind, options, choice, checked: [], rounds: round, remaining: unmetOf(input, choice), status: 'infeasible' }
      }
      const checked = await check(options, choice)
      const remaining = remainingOf(input, checked)
      if (remaining.length === 0 || round === MOST_ROUNDS[ask.depth]) {
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
  /** The worst days of everything that the check found, as they are without a plan. */
  const daysAgain = async (checked: readonly Checked[], known: DecidingDays) => {
    const wanted = checked.flatMap((unit): WantedDay[] => unit.remaining.filter(({ state }) => state >= 0).flatMap(({ state, worstDays }) => worstDays.map((day) => ({ ...unit.ask, stage: stages.judged.indexOf(unit.ask.year), state, day, weight: 0 }))))
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
    const best = await Promise.all(scenarios.map((_, s) => pool.run('choose', { limits: ROUGH, ...problem(input, scenarios.map((one, k) => ({ ...one, probability: k === s ? 1 : 0 })), all, { ...days, days: days.days.filter(({ wanted }) => scenarios[s]!.place === wanted.scenario) }, 0, expected) })))
    const bestEur = Float64Array.from(best, ({ expectedEur }, s) => best[s]!.eurOfScenario[s] ?? expectedEur)
    found.push(...(await Promise.all([find('reinforce', reinforcing, expected), find('least-cost', all, expected), find('least-regret', all, { kind: 'regret', bestEur }), find('without-reinforcement', others, expected)])))
  }
  const ranked = () => {
    const portfolios = [nothing(input), ...found.map((one) => portfolioOf(input, one, stages.years))]
    const told = portfolios.map((one) => ({ ...one, worstRegretEur: regretOf(one, portfolios) }))
    return { held: told, recommended: recommendedOf(told) }
  }
  let { held, recommended } = ranked()
  // What is recommended is checked in every year and not only in those by which stages are judged; what then fails is no longer recommended.
  while (ask.depth === 'full' && recommended !== null && !isCheckedThroughout(found[recommended - 1]!, units)) {
    const one = found[recommended - 1]!
    const others = units.filter((unit) => !one.checked.some(({ ask: of }) => futureKey(of) === futureKey(unit.ask)))
    const checked = [...one.checked, ...(await inOrder(others, (unit) => checkOne(unit, one.options, one.choice), progress, 'checking', to - 0.12, to - 0.04))]
    const remaining = remainingOf(input, checked)
    found[recommended - 1] = { ...one, checked, remaining, status: remaining.length === 0 ? 'holds' : 'not-settled' };
    ({ held, recommended } = ranked())
  }
  progress.tell('sensitivities', to - 0.03)
  const tornado = recommended === null || ask.depth === 'quick' ? [] : await sensitivities(input, days, priced, new Set(held.flatMap(({ measures }) => measures.map(({ option }) => option))), (options, of, objective) => problemOf(options, of, MORE, objective))
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
const isCheckedThroughout = ({ checked }: Found, units: readonly UnitResult[]): boolean => checked.length >= units.length
const isSameDay = (one: WantedDay, other: WantedDay): boolean => one.day === other.day && one.state === other.state && futureKey(one) === futureKey(other)
const least = (one: number | null, other: number | null): number | null => (one === null ? other : other === null ? one : Math.min(one, other))
