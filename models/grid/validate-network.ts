/** Everything that can be found wrong in a network before it is computed. */
import { fedBuses } from '#models/load-flow/circuit.ts'
import { earthingFaults } from './check-earthing.ts'
import { levelFaults } from './check-levels.ts'
import { referenceFaults } from './check-references.ts'
import { valueFaults } from './check-values.ts'
import { TurnedSets } from './circuit/turned-sets.ts'
import { circuitOf, type CircuitOf } from './circuit-of.ts'
import { type NetworkFault, networkError, NetworkFaultsError, networkWarning } from './network-fault.ts'
import type { PowerNetwork } from './power-network.ts'

/** Sources that differ by more drive power round through the network. */
const SOURCE_ANGLE_DEG = 1

/**
 * All faults at once, errors first. Without an error the network has a circuit; each warning says what is assumed or missing.
 * What needs a circuit (islands, loops, sources against each other, earthing) is checked once all names are right.
 */
export function validateNetwork(network: PowerNetwork): readonly NetworkFault[] {
  const faults = [...referenceFaults(network), ...valueFaults(network), ...levelFaults(network)]
  if (!faults.some(({ code }) => code === 'PF_GRID_REFERENCE' || code === 'PF_GRID_DUPLICATE_ID')) {
    faults.push(...earthingFaults(network))
    try {
      const made = circuitOf(network)
      faults.push(...loopFaults(made), ...islandFaults(network, made), ...sourceFaults(network, made))
    } catch (error) {
      if (!(error instanceof NetworkFaultsError)) throw error
      faults.push(...error.faults)
    }
  }
  return [...faults.filter(({ severity }) => severity === 'error'), ...faults.filter(({ severity }) => severity === 'warning')]
}

/** A phase shifter may stand in a loop; clocks that do not add up there are an error. */
function loopFaults({ faults }: CircuitOf): NetworkFault[] {
  return faults.filter(({ code }) => code === 'PF_GRID_CLOCK').map((fault) => (fault.place.startsWith('equivalent/') ? fault : { ...fault, severity: 'error' }))
}

/** One fault an island: an error where somebody waits for supply in it. */
function islandFaults(network: PowerNetwork, { circuit, busIndex }: CircuitOf): NetworkFault[] {
  if (!network.sources.some((source) => source.closed)) return [networkError('PF_GRID_UNFED', 'sources', 'The network has no source in service.', 'Add the bus that feeds it as a source.')]
  const fed = fedBuses(circuit)
  const parts = new TurnedSets(circuit.busCount)
  circuit.branchFrom.forEach((from, k) => { if (from >= 0 && circuit.branchTo[k] >= 0) parts.join(from, circuit.branchTo[k]) })
  const islands = new Map<number, string[]>()
  for (const { id } of network.buses) {
    const bus = busIndex.get(id) as number
    if (fed[bus] === 1) continue
    const part = parts.find(bus)
    islands.set(part, [...(islands.get(part) ?? []), id])
  }
  const supplied = new Set([...network.loads, ...network.generators].filter((one) => one.closed).map((one) => parts.find(busIndex.get(one.bus) as number)))
  return [...islands].map(([part, ids]) => (supplied.has(part) ? networkError : networkWarning)(
    'PF_GRID_UNFED', `buses/${ids[0]}`, `No source feeds ${ids.length === 1 ? 'it' : `it and ${ids.length - 1} more (${ids.slice(1, 6).join(', ')}${ids.length > 6 ? ', ...' : ''})`}.`,
  ))
}

/** Angles that the clocks between two sources do not explain. */
function sourceFaults(network: PowerNetwork, { circuit, busIndex }: CircuitOf): NetworkFault[] {
  const parts = new TurnedSets(circuit.busCount)
  circuit.branchFrom.forEach((from, k) => { if (from >= 0 && circuit.branchTo[k] >= 0) parts.join(from, circuit.branchTo[k]) })
  const first = new Map<number, { readonly id: string; readonly deg: number }>()
  return network.sources.filter((source) => source.closed).flatMap(({ id, bus, angleDeg = 0 }) => {
    const at = busIndex.get(bus) as number
    const deg = angleDeg - (circuit.busClockRad[at] * 180) / Math.PI
    const other = first.get(parts.find(at))
    if (other === undefined) {
      first.set(parts.find(at), { id, deg })
      return []
    }
    const apartDeg = Math.abs(((deg - other.deg + 540) % 360 + 360) % 360 - 180)
    if (apartDeg <= SOURCE_ANGLE_DEG) return []
    return [networkWarning('PF_GRID_SOURCES', `sources/${id}`, `Its angle is ${apartDeg.toFixed(1)} degrees away from that of ${other.id}, beyond what the transformers between them turn: power flows round.`, 'Correct the angle or the clock of a transformer, or open the way between them.')]
  })
}
