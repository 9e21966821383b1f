/** One batch of load flows over several threads. What comes out does not depend on how many there are. */
import type { Circuit } from '#models/load-flow/circuit.ts'
import { createLoadFlowResult, type LoadFlowResult, type LoadScenarios, type WantedOutputs } from '#models/load-flow/scenarios.ts'
import { openPool, type Pool } from './pool.ts'

/** Scenarios of one task: enough to be worth a message, few enough that threads end together. */
const SCENARIOS_A_TASK = 1_024

export interface BatchFlowTask {
  /** Tasks of one batch share their topology: a thread factorises it once. */
  readonly batch: number
  readonly circuit: Circuit
  /** Over shared memory, of the whole batch. */
  readonly loads: LoadScenarios
  readonly into: LoadFlowResult
  readonly first: number
  readonly count: number
  readonly options: BatchFlowOptions
}

export interface BatchFlowOptions {
  readonly tolerancePu?: number
  readonly maxIterations?: number
  readonly inTimeOrder?: boolean
}

export type BatchFlowTasks = { solve: { input: BatchFlowTask; result: null } }
export type BatchFlowPool = Pool<BatchFlowTasks>

export const openBatchFlowPool = (threads: number): BatchFlowPool => openPool<BatchFlowTasks>(new URL('./batch-flow-thread.ts', import.meta.url), threads, null)

/** A column of loads that threads can read: [scenario * busCount + bus]. */
export const sharedColumn = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT))

let batches = 0

/**
 * @param loads columns of `sharedColumn`; others would be copied for every task
 * @param into a result over shared memory to write into
 */
export async function solveOnThreads(pool: BatchFlowPool, circuit: Circuit, loads: LoadScenarios, wanted: WantedOutputs, options: BatchFlowOptions = {}, into?: LoadFlowResult): Promise<LoadFlowResult> {
  const result = into ?? createLoadFlowResult(circuit, loads.scenarios, wanted, SharedArrayBuffer)
  batches += 1
  const tasks: Promise<null>[] = []
  for (let first = 0; first < loads.scenarios; first += SCENARIOS_A_TASK) {
    tasks.push(pool.run('solve', { batch: batches, circuit, loads, into: result, first, count: Math.min(SCENARIOS_A_TASK, loads.scenarios - first), options }))
  }
  await Promise.all(tasks)
  return result
}
