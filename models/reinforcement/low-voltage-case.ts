/**
 * The low-voltage networks by themselves, each fed at the medium-voltage busbar of its transformer, and the bound by which hours after
 * an outage are excluded.
 *
 * Lines, transformers and shunts are linear and loads are constant powers: at a busbar voltage of v instead of 1 the network has v times
 * the voltages and currents that it has at 1 with its loads divided by v^2. So any voltage at the busbar is one load flow of the same
 * factorised network. And while the drop stays below a third of the voltage, voltages rise and currents fall with that of the busbar:
 * the lowest and the highest busbar voltage of an hour over all outages hold everything that any of them can do to the low voltage.
 */
import type { Network } from '#models/district/schema.ts'
import { LOW_VOLTAGE_LIMIT_KV } from '#models/capacity/voltage-bands.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { feedingTree } from '#models/grid/topology.ts'
import { type PreparedLoadFlow, prepareLoadFlow, type PrepareOptions, solveLoadFlow } from '#models/load-flow/load-flow.ts'

export interface LowVoltageCase {
  readonly grid: GridModel
  readonly prepared: PreparedLoadFlow
  /** By bus of this grid: its bus in the whole network, and the station (index among transformers that feed low voltage) that feeds it; -1: none. */
  readonly wholeBus: Int32Array
  readonly stationOfBus: Int32Array
  /** By section of this grid (sections come first): its branch in the whole network, and its station. */
  readonly wholeBranch: Int32Array
  readonly stationOfBranch: Int32Array
  /** Voltages without load, the busbars at 1 pu. */
  readonly idlePu: Float64Array
}

/** Impedance of a source that holds its voltage. */
const STIFF_MVA = 1e9

/** @returns undefined where low-voltage networks of different transformers are tied together */
export function lowVoltageCase(network: Network, at: number, whole: GridModel, options: PrepareOptions): LowVoltageCase | undefined {
  const isLow = (id: string) => whole.busBaseKv[whole.busIndex.get(id)!] <= LOW_VOLTAGE_LIMIT_KV
  const stations = network.transformers.filter(({ lvNode }) => isLow(lvNode))
  // Every transformer gets a busbar of its own, so that each can be at a voltage of its own.
  const ownBusbar = (id: string) => `${id}~hv`
  const small: Network = {
    ...network,
    busbars: [
      ...stations.map(({ id, hvNode, substation }) => ({ id: ownBusbar(id), name: id, substation, nominalVoltageKv: whole.busBaseKv[whole.busIndex.get(hvNode)!] })),
      ...network.busbars.filter(({ id }) => isLow(id)),
    ],
    junctions: network.junctions.filter(({ id }) => isLow(id)),
    lineSections: network.lineSections.filter(({ from }) => isLow(from)),
    transformers: stations.map((one) => ({ ...one, hvNode: ownBusbar(one.id) })),
    switches: network.switches.filter(({ lineSection }) => network.lineSections.some(({ id, from }) => id === lineSection && isLow(from))),
    sources: stations.map(({ id }) => ({ id: `${id}~source`, node: ownBusbar(id), voltagePu: 1, shortCircuitMva: STIFF_MVA, rxRatio: 0.1 })),
    feeders: [], boundaryLoads: [], busbarCouplers: [], threeWindingTransformers: [], tapChangers: [], shunts: (network.shunts ?? []).filter(({ node }) => isLow(node)), inverterControls: [],
  }
  const grid = buildGrid(small, at)
  const tree = feedingTree(grid)
  if (tree.loopBranches.length > 0) return undefined
  const stationOfBus = new Int32Array(grid.busCount).fill(-1)
  const stationOfBranch = new Int32Array(grid.branchFrom.length).fill(-1)
  stations.forEach(({ id }, s) => { stationOfBus[grid.busIndex.get(ownBusbar(id))!] = s })
  for (const bus of tree.order) {
    const parent = tree.parentBus[bus]
    if (parent < 0) continue
    stationOfBus[bus] = stationOfBus[parent]
    stationOfBranch[tree.parentBranch[bus]] = stationOfBus[bus]
  }
  const prepared = prepareLoadFlow(grid, options)
  const idle = solveLoadFlow(prepared, { scenarios: 1, activeKw: new Float64Array(grid.busCount), reactiveKvar: new Float64Array(grid.busCount) })
  return {
    grid, prepared, idlePu: idle.voltagePu.slice(), stationOfBus, stationOfBranch,
    wholeBus: Int32Array.from(grid.busIds, (id) => whole.busIndex.get(id) ?? -1),
    wholeBranch: Int32Array.from(grid.sectionIds, (id) => whole.branchIndex.get(id)!),
  }
}
