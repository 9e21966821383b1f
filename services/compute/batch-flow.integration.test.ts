import { afterAll, expect, test } from 'vitest'
import { type Circuit, emptyTwoPorts, setPiBranch } from '#models/load-flow/circuit.ts'
import { ALL_OUTPUTS, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { openBatchFlowPool, sharedColumn, solveOnThreads } from './batch-flow.ts'

const BUSES = 30
const SCENARIOS = 5_000
const admittance = emptyTwoPorts(BUSES - 1)
for (let k = 0; k < BUSES - 1; k += 1) setPiBranch(admittance, k, { rPu: 1e-3, xPu: 1e-3, gPu: 0, bPu: 1e-4, ratio: 1 })
const circuit: Circuit = {
  busCount: BUSES, basePowerKva: 1000, busBaseKv: new Float64Array(BUSES).fill(20), busClockRad: new Float64Array(BUSES),
  branchFrom: Int32Array.from({ length: BUSES - 1 }, (_, k) => Math.floor(k / 2)), branchTo: Int32Array.from({ length: BUSES - 1 }, (_, k) => k + 1), admittance,
  shuntG: new Float64Array(BUSES), shuntB: new Float64Array(BUSES), sources: [{ bus: 0, voltagePu: 1, rPu: 0.001, xPu: 0.01 }],
}
const loads = { scenarios: SCENARIOS, activeKw: sharedColumn(SCENARIOS * BUSES), reactiveKvar: sharedColumn(SCENARIOS * BUSES) }
for (let scenario = 0; scenario < SCENARIOS; scenario += 1) for (let bus = 1; bus < BUSES; bus += 1) {
  // One scenario asks for more than the network can carry.
  loads.activeKw[scenario * BUSES + bus] = scenario === 3_333 ? 5_000 : 20 + 15 * Math.sin(scenario / 12 + bus)
  loads.reactiveKvar[scenario * BUSES + bus] = 0.3 * loads.activeKw[scenario * BUSES + bus]
}
const one = openBatchFlowPool(1)
const two = openBatchFlowPool(2)
afterAll(() => Promise.all([one.stop(), two.stop()]))

test('one and two threads give the same bits, and those of the plain engine within the tolerance', async () => {
  const options = { inTimeOrder: true }
  const [alone, together] = await Promise.all([one, two].map((pool) => solveOnThreads(pool, circuit, loads, ALL_OUTPUTS, options)))
  expect(together.voltagePu).toEqual(alone.voltagePu)
  expect(together.currentFromA).toEqual(alone.currentFromA)
  expect(together.settled[3_333]).toBe(0)
  expect(together.settled.reduce((sum, settled) => sum + settled, 0)).toBe(SCENARIOS - 1)
  expect(together.lossesKw[3_333]).toBeNaN()
  const plain = solveLoadFlow(prepareLoadFlow(circuit), { scenarios: 100, activeKw: loads.activeKw.slice(4_900 * BUSES), reactiveKvar: loads.reactiveKvar.slice(4_900 * BUSES) }, { tolerancePu: 1e-12 })
  for (let k = 0; k < 100 * BUSES; k += 1) expect(Math.abs(plain.voltagePu[k] - together.voltagePu[4_900 * BUSES + k])).toBeLessThan(1e-8)
})
