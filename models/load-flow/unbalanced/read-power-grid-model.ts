/** Input of Power Grid Model for its asymmetric calculation: three wires, loads by phase. Source: its user manual, "Components". */
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { Attributes } from '#models/grid/formats/power-grid-model/attributes.ts'
import { inputComponents } from '#models/grid/formats/power-grid-model/dataset.ts'
import { readPowerGridModel } from '#models/grid/formats/power-grid-model.ts'
import { type NetworkFault, refuseErrors } from '#models/grid/network-fault.ts'
import type { PowerNetwork, TwoWindingTransformer } from '#models/grid/power-network.ts'
import { type Connection, capacitanceFromSequences, type ConductorMatrix, fromSequences, type UnbalancedLoad, type UnbalancedNetwork, type UnbalancedShunt, type UnbalancedTransformer } from './network.ts'
import type { UnbalancedScenarios } from './scenarios.ts'

const PHASES = ['a', 'b', 'c'] as const
const KIND = ['power', 'impedance', 'current'] as const
const CONNECTIONS: readonly string[] = ['Dyn', 'YNyn', 'YNd', 'Yd', 'Dd', 'Dy', 'Yy'] satisfies Connection[]
/** A link in Power Grid Model: 1e6 pu of admittance at 1 MVA. */
const linkOhm = (nominalKv: number) => nominalKv * nominalKv * 1e-6

export interface UnbalancedReading {
  readonly network: UnbalancedNetwork
  /** One scenario: the loads of the file. */
  readonly loads: UnbalancedScenarios
}

/**
 * @param source text, parsed file, or components (`applyUpdates`)
 * @throws NetworkFaultsError PF_NETWORK_FILE_INVALID; PenfeldError PF_NETWORK_FILE_UNSUPPORTED for what has no model by phase here
 */
export function readUnbalancedPowerGridModel(source: unknown, frequencyHz = 50): UnbalancedReading {
  const { network } = readPowerGridModel(source, { frequencyHz })
  const unsupported = [...network.threeWindingTransformers, ...network.equivalentBranches, ...network.generators].map(({ id }) => id)
  if (unsupported.length > 0) throw new PenfeldError('PF_NETWORK_FILE_UNSUPPORTED', `Not read by phase: ${unsupported.join(', ')}.`, { where: unsupported[0] })
  const components = inputComponents(source)
  const faults: NetworkFault[] = []
  const each = <T>(type: string, read: (attributes: Attributes) => T[]): T[] => (components[type] ?? []).flatMap((one, k) => read(new Attributes(type, k, one, faults)))
  const appliance = (sign: number, byPhase: boolean) => (one: Attributes) => PHASES.flatMap((from, phase) => {
    const power = (name: string) => (sign * (byPhase ? one.phases(name)[phase] : one.number(name) / 3)) / 1000
    const load: UnbalancedLoad = { id: `${one.id}${from}`, bus: one.reference('node'), from, to: 'n', kind: KIND[one.oneOf('type', [0, 1, 2])] }
    return one.status('status') ? [{ load, kw: power('p_specified'), kvar: power('q_specified') }] : []
  })
  const drawn = [...each('sym_load', appliance(1, false)), ...each('sym_gen', appliance(-1, false)), ...each('asym_load', appliance(1, true)), ...each('asym_gen', appliance(-1, true))]
  const shunts = each('shunt', (one): UnbalancedShunt[] => {
    const [g1, b1] = [one.number('g1'), one.number('b1')]
    return one.status('status') ? [{ bus: one.reference('node'), admittanceS: fromSequences(g1, b1, one.optional('g0') ?? 0, one.optional('b0') ?? 0) }] : []
  })
  const grounding = new Map(each('transformer', (one) => [[one.id, { from: ohm(one, 'from'), to: ohm(one, 'to') }] as const]))
  refuseErrors('PF_NETWORK_FILE_INVALID', faults)
  return {
    network: { frequencyHz, shunts, ...branches(network, grounding), sources: network.sources.filter(({ closed }) => closed).map(({ bus, voltagePu, angleDeg = 0, shortCircuitMva, rxRatio, z0OverZ1 }) => ({ bus, voltagePu, angleRad: (angleDeg * Math.PI) / 180, shortCircuitMva, rxRatio, z0OverZ1 })), loads: drawn.map(({ load }) => load) },
    loads: { scenarios: 1, activeKw: Float64Array.from(drawn, ({ kw }) => kw), reactiveKvar: Float64Array.from(drawn, ({ kvar }) => kvar) },
  }
}

interface Impedance { readonly r: number; readonly x: number }
const ohm = (one: Attributes, side: 'from' | 'to'): Impedance => ({ r: one.optional(`r_grounding_${side}`) ?? 0, x: one.optional(`x_grounding_${side}`) ?? 0 })

/** Branches; one that is open at one end gets a bus of its own there, one that is open at both is left out. */
function branches(network: PowerNetwork, grounding: ReadonlyMap<string, { readonly from: Impedance; readonly to: Impedance }>): Pick<UnbalancedNetwork, 'buses' | 'sections' | 'transformers'> {
  const buses = network.buses.map(({ id, nominalKv }) => ({ id, nominalKv }))
  const kvOf = new Map(buses.map(({ id, nominalKv }) => [id, nominalKv]))
  const end = (id: string, bus: string, closed: boolean, side: string): string => {
    if (closed) return bus
    buses.push({ id: `${id}.${side}`, nominalKv: kvOf.get(bus) as number })
    return `${id}.${side}`
  }
  const ends = ({ id, from, to, fromClosed, toClosed }: { readonly id: string; readonly from: string; readonly to: string; readonly fromClosed: boolean; readonly toClosed: boolean }) => ({ id, from: end(id, from, fromClosed, 'from'), to: end(id, to, toClosed, 'to') })
  const connected = <T extends { readonly fromClosed: boolean; readonly toClosed: boolean }>(all: readonly T[]) => all.filter(({ fromClosed, toClosed }) => fromClosed || toClosed)
  const lines = connected(network.lines).map((line) => {
    const { id, r0Ohm, x0Ohm, cUf, c0Uf, rOhm, xOhm, tanDelta = 0, tanDelta0 = 0 } = line
    if (r0Ohm === undefined || x0Ohm === undefined || c0Uf === undefined) throw new PenfeldError('PF_NETWORK_FILE_INVALID', `Line ${id} has no zero sequence: r0, x0 and c0 are needed.`, { where: `line/${id}` })
    const perUf = 2 * Math.PI * network.frequencyHz
    return { ...ends(line), seriesOhm: fromSequences(rOhm, xOhm, r0Ohm, x0Ohm), capacitanceUf: capacitanceFromSequences(cUf, c0Uf), conductanceUs: capacitanceFromSequences(perUf * cUf * tanDelta, perUf * c0Uf * tanDelta0) }
  })
  const links = network.links.filter(({ fromClosed, toClosed }) => fromClosed && toClosed).map(({ id, from, to }) => ({ id, from, to, seriesOhm: alike(linkOhm(kvOf.get(from) as number)) }))
  const transformers = connected(network.transformers).map((one) => ({ ...ends(one), ...transformer(one, grounding.get(one.id) ?? NO_GROUNDING) }))
  return { buses, sections: [...lines, ...links], transformers }
}

const alike = (r: number): ConductorMatrix => fromSequences(r, 0, r, 0)
const NO_GROUNDING = { from: { r: 0, x: 0 }, to: { r: 0, x: 0 } }

/**
 * Power Grid Model puts the whole magnetising admittance beside the short-circuit impedance in the zero sequence of an earthed side (of Dyn at
 * `to`, of YNd at `from`), and what lies between star point and earth thrice in series with both.
 */
function transformer(one: TwoWindingTransformer, earth: { readonly from: Impedance; readonly to: Impedance }): Omit<UnbalancedTransformer, 'id' | 'from' | 'to'> {
  const { ratedKva, shortCircuitVoltagePct, copperLossKw, noLoadLossKw = 0, noLoadCurrentPct = 0, clock = 0, tap, fromWinding = 'D', toWinding = 'YN' } = one
  const connection = `${fromWinding}${toWinding.toLowerCase()}`
  if (!CONNECTIONS.includes(connection) || one.atLowestTap !== undefined || one.atHighestTap !== undefined) throw new PenfeldError('PF_NETWORK_FILE_UNSUPPORTED', `A ${connection} transformer, or one whose impedance follows the tap, is not read by phase.`, { where: `transformer/${one.id}` })
  const tapped = (side: 'from' | 'to', kv: number) => (tap?.side === side ? kv * (1 + (tap.stepPct / 100) * (tap.position - (tap.neutral ?? 0))) : kv)
  const [fromKv, toKv] = [tapped('from', one.fromKv), tapped('to', one.toKv)]
  const baseOhm = (toKv * toKv * 1000) / ratedKva
  const r = (copperLossKw / ratedKva) * baseOhm
  const x = Math.sqrt(Math.max(0, ((shortCircuitVoltagePct / 100) * baseOhm) ** 2 - r * r))
  const square = (toKv / fromKv) ** 2
  const earthOhm = { r: 3 * (earth.to.r + earth.from.r * square), x: 3 * (earth.to.x + earth.from.x * square) }
  const known = { ratedKva, fromKv, toKv, shortCircuitVoltagePct, copperLossKw, noLoadLossKw, noLoadCurrentPct, clock, connection: connection as Connection }
  if (connection === 'YNyn') return { ...known, zeroSequenceOhm: { r: r + earthOhm.r, x: x + earthOhm.x } }
  const g = noLoadLossKw / ratedKva / baseOhm
  const series = r * r + x * x
  const beside = { re: r / series + g, im: -x / series - Math.sqrt(Math.max(0, (noLoadCurrentPct / 100 / baseOhm) ** 2 - g * g)) }
  const own = beside.re ** 2 + beside.im ** 2
  return { ...known, zeroSequenceOhm: { r: beside.re / own + earthOhm.r, x: -beside.im / own + earthOhm.x } }
}
