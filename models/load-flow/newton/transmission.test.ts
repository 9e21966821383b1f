import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { circuitOf } from '#models/grid/circuit-of.ts'
import { readPandapower } from '#models/grid/formats/pandapower.ts'
import { METHOD, prepareLoadFlow, solveLoadFlow } from '../load-flow.ts'

const text = readFileSync(new URL('../../../fixtures/networks/pandapower/case300.json', import.meta.url), 'utf8')

/** 68 generators and angles of 40 degrees: without load its lines resonate with its shunts, so that no-load voltages are no start. */
test('the 300-bus case of the IEEE: voltages of pandapower within 1e-8 pu', () => {
  const { circuit, loads, busIndex } = circuitOf(readPandapower(text).network, { reactiveLimits: false })
  const result = solveLoadFlow(prepareLoadFlow(circuit), loads, { tolerancePu: 1e-9 })
  expect([result.settled[0], result.method[0]]).toEqual([1, METHOD.newton])
  const { columns, index, data } = JSON.parse((JSON.parse(text) as { _object: { res_bus: { _object: string } } })._object.res_bus._object) as { columns: string[]; index: number[]; data: number[][] }
  expect(index).toHaveLength(300)
  index.forEach((bus, row) => expect(Math.abs(result.voltagePu[busIndex.get(`bus.${bus}`) as number] - data[row][columns.indexOf('vm_pu')])).toBeLessThan(1e-8))
})

test('a load that no start can carry settles nowhere, and a root of next to no voltage is none', () => {
  const { circuit, loads } = circuitOf(readPandapower(text).network, { reactiveLimits: false })
  const result = solveLoadFlow(prepareLoadFlow(circuit), { scenarios: 1, activeKw: loads.activeKw.map((kw) => (kw > 0 ? 4 * kw : kw)), reactiveKvar: loads.reactiveKvar }, { tolerancePu: 1e-9 })
  expect(result.settled[0]).toBe(0)
  expect(result.voltagePu.every(Number.isNaN)).toBe(true)
})
