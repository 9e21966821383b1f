/**
 * Reader of the input of Power Grid Model (LF Energy) for balanced studies. Attributes and their defaults: user manual,
 * "Components". Ids become text; powers and impedances come from SI units.
 */
import { baseOhm } from '../circuit/pi-line.ts'
import { referenceFaults } from '../check-references.ts'
import { type NetworkFault, networkError, networkWarning, refuseErrors } from '../network-fault.ts'
import { type Bus, emptyPowerNetwork, type EquivalentBranch, type Line, type Load, type OnLoadTapChanger, type PowerNetwork, type VoltageControlledGenerator, type VoltageSource } from '../power-network.ts'
import { Attributes } from './power-grid-model/attributes.ts'
import { type Components, inputComponents } from './power-grid-model/dataset.ts'
import { readThreeWindingTransformer, readTransformer } from './power-grid-model/transformers.ts'

export { applyUpdates, type Components, updateScenarios } from './power-grid-model/dataset.ts'
export { writePowerGridModel } from './power-grid-model/write.ts'

/** Three-phase power of 1 pu in Power Grid Model itself. */
const BASE_POWER_KVA = 1000
const DEFAULT_SHORT_CIRCUIT_VA = 1e10
const DEFAULT_RX_RATIO = 0.1
/** `type` of loads and generators. */
const KIND = ['power', 'impedance', 'current'] as const
const READ = ['node', 'line', 'link', 'generic_branch', 'transformer', 'three_winding_transformer', 'shunt', 'source', 'sym_load', 'sym_gen', 'asym_load', 'asym_gen', 'transformer_tap_regulator', 'voltage_regulator']
/** They say nothing about the network of a load flow. */
const PASSED_OVER = ['sym_voltage_sensor', 'asym_voltage_sensor', 'sym_power_sensor', 'asym_power_sensor', 'sym_current_sensor', 'asym_current_sensor', 'fault']

export interface NetworkReading {
  readonly network: PowerNetwork
  /** Warnings: what was left out or taken in another way. */
  readonly faults: readonly NetworkFault[]
}

/**
 * @param source text, parsed file, or components (`applyUpdates`)
 * @throws NetworkFaultsError PF_NETWORK_FILE_INVALID with every fault of the file
 */
export function readPowerGridModel(source: unknown, { name = 'Power Grid Model', frequencyHz = 50 } = {}): NetworkReading {
  const components = inputComponents(source)
  const faults = typeFaults(components)
  const each = <T>(type: string, read: (attributes: Attributes) => T): T[] => (components[type] ?? []).map((one, k) => read(new Attributes(type, k, one, faults)))

  const buses = each('node', (one): Bus => ({ id: one.id, nominalKv: one.number('u_rated', { above: 0 }) / 1000 }))
  const nominalKv = new Map(buses.map((bus) => [bus.id, bus.nominalKv]))
  const kvOf = (bus: string) => nominalKv.get(bus) ?? NaN
  const ends = (one: Attributes) => ({ id: one.id, from: one.reference('from_node'), to: one.reference('to_node'), fromClosed: one.status('from_status'), toClosed: one.status('to_status') })
  const at = (one: Attributes) => ({ id: one.id, bus: one.reference('node'), closed: one.status('status') })

  const regulators = new Map(each('voltage_regulator', (one) => [one.reference('regulated_object'), one] as const).filter(([, one]) => one.status('status')))
  const generators: VoltageControlledGenerator[] = []
  const appliance = (sign: 1 | -1, read: (one: Attributes, name: string) => number) => (one: Attributes): Load[] => {
    const place = at(one)
    const activeKw = (sign * read(one, 'p_specified')) / 1000
    const regulator = regulators.get(one.id)
    if (regulator !== undefined) {
      const limit = (name: string) => { const value = regulator.optional(name); return value === undefined ? undefined : value / 1000 }
      generators.push({ ...place, activeKw: -activeKw, voltagePu: regulator.number('u_ref', { above: 0 }), lowestKvar: limit('q_min'), highestKvar: limit('q_max') })
      return []
    }
    return [{ ...place, activeKw, reactiveKvar: (sign * read(one, 'q_specified')) / 1000, kind: KIND[one.oneOf('type', [0, 1, 2])] }]
  }
  const symmetric = (one: Attributes, attribute: string) => one.number(attribute)
  // A balanced study sees the sum of the phases, as the symmetric calculation of Power Grid Model does.
  const summed = (one: Attributes, attribute: string) => one.phases(attribute).reduce((sum, value) => sum + value, 0)
  const loads = [
    ...each('sym_load', appliance(1, symmetric)), ...each('sym_gen', appliance(-1, symmetric)),
    ...each('asym_load', appliance(1, summed)), ...each('asym_gen', appliance(-1, summed)),
  ].flat()

  const network: PowerNetwork = {
    ...emptyPowerNetwork(name, BASE_POWER_KVA, frequencyHz),
    buses, loads, generators,
    lines: each('line', (one): Line => {
      const ratedA = one.optional('i_n', { above: 0 })
      const [r0Ohm, x0Ohm, c0F, tanDelta0] = ['r0', 'x0', 'c0', 'tan0'].map((attribute) => one.optional(attribute))
      return {
        ...ends(one), rOhm: one.number('r1'), xOhm: one.number('x1'), cUf: one.number('c1') * 1e6, tanDelta: one.number('tan1'),
        ...(r0Ohm !== undefined && { r0Ohm }), ...(x0Ohm !== undefined && { x0Ohm }), ...(c0F !== undefined && { c0Uf: c0F * 1e6 }), ...(tanDelta0 !== undefined && { tanDelta0 }),
        ...(ratedA !== undefined && { summerA: ratedA, winterA: ratedA }),
      }
    }),
    links: each('link', (one) => ({ ...ends(one), kind: 'link' as const })),
    equivalentBranches: each('generic_branch', (one): EquivalentBranch => {
      const place = ends(one)
      const ohm = baseOhm(kvOf(place.to), BASE_POWER_KVA)
      const ratedVa = one.optional('sn', { from: 0 }) ?? 0
      return {
        ...place, rPu: one.number('r1') / ohm, xPu: one.number('x1') / ohm, gPu: one.number('g1') * ohm, bPu: one.number('b1') * ohm,
        ratio: one.optional('k', { above: 0 }) ?? 1, shiftDeg: ((one.optional('theta') ?? 0) * 180) / Math.PI, ...(ratedVa > 0 && { ratedKva: ratedVa / 1000 }),
      }
    }),
    transformers: each('transformer', (one) => ({ ...ends(one), ...readTransformer(one) })),
    threeWindingTransformers: each('three_winding_transformer', readThreeWindingTransformer),
    shunts: each('shunt', (one) => {
      const place = at(one)
      const squareV = (kvOf(place.bus) * 1000) ** 2
      return { ...place, activeKw: (one.number('g1') * squareV) / 1000, reactiveKvar: (-one.number('b1') * squareV) / 1000 }
    }),
    sources: each('source', (one): VoltageSource => ({
      ...at(one), voltagePu: one.number('u_ref', { above: 0 }), angleDeg: ((one.optional('u_ref_angle') ?? 0) * 180) / Math.PI,
      shortCircuitMva: (one.optional('sk', { above: 0 }) ?? DEFAULT_SHORT_CIRCUIT_VA) / 1e6, rxRatio: one.optional('rx_ratio', { from: 0 }) ?? DEFAULT_RX_RATIO, z0OverZ1: one.optional('z01_ratio', { above: 0 }) ?? 1,
    })),
  }
  const tapChangers = each('transformer_tap_regulator', (one) => readTapChanger(one, network, kvOf, faults)).flat()
  const regulated = { ...network, tapChangers }
  refuseErrors('PF_NETWORK_FILE_INVALID', [...faults, ...referenceFaults(regulated)], name)
  return { network: regulated, faults }
}

function typeFaults(components: Components): NetworkFault[] {
  const faults: NetworkFault[] = []
  for (const [type, rows] of Object.entries(components)) {
    if (rows.length === 0 || READ.includes(type)) continue
    if (PASSED_OVER.includes(type)) faults.push(networkWarning('PF_NETWORK_FILE_UNSUPPORTED', type, `${rows.length} components of this type were passed over: a load flow does not need them.`, 'Nothing.'))
    else faults.push(networkError('PF_NETWORK_FILE_UNSUPPORTED', type, `Components of this type are not read for balanced studies (${rows.length} in the file).`, `Write them as ${READ.join(', ')}.`))
  }
  return faults
}

/** Power Grid Model moves taps without time; both delays are 0. */
function readTapChanger(one: Attributes, network: PowerNetwork, kvOf: (bus: string) => number, faults: NetworkFault[]): OnLoadTapChanger[] {
  const transformer = one.reference('regulated_object')
  const side = one.oneOf('control_side', [0, 1, 2])
  const two = network.transformers.find((other) => other.id === transformer)
  const three = network.threeWindingTransformers.find((other) => other.id === transformer)
  const regulatedBus = two !== undefined ? [two.from, two.to][side] : three?.windings[side].bus
  if (regulatedBus === undefined) {
    faults.push(networkError('PF_GRID_REFERENCE', one.place, `There is no transformer ${transformer} with a side ${side}.`))
    return []
  }
  if (!one.status('status')) {
    faults.push(networkWarning('PF_NETWORK_FILE_UNSUPPORTED', one.place, 'The regulator is out of service and was left out.', 'Nothing.'))
    return []
  }
  const volts = kvOf(regulatedBus) * 1000
  const [compoundingROhm, compoundingXOhm] = ['line_drop_compensation_r', 'line_drop_compensation_x'].map((attribute) => one.optional(attribute))
  return [{
    id: one.id, transformer, regulatedBus, setPointPu: one.number('u_set', { above: 0 }) / volts, deadBandPu: one.number('u_band', { above: 0 }) / volts, firstDelayS: 0, nextDelayS: 0,
    ...(compoundingROhm !== undefined && { compoundingROhm }), ...(compoundingXOhm !== undefined && { compoundingXOhm }),
  }]
}
