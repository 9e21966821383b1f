/**
 * Reader of pandapower's JSON for balanced studies. Tables, columns and defaults: pandapower documentation, "Datastructure and
 * Elements". Ids are the table and the number of the row: `bus.12`, `line.0`, `load.3`.
 */
import { referenceFaults } from '../check-references.ts'
import { type NetworkFault, networkError, networkWarning, refuseErrors } from '../network-fault.ts'
import { type Bus, emptyPowerNetwork, type Line, type Link, type PowerNetwork } from '../power-network.ts'
import { type At, readAsymmetric, readConstantPower, readExtendedWard, readGenerator, readLoad, readShunt, readSource, readWard, sharedBusWarnings } from './pandapower/appliances.ts'
import { readBusSwitch, readImpedance, readLine, Switching } from './pandapower/branches.ts'
import { type PandapowerFile, pandapowerFile, type Row, rowsOf } from './pandapower/tables.ts'
import { readThreeWindingTransformer, readTransformer, type TransformerReading } from './pandapower/transformers.ts'

export { writePandapower } from './pandapower/write.ts'

const READ = ['bus', 'line', 'trafo', 'trafo3w', 'impedance', 'switch', 'load', 'sgen', 'storage', 'asymmetric_load', 'asymmetric_sgen', 'ward', 'xward', 'shunt', 'ext_grid', 'gen']
/** They say nothing about the circuit: results, costs, measurements, drawings, and tables that elements refer to (refused there). */
const PASSED_OVER = /^res_|^_|_geodata$|_cost$|_characteristic(_table|_spline)?$|^(characteristic|measurement|group|q_capability_curve_table)$/

export interface PandapowerReading {
  readonly network: PowerNetwork
  /** Warnings: what was left out or taken in another way. */
  readonly faults: readonly NetworkFault[]
}

/**
 * @param source text or parsed file of `pandapower.to_json`
 * @param options `transformerModel` as in `runpp(trafo_model=...)`, 't' if absent; `phaseShifts` as calculate_voltage_angles
 * @throws NetworkFaultsError PF_NETWORK_FILE_INVALID with every fault of the file
 */
export function readPandapower(source: unknown, options: Partial<TransformerReading> & { readonly name?: string } = {}): PandapowerReading {
  const { transformerModel = 't', phaseShifts = true } = options
  const file = pandapowerFile(source)
  const faults: NetworkFault[] = tableFaults(file)
  const numberOf = (key: string, otherwise: number) => { const value = file.values[key]; return typeof value === 'number' ? value : otherwise }
  const frequencyHz = numberOf('f_hz', 50)
  const basePowerKva = numberOf('sn_mva', 1) * 1000
  const name = options.name ?? (String(file.values['name'] ?? '') || 'pandapower')
  const each = <T>(table: string, read: (row: Row) => T): T[] => rowsOf(file, table, faults).map(read)

  const busRows = rowsOf(file, 'bus', faults)
  const switchRows = rowsOf(file, 'switch', faults)
  const generatorRows = rowsOf(file, 'gen', faults)
  const isSlack = (row: Row) => row.flag('slack', false)
  const switching = new Switching(switchRows, busRows)
  const buses = busRows.map((row): Bus => ({ id: row.id, ...(row.has('name') && { name: row.text('name') }), nominalKv: row.need('vn_kv', 0), ...place(row, file) }))
  const nominalKv = new Map(buses.map((bus) => [bus.id, bus.nominalKv]))
  const kvOf = (bus: string) => nominalKv.get(bus) ?? NaN
  const at: At = (row) => {
    const bus = row.reference('bus', 'bus')
    return { id: row.id, bus, closed: row.flag('in_service') && switching.inService(bus) }
  }
  const transformers: TransformerReading = { transformerModel, phaseShifts }
  const busSwitches = switchRows.filter((row) => row.text('et') === 'b').map((row) => readBusSwitch(row, switching))
  const wards = [...each('ward', (row) => readWard(row, at)), ...each('xward', (row) => readWard(row, at))]
  const extendedWards = each('xward', (row) => readExtendedWard(row, at, kvOf))
  const loads = [
    ...each('load', (row) => readLoad(row, at)).flat(), ...each('sgen', (row) => readConstantPower(row, at, -1)), ...each('storage', (row) => readConstantPower(row, at, 1)),
    ...each('asymmetric_load', (row) => readAsymmetric(row, at, 1)), ...each('asymmetric_sgen', (row) => readAsymmetric(row, at, -1)), ...wards.map((ward) => ward.load),
  ]
  faults.push(...sharedBusWarnings(loads.filter((load) => load.closed)))

  const network: PowerNetwork = {
    ...emptyPowerNetwork(name, basePowerKva, frequencyHz), loads, buses: [...buses, ...extendedWards.map((one) => one.bus)],
    lines: [...each('line', (row) => readLine(row, switching, frequencyHz, faults)), ...busSwitches.filter((one): one is Line => 'rOhm' in one), ...extendedWards.map((one) => one.line)],
    links: busSwitches.filter((one): one is Link => !('rOhm' in one)),
    transformers: each('trafo', (row) => ({ ...switching.ends(row, 'hv_bus', 'lv_bus', true), ...readTransformer(row, transformers) })),
    threeWindingTransformers: each('trafo3w', (row) => readThreeWindingTransformer(row, (bus) => switching.closed(row, bus), transformers)),
    equivalentBranches: each('impedance', (row) => readImpedance(row, switching, basePowerKva)),
    sources: [...each('ext_grid', (row) => readSource(row, at)), ...generatorRows.filter(isSlack).map((row) => readSource(row, at))],
    generators: [...generatorRows.filter((row) => !isSlack(row)).map((row) => readGenerator(row, at)), ...extendedWards.map((one) => one.generator)],
    shunts: [...each('shunt', (row) => readShunt(row, at, kvOf)), ...wards.map((ward) => ward.shunt)],
  }
  refuseErrors('PF_NETWORK_FILE_INVALID', [...faults, ...referenceFaults(network)], name)
  return { network, faults }
}

function tableFaults({ tables }: PandapowerFile): NetworkFault[] {
  const faults: NetworkFault[] = []
  for (const [table, { rows }] of tables) {
    if (rows.length === 0 || READ.includes(table) || PASSED_OVER.test(table)) continue
    if (table === 'controller') faults.push(networkWarning('PF_NETWORK_FILE_UNSUPPORTED', table, `${rows.length} controllers were left out: the network is taken as it stands.`, 'Nothing, or give tap changers and inverter rules here.'))
    else faults.push(networkError('PF_NETWORK_FILE_UNSUPPORTED', table, `This table is not read (${rows.length} rows in the file).`, `Write them with ${READ.join(', ')}.`))
  }
  const summed = ['asymmetric_load', 'asymmetric_sgen'].filter((table) => (tables.get(table)?.rows.length ?? 0) > 0)
  for (const table of summed) faults.push(networkWarning('PF_NETWORK_FILE_UNSUPPORTED', table, 'A balanced study takes the sum of the phases.', 'Nothing, or study the network by phase.'))
  return faults
}

/** A GeoJSON point in the bus since pandapower 3, a table of its own before. What cannot be degrees is passed over. */
function place(row: Row, { tables }: PandapowerFile): Pick<Bus, 'longitude' | 'latitude'> {
  const [longitude, latitude] = row.has('geo') ? pointOf(row.text('geo') as string) : rowOfGeodata(row.number, tables)
  return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 ? { longitude, latitude } : {}
}

function pointOf(text: string): readonly [number, number] {
  try {
    const { coordinates } = JSON.parse(text) as { coordinates?: unknown }
    if (Array.isArray(coordinates) && typeof coordinates[0] === 'number' && typeof coordinates[1] === 'number') return [coordinates[0], coordinates[1]]
  } catch { /* Not a point: the bus has no place. */ }
  return [NaN, NaN]
}

function rowOfGeodata(bus: number, tables: PandapowerFile['tables']): readonly [number, number] {
  const table = tables.get('bus_geodata')
  const row = table?.rows[table.index.indexOf(bus)]
  if (table === undefined || row === undefined) return [NaN, NaN]
  return [Number(row[table.columns.indexOf('x')]), Number(row[table.columns.indexOf('y')])]
}
