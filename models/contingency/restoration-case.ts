/** A network before any fault, with the loads for which a restoration is planned and the limits it has to hold. */
import type { Network } from '#models/district/schema.ts'
import { branchLoadingPct, holds, type Judged, judged, type Margin, nearestMargin } from '#models/capacity/judge.ts'
import { type Elements, elementsOf, type StepLimits } from '#models/capacity/limits.ts'
import { buildGrid, type GridModel, type GridOptions } from '#models/grid/network.ts'
import type { Kernel } from '#models/load-flow/kernel/kernel.ts'
import { type LoadFlowResult, type LoadScenarios, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { ASSUMED_TIMES, type OperationTimes } from './operation-times.ts'
import { type SwitchingGraph, switchingGraph, type SwitchState } from './switching.ts'

export interface RestorationOptions {
  readonly times?: OperationTimes
  /**
   * What becomes of load for which no reclosure holds every limit. `leave-unsupplied` (default) is a plan that may be carried
   * out. `supply-and-report` closes the best one all the same: for a year of hours over one topology, in which the hours
   * that do not hold are then counted. Both are violations.
   */
  readonly onOverload?: 'leave-unsupplied' | 'supply-and-report'
  readonly kernel?: Kernel
  /** Positions before the fault; those measured win over those dated. */
  readonly grid?: Omit<GridOptions, 'outOfService'>
}

export interface RestorationCase {
  readonly network: Network
  readonly at: number
  readonly grid: GridModel
  readonly graph: SwitchingGraph
  readonly elements: Elements
  readonly loads: LoadScenarios
  readonly limits: StepLimits
  /** Length of one scenario of the loads; the first begins with the fault. */
  readonly stepS: number
  readonly customers: ArrayLike<number>
  readonly times: OperationTimes
  readonly supplyAll: boolean
  readonly kernel: Kernel | undefined
  /** Elements beyond a limit before the fault already: they do not forbid a reclosure, and stay violations. */
  readonly brokenBefore: ReadonlySet<string>
}

/**
 * @param loads by bus of the grid, one scenario for each step from the fault on; the last one lasts as long as needed
 * @param limits by the same steps
 * @param customers delivery points by bus of the grid
 */
export function restorationCase(network: Network, at: number, loads: LoadScenarios, limits: (grid: GridModel) => StepLimits, stepS: number, customers: ArrayLike<number>, options: RestorationOptions = {}): RestorationCase {
  const grid = buildGrid(network, at, options.grid)
  const graph = switchingGraph(network, grid)
  const unjudged: RestorationCase = {
    network, at, grid, graph, elements: elementsOf(grid), loads, limits: limits(grid), stepS, customers,
    times: options.times ?? ASSUMED_TIMES, supplyAll: options.onOverload === 'supply-and-report', kernel: options.kernel, brokenBefore: new Set(),
  }
  return { ...unjudged, brokenBefore: brokenElements(unjudged, graph.normal) }
}

/** The network of a switching state. Devices of transformers and sources that are open take them out of service. */
export function gridOfState(one: Pick<RestorationCase, 'network' | 'at' | 'graph'>, state: SwitchState): GridModel {
  const { network, options } = switchedAs(one, state)
  return buildGrid(network, one.at, options)
}

/** What makes the network of a switching state, by names: another network that has the same elements can be switched alike. */
export function switchedAs({ network, graph }: Pick<RestorationCase, 'network' | 'graph'>, state: SwitchState): { readonly network: Network; readonly options: GridOptions } {
  const openSwitches: string[] = []
  const closedSwitches: string[] = []
  const out = new Set<string>()
  graph.devices.forEach(({ id, switchIndex }, device) => {
    if (switchIndex < 0) {
      if (state.closed[device] === 0) out.add(id)
    } else (state.closed[device] === 1 ? closedSwitches : openSwitches).push(id)
  })
  graph.nodeIds.forEach((id, node) => {
    if (node >= graph.busCount && state.zone[node] === 1) out.add(id)
  })
  const sources = network.sources.filter((source) => !out.has(source.id) && state.zone[graph.nodeIndex.get(source.node) as number] === 0)
  const branches = [...network.lineSections, ...network.transformers].map((branch) => branch.id).filter((id) => out.has(id))
  return { network: { ...network, sources }, options: { openSwitches, closedSwitches, outOfService: branches } }
}

export interface StateJudgement {
  /** The margin nearest to its limit over all steps, without the elements that were broken before the fault. */
  readonly margin: Margin
  /** Largest share of its limit over the steps, by branch; NaN where it is not under voltage or was not computed. */
  readonly branchShare: Float64Array
}

export function judgeState(one: RestorationCase, state: SwitchState): StateJudgement {
  const { judged: judgedState, flow } = flowOfState(one, state, one.brokenBefore)
  let margin: Margin = { kind: 'not-solved', element: undefined, value: NaN, share: -Infinity }
  const branchShare = new Float64Array(flow.branchCount).fill(NaN)
  for (let step = 0; step < flow.scenarios; step += 1) {
    const limits = one.limits.sets[one.limits.setOfStep[step]]
    const nearest = nearestMargin(judgedState, limits, flow, step)
    if (nearest.share > margin.share) margin = nearest
    for (let k = 0; k < flow.branchCount; k += 1) {
      const share = branchLoadingPct(judgedState, limits, flow, step, k) / 100
      if (!(share <= branchShare[k])) branchShare[k] = share
    }
  }
  return { margin, branchShare }
}

/** Every element beyond a limit in some step, each with its worst margin. */
export function breachesOfState(one: RestorationCase, state: SwitchState): readonly Margin[] {
  const ignored = new Set<string>()
  const breaches = new Map<string, Margin>()
  const all = flowOfState(one, state, ignored)
  // A network without a source has nothing that could break a limit; that nothing is supplied is said elsewhere.
  if (all.judged.circuit.sources.length === 0) return []
  for (let step = 0; step < all.flow.scenarios; step += 1) {
    ignored.clear()
    for (;;) {
      const margin = nearestMargin(judged(all.judged.circuit, one.elements, ignored), one.limits.sets[one.limits.setOfStep[step]], all.flow, step)
      if (holds(margin)) break
      const key = `${margin.kind} ${margin.element ?? ''}`
      if (margin.share >= (breaches.get(key)?.share ?? -Infinity)) breaches.set(key, margin)
      // Nothing more can be said of a step that was not solved.
      if (margin.element === undefined || ignored.has(margin.element)) break
      ignored.add(margin.element)
    }
  }
  return [...breaches.values()]
}

function brokenElements(one: RestorationCase, state: SwitchState): ReadonlySet<string> {
  return new Set(breachesOfState(one, state).flatMap(({ element }) => (element === undefined ? [] : [element])))
}

function flowOfState(one: RestorationCase, state: SwitchState, ignored: ReadonlySet<string>): { readonly judged: Judged; readonly flow: LoadFlowResult } {
  const circuit = gridOfState(one, state)
  const prepared = prepareLoadFlow(circuit, one.kernel === undefined ? {} : { kernel: one.kernel })
  return { judged: judged(circuit, one.elements, ignored), flow: solveLoadFlow(prepared, one.loads) }
}
