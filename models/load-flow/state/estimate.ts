/**
 * State of the network at many steps: loads of all buses that respect the measured powers of feeder heads, transformers
 * and LV feeders, and the load flow with them.
 *
 * Rule, for each measurement zone (zones.ts):
 *  1. What delivery points measure now (`known`) is taken as it is. Production is never scaled.
 *  2. The unmetered load is expected at the declared share of the zone's consumption; boundary and typical loads are
 *     uncertain by a share of themselves. Weighted least squares over the tree of zones finds the load of each zone.
 *  3. What a zone then draws beyond known, typical and production is, in this order: unmetered load between nothing and the
 *     declared share; a scaling of the typical loads, bounded; and what is left is reported as unexplained. All
 *     three are in the bus loads, so that the measured powers hold.
 *  4. Losses come from the load flow of the previous pass.
 */
import type { GridModel } from '#models/grid/network.ts'
import { createLoadFlowResult, type LoadFlowResult, type PreparedLoadFlow, prepareLoadFlow, type PrepareOptions, solveLoadFlow } from '../load-flow.ts'
import { type MeasuredBranch, type ZoneTree, zoneTree } from './zones.ts'
import { estimateStep, type ZoneColumns, zoneColumns } from './estimate-step.ts'

export interface StateEstimator {
  readonly grid: GridModel
  readonly measurements: readonly MeasuredBranch[]
  readonly zones: ZoneTree
  readonly loadFlow: PreparedLoadFlow
  readonly options: Required<EstimateOptions>
}

export interface EstimateOptions {
  /** Declared share of the consumption that no meter sees. */
  readonly unmeteredSharePct?: number
  /** Standard deviation of a zone's typical load and of a boundary load, in percent of itself. */
  readonly typicalUncertaintyPct?: number
  readonly boundaryUncertaintyPct?: number
  /** Standard deviation of what delivery points measure. */
  readonly knownUncertaintyPct?: number
  /** Typical loads are multiplied by no more than this, and by no less than 0. */
  readonly largestScaling?: number
  /** Load flows by which the losses are found; the second leaves an error of the square of the loss share. */
  readonly passes?: number
}

const DEFAULTS: Required<EstimateOptions> = {
  unmeteredSharePct: 0, typicalUncertaintyPct: 30, boundaryUncertaintyPct: 30, knownUncertaintyPct: 0.5, largestScaling: 3, passes: 2,
}

/**
 * Bus columns [step * busCount + bus], measurement columns [step * measurementCount + m]; positive towards the loads.
 * Missing measurements are NaN; bus columns are 0 where nothing is known, never NaN.
 */
export interface StateInputs {
  readonly steps: number
  readonly measuredKw: Float64Array
  /** Absent or NaN: the reactive power follows from the power factors. */
  readonly measuredKvar?: Float64Array
  /** Net load (consumption and production) of delivery points measured at this step. */
  readonly knownKw: Float64Array
  /** Consumption of the others, from their latest or typical curves; never negative. */
  readonly typicalKw: Float64Array
  /** Expected production that is not measured, as a load: never positive. */
  readonly productionKw: Float64Array
  readonly boundaryKw: Float64Array
  /** By bus: reactive per active power of consumption, and of the boundary load. */
  readonly loadTanPhi: Float64Array
  readonly boundaryTanPhi: Float64Array
  /** By step; absent: the estimator's declared share. */
  readonly unmeteredSharePct?: Float64Array
}

export interface EstimatedState {
  readonly steps: number
  /** Loads of the buses, with unmetered, scaled, unexplained and boundary load: [step * busCount + bus]. */
  readonly busLoadKw: Float64Array
  readonly busLoadKvar: Float64Array
  readonly flow: LoadFlowResult
  /** By step. */
  readonly boundaryKw: Float64Array
  readonly unmeteredKw: Float64Array
  readonly unexplainedKw: Float64Array
  /** Measured heads minus (known + typical + production + boundary + losses) before any scaling; NaN if a head is not measured. */
  readonly residualKw: Float64Array
  /** Largest |reconciled - modelled| inflow of a measured zone in percent of the heads: how well losses and measurements meet. */
  readonly measuredGapPct: Float64Array
  /** QUALITY.measured or .estimated: [step * branchCount + branch]. */
  readonly branchQuality: Uint8Array
}

/** @param engine how load flows are computed, see `prepareLoadFlow` */
export function prepareStateEstimate(grid: GridModel, measurements: readonly MeasuredBranch[], options: EstimateOptions = {}, engine: PrepareOptions = {}): StateEstimator {
  return { grid, measurements, zones: zoneTree(grid, measurements), loadFlow: prepareLoadFlow(grid, engine), options: { ...DEFAULTS, ...options } }
}

export function createEstimatedState(grid: GridModel, steps: number): EstimatedState {
  const bus = () => new Float64Array(steps * grid.busCount)
  const total = () => new Float64Array(steps)
  return {
    steps, busLoadKw: bus(), busLoadKvar: bus(), flow: createLoadFlowResult(grid, steps),
    boundaryKw: total(), unmeteredKw: total(), unexplainedKw: total(), residualKw: total(), measuredGapPct: total(),
    branchQuality: new Uint8Array(steps * grid.branchFrom.length),
  }
}

/** @param into state of the same number of steps to write into; a year is done in chunks of a day to a week */
export function estimateState(estimator: StateEstimator, inputs: StateInputs, into?: EstimatedState): EstimatedState {
  const { grid, zones, options } = estimator
  const state = into ?? createEstimatedState(grid, inputs.steps)
  if (state.steps !== inputs.steps) throw new RangeError('the state to write into has another number of steps')
  const columns = zoneColumns(zones.zoneCount, inputs.steps)
  for (let pass = 0; pass < options.passes; pass += 1) {
    for (let step = 0; step < inputs.steps; step += 1) estimateStep(estimator, inputs, state, columns, step)
    solveLoadFlow(estimator.loadFlow, { scenarios: inputs.steps, activeKw: state.busLoadKw, reactiveKvar: state.busLoadKvar }, { into: state.flow, inTimeOrder: true })
    zoneLosses(estimator, state, columns)
  }
  for (let step = 0; step < inputs.steps; step += 1) state.measuredGapPct[step] = measuredGapPct(estimator, state, columns, step)
  return state
}

function zoneLosses(estimator: StateEstimator, state: EstimatedState, columns: ZoneColumns): void {
  const { grid, zones } = estimator
  const branchCount = grid.branchFrom.length
  const { activeFromKw, activeToKw, reactiveFromKvar, reactiveToKvar, settled } = state.flow
  columns.lossesKw.fill(0)
  columns.lossesKvar.fill(0)
  for (let step = 0; step < state.steps; step += 1) {
    if (settled[step] === 0) continue
    for (let k = 0, at = step * branchCount; k < branchCount; k += 1, at += 1) {
      const z = zones.branchZone[k]
      if (z < 0) continue
      columns.lossesKw[step * zones.zoneCount + z] += activeFromKw[at] + activeToKw[at]
      columns.lossesKvar[step * zones.zoneCount + z] += reactiveFromKvar[at] + reactiveToKvar[at]
    }
  }
}

function measuredGapPct(estimator: StateEstimator, state: EstimatedState, columns: ZoneColumns, step: number): number {
  const { grid, zones, measurements } = estimator
  const branchCount = grid.branchFrom.length
  const modelled = columns.measured
  const cuts = columns.measuredCuts
  modelled.fill(0)
  cuts.fill(0)
  measurements.forEach(({ branch, end }, m) => {
    const z = zones.measurementZone[m]
    if (z < 0) return
    cuts[z] += 1
    const at = step * branchCount + branch
    const into = zones.busZone[grid.branchTo[branch]] === z ? 'from-to' : 'to-from'
    const power = end === 'from' ? state.flow.activeFromKw[at] : -state.flow.activeToKw[at]
    modelled[z] += into === 'from-to' ? power : -power
  })
  let headsKw = 0
  let gapKw = 0
  for (let z = 1; z < zones.zoneCount; z += 1) {
    const inflowKw = columns.inflowKw[step * zones.zoneCount + z]
    if (zones.parent[z] === 0) headsKw += Math.abs(inflowKw)
    if (cuts[z] === zones.cutCount[z]) gapKw = Math.max(gapKw, Math.abs(inflowKw - modelled[z]))
  }
  return headsKw > 0 ? (100 * gapKw) / headsKw : 0
}
