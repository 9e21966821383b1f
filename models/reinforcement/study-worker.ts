/**
 * What one thread of a study does: the loads of a future, its year against every limit, days for the choice, and a chosen plan against
 * the full load flow. It keeps what it has prepared; the same question has the same answer in every thread.
 */
import type { Study } from '#models/district/schema-study.ts'
import type { District, Network } from '#models/district/schema.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { solveInBlocks } from '#models/load-flow/blocks.ts'
import type { PrepareOptions } from '#models/load-flow/load-flow.ts'
import { fillFrom } from '#models/contingency/year-count.ts'
import type { BaseYear } from './base-year.ts'
import { type ConstraintCase, constraintCase, type DecidingLoads } from './constraint-case.ts'
import { constraintYear, type ElementCounts, type YearLoads, type YearStates } from './constraint-year.ts'
import { type DayRows, type DayRowsMaker, dayRowsMaker, type RowOptions } from './day-rows.ts'
import { dispatchState, type ReadyContract, type StateNeed } from './dispatch-check.ts'
import { type FutureBase, prepareFutures } from './future-base.ts'
import { type FutureYear, futureLoads } from './future-loads.ts'
import { type ConstrainedElement, type DispatchEffect, type LoadEffect, type MeasureOption, type NetworkEffect } from './measure.ts'
import type { Needs } from './needs.ts'
import { loadingCurve } from './loading-curve.ts'
import type { Levels } from './path-value.ts'
import { stateGrid } from './state-grid.ts'
import { studyOptions } from './study-options.ts'
import type { FutureLoads } from './study-result.ts'
import { countsById, largestExcess, type NeedDays, needDays, type WorstDay, worstDays } from './unit-summaries.ts'

export interface StudySetup {
  readonly district: District
  readonly study: Study
  readonly base: BaseYear
  /** Instant of the switch positions. */
  readonly at: number
  /** By weather year, hourly. */
  readonly temperaturesC: readonly Float64Array[]
}

export interface FutureAsk {
  /** Places in `study.scenarios` and `study.weatherYears`. */
  readonly scenario: number
  readonly weather: number
  readonly year: number
  /** Ranges that are taken at an end, for the sensitivities. */
  readonly levels?: Levels
}

/** What of a chosen plan stands in a year. Options are named: each thread makes them itself of `constrained`. */
export interface PlanInForce {
  readonly constrained: readonly ConstrainedElement[]
  readonly networks: readonly string[]
  readonly units: readonly { readonly option: string; readonly amount: number }[]
  readonly contracts: readonly { readonly option: string; readonly kw: number; readonly activationEurPerMwh: number }[]
}

export interface UnitResult {
  readonly ask: FutureAsk
  readonly counts: ElementCounts
  readonly days: NeedDays
  /** Largest excess of each element in kW (of a bus the lowest or highest pu), by element as in the counts; NaN: none. */
  readonly largestExcess: Float64Array
  /** Of each element and state in which it is beyond its limit, the days on which it is furthest, and by how much in kW (of a bus pu). */
  readonly worstDays: readonly WorstDay[]
  readonly lossesMwh: number
  readonly energyMwh: number
  readonly unsupplied: readonly { readonly outage: string; readonly peakKw: number }[]
  readonly states: YearStates
  readonly loads: Pick<FutureLoads, 'peakKw' | 'energyMwh' | 'steps'>
  /** Of a plan: what is still beyond limits after everything was called. */
  /** `state` is that of the unchanged network; -1: an outage of something that only the plan has. */
  readonly remaining: readonly { readonly state: number; readonly stateName: string; readonly element: string; readonly hours: number; readonly worstPct: number; readonly worstDays: readonly number[] }[]
  readonly activated: readonly { readonly option: string; readonly kwh: number; readonly hours: number }[]
  readonly linearErrorPct: number
}

export interface DaysAsk extends FutureAsk {
  readonly constrained: readonly ConstrainedElement[]
  readonly days: readonly { readonly state: number; readonly day: number; readonly elements: readonly string[] }[]
  /** Options that are of interest; absent: all. */
  readonly only?: readonly string[]
}

export interface LoadingAsk extends FutureAsk {
  readonly curves: readonly { readonly state: number; readonly element: string }[]
}

export interface StudyWorker {
  readonly stateNames: readonly string[]
  readonly elementIds: readonly string[]
  unit(ask: FutureAsk, plan?: PlanInForce): UnitResult
  days(ask: DaysAsk): readonly (DayRows & { readonly availableKw: ReadonlyMap<number, Float64Array> })[]
  /** Options in the order of their index. */
  options(constrained: readonly ConstrainedElement[]): readonly MeasureOption[]
  /** What the sources deliver by hour in the measured year itself, kW; NaN where it did not settle. */
  measuredYearKw(): Float64Array
  /** Loading in % of the limit by hour, in falling order. */
  loadings(ask: LoadingAsk): readonly Float64Array[]
}

/** What a thread keeps from one study to the next: none of it depends on what the studies assume. */
export interface WorkerMemory {
  readonly futures: Map<string, FutureBase>
  /** Restoration planned for the measured year: good enough to answer a slider, and the same for all of them. */
  quickCase?: ConstraintCase
}
/** Weathers of several studies. */
const MOST_WEATHERS = 8

/** @param quick restoration is planned for the measured year and not for the heaviest future */
export function studyWorker({ district, study, base, at, temperaturesC }: StudySetup, options: PrepareOptions, quick = false, memory: WorkerMemory = { futures: new Map() }): StudyWorker {
  const { network, thresholds } = district
  const grid = buildGrid(network, at)
  const futureBase = (weather: number): FutureBase => {
    const key = JSON.stringify(study.weatherYears[weather])
    const made = memory.futures.get(key) ?? prepareFutures(base, temperaturesC[weather], grid.busIndex)
    if (memory.futures.size >= MOST_WEATHERS) memory.futures.clear()
    memory.futures.set(key, made)
    return made
  }
  const columns: { activeKw: Float64Array; reactiveKvar: Float64Array } = { activeKw: new Float64Array(base.at.length * grid.busCount), reactiveKvar: new Float64Array(base.at.length * grid.busCount) }
  const future = ({ scenario, weather, year, levels }: FutureAsk, hours?: readonly number[]): FutureYear =>
    futureLoads(futureBase(weather), study.scenarios[scenario], year, { ...(levels === undefined ? {} : { levels }), ...(hours === undefined ? {} : { hours }), into: columns })
  const caseOptions = { ...options, limitLoadingPct: thresholds.limitLoadingPct }
  const deciding = quick ? measuredPeak(base) : decidingLoads()
  const baseCase = (quick ? memory.quickCase : undefined) ?? constraintCase(network, at, deciding, base.customersByBus, caseOptions)
  if (quick) memory.quickCase = baseCase
  const elementIds = [...baseCase.elements.branchIds, ...grid.busIds]
  const plans = new Map<string, ConstraintCase>()
  const proposals = new Map<string, readonly MeasureOption[]>()
  const rowMakers = new Map<string, DayRowsMaker>()

  /** The heaviest hour and the one with most production of all scenarios at the end, in every weather: restoration is planned for these. */
  function decidingLoads(): DecidingLoads {
    let [peakKw, leastKw] = [-Infinity, Infinity]
    const kept: { ask: FutureAsk; hour: number }[] = []
    study.scenarios.forEach((_, scenario) => study.weatherYears.forEach((__, weather) => {
      const ask = { scenario, weather, year: study.toYear }
      const made = future(ask, [])
      const least = made.totalKw.reduce((found, kw, hour) => (kw < made.totalKw[found] ? hour : found), 0)
      if (made.peakKw > peakKw) {
        peakKw = made.peakKw
        kept[0] = { ask, hour: made.peakHour }
      }
      if (made.totalKw[least] < leastKw) {
        leastKw = made.totalKw[least]
        kept[1] = { ask, hour: least }
      }
    }))
    const rows = kept.map(({ ask, hour }) => {
      const made = future(ask, [hour])
      const row = (column: Float64Array) => column.slice(hour * grid.busCount, (hour + 1) * grid.busCount)
      return { hour, activeKw: row(made.activeKw), reactiveKvar: row(made.reactiveKvar) }
    })
    const join = (of: (row: (typeof rows)[number]) => Float64Array) => Float64Array.from(rows.flatMap((row) => [...of(row)]))
    return { at: Float64Array.from(rows, ({ hour }) => base.at[hour]), month: rows.map(({ hour }) => base.month[hour]), activeKw: join((row) => row.activeKw), reactiveKvar: join((row) => row.reactiveKvar) }
  }

  function optionsFor(constrained: readonly ConstrainedElement[]): readonly MeasureOption[] {
    const key = JSON.stringify(constrained)
    const known = proposals.get(key)
    if (known !== undefined) return known
    const made = studyOptions(district, study, grid, base, constrained)
    proposals.set(key, made)
    return made
  }

  function planCase(applied: readonly MeasureOption[]): ConstraintCase {
    if (applied.length === 0) return baseCase
    const key = applied.map(({ id }) => id).join('|')
    const known = plans.get(key)
    if (known !== undefined) return known
    const changed = applied.reduce<Network>((one, { effect }) => (effect as NetworkEffect).apply(one), network)
    const whole = buildGrid(changed, at)
    const place = (column: Float64Array) => onGrid(column, grid, whole)
    const made = constraintCase(changed, at, { ...deciding, activeKw: place(deciding.activeKw), reactiveKvar: place(deciding.reactiveKvar) }, place(base.customersByBus), caseOptions)
    plans.set(key, made)
    return made
  }

  const yearLoads = (made: FutureYear): YearLoads => ({ at: base.at, month: base.month, activeKw: made.activeKw, reactiveKvar: made.reactiveKvar })

  return {
    stateNames: ['N', ...baseCase.outages.map(({ id }) => id)], elementIds, options: optionsFor,
    unit(ask, plan) {
      const made = future(ask)
      const all = plan === undefined ? [] : optionsFor(plan.constrained)
      const named = (id: string): MeasureOption => all.find((option) => option.id === id)!
      for (const { option, amount } of plan?.units ?? []) addUnits(made.activeKw, grid.busCount, named(option).effect as LoadEffect, amount)
      const one = planCase((plan?.networks ?? []).map(named))
      const same = one === baseCase
      const loads = same ? yearLoads(made) : { at: base.at, month: base.month, activeKw: onGrid(made.activeKw, grid, one.whole), reactiveKvar: onGrid(made.reactiveKvar, grid, one.whole) }
      const year = constraintYear(one, loads, { screened: true })
      const contracts = (plan?.contracts ?? []).map(({ option, kw, activationEurPerMwh }) => readyContract(all, one.whole, grid, option, kw, activationEurPerMwh))
      const called = plan === undefined ? undefined : callContracts(one, loads, year.needs, contracts)
      return {
        ask, counts: same ? year.counts : countsById(year.counts, one, elementIds), days: needDays(year.needs, base.localDay, one), largestExcess: same ? largestExcess(year.needs, elementIds.length) : new Float64Array(0),
        worstDays: same ? worstDays(year.needs, base.localDay, one) : [], lossesMwh: year.lossesMwh, energyMwh: year.energyMwh, unsupplied: year.unsupplied, states: year.states,
        loads: { peakKw: made.peakKw, energyMwh: made.energyMwh, steps: made.steps },
        remaining: called?.remaining ?? [], activated: called === undefined ? [] : called.activated.map(({ contract, ...told }) => ({ option: all[contract].id, ...told })), linearErrorPct: called?.linearErrorPct ?? 0,
      }
    },
    days(ask) {
      const hoursOf = Map.groupBy(base.localDay.keys(), (hour) => base.localDay[hour])
      const made = future(ask, [...new Set(ask.days.map(({ day }) => day))].flatMap((day) => hoursOf.get(day) ?? []))
      const key = JSON.stringify([ask.constrained, ask.only])
      const all = optionsFor(ask.constrained)
      const maker = rowMakers.get(key) ?? dayRowsMaker(baseCase, rowOptions(all, ({ id }) => ask.only?.includes(id) ?? true), base.customersByBus, thresholds.limitLoadingPct)
      rowMakers.set(key, maker)
      return ask.days.map(({ state, day, elements }) => {
        const hours = hoursOf.get(day) ?? []
        const rows = maker.day(yearLoads(made), state, hours, elements)
        return { ...rows, availableKw: new Map(all.flatMap(({ effect }, o) => (effect.kind === 'dispatch' && effect.availableKw !== undefined ? [[o, Float64Array.from(hours, (hour) => effect.availableKw![hour])] as const] : []))) }
      })
    },
    measuredYearKw() {
      columns.activeKw.fill(0)
      columns.reactiveKvar.fill(0)
      for (const { bus, powerKw, tanPhi } of base.parts) {
        for (let hour = 0; hour < powerKw.length; hour += 1) {
          columns.activeKw[hour * grid.busCount + bus] += powerKw[hour]
          columns.reactiveKvar[hour * grid.busCount + bus] += powerKw[hour] * tanPhi
        }
      }
      const deliveredKw = new Float64Array(base.at.length).fill(NaN)
      solveInBlocks(baseCase.prepared, {
        scenarios: deliveredKw.length, fill: fillFrom(grid, columns, Int32Array.from(deliveredKw.keys())),
        take(first, entries, flow) {
          for (let k = 0; k < entries; k += 1) if (flow.settled[k] === 1) deliveredKw[first + k] = flow.injectionKw[k]
        },
      }, { wanted: { angles: false, currents: false, powers: false, totals: true }, inTimeOrder: true })
      return deliveredKw
    },
    loadings(ask) {
      const made = future(ask)
      return ask.curves.map(({ state, element }) => loadingCurve(baseCase, yearLoads(made), state, element))
    },
  }

  function callContracts(one: ConstraintCase, loads: YearLoads, needs: Needs, contracts: readonly ReadyContract[]) {
    const ids = [...one.elements.branchIds, ...one.whole.busIds]
    const branchCount = one.whole.branchFrom.length
    const byState = new Map<number, StateNeed[]>()
    const limits = one.limitsAt(loads.at, loads.month).whole
    for (let k = 0; k < needs.state.length; k += 1) {
      const set = limits.sets[limits.setOfStep[needs.hour[k]]]
      const bus = needs.element[k] - branchCount
      const excess = bus < 0 ? needs.excess[k] : Math.max(set.lowestPu[bus] - needs.excess[k], needs.excess[k] - set.highestPu[bus])
      const of = byState.get(needs.state[k]) ?? []
      of.push({ hour: needs.hour[k], element: ids[needs.element[k]], excess, pct: needs.pct[k] })
      byState.set(needs.state[k], of)
    }
    const remaining: UnitResult['remaining'][number][] = []
    const activated: { contract: number; kwh: number; hours: number }[] = []
    let linearErrorPct = 0
    for (const [state, wanted] of byState) {
      const told = dispatchState(one, stateGrid(one, one.network, state, onGrid(base.customersByBus, grid, one.whole), thresholds.limitLoadingPct), loads, base.localDay, wanted, contracts, state === 0)
      const stateName = state === 0 ? 'N' : one.outages[state - 1].id
      // A plan may add elements, whose outages move the numbers of the others.
      const ofBase = state === 0 ? 0 : baseCase.outages.findIndex(({ id }) => id === stateName) + 1 || -1
      remaining.push(...told.remaining.map(({ element, hours, worstPct, worstDays }) => ({ state: ofBase, stateName, element, hours, worstPct, worstDays })))
      linearErrorPct = Math.max(linearErrorPct, told.linearErrorPct)
      if (state === 0) activated.push(...contracts.map(({ option }) => ({ contract: option, kwh: told.activatedKwh.get(option) ?? 0, hours: told.activatedHours.get(option) ?? 0 })))
    }
    return { remaining, activated, linearErrorPct }
  }
}

/** Heaviest hour that was measured. */
function measuredPeak({ at, month, parts, busCount }: BaseYear): DecidingLoads {
  const total = new Float64Array(at.length)
  for (const { powerKw } of parts) for (let hour = 0; hour < total.length; hour += 1) total[hour] += powerKw[hour]
  const peak = total.reduce((most, kw, hour) => (kw > total[most] ? hour : most), 0)
  const activeKw = new Float64Array(busCount)
  const reactiveKvar = new Float64Array(busCount)
  for (const { bus, powerKw, tanPhi } of parts) {
    activeKw[bus] += powerKw[peak]
    reactiveKvar[bus] += powerKw[peak] * tanPhi
  }
  return { at: Float64Array.of(at[peak]), month: [month[peak]], activeKw, reactiveKvar }
}

function rowOptions(all: readonly MeasureOption[], isWanted: (option: MeasureOption) => boolean): RowOptions {
  const wanted = all.flatMap((one, option) => (isWanted(one) ? [{ effect: one.effect, option }] : []))
  return {
    sized: wanted.flatMap(({ effect, option }) => (effect.kind === 'dispatch' ? [{ option, bus: effect.bus }] : [])),
    networks: wanted.flatMap(({ effect, option }) => (effect.kind === 'network' ? [{ option, apply: (network: Network) => effect.apply(network) }] : [])),
    loads: wanted.flatMap(({ effect, option }) => (effect.kind === 'load' ? [{ option, hourly: effect.hourly }] : [])),
  }
}

function readyContract(all: readonly MeasureOption[], whole: GridModel, grid: GridModel, id: string, kw: number, activationEurPerMwh: number): ReadyContract {
  const option = all.findIndex((one) => one.id === id)
  const { bus, availableKw, hoursAYear, mostHoursAnActivation, rebound, storage } = all[option].effect as DispatchEffect
  return {
    option, bus: whole.busIndex.get(grid.busIds[bus])!, kw, hoursAYear, mostHoursAnActivation, rebound, activationEurPerMwh,
    ...(availableKw === undefined ? {} : { availableKw }), ...(storage === undefined ? {} : { storage }),
  }
}

function addUnits(activeKw: Float64Array, busCount: number, { hourly }: LoadEffect, amount: number): void {
  for (const { bus, kw } of hourly) for (let hour = 0; hour < kw.length; hour += 1) activeKw[hour * busCount + bus] += amount * kw[hour]
}

/** Columns by bus of one grid put on another that has all its buses, by name; the column itself where both have the same. */
function onGrid(column: Float64Array, from: GridModel, to: GridModel): Float64Array {
  if (from.busCount === to.busCount && from.busIds.every((id, bus) => id === to.busIds[bus])) return column
  const busOf = Int32Array.from(from.busIds, (id) => to.busIndex.get(id)!)
  const rows = column.length / from.busCount
  const placed = new Float64Array(rows * to.busCount)
  for (let row = 0; row < rows; row += 1) for (let bus = 0; bus < busOf.length; bus += 1) placed[row * to.busCount + busOf[bus]] = column[row * from.busCount + bus]
  return placed
}
