/**
 * A network made ready for a constraint analysis: the whole of it in the normal state, the medium voltage after every outage as the
 * restoration plan leaves it, and the low voltage by itself, fed at the busbars of its transformers. All of it is factorised once and
 * serves every future.
 */
import type { Network } from '#models/district/schema.ts'
import { elementsOf, type Elements } from '#models/capacity/limits.ts'
import { type PeakLift, peakLift } from '#models/capacity/peak-factor.ts'
import { LOW_VOLTAGE_LIMIT_KV } from '#models/capacity/voltage-bands.ts'
import { type Aggregated, drawLoadsTogether, drawTogether } from '#models/contingency/aggregate.ts'
import { mediumVoltageOutages, type OutageKind } from '#models/contingency/outages.ts'
import { planRestoration } from '#models/contingency/restoration.ts'
import { gridOfState, restorationCase, switchedAs } from '#models/contingency/restoration-case.ts'
import { buildGrid, type GridModel, type GridOptions } from '#models/grid/network.ts'
import { feedingTree } from '#models/grid/topology.ts'
import { type PreparedLoadFlow, prepareLoadFlow, type PrepareOptions } from '#models/load-flow/load-flow.ts'
import { type ConstraintLimits, limitsOf } from './constraint-limits.ts'
import { type LowVoltageCase, lowVoltageCase } from './low-voltage-case.ts'
import { type OutageBound, outageBound } from './outage-bound.ts'

export const HOUR_S = 3600

export interface OutageCase {
  readonly id: string
  readonly kind: OutageKind
  /** Loss of it must leave nobody without supply. */
  readonly firm: boolean
  /** Of the drawn-together network. */
  readonly grid: GridModel
  readonly prepared: PreparedLoadFlow
  /** Made when it is first asked for; undefined: the network is not radial in this state. */
  readonly bound: () => OutageBound | undefined
  /** The whole network in it, for the hours that need it; made when it is first asked for. */
  readonly whole: () => { readonly grid: GridModel; readonly prepared: PreparedLoadFlow }
  /** How the whole network is switched in it. */
  readonly switched: { readonly network: Network; readonly options: GridOptions }
  /** Buses of the drawn-together network that stay dark until the repair. */
  readonly darkBuses: Int32Array
}

export interface ConstraintCase {
  readonly network: Network
  readonly at: number
  readonly whole: GridModel
  readonly elements: Elements
  readonly prepared: PreparedLoadFlow
  readonly lift: PeakLift
  readonly drawn: Aggregated
  readonly drawnGrid: GridModel
  readonly drawnElements: Elements
  /** Transformers that feed low voltage: their branch in the whole network and in the drawn-together one, and the bus of their low side there. */
  readonly stations: readonly { readonly id: string; readonly branch: number; readonly drawnBranch: number; readonly drawnHighBus: number; readonly drawnLowBus: number }[]
  readonly outages: readonly OutageCase[]
  /** Undefined: low-voltage networks of different transformers are tied together, no bound is known for them. */
  readonly lowVoltage: LowVoltageCase | undefined
  readonly limitsAt: (at: Float64Array, month: ArrayLike<number>) => ConstraintLimits
  readonly options: PrepareOptions
}

export interface DecidingLoads {
  /** Instants, months and loads [step * busCount + bus] of the whole network for which the restoration is planned. */
  readonly at: Float64Array
  readonly month: ArrayLike<number>
  readonly activeKw: Float64Array
  readonly reactiveKvar: Float64Array
}

export interface CaseOptions extends PrepareOptions {
  readonly limitLoadingPct?: number
  /** Outages that are looked at; absent: all of the medium voltage. */
  readonly outageIds?: readonly string[]
}

/** @param at instant of the switch positions */
export function constraintCase(network: Network, at: number, deciding: DecidingLoads, customersByBus: Float64Array, options: CaseOptions = {}): ConstraintCase {
  const whole = buildGrid(network, at)
  const drawn = drawTogether(network, at)
  const drawnGrid = buildGrid(drawn.network, at)
  const lift = peakLift(whole, feedingTree(whole), customersByBus, HOUR_S)
  const customers = drawLoadsTogether(drawn, customersByBus, drawnGrid.busCount)
  const limitsAt = (instants: Float64Array, month: ArrayLike<number>) => limitsOf(network, whole, drawn.network, drawnGrid, lift, instants, month, options.limitLoadingPct)
  const loads = {
    scenarios: deciding.at.length,
    activeKw: drawLoadsTogether(drawn, deciding.activeKw, drawnGrid.busCount), reactiveKvar: drawLoadsTogether(drawn, deciding.reactiveKvar, drawnGrid.busCount),
  }
  const drawnElements = elementsOf(drawnGrid)
  const planning = restorationCase(drawn.network, at, loads, () => limitsAt(deciding.at, deciding.month).drawn, HOUR_S, customers, { onOverload: 'supply-and-report', ...(options.kernel === undefined ? {} : { kernel: options.kernel }) })
  const prepareOn = (grid: GridModel) => ({ grid, prepared: prepareLoadFlow(grid, options) })
  const outages = mediumVoltageOutages(drawn.network, planning.grid, planning.graph, options.outageIds).map((outage): OutageCase => {
    const plan = planRestoration(planning, outage)
    const grid = gridOfState(planning, plan.restored)
    const { network: { sources }, options: switchedOptions } = switchedAs(planning, plan.restored)
    const switched = { network: { ...network, sources }, options: switchedOptions }
    const prepared = prepareLoadFlow(grid, options)
    return { id: outage.id, kind: outage.kind, firm: plan.firm, grid, prepared, bound: once(() => outageBound(grid, drawnElements, prepared)), whole: once(() => prepareOn(buildGrid(switched.network, at, switched.options))), switched, darkBuses: plan.stages[plan.stages.length - 2].darkBuses }
  })
  const stations = whole.transformerIds.flatMap((id, t) => {
    const branch = whole.sectionCount + t
    if (!(whole.busBaseKv[whole.wiredTo[branch]] <= LOW_VOLTAGE_LIMIT_KV)) return []
    const drawnBranch = drawnGrid.branchIndex.get(id)!
    return [{ id, branch, drawnBranch, drawnHighBus: drawnGrid.wiredFrom[drawnBranch], drawnLowBus: drawnGrid.wiredTo[drawnBranch] }]
  })
  return {
    network, at, whole, elements: elementsOf(whole), prepared: prepareLoadFlow(whole, options), lift, drawn, drawnGrid, drawnElements, stations, outages,
    lowVoltage: lowVoltageCase(network, at, whole, options), limitsAt, options,
  }
}

function once<Made>(make: () => Made): () => Made {
  let kept: { readonly made: Made } | undefined
  return () => (kept ??= { made: make() }).made
}
