import { type NetworkFault, networkError } from './network-fault.ts'
import type { PowerNetwork } from './power-network.ts'

/** Rated and nominal voltages of a transformer and its bus may differ by its taps, not by more. */
const RATED_SHARE = 0.15
/** Nominal voltages of one level that are written differently (20 and 20.5 kV). */
const SAME_LEVEL_SHARE = 0.1

/** Lines and links between two voltage levels, and transformers made for other voltages than those of their buses. */
export function levelFaults(network: PowerNetwork): NetworkFault[] {
  const nominalKv = new Map(network.buses.map((bus) => [bus.id, bus.nominalKv]))
  const apart = (a: number | undefined, b: number | undefined, share: number) => a !== undefined && b !== undefined && Math.abs(a / b - 1) > share
  const between = (['lines', 'links'] as const).flatMap((kind) => network[kind].filter(({ from, to }) => apart(nominalKv.get(from), nominalKv.get(to), SAME_LEVEL_SHARE)).map(({ id, from, to }) =>
    networkError('PF_GRID_LEVEL', `${kind}/${id}`, `It joins ${from} of ${nominalKv.get(from)} kV with ${to} of ${nominalKv.get(to)} kV.`)))
  const windings = [
    ...network.transformers.flatMap(({ id, from, to, fromKv, toKv }) => [{ place: `transformers/${id}`, bus: from, ratedKv: fromKv }, { place: `transformers/${id}`, bus: to, ratedKv: toKv }]),
    ...network.threeWindingTransformers.flatMap(({ id, windings: ends }) => ends.map(({ bus, ratedKv }) => ({ place: `threeWindingTransformers/${id}`, bus, ratedKv }))),
  ]
  const rated = windings.filter(({ bus, ratedKv }) => apart(ratedKv, nominalKv.get(bus), RATED_SHARE)).map(({ place, bus, ratedKv }) =>
    networkError('PF_GRID_LEVEL', place, `A winding of it is made for ${ratedKv} kV, but ${bus} has ${nominalKv.get(bus)} kV.`))
  return [...between, ...rated]
}
