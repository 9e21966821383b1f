/**
 * The fixed point of the balanced engine (../fixed-point.ts) over the variables of unbalanced buses, in plain TypeScript: a load draws
 * conj(s / v) with v the voltage across it, and all variables are solved with one factorisation.
 */
import { LANES, solveFactors } from '../lanes.ts'
import type { PreparedUnbalanced } from './prepare.ts'
import type { UnbalancedResult } from './scenarios.ts'

/** One block of scenarios: by slot [slot * LANES + lane], by load [load * LANES + lane]. */
export interface UnbalancedWorkspace {
  readonly re: Float64Array
  readonly im: Float64Array
  readonly currentRe: Float64Array
  readonly currentIm: Float64Array
  /** Voltage across each load. */
  readonly acrossRe: Float64Array
  readonly acrossIm: Float64Array
  /** Loads at nominal voltage. */
  readonly watts: Float64Array
  readonly vars: Float64Array
}

export function createUnbalancedWorkspace({ slotCount, loads }: PreparedUnbalanced): UnbalancedWorkspace {
  const slots = () => new Float64Array(slotCount * LANES)
  const byLoad = () => new Float64Array(loads.fed.length * LANES)
  return { re: slots(), im: slots(), currentRe: slots(), currentIm: slots(), acrossRe: byLoad(), acrossIm: byLoad(), watts: byLoad(), vars: byLoad() }
}

/** Settles the scenarios `first` to `first + lanes - 1`, whose loads lie in the workspace; writes how it went. */
export function settleUnbalanced(prepared: PreparedUnbalanced, workspace: UnbalancedWorkspace, result: UnbalancedResult, first: number, lanes: number, toleranceVa: number, maxIterations: number): void {
  const { factors, slotCount, sourceRe, sourceIm, noLoadRe, noLoadIm } = prepared
  const { re, im, currentRe, currentIm } = workspace
  spread(noLoadRe, re, slotCount)
  spread(noLoadIm, im, slotCount)
  const moving = new Uint8Array(LANES).fill(1)
  const missing = new Uint8Array(LANES)
  updateAcross(prepared, workspace, toleranceVa, missing)
  let open = lanes
  for (let iteration = 1; iteration <= maxIterations && open > 0; iteration += 1) {
    spread(sourceRe, currentRe, factors.size)
    spread(sourceIm, currentIm, factors.size)
    subtractLoads(prepared, workspace)
    solveFactors(factors, currentRe, currentIm)
    // A settled scenario is held, so that its result does not depend on its company.
    if (open === lanes) {
      re.set(currentRe.subarray(0, factors.size * LANES))
      im.set(currentIm.subarray(0, factors.size * LANES))
    } else for (let lane = 0; lane < lanes; lane += 1) if (moving[lane] === 1) for (let k = lane; k < factors.size * LANES; k += LANES) {
      re[k] = currentRe[k]
      im[k] = currentIm[k]
    }
    missing.fill(0)
    updateAcross(prepared, workspace, toleranceVa, missing)
    for (let lane = 0; lane < lanes; lane += 1) {
      if (moving[lane] === 0 || missing[lane] === 1) continue
      moving[lane] = 0
      result.settled[first + lane] = 1
      result.iterations[first + lane] = iteration
      open -= 1
    }
  }
  for (let lane = 0; lane < lanes; lane += 1) if (moving[lane] === 1) result.iterations[first + lane] = maxIterations
}

function spread(values: Float64Array, into: Float64Array, count: number): void {
  for (let p = 0, k = 0; p < count; p += 1) for (let lane = 0; lane < LANES; lane += 1, k += 1) into[k] = values[p]
}

/** Share of its nominal power that a load draws, by the square of the voltage across it over the square of its nominal one. */
export const shareAt = (exponent: number, square: number): number => (exponent === 0 ? 1 : exponent === 1 ? Math.sqrt(square) : square)

/** One value a lane: a current or a voltage of the load at hand. */
const laneRe = new Float64Array(LANES)
const laneIm = new Float64Array(LANES)

/** Takes the currents of the loads at the voltages across them from the sums of the slots. */
function subtractLoads({ loads, factors }: PreparedUnbalanced, { acrossRe, acrossIm, watts, vars, currentRe, currentIm }: UnbalancedWorkspace): void {
  const { across: { start, slot, re: weight }, nominalV, exponent } = loads
  for (let load = 0; load < nominalV.length; load += 1) {
    const nominal = nominalV[load] * nominalV[load]
    for (let lane = 0; lane < LANES; lane += 1) {
      const k = load * LANES + lane
      const square = acrossRe[k] * acrossRe[k] + acrossIm[k] * acrossIm[k]
      const share = shareAt(exponent[load], square / nominal) / square
      laneRe[lane] = share * (watts[k] * acrossRe[k] + vars[k] * acrossIm[k])
      laneIm[lane] = share * (watts[k] * acrossIm[k] - vars[k] * acrossRe[k])
    }
    for (let entry = start[load]; entry < start[load + 1]; entry += 1) {
      if (slot[entry] >= factors.size) continue
      const place = slot[entry] * LANES
      const w = weight[entry]
      for (let lane = 0; lane < LANES; lane += 1) {
        currentRe[place + lane] -= w * laneRe[lane]
        currentIm[place + lane] -= w * laneIm[lane]
      }
    }
  }
}

/** Voltages across the loads at the present state. `missing`: lanes where what a load draws differs from what it should by more than the tolerance. */
function updateAcross({ loads }: PreparedUnbalanced, { re, im, acrossRe, acrossIm, watts, vars }: UnbalancedWorkspace, toleranceVa: number, missing: Uint8Array): void {
  const { across: { start, slot, re: weight }, nominalV, exponent, fed } = loads
  for (let load = 0; load < nominalV.length; load += 1) {
    if (fed[load] === 0) continue
    const nominal = nominalV[load] * nominalV[load]
    laneRe.fill(0)
    laneIm.fill(0)
    for (let entry = start[load]; entry < start[load + 1]; entry += 1) {
      const place = slot[entry] * LANES
      const w = weight[entry]
      for (let lane = 0; lane < LANES; lane += 1) {
        laneRe[lane] += w * re[place + lane]
        laneIm[lane] += w * im[place + lane]
      }
    }
    for (let lane = 0; lane < LANES; lane += 1) {
      const k = load * LANES + lane
      const vr = laneRe[lane]
      const vi = laneIm[lane]
      const square = acrossRe[k] * acrossRe[k] + acrossIm[k] * acrossIm[k]
      const step = (vr - acrossRe[k]) ** 2 + (vi - acrossIm[k]) ** 2
      // The solve leaves Y v' = i(v) exactly, so that s (v' - v) / v is missing at the load; up to twice that where it follows the voltage.
      const share = shareAt(exponent[load], square / nominal) * (exponent[load] === 0 ? 1 : 2)
      // Written so that a NaN is missing.
      if (!((watts[k] * watts[k] + vars[k] * vars[k]) * share * share * step <= toleranceVa * toleranceVa * square)) missing[lane] = 1
      acrossRe[k] = vr
      acrossIm[k] = vi
    }
  }
}
