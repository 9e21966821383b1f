/** Unbalanced load flow of many scenarios over one network. */
import { LANES } from '../lanes.ts'
import { createUnbalancedWorkspace, settleUnbalanced, type UnbalancedWorkspace } from './fixed-point.ts'
import { blankUnbalanced, writeUnbalanced } from './outputs.ts'
import type { PreparedUnbalanced } from './prepare.ts'
import { createUnbalancedResult, type UnbalancedOutputs, type UnbalancedResult, type UnbalancedScenarios } from './scenarios.ts'

export type { UnbalancedOutputs, UnbalancedResult, UnbalancedScenarios } from './scenarios.ts'

export interface UnbalancedOptions {
  /** Largest power missing at a load, kVA. */
  readonly toleranceKva?: number
  readonly maxIterations?: number
  readonly wanted?: UnbalancedOutputs
  /** Columns to write into, of the same network and as many scenarios; they say what is wanted. */
  readonly into?: UnbalancedResult
}

const DEFAULT_TOLERANCE_KVA = 1e-6
const DEFAULT_MAX_ITERATIONS = 100

/**
 * Settled means that the power missing at every load is below the tolerance. A scenario that does not settle is flagged, is NaN in every
 * column, and changes no bit of its neighbours.
 */
export function solveUnbalanced(prepared: PreparedUnbalanced, scenarios: UnbalancedScenarios, options: UnbalancedOptions = {}): UnbalancedResult {
  const { toleranceKva = DEFAULT_TOLERANCE_KVA, maxIterations = DEFAULT_MAX_ITERATIONS, wanted } = options
  const result = options.into ?? createUnbalancedResult(prepared, scenarios.scenarios, wanted)
  const workspace = createUnbalancedWorkspace(prepared)
  result.settled.fill(0)
  for (let first = 0; first < scenarios.scenarios; first += LANES) {
    const lanes = Math.min(LANES, scenarios.scenarios - first)
    readLoads(prepared, scenarios, workspace, first, lanes)
    settleUnbalanced(prepared, workspace, result, first, lanes, toleranceKva * 1000, maxIterations)
    for (let lane = 0; lane < lanes; lane += 1) {
      if (result.settled[first + lane] === 1) writeUnbalanced(prepared, workspace, result, first + lane, lane)
      else blankUnbalanced(result, first + lane)
    }
  }
  return result
}

/** Lanes behind the last scenario repeat it. */
function readLoads({ loads: { fed } }: PreparedUnbalanced, { activeKw, reactiveKvar }: UnbalancedScenarios, { watts, vars }: UnbalancedWorkspace, first: number, lanes: number): void {
  for (let lane = 0; lane < LANES; lane += 1) {
    const offset = (first + Math.min(lane, lanes - 1)) * fed.length
    for (let load = 0; load < fed.length; load += 1) {
      watts[load * LANES + lane] = fed[load] === 1 ? activeKw[offset + load] * 1000 : 0
      vars[load * LANES + lane] = fed[load] === 1 ? reactiveKvar[offset + load] * 1000 : 0
    }
  }
}
