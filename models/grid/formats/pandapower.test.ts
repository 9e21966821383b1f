import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type CircuitOf, circuitOf } from '#models/grid/circuit-of.ts'
import { NetworkFaultsError } from '#models/grid/network-fault.ts'
import { emptyPowerNetwork, type PowerNetwork } from '#models/grid/power-network.ts'
import { type LoadFlowResult, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { readPandapower, writePandapower } from './pandapower.ts'
import { readPowerGridModel } from './power-grid-model.ts'

const folder = new URL('../../../fixtures/networks/', import.meta.url)
const text = (file: string) => readFileSync(new URL(file, folder), 'utf8')
const network = (name: string) => text(`pandapower/${name}.json`)

type Column = readonly (number | null)[]
interface Reference {
  readonly trafo_model: 't' | 'pi'
  readonly bus: readonly number[]
  readonly vm_pu: Column
  readonly va_degree: Column
  readonly line: Readonly<Record<string, Column>>
  readonly trafo?: Readonly<Record<string, Column>>
  readonly trafo3w?: Readonly<Record<string, Column>>
}
const references = (name: string) => (JSON.parse(network(`${name}.reference`)) as { results: Reference[] }).results

interface Solved extends CircuitOf {
  readonly result: LoadFlowResult
}
function solve(of: PowerNetwork): Solved {
  // As pandapower's default: generators hold their voltage beyond their reactive limits.
  const found = circuitOf(of, { reactiveLimits: false })
  const result = solveLoadFlow(prepareLoadFlow(found.circuit), found.loads, { tolerancePu: 1e-12 })
  expect(result.settled[0]).toBe(1)
  return { ...found, result }
}

const at = ({ result, branches }: Solved, id: string, column: keyof LoadFlowResult, winding?: number) => (result[column] as Float64Array)[branches.find((one) => one.id === id && one.winding === winding)?.index ?? NaN]
const near = (what: string, actual: number, expected: number | null | undefined, tolerance: number): number => {
  if (expected === null || expected === undefined) return 0
  // Nothing flows where nothing was computed: an end that is open.
  expect(Math.abs((Number.isNaN(actual) ? 0 : actual) - expected), `${what}: ${actual} for ${expected}`).toBeLessThanOrEqual(tolerance)
  return 1
}

function expectAgreement(solved: Solved, reference: Reference): number {
  const { result, busIndex } = solved
  let compared = 0
  reference.bus.forEach((number, k) => {
    const bus = busIndex.get(`bus.${number}`) as number
    if (reference.vm_pu[k] === null) return void expect(solved.unfedBuses).toContain(`bus.${number}`)
    compared += near(`vm of bus ${number}`, result.voltagePu[bus], reference.vm_pu[k], 1e-8)
    const turnRad = ((result.angleRad[bus] * 180) / Math.PI - (reference.va_degree[k] as number)) * (Math.PI / 180)
    compared += near(`va of bus ${number}`, Math.sin(turnRad / 2) * 2, 0, 1e-8)
  })
  const KW = 1e-4
  reference.line['index'].forEach((index, k) => {
    const id = `line.${index}`
    compared += near(`p of ${id}`, at(solved, id, 'activeFromKw'), (reference.line['p_from_mw'][k] ?? 0) * 1000, KW)
    compared += near(`q of ${id}`, at(solved, id, 'reactiveFromKvar'), (reference.line['q_from_mvar'][k] ?? 0) * 1000, KW)
    compared += near(`i of ${id}`, at(solved, id, 'currentFromA'), (reference.line['i_from_ka'][k] ?? 0) * 1000, KW)
  })
  reference.trafo?.['index'].forEach((index, k) => {
    const id = `trafo.${index}`
    compared += near(`p of ${id}`, at(solved, id, 'activeFromKw'), (reference.trafo?.['p_hv_mw'][k] as number) * 1000, KW)
    compared += near(`q of ${id}`, at(solved, id, 'reactiveFromKvar'), (reference.trafo?.['q_hv_mvar'][k] as number) * 1000, KW)
    compared += near(`i of ${id}`, at(solved, id, 'currentToA'), (reference.trafo?.['i_lv_ka'][k] as number) * 1000, KW)
  })
  reference.trafo3w?.['index'].forEach((index, k) => {
    const id = `trafo3w.${index}`
    compared += near(`p1 of ${id}`, at(solved, id, 'activeFromKw', 1), (reference.trafo3w?.['p_hv_mw'][k] as number) * 1000, KW)
    compared += near(`q2 of ${id}`, at(solved, id, 'reactiveFromKvar', 2), (reference.trafo3w?.['q_mv_mvar'][k] as number) * 1000, KW)
    compared += near(`p3 of ${id}`, at(solved, id, 'activeFromKw', 3), (reference.trafo3w?.['p_lv_mw'][k] as number) * 1000, KW)
  })
  return compared
}

describe.each(['mv_oberrhein', 'mv_oberrhein_substations', 'pp_case33bw', 'elements'])('%s, within 1e-8 pu of what pandapower finds', (name) => {
  test.each(references(name))('transformers as $trafo_model', (reference) => {
    const { network: read } = readPandapower(network(name), { transformerModel: reference.trafo_model })
    expect(expectAgreement(solve(read), reference)).toBeGreaterThan(2 * reference.bus.length)
  })
})

test('Oberrhein agrees with the results that its authors stored in it, which pass over the phase shifts', () => {
  const stored = JSON.parse(network('mv_oberrhein'))._object
  const frame = JSON.parse(stored.res_bus._object) as { index: number[]; columns: string[]; data: number[][] }
  const { result, busIndex } = solve(readPandapower(network('mv_oberrhein'), { phaseShifts: false }).network)
  frame.data.forEach(([vm, va], k) => {
    const bus = busIndex.get(`bus.${frame.index[k]}`) as number
    near(`vm of bus ${frame.index[k]}`, result.voltagePu[bus], vm, 1e-8)
    near(`va of bus ${frame.index[k]}`, (result.angleRad[bus] * 180) / Math.PI, va, 1e-6)
  })
  expect(frame.data).toHaveLength(179)
})

describe('what is written is the same circuit when it is read again', () => {
  const again = (of: PowerNetwork) => {
    const { document, numbers, faults } = writePandapower(of)
    expect(faults.filter((fault) => fault.severity === 'error')).toEqual([])
    return { ...solve(readPandapower(JSON.stringify(document)).network), numbers }
  }
  const same = (of: PowerNetwork) => {
    const before = solve(of)
    const after = again(of)
    for (const { id } of of.buses) {
      if (before.unfedBuses.includes(id)) continue
      const [one, other] = [before.busIndex.get(id) as number, after.busIndex.get(`bus.${after.numbers.get(id)}`) as number]
      near(`vm of ${id}`, after.result.voltagePu[other], before.result.voltagePu[one], 1e-10)
      near(`va of ${id}`, Math.sin((after.result.angleRad[other] - before.result.angleRad[one]) / 2), 0, 1e-10)
    }
  }
  test.each(['mv_oberrhein', 'elements'])('%s', (name) => same(readPandapower(network(name)).network))
  test.each(['1os2msr', 'three_winding_transformer', 'transformer', 'shunt', 'source'])('%s of Power Grid Model', (name) => same(readPowerGridModel(text(`power-grid-model/${name}/input.json`)).network))
})

test('tap changers that the file has no form for are told', () => {
  const { faults } = writePandapower({ ...emptyPowerNetwork('one'), buses: [{ id: 'a', nominalKv: 20 }], tapChangers: [{ id: 't', transformer: 'x', regulatedBus: 'a', setPointPu: 1, deadBandPu: 0.02, firstDelayS: 60, nextDelayS: 10 }] })
  expect(faults).toMatchObject([{ severity: 'warning', place: 'tapChangers' }])
})

type Tables = Record<string, { columns: string[]; index: number[]; data: unknown[][] }>
/** The parsed file with its tables changed. */
function changed(name: string, change: (tables: Tables, file: Record<string, unknown>) => void): unknown {
  const file = JSON.parse(network(name))
  const tables = Object.fromEntries(Object.entries(file._object).filter(([, value]) => (value as { _class?: string })?._class === 'DataFrame').map(([table, value]) => [table, JSON.parse((value as { _object: string })._object)]))
  change(tables, file._object)
  for (const [table, value] of Object.entries(tables)) file._object[table] = { _module: 'pandas.core.frame', _class: 'DataFrame', _object: JSON.stringify(value), orient: 'split' }
  return file
}

test('the layout of version 2 gives the same network: shares and places of another form, ideal phase shifters told by a flag', () => {
  const old = changed('mv_oberrhein', (tables, file) => {
    const { bus, load, trafo } = tables
    file['format_version'] = '2.4.0'
    const places = bus.data.map((row) => JSON.parse(row[bus.columns.indexOf('geo')] as string).coordinates as unknown[])
    tables['bus_geodata'] = { columns: ['x', 'y', 'coords'], index: bus.index, data: places.map(([x, y]) => [x, y, null]) }
    for (const row of bus.data) row[bus.columns.indexOf('geo')] = null
    load.columns = load.columns.map((column) => ({ const_z_p_percent: 'const_z_percent', const_i_p_percent: 'const_i_percent' })[column] ?? column).map((column) => (column.endsWith('_q_percent') ? `unused_${column}` : column))
    trafo.columns[trafo.columns.indexOf('tap_changer_type')] = 'tap_phase_shifter'
    for (const row of trafo.data) row[trafo.columns.indexOf('tap_phase_shifter')] = false
  })
  const before = readPandapower(network('mv_oberrhein')).network
  expect(before.buses.every(({ longitude, latitude }) => longitude !== undefined && latitude !== undefined)).toBe(true)
  expect(readPandapower(old).network).toEqual(before)
})

describe('faults of a file', () => {
  const faultsOf = (source: unknown) => {
    try {
      readPandapower(source)
    } catch (error) {
      if (error instanceof NetworkFaultsError) return error.faults
      throw error
    }
    throw new Error('nothing was refused')
  }
  test('are found all at once, each with its place', () => {
    const source = changed('elements', ({ line, trafo, motor }) => {
      line.data[0][line.columns.indexOf('x_ohm_per_km')] = null
      line.data[1][line.columns.indexOf('from_bus')] = 77
      trafo.data[0][trafo.columns.indexOf('tap_dependency_table')] = true
      motor.index.push(0)
      motor.data.push(motor.columns.map(() => 0))
    })
    const places = faultsOf(source).filter((fault) => fault.severity === 'error').map((fault) => `${fault.code} ${fault.place}`)
    expect(places.sort()).toEqual(['PF_GRID_REFERENCE lines/line.1', 'PF_NETWORK_FILE_INVALID line/0', 'PF_NETWORK_FILE_UNSUPPORTED motor', 'PF_NETWORK_FILE_UNSUPPORTED trafo/0'])
  })
  test.each([['no JSON', '{'], ['no network', '{"a": 1}'], ['a list', '[]'], ['an old layout', '{"version": 1.2, "bus": {}}']])('%s is refused', (_, source) => {
    expect(faultsOf(source)[0].code).toBe('PF_NETWORK_FILE_INVALID')
  })
})
