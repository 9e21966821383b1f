/**
 * The medium-voltage network with each low-voltage network drawn together at the busbar of its transformer. Transformers with their
 * losses stay; the losses of low-voltage lines (some percent of what they carry) and their voltage drop do not: an N-1 study of the
 * medium voltage is too low by those losses and says nothing of low-voltage lines.
 */
import type { Network } from '#models/district/schema.ts'
import { LOW_VOLTAGE_LIMIT_KV } from '#models/capacity/voltage-bands.ts'
import { buildGrid } from '#models/grid/network.ts'
import { feedingTree } from '#models/grid/topology.ts'

export interface Aggregated {
  readonly network: Network
  /** Bus of the drawn-together network for each bus of the whole one; -1 where nothing feeds it. */
  readonly busOf: Int32Array
}

/** @param at instant whose switch positions say which transformer feeds which low-voltage bus */
export function drawTogether(network: Network, at: number): Aggregated {
  const whole = buildGrid(network, at)
  const isLow = (bus: number) => whole.busBaseKv[bus] <= LOW_VOLTAGE_LIMIT_KV
  const kept = new Set(whole.busIds.filter((_, bus) => !isLow(bus)))
  for (const { lvNode } of network.transformers) kept.add(lvNode)
  const sections = network.lineSections.filter(({ from, to }) => kept.has(from) && kept.has(to))
  const sectionIds = new Set(sections.map(({ id }) => id))
  const small: Network = {
    ...network,
    busbars: network.busbars.filter(({ id }) => kept.has(id)), junctions: network.junctions.filter(({ id }) => kept.has(id)),
    lineSections: sections, switches: network.switches.filter(({ lineSection }) => sectionIds.has(lineSection)),
    feeders: network.feeders.map((feeder) => ({ ...feeder, lineSections: feeder.lineSections.filter((id) => sectionIds.has(id)) })).filter(({ lineSections }) => lineSections.length > 0),
    boundaryLoads: network.boundaryLoads.filter(({ node }) => kept.has(node)),
  }
  const place = buildGrid(small, at).busIndex
  const tree = feedingTree(whole)
  const busOf = new Int32Array(whole.busCount).fill(-1)
  for (const bus of tree.order) busOf[bus] = place.get(whole.busIds[bus]) ?? busOf[tree.parentBus[bus]]
  return { network: small, busOf }
}

/** Sums of [step * busCount + bus] columns over the buses that were drawn together. Loads of buses that nothing feeds are left out. */
export function drawLoadsTogether({ busOf }: Aggregated, column: Float64Array, busCount: number): Float64Array {
  const whole = busOf.length
  const steps = column.length / whole
  const sums = new Float64Array(steps * busCount)
  for (let step = 0; step < steps; step += 1) {
    for (let bus = 0; bus < whole; bus += 1) if (busOf[bus] >= 0) sums[step * busCount + busOf[bus]] += column[step * whole + bus]
  }
  return sums
}
