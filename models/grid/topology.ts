/** How the network is fed as it is switched: a tree from the sources, whatever loops it has. */
import type { Network } from '#models/district/schema.ts'
import type { Circuit } from '#models/load-flow/circuit.ts'
import type { GridModel } from './network.ts'

export interface FeedingTree {
  /** Bus on the source side of each bus; -1 at a source or where nothing feeds it. */
  readonly parentBus: Int32Array
  /** Branch over which each bus is fed; -1 at a source or where nothing feeds it. */
  readonly parentBranch: Int32Array
  /** Buses that are fed, sources first: each after its parent. */
  readonly order: Int32Array
  /** Branches with both ends closed and fed that are not in the tree: each closes a loop. */
  readonly loopBranches: readonly number[]
}

/** Breadth first from all sources, so that each bus hangs on a way of fewest branches. */
export function feedingTree(grid: Pick<Circuit, 'busCount' | 'branchFrom' | 'branchTo' | 'sources'>): FeedingTree {
  const { busCount, branchFrom, branchTo } = grid
  const neighbours: { bus: number; branch: number }[][] = Array.from({ length: busCount }, () => [])
  for (let k = 0; k < branchFrom.length; k += 1) {
    if (branchFrom[k] < 0 || branchTo[k] < 0) continue
    neighbours[branchFrom[k]].push({ bus: branchTo[k], branch: k })
    neighbours[branchTo[k]].push({ bus: branchFrom[k], branch: k })
  }
  const parentBus = new Int32Array(busCount).fill(-1)
  const parentBranch = new Int32Array(busCount).fill(-1)
  const reached = new Uint8Array(busCount)
  const inTree = new Uint8Array(branchFrom.length)
  const order: number[] = []
  for (const source of grid.sources) {
    if (reached[source.bus]) continue
    reached[source.bus] = 1
    order.push(source.bus)
  }
  for (let head = 0; head < order.length; head += 1) {
    for (const next of neighbours[order[head]]) {
      if (reached[next.bus]) continue
      reached[next.bus] = 1
      inTree[next.branch] = 1
      parentBus[next.bus] = order[head]
      parentBranch[next.bus] = next.branch
      order.push(next.bus)
    }
  }
  const loopBranches: number[] = []
  for (let k = 0; k < branchFrom.length; k += 1) {
    if (branchFrom[k] >= 0 && branchTo[k] >= 0 && reached[branchFrom[k]] && !inTree[k]) loopBranches.push(k)
  }
  return { parentBus, parentBranch, order: Int32Array.from(order), loopBranches }
}

/** Branches from the bus up to its source, the bus's own first. Empty at a source and where nothing feeds the bus. */
export function pathToSource(tree: FeedingTree, bus: number): readonly number[] {
  const path: number[] = []
  for (let at = bus; tree.parentBus[at] >= 0; at = tree.parentBus[at]) path.push(tree.parentBranch[at])
  return path
}

/** Buses fed through the branch, nearest first; empty if the branch feeds nothing (open, or the far side of a loop). */
export function downstreamBuses(tree: FeedingTree, branch: number): readonly number[] {
  const below = new Set<number>()
  for (const bus of tree.order) if (tree.parentBranch[bus] === branch || below.has(tree.parentBus[bus])) below.add(bus)
  return [...below]
}

/** Buses that are fed through a transformer or section, as one mask over all buses. */
export function downstreamMask(tree: FeedingTree, branch: number): Uint8Array {
  const mask = new Uint8Array(tree.parentBus.length)
  for (const bus of tree.order) if (tree.parentBranch[bus] === branch || (tree.parentBus[bus] >= 0 && mask[tree.parentBus[bus]])) mask[bus] = 1
  return mask
}

/**
 * Feeder by which each bus is fed now: index in `network.feeders` of the first one met on the way to the source (so an LV
 * feeder for LV buses), -1 at busbars that no feeder feeds. After a transfer of load this is the feeder that carries it.
 */
export function feederOfBuses(network: Network, grid: GridModel, tree: FeedingTree): Int32Array {
  const headFeeder = new Map(network.feeders.map((feeder, index) => [grid.branchIndex.get(feeder.lineSections[0]) ?? -1, index]))
  const feeder = new Int32Array(grid.busCount).fill(-1)
  for (const bus of tree.order) {
    const branch = tree.parentBranch[bus]
    if (branch < 0) continue
    const own = headFeeder.get(branch)
    // A transformer begins a level of its own: what hangs on its busbar belongs to the LV feeders. A coupler joins one level.
    const sameLevel = branch < grid.sectionCount || grid.busBaseKv[bus] === grid.busBaseKv[tree.parentBus[bus]]
    feeder[bus] = own ?? (sameLevel ? feeder[tree.parentBus[bus]] : -1)
  }
  return feeder
}

/** Feeders whose busbar a source feeds directly, at the highest voltage: the feeder heads of the district. */
export function feederHeads(network: Network): readonly { readonly feederId: string; readonly section: string }[] {
  const primary = new Set(network.substations.filter((substation) => substation.kind === 'primary').map((substation) => substation.id))
  const busbars = new Set(network.busbars.filter((busbar) => primary.has(busbar.substation)).map((busbar) => busbar.id))
  return network.feeders.filter((feeder) => busbars.has(feeder.busbar)).map((feeder) => ({ feederId: feeder.id, section: feeder.lineSections[0] }))
}
