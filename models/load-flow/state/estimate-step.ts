/** One step of the state estimate: sums by zone, reconciliation, and what each bus then draws. The rule stands in estimate.ts. */
import { QUALITY } from '#models/units/quality.ts'
import type { EstimatedState, StateEstimator, StateInputs } from './estimate.ts'
import { reconcile, reconcileWorkspace } from './reconcile.ts'
import type { ZoneTree } from './zones.ts'

export type ZoneColumns = ReturnType<typeof zoneColumns>

/** Sums by zone of one step, reused; losses and reconciled flows of all steps. */
export function zoneColumns(zoneCount: number, steps: number) {
  const column = () => new Float64Array(zoneCount)
  return {
    known: column(), typical: column(), production: column(), boundary: column(), knownConsumption: column(), consumption: column(), busesInZone: column(),
    load: column(), variance: column(), districtVariance: column(), losses: column(),
    measured: column(), measuredVariance: column(), measuredCuts: new Int32Array(zoneCount),
    scaling: column(), spread: column(), boundaryScaling: column(),
    reactive: column(), reactiveVariance: column(), reactiveWeight: column(),
    lossesKw: new Float64Array(steps * zoneCount), lossesKvar: new Float64Array(steps * zoneCount), inflowKw: new Float64Array(steps * zoneCount),
    workspace: reconcileWorkspace(zoneCount),
  }
}

/** Rules 1 to 3 of estimate.ts for one step. */
export function estimateStep(estimator: StateEstimator, inputs: StateInputs, state: EstimatedState, columns: ZoneColumns, step: number): void {
  const { zones, options } = estimator
  const unmeteredShare = (inputs.unmeteredSharePct?.[step] ?? options.unmeteredSharePct) / 100
  sumZones(estimator, inputs, columns, step)
  readMeasured(estimator, inputs.measuredKw, columns, step)
  markQuality(estimator, inputs, state, step)

  const zoneCount = zones.zoneCount
  const lossesKw = columns.lossesKw.subarray(step * zoneCount, (step + 1) * zoneCount)
  state.residualKw[step] = residualKw(zones, columns, lossesKw)

  for (let z = 0; z < zoneCount; z += 1) {
    const typicalSigma = columns.typical[z] * (options.typicalUncertaintyPct / 100)
    const unmeteredKw = unmeteredShare * columns.consumption[z]
    const knownSigma = columns.knownConsumption[z] * (options.knownUncertaintyPct / 100)
    const boundarySigma = columns.boundary[z] * (options.boundaryUncertaintyPct / 100)
    columns.districtVariance[z] = typicalSigma ** 2 + unmeteredKw ** 2 + knownSigma ** 2
    columns.variance[z] = columns.districtVariance[z] + boundarySigma ** 2
    columns.load[z] = columns.known[z] + columns.typical[z] + columns.production[z] + columns.boundary[z] + unmeteredKw
  }
  reconcile(zones.parent, zones.order, columns.load, columns.variance, lossesKw, columns.measured, columns.measuredVariance, columns.workspace)
  columns.inflowKw.set(columns.workspace.flow, step * zoneCount)
  shareOut(estimator, columns, state, step, unmeteredShare)
  writeBusLoads(estimator, inputs, state, columns, step)
  if (inputs.measuredKvar !== undefined) correctReactive(estimator, inputs, state, columns, step)
}

function sumZones(estimator: StateEstimator, inputs: StateInputs, columns: ZoneColumns, step: number): void {
  const { grid, zones } = estimator
  const { known, typical, production, boundary, knownConsumption, consumption, busesInZone } = columns
  for (const column of [known, typical, production, boundary, knownConsumption, busesInZone]) column.fill(0)
  for (let bus = 0, at = step * grid.busCount; bus < grid.busCount; bus += 1, at += 1) {
    const z = zones.busZone[bus]
    if (z < 0) continue
    known[z] += inputs.knownKw[at]
    if (inputs.knownKw[at] > 0) knownConsumption[z] += inputs.knownKw[at]
    typical[z] += inputs.typicalKw[at]
    production[z] += inputs.productionKw[at]
    boundary[z] += inputs.boundaryKw[at]
    busesInZone[z] += 1
  }
  for (let z = 0; z < zones.zoneCount; z += 1) consumption[z] = knownConsumption[z] + typical[z]
}

/** Error of a class: evenly spread within its bounds, so its standard deviation is the bound over the root of 3. */
const CLASS_TO_SIGMA = 1 / Math.sqrt(3)
/** A sensor near zero still has some error. */
const SMALLEST_SIGMA_KW = 0.05

function readMeasured(estimator: StateEstimator, values: Float64Array | undefined, columns: ZoneColumns, step: number): void {
  const { zones, measurements } = estimator
  const { measured, measuredVariance, measuredCuts } = columns
  measured.fill(NaN)
  measuredVariance.fill(0)
  measuredCuts.fill(0)
  if (values === undefined) return
  for (let m = 0, at = step * measurements.length; m < measurements.length; m += 1, at += 1) {
    const z = zones.measurementZone[m]
    if (z < 0 || values[at] !== values[at]) continue
    measured[z] = (measuredCuts[z] === 0 ? 0 : measured[z]) + values[at] * zones.measurementSign[m]
    measuredVariance[z] += (values[at] * (measurements[m].accuracyPct / 100) * CLASS_TO_SIGMA) ** 2 + SMALLEST_SIGMA_KW ** 2
    measuredCuts[z] += 1
  }
  for (let z = 0; z < zones.zoneCount; z += 1) if (measuredCuts[z] < zones.cutCount[z]) measured[z] = NaN
}

function markQuality(estimator: StateEstimator, inputs: StateInputs, state: EstimatedState, step: number): void {
  const { measurements, grid, zones } = estimator
  const branchCount = grid.branchFrom.length
  state.branchQuality.fill(QUALITY.estimated, step * branchCount, (step + 1) * branchCount)
  for (let m = 0; m < measurements.length; m += 1) {
    const value = inputs.measuredKw[step * measurements.length + m]
    if (value === value && zones.measurementZone[m] >= 0) state.branchQuality[step * branchCount + measurements[m].branch] = QUALITY.measured
  }
}

function residualKw(zones: ZoneTree, columns: ZoneColumns, lossesKw: Float64Array): number {
  let headKw = 0
  let heads = 0
  let explainedKw = 0
  for (let z = 0; z < zones.zoneCount; z += 1) {
    if (zones.parent[z] === 0) {
      headKw += columns.measured[z]
      heads += 1
    }
    if (z !== 0) explainedKw += columns.known[z] + columns.typical[z] + columns.production[z] + columns.boundary[z] + lossesKw[z]
  }
  return heads === 0 ? NaN : headKw - explainedKw
}

/** What each zone draws beyond what is known: boundary, unmetered, scaling of the typical loads, unexplained. */
function shareOut(estimator: StateEstimator, columns: ZoneColumns, state: EstimatedState, step: number, unmeteredShare: number): void {
  const { known, typical, production, boundary, consumption, load, variance, districtVariance, scaling, spread, boundaryScaling } = columns
  let boundaryTotalKw = 0
  let unmeteredTotalKw = 0
  let unexplainedTotalKw = 0
  for (let z = 0; z < typical.length; z += 1) {
    const declaredKw = unmeteredShare * consumption[z]
    const beyondKw = load[z] - known[z] - typical[z] - production[z] - boundary[z]
    const toBoundaryKw = variance[z] > 0 ? (beyondKw - declaredKw) * (1 - districtVariance[z] / variance[z]) : 0
    boundaryScaling[z] = boundary[z] > 0 ? Math.max(0, 1 + toBoundaryKw / boundary[z]) : 1
    const boundaryKw = boundary[z] * boundaryScaling[z]
    const residualKw = beyondKw - (boundaryKw - boundary[z])
    const unmeteredKw = Math.min(Math.max(residualKw, 0), declaredKw)
    scaling[z] = typical[z] > 0 ? Math.min(Math.max(1 + (residualKw - unmeteredKw) / typical[z], 0), estimator.options.largestScaling) : 1
    const unexplainedKw = residualKw - unmeteredKw - typical[z] * (scaling[z] - 1)
    spread[z] = unmeteredKw + unexplainedKw
    boundaryTotalKw += boundaryKw
    unmeteredTotalKw += unmeteredKw
    unexplainedTotalKw += unexplainedKw
  }
  state.boundaryKw[step] = boundaryTotalKw
  state.unmeteredKw[step] = unmeteredTotalKw
  state.unexplainedKw[step] = unexplainedTotalKw
}

function writeBusLoads(estimator: StateEstimator, inputs: StateInputs, state: EstimatedState, columns: ZoneColumns, step: number): void {
  const { grid, zones } = estimator
  const { consumption, busesInZone, scaling, spread, boundaryScaling, reactive, reactiveWeight } = columns
  const { busLoadKw, busLoadKvar } = state
  const { knownKw, typicalKw, productionKw, boundaryKw, loadTanPhi, boundaryTanPhi } = inputs
  reactive.fill(0)
  reactiveWeight.fill(0)
  for (let bus = 0, at = step * grid.busCount; bus < grid.busCount; bus += 1, at += 1) {
    const z = zones.busZone[bus]
    if (z < 0) {
      busLoadKw[at] = busLoadKvar[at] = 0
      continue
    }
    const drawnKw = Math.max(0, knownKw[at]) + typicalKw[at]
    const spreadShare = consumption[z] > 0 ? drawnKw / consumption[z] : 1 / busesInZone[z]
    const extraKw = spread[z] * spreadShare + typicalKw[at] * (scaling[z] - 1)
    const outsideKw = boundaryKw[at] * boundaryScaling[z]
    busLoadKw[at] = knownKw[at] + typicalKw[at] + productionKw[at] + extraKw + outsideKw
    busLoadKvar[at] = (drawnKw + extraKw) * loadTanPhi[bus] + outsideKw * boundaryTanPhi[bus]
    reactive[z] += busLoadKvar[at]
    reactiveWeight[z] += drawnKw + outsideKw
  }
}

/** Reactive loads as the power factors give them, moved to the measured reactive powers in proportion to what each bus draws. */
function correctReactive(estimator: StateEstimator, inputs: StateInputs, state: EstimatedState, columns: ZoneColumns, step: number): void {
  const { grid, zones } = estimator
  const { reactive, reactiveWeight, reactiveVariance, boundaryScaling, load } = columns
  const zoneCount = zones.zoneCount
  for (let z = 0; z < zoneCount; z += 1) {
    load[z] = reactive[z]
    reactiveVariance[z] = (REACTIVE_UNCERTAINTY * reactiveWeight[z]) ** 2
  }
  readMeasured(estimator, inputs.measuredKvar, columns, step)
  const lossesKvar = columns.lossesKvar.subarray(step * zoneCount, (step + 1) * zoneCount)
  reconcile(zones.parent, zones.order, load, reactiveVariance, lossesKvar, columns.measured, columns.measuredVariance, columns.workspace)
  for (let bus = 0, at = step * grid.busCount; bus < grid.busCount; bus += 1, at += 1) {
    const z = zones.busZone[bus]
    if (z < 0 || reactiveWeight[z] === 0) continue
    const weight = Math.max(0, inputs.knownKw[at]) + inputs.typicalKw[at] + inputs.boundaryKw[at] * boundaryScaling[z]
    state.busLoadKvar[at] += ((load[z] - reactive[z]) * weight) / reactiveWeight[z]
  }
}

/** Standard deviation of the tangent phi that a contract's power factor stands for. */
const REACTIVE_UNCERTAINTY = 0.2
