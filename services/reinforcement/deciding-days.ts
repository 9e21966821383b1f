/** The days that decide what is chosen: which they are, asked of the threads, and put together as a choice. */
import type { PricedOption } from '#models/reinforcement/choice-options.ts'
import type { ChoiceDay, ChoiceProblem } from '#models/reinforcement/choice-problem.ts'
import { choiceDay, type WantedDay, wantedDays } from '#models/reinforcement/deciding-days.ts'
import { levelsThatCount } from '#models/reinforcement/levels-that-count.ts'
import type { ConstrainedElement, MeasureOption } from '#models/reinforcement/measure.ts'
import { outageShare } from '#models/reinforcement/outage-share.ts'
import type { Levels } from '#models/reinforcement/path-value.ts'
import { futureKey, type MoneyTerms } from '#models/reinforcement/portfolio.ts'
import type { PriceList } from '#models/reinforcement/prices.ts'
import type { ElementOutlook, StudyAsk } from '#models/reinforcement/study-result.ts'
import type { DaysAsk, FutureAsk, StudyWorker, UnitResult } from '#models/reinforcement/study-worker.ts'
import type { StudyPool } from './study-lanes.ts'
import type { Assumed } from './study-tasks.ts'

export interface WaysInput {
  readonly pool: StudyPool
  readonly assumed: Assumed
  readonly ask: StudyAsk
  readonly constrained: readonly ConstrainedElement[]
  readonly units: readonly UnitResult[]
  readonly stateNames: readonly string[]
  readonly elementIds: readonly string[]
  /** What the measures propose, in the order in which threads number them. */
  readonly options: readonly MeasureOption[]
  readonly prices: PriceList
  readonly money: MoneyTerms
  readonly notServedEurPerMwh: number
  readonly probabilityOf: (ask: FutureAsk) => number
  readonly elements: readonly ElementOutlook[]
}

export interface DecidingDays {
  readonly stages: { readonly years: readonly number[]; readonly judged: readonly number[] }
  readonly days: readonly { readonly wanted: WantedDay; readonly told: Parameters<typeof choiceDay>[1] }[]
  /** Days whose load flow did not settle: nothing can be chosen on them. */
  readonly unsettled: number
}

/** A choice ends at its gap: one that ended at a time would come out otherwise on another machine, and a rerun would not be one. */
export const MOST_SECONDS = 600

/** Scenarios that were looked at, with their place in the study; together 1. */
export function scenariosAsked({ ask: { study }, units }: WaysInput): readonly { readonly id: string; readonly probability: number; readonly place: number }[] {
  const places = [...new Set(units.map(({ ask }) => ask.scenario))].sort((a, b) => a - b)
  const total = places.reduce((sum, place) => sum + study.scenarios[place]!.probability, 0)
  return places.map((place) => ({ id: study.scenarios[place]!.id, probability: study.scenarios[place]!.probability / total, place }))
}

export async function decidingDays(input: WaysInput, stages: DecidingDays['stages']): Promise<DecidingDays> {
  const { units, ask: { study } } = input
  const weatherProbability = study.weatherYears.map(({ probability }) => probability)
  const wanted = stages.judged.flatMap((year, stage) => scenariosAsked(input).flatMap(({ place }) => wantedDays(units.filter(({ ask }) => ask.year === year && ask.scenario === place), weatherProbability, outageShare(), stage)))
  return { stages, ...(await askDays(input, wanted)) }
}

/** What the threads have told of the days of a future, by everything that was asked. */
export type DaysTold = Map<string, Promise<ReturnType<StudyWorker['days']>>>

/** Other than as it is likely: ranges at an end, and options that are of interest. */
export interface DaysOther {
  readonly levels: Levels
  readonly only: readonly string[]
  /** Kept by who asks while `only` is the same: futures that a range does not change are asked for once. */
  readonly told: DaysTold
}

/** Asked for by future, so that its loads are made once. */
export async function askDays(input: WaysInput, wanted: readonly WantedDay[], other?: DaysOther): Promise<Pick<DecidingDays, 'days' | 'unsettled'>> {
  const byFuture = Map.groupBy(wanted, futureKey)
  const branchNames = rowElements(input)
  const ask = (of: DaysAsk) => input.pool.run('days', { ...input.assumed, ask: of })
  const told = await Promise.all([...byFuture.values()].map(async (of) => {
    const { scenario, weather, year } = of[0]!
    const likely: DaysAsk = { scenario, weather, year, constrained: input.constrained, days: of.map(({ state, day }) => ({ state, day, elements: branchNames(state) })) }
    const answers = await (other === undefined ? ask(likely) : askOther(likely, levelsThatCount(input.ask.study.scenarios[scenario]!, year, other.levels), other, ask))
    return of.map((one, k) => ({ wanted: one, told: answers[k]! }))
  }))
  const all = told.flat()
  const days = all.filter((one) => one.told.settled)
  return { days, unsettled: all.length - days.length }
}

function askOther(likely: DaysAsk, levels: Levels, { only, told }: DaysOther, ask: (of: DaysAsk) => ReturnType<typeof askOther>): Promise<ReturnType<StudyWorker['days']>> {
  const of = { ...likely, only, ...(levels.size === 0 ? {} : { levels }) }
  const key = JSON.stringify([of, [...levels]])
  const known = told.get(key) ?? ask(of)
  told.set(key, known)
  return known
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

/** For each hundredth more that is asked for, so many hundredths of the hours of a contract are spared: days that stand for others know little of the hours that all of them take. */
const HOURS_SPARED = 10
/** kW more for each whole that is asked for more: a small excess is missed by as much as a large one. */
const MORE_KW = 150

export function problem(input: WaysInput, scenarios: ReturnType<typeof scenariosAsked>, options: readonly PricedOption[], { stages, days }: DecidingDays, more: number, objective: ChoiceProblem['objective']): ChoiceProblem {
  const place = new Map(options.map(({ option }, k) => [option.id, k]))
  const optionOf = (option: number) => place.get(input.options[option]!.id)
  return {
    years: stages.years, scenarios: scenarios.map(({ id, probability }) => ({ id, probability })), options: options.map(({ choice }) => (choice.hoursAYear === undefined ? choice : { ...choice, hoursAYear: choice.hoursAYear * (1 - HOURS_SPARED * more) })), objective,
    days: days.map(({ wanted, told }): ChoiceDay => {
      const day = choiceDay(wanted, told, input.stateNames[wanted.state]!, `${input.ask.study.weatherYears[wanted.weather]!.id} ${wanted.day}`, optionOf)
      return { ...day, scenario: scenarios.findIndex((one) => one.place === wanted.scenario), rows: day.rows.map((row) => (more === 0 ? row : { ...row, excess: row.excess.map((excess) => (excess > 0 ? excess * (1 + more) + (row.unit === 'pu' ? 0 : MORE_KW * more) : excess)) })) }
    }),
  }
}
