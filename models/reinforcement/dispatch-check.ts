/**
 * Whether what is held ready is enough: each hour beyond a limit calls the contracts in the order of their price, and the full AC load
 * flow is run again over every hour that they or their return of energy touch. A few rounds; what is then still beyond a limit remains.
 */
import { createYearCount, solveYear } from '#models/contingency/year-count.ts'
import { type ConstraintCase, HOUR_S } from './constraint-case.ts'
import type { YearLoads } from './constraint-year.ts'
import { excessOf, flowOf, type StateGrid } from './state-grid.ts'

export interface ReadyContract {
  readonly option: number
  /** Bus of the case's whole network. */
  readonly bus: number
  readonly kw: number
  readonly availableKw?: Float64Array
  readonly hoursAYear: number
  readonly mostHoursAnActivation: number
  readonly rebound: { readonly share: number; readonly withinH: number }
  readonly storage?: { readonly hours: number; readonly efficiency: number }
  /** Called in this order among those that relieve alike. */
  readonly activationEurPerMwh: number
}

export interface StateNeed {
  readonly hour: number
  readonly element: string
  /** kW, or pu of a bus. */
  readonly excess: number
  /** Loading in % of the limit; of a bus NaN. */
  readonly pct: number
}

export interface RemainingNeed {
  readonly element: string
  readonly hours: number
  readonly worstPct: number
  /** In which it is furthest beyond. */
  readonly worstHour: number
  /** Local days on which it is furthest beyond, the worst first; not all of them. */
  readonly worstDays: readonly number[]
}

export interface DispatchOutcome {
  readonly remaining: readonly RemainingNeed[]
  readonly activatedKwh: ReadonlyMap<number, number>
  readonly activatedHours: ReadonlyMap<number, number>
  /** By how much the load flow found more than the sensitivities had promised after the first call, % of the limit. */
  readonly linearErrorPct: number
  readonly solvedHours: number
}

const MOST_ROUNDS = 4
/** Asked for beyond the excess, so that what linear thinking misses is in it. */
const MARGIN = 0.005
const LEAST_PER_KW = 0.02
const STEP_KW = 5
const HOURS_A_DAY = 24

/** @param localDay number of the local day by hour */
export function dispatchState(one: ConstraintCase, state: StateGrid, loads: YearLoads, localDay: Uint16Array, needs: readonly StateNeed[], contracts: readonly ReadyContract[], isNormal: boolean): DispatchOutcome {
  const busCount = one.whole.busCount
  const given = contracts.map(() => new Map<number, number>())
  const added = new Map<number, Float64Array>()
  const isBus = (element: string) => one.whole.busIndex.has(element) && !one.whole.branchIndex.has(element)
  const order = contracts.map((_, c) => c).sort((a, b) => contracts[a].activationEurPerMwh - contracts[b].activationEurPerMwh)
  let open: readonly StateNeed[] = needs
  let linearErrorPct = 0
  let solvedHours = 0
  let remaining = remainingOf(needs, localDay)
  /** Needs that what is called should meet. */
  const promised = new Set<string>()
  const perKw = sensitivities()

  for (let round = 0; round < MOST_ROUNDS && open.length > 0; round += 1) {
    if (!callFor(open)) break
    const hours = [...added.keys()].sort((a, b) => a - b)
    const found = check(hours)
    solvedHours += hours.length
    if (round === 0) for (const { hour, element, pct } of found) if (promised.has(keyOf(hour, element)) && !Number.isNaN(pct)) linearErrorPct = Math.max(linearErrorPct, pct - 100)
    // Hours in which nothing could be called are as they were.
    open = [...needs.filter(({ hour }) => !added.has(hour)), ...found]
    remaining = remainingOf(open, localDay)
  }
  const sum = (of: (kwh: number) => number) => new Map(contracts.map((contract, c) => [contract.option, [...given[c].values()].reduce((total, kw) => total + of(kw), 0)]))
  return { remaining, activatedKwh: sum((kw) => kw), activatedHours: sum(() => 1), linearErrorPct, solvedHours }

  /** Relief of one kW at the bus of each contract, by element, at the hour in which it is furthest beyond. */
  function sensitivities(): ReadonlyMap<string, Float64Array> {
    const found = new Map<string, Float64Array>()
    for (const element of new Set(needs.map((need) => need.element))) {
      const worst = needs.filter((need) => need.element === element).reduce((most, need) => (need.excess > most.excess ? need : most))
      const tried = contracts.length + 1
      const activeKw = new Float64Array(tried * busCount)
      const reactiveKvar = new Float64Array(tried * busCount)
      for (let k = 0; k < tried; k += 1) {
        activeKw.set(loads.activeKw.subarray(worst.hour * busCount, (worst.hour + 1) * busCount), k * busCount)
        reactiveKvar.set(loads.reactiveKvar.subarray(worst.hour * busCount, (worst.hour + 1) * busCount), k * busCount)
        if (k > 0) activeKw[k * busCount + contracts[k - 1].bus] -= STEP_KW
      }
      const flow = flowOf(state, activeKw, reactiveKvar, loads.at[worst.hour], loads.month[worst.hour])
      const before = excessOf(state, flow, element, 0)
      found.set(element, Float64Array.from(contracts, (_, c) => (before - excessOf(state, flow, element, c + 1)) / STEP_KW))
    }
    return found
  }

  /** Adds to what is called; false: nothing more can be given. */
  function callFor(wanted: readonly StateNeed[]): boolean {
    let any = false
    const calledNow = new Map<number, Float64Array>()
    // The worst hours first: contracts have so many hours a year, and these need them most.
    for (const { hour, element, excess } of [...wanted].sort((a, b) => b.excess - a.excess || a.hour - b.hour)) {
      // Nothing is known of an element that only the return of energy has brought beyond its limit: nothing is called for it, and it remains.
      const relief = perKw.get(element)
      if (relief === undefined) continue
      const called = calledNow.get(hour) ?? new Float64Array(contracts.length)
      calledNow.set(hour, called)
      // What is called for one element relieves the others on its way too.
      let left = excess * (1 + MARGIN) + (isBus(element) ? 1e-4 : 0.05) - called.reduce((sum, kw, c) => sum + kw * relief[c], 0)
      for (const c of order) {
        if (left <= 0) break
        if (!(relief[c] > (isBus(element) ? 1e-8 : LEAST_PER_KW))) continue
        const kw = Math.min(left / relief[c], room(c, hour))
        if (!(kw > 1e-6)) continue
        any = true
        left -= kw * relief[c]
        called[c] += kw
        given[c].set(hour, (given[c].get(hour) ?? 0) + kw)
        addAt(hour, contracts[c].bus, -kw)
        bringBack(c, hour, kw)
      }
      if (left <= 0) promised.add(keyOf(hour, element))
    }
    return any
  }

  function room(c: number, hour: number): number {
    const { kw, availableKw, hoursAYear, mostHoursAnActivation, storage } = contracts[c]
    const usedNow = given[c].get(hour) ?? 0
    let [ofDay, ofYear] = [0, 0]
    for (const [at, used] of given[c]) {
      ofYear += used
      if (localDay[at] === localDay[hour]) ofDay += used
    }
    const dayKwh = Math.min(mostHoursAnActivation, storage?.hours ?? Infinity) * kw
    // An outage lasts a day, not a year: the hours of a year are those of the normal state.
    const yearKwh = isNormal ? hoursAYear * kw : Infinity
    return Math.min(Math.min(kw, availableKw?.[hour] ?? kw) - usedNow, dayKwh - ofDay, yearKwh - ofYear)
  }

  function bringBack(c: number, hour: number, kw: number): void {
    const { rebound, storage, bus } = contracts[c]
    if (storage !== undefined) {
      const free = quietHours(hour)
      for (const at of free) addAt(at, bus, kw / storage.efficiency / free.length)
    } else if (rebound.share > 0) {
      const span = Math.max(1, Math.round(rebound.withinH))
      for (let k = 1; k <= span && hour + k < loads.at.length; k += 1) addAt(hour + k, bus, (kw * rebound.share) / span)
    }
  }

  /** The third of the next day's hours with the least load, without those in need. */
  function quietHours(hour: number): readonly number[] {
    const inNeed = new Set(needs.map((need) => need.hour))
    const next = Array.from({ length: HOURS_A_DAY }, (_, k) => hour + 1 + k).filter((at) => at < loads.at.length && !inNeed.has(at))
    const totalKw = (at: number) => {
      let kw = 0
      for (let bus = 0; bus < busCount; bus += 1) kw += loads.activeKw[at * busCount + bus]
      return kw
    }
    return next.map((at) => ({ at, kw: totalKw(at) })).sort((a, b) => a.kw - b.kw).slice(0, HOURS_A_DAY / 3).map(({ at }) => at)
  }

  function addAt(hour: number, bus: number, kw: number): void {
    const column = added.get(hour) ?? new Float64Array(busCount)
    column[bus] += kw
    added.set(hour, column)
  }

  function check(hours: readonly number[]): readonly StateNeed[] {
    const activeKw = new Float64Array(hours.length * busCount)
    const reactiveKvar = new Float64Array(hours.length * busCount)
    hours.forEach((hour, k) => {
      const change = added.get(hour)!
      for (let bus = 0; bus < busCount; bus += 1) activeKw[k * busCount + bus] = loads.activeKw[hour * busCount + bus] + change[bus]
      reactiveKvar.set(loads.reactiveKvar.subarray(hour * busCount, (hour + 1) * busCount), k * busCount)
    })
    const limits = one.limitsAt(Float64Array.from(hours, (hour) => loads.at[hour]), hours.map((hour) => loads.month[hour])).whole
    const found: StateNeed[] = []
    const { grid, elements } = state
    const count = createYearCount(grid, elements, hours.length, HOUR_S, {
      branch: (k, branch, excess, pct) => found.push({ hour: hours[k], element: elements.branchIds[branch], excess, pct }),
      bus(k, bus, pu) {
        const { lowestPu, highestPu } = limits.sets[limits.setOfStep[k]]
        found.push({ hour: hours[k], element: elements.busIds[bus], excess: Math.max(lowestPu[bus] - pu, pu - highestPu[bus]), pct: NaN })
      },
    })
    limits.sets.forEach((set, season) => {
      const steps = Int32Array.from(hours.keys()).filter((k) => limits.setOfStep[k] === season)
      if (steps.length > 0) solveYear(state.prepared, { activeKw, reactiveKvar }, steps, set, elements, count)
    })
    const { notSolvedHours } = count.result()
    if (notSolvedHours > 0) found.push({ hour: hours[0], element: 'not-solved', excess: NaN, pct: NaN })
    return found
  }
}

const keyOf = (hour: number, element: string): string => `${hour} ${element}`

/** Named of what remains: each is a day that the next choice looks at. */
const MOST_DAYS = 6

function daysOf(needs: readonly StateNeed[], localDay: Uint16Array): number[] {
  const worst = new Map<number, number>()
  for (const { hour, excess } of needs) worst.set(localDay[hour], Math.max(worst.get(localDay[hour]) ?? -Infinity, excess))
  return [...worst].sort((a, b) => b[1] - a[1]).slice(0, MOST_DAYS).map(([day]) => day)
}

function remainingOf(found: readonly StateNeed[], localDay: Uint16Array): RemainingNeed[] {
  return [...Map.groupBy(found, ({ element }) => element)].map(([element, of]) => {
    const worst = of.reduce((most, one) => (one.excess > most.excess ? one : most))
    return { element, hours: new Set(of.map(({ hour }) => hour)).size, worstPct: worst.pct, worstHour: worst.hour, worstDays: daysOf(of, localDay) }
  })
}
