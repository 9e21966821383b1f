import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { circuitOf } from '../circuit-of.ts'
import { randomNetworks } from '../network.testkit.ts'
import { NetworkFaultsError } from '../network-fault.ts'
import { applyUpdates, readPowerGridModel, updateScenarios, writePowerGridModel } from './power-grid-model.ts'

const expectNear = (actual: Float64Array | undefined, expected: Float64Array | undefined, what: string) => {
  expect(actual?.length, what).toBe(expected?.length)
  expected?.forEach((value, k) => expect(Math.abs((actual as Float64Array)[k] - value), `${what} ${k}`).toBeLessThanOrEqual(1e-10 * (1 + Math.abs(value))))
}

const input = {
  node: [{ id: 1, u_rated: 10000 }, { id: 2, u_rated: 10000 }],
  line: [{ id: 3, from_node: 1, to_node: 2, from_status: 1, to_status: 1, r1: 0.1, x1: 0.1, c1: 1e-7, tan1: 0 }],
  source: [{ id: 4, node: 1, status: 1, u_ref: 1 }],
  sym_load: [{ id: 5, node: 2, status: 1, type: 0, p_specified: 1000, q_specified: 100 }, { id: 6, node: 2, status: 1, type: 2, p_specified: 2000, q_specified: 0 }],
}
const faultsOf = (source: unknown) => {
  try {
    readPowerGridModel(source)
  } catch (error) {
    if (error instanceof NetworkFaultsError) return error.faults
    throw error
  }
  return []
}

describe('Power Grid Model', () => {
  test('what is written and read again is the same circuit', () => {
    fc.assert(fc.property(randomNetworks, (network) => {
      const { document, numbers } = writePowerGridModel(network)
      const [was, is] = [circuitOf(network), circuitOf(readPowerGridModel(JSON.stringify(document)).network)]
      expect(is.circuit.busCount).toBe(was.circuit.busCount)
      for (const bus of network.buses) expect(is.busIndex.get(String(numbers.get(bus.id)))).toBe(was.busIndex.get(bus.id))
      // Transformers whose shift is no clock move to the generic branches; the random ones have clocks only.
      expect([...is.circuit.branchFrom, ...is.circuit.branchTo]).toEqual([...was.circuit.branchFrom, ...was.circuit.branchTo])
      for (const column of ['ffG', 'ffB', 'ftG', 'ftB', 'ttG', 'ttB', 'tfG', 'tfB'] as const) expectNear(is.circuit.admittance[column], was.circuit.admittance[column], column)
      for (const column of ['busBaseKv', 'busClockRad', 'shuntG', 'shuntB'] as const) expectNear(is.circuit[column], was.circuit[column], column)
      for (const column of ['activeKw', 'reactiveKvar', 'currentKw', 'currentKvar', 'impedanceKw', 'impedanceKvar'] as const) expectNear(is.loads[column], was.loads[column], column)
      was.circuit.sources.forEach((source, k) => expectNear(Float64Array.from(Object.values(is.circuit.sources[k])), Float64Array.from(Object.values(source)), 'source'))
      expect(is.circuit.generators).toEqual(was.circuit.generators)
    }), { numRuns: 150 })
  })

  test('rows may name their attributes apart, and a batch may leave out ids that come in order', () => {
    const columnar = { version: '1.0', type: 'input', is_batch: false, attributes: { node: ['id', 'u_rated'] }, data: { ...input, node: [[1, 10000], [2, 10000]] } }
    expect(readPowerGridModel(JSON.stringify(columnar)).network).toEqual(readPowerGridModel(input).network)
    const [first, second] = updateScenarios({ type: 'update', is_batch: true, attributes: {}, data: [{ sym_load: [{ p_specified: 7000 }, { q_specified: 50 }] }, { line: [{ id: 3, to_status: 0 }] }] })
    expect(readPowerGridModel(applyUpdates(input, first)).network.loads.map(({ activeKw, reactiveKvar }) => [activeKw, reactiveKvar])).toEqual([[7, 0.1], [2, 0.05]])
    expect(readPowerGridModel(applyUpdates(input, second)).network.lines[0].toClosed).toBe(false)
    expect(() => applyUpdates(input, { sym_load: [{ id: 99, p_specified: 1 }] })).toThrow(/PF_GRID_REFERENCE \[sym_load\/99\]/)
  })

  test('lists every fault of a file at once, each with its place and a remedy', () => {
    const faults = faultsOf({
      ...input,
      node: [{ id: 1, u_rated: -5 }, { id: 2, u_rated: 10000 }],
      line: [{ ...input.line[0], to_node: 77, r1: 'much' }],
      sym_load: [{ ...input.sym_load[0], p_specified: undefined, type: 4 }, { ...input.sym_load[1], id: 1 }],
      asym_line: [{ id: 9 }],
    })
    expect(faults.map(({ code, place }) => `${code} ${place}`).sort()).toEqual([
      'PF_GRID_DUPLICATE_ID loads/1', 'PF_GRID_REFERENCE lines/3', 'PF_NETWORK_FILE_INVALID line/3', 'PF_NETWORK_FILE_INVALID node/1',
      'PF_NETWORK_FILE_INVALID sym_load/5', 'PF_NETWORK_FILE_INVALID sym_load/5', 'PF_NETWORK_FILE_UNSUPPORTED asym_line',
    ])
    for (const { remedy, message } of faults) expect(Math.min(remedy.length, message.length)).toBeGreaterThan(5)
    expect(faultsOf('{ "node": ')[0].message).toMatch(/^It is not JSON/)
    expect(faultsOf({ ...input, node: { id: 1 } })[0]).toMatchObject({ place: 'data/node' })
    expect(faultsOf([])).toHaveLength(1)
  })

  test('says what it could not write', () => {
    const { network } = readPowerGridModel(input)
    const { document, faults } = writePowerGridModel({ ...network, inverterControls: [{ id: '8', bus: '2', ratedKva: 5, rule: { kind: 'cos-phi', cosPhi: 0.95, underexcited: true } }] })
    expect(faults.map(({ place }) => place)).toEqual(['inverterControls/8'])
    expect(document.data['node']).toEqual(input.node)
  })
})
