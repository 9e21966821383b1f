/**
 * One day of a state as the choice needs it: how far each constrained element is beyond its limit by hour, and how much of that a kW at a
 * bus, or a built option, takes away. The relief of a kW is a difference of two AC load flows at the worst hour, which is a row of the
 * Jacobian there; what it misses elsewhere is seen when the chosen plan is checked.
 */
import type { Network } from '#models/district/schema.ts'
import type { ConstraintCase } from './constraint-case.ts'
import type { YearLoads } from './constraint-year.ts'
import { excesses, stateGrid, type StateGrid } from './state-grid.ts'

export interface RowOptions {
  /** Bus of the case's whole network at which each sized option acts, by index of the option. */
  readonly sized: readonly { readonly option: number; readonly bus: number }[]
  readonly networks: readonly { readonly option: number; apply(network: Network): Network }[]
  /** kW added at buses by hour of the year for one unit. */
  readonly loads: readonly { readonly option: number; readonly hourly: readonly { readonly bus: number; readonly kw: Float64Array }[] }[]
}

export interface DayRows {
  readonly hours: readonly number[]
  /** False: some hour did not settle, and nothing can be said of the day. */
  readonly settled: boolean
  readonly rows: readonly {
    readonly element: string
    /** Of a bus; absent: kW. */
    readonly unit?: 'pu'
    readonly excess: Float64Array
    readonly perKw: ReadonlyMap<number, number>
    readonly built: ReadonlyMap<number, Float64Array>
  }[]
}

export interface DayRowsMaker {
  day(loads: YearLoads, state: number, hours: readonly number[], elements: readonly string[]): DayRows
}

/** Smallest step that is well above the tolerance of the load flow and well below a load. */
const STEP_KW = 5
/** Relief below this share is rounding. */
const LEAST_RELIEF = 1e-3

/** Keeps the states it has factorised. @param limitLoadingPct of the case */
export function dayRowsMaker(one: ConstraintCase, options: RowOptions, customersByBus: Float64Array, limitLoadingPct?: number): DayRowsMaker {
  const isBus = (element: string) => one.whole.busIndex.has(element) && !one.whole.branchIndex.has(element)
  const grids = new Map<string, StateGrid>()
  const gridOf = (state: number, option: number | undefined): StateGrid => {
    const key = `${state} ${option ?? '-'}`
    const known = grids.get(key)
    if (known !== undefined) return known
    const network = option === undefined ? one.network : options.networks.find((built) => built.option === option)!.apply(one.network)
    const made = stateGrid(one, network, state, customersByBus, limitLoadingPct)
    grids.set(key, made)
    return made
  }
  const solve = (grid: StateGrid, loads: YearLoads, hours: readonly number[], activeKw: Float64Array, reactiveKvar: Float64Array, elements: readonly string[]): readonly Float64Array[] =>
    excesses(grid, { activeKw, reactiveKvar }, loads.at[hours[0]], loads.month[hours[0]], elements)

  return {
    day(loads, state, hours, elements) {
      const busCount = one.whole.busCount
      const of = (column: Float64Array) => {
        const some = new Float64Array(hours.length * busCount)
        hours.forEach((hour, k) => some.set(column.subarray(hour * busCount, (hour + 1) * busCount), k * busCount))
        return some
      }
      const activeKw = of(loads.activeKw)
      const reactiveKvar = of(loads.reactiveKvar)
      const base = gridOf(state, undefined)
      const excess = solve(base, loads, hours, activeKw, reactiveKvar, elements)
      if (excess.some((column) => column.some(Number.isNaN))) return { hours, settled: false, rows: [] }
      const rows = elements.map((element, e) => ({ element, ...(isBus(element) ? { unit: 'pu' as const } : {}), excess: excess[e], perKw: new Map<number, number>(), built: new Map<number, Float64Array>() }))
      const reliefOf = (option: number, after: readonly Float64Array[]) => rows.forEach((row, r) => {
        const relief = row.excess.map((before, k) => before - after[r][k])
        if (relief.some((value, k) => Math.abs(value) > LEAST_RELIEF * Math.abs(row.excess[k]))) row.built.set(option, relief)
      })
      for (const { option } of options.networks) reliefOf(option, solve(gridOf(state, option), loads, hours, activeKw, reactiveKvar, elements))
      for (const { option, hourly } of options.loads) {
        const changedKw = activeKw.slice()
        for (const { bus, kw } of hourly) hours.forEach((hour, k) => { changedKw[k * busCount + bus] += kw[hour] })
        reliefOf(option, solve(base, loads, hours, changedKw, reactiveKvar, elements))
      }
      addPerKw(rows, base, loads, hours, activeKw, reactiveKvar)
      return { hours, settled: true, rows }
    },
  }

  /** By one load flow a bus, at the hour in which each element is furthest beyond its limit. */
  function addPerKw(rows: { readonly element: string; readonly excess: Float64Array; readonly perKw: Map<number, number> }[], base: StateGrid, loads: YearLoads, hours: readonly number[], activeKw: Float64Array, reactiveKvar: Float64Array): void {
    const busCount = one.whole.busCount
    const buses = [...new Set(options.sized.map(({ bus }) => bus))]
    const worstHours = new Map<number, number[]>()
    rows.forEach(({ excess }, r) => {
      const worst = excess.indexOf(Math.max(...excess))
      worstHours.set(worst, [...(worstHours.get(worst) ?? []), r])
    })
    for (const [k, of] of worstHours) {
      const hourKw = activeKw.subarray(k * busCount, (k + 1) * busCount)
      const hourKvar = reactiveKvar.subarray(k * busCount, (k + 1) * busCount)
      const triedKw = new Float64Array(buses.length * busCount)
      const triedKvar = new Float64Array(buses.length * busCount)
      buses.forEach((bus, b) => {
        triedKw.set(hourKw, b * busCount)
        triedKw[b * busCount + bus] -= STEP_KW
        triedKvar.set(hourKvar, b * busCount)
      })
      const after = solve(base, loads, [hours[k]], triedKw, triedKvar, of.map((r) => rows[r].element))
      of.forEach((r, place) => {
        for (const { option, bus } of options.sized) {
          const relief = (rows[r].excess[k] - after[place][buses.indexOf(bus)]) / STEP_KW
          if (!Number.isNaN(relief) && Math.abs(relief) > (isBus(rows[r].element) ? 1e-9 : LEAST_RELIEF)) rows[r].perKw.set(option, relief)
        }
      })
    }
  }
}
