/** Writes a network as pandapower's JSON, so that its load flow with default options solves the same circuit. */
import { sourceImpedance } from '../../circuit/appliances.ts'
import { type NetworkFault, networkError, networkWarning } from '../../network-fault.ts'
import type { PowerNetwork } from '../../power-network.ts'
import { equivalentRow, lineRow, type Numbers, threeWindingRow, transformerRow } from './write-branches.ts'
import { loadRows } from './write-loads.ts'
import { type Cells, frame, type Frame } from './write-tables.ts'

export interface PandapowerDocument {
  readonly _module: 'pandapower.auxiliary'
  readonly _class: 'pandapowerNet'
  readonly _object: Readonly<Record<string, unknown>>
}

/** Version of the layout of the tables; pandapower brings older ones up to its own. */
const FORMAT_VERSION = '3.1.0'

/**
 * @returns the document (JSON.stringify makes the file of it), the number of each id in its table, and what pandapower has no
 * form for: tap changers and inverter rules are left out with a warning, an equivalent branch it cannot express is an error
 */
export function writePandapower(network: PowerNetwork): { readonly document: PandapowerDocument; readonly numbers: ReadonlyMap<string, number>; readonly faults: readonly NetworkFault[] } {
  const faults: NetworkFault[] = []
  const numbers = new Map<string, number>()
  const number: Numbers = (id) => numbers.get(id) as number
  const kvOf = new Map(network.buses.map((bus) => [bus.id, bus.nominalKv]))
  const kv = (bus: string) => kvOf.get(bus) as number
  const { basePowerKva, frequencyHz } = network
  const enumerate = (ids: readonly { readonly id: string }[]) => ids.forEach(({ id }, k) => numbers.set(id, k))
  for (const list of [network.buses, network.lines, network.transformers, network.threeWindingTransformers]) enumerate(list)

  const switches: Cells[] = []
  const switchRow = (bus: string, element: number, et: string, closed: boolean, id: string): void => {
    switches.push({ bus: number(bus), element, et, type: null, closed, name: id, z_ohm: 0, in_ka: null })
  }
  const openEnds = (et: string, one: { readonly id: string; readonly from: string; readonly to: string; readonly fromClosed: boolean; readonly toClosed: boolean }, element: number): void => {
    if (one.fromClosed === one.toClosed) return
    const bus = one.fromClosed ? one.to : one.from
    switchRow(bus, element, et, false, `${one.id} at ${bus}`)
  }
  for (const link of network.links) switchRow(link.from, number(link.to), 'b', link.fromClosed && link.toClosed, link.id)
  network.lines.forEach((line, k) => openEnds('l', line, k))
  network.transformers.forEach((one, k) => openEnds('t', one, k))
  network.threeWindingTransformers.forEach((one, k) => {
    if (one.windings.some((winding) => winding.closed)) for (const { bus, closed } of one.windings) if (!closed) switchRow(bus, k, 't3', false, `${one.id} at ${bus}`)
  })

  const impedances: Cells[] = []
  const transformers = network.transformers.map((one) => transformerRow(one, number, faults))
  for (const one of network.equivalentBranches) {
    const row = equivalentRow(one, number, kv, basePowerKva)
    if (row === undefined) faults.push(networkError('PF_NETWORK_FILE_UNSUPPORTED', `equivalentBranches/${one.id}`, 'pandapower has no branch with a ratio and a capacitive or negative shunt.', 'Give it as a line or a transformer.'))
    else if ('rft_pu' in row) impedances.push(row)
    else {
      openEnds('t', one, transformers.length)
      transformers.push(row)
    }
    if ('rft_pu' in (row ?? {}) && one.fromClosed !== one.toClosed) faults.push(networkError('PF_NETWORK_FILE_UNSUPPORTED', `equivalentBranches/${one.id}`, 'An impedance of pandapower has no switch at one end.', 'Open it at both ends.'))
  }

  const buses: Cells[] = network.buses.map((bus) => ({
    name: bus.name ?? bus.id, vn_kv: bus.nominalKv, type: 'b', zone: null, in_service: true,
    geo: bus.longitude === undefined || bus.latitude === undefined ? null : JSON.stringify({ coordinates: [bus.longitude, bus.latitude], type: 'Point' }),
  }))
  // A source of pandapower's load flow is ideal: the impedance of one that is not stands before it.
  const sources = network.sources.map((source): Cells => {
    const { rPu, xPu } = sourceImpedance(source, basePowerKva)
    let bus = number(source.bus)
    if (rPu !== 0 || xPu !== 0) {
      buses.push({ name: `${source.id} inside`, vn_kv: kv(source.bus), type: 'n', zone: null, in_service: true, geo: null })
      impedances.push({ name: source.id, from_bus: buses.length - 1, to_bus: bus, rft_pu: rPu, xft_pu: xPu, rtf_pu: rPu, xtf_pu: xPu, gf_pu: 0, bf_pu: 0, gt_pu: 0, bt_pu: 0, sn_mva: basePowerKva / 1000, in_service: source.closed })
      bus = buses.length - 1
    }
    return { name: source.id, bus, vm_pu: source.voltagePu, va_degree: source.angleDeg ?? 0, slack_weight: 1, in_service: source.closed, controllable: true }
  })

  const tables: Record<string, Frame> = {
    bus: frame('bus', buses),
    line: frame('line', network.lines.map((line) => lineRow(line, number, frequencyHz, faults))),
    trafo: frame('trafo', transformers),
    trafo3w: frame('trafo3w', network.threeWindingTransformers.map((one) => threeWindingRow(one, number, faults))),
    impedance: frame('impedance', impedances),
    switch: frame('switch', switches),
    ext_grid: frame('ext_grid', sources),
    load: frame('load', loadRows(network.loads, number, faults)),
    gen: frame('gen', network.generators.map(({ id, bus, closed, activeKw, voltagePu, lowestKvar, highestKvar }) => ({
      name: id, bus: number(bus), p_mw: activeKw / 1000, vm_pu: voltagePu, sn_mva: null, min_q_mvar: lowestKvar === undefined ? null : lowestKvar / 1000, max_q_mvar: highestKvar === undefined ? null : highestKvar / 1000,
      scaling: 1, slack: false, controllable: true, in_service: closed, slack_weight: 0, type: null,
    }))),
    shunt: frame('shunt', network.shunts.map(({ id, bus, closed, activeKw, reactiveKvar }) => (
      { bus: number(bus), name: id, q_mvar: reactiveKvar / 1000, p_mw: activeKw / 1000, vn_kv: kv(bus), step: 1, max_step: 1, step_dependency_table: false, in_service: closed }
    ))),
  }
  faults.push(...leftOut(network))
  return {
    document: { _module: 'pandapower.auxiliary', _class: 'pandapowerNet', _object: { ...tables, version: FORMAT_VERSION, format_version: FORMAT_VERSION, name: network.name, f_hz: frequencyHz, sn_mva: basePowerKva / 1000, std_types: { line: {}, trafo: {}, trafo3w: {} }, user_pf_options: {} } },
    numbers, faults,
  }
}

function leftOut({ tapChangers, inverterControls }: PowerNetwork): NetworkFault[] {
  const faults: NetworkFault[] = []
  const warn = (list: readonly unknown[], place: string, what: string) => {
    if (list.length > 0) faults.push(networkWarning('PF_NETWORK_FILE_UNSUPPORTED', place, `${list.length} ${what} were left out: the file holds the network as it stands.`, 'Nothing, or add controllers in pandapower.'))
  }
  warn(tapChangers, 'tapChangers', 'on-load tap changers')
  warn(inverterControls, 'inverterControls', 'rules of inverters')
  return faults
}
