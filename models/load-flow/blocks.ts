/** Load flows of any number of scenarios in bounded memory: loads are asked for and results handed over some at a time. */
import { runKernel } from './kernel/kernel.ts'
import { DEFAULT_MAX_ITERATIONS, DEFAULT_TOLERANCE_PU, type LoadFlowOptions, type PreparedLoadFlow, settleRest, solveLoadFlow } from './load-flow.ts'
import { ALL_OUTPUTS, createLoadFlowResult, type LoadFlowResult, type LoadScenarios } from './scenarios.ts'

export interface Blocks {
  readonly scenarios: number
  /** Loads have parts that follow the voltage: their columns are there to be filled. */
  readonly withParts?: boolean
  /** Writes the loads of the scenarios `first` to `first + count - 1` into the columns, from their beginning. */
  readonly fill: (first: number, count: number, loads: LoadScenarios) => void
  /** Reads the results of the same scenarios, from the beginning of each column; they are written over afterwards. */
  readonly take: (first: number, count: number, result: LoadFlowResult) => void
}

/** Scenarios of one block without a kernel. */
const BLOCK = 64

/** The blocks come in no particular order; each scenario is filled and taken once. */
export function solveInBlocks(prepared: PreparedLoadFlow, blocks: Blocks, options: Omit<LoadFlowOptions, 'into'> = {}): void {
  const { circuit, fixedPoint, kernel } = prepared
  const { wanted = ALL_OUTPUTS, tolerancePu = DEFAULT_TOLERANCE_PU, maxIterations = DEFAULT_MAX_ITERATIONS } = options
  const { scenarios, withParts = false, fill } = blocks
  if (fixedPoint !== undefined && kernel !== undefined) {
    const take = (first: number, count: number, loads: LoadScenarios, result: LoadFlowResult): void => {
      settleRest(prepared, loads, result, options)
      blocks.take(first, count, result)
    }
    runKernel(kernel, fixedPoint, { scenarios, withParts, wanted, tolerancePu, maxIterations, warmStart: options.inTimeOrder ?? false, fill, take })
    return
  }
  const column = () => new Float64Array(Math.min(BLOCK, scenarios) * circuit.busCount)
  const powers = { activeKw: column(), reactiveKvar: column() }
  const columns = withParts ? { ...powers, currentKw: column(), currentKvar: column(), impedanceKw: column(), impedanceKvar: column() } : powers
  const into = createLoadFlowResult(circuit, Math.min(BLOCK, scenarios), wanted)
  for (let first = 0; first < scenarios; first += BLOCK) {
    const count = Math.min(BLOCK, scenarios - first)
    const loads = { scenarios: count, ...columns }
    fill(first, count, loads)
    blocks.take(first, count, solveLoadFlow(prepared, loads, { ...options, into }))
  }
}
