import { feedingTree } from '#models/grid/topology.ts'
import type { GridModel } from '#models/grid/network.ts'

/** Transformer that feeds each bus as the network is switched: the nearest on the way to the source, by index in `transformerIds`; -1 where there is none. */
export function transformerOfBuses(grid: GridModel): Int32Array {
  const { order, parentBranch, parentBus } = feedingTree(grid)
  const found = new Int32Array(grid.busCount).fill(-1)
  for (const bus of order) {
    const branch = parentBranch[bus]!
    if (branch < 0) continue
    const index = branch - grid.sectionCount
    found[bus] = index >= 0 && index < grid.transformerIds.length ? index : found[parentBus[bus]!]!
  }
  return found
}
