import type { ShortCircuit, ShortCircuitPair, Tap, ThreeWindingEnd, ThreeWindingTransformer, TwoWindingTransformer, Winding } from '../../power-network.ts'
import type { Attributes } from './attributes.ts'

/** Numbers of the winding types in the file. */
export const WINDINGS: readonly Winding[] = ['Y', 'YN', 'D', 'Z', 'ZN']
const WINDING_NUMBERS = [0, 1, 2, 3, 4]

type Common = 'ratedKva' | 'fromKv' | 'toKv' | 'shortCircuitVoltagePct' | 'copperLossKw' | 'noLoadLossKw' | 'noLoadCurrentPct' | 'clock' | 'fromWinding' | 'toWinding' | 'tap' | 'atLowestTap' | 'atHighestTap'

export function readTransformer(one: Attributes): Pick<TwoWindingTransformer, Common> {
  const rated = [one.number('u1', { above: 0 }), one.number('u2', { above: 0 })]
  const side = one.oneOf('tap_side', [0, 1])
  const { tap, turned } = readTap(one, rated[side])
  const neutral: ShortCircuit = { voltagePct: one.number('uk', { above: 0 }) * 100, copperLossKw: one.number('pk', { from: 0 }) / 1000 }
  const { atLowestTap, atHighestTap } = readTapImpedance(one, 'uk', 'pk', neutral, turned)
  return {
    ratedKva: one.number('sn', { above: 0 }) / 1000, fromKv: rated[0] / 1000, toKv: rated[1] / 1000,
    shortCircuitVoltagePct: neutral.voltagePct, copperLossKw: neutral.copperLossKw,
    noLoadLossKw: one.number('p0', { from: 0 }) / 1000, noLoadCurrentPct: one.number('i0', { from: 0 }) * 100, clock: hours(one.number('clock')),
    fromWinding: WINDINGS[one.oneOf('winding_from', WINDING_NUMBERS)], toWinding: WINDINGS[one.oneOf('winding_to', WINDING_NUMBERS)],
    tap: { side: side === 0 ? 'from' : 'to', ...tap }, ...(atLowestTap && { atLowestTap }), ...(atHighestTap && { atHighestTap }),
  }
}

export function readThreeWindingTransformer(one: Attributes): ThreeWindingTransformer {
  const end = (k: 1 | 2 | 3): ThreeWindingEnd => ({
    bus: one.reference(`node_${k}`), closed: one.status(`status_${k}`), ratedKva: one.number(`sn_${k}`, { above: 0 }) / 1000, ratedKv: one.number(`u${k}`, { above: 0 }) / 1000,
    clock: k === 1 ? 0 : hours(one.number(`clock_1${k}`)), winding: WINDINGS[one.oneOf(`winding_${k}`, WINDING_NUMBERS)],
  })
  const windings = [end(1), end(2), end(3)] as const
  const winding = (one.oneOf('tap_side', [0, 1, 2]) + 1) as 1 | 2 | 3
  const { tap, turned } = readTap(one, windings[winding - 1].ratedKv * 1000)
  const pair = (name: string): ShortCircuitPair => {
    const neutral = { voltagePct: one.number(`uk_${name}`, { above: 0 }) * 100, copperLossKw: one.number(`pk_${name}`, { from: 0 }) / 1000 }
    return { ...neutral, ...readTapImpedance(one, `uk_${name}`, `pk_${name}`, neutral, turned) }
  }
  return {
    id: one.id, windings, pair12: pair('12'), pair13: pair('13'), pair23: pair('23'),
    noLoadLossKw: one.number('p0', { from: 0 }) / 1000, noLoadCurrentPct: one.number('i0', { from: 0 }) * 100, tap: { winding, ...tap },
  }
}

/** `tap_min` is the position of the lowest voltage: where it is the larger number, a step up lowers the voltage. */
function readTap(one: Attributes, ratedV: number): { readonly tap: Omit<Tap, 'side'>; readonly turned: boolean } {
  const least = one.number('tap_min')
  const most = one.number('tap_max')
  const neutral = one.optional('tap_nom') ?? 0
  const turned = most <= least
  const [lowest, highest] = turned ? [most, least] : [least, most]
  const stepPct = ((turned ? -1 : 1) * one.number('tap_size', { from: 0 }) * 100) / ratedV
  // Positions beyond the range are held at its end, as Power Grid Model does.
  const position = Math.min(Math.max(one.optional('tap_pos') ?? neutral, lowest), highest)
  return { tap: { position, neutral, lowest, highest, stepPct }, turned }
}

function readTapImpedance(one: Attributes, voltage: string, loss: string, neutral: ShortCircuit, turned: boolean): { readonly atLowestTap?: ShortCircuit; readonly atHighestTap?: ShortCircuit } {
  const measured = (end: 'min' | 'max'): ShortCircuit | undefined => {
    const voltageShare = one.optional(`${voltage}_${end}`, { above: 0 })
    const lossW = one.optional(`${loss}_${end}`, { from: 0 })
    if (voltageShare === undefined && lossW === undefined) return undefined
    return { voltagePct: voltageShare === undefined ? neutral.voltagePct : voltageShare * 100, copperLossKw: lossW === undefined ? neutral.copperLossKw : lossW / 1000 }
  }
  const [atLowestTap, atHighestTap] = turned ? [measured('max'), measured('min')] : [measured('min'), measured('max')]
  return { ...(atLowestTap && { atLowestTap }), ...(atHighestTap && { atHighestTap }) }
}

const hours = (clock: number): number => ((clock % 12) + 12) % 12
