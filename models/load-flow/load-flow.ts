/**
 * Single-phase equivalent of a balanced three-phase load flow for many scenarios over one topology. The fixed point is
 * tried first; what it cannot take (voltage-controlled buses, unsymmetric two-ports) or does not settle goes to
 * Newton-Raphson. The result says of each scenario which method settled it, or that none did.
 */
import type { Circuit } from './circuit.ts'
import { type FixedPoint, solveFixedPoint } from './fixed-point.ts'
import { prepareFixedPoint } from './prepare.ts'
import { createLoadFlowResult, type LoadFlowResult, type LoadScenarios, type WantedOutputs } from './scenarios.ts'

export { ALL_OUTPUTS, closurePct, createLoadFlowResult, type LoadFlowResult, type LoadScenarios, METHOD, type WantedOutputs } from './scenarios.ts'

export interface PreparedLoadFlow {
  readonly circuit: Circuit
  readonly fixedPoint: FixedPoint
}

export interface LoadFlowOptions {
  /** Largest power mismatch of a bus, pu of the circuit's base power, at which a scenario counts as settled. */
  readonly tolerancePu?: number
  readonly maxIterations?: number
  /** A result of the same or a larger number of scenarios to write into, so that nothing is allocated; its `wanted` holds. */
  readonly into?: LoadFlowResult
  readonly wanted?: WantedOutputs
}

const DEFAULT_TOLERANCE_PU = 1e-8
const DEFAULT_MAX_ITERATIONS = 60

export function prepareLoadFlow(circuit: Circuit): PreparedLoadFlow {
  return { circuit, fixedPoint: prepareFixedPoint(circuit) }
}

/** Not re-entrant: a PreparedLoadFlow owns one workspace. */
export function solveLoadFlow(prepared: PreparedLoadFlow, loads: LoadScenarios, options: LoadFlowOptions = {}): LoadFlowResult {
  const { circuit } = prepared
  const result = options.into ?? createLoadFlowResult(circuit, loads.scenarios, options.wanted)
  if (result.scenarios < loads.scenarios) throw new RangeError('the result to write into has room for fewer scenarios')
  solveFixedPoint(prepared.fixedPoint, loads, options.tolerancePu ?? DEFAULT_TOLERANCE_PU, options.maxIterations ?? DEFAULT_MAX_ITERATIONS, result)
  return result
}
