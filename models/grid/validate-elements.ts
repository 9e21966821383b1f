import type { Network } from '#models/district/schema.ts'
import { validAt } from './dated.ts'
import { clockOf, type GridModel } from './network.ts'
import type { GridFault } from './validate.ts'

/** More than this between a transformer's rated and its busbar's nominal voltage is a mistake, not a tap. */
const LARGEST_VOLTAGE_RATIO = 1.15

/** Faults that each element shows by itself and against what it names. */
export function findElementFaults(network: Network, at: number): GridFault[] {
  const faults: GridFault[] = []
  const nominalKv = new Map([...network.busbars, ...network.junctions].map((bus) => [bus.id, bus.nominalVoltageKv]))
  const sections = new Set(network.lineSections.map((section) => section.id))
  const named = (path: string, id: string): number => {
    const kv = nominalKv.get(id)
    if (kv === undefined) faults.push({ path, problem: `names ${id}, which is no busbar or junction`, remedy: 'Correct the name or add the busbar.' })
    return kv ?? NaN
  }

  if (network.sources.length === 0) faults.push({ path: 'network.sources', problem: 'is empty', remedy: 'Add the source that feeds the network.' })
  for (const source of network.sources) named(`network.sources[${source.id}].node`, source.node)
  for (const load of network.boundaryLoads) named(`network.boundaryLoads[${load.id}].node`, load.node)

  for (const section of network.lineSections) {
    const path = `network.lineSections[${section.id}]`
    const [fromKv, toKv] = [named(`${path}.from`, section.from), named(`${path}.to`, section.to)]
    if (section.from === section.to) faults.push({ path, problem: 'begins and ends at the same bus', remedy: 'Correct one of its ends.' })
    if (fromKv === fromKv && toKv === toKv && fromKv !== toKv) faults.push({ path, problem: `joins ${fromKv} kV and ${toKv} kV`, remedy: 'Only a transformer may join two voltage levels.' })
    if (section.rOhmPerKm === 0 && section.xOhmPerKm === 0) faults.push({ path, problem: 'has no impedance', remedy: 'Give rOhmPerKm and xOhmPerKm of its cable.' })
    if (validAt(section.ratings, at) === undefined) faults.push({ path: `${path}.ratings`, problem: 'has no rating at this date', remedy: 'Add a rating whose interval holds.' })
  }
  for (const transformer of network.transformers) {
    const path = `network.transformers[${transformer.id}]`
    for (const [field, node, ratedKv] of [['hvNode', transformer.hvNode, transformer.hvKv], ['lvNode', transformer.lvNode, transformer.lvKv]] as const) {
      const ratio = ratedKv / named(`${path}.${field}`, node)
      if (ratio > LARGEST_VOLTAGE_RATIO || ratio < 1 / LARGEST_VOLTAGE_RATIO) {
        faults.push({ path: `${path}.${field}`, problem: `is rated ${ratedKv} kV but stands at ${nominalKv.get(node)} kV`, remedy: 'Correct the rated voltage or the busbar.' })
      }
    }
    if (transformer.shortCircuitResistivePct > transformer.shortCircuitVoltagePct) {
      faults.push({ path: `${path}.shortCircuitResistivePct`, problem: 'is larger than shortCircuitVoltagePct', remedy: 'Correct the figures of the data sheet.' })
    }
    if (validAt(transformer.ratings, at) === undefined) faults.push({ path: `${path}.ratings`, problem: 'has no rating at this date', remedy: 'Add a rating whose interval holds.' })
  }
  for (const one of network.switches) {
    const path = `network.switches[${one.id}]`
    if (!sections.has(one.lineSection)) faults.push({ path: `${path}.lineSection`, problem: `names ${one.lineSection}, which is no line section`, remedy: 'Correct the name.' })
    if (validAt(one.positions, at) === undefined) faults.push({ path: `${path}.positions`, problem: 'has no position at this date', remedy: 'Add a position whose interval holds.' })
  }
  for (const feeder of network.feeders) {
    named(`network.feeders[${feeder.id}].busbar`, feeder.busbar)
    for (const id of feeder.lineSections) if (!sections.has(id)) faults.push({ path: `network.feeders[${feeder.id}].lineSections`, problem: `names ${id}, which is no line section`, remedy: 'Correct the name.' })
  }
  return faults
}

/** Transformers that close a loop, as switched, whose clocks do not add up: a current would circulate at no load. */
export function closesClockLoop(network: Network, grid: GridModel): string[] {
  const hoursOf = (bus: number) => Math.round((-grid.busClockRad[bus] * 6) / Math.PI)
  return network.transformers
    .filter((transformer, t) => {
      const k = grid.sectionCount + t
      if (grid.branchFrom[k] < 0 || grid.branchTo[k] < 0 || grid.fed[grid.branchFrom[k]] === 0) return false
      return (hoursOf(grid.branchTo[k]) - hoursOf(grid.branchFrom[k]) - clockOf(transformer.vectorGroup) + 24) % 12 !== 0
    })
    .map((transformer) => transformer.id)
}
