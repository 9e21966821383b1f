/** Every branch of a network as a pi circuit between two buses of the circuit, in the order in which results come. */
import { type NetworkFault, networkWarning } from '../network-fault.ts'
import type { EquivalentBranch, PowerNetwork, TwoWindingTransformer } from '../power-network.ts'
import { isWithoutImpedance, type JoinedBuses } from './join-buses.ts'
import { linePi } from './pi-line.ts'
import { type ShiftedPi, transformerPi } from './pi-transformer.ts'
import { starOf } from './three-winding.ts'

export interface BranchName {
  readonly kind: 'line' | 'transformer' | 'winding' | 'equivalent'
  readonly id: string
  /** Of a three-winding transformer; its `from` end is the winding, its `to` end the middle of the star. */
  readonly winding?: 1 | 2 | 3
}

export interface PiBetween extends BranchName {
  readonly from: number
  readonly to: number
  readonly fromClosed: boolean
  readonly toClosed: boolean
  readonly pi: ShiftedPi
}

export interface BranchesOf {
  readonly branches: readonly PiBetween[]
  /** Level of the middle of the star of each three-winding transformer; their buses follow those of the network. */
  readonly starKv: readonly number[]
}

/** Takes the place of an impedance of 0 in a branch that cannot be fused because it changes the voltage. */
const LEAST_PU = 1e-6

export function branchesOf(network: PowerNetwork, { busIndex, baseKv, count }: JoinedBuses, faults: NetworkFault[]): BranchesOf {
  const busOf = (id: string) => busIndex.get(id) as number
  const place = (one: { from: string; to: string; fromClosed: boolean; toClosed: boolean }) => ({ from: busOf(one.from), to: busOf(one.to), fromClosed: one.fromClosed, toClosed: one.toClosed })
  const withImpedance = (pi: ShiftedPi, where: string): ShiftedPi => {
    if (pi.rPu !== 0 || pi.xPu !== 0) return pi
    faults.push(networkWarning('PF_GRID_IMPEDANCE', where, `It has no impedance; ${LEAST_PU} pu is taken.`))
    return { ...pi, xPu: LEAST_PU }
  }

  const lines = network.lines.map((line): PiBetween => {
    const ends = place(line)
    const pi = linePi(line, baseKv[ends.from], baseKv[ends.to], network)
    // Closed, its buses are one already; with an open end nothing of it is left.
    return isWithoutImpedance(line) && !(line.fromClosed && line.toClosed)
      ? { kind: 'line', id: line.id, ...ends, fromClosed: false, toClosed: false, pi }
      : { kind: 'line', id: line.id, ...ends, pi }
  })
  const transformers = network.transformers.map((one: TwoWindingTransformer): PiBetween => {
    const ends = place(one)
    const pi = transformerPi(one, baseKv[ends.from], baseKv[ends.to], network.basePowerKva)
    return { kind: 'transformer', id: one.id, ...ends, pi: withImpedance(pi, `transformers/${one.id}`) }
  })
  const windings = network.threeWindingTransformers.flatMap((one, star) => {
    const starKv = baseKv[busOf(one.windings[0].bus)]
    return starOf(one).map((leg, k): PiBetween => {
      const { bus, closed } = one.windings[k]
      const pi = transformerPi(leg, baseKv[busOf(bus)], starKv, network.basePowerKva)
      return {
        kind: 'winding', id: one.id, winding: (k + 1) as 1 | 2 | 3, from: busOf(bus), to: count + star, fromClosed: closed, toClosed: true,
        pi: withImpedance(pi, `threeWindingTransformers/${one.id}`),
      }
    })
  })
  const equivalents = network.equivalentBranches.map((one: EquivalentBranch): PiBetween => {
    const { rPu, xPu, gPu, bPu, ratio, shiftDeg } = one
    return { kind: 'equivalent', id: one.id, ...place(one), pi: withImpedance({ rPu, xPu, gPu, bPu, ratio, shiftDeg }, `equivalentBranches/${one.id}`) }
  })
  return {
    branches: [...lines, ...transformers, ...windings, ...equivalents],
    starKv: network.threeWindingTransformers.map((one) => baseKv[busOf(one.windings[0].bus)]),
  }
}
