/**
 * Which days the choice looks at. The limit has to hold on every day; the worst ones of a state decide how much is needed, a day of
 * middling energy stands for the rest and decides what it costs to call for it.
 */
import type { ChoiceDay } from './choice-problem.ts'
import type { DayRows } from './day-rows.ts'
import type { UnitResult } from './study-worker.ts'
import type { NeedDays } from './unit-summaries.ts'

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

/**
 * Of each element the days on which it is furthest beyond its limit in the normal state, and the one after the outage that is worst for it. In
 * the normal state beside it the day with most energy, and one that stands for the rest.
 * @param units of one scenario and judged year, one for each weather
 * @param weatherProbability by weather
 * @param outageWeight share of a year in which an outage lasts: what is called after one costs that often
 */
export function wantedDays(units: readonly UnitResult[], weatherProbability: readonly number[], outageWeight: number, stage: number): WantedDay[] {
  const wanted = new Map<string, WantedDay>()
  const take = ({ ask }: UnitResult, state: number, day: number, weight: number) => {
    const key = `${ask.weather} ${state} ${day}`
    if (!wanted.has(key)) wanted.set(key, { scenario: ask.scenario, weather: ask.weather, year: ask.year, stage, state, day, weight })
  }
  const told = units.flatMap((unit) => unit.worstDays.map((worst) => ({ unit, ...worst })))
  const worst = [...Map.groupBy(told, ({ element, state }) => `${element} ${state === 0 ? 'normal' : 'outage'}`).values()]
    .flatMap((of) => of.sort((one, other) => other.excess - one.excess).slice(0, of[0].state === 0 ? MOST_WORST : 1))
  for (const { unit, state, day } of worst) take(unit, state, day, weatherProbability[unit.ask.weather] * (state === 0 ? 1 : outageWeight * daysWith(unit.days, state)))
  const all = units.flatMap((unit) => daysOf(unit.days, 0).map((day) => ({ ...day, unit })))
  if (all.length > 0) {
    const most = all.reduce((found, one) => (one.energyKwh > found.energyKwh ? one : found))
    take(most.unit, 0, most.day, weatherProbability[most.unit.ask.weather])
    const rest = all.filter(({ unit, day }) => !wanted.has(`${unit.ask.weather} 0 ${day}`)).sort((a, b) => a.energyKwh - b.energyKwh)
    const middle = rest[Math.floor(rest.length / 2)]
    if (middle !== undefined) take(middle.unit, 0, middle.day, rest.reduce((sum, { unit }) => sum + weatherProbability[unit.ask.weather], 0))
  }
  return [...wanted.values()]
}

/** Of an element in the normal state, over all weathers. */
const MOST_WORST = 3

const daysWith = ({ state }: NeedDays, wanted: number): number => state.reduce((sum, one) => sum + (one === wanted ? 1 : 0), 0)

interface StateDay { readonly day: number; readonly energyKwh: number }

function daysOf({ state, day, energyKwh }: NeedDays, wanted: number): StateDay[] {
  const found: StateDay[] = []
  for (let k = 0; k < state.length; k += 1) if (state[k] === wanted) found.push({ day: day[k], energyKwh: energyKwh[k] })
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
    rows: told.rows.map((row) => ({ element: row.element, ...(row.unit === undefined ? {} : { unit: row.unit }), excess: row.excess, perKw: renamed(row.perKw), built: renamed(row.built) })),
  }
}
