import { type Circuit, emptyTwoPorts, setPiBranch } from '#models/load-flow/circuit.ts'
import type { LoadScenarios } from '#models/load-flow/load-flow.ts'
import { FREQUENCY_HZ } from './network.ts'

const clockAngleRad = (hours: number): number => (((hours % 12) > 6 ? 12 - (hours % 12) : -(hours % 12)) * Math.PI) / 6

/** Components of a Power Grid Model input (SI units) that are read: balanced, without regulators and three-winding transformers. */
export interface PowerGridModelInput {
  readonly node: readonly { readonly id: number; readonly u_rated: number }[]
  readonly line?: readonly (Branch & { readonly r1: number; readonly x1: number; readonly c1: number; readonly tan1: number })[]
  readonly transformer?: readonly PgmTransformer[]
  readonly shunt?: readonly (Appliance & { readonly g1: number; readonly b1: number })[]
  readonly source: readonly (Appliance & { readonly u_ref: number; readonly sk?: number; readonly rx_ratio?: number })[]
  readonly sym_load?: readonly Injection[]
  readonly sym_gen?: readonly Injection[]
}

interface Branch {
  readonly id: number
  readonly from_node: number
  readonly to_node: number
  readonly from_status: number
  readonly to_status: number
}
interface Appliance {
  readonly id: number
  readonly node: number
  readonly status: number
}
/** type 0: constant power, 1: constant impedance, 2: constant current. */
interface Injection extends Appliance {
  readonly type: 0 | 1 | 2
  readonly p_specified: number
  readonly q_specified: number
}
interface PgmTransformer extends Branch {
  readonly u1: number
  readonly u2: number
  readonly sn: number
  readonly uk: number
  readonly pk: number
  readonly i0: number
  readonly p0: number
  readonly clock: number
  readonly tap_side: number
  readonly tap_pos: number
  readonly tap_min: number
  readonly tap_max: number
  readonly tap_nom?: number
  readonly tap_size: number
}

const BASE_VA = 1e6
const DEFAULT_SHORT_CIRCUIT_VA = 1e10
const DEFAULT_RX_RATIO = 0.1

/** @returns the circuit (branches: lines, then transformers), its one scenario of loads, and the ids in their order */
export function readPowerGridModel(input: PowerGridModelInput): { circuit: Circuit; loads: LoadScenarios; nodeIds: readonly number[]; branchIds: readonly number[] } {
  const { node, line = [], transformer = [], shunt = [], source } = input
  const nodeIds = node.map((one) => one.id)
  const indexOf = new Map(nodeIds.map((id, index) => [id, index]))
  const busOf = (id: number) => indexOf.get(id) as number
  const ratedV = (id: number) => node[busOf(id)].u_rated
  const branches: readonly Branch[] = [...line, ...transformer]
  const admittance = emptyTwoPorts(branches.length)
  const branchFrom = Int32Array.from(branches, (one) => (one.from_status === 1 ? busOf(one.from_node) : -1))
  const branchTo = Int32Array.from(branches, (one) => (one.to_status === 1 ? busOf(one.to_node) : -1))
  const busClockRad = new Float64Array(node.length)
  branches.forEach((branch, k) => {
    const pi = 'r1' in branch ? linePi(branch as (typeof line)[number], ratedV(branch.from_node)) : transformerPi(branch as PgmTransformer, ratedV(branch.from_node), ratedV(branch.to_node))
    setPiBranch(admittance, k, pi, branchFrom[k] < 0, branchTo[k] < 0)
    // Cases list transformers from the source outwards.
    if ('clock' in branch) busClockRad[busOf(branch.to_node)] = busClockRad[busOf(branch.from_node)] + clockAngleRad((branch as PgmTransformer).clock)
  })
  const shuntG = new Float64Array(node.length)
  const shuntB = new Float64Array(node.length)
  for (const one of shunt) {
    shuntG[busOf(one.node)] += (one.status * one.g1 * ratedV(one.node) ** 2) / BASE_VA
    shuntB[busOf(one.node)] += (one.status * one.b1 * ratedV(one.node) ** 2) / BASE_VA
  }
  const circuit: Circuit = {
    busCount: node.length, basePowerKva: BASE_VA / 1000, busBaseKv: Float64Array.from(node, (one) => one.u_rated / 1000), busClockRad, branchFrom, branchTo, admittance, shuntG, shuntB,
    sources: source.filter((one) => one.status === 1).map((one) => {
      const zPu = BASE_VA / (one.sk ?? DEFAULT_SHORT_CIRCUIT_VA)
      const rx = one.rx_ratio ?? DEFAULT_RX_RATIO
      return { bus: busOf(one.node), voltagePu: one.u_ref, rPu: (zPu * rx) / Math.hypot(1, rx), xPu: zPu / Math.hypot(1, rx) }
    }),
  }
  return { circuit, loads: readLoads(input, node.length, busOf), nodeIds, branchIds: branches.map((one) => one.id) }
}

function readLoads(input: PowerGridModelInput, busCount: number, busOf: (id: number) => number): LoadScenarios {
  const column = () => new Float64Array(busCount)
  const loads = { scenarios: 1, activeKw: column(), reactiveKvar: column(), currentKw: column(), currentKvar: column(), impedanceKw: column(), impedanceKvar: column() }
  const columns = [[loads.activeKw, loads.reactiveKvar], [loads.impedanceKw, loads.impedanceKvar], [loads.currentKw, loads.currentKvar]]
  const drawn = [...(input.sym_load ?? []).map((one) => ({ ...one, sign: 1 })), ...(input.sym_gen ?? []).map((one) => ({ ...one, sign: -1 }))].filter((one) => one.status === 1)
  for (const one of drawn) {
    const [kw, kvar] = columns[one.type]
    kw[busOf(one.node)] += (one.sign * one.p_specified) / 1000
    kvar[busOf(one.node)] += (one.sign * one.q_specified) / 1000
  }
  return loads
}

function linePi(line: { r1: number; x1: number; c1: number; tan1: number }, ratedV: number) {
  const baseOhm = ratedV ** 2 / BASE_VA
  const bPu = 2 * Math.PI * FREQUENCY_HZ * line.c1 * baseOhm
  return { rPu: line.r1 / baseOhm, xPu: line.x1 / baseOhm, gPu: bPu * line.tan1, bPu, ratio: 1 }
}

function transformerPi(transformer: PgmTransformer, fromV: number, toV: number) {
  const { u1, u2, sn, uk, pk, i0, p0, tap_side, tap_pos, tap_min, tap_max, tap_nom = 0, tap_size } = transformer
  const tapV = (tap_max > tap_min ? 1 : -1) * (tap_pos - tap_nom) * tap_size
  const tappedFromV = tap_side === 0 ? u1 + tapV : u1
  const tappedToV = tap_side === 0 ? u2 : u2 + tapV
  const impedancePu = (BASE_VA / sn) * (tappedToV / toV) ** 2
  const rShare = pk / sn
  const admittancePu = (sn / BASE_VA) * (toV / tappedToV) ** 2
  const gShare = p0 / sn
  return {
    rPu: rShare * impedancePu, xPu: Math.sqrt(Math.max(0, uk * uk - rShare * rShare)) * impedancePu,
    gPu: gShare * admittancePu, bPu: -Math.sqrt(Math.max(0, i0 * i0 - gShare * gShare)) * admittancePu,
    ratio: tappedFromV / fromV / (tappedToV / toV),
  }
}
