import { type LoadScenarios, type PreparedLoadFlow, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { partOfResult } from '#models/load-flow/scenarios.ts'
import type { BatchFlowTasks } from './batch-flow.ts'
import { loadFlowKernel } from './kernel.ts'
import { serveTasks } from './thread.ts'

let known: { readonly batch: number; readonly prepared: PreparedLoadFlow } | undefined

serveTasks<BatchFlowTasks>({
  solve: async ({ batch, circuit, loads, into, first, count, options }) => {
    if (known?.batch !== batch) known = { batch, prepared: prepareLoadFlow(circuit, { kernel: loadFlowKernel() }) }
    const part = (column: Float64Array) => column.subarray(first * circuit.busCount, (first + count) * circuit.busCount)
    const columns = Object.fromEntries(Object.entries(loads).flatMap(([name, column]) => (column instanceof Float64Array ? [[name, part(column)]] : [])))
    solveLoadFlow(known.prepared, { ...columns, scenarios: count } as unknown as LoadScenarios, { ...options, into: partOfResult(into, first, count) })
    return null
  },
})
