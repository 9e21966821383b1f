/**
 * Single-phase equivalent of a balanced three-phase load flow for many scenarios over one topology. The fixed point is
 * tried first; what it cannot take (voltage-controlled buses, unsymmetric two-ports) or does not settle goes to
 * Newton-Raphson. The result says of each scenario which method settled it, or that none did.
 */
import type { Circuit } from './circuit.ts'
import { type FixedPoint, solveFixedPoint } from './fixed-point.ts'
import { type Kernel, runKernel } from './kernel/kernel.ts'
import { prepareNewton, type PreparedNewton, solveNewton } from './newton/newton.ts'
import { prepareFixedPoint } from './prepare.ts'
import { copyResult, createLoadFlowResult, type LoadFlowResult, type LoadScenarios, type WantedOutputs } from './scenarios.ts'

export { ALL_OUTPUTS, type BranchRatings, closurePct, createLoadFlowResult, type LoadFlowResult, type LoadScenarios, METHOD, type WantedOutputs } from './scenarios.ts'

export interface PreparedLoadFlow {
  readonly circuit: Circuit
  /** Why the fixed point is not tried; absent: it is. */
  readonly newtonBecause?: string
  readonly fixedPoint?: FixedPoint
  readonly kernel?: Kernel
  /** Made when it is first needed. */
  newton?: PreparedNewton
}

export interface PrepareOptions {
  /** WebAssembly instance of the calling thread; absent: plain TypeScript, some five times slower, with the same results to 1e-12. */
  readonly kernel?: Kernel
}

export interface LoadFlowOptions {
  /** Largest power mismatch of a bus, pu of the circuit's base power, at which a scenario counts as settled. */
  readonly tolerancePu?: number
  readonly maxIterations?: number
  /** A result of the same or a larger number of scenarios to write into, so that nothing is allocated; its `wanted` holds. */
  readonly into?: LoadFlowResult
  readonly wanted?: WantedOutputs
  /**
   * The scenarios follow each other in time: each may start from those before it, which saves a quarter of the work. The results then
   * differ within the tolerance from those of a scenario alone. Without a kernel it changes nothing.
   */
  readonly inTimeOrder?: boolean
  /** false: what the fixed point does not settle stays unsettled. */
  readonly fallBack?: boolean
}

export const DEFAULT_TOLERANCE_PU = 1e-8
export const DEFAULT_MAX_ITERATIONS = 60

export function prepareLoadFlow(circuit: Circuit, { kernel }: PrepareOptions = {}): PreparedLoadFlow {
  const newtonBecause = unsuited(circuit)
  if (newtonBecause !== undefined) return { circuit, newtonBecause }
  const fixedPoint = prepareFixedPoint(circuit)
  // Without an exchange of rows the factors would keep none of their digits: series capacitors, negative legs of a star.
  if (!(fixedPoint.factors.weakestPivot > WEAK_PIVOT)) return { circuit, newtonBecause: 'branches whose impedances cancel' }
  return { circuit, fixedPoint, ...(kernel === undefined ? {} : { kernel }) }
}

/** Eight of sixteen digits lost. */
const WEAK_PIVOT = 1e-8

/** What the fixed point over a symmetric factorisation cannot take. */
function unsuited(circuit: Circuit): string | undefined {
  if ((circuit.generators?.length ?? 0) > 0) return 'voltage-controlled buses'
  if (circuit.admittance.tfG !== undefined) return 'phase shifts that no turning of zones removes'
  return undefined
}

/** Not re-entrant: a PreparedLoadFlow owns one workspace. */
export function solveLoadFlow(prepared: PreparedLoadFlow, loads: LoadScenarios, options: LoadFlowOptions = {}): LoadFlowResult {
  const { circuit, fixedPoint, kernel } = prepared
  const result = options.into ?? createLoadFlowResult(circuit, loads.scenarios, options.wanted)
  if (result.scenarios < loads.scenarios) throw new RangeError('the result to write into has room for fewer scenarios')
  if (fixedPoint === undefined) result.settled.fill(0, 0, loads.scenarios)
  else if (kernel === undefined) solveFixedPoint(fixedPoint, loads, options.tolerancePu ?? DEFAULT_TOLERANCE_PU, options.maxIterations ?? DEFAULT_MAX_ITERATIONS, result)
  else solveThroughKernel(kernel, fixedPoint, loads, options, result)
  settleRest(prepared, loads, result, options)
  return result
}

function solveThroughKernel(kernel: Kernel, fixedPoint: FixedPoint, loads: LoadScenarios, options: LoadFlowOptions, result: LoadFlowResult): void {
  const { busCount } = fixedPoint.circuit
  const { tolerancePu = DEFAULT_TOLERANCE_PU, maxIterations = DEFAULT_MAX_ITERATIONS, inTimeOrder = false } = options
  const withParts = PARTS.some((part) => loads[part] !== undefined)
  runKernel(kernel, fixedPoint, {
    scenarios: loads.scenarios, withParts, wanted: result.wanted, tolerancePu, maxIterations, warmStart: inTimeOrder,
    fill(first, count, into) {
      const copy = (from: Float64Array | undefined, to: Float64Array) => {
        if (from === undefined) to.fill(0)
        else to.set(from.subarray(first * busCount, (first + count) * busCount))
      }
      copy(loads.activeKw, into.activeKw)
      copy(loads.reactiveKvar, into.reactiveKvar)
      if (withParts) for (const part of PARTS) copy(loads[part], into[part] as Float64Array)
    },
    take: (first, count, _, block) => copyResult(block, count, result, first),
  })
}

const PARTS = ['currentKw', 'currentKvar', 'impedanceKw', 'impedanceKvar'] as const

/** Newton-Raphson for what the fixed point left open, or does not take. */
export function settleRest(prepared: PreparedLoadFlow, loads: LoadScenarios, result: LoadFlowResult, options: LoadFlowOptions): void {
  if (prepared.fixedPoint !== undefined && options.fallBack === false) return
  const open: number[] = []
  for (let scenario = 0; scenario < loads.scenarios; scenario += 1) if (result.settled[scenario] === 0) open.push(scenario)
  if (open.length === 0) return
  prepared.newton ??= prepareNewton(prepared.circuit)
  const { tolerancePu = DEFAULT_TOLERANCE_PU, maxIterations = DEFAULT_MAX_ITERATIONS } = options
  solveNewton(prepared.newton, loads, result, open, { tolerancePu, maxIterations })
}
