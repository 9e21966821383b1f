/**
 * Balanced three-phase load flow for many scenarios over one topology: the implicit Z-bus fixed point
 * v <- Y^-1 (i0 - conj(s / v)), with Y factorised once. Radial and meshed networks alike; sources hold an internal voltage, there are
 * no voltage-controlled buses. It contracts when the voltage drop is small against the voltage, as it is in a distribution
 * network; where it does not, the scenario is reported as not settled and nothing is concluded from it.
 *
 * Source of the method: T.-H. Chen, M.-S. Chen, K.-J. Hwang, P. Kotas, E. A. Chebli, "Distribution system power flow
 * analysis: a rigid approach", IEEE Trans. Power Delivery 6 (1991).
 */
import type { Circuit } from './circuit.ts'
import { LANES, solveFactors } from './lanes.ts'
import { writeBranches, writeTotals } from './outputs.ts'
import { type PreparedLoadFlow, prepareLoadFlow } from './prepare.ts'

export { prepareLoadFlow, type PreparedLoadFlow }

/** Loads: value [scenario * busCount + bus], positive when drawn from the network. What is asked of unfed buses is not supplied. */
export interface LoadScenarios {
  readonly scenarios: number
  readonly activeKw: Float64Array
  readonly reactiveKvar: Float64Array
  /** Share of each bus load that follows |v| (constant current) and |v|^2 (constant impedance); absent: constant power. */
  readonly currentShare?: Float64Array
  readonly impedanceShare?: Float64Array
}

export interface LoadFlowOptions {
  /** Largest change of a voltage, pu, at which a scenario counts as settled. */
  readonly tolerancePu?: number
  readonly maxIterations?: number
  /** A result of the same or a larger number of scenarios to write into, so that nothing is allocated. */
  readonly into?: LoadFlowResult
}

/**
 * Scenario-major: bus column [scenario * busCount + bus], branch column [scenario * branchCount + branch], so that one
 * scenario is one `subarray`. A scenario that did not settle, an unfed bus and a branch out of service are NaN.
 */
export interface LoadFlowResult {
  readonly scenarios: number
  readonly busCount: number
  readonly branchCount: number
  /** 1: settled. */
  readonly settled: Uint8Array
  readonly iterations: Uint16Array
  readonly voltagePu: Float64Array
  /** Against the source, with the clocks of the transformers. */
  readonly angleRad: Float64Array
  readonly currentFromA: Float64Array
  readonly currentToA: Float64Array
  /** Into the branch at its from and to end. */
  readonly activeFromKw: Float64Array
  readonly reactiveFromKvar: Float64Array
  readonly activeToKw: Float64Array
  readonly reactiveToKvar: Float64Array
  /** By scenario: delivered by the sources at their buses, drawn by supplied loads, lost in branches and shunts. */
  readonly injectionKw: Float64Array
  readonly injectionKvar: Float64Array
  readonly loadKw: Float64Array
  readonly lossesKw: Float64Array
}

const DEFAULT_TOLERANCE_PU = 1e-8
const DEFAULT_MAX_ITERATIONS = 60

export function createLoadFlowResult(circuit: Circuit, scenarios: number): LoadFlowResult {
  const busCount = circuit.busCount
  const branchCount = circuit.branchFrom.length
  const bus = () => new Float64Array(scenarios * busCount)
  const branch = () => new Float64Array(scenarios * branchCount)
  const total = () => new Float64Array(scenarios)
  return {
    scenarios, busCount, branchCount, settled: new Uint8Array(scenarios), iterations: new Uint16Array(scenarios),
    voltagePu: bus(), angleRad: bus(),
    currentFromA: branch(), currentToA: branch(), activeFromKw: branch(), reactiveFromKvar: branch(), activeToKw: branch(), reactiveToKvar: branch(),
    injectionKw: total(), injectionKvar: total(), loadKw: total(), lossesKw: total(),
  }
}

/** Not re-entrant: a PreparedLoadFlow owns one workspace. */
export function solveLoadFlow(prepared: PreparedLoadFlow, loads: LoadScenarios, options: LoadFlowOptions = {}): LoadFlowResult {
  const { circuit } = prepared
  const result = options.into ?? createLoadFlowResult(circuit, loads.scenarios)
  if (result.scenarios < loads.scenarios) throw new RangeError('the result to write into has room for fewer scenarios')
  const tolerancePu = options.tolerancePu ?? DEFAULT_TOLERANCE_PU
  const maxIterations = options.maxIterations ?? DEFAULT_MAX_ITERATIONS
  for (let first = 0; first < loads.scenarios; first += LANES) {
    const lanes = Math.min(LANES, loads.scenarios - first)
    readLoads(prepared, loads, first, lanes)
    settleBlock(prepared, loads, tolerancePu * tolerancePu, maxIterations, result, first, lanes)
    writeBlock(prepared, loads, result, first, lanes)
  }
  return result
}

function readLoads(prepared: PreparedLoadFlow, loads: LoadScenarios, first: number, lanes: number): void {
  const { circuit, slot, slotCount, fixedBuses, workspace } = prepared
  const { activePu, reactivePu, voltageRe, voltageIm } = workspace
  const busCount = circuit.busCount
  const scale = 1 / circuit.basePowerKva
  activePu.fill(0)
  reactivePu.fill(0)
  for (let lane = 0; lane < lanes; lane += 1) {
    const offset = (first + lane) * busCount
    for (let bus = 0; bus < busCount; bus += 1) {
      activePu[slot[bus] * LANES + lane] = loads.activeKw[offset + bus] * scale
      reactivePu[slot[bus] * LANES + lane] = loads.reactiveKvar[offset + bus] * scale
    }
  }
  voltageIm.fill(0)
  voltageRe.fill(NaN, (slotCount - 1) * LANES)
  for (const fixed of fixedBuses) voltageRe.fill(fixed.voltagePu, fixed.slot * LANES, (fixed.slot + 1) * LANES)
}

function settleBlock(
  prepared: PreparedLoadFlow, loads: LoadScenarios, toleranceSquare: number, maxIterations: number, result: LoadFlowResult, first: number, lanes: number,
): void {
  const { factors, sourceRe, sourceIm, workspace } = prepared
  const { voltageRe, voltageIm, currentRe, currentIm, activePu, reactivePu } = workspace
  const size = factors.size
  const constantPower = loads.currentShare === undefined && loads.impedanceShare === undefined
  const moving = new Float64Array(LANES).fill(1)
  const change = new Float64Array(LANES)
  result.settled.fill(0, first, first + lanes)

  // The no-load voltage is where the fixed point starts.
  for (let p = 0, k = 0; p < size; p += 1) for (let lane = 0; lane < LANES; lane += 1, k += 1) {
    currentRe[k] = sourceRe[p]
    currentIm[k] = sourceIm[p]
  }
  solveFactors(factors, currentRe, currentIm)
  voltageRe.set(currentRe.subarray(0, size * LANES))
  voltageIm.set(currentIm.subarray(0, size * LANES))

  let open = lanes
  for (let iteration = 1; iteration <= maxIterations && open > 0; iteration += 1) {
    if (!constantPower) scaleByVoltage(prepared, loads, first, lanes)
    for (let p = 0, k = 0; p < size; p += 1) {
      const re0 = sourceRe[p]
      const im0 = sourceIm[p]
      for (let lane = 0; lane < LANES; lane += 1, k += 1) {
        const re = voltageRe[k]
        const im = voltageIm[k]
        const inverse = 1 / (re * re + im * im)
        currentRe[k] = re0 - (activePu[k] * re + reactivePu[k] * im) * inverse
        currentIm[k] = im0 - (activePu[k] * im - reactivePu[k] * re) * inverse
      }
    }
    solveFactors(factors, currentRe, currentIm)
    change.fill(0)
    for (let p = 0, k = 0; p < size; p += 1) {
      for (let lane = 0; lane < LANES; lane += 1, k += 1) {
        // A settled scenario is held, so that its result does not depend on the company it was computed in.
        const stepRe = (currentRe[k] - voltageRe[k]) * moving[lane]
        const stepIm = (currentIm[k] - voltageIm[k]) * moving[lane]
        voltageRe[k] += stepRe
        voltageIm[k] += stepIm
        const square = stepRe * stepRe + stepIm * stepIm
        // The comparison is written so that a NaN is kept.
        if (!(square <= change[lane])) change[lane] = square
      }
    }
    for (let lane = 0; lane < lanes; lane += 1) {
      if (moving[lane] === 0 || !(change[lane] < toleranceSquare)) continue
      moving[lane] = 0
      result.settled[first + lane] = 1
      result.iterations[first + lane] = iteration
      open -= 1
    }
  }
  for (let lane = 0; lane < lanes; lane += 1) if (moving[lane] === 1) result.iterations[first + lane] = maxIterations
}

/** Load at the present voltage: s (1 - c - z + c |v| + z |v|^2), from the nominal load anew at each iteration. */
function scaleByVoltage(prepared: PreparedLoadFlow, loads: LoadScenarios, first: number, lanes: number): void {
  const { circuit, slot, workspace } = prepared
  const { voltageRe, voltageIm, activePu, reactivePu } = workspace
  for (let bus = 0; bus < circuit.busCount; bus += 1) {
    const currentShare = loads.currentShare?.[bus] ?? 0
    const impedanceShare = loads.impedanceShare?.[bus] ?? 0
    for (let lane = 0; lane < lanes; lane += 1) {
      const k = slot[bus] * LANES + lane
      const voltage = Math.hypot(voltageRe[k], voltageIm[k])
      const factor = (1 - currentShare - impedanceShare + currentShare * voltage + impedanceShare * voltage * voltage) / circuit.basePowerKva
      activePu[k] = loads.activeKw[(first + lane) * circuit.busCount + bus] * factor
      reactivePu[k] = loads.reactiveKvar[(first + lane) * circuit.busCount + bus] * factor
    }
  }
}

function writeBlock(prepared: PreparedLoadFlow, loads: LoadScenarios, result: LoadFlowResult, first: number, lanes: number): void {
  const { circuit, slot, slotCount, workspace } = prepared
  const { voltageRe, voltageIm } = workspace
  if (loads.currentShare !== undefined || loads.impedanceShare !== undefined) scaleByVoltage(prepared, loads, first, lanes)
  for (let lane = 0; lane < lanes; lane += 1) {
    if (result.settled[first + lane] === 1) continue
    for (let k = lane; k < slotCount * LANES; k += LANES) voltageRe[k] = voltageIm[k] = NaN
  }
  for (let lane = 0; lane < lanes; lane += 1) {
    const offset = (first + lane) * circuit.busCount
    for (let bus = 0; bus < circuit.busCount; bus += 1) {
      const re = voltageRe[slot[bus] * LANES + lane]
      const im = voltageIm[slot[bus] * LANES + lane]
      result.voltagePu[offset + bus] = Math.sqrt(re * re + im * im)
      result.angleRad[offset + bus] = Math.atan2(im, re) + circuit.busClockRad[bus]
    }
  }
  writeBranches(prepared, result, first, lanes)
  writeTotals(prepared, result, first, lanes)
}

/** |injection - loads - losses| / |injection| of one scenario in percent: how well the model closes. NaN if not settled. */
export function closurePct(result: LoadFlowResult, scenario: number): number {
  const injectionKw = result.injectionKw[scenario]
  const openKw = Math.abs(injectionKw - result.loadKw[scenario] - result.lossesKw[scenario])
  return openKw === 0 ? 0 : (100 * openKw) / Math.abs(injectionKw)
}
