import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { circuitOf, type CircuitBranch } from '#models/grid/circuit-of.ts'
import { applyUpdates, readPowerGridModel, updateScenarios } from '#models/grid/formats/power-grid-model.ts'
import { createLoadFlowResult, type LoadFlowResult, prepareLoadFlow, solveLoadFlow } from './load-flow.ts'
import { instantiateKernel } from './kernel/kernel.ts'
import { prepareNewton, solveNewton } from './newton/newton.ts'

const folder = new URL('../../fixtures/networks/power-grid-model/', import.meta.url)
const CASES = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
const has = (file: string) => existsSync(new URL(file, folder))

type Row = Readonly<Record<string, number>>
type Output = Readonly<Record<string, readonly Row[]>>
interface Tolerance { readonly rtol: number; readonly atol: number }
type Solve = (circuit: ReturnType<typeof circuitOf>) => LoadFlowResult

const kernel = instantiateKernel(new WebAssembly.Module(readFileSync(new URL('./kernel/kernel.wasm', import.meta.url))))

const ENGINES: Readonly<Record<string, Solve>> = {
  'solveLoadFlow': ({ circuit, loads }) => solveLoadFlow(prepareLoadFlow(circuit), loads, { tolerancePu: 1e-12 }),
  'the kernel': ({ circuit, loads }) => solveLoadFlow(prepareLoadFlow(circuit, { kernel }), loads, { tolerancePu: 1e-12 }),
  'Newton-Raphson': ({ circuit, loads }) => {
    const result = createLoadFlowResult(circuit, 1)
    solveNewton(prepareNewton(circuit), loads, result, [0], { tolerancePu: 1e-12 })
    return result
  },
}

/** Base of the case: its absolute tolerance is in pu of it for powers, and of the current that belongs to it. */
const BASE_VA = 1e6

function expectAgreement(input: unknown, output: Output, { rtol, atol }: Tolerance, solve: Solve): number {
  const { network } = readPowerGridModel(input)
  const found = circuitOf(network)
  const { circuit, busIndex, branches } = found
  const result = solve(found)
  expect(result.settled[0]).toBe(1)
  let compared = 0
  const near = (what: string, actual: number, expected: number, unit: number) => {
    expect(Math.abs(actual - expected), `${what}: ${actual} for ${expected}`).toBeLessThanOrEqual(atol * unit + rtol * Math.abs(expected))
    compared += 1
  }
  output['node']?.forEach((row, position) => {
    const { id } = network.buses[position]
    if (row['id'] !== undefined) expect(String(row['id'])).toBe(id)
    const bus = busIndex.get(id) as number
    const ratedV = circuit.busBaseKv[bus] * 1000
    // Power Grid Model says 0 of what no source feeds; here it has no voltage at all.
    if (row['u'] === 0 || row['u_pu'] === 0) {
      expect(result.voltagePu[bus], `|v| of ${id}`).toBeNaN()
      compared += 1
      return
    }
    if (row['u'] !== undefined) near(`u of ${id}`, result.voltagePu[bus] * ratedV, row['u'], ratedV)
    if (row['u_pu'] !== undefined) near(`u_pu of ${id}`, result.voltagePu[bus], row['u_pu'], 1)
    if (row['u_angle'] !== undefined) near(`angle of ${id}`, Math.cos(result.angleRad[bus] - row['u_angle']), 1, atol)
  })
  const end = (branch: CircuitBranch, side: 'from' | 'to') => {
    const { index } = branch
    const bus = (side === 'from' ? circuit.branchFrom : circuit.branchTo)[index]
    const [kw, kvar, a] = side === 'from' ? [result.activeFromKw, result.reactiveFromKvar, result.currentFromA] : [result.activeToKw, result.reactiveToKvar, result.currentToA]
    // Out of service, unfed, and an open end: Power Grid Model says 0 where we may say "not computed".
    const value = (column: Float64Array) => ((bus < 0 || Number.isNaN(result.voltagePu[bus])) && Number.isNaN(column[index]) ? 0 : column[index])
    return { p: value(kw) * 1000, q: value(kvar) * 1000, i: value(a), baseA: bus < 0 ? BASE_VA : BASE_VA / Math.sqrt(3) / (circuit.busBaseKv[bus] * 1000) }
  }
  const compareEnd = (row: Row, suffix: string, branch: CircuitBranch, side: 'from' | 'to') => {
    const { p, q, i, baseA } = end(branch, side)
    if (row[`p_${suffix}`] !== undefined) near(`p_${suffix} of ${branch.id}`, p, row[`p_${suffix}`], BASE_VA)
    if (row[`q_${suffix}`] !== undefined) near(`q_${suffix} of ${branch.id}`, q, row[`q_${suffix}`], BASE_VA)
    if (row[`i_${suffix}`] !== undefined) near(`i_${suffix} of ${branch.id}`, i, row[`i_${suffix}`], baseA)
  }
  const branchOf = (row: Row, winding?: number) => branches.find((one) => one.id === String(row['id']) && one.winding === winding) as CircuitBranch
  for (const row of [...(output['line'] ?? []), ...(output['transformer'] ?? [])]) {
    compareEnd(row, 'from', branchOf(row), 'from')
    compareEnd(row, 'to', branchOf(row), 'to')
  }
  for (const row of output['three_winding_transformer'] ?? []) for (const winding of [1, 2, 3]) compareEnd(row, String(winding), branchOf(row, winding), 'from')
  const sources = output['source'] ?? []
  if (sources.length > 0 && sources.every((row) => row['p'] !== undefined)) {
    near('p of the sources', result.injectionKw[0] * 1000, sources.reduce((sum, row) => sum + row['p'], 0), BASE_VA)
    near('q of the sources', result.injectionKvar[0] * 1000, sources.reduce((sum, row) => sum + row['q'], 0), BASE_VA)
  }
  return compared
}

test('all 17 symmetric validation cases are here', () => expect(CASES).toHaveLength(17))

describe.each(Object.entries(ENGINES))('validation cases of Power Grid Model, within the tolerance of each, by %s', (_, solve) => {
  test.each(CASES)('%s', (name) => {
    const tolerance = read(`${name}/params.json`) as Tolerance
    const input = read(`${name}/input.json`)
    let compared = 0
    if (has(`${name}/sym_output.json`)) compared += expectAgreement(input, read(`${name}/sym_output.json`).data, tolerance, solve)
    if (has(`${name}/update_batch.json`)) {
      const outputs = read(`${name}/sym_output_batch.json`).data as Output[]
      const updates = updateScenarios(read(`${name}/update_batch.json`))
      expect(updates).toHaveLength(outputs.length)
      updates.forEach((update, k) => (compared += expectAgreement(applyUpdates(input, update), outputs[k], tolerance, solve)))
    }
    expect(compared).toBeGreaterThan(0)
  })
})
