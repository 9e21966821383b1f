/**
 * The electrical network of a district document at one instant, indexed and in per unit.
 *
 * Order of the elements, fixed by the document and the same as in a run's layout: buses are the busbars, then the
 * junctions; branches are the line sections, then the transformers.
 */
import type { LineSection, Network, Transformer } from '#models/district/schema.ts'
import { type Circuit, type CircuitSource, emptyTwoPorts, fedBuses, setPiBranch } from '#models/load-flow/circuit.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { validAt } from './dated.ts'

export const FREQUENCY_HZ = 50
export const BASE_POWER_KVA = 1000

export interface GridModel extends Circuit {
  readonly busIds: readonly string[]
  readonly busIndex: ReadonlyMap<string, number>
  readonly sectionIds: readonly string[]
  readonly transformerIds: readonly string[]
  /** Index of a section, or of a transformer behind all sections. */
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
  const busIndex = new Map(busIds.map((id, index) => [id, index]))
  const busBaseKv = Float64Array.from(buses, (bus) => bus.nominalVoltageKv)
  const busOf = (id: string, where: string): number => {
    const index = busIndex.get(id)
    if (index === undefined) throw new PenfeldError('PF_GRID_INVALID', `There is no busbar or junction ${id}.`, { where })
    return index
  }

  const { lineSections, transformers } = network
  const sectionCount = lineSections.length
  const branches: readonly (LineSection | Transformer)[] = [...lineSections, ...transformers]
  const branchIndex = new Map(branches.map((branch, index) => [branch.id, index]))
  const wiredFrom = Int32Array.from(branches, (branch) => busOf('from' in branch ? branch.from : branch.hvNode, branch.id))
  const wiredTo = Int32Array.from(branches, (branch) => busOf('to' in branch ? branch.to : branch.lvNode, branch.id))

  const { switchClosed, openFrom, openTo } = switchPositions(network, at, options, branchIndex)
  const branchFrom = Int32Array.from(branches, (_, k) => (openFrom[k] ? -1 : wiredFrom[k]))
  const branchTo = Int32Array.from(branches, (_, k) => (openTo[k] ? -1 : wiredTo[k]))
  const admittance = emptyTwoPorts(branches.length)
  branches.forEach((branch, k) => {
    const pi = 'from' in branch ? sectionPi(branch, busBaseKv[wiredFrom[k]]) : transformerPi(branch, busBaseKv[wiredFrom[k]], busBaseKv[wiredTo[k]])
    setPiBranch(admittance, k, pi, openFrom[k] === 1, openTo[k] === 1)
  })

  const sources = network.sources.map((source): CircuitSource => {
    const zPu = BASE_POWER_KVA / 1000 / source.shortCircuitMva
    const xPu = zPu / Math.hypot(1, source.rxRatio)
    return { bus: busOf(source.node, source.id), voltagePu: source.voltagePu, rPu: xPu * source.rxRatio, xPu }
  })
  const clocks = transformers.map((transformer) => clockOf(transformer.vectorGroup))
  const { island, islandCount, busClock } = findIslands(buses.length, branchFrom, branchTo, sectionCount, clocks, sources.map((source) => source.bus))
  const circuit: Circuit = {
    busCount: buses.length,
    basePowerKva: BASE_POWER_KVA,
    busBaseKv,
    busClockRad: Float64Array.from(busClock, (hours) => clockAngleRad(hours)),
    branchFrom,
    branchTo,
    admittance,
    shuntG: new Float64Array(buses.length),
    shuntB: new Float64Array(buses.length),
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

/** Hours of the clock of a vector group: 11 for `Dyn11`. The LV side lags by 30 degrees an hour. */
export const clockOf = (vectorGroup: string): number => Number(/\d+$/.exec(vectorGroup)?.[0] ?? 0)

/** Angle of a lag of so many hours, from -pi to below pi. */
export const clockAngleRad = (hours: number): number => (((hours % 12) > 6 ? 12 - (hours % 12) : -(hours % 12)) * Math.PI) / 6

/** Parallel cables share the current: r and x are divided, the capacitance multiplied. */
function sectionPi(section: LineSection, nominalKv: number) {
  const parallel = section.parallel ?? 1
  const baseOhm = (nominalKv * nominalKv * 1000) / BASE_POWER_KVA
  const ohmToPu = section.lengthKm / parallel / baseOhm
  const susceptanceS = 2 * Math.PI * FREQUENCY_HZ * section.cUfPerKm * 1e-6 * section.lengthKm * parallel
  return { rPu: section.rOhmPerKm * ohmToPu, xPu: section.xOhmPerKm * ohmToPu, gPu: 0, bPu: susceptanceS * baseOhm, ratio: 1 }
}

/**
 * Pi model seen from the LV side, the magnetising shunt split in halves over both ends (as Power Grid Model does, and
 * pandapower with `trafo_model='pi'`), the tap on the HV side.
 */
function transformerPi(transformer: Transformer, hvNominalKv: number, lvNominalKv: number) {
  const { ratedKva, hvKv, lvKv, shortCircuitVoltagePct, shortCircuitResistivePct, noLoadLossKw, noLoadCurrentPct, tap } = transformer
  const lvRatio = lvKv / lvNominalKv
  const impedancePu = (BASE_POWER_KVA / ratedKva) * lvRatio * lvRatio
  const zPct = shortCircuitVoltagePct
  const rPct = shortCircuitResistivePct
  const xPct = Math.sqrt(Math.max(0, zPct * zPct - rPct * rPct))
  const gPu = noLoadLossKw / BASE_POWER_KVA / (lvRatio * lvRatio)
  const yPu = ((noLoadCurrentPct / 100) * (ratedKva / BASE_POWER_KVA)) / (lvRatio * lvRatio)
  const bPu = -Math.sqrt(Math.max(0, yPu * yPu - gPu * gPu))
  const tapped = 1 + ((tap?.position ?? 0) * (tap?.stepPct ?? 0)) / 100
  return { rPu: (rPct / 100) * impedancePu, xPu: (xPct / 100) * impedancePu, gPu, bPu, ratio: ((hvKv / hvNominalKv) * tapped) / lvRatio }
}

function switchPositions(network: Network, at: number, options: GridOptions, branchIndex: ReadonlyMap<string, number>) {
  const branchCount = network.lineSections.length + network.transformers.length
  const openFrom = new Uint8Array(branchCount)
  const openTo = new Uint8Array(branchCount)
  const opened = new Set(options.openSwitches)
  const closed = new Set(options.closedSwitches)
  const switchClosed = Uint8Array.from(network.switches, (one) => {
    if (opened.has(one.id)) return 0
    if (closed.has(one.id)) return 1
    return Number(options.positions?.get(one.id) ?? validAt(one.positions, at)?.closed ?? false)
  })
  network.switches.forEach((one, k) => {
    const section = branchIndex.get(one.lineSection)
    if (section === undefined) throw new PenfeldError('PF_GRID_INVALID', `There is no line section ${one.lineSection}.`, { where: one.id })
    if (switchClosed[k] === 0) (one.end === 'from' ? openFrom : openTo)[section] = 1
  })
  for (const id of options.outOfService ?? []) {
    const branch = branchIndex.get(id)
    if (branch === undefined) throw new PenfeldError('PF_GRID_INVALID', `There is no line section or transformer ${id}.`, { where: id })
    openFrom[branch] = openTo[branch] = 1
  }
  return { switchClosed, openFrom, openTo }
}

/** Connected parts, each walked from its source where it has one, adding the clocks of the transformers on the way. */
function findIslands(busCount: number, from: Int32Array, to: Int32Array, sectionCount: number, clocks: readonly number[], sourceBuses: readonly number[]) {
  const neighbours: { bus: number; hours: number }[][] = Array.from({ length: busCount }, () => [])
  for (let k = 0; k < from.length; k += 1) {
    if (from[k] < 0 || to[k] < 0) continue
    const hours = k < sectionCount ? 0 : clocks[k - sectionCount]
    neighbours[from[k]].push({ bus: to[k], hours })
    neighbours[to[k]].push({ bus: from[k], hours: -hours })
  }
  const island = new Int32Array(busCount).fill(-1)
  const busClock = new Int32Array(busCount)
  let islandCount = 0
  const walk = (first: number): void => {
    if (island[first] >= 0) return
    const waiting = [first]
    island[first] = islandCount
    for (let bus = waiting.pop(); bus !== undefined; bus = waiting.pop()) {
      for (const next of neighbours[bus]) {
        if (island[next.bus] >= 0) continue
        island[next.bus] = islandCount
        busClock[next.bus] = (busClock[bus] + next.hours + 12) % 12
        waiting.push(next.bus)
      }
    }
    islandCount += 1
  }
  sourceBuses.forEach(walk)
  for (let bus = 0; bus < busCount; bus += 1) walk(bus)
  return { island, islandCount, busClock }
}
