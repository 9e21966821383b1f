import { type NetworkFault, networkError } from './network-fault.ts'
import type { PowerNetwork } from './power-network.ts'

/** Ids given twice and names of nothing: with these a network has no circuit. */
export function referenceFaults(network: PowerNetwork): NetworkFault[] {
  const faults: NetworkFault[] = []
  const seen = new Map<string, string>()
  for (const [kind, list] of Object.entries(elementLists(network))) {
    list.forEach(({ id }) => {
      const place = `${kind}/${id}`
      const first = seen.get(id)
      if (first === undefined) seen.set(id, place)
      else faults.push(networkError('PF_GRID_DUPLICATE_ID', place, `The id ${id} is given to ${first} already.`))
    })
  }
  const buses = new Set(network.buses.map((bus) => bus.id))
  const transformers = new Set([...network.transformers, ...network.threeWindingTransformers].map((one) => one.id))
  const expect = (known: ReadonlySet<string>, what: string, id: string, place: string) => {
    if (!known.has(id)) faults.push(networkError('PF_GRID_REFERENCE', place, `There is no ${what} ${id}.`))
  }
  for (const [kind, list] of Object.entries(branchLists(network))) {
    for (const { id, from, to } of list) {
      expect(buses, 'bus', from, `${kind}/${id}`)
      if (to !== from) expect(buses, 'bus', to, `${kind}/${id}`)
      else faults.push(networkError('PF_GRID_REFERENCE', `${kind}/${id}`, `It begins and ends at ${from}.`, 'Correct one of its ends.'))
    }
  }
  for (const { id, windings } of network.threeWindingTransformers) for (const { bus } of windings) expect(buses, 'bus', bus, `threeWindingTransformers/${id}`)
  for (const kind of ['sources', 'loads', 'generators', 'shunts', 'inverterControls'] as const) {
    for (const { id, bus } of network[kind]) expect(buses, 'bus', bus, `${kind}/${id}`)
  }
  for (const { id, transformer, regulatedBus } of network.tapChangers) {
    expect(transformers, 'transformer', transformer, `tapChangers/${id}`)
    expect(buses, 'bus', regulatedBus, `tapChangers/${id}`)
  }
  return faults
}

export const branchLists = ({ lines, transformers, equivalentBranches, links }: PowerNetwork) => ({ lines, transformers, equivalentBranches, links })

/** An inverter control may bear the id of the load it governs. */
function elementLists(network: PowerNetwork): Record<string, readonly { readonly id: string }[]> {
  const { buses, threeWindingTransformers, sources, loads, generators, shunts, tapChangers } = network
  return { buses, ...branchLists(network), threeWindingTransformers, sources, loads, generators, shunts, tapChangers }
}
