import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { applyUpdates, updateScenarios } from '#models/grid/formats/power-grid-model.ts'
import { prepareUnbalanced } from './prepare.ts'
import { readUnbalancedPowerGridModel } from './read-power-grid-model.ts'
import { solveUnbalanced } from './solve.ts'

const networks = new URL('../../../fixtures/networks/', import.meta.url)
const folder = new URL('power-grid-model/', networks)
const read = (file: string, from = folder) => JSON.parse(readFileSync(new URL(file, from), 'utf8'))
const CASES = readdirSync(folder, { withFileTypes: true }).map(({ name }) => name).filter((name) => existsSync(new URL(`${name}/asym_output_batch.json`, folder)))

interface Output { readonly node: readonly { readonly id: number; readonly u?: readonly number[]; readonly u_pu?: readonly number[]; readonly u_angle?: readonly number[] }[] }

test('both validation cases with an asymmetric result are here', () => expect(CASES).toHaveLength(2))

test.each(CASES)('validation case %s of Power Grid Model by phase, within its own tolerance', (name) => {
  const { rtol, atol } = read(`${name}/params.json`) as { rtol: number; atol: number }
  const outputs = read(`${name}/asym_output_batch.json`).data as Output[]
  const updates = updateScenarios(read(`${name}/update_batch.json`))
  expect(updates).toHaveLength(outputs.length)
  updates.forEach((update, k) => {
    const { network, loads } = readUnbalancedPowerGridModel(applyUpdates(read(`${name}/input.json`), update))
    const prepared = prepareUnbalanced(network)
    const { settled, voltagePu } = solveUnbalanced(prepared, loads, { toleranceKva: 1e-12, maxIterations: 1_000 })
    expect(settled[0]).toBe(1)
    for (const row of outputs[k].node) {
      const bus = prepared.busIndex.get(String(row.id)) as number
      const nominalV = (network.buses[bus].nominalKv * 1000) / Math.sqrt(3)
      const expected = row.u_pu ?? (row.u as readonly number[]).map((volts) => volts / nominalV)
      expected.forEach((value, phase) => expect(Math.abs(voltagePu[bus * 3 + phase] - value), `${row.id}, phase ${phase}`).toBeLessThanOrEqual(atol + rtol * value))
    }
  })
})

type Phases = readonly number[]
interface Reference { readonly node: readonly { readonly u_pu: Phases; readonly u_angle: Phases }[]; readonly line: readonly Ends[]; readonly transformer: readonly Ends[] }
interface Ends { readonly i_from: Phases; readonly i_to: Phases }

/** Voltages within 1e-10 pu, but behind the delta of YNd5: there nothing but small shunts holds the voltage to earth. */
test('Dyn11, YNyn0, YNyn6 and YNd5 with taps and earthing impedances, every kind of load, an open end: as Power Grid Model', () => {
  const reference = read('by-phase/asym_output.json', networks) as Reference
  const { network, loads } = readUnbalancedPowerGridModel(read('by-phase/input.json', networks))
  const { settled, voltagePu, angleRad, currentFromA, currentToA } = solveUnbalanced(prepareUnbalanced(network), loads, { toleranceKva: 1e-10 })
  expect(settled[0]).toBe(1)
  reference.node.forEach(({ u_pu, u_angle }, bus) => {
    const tolerance = network.buses[bus].nominalKv === 10 ? 1e-8 : 1e-10
    for (let phase = 0; phase < 3; phase += 1) {
      expect(Math.abs(voltagePu[bus * 3 + phase] - u_pu[phase])).toBeLessThan(tolerance)
      expect(Math.abs(Math.sin(angleRad[bus * 3 + phase] - u_angle[phase]))).toBeLessThan(tolerance)
    }
  })
  const branches = [...reference.line, ...reference.transformer]
  expect(branches).toHaveLength(network.sections.length + network.transformers.length)
  branches.forEach(({ i_from, i_to }, branch) => {
    for (let phase = 0; phase < 3; phase += 1) {
      expect(Math.abs(currentFromA[branch * 4 + phase] - i_from[phase])).toBeLessThan(1e-6)
      expect(Math.abs(currentToA[branch * 4 + phase] - i_to[phase])).toBeLessThan(1e-6)
    }
  })
})

test('what has no model by phase is refused by name', () => {
  const input = read('by-phase/input.json', networks) as { data: Record<string, Record<string, unknown>[]> }
  const changed = (type: string, attribute: string, value: unknown) => ({ ...input, data: { ...input.data, [type]: input.data[type].map((one, k) => (k === 0 ? { ...one, [attribute]: value } : one)) } })
  expect(() => readUnbalancedPowerGridModel(changed('transformer', 'winding_from', 3))).toThrow(/Zyn transformer/)
  expect(() => readUnbalancedPowerGridModel(changed('transformer', 'uk_min', 0.06))).toThrow(/follows the tap/)
  expect(() => readUnbalancedPowerGridModel(changed('line', 'r0', null))).toThrow(/zero sequence/)
})
