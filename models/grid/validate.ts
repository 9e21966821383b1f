/** Checks of the electrical network of a district document as it is switched at one date; what needs no switch positions is checked with the document. */
import type { Network } from '#models/district/schema.ts'
import { fault, type Fault } from '#models/district/fault.ts'
import { validAt } from './dated.ts'
import { buildGrid, type GridModel } from './network.ts'
import { clockOf } from './wired-branches.ts'

/** The same for a network of any other origin. */
export { validateNetwork } from './validate-network.ts'

/**
 * @param network of a document that passed `checkDistrict`: every name it uses is there
 * @param at instant (ms) whose switch positions and ratings are checked
 * @returns all faults; empty if the network can be computed and rated
 */
export function validateGrid(network: Network, at: number): readonly Fault[] {
  const grid = buildGrid(network, at)
  return [...datedFaults(network, at), ...impedanceFaults(network), ...islandFaults(network, grid), ...clockFaults(network, grid)]
}

function datedFaults(network: Network, at: number): Fault[] {
  const faults: Fault[] = []
  const check = (list: 'lineSections' | 'transformers' | 'switches', k: number, id: string, field: 'ratings' | 'positions', found: unknown) => {
    if (found === undefined) faults.push(fault('PF_GRID_INVALID', `/network/${list}/${k}/${field}`, `${id} has no ${field.slice(0, -1)} on ${new Date(at).toISOString()}.`, 'Add one whose interval holds.'))
  }
  network.lineSections.forEach((one, k) => check('lineSections', k, one.id, 'ratings', validAt(one.ratings, at)))
  network.transformers.forEach((one, k) => check('transformers', k, one.id, 'ratings', validAt(one.ratings, at)))
  network.switches.forEach((one, k) => check('switches', k, one.id, 'positions', validAt(one.positions, at)))
  return faults
}

function impedanceFaults(network: Network): Fault[] {
  return network.lineSections.flatMap((section, k) =>
    section.rOhmPerKm === 0 && section.xOhmPerKm === 0
      ? [fault('PF_GRID_INVALID', `/network/lineSections/${k}/rOhmPerKm`, `${section.id} has no impedance.`, 'Give rOhmPerKm and xOhmPerKm of its cable.')]
      : [],
  )
}

function islandFaults(network: Network, grid: GridModel): Fault[] {
  return grid.busIds.flatMap((id, bus) => {
    if (grid.fed[bus] === 1) return []
    const path = bus < network.busbars.length ? `/network/busbars/${bus}` : `/network/junctions/${bus - network.busbars.length}`
    return [fault('PF_GRID_INVALID', path, `${id} is fed by no source with the switches as they normally stand.`, 'Close a switch, or add what is missing on the way to a source.')]
  })
}

/** A transformer that closes a loop in which the clocks do not add up would drive a current at no load. */
function clockFaults(network: Network, grid: GridModel): Fault[] {
  const hoursOf = (bus: number) => Math.round((-grid.busClockRad[bus] * 6) / Math.PI)
  return network.transformers.flatMap((transformer, t) => {
    const [from, to] = [grid.branchFrom[grid.sectionCount + t], grid.branchTo[grid.sectionCount + t]]
    if (from < 0 || to < 0 || grid.fed[from] === 0) return []
    if ((hoursOf(to) - hoursOf(from) - clockOf(transformer.vectorGroup) + 24) % 12 === 0) return []
    return [fault('PF_GRID_INVALID', `/network/transformers/${t}/vectorGroup`, `${transformer.id} closes a loop in which the clocks of the transformers do not add up to zero.`, 'Correct the vector group, or open the loop.')]
  })
}
