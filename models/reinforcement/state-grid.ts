/** The whole network in one state (normal, or after an outage), as it is or as options change it: for the hours that are looked at closely. */
import type { Network } from '#models/district/schema.ts'
import { type ElementLimits, elementsOf, type Elements } from '#models/capacity/limits.ts'
import { peakLift } from '#models/capacity/peak-factor.ts'
import { branchRatings } from '#models/contingency/year-count.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { feedingTree } from '#models/grid/topology.ts'
import { solveInBlocks } from '#models/load-flow/blocks.ts'
import { type LoadFlowResult, prepareLoadFlow, type PreparedLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { type ConstraintCase, HOUR_S } from './constraint-case.ts'
import { liftedLimits } from './constraint-limits.ts'

export interface StateGrid {
  readonly grid: GridModel
  readonly elements: Elements
  readonly prepared: PreparedLoadFlow
  readonly limitsAt: (at: number, month: number) => ElementLimits
  /** Bus here of each bus of the case's whole network; -1: it is not there any more. */
  readonly busOf: Int32Array
}

/**
 * @param network the case's own, or one that options have changed: switches that it shares are switched as in the state
 * @param state 0 normal, k the outage k - 1 of the case
 */
export function stateGrid(one: ConstraintCase, network: Network, state: number, customersByBus: Float64Array, limitLoadingPct?: number): StateGrid {
  const switched = state === 0 ? undefined : one.outages[state - 1].switched
  const supplied = switched === undefined ? network : { ...network, sources: network.sources.filter(({ id }) => switched.network.sources.some((source) => source.id === id)) }
  const grid = buildGrid(supplied, one.at, switched?.options ?? {})
  const busOf = Int32Array.from(one.whole.busIds, (id) => grid.busIndex.get(id) ?? -1)
  const customers = new Float64Array(grid.busCount)
  busOf.forEach((bus, from) => { if (bus >= 0) customers[bus] += customersByBus[from] })
  const lift = peakLift(grid, feedingTree(grid), customers, HOUR_S)
  const known = new Map<string, ElementLimits>()
  return {
    grid, elements: elementsOf(grid), prepared: prepareLoadFlow(grid, one.options), busOf,
    limitsAt(at, month) {
      const key = `${at} ${month}`
      const found = known.get(key) ?? liftedLimits(network, grid, lift.branchFactor, Float64Array.of(at), [month], limitLoadingPct).sets[0]
      known.set(key, found)
      return found
    },
  }
}

/** Puts `count` scenarios from `first` on, by bus of the case's whole network, on the buses of the state. */
export function onBuses({ grid: { busCount }, busOf }: Pick<StateGrid, 'grid' | 'busOf'>, column: Float64Array, first: number, count: number, into: Float64Array): void {
  into.fill(0, 0, count * busCount)
  for (let k = 0; k < count; k += 1) {
    for (let bus = 0; bus < busOf.length; bus += 1) if (busOf[bus] >= 0) into[k * busCount + busOf[bus]] += column[(first + k) * busOf.length + bus]
  }
}

export interface StateFlow {
  readonly flow: LoadFlowResult
  readonly limits: ElementLimits
}

const wantedOf = (limits: ElementLimits, elements: Elements) => ({ angles: false, currents: false, powers: true, totals: false, loadings: branchRatings(limits, elements) })

/** @param activeKw by bus of the state, [scenario * busCount + bus] */
export function flowOf(state: StateGrid, activeKw: Float64Array, reactiveKvar: Float64Array, at: number, month: number): StateFlow {
  const limits = state.limitsAt(at, month)
  return { limits, flow: solveLoadFlow(state.prepared, { scenarios: activeKw.length / state.grid.busCount, activeKw, reactiveKvar }, { wanted: wantedOf(limits, state.elements) }) }
}

/**
 * Of each element what `excessOf` tells of each scenario. Nothing else of the flows is kept, so that nothing is copied for them.
 * @param loads by bus of the case's whole network, [scenario * busCount + bus]
 */
export function excesses(state: StateGrid, { activeKw, reactiveKvar }: { readonly activeKw: Float64Array; readonly reactiveKvar: Float64Array }, at: number, month: number, elementIds: readonly string[]): readonly Float64Array[] {
  const limits = state.limitsAt(at, month)
  const scenarios = activeKw.length / state.busOf.length
  const found = elementIds.map(() => new Float64Array(scenarios))
  solveInBlocks(state.prepared, {
    scenarios,
    fill(first, count, into) {
      onBuses(state, activeKw, first, count, into.activeKw)
      onBuses(state, reactiveKvar, first, count, into.reactiveKvar)
    },
    take(first, count, flow) {
      elementIds.forEach((id, e) => { for (let k = 0; k < count; k += 1) found[e][first + k] = excessOf(state, { flow, limits }, id, k) })
    },
  }, { wanted: wantedOf(limits, state.elements) })
  return found
}

/**
 * Active power in kW by which an element is beyond its limit in a scenario; negative: room. Of a bus in pu outside its band. NaN: the
 * scenario did not settle. An element that carries nothing, or is not there, has all the room that its limit is.
 */
export function excessOf({ grid }: StateGrid, { flow, limits }: StateFlow, elementId: string, scenario: number): number {
  if (flow.settled[scenario] !== 1) return NaN
  const branch = grid.branchIndex.get(elementId)
  if (branch === undefined) {
    const bus = grid.busIndex.get(elementId)
    if (bus === undefined || grid.fed[bus] === 0) return -1
    const pu = flow.voltagePu[scenario * flow.busCount + bus]
    return Math.max(limits.lowestPu[bus] - pu, pu - limits.highestPu[bus])
  }
  const at = scenario * flow.branchCount + branch
  const pct = flow.loadingPct[at]
  const carriedKw = Math.max(Math.abs(flow.activeFromKw[at]), Math.abs(flow.activeToKw[at]))
  const limitKw = branch < grid.sectionCount ? limits.branchFrom[branch] * Math.sqrt(3) * grid.busBaseKv[grid.wiredFrom[branch]] : limits.branchFrom[branch]
  if (!(pct > 1)) return -limitKw
  return carriedKw - (carriedKw * 100) / pct
}
