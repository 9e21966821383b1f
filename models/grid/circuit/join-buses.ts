import { type NetworkFault, networkWarning } from '../network-fault.ts'
import type { PowerNetwork } from '../power-network.ts'
import { TurnedSets } from './turned-sets.ts'

export interface JoinedBuses {
  /** Number of buses after fusing, in the order of the network. */
  readonly count: number
  /** Bus of the circuit of each id; fused ones share it. */
  readonly busIndex: ReadonlyMap<string, number>
  readonly baseKv: Float64Array
  readonly faults: readonly NetworkFault[]
}

/** No impedance and the same level at both ends: a line of that kind is a link. */
export const isWithoutImpedance = ({ rOhm, xOhm }: { readonly rOhm: number; readonly xOhm: number }): boolean => rOhm === 0 && xOhm === 0

/** Makes one bus of all that are joined by closed links, and by closed lines without impedance. */
export function joinBuses(network: PowerNetwork): JoinedBuses {
  const { buses } = network
  const rowOf = new Map(buses.map((bus, row) => [bus.id, row]))
  const sets = new TurnedSets(buses.length)
  const faults: NetworkFault[] = []
  const fuse = (from: string, to: string) => sets.join(rowOf.get(from) as number, rowOf.get(to) as number)
  for (const link of network.links) if (link.fromClosed && link.toClosed) fuse(link.from, link.to)
  for (const line of network.lines) {
    if (!line.fromClosed || !line.toClosed || !isWithoutImpedance(line)) continue
    fuse(line.from, line.to)
    faults.push(networkWarning('PF_GRID_IMPEDANCE', `lines/${line.id}`, `It has no impedance: ${line.from} and ${line.to} are taken as one bus, and its current is not computed.`))
  }
  const closedLinks = network.links.filter((link) => link.fromClosed && link.toClosed).length
  if (closedLinks > 0) faults.push(networkWarning('PF_GRID_IMPEDANCE', 'links', `${closedLinks} closed link${closedLinks === 1 ? '' : 's'}: the current over a link is not computed.`, 'Measure it, or give the link the impedance of a line.'))

  const indexOfRoot = new Map<number, number>()
  const baseKv: number[] = []
  const busIndex = new Map(buses.map((bus, row) => {
    const root = sets.find(row)
    const index = indexOfRoot.get(root) ?? indexOfRoot.size
    if (!indexOfRoot.has(root)) {
      indexOfRoot.set(root, index)
      baseKv.push(buses[root].nominalKv)
    }
    return [bus.id, index]
  }))
  return { count: indexOfRoot.size, busIndex, baseKv: Float64Array.from(baseKv), faults }
}
