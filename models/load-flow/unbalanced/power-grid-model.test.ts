import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { applyUpdates, updateScenarios } from '#models/grid/formats/power-grid-model.ts'
import { prepareUnbalanced } from './prepare.ts'
import { readUnbalancedPowerGridModel } from './read-power-grid-model.ts'
import { solveUnbalanced } from './solve.ts'

const folder = new URL('../../../fixtures/networks/power-grid-model/', import.meta.url)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
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
