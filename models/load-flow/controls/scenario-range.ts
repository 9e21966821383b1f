import type { LoadFlowResult, LoadScenarios } from '../scenarios.ts'

/** Some of the scenarios of a result as a result of its own, over the same memory. */
export function resultRange(result: LoadFlowResult, first: number, count: number): LoadFlowResult {
  const range = { ...result, scenarios: count } as Record<string, unknown>
  for (const [name, column] of columnsOf(result)) {
    const width = column.length / result.scenarios
    range[name] = column.subarray(first * width, (first + count) * width)
  }
  return range as unknown as LoadFlowResult
}

export function loadRange(loads: LoadScenarios, first: number, count: number): LoadScenarios {
  const range = { scenarios: count } as Record<string, unknown>
  for (const [name, column] of columnsOf(loads)) {
    const width = column.length / loads.scenarios
    range[name] = column.subarray(first * width, (first + count) * width)
  }
  return range as unknown as LoadScenarios
}

/** Makes a scenario one that did not settle: flagged, and NaN in every column. */
export function unsettle(result: LoadFlowResult, scenario: number): void {
  for (const [, column] of columnsOf(resultRange(result, scenario, 1))) if (column instanceof Float64Array) column.fill(NaN)
  result.settled[scenario] = 0
  result.method[scenario] = 0
}

type Column = Float64Array | Uint8Array | Uint16Array
const columnsOf = (from: object): [string, Column][] => Object.entries(from).filter((entry): entry is [string, Column] => ArrayBuffer.isView(entry[1]))
