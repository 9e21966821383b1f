/** A network to be solved, from a district folder or from a file of another tool, told apart by what is in it. */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { type CircuitOf, circuitOf } from '#models/grid/circuit-of.ts'
import { readMatpower } from '#models/grid/formats/matpower.ts'
import { readPandapower } from '#models/grid/formats/pandapower.ts'
import { readPowerGridModel } from '#models/grid/formats/power-grid-model.ts'
import { buildGrid } from '#models/grid/network.ts'
import { networkWarning, type NetworkFault } from '#models/grid/network-fault.ts'
import type { PowerNetwork } from '#models/grid/power-network.ts'
import { ratingsAt } from '#models/grid/ratings.ts'
import type { Circuit } from '#models/load-flow/circuit.ts'
import type { BranchRatings, LoadScenarios } from '#models/load-flow/load-flow.ts'
import { localParts } from '#models/units/local-time.ts'
import { loadDistrict } from '#services/config/load-district.ts'

export interface OpenNetwork {
  readonly name: string
  readonly circuit: Circuit
  /** One scenario: what the file itself says is drawn. */
  readonly loads: LoadScenarios
  /** Buses of the circuit that have a name, in its order; several names where links join them. */
  readonly buses: readonly { readonly id: string; readonly index: number; readonly nominalKv: number }[]
  readonly branches: readonly { readonly id: string; readonly kind: string; readonly index: number }[]
  readonly ratings: BranchRatings
  /** Loads that can be given other powers: their bus and their own part of the loads of the file. */
  readonly namedLoads: ReadonlyMap<string, { readonly bus: number; readonly activeKw: number; readonly reactiveKvar: number }>
  readonly faults: readonly NetworkFault[]
}

/**
 * @param outage id of an element to be taken out of service
 * @param at instant at which a district's dated positions and ratings are taken
 * @throws PenfeldError PF_NETWORK_FILE_INVALID and what the readers throw
 */
export async function openNetwork(path: string, at: number, outage?: string): Promise<OpenNetwork> {
  const place = resolve(path)
  const found = await stat(place).catch(() => undefined)
  if (found === undefined) throw new PenfeldError('PF_NETWORK_FILE_INVALID', 'There is no such file or folder.', { where: path })
  if (found.isDirectory()) return openDistrict(place, at, outage)
  const { network, faults } = await readNetworkFile(path)
  return openPowerNetwork(outage === undefined ? network : without(network, outage), faults)
}

/** @throws NetworkFaultsError PF_NETWORK_FILE_INVALID with every fault of the file */
export async function readNetworkFile(path: string): Promise<{ network: PowerNetwork; faults: readonly NetworkFault[] }> {
  return readNetwork(await readFile(resolve(path), 'utf8'), path)
}

/** Told apart by what only one of them writes. */
function readNetwork(text: string, path: string): { network: PowerNetwork; faults: readonly NetworkFault[] } {
  if (/\bmpc\.(bus|branch|baseMVA)\b/.test(text)) return readMatpower(text, { name: path })
  if (/"_module"\s*:\s*"pandapower/.test(text)) return readPandapower(text)
  if (/"(is_batch|sym_load|node)"\s*:/.test(text)) return readPowerGridModel(text, { name: path })
  throw new PenfeldError('PF_NETWORK_FILE_INVALID', 'This is neither a district folder nor a network of Power Grid Model (JSON), pandapower (JSON) or MATPOWER (.m).', { where: path })
}

function openPowerNetwork(network: PowerNetwork, readingFaults: readonly NetworkFault[]): OpenNetwork {
  const made: CircuitOf = circuitOf(network)
  const lines = new Map(network.lines.map((line) => [line.id, line]))
  const transformers = new Map(network.transformers.map((transformer) => [transformer.id, transformer]))
  const equivalents = new Map(network.equivalentBranches.map((branch) => [branch.id, branch]))
  const ampacityA = (id: string) => {
    const { summerA = Infinity, winterA = Infinity, derating = 1 } = lines.get(id) ?? {}
    const lower = Math.min(summerA, winterA)
    return lower === Infinity ? NaN : lower * derating
  }
  const limitKva = (id: string) => {
    const one = transformers.get(id)
    return one === undefined ? NaN : (one.ratedKva * (one.parallel ?? 1) * (one.limitPct ?? 100)) / 100
  }
  return {
    name: network.name, circuit: made.circuit, loads: made.loads,
    buses: network.buses.map(({ id, nominalKv }) => ({ id, nominalKv, index: made.busIndex.get(id) as number })),
    branches: made.branches.map(({ id, kind, winding, index }) => ({ id: winding === undefined ? id : `${id}:${winding}`, kind, index })),
    ratings: {
      currentA: Float64Array.from(made.branches, ({ kind, id }) => (kind === 'line' ? ampacityA(id) : NaN)),
      apparentKva: Float64Array.from(made.branches, ({ kind, id }) => (kind === 'transformer' ? limitKva(id) : kind === 'equivalent' ? (equivalents.get(id)?.ratedKva ?? NaN) : NaN)),
    },
    namedLoads: new Map(network.loads.filter(({ closed }) => closed).map(({ id, bus, activeKw, reactiveKvar, kind }) => [id, {
      bus: made.busIndex.get(bus) as number, activeKw: kind === 'power' ? activeKw : 0, reactiveKvar: kind === 'power' ? reactiveKvar : 0,
    }])),
    faults: [...readingFaults, ...made.faults],
  }
}

/** The network with both ends of one element open. */
function without(network: PowerNetwork, id: string): PowerNetwork {
  let found = false
  const opened = <T extends { readonly id: string }>(list: readonly T[], open: (one: T) => T): readonly T[] => list.map((one) => {
    if (one.id !== id) return one
    found = true
    return open(one)
  })
  const ends = <T extends { readonly id: string; readonly fromClosed: boolean; readonly toClosed: boolean }>(one: T): T => ({ ...one, fromClosed: false, toClosed: false })
  const closed = <T extends { readonly id: string; readonly closed: boolean }>(one: T): T => ({ ...one, closed: false })
  const less: PowerNetwork = {
    ...network,
    lines: opened(network.lines, ends), transformers: opened(network.transformers, ends), equivalentBranches: opened(network.equivalentBranches, ends), links: opened(network.links, ends),
    threeWindingTransformers: opened(network.threeWindingTransformers, (one) => ({ ...one, windings: [closedEnd(one.windings[0]), closedEnd(one.windings[1]), closedEnd(one.windings[2])] as const })),
    sources: opened(network.sources, closed), generators: opened(network.generators, closed), shunts: opened(network.shunts, closed),
  }
  if (!found) throw new PenfeldError('PF_GRID_INVALID', `There is no line, transformer, link, source, generator or shunt ${id}.`, { where: '--outage' })
  return less
}

const closedEnd = <T extends { readonly closed: boolean }>(end: T): T => ({ ...end, closed: false })

async function openDistrict(folder: string, at: number, outage: string | undefined): Promise<OpenNetwork> {
  const { district } = await loadDistrict(folder, process.env)
  const { network, timeZone } = district
  const grid = buildGrid(network, at, outage === undefined ? {} : { outOfService: [outage] })
  const { sectionA, transformerKva } = ratingsAt(network, at, localParts(at, timeZone).month)
  const branchCount = grid.branchFrom.length
  const column = () => new Float64Array(grid.busCount)
  const currentA = new Float64Array(branchCount).fill(NaN)
  currentA.set(sectionA)
  const apparentKva = new Float64Array(branchCount).fill(NaN)
  apparentKva.set(transformerKva, grid.sectionCount)
  return {
    name: district.name.en, circuit: grid, loads: { scenarios: 1, activeKw: column(), reactiveKvar: column() },
    buses: grid.busIds.map((id, index) => ({ id, index, nominalKv: grid.busBaseKv[index] })),
    branches: [...grid.sectionIds.map((id) => ({ id, kind: 'line' })), ...grid.transformerIds.map((id) => ({ id, kind: 'transformer' }))].map((one, index) => ({ ...one, index })),
    ratings: { currentA, apparentKva },
    namedLoads: new Map(district.deliveryPoints.flatMap(({ id, node }) => {
      const bus = node === undefined ? undefined : grid.busIndex.get(node)
      return bus === undefined ? [] : [[id, { bus, activeKw: 0, reactiveKvar: 0 }] as const]
    })),
    faults: [networkWarning('PF_NETWORK_LOADS_MISSING', 'loads', 'A district document says where loads are and not how large.', 'Give them with --loads, by delivery point or by bus.')],
  }
}
