import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type PowerGridModelInput, readPowerGridModel } from '#models/grid/power-grid-model.ts'
import { prepareLoadFlow, solveLoadFlow } from './load-flow.ts'

const folder = new URL('../../fixtures/networks/power-grid-model/', import.meta.url)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))

interface Output {
  readonly node: readonly { readonly id: number; readonly u: number; readonly u_angle?: number }[]
  readonly line?: readonly BranchOutput[]
  readonly transformer?: readonly BranchOutput[]
}
interface BranchOutput {
  readonly id: number
  readonly p_from: number
  readonly q_from: number
  readonly p_to: number
  readonly q_to: number
}

/** `rtol` and `atol` are those the case itself states for its expected output. */
function expectAgreement(input: PowerGridModelInput, output: Output, { rtol, atol }: { rtol: number; atol: number }): void {
  const { circuit, loads, nodeIds, branchIds } = readPowerGridModel(input)
  const result = solveLoadFlow(prepareLoadFlow(circuit), loads, { tolerancePu: 1e-11 })
  expect(result.settled[0]).toBe(1)
  const near = (actual: number, expected: number, scale: number) => expect(Math.abs(actual - expected)).toBeLessThanOrEqual(atol * scale + rtol * Math.abs(expected))
  for (const node of output.node) {
    const bus = nodeIds.indexOf(node.id)
    near(result.voltagePu[bus], node.u / (circuit.busBaseKv[bus] * 1000), 1)
    if (node.u_angle !== undefined) near(result.angleRad[bus], node.u_angle, 1)
  }
  for (const branch of [...(output.line ?? []), ...(output.transformer ?? [])]) {
    const k = branchIds.indexOf(branch.id)
    const powersW = [result.activeFromKw[k], result.reactiveFromKvar[k], result.activeToKw[k], result.reactiveToKvar[k]].map((kw) => kw * 1000)
    // Out of service: Power Grid Model says 0 where we say "not fed".
    if (circuit.branchFrom[k] < 0 && circuit.branchTo[k] < 0) expect(powersW[0]).toBeNaN()
    else [branch.p_from, branch.q_from, branch.p_to, branch.q_to].forEach((expected, end) => near(powersW[end], expected, 1e6))
  }
}

/** Columnar components name their attributes apart. */
function withAttributes(file: { attributes: Record<string, string[]>; data: Record<string, unknown[]> }): PowerGridModelInput {
  const named = (component: string, row: unknown) => (Array.isArray(row) ? Object.fromEntries(file.attributes[component].map((name, k) => [name, row[k]])) : row)
  return Object.fromEntries(Object.entries(file.data).map(([component, rows]) => [component, rows.map((row) => named(component, row))])) as unknown as PowerGridModelInput
}

describe('validation cases of Power Grid Model', () => {
  test.each(['1os2msr', 'shunt', 'source', 'sym_gen', 'newton-raphson-initial-value'])('%s: voltages, angles and branch powers within the tolerance of the case', (name) => {
    expectAgreement(withAttributes(read(`${name}/input.json`)), read(`${name}/sym_output.json`).data, read(`${name}/params.json`))
  })

  test('transformer: losses, magnetising shunt, every tap, one side open, clock', () => {
    const input = read('transformer/input.json').data as PowerGridModelInput
    const updates = read('transformer/update_batch.json').data as { transformer: { id: number; tap_pos: number }[] }[]
    const outputs = read('transformer/sym_output_batch.json').data as Output[]
    expect(updates.length).toBeGreaterThan(5)
    updates.forEach((update, k) => {
      const transformer = (input.transformer ?? []).map((one) => ({ ...one, ...update.transformer.find((changed) => changed.id === one.id) }))
      expectAgreement({ ...input, transformer }, outputs[k], read('transformer/params.json'))
    })
  })
})
