/**
 * Units as they are written in district documents and meter profiles, and the factors between them. Temperatures are
 * only ever degrees Celsius, so every conversion is a plain factor.
 */
import { PenfeldError } from '#models/errors/penfeld-error.ts'

export const DIMENSIONS = [
  'active-power', 'reactive-power', 'apparent-power', 'energy', 'volume', 'flow', 'current', 'voltage', 'temperature', 'irradiance', 'number',
] as const
export type Dimension = (typeof DIMENSIONS)[number]

interface Unit {
  readonly dimension: Dimension
  /** How many of the base unit of the dimension one of this unit is. */
  readonly factor: number
}

const unit = (dimension: Dimension, factor: number): Unit => ({ dimension, factor })

/** Base units: W, var, VA, J, L, L/h, A, V, degC, W/m2, 1. Whole factors, so that kWh to Wh is exactly 1000. */
const UNITS: Readonly<Record<string, Unit>> = {
  W: unit('active-power', 1), kW: unit('active-power', 1e3), MW: unit('active-power', 1e6),
  var: unit('reactive-power', 1), kvar: unit('reactive-power', 1e3), Mvar: unit('reactive-power', 1e6),
  VA: unit('apparent-power', 1), kVA: unit('apparent-power', 1e3), MVA: unit('apparent-power', 1e6),
  J: unit('energy', 1), MJ: unit('energy', 1e6), GJ: unit('energy', 1e9),
  Wh: unit('energy', 3_600), kWh: unit('energy', 3_600e3), MWh: unit('energy', 3_600e6),
  L: unit('volume', 1), m3: unit('volume', 1e3),
  'L/s': unit('flow', 3_600), 'L/h': unit('flow', 1), 'm3/h': unit('flow', 1e3),
  A: unit('current', 1), kA: unit('current', 1e3),
  V: unit('voltage', 1), kV: unit('voltage', 1e3),
  degC: unit('temperature', 1),
  'W/m2': unit('irradiance', 1),
  '1': unit('number', 1),
}

export const KNOWN_UNITS: readonly string[] = Object.keys(UNITS)

/** The dimension of a unit, or undefined if the unit is not known. */
export function dimensionOf(unitName: string): Dimension | undefined {
  return Object.hasOwn(UNITS, unitName) ? UNITS[unitName].dimension : undefined
}

/**
 * Factor by which a value in `fromUnit` is multiplied to be in `toUnit`. Throws PF_UNIT_UNKNOWN for a unit that is not
 * known and PF_UNIT_INCOMPATIBLE for different dimensions: kW is never kVA, and gas volume is never energy (see gas.ts).
 */
export function conversion(fromUnit: string, toUnit: string): number {
  for (const name of [fromUnit, toUnit]) {
    if (!Object.hasOwn(UNITS, name)) throw new PenfeldError('PF_UNIT_UNKNOWN', `"${name}" is not one of ${KNOWN_UNITS.join(', ')}.`, { where: name })
  }
  const from = UNITS[fromUnit]
  const to = UNITS[toUnit]
  if (from.dimension !== to.dimension) {
    throw new PenfeldError('PF_UNIT_INCOMPATIBLE', `${fromUnit} measures ${from.dimension}, ${toUnit} measures ${to.dimension}.`, { where: `${fromUnit} -> ${toUnit}` })
  }
  // Dividing by the inverse keeps powers of ten exact: 1 / 1000 is rounded once, not twice.
  return from.factor >= to.factor ? from.factor / to.factor : 1 / (to.factor / from.factor)
}
