/** Where everything lies in the kernel's memory. The words and sizes are those of assembly/index.ts. */
import type { FixedPoint } from '../fixed-point.ts'
import { LANES } from '../lanes.ts'
import type { KernelTask } from './kernel.ts'

export const WORDS = [
  'size', 'slots', 'buses', 'branches', 'steps', 'maxIterations', 'warm', 'sourceEndCount',
  'start', 'row', 'lower', 'inverse', 'source', 'noLoad', 'slotOfBus', 'clock', 'branch', 'sourceEnds', 'shunt',
  'voltage', 'sum', 'load', 'parts',
  'inKw', 'inKvar', 'inCurrentKw', 'inCurrentKvar', 'inImpedanceKw', 'inImpedanceKvar',
  'outVoltage', 'outAngle', 'outCurrentFrom', 'outCurrentTo', 'outKwFrom', 'outKvarFrom', 'outKwTo', 'outKvarTo', 'outLoading', 'outTotals', 'outSettled', 'outIterations', 'before',
] as const
export type Word = (typeof WORDS)[number]
export type Places = Record<Word, number>

export const TOLERANCE_SQUARE_AT = 192
export const BASE_KVA_AT = 200
export const SERIES_AT = 208
/** atan(t) / t - 1 and sqrt(1 + s) - 1 over s = t^2, highest power first: what the kernel evaluates for narrow angles. */
export const SERIES = [1 / 13, -1 / 11, 1 / 9, -1 / 7, 1 / 5, -1 / 3, -21 / 1024, 7 / 256, -5 / 128, 1 / 16, -1 / 8, 1 / 2]
export const BLOCK_BYTES = 2 * LANES * 8
/** The kernel keeps nothing below; the header lies here. */
export const HEADER_AT = 1024
const TOPOLOGY_AT = HEADER_AT + 384
export const BRANCH_BYTES = 96
export const SOURCE_END_BYTES = 40
export const BUS_BYTES = 24

/** Scenarios of a lane that are solved in one call: as many as keep what goes in and out near the processor. */
const VALUES_A_LANE = 2048
const MOST_STEPS = 64

export interface Layout {
  readonly at: Places
  readonly steps: number
  readonly bytes: number
}

/** Lays out topology, workspace, then what goes in and out of one call. An absent column lies at 0. */
export function layOut(fixedPoint: FixedPoint, sourceEndCount: number, { wanted, withParts, scenarios }: Pick<KernelTask, 'wanted' | 'withParts' | 'scenarios'>): Layout {
  const { circuit, factors, slotCount } = fixedPoint
  const buses = circuit.busCount
  const branches = circuit.branchFrom.length
  const steps = Math.min(Math.max(1, Math.floor(VALUES_A_LANE / buses)), MOST_STEPS, Math.ceil(scenarios / LANES))
  let end = TOPOLOGY_AT
  const take = (bytes: number): number => {
    const place = end
    end += (bytes + 63) & ~63
    return place
  }
  const column = (width: number, on = true): number => (on ? take(LANES * steps * width * 8) : 0)
  const at: Places = {
    size: factors.size, slots: slotCount, buses, branches, steps, maxIterations: 0, warm: 0, sourceEndCount,
    start: take((factors.size + 1) * 4), row: take(factors.row.length * 4), lower: take(factors.row.length * 16), inverse: take(factors.size * 16),
    source: take(factors.size * 16), noLoad: take(slotCount * 16), slotOfBus: take(buses * 4), clock: take(buses * 8),
    branch: take(branches * BRANCH_BYTES), sourceEnds: take(sourceEndCount * SOURCE_END_BYTES), shunt: take(buses * BUS_BYTES),
    // One block more than slots: what columns without rows push into, and where losses are summed.
    voltage: take(slotCount * BLOCK_BYTES), before: take(slotCount * BLOCK_BYTES), sum: take((slotCount + 1) * BLOCK_BYTES), load: take(slotCount * BLOCK_BYTES), parts: withParts ? take(slotCount * 3 * BLOCK_BYTES) : 0,
    inKw: column(buses), inKvar: column(buses),
    inCurrentKw: column(buses, withParts), inCurrentKvar: column(buses, withParts), inImpedanceKw: column(buses, withParts), inImpedanceKvar: column(buses, withParts),
    outVoltage: column(buses), outAngle: column(buses, wanted.angles),
    outCurrentFrom: column(branches, wanted.currents), outCurrentTo: column(branches, wanted.currents),
    outKwFrom: column(branches, wanted.powers), outKvarFrom: column(branches, wanted.powers), outKwTo: column(branches, wanted.powers), outKvarTo: column(branches, wanted.powers),
    outLoading: column(branches, wanted.loadings !== undefined),
    outTotals: column(4, wanted.totals), outSettled: take(LANES * steps), outIterations: take(LANES * steps * 2),
  }
  return { at, steps, bytes: end }
}
