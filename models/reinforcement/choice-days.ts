/**
 * Which days the choice looks at. The limit has to hold on every day; the worst ones of a state decide how much is needed, a day of
 * middling energy stands for the rest and decides what it costs to call for it.
 */
import type { ChoiceDay } from './choice-problem.ts'
import type { DayRows } from './day-rows.ts'
import type { NeedDays, UnitResult } from './study-worker.ts'

export interface WantedDay {
  readonly scenario: number
  readonly weather: number
  /** Place in the years of the choice, and the year whose loads are taken. */
  readonly stage: number
  readonly year: number
  readonly state: number
  readonly day: number
  readonly weight: number
}

/** Years in which something is decided; what is decided holds until the next one. At most so many, or the program grows too large. */
export const MOST_STAGES = 6

/** Stages over the constrained years: each is judged by the loads of its last year, so that it is enough for all of them. */
export function stagesOf(constrainedYears: readonly number[], toYear: number): { readonly years: readonly number[]; readonly judged: readonly number[] } {
  const first = Math.min(...constrainedYears)
  const span = toYear - first + 1
  const count = Math.min(MOST_STAGES, span)
  const years = [...new Set(Array.from({ length: count }, (_, k) => first + Math.floor((k * span) / count)))]
  return { years, judged: years.map((_, k) => (years[k + 1] ?? toYear + 1) - 1) }
}

/** Outages of which a day is taken: the ones that are worst for some element. */
export function decisiveStates(units: readonly UnitResult[]): ReadonlySet<number> {
  const states = new Set<number>([0])
  const elements = new Set(units.flatMap(({ statesOf }) => statesOf.map(({ element }) => element)))
  for (const element of elements) {
    let [most, state] = [0, -1]
    for (const { counts } of units) {
      if (counts.mwhOutage[element] + 1e-6 * counts.hoursOutage[element] > most) [most, state] = [counts.mwhOutage[element] + 1e-6 * counts.hoursOutage[element], counts.worstOutage[element]]
    }
    if (state > 0) states.add(state)
  }
  return states
}

/**
 * @param units of one scenario and judged year, one for each weather
 * @param weatherProbability by weather
 * @param outageWeight share of a year in which an outage lasts: what is called after one costs that often
 */
export function wantedDays(units: readonly UnitResult[], states: ReadonlySet<number>, weatherProbability: readonly number[], outageWeight: number, stage: number): WantedDay[] {
  const wanted: WantedDay[] = []
  for (const state of states) {
    const all = units.flatMap((unit) => daysOf(unit.days, state).map((day) => ({ ...day, unit })))
    if (all.length === 0) continue
    const take = ({ unit: { ask }, day }: (typeof all)[number], weight: number) => wanted.push({ scenario: ask.scenario, weather: ask.weather, year: ask.year, stage, state, day, weight })
    const total = all.reduce((sum, { unit }) => sum + weatherProbability[unit.ask.weather], 0)
    if (state > 0) {
      take(all.reduce((most, one) => (one.worstPct > most.worstPct ? one : most)), total * outageWeight)
      continue
    }
    // The worst day of every element, since different ones are full on different days.
    const worst = new Map<number, (typeof all)[number]>()
    for (const one of all) if (!((worst.get(one.worstElement)?.worstPct ?? -Infinity) >= one.worstPct)) worst.set(one.worstElement, one)
    const decided = new Set([...worst.values(), all.reduce((most, one) => (one.energyKwh > most.energyKwh ? one : most))])
    for (const one of decided) take(one, weatherProbability[one.unit.ask.weather])
    const rest = all.filter((one) => !decided.has(one)).sort((a, b) => a.energyKwh - b.energyKwh)
    if (rest.length > 0) take(rest[Math.floor(rest.length / 2)], rest.reduce((sum, { unit }) => sum + weatherProbability[unit.ask.weather], 0))
  }
  return wanted
}

interface StateDay { readonly day: number; readonly energyKwh: number; readonly worstPct: number; readonly worstElement: number }

function daysOf({ state, day, energyKwh, worstPct, worstElement }: NeedDays, wanted: number): StateDay[] {
  const found: StateDay[] = []
  for (let k = 0; k < state.length; k += 1) if (state[k] === wanted) found.push({ day: day[k], energyKwh: energyKwh[k], worstPct: worstPct[k], worstElement: worstElement[k] })
  return found
}

/** @param optionOf index in the problem of an option of the measures; undefined: it may not be chosen */
export function choiceDay(wanted: WantedDay, told: DayRows & { readonly availableKw: ReadonlyMap<number, Float64Array> }, stateName: string, label: string, optionOf: (option: number) => number | undefined): ChoiceDay {
  const renamed = <Value>(map: ReadonlyMap<number, Value>): Map<number, Value> => new Map([...map].flatMap(([option, value]) => {
    const place = optionOf(option)
    return place === undefined ? [] : [[place, value] as const]
  }))
  return {
    year: wanted.stage, scenario: wanted.scenario, state: stateName, weight: wanted.weight, label, availableKw: renamed(told.availableKw),
    rows: told.rows.map((row) => ({ element: row.element, excess: row.excess, perKw: renamed(row.perKw), built: renamed(row.built) })),
  }
}
