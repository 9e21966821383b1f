import type { ShiftedPi } from './pi-transformer.ts'

/** Series and shunt values of a whole line, all its parallel cables together. */
export interface LineValues {
  readonly rOhm: number
  readonly xOhm: number
  readonly cUf: number
  readonly tanDelta?: number
}

/** What turns engineering units into per unit. */
export interface PerUnit {
  readonly basePowerKva: number
  readonly frequencyHz: number
}

/** Impedance of 1 pu at a voltage level, ohm. */
export const baseOhm = (nominalKv: number, basePowerKva: number): number => (nominalKv * nominalKv * 1000) / basePowerKva

/**
 * Pi circuit of a line in pu of the level at its `to` end, halves of the capacitance at both ends; the loss tangent gives the
 * capacitance a conductance (as in Power Grid Model). Where the two ends are given other nominal voltages, the ratio says so:
 * the volts are the same on both sides of an ideal conductor.
 */
export function linePi({ rOhm, xOhm, cUf, tanDelta = 0 }: LineValues, fromKv: number, toKv: number, { basePowerKva, frequencyHz }: PerUnit): ShiftedPi {
  const ohm = baseOhm(toKv, basePowerKva)
  const bPu = 2 * Math.PI * frequencyHz * cUf * 1e-6 * ohm
  return { rPu: rOhm / ohm, xPu: xOhm / ohm, gPu: bPu * tanDelta, bPu, ratio: toKv / fromKv, shiftDeg: 0 }
}
