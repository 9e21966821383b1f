/**
 * Fixed point v <- Y^-1 (i0 - conj(s(v) / v)) over blocks of scenarios side by side, in plain TypeScript: the engine where no
 * WebAssembly is given, and the one that the kernel is held to. It contracts when the voltage drop is small against the
 * voltage, as it is in a distribution network.
 *
 * Source of the method: T.-H. Chen, M.-S. Chen, K.-J. Hwang, P. Kotas, E. A. Chebli, "Distribution system power flow
 * analysis: a rigid approach", IEEE Trans. Power Delivery 6 (1991).
 */
import type { Circuit } from './circuit.ts'
import type { Factors } from './factorise.ts'
import { LANES, solveFactors } from './lanes.ts'
import { writeBlock } from './outputs.ts'
import { type LoadFlowResult, type LoadScenarios, METHOD } from './scenarios.ts'

/** What a topology fixes: made by `prepareLoadFlow`. */
export interface FixedPoint {
  readonly circuit: Circuit
  readonly fed: Uint8Array
  readonly factors: Factors
  /** Row of each bus in the workspace: its place in the elimination order; ideal sources behind; unfed buses last of all. */
  readonly slot: Int32Array
  readonly slotCount: number
  /** i0: constant current of the sources by slot, pu. */
  readonly sourceRe: Float64Array
  readonly sourceIm: Float64Array
  /** Voltage without any load by slot, ideal sources included: where the fixed point starts. */
  readonly noLoadRe: Float64Array
  readonly noLoadIm: Float64Array
  readonly workspace: Workspace
}

/** One block of scenarios: value [slot * LANES + lane]. */
export interface Workspace {
  readonly voltageRe: Float64Array
  readonly voltageIm: Float64Array
  readonly currentRe: Float64Array
  readonly currentIm: Float64Array
  /** Load at the present voltage, pu. */
  readonly activePu: Float64Array
  readonly reactivePu: Float64Array
}

export function createWorkspace(slotCount: number): Workspace {
  const block = () => new Float64Array(slotCount * LANES)
  return { voltageRe: block(), voltageIm: block(), currentRe: block(), currentIm: block(), activePu: block(), reactivePu: block() }
}

/** Solves all scenarios and writes every wanted column. Not re-entrant: a FixedPoint owns one workspace. */
export function solveFixedPoint(fixedPoint: FixedPoint, loads: LoadScenarios, tolerancePu: number, maxIterations: number, result: LoadFlowResult): void {
  for (let first = 0; first < loads.scenarios; first += LANES) {
    const lanes = Math.min(LANES, loads.scenarios - first)
    settleBlock(fixedPoint, loads, tolerancePu, maxIterations, result, first, lanes)
    writeBlock(fixedPoint, result, first, lanes)
  }
}

function settleBlock(fixedPoint: FixedPoint, loads: LoadScenarios, tolerancePu: number, maxIterations: number, result: LoadFlowResult, first: number, lanes: number): void {
  const { factors, sourceRe, sourceIm, noLoadRe, noLoadIm, slotCount, workspace } = fixedPoint
  const { voltageRe, voltageIm, currentRe, currentIm, activePu, reactivePu } = workspace
  const size = factors.size
  const parts = loadParts(loads)
  for (let p = 0, k = 0; p < slotCount; p += 1) for (let lane = 0; lane < LANES; lane += 1, k += 1) {
    voltageRe[k] = noLoadRe[p]
    voltageIm[k] = noLoadIm[p]
  }
  activePu.fill(0)
  reactivePu.fill(0)
  const moving = new Float64Array(LANES).fill(1)
  const mismatched = new Uint8Array(LANES)
  result.settled.fill(0, first, first + lanes)
  result.method.fill(METHOD.none, first, first + lanes)

  let open = lanes
  for (let iteration = 1; iteration <= maxIterations && open > 0; iteration += 1) {
    if (iteration === 1 || parts.length > 0) readLoads(fixedPoint, loads, parts, first, lanes)
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
    mismatched.fill(0)
    // The solve leaves Y v' = i(v) exactly, so that the power missing at a bus is s (v' - v) / v: no second pass over Y. A part that
    // follows the voltage misses at most twice as much.
    const scale = parts.length > 0 ? 4 : 1
    const square = tolerancePu * tolerancePu / scale
    for (let p = 0, k = 0; p < size; p += 1) {
      for (let lane = 0; lane < LANES; lane += 1, k += 1) {
        const stepRe = currentRe[k] - voltageRe[k]
        const stepIm = currentIm[k] - voltageIm[k]
        const missing = (activePu[k] * activePu[k] + reactivePu[k] * reactivePu[k]) * (stepRe * stepRe + stepIm * stepIm)
        // Written so that a NaN is a mismatch.
        if (!(missing <= square * (voltageRe[k] * voltageRe[k] + voltageIm[k] * voltageIm[k]))) mismatched[lane] = 1
        // A settled scenario is held, so that its result does not depend on the company it was computed in.
        voltageRe[k] += stepRe * moving[lane]
        voltageIm[k] += stepIm * moving[lane]
      }
    }
    for (let lane = 0; lane < lanes; lane += 1) {
      if (moving[lane] === 0 || mismatched[lane] === 1) continue
      moving[lane] = 0
      result.settled[first + lane] = 1
      result.method[first + lane] = METHOD.fixedPoint
      result.iterations[first + lane] = iteration
      open -= 1
    }
  }
  for (let lane = 0; lane < lanes; lane += 1) if (moving[lane] === 1) result.iterations[first + lane] = maxIterations
  if (parts.length > 0) readLoads(fixedPoint, loads, parts, first, lanes)
}

/** Parts that follow the voltage, with the power of |v| they follow. */
const loadParts = (loads: LoadScenarios) => [
  { exponent: 1, kw: loads.currentKw, kvar: loads.currentKvar },
  { exponent: 2, kw: loads.impedanceKw, kvar: loads.impedanceKvar },
].filter(({ kw, kvar }) => kw !== undefined || kvar !== undefined)

/** Loads of a block at its present voltages, pu. */
function readLoads(fixedPoint: FixedPoint, loads: LoadScenarios, parts: ReturnType<typeof loadParts>, first: number, lanes: number): void {
  const { circuit, slot, fed, workspace } = fixedPoint
  const { voltageRe, voltageIm, activePu, reactivePu } = workspace
  const scale = 1 / circuit.basePowerKva
  for (let lane = 0; lane < lanes; lane += 1) {
    const offset = (first + lane) * circuit.busCount
    for (let bus = 0; bus < circuit.busCount; bus += 1) {
      if (fed[bus] === 0) continue
      const k = slot[bus] * LANES + lane
      let kw = loads.activeKw[offset + bus]
      let kvar = loads.reactiveKvar[offset + bus]
      for (const part of parts) {
        const square = voltageRe[k] * voltageRe[k] + voltageIm[k] * voltageIm[k]
        const factor = part.exponent === 2 ? square : Math.sqrt(square)
        kw += (part.kw?.[offset + bus] ?? 0) * factor
        kvar += (part.kvar?.[offset + bus] ?? 0) * factor
      }
      activePu[k] = kw * scale
      reactivePu[k] = kvar * scale
    }
  }
}
