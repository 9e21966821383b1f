/**
 * The electrical network of a district document at one instant, indexed and in per unit.
 *
 * Order of the elements, fixed by the document and the same as in a run's layout: buses are the busbars, then the
 * junctions; branches are the line sections, then the transformers. Behind them, outside of the layout: the middles of
 * three-winding transformers as buses, busbar couplers and windings as branches.
 */
import type { BusbarCoupler, Network, Switch } from '#models/district/schema.ts'
import { type Circuit, type CircuitSource, emptyTwoPorts, fedBuses, setPiBranch } from '#models/load-flow/circuit.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { sourceImpedance } from './circuit/appliances.ts'
import { rotateZones, type Shifted } from './circuit/rotation.ts'
import { TurnedSets } from './circuit/turned-sets.ts'
import { validAt } from './dated.ts'
import { type WiredBranch, wiredBranches } from './wired-branches.ts'

export const FREQUENCY_HZ = 50
export const BASE_POWER_KVA = 1000
const PER_UNIT = { frequencyHz: FREQUENCY_HZ, basePowerKva: BASE_POWER_KVA }

export interface GridModel extends Circuit {
  /** Of busbars and junctions: shorter than `busCount` where there are three-winding transformers. */
  readonly busIds: readonly string[]
  readonly busIndex: ReadonlyMap<string, number>
  readonly sectionIds: readonly string[]
  readonly transformerIds: readonly string[]
  /** Index of a section, a transformer behind all sections, a coupler or a winding (`id:1`) behind these. */
  readonly branchIndex: ReadonlyMap<string, number>
  readonly sectionCount: number
  /** Ends of each branch as built, whatever its switches say. */
  readonly wiredFrom: Int32Array
  readonly wiredTo: Int32Array
  readonly switchIds: readonly string[]
  /** 1: closed, at the instant the model was built for. */
  readonly switchClosed: Uint8Array
  /** 1: a source reaches the bus over closed switches. */
  readonly fed: Uint8Array
  /** Number of the connected part of each bus; parts without a source are islands. */
  readonly island: Int32Array
  readonly islandCount: number
}

export interface GridOptions {
  /** Measured positions (true: closed): they win over the dated normal positions. */
  readonly positions?: ReadonlyMap<string, boolean>
  /** Switches that a study opens, whatever is dated or measured. */
  readonly openSwitches?: readonly string[]
  readonly closedSwitches?: readonly string[]
  /** Line sections and transformers taken out of service. */
  readonly outOfService?: readonly string[]
}

/**
 * Builds the network as switched at the instant `at` (ms since 1970).
 * @throws PenfeldError PF_GRID_INVALID where an element names another that is not there; `validateGrid` lists every fault.
 */
export function buildGrid(network: Network, at: number, options: GridOptions = {}): GridModel {
  const buses = [...network.busbars, ...network.junctions]
  const busIds = buses.map((bus) => bus.id)
  const stars = network.threeWindingTransformers ?? []
  const busIndex = new Map([...busIds, ...stars.map((one) => one.id)].map((id, index) => [id, index]))
  const busOf = (id: string, where: string): number => {
    const index = busIndex.get(id)
    if (index === undefined) throw new PenfeldError('PF_GRID_INVALID', `There is no busbar or junction ${id}.`, { where })
    return index
  }
  const nominalKv = buses.map((bus) => bus.nominalVoltageKv)
  const busBaseKv = Float64Array.from([...nominalKv, ...stars.map((one) => nominalKv[busOf(one.windings[0].node, one.id)])])
  const busCount = busBaseKv.length

  const { lineSections, transformers } = network
  const sectionCount = lineSections.length
  const branches = wiredBranches(network)
  const branchIndex = new Map(branches.map((branch, index) => [branch.id, index]))
  const wiredFrom = Int32Array.from(branches, (branch) => busOf(branch.from, branch.id))
  const wiredTo = Int32Array.from(branches, (branch) => busOf(branch.to, branch.id))

  const { switchClosed, openFrom, openTo } = switchPositions(network, at, options, branches, branchIndex)
  const branchFrom = Int32Array.from(branches, (_, k) => (openFrom[k] ? -1 : wiredFrom[k]))
  const branchTo = Int32Array.from(branches, (_, k) => (openTo[k] ? -1 : wiredTo[k]))
  const admittance = emptyTwoPorts(branches.length)
  const shiftDeg = new Float64Array(branches.length)
  branches.forEach((branch, k) => {
    const pi = branch.pi(busBaseKv[wiredFrom[k]], busBaseKv[wiredTo[k]], PER_UNIT)
    shiftDeg[k] = pi.shiftDeg
    setPiBranch(admittance, k, pi, openFrom[k] === 1, openTo[k] === 1)
  })
  const shuntG = new Float64Array(busCount)
  const shuntB = new Float64Array(busCount)
  for (const shunt of network.shunts ?? []) {
    if (validAt(shunt.positions, at)?.closed !== true) continue
    shuntG[busOf(shunt.node, shunt.id)] += (shunt.lossKw ?? 0) / BASE_POWER_KVA
    shuntB[busOf(shunt.node, shunt.id)] -= shunt.reactiveKvar / BASE_POWER_KVA
  }

  const sources = network.sources.map((source): CircuitSource => (
    { bus: busOf(source.node, source.id), voltagePu: source.voltagePu, ...sourceImpedance(source, BASE_POWER_KVA) }
  ))
  const sourceBuses = sources.map((source) => source.bus)
  const { busDeg } = rotateZones(busCount, throughBranches(branchFrom, branchTo, shiftDeg), sourceBuses)
  const { island, islandCount } = findIslands(busCount, branchFrom, branchTo, sourceBuses)
  const circuit: Circuit = {
    busCount,
    basePowerKva: BASE_POWER_KVA,
    busBaseKv,
    busClockRad: busDeg.map((deg) => (deg * Math.PI) / 180),
    branchFrom,
    branchTo,
    admittance,
    shuntG,
    shuntB,
    sources,
  }
  return {
    ...circuit,
    busIds, busIndex,
    sectionIds: lineSections.map((section) => section.id),
    transformerIds: transformers.map((transformer) => transformer.id),
    branchIndex, sectionCount, wiredFrom, wiredTo,
    switchIds: network.switches.map((one) => one.id), switchClosed,
    fed: fedBuses(circuit), island, islandCount,
  }
}

function switchPositions(network: Network, at: number, options: GridOptions, branches: readonly WiredBranch[], branchIndex: ReadonlyMap<string, number>) {
  const openFrom = new Uint8Array(branches.length)
  const openTo = new Uint8Array(branches.length)
  const opened = new Set(options.openSwitches)
  const closed = new Set(options.closedSwitches)
  const isClosed = (one: Switch | BusbarCoupler): boolean => {
    if (opened.has(one.id)) return false
    return closed.has(one.id) || (options.positions?.get(one.id) ?? validAt(one.positions, at)?.closed ?? false)
  }
  const switchClosed = Uint8Array.from(network.switches, (one) => Number(isClosed(one)))
  network.switches.forEach((one, k) => {
    const section = branchIndex.get(one.lineSection)
    if (section === undefined) throw new PenfeldError('PF_GRID_INVALID', `There is no line section ${one.lineSection}.`, { where: one.id })
    if (switchClosed[k] === 0) (one.end === 'from' ? openFrom : openTo)[section] = 1
  })
  for (const coupler of network.busbarCouplers ?? []) {
    const branch = branchIndex.get(coupler.id) as number
    if (!isClosed(coupler)) openFrom[branch] = openTo[branch] = 1
  }
  for (const id of options.outOfService ?? []) {
    const named = branches.flatMap((branch, k) => (branch.element === id ? [k] : []))
    if (named.length === 0) throw new PenfeldError('PF_GRID_INVALID', `There is no line section or transformer ${id}.`, { where: id })
    for (const branch of named) openFrom[branch] = openTo[branch] = 1
  }
  return { switchClosed, openFrom, openTo }
}

/** Branches closed at both ends, with the lead of their `from` end. */
function throughBranches(from: Int32Array, to: Int32Array, shiftDeg: Float64Array): readonly Shifted[] {
  const through: Shifted[] = []
  for (let k = 0; k < from.length; k += 1) if (from[k] >= 0 && to[k] >= 0) through.push({ from: from[k], to: to[k], shiftDeg: shiftDeg[k] })
  return through
}

/** Connected parts, those with a source first. */
function findIslands(busCount: number, from: Int32Array, to: Int32Array, sourceBuses: readonly number[]) {
  const sets = new TurnedSets(busCount)
  for (let k = 0; k < from.length; k += 1) if (from[k] >= 0 && to[k] >= 0) sets.join(from[k], to[k])
  const numberOf = new Map<number, number>()
  const visit = (bus: number): number => {
    const root = sets.find(bus)
    const number = numberOf.get(root) ?? numberOf.size
    numberOf.set(root, number)
    return number
  }
  sourceBuses.forEach(visit)
  const island = Int32Array.from({ length: busCount }, (_, bus) => visit(bus))
  return { island, islandCount: numberOf.size }
}
