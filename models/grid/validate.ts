/** Checks of the electrical network that need its topology; returns every fault at once. */
import type { Network } from '#models/district/schema.ts'
import { closesClockLoop, findElementFaults } from './validate-elements.ts'
import { buildGrid } from './network.ts'

export interface GridFault {
  /** Path in the document, e.g. `network.lineSections[H1.S1].from`. */
  readonly path: string
  /** What is wrong. */
  readonly problem: string
  readonly remedy: string
}

/**
 * @param at instant (ms) whose switch positions and ratings are checked
 * @returns faults in the order of the document; empty if the network can be computed
 */
export function validateGrid(network: Network, at: number): readonly GridFault[] {
  const faults = [...findElementFaults(network, at)]
  const endsMissing = faults.some((fault) => fault.problem.startsWith('names'))
  // Topology can only be walked when every end is there.
  return endsMissing ? faults : [...faults, ...topologyFaults(network, at)]
}

function topologyFaults(network: Network, at: number): GridFault[] {
  const faults: GridFault[] = []
  const grid = buildGrid(network, at)
  grid.busIds.forEach((id, bus) => {
    if (grid.fed[bus] === 0) {
      const list = bus < network.busbars.length ? 'busbars' : 'junctions'
      faults.push({ path: `network.${list}[${id}]`, problem: 'is fed by no source with the switches as they normally stand', remedy: 'Add the missing line section or close a switch.' })
    }
  })
  for (const id of closesClockLoop(network, grid)) {
    faults.push({ path: `network.transformers[${id}].vectorGroup`, problem: 'closes a loop in which the clocks of the transformers do not add up to zero', remedy: 'Correct the vector group, or open the loop.' })
  }
  for (const feeder of network.feeders) {
    let bus = grid.busIndex.get(feeder.busbar) as number
    for (const id of feeder.lineSections) {
      const section = grid.branchIndex.get(id) as number
      const ends = [grid.wiredFrom[section], grid.wiredTo[section]]
      if (id === feeder.lineSections[0] && !ends.includes(bus)) {
        faults.push({ path: `network.feeders[${feeder.id}].lineSections`, problem: `its first section ${id} does not begin at its busbar ${feeder.busbar}`, remedy: 'List the sections head first.' })
        break
      }
      bus = ends[0] === bus ? ends[1] : ends[0]
    }
  }
  return faults
}
