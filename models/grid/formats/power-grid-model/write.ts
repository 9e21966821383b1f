/** Writes a network as the input of Power Grid Model, so that the same circuit is read from it again. */
import { baseOhm } from '../../circuit/pi-line.ts'
import { transformerPi } from '../../circuit/pi-transformer.ts'
import { type NetworkFault, networkWarning } from '../../network-fault.ts'
import type { EquivalentBranch, Load, PowerNetwork, TwoWindingTransformer, VoltageControlledGenerator } from '../../power-network.ts'
import { BranchRows, type Row } from './write-branches.ts'

export interface PowerGridModelDocument {
  readonly version: string
  readonly type: 'input'
  readonly is_batch: false
  readonly attributes: Record<string, never>
  readonly data: Readonly<Record<string, readonly Row[]>>
}

/** An ideal source has no form in Power Grid Model; so much short-circuit power (VA) holds the voltage within rounding. */
const IDEAL_SHORT_CIRCUIT_VA = 1e40
const KIND_NUMBER: Readonly<Record<Load['kind'], number>> = { power: 0, impedance: 1, current: 2 }

/**
 * @returns the document, the number given to each id (ids that are numbers are kept if all of them are), and warnings for what
 * Power Grid Model has no form for
 */
export function writePowerGridModel(network: PowerNetwork): { document: PowerGridModelDocument; numbers: ReadonlyMap<string, number>; faults: readonly NetworkFault[] } {
  const numbers = numberIds(network)
  const number = (id: string): number => numbers.get(id) as number
  const kvOf = new Map(network.buses.map((bus) => [bus.id, bus.nominalKv]))
  const voltsOf = (bus: string) => (kvOf.get(bus) as number) * 1000
  const rows = new BranchRows(number)
  const asEquivalent = (one: TwoWindingTransformer): EquivalentBranch => {
    const { id, from, to, fromClosed, toClosed, ratedKva, parallel = 1 } = one
    return { id, from, to, fromClosed, toClosed, ...transformerPi(one, voltsOf(from) / 1000, voltsOf(to) / 1000, network.basePowerKva), ratedKva: ratedKva * parallel }
  }
  const plain = network.transformers.filter(isPlain)
  const turning = network.transformers.filter((one) => !isPlain(one)).map(asEquivalent)
  const sameLevel = network.lines.filter((line) => kvOf.get(line.from) === kvOf.get(line.to))
  const otherLevel = network.lines.filter((line) => kvOf.get(line.from) !== kvOf.get(line.to))
  const genericRow = (one: EquivalentBranch) => rows.generic(one, baseOhm(voltsOf(one.to) / 1000, network.basePowerKva))

  const shuntRow = ({ id, bus, closed, activeKw, reactiveKvar }: PowerNetwork['shunts'][number]): Row => {
    const square = voltsOf(bus) ** 2
    return { id: number(id), node: number(bus), status: Number(closed), g1: (activeKw * 1000) / square, b1: (-reactiveKvar * 1000) / square }
  }
  const loadRow = ({ id, bus, closed, activeKw, reactiveKvar, kind }: Load): Row => (
    { id: number(id), node: number(bus), status: Number(closed), type: KIND_NUMBER[kind], p_specified: activeKw * 1000, q_specified: reactiveKvar * 1000 }
  )
  const regulatorId = (one: VoltageControlledGenerator) => number(`${one.id} voltage`)
  const data: Record<string, Row[]> = {
    node: network.buses.map((bus) => ({ id: number(bus.id), u_rated: bus.nominalKv * 1000 })),
    line: sameLevel.map((line) => rows.line(line)),
    link: network.links.map((link) => rows.ends(link)),
    generic_branch: [
      ...[...turning, ...network.equivalentBranches].map(genericRow),
      ...otherLevel.map((line) => rows.genericOfLine(line, voltsOf(line.to) / voltsOf(line.from), network.frequencyHz)),
    ],
    transformer: plain.map((one) => rows.transformer(one)),
    three_winding_transformer: network.threeWindingTransformers.map((one) => rows.threeWinding(one)),
    shunt: network.shunts.map(shuntRow),
    source: network.sources.map((one) => ({
      id: number(one.id), node: number(one.bus), status: Number(one.closed), u_ref: one.voltagePu, u_ref_angle: ((one.angleDeg ?? 0) * Math.PI) / 180,
      sk: one.shortCircuitMva === undefined ? IDEAL_SHORT_CIRCUIT_VA : one.shortCircuitMva * 1e6, rx_ratio: one.rxRatio ?? 0.1, z01_ratio: one.z0OverZ1 ?? 1,
    })),
    sym_load: network.loads.map(loadRow),
    sym_gen: network.generators.map((one) => ({ id: number(one.id), node: number(one.bus), status: Number(one.closed), type: 0, p_specified: one.activeKw * 1000, q_specified: 0 })),
    voltage_regulator: network.generators.map((one) => ({
      id: regulatorId(one), regulated_object: number(one.id), status: 1, u_ref: one.voltagePu,
      ...(one.lowestKvar !== undefined && { q_min: one.lowestKvar * 1000 }), ...(one.highestKvar !== undefined && { q_max: one.highestKvar * 1000 }),
    })),
    transformer_tap_regulator: network.tapChangers.map((one) => ({
      id: number(one.id), regulated_object: number(one.transformer), status: 1, control_side: controlSide(network, one.transformer, one.regulatedBus),
      u_set: one.setPointPu * voltsOf(one.regulatedBus), u_band: one.deadBandPu * voltsOf(one.regulatedBus),
      ...(one.compoundingROhm !== undefined && { line_drop_compensation_r: one.compoundingROhm }), ...(one.compoundingXOhm !== undefined && { line_drop_compensation_x: one.compoundingXOhm }),
    })),
  }
  return {
    document: { version: '1.0', type: 'input', is_batch: false, attributes: {}, data: Object.fromEntries(Object.entries(data).filter(([, list]) => list.length > 0)) },
    numbers,
    faults: [
      ...network.buses.filter((bus) => !(bus.nominalKv > 0)).map((bus) => networkWarning('PF_GRID_LEVEL', `buses/${bus.id}`, 'Its nominal voltage is not known; Power Grid Model needs it.')),
      ...turning.map((one) => networkWarning('PF_NETWORK_FILE_UNSUPPORTED', `transformers/${one.id}`, 'Its phase shift is not a clock: it was written as a generic branch with its present tap.', 'Nothing; its tap cannot be changed in the file.')),
      ...network.inverterControls.map((one) => networkWarning('PF_NETWORK_FILE_UNSUPPORTED', `inverterControls/${one.id}`, 'Power Grid Model has no rule for the reactive power of an inverter: it was left out.', 'Write the reactive power of the load.')),
      ...network.tapChangers.filter((one) => one.firstDelayS > 0 || one.nextDelayS > 0).map((one) => networkWarning('PF_NETWORK_FILE_UNSUPPORTED', `tapChangers/${one.id}`, 'Power Grid Model moves taps without delay: its delays were left out.', 'Nothing.')),
    ],
  }
}

/** A transformer whose whole phase shift is its clock. */
const isPlain = ({ clock, tap }: TwoWindingTransformer): boolean => Number.isInteger(clock) && (tap?.angleDeg ?? 0) === 0

function controlSide(network: PowerNetwork, transformer: string, bus: string): number {
  const two = network.transformers.find((one) => one.id === transformer)
  if (two !== undefined) return bus === two.from ? 0 : 1
  const windings = network.threeWindingTransformers.find((one) => one.id === transformer)?.windings ?? []
  return Math.max(0, windings.findIndex((one) => one.bus === bus))
}

function numberIds(network: PowerNetwork): ReadonlyMap<string, number> {
  const ids = [
    ...[network.buses, network.lines, network.links, network.equivalentBranches, network.transformers, network.threeWindingTransformers, network.shunts, network.sources, network.loads, network.generators, network.tapChangers]
      .flatMap((list) => list.map(({ id }) => id)),
  ]
  const keep = ids.every((id) => /^(0|[1-9]\d{0,8})$/.test(id))
  const numbers = new Map(ids.map((id, k) => [id, keep ? Number(id) : k + 1]))
  let next = Math.max(0, ...numbers.values()) + 1
  for (const { id } of network.generators) numbers.set(`${id} voltage`, next++)
  return numbers
}
