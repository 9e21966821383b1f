import { conversion } from '#models/units/convert.ts'

/** A value of a protocol that names its own units, in the unit of the profile: 12345 Wh are 12.345 kWh, not 12.345000000000001. */
export function inUnit(value: number, from: string, to: string): number {
  const factor = conversion(from, to)
  return factor < 1 ? value / (1 / factor) : value * factor
}
