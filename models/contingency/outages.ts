/** What can fail on the medium-voltage network, one element at a time (N-1), and what is dark at the first moment. */
import type { Network } from '#models/district/schema.ts'
import { LOW_VOLTAGE_LIMIT_KV } from '#models/capacity/voltage-bands.ts'
import type { GridModel } from '#models/grid/network.ts'
import { energised, isolate, switchingGraph, type SwitchingGraph, trip } from './switching.ts'

export type OutageKind = 'section' | 'transformer' | 'busbar'

export interface Outage {
  /** Id of the element that fails. */
  readonly id: string
  readonly kind: OutageKind
  /** What no switching brings back before the repair: the element, and what is tied to it without any switch. */
  readonly lost: readonly string[]
  /** Breakers, and transformers or sources by their own protection, that trip. */
  readonly tripped: readonly string[]
  /** Buses fed before the fault and dark right after it. */
  readonly darkBuses: readonly string[]
}

/**
 * Every line section and busbar above 1 kV, and every transformer whose first winding is, in the order of the document.
 * @param only ids to keep; absent: all
 */
export function mediumVoltageOutages(network: Network, grid: GridModel, graph: SwitchingGraph = switchingGraph(network, grid), only?: readonly string[]): readonly Outage[] {
  const kept = only === undefined ? undefined : new Set(only)
  const isMedium = (busId: string) => grid.busBaseKv[grid.busIndex.get(busId) as number] > LOW_VOLTAGE_LIMIT_KV
  const normally = energised(graph, graph.normal)
  const outage = (id: string, kind: OutageKind): Outage => {
    const faulted = graph.nodeIndex.get(id) as number
    const { state, tripped } = trip(graph, faulted)
    const after = energised(graph, state)
    const { zone } = isolate(graph, state, faulted, () => true).state
    return {
      id, kind,
      lost: graph.nodeIds.filter((_, node) => zone[node] === 1),
      tripped: [...new Set(tripped.map((device) => graph.devices[device].id))],
      darkBuses: grid.busIds.filter((_, bus) => normally[bus] === 1 && after[bus] === 0),
    }
  }
  const isWanted = (id: string, busId: string) => isMedium(busId) && (kept?.has(id) ?? true)
  return [
    ...network.lineSections.filter((section) => isWanted(section.id, section.from)).map((section) => outage(section.id, 'section')),
    ...network.transformers.filter((transformer) => isWanted(transformer.id, transformer.hvNode)).map((transformer) => outage(transformer.id, 'transformer')),
    ...network.busbars.filter((busbar) => isWanted(busbar.id, busbar.id)).map((busbar) => outage(busbar.id, 'busbar')),
  ]
}
