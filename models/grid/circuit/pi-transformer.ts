/**
 * Pi circuit of a two-winding transformer, seen from its `to` side, the magnetising shunt split in halves over both ends: as
 * Power Grid Model does it (user manual, "Components", Transformer), and pandapower with `trafo_model='pi'`.
 */
import type { PiBranch } from '#models/load-flow/circuit.ts'
import type { ShortCircuit, Tap, TwoWindingTransformer } from '../power-network.ts'

export type TransformerValues = Pick<TwoWindingTransformer, 'ratedKva' | 'fromKv' | 'toKv' | 'shortCircuitVoltagePct' | 'copperLossKw' | 'noLoadLossKw' | 'noLoadCurrentPct' | 'clock'>
  & Partial<Pick<TwoWindingTransformer, 'tap' | 'parallel' | 'impedanceFactor' | 'atLowestTap' | 'atHighestTap'>>

/** A pi circuit and the angle by which its `from` end leads: the voltages are those of v_from = ratio e^(j shift) v'. */
export interface ShiftedPi extends PiBranch {
  readonly shiftDeg: number
}

/**
 * @param fromNominalKv and toNominalKv: 1 pu of the buses at its ends
 * @returns pu of the `to` bus. A negative short-circuit voltage (leg of a star) gives a negative reactance.
 */
export function transformerPi(transformer: TransformerValues, fromNominalKv: number, toNominalKv: number, basePowerKva: number): ShiftedPi {
  const { ratedKva, tap, parallel = 1, impedanceFactor = 1, clock, noLoadLossKw, noLoadCurrentPct } = transformer
  const added = tapVector(tap)
  const fromKv = transformer.fromKv * (tap?.side === 'from' ? added.ratio : 1)
  const toKv = transformer.toKv * (tap?.side === 'to' ? added.ratio : 1)
  const level = toKv / toNominalKv
  const unitsKva = ratedKva * parallel
  const { voltagePct, copperLossKw } = shortCircuitAtTap(
    { voltagePct: transformer.shortCircuitVoltagePct, copperLossKw: transformer.copperLossKw }, tap, transformer.atLowestTap, transformer.atHighestTap)

  const impedance = (basePowerKva / unitsKva) * level * level * impedanceFactor
  const z = voltagePct / 100
  const r = copperLossKw / ratedKva
  const x = Math.sign(z) * Math.sqrt(Math.max(0, z * z - r * r))
  const admittance = unitsKva / basePowerKva / (level * level)
  const g = noLoadLossKw / ratedKva
  const y = noLoadCurrentPct / 100
  return {
    rPu: r * impedance,
    xPu: x * impedance,
    gPu: g * admittance,
    bPu: -Math.sqrt(Math.max(0, y * y - g * g)) * admittance,
    ratio: fromKv / fromNominalKv / level,
    shiftDeg: clock * 30 + (tap?.side === 'to' ? -added.shiftDeg : added.shiftDeg),
  }
}

/** What a tap makes of the rated voltage of its winding: 1 + n step e^(j angle). */
export function tapVector(tap: Pick<Tap, 'position' | 'neutral' | 'stepPct' | 'angleDeg'> | undefined): { readonly ratio: number; readonly shiftDeg: number } {
  if (tap === undefined) return { ratio: 1, shiftDeg: 0 }
  const added = ((tap.position - tap.neutral) * tap.stepPct) / 100
  if (tap.angleDeg === undefined || tap.angleDeg === 0) return { ratio: 1 + added, shiftDeg: 0 }
  const angleRad = (tap.angleDeg * Math.PI) / 180
  const re = 1 + added * Math.cos(angleRad)
  const im = added * Math.sin(angleRad)
  return { ratio: Math.hypot(re, im), shiftDeg: (Math.atan2(im, re) * 180) / Math.PI }
}

/** Straight lines from the neutral position to what was measured at either end of the range. */
export function shortCircuitAtTap(neutral: ShortCircuit, tap: Pick<Tap, 'position' | 'neutral' | 'lowest' | 'highest'> | undefined, atLowest?: ShortCircuit, atHighest?: ShortCircuit): ShortCircuit {
  if (tap === undefined || tap.position === tap.neutral) return neutral
  const [end, measured] = tap.position > tap.neutral ? [tap.highest, atHighest] : [tap.lowest, atLowest]
  if (measured === undefined || end === tap.neutral) return neutral
  const share = (tap.position - tap.neutral) / (end - tap.neutral)
  const between = (a: number, b: number) => a + (b - a) * share
  return { voltagePct: between(neutral.voltagePct, measured.voltagePct), copperLossKw: between(neutral.copperLossKw, measured.copperLossKw) }
}
