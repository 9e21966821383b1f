/**
 * A part of the network without a transformer in it has one reference to earth: the neutral of a winding that feeds it, or the
 * network behind a source. Without any, its phase voltages to earth are not fixed and an earth fault is not cleared.
 */
import { TurnedSets } from './circuit/turned-sets.ts'
import { type NetworkFault, networkWarning } from './network-fault.ts'
import type { PowerNetwork, Winding } from './power-network.ts'

const EARTHED: readonly (Winding | undefined)[] = ['YN', 'ZN']

/** @param network whose references were checked; parts that no transformer touches are left to the check of islands */
export function earthingFaults(network: PowerNetwork): NetworkFault[] {
  const rowOf = new Map(network.buses.map((bus, row) => [bus.id, row]))
  const row = (id: string) => rowOf.get(id) as number
  const parts = new TurnedSets(network.buses.length)
  const levels = new Map(network.buses.map((bus) => [bus.id, bus.nominalKv]))
  // An equivalent branch between two levels is a transformer of which nothing more is known.
  for (const one of [...network.lines, ...network.links, ...network.equivalentBranches.filter(({ from, to }) => levels.get(from) === levels.get(to))]) {
    if (one.fromClosed && one.toClosed) parts.join(row(one.from), row(one.to))
  }
  const known = new Set(network.sources.filter((source) => source.closed).map((source) => parts.find(row(source.bus))))
  const fed = new Map<number, { readonly bus: string; readonly transformers: string[]; unknown: boolean }>()
  const winding = (id: string, bus: string, closed: boolean, kind: Winding | undefined) => {
    if (!closed) return
    const part = parts.find(row(bus))
    const entry = fed.get(part) ?? { bus, transformers: [], unknown: false }
    entry.transformers.push(id)
    entry.unknown ||= kind === undefined
    fed.set(part, entry)
    if (EARTHED.includes(kind)) known.add(part)
  }
  for (const one of network.transformers) {
    winding(one.id, one.from, one.fromClosed, one.fromWinding)
    winding(one.id, one.to, one.toClosed, one.toWinding)
  }
  for (const one of network.threeWindingTransformers) for (const end of one.windings) winding(one.id, end.bus, end.closed, end.winding)
  return [...fed].filter(([part]) => !known.has(part)).map(([, { bus, transformers, unknown }]) => networkWarning(
    'PF_GRID_UNEARTHED', `buses/${bus}`,
    `The part of the network around ${bus} is fed by ${transformers.slice(0, 5).join(', ')}; ${unknown ? 'whether a neutral there is earthed is not said' : 'none has an earthed neutral there'}.`,
  ))
}
