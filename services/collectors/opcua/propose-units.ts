import { dimensionOf, KNOWN_UNITS, type Dimension } from '#models/units/convert.ts'
import type { Quantity } from '#models/district/schema.ts'
import type { BrowsedVariable } from './browse.ts'

/** said: the server gives it as a unit. described: only its description reads like one. asked: nobody knows. */
export type UnitGuess = { readonly how: 'said' | 'described'; readonly unit: string } | { readonly how: 'asked'; readonly given: string | undefined }

const SPELLINGS: Readonly<Record<string, string>> = {
  '°C': 'degC', '° C': 'degC', C: 'degC', Cel: 'degC', 'deg C': 'degC', 'm³': 'm3', 'm^3': 'm3', 'm³/h': 'm3/h', 'm^3/h': 'm3/h', l: 'L', 'l/h': 'L/h', 'l/s': 'L/s',
  'W/m²': 'W/m2', 'W/m^2': 'W/m2', kVAr: 'kvar', kVAR: 'kvar', VAr: 'var', MVAr: 'Mvar', 'kW·h': 'kWh', 'kW.h': 'kWh', 'MW·h': 'MWh', 'W·h': 'Wh', 'V·A': 'VA', 'kV·A': 'kVA',
}

const normal = (text: string): string => SPELLINGS[text.trim()] ?? text.trim()
const isUnit = (text: string): boolean => KNOWN_UNITS.includes(normal(text)) && text.trim() !== '1'

/** The unit of a variable: what the server says, else what its description is, word for word; a unit we do not know is asked for. */
export function proposedUnit({ unit, description, dataType }: Pick<BrowsedVariable, 'unit' | 'description' | 'dataType'>): UnitGuess {
  if (unit !== undefined && unit !== '') return isUnit(unit) ? { how: 'said', unit: normal(unit) } : { how: 'asked', given: unit }
  if (description !== undefined && isUnit(description)) return { how: 'described', unit: normal(description) }
  if (dataType === 'Boolean') return { how: 'said', unit: '1' }
  return { how: 'asked', given: undefined }
}

/** Quantities that a unit may stand for; one alone is decided, several are a question. */
const QUANTITIES: Readonly<Record<Dimension, readonly Quantity[]>> = {
  'active-power': ['active-power', 'thermal-power'], 'reactive-power': ['reactive-power'], 'apparent-power': ['apparent-power-max'],
  energy: ['active-energy', 'thermal-energy'], volume: ['volume'], flow: ['flow'], current: ['current'], voltage: ['voltage'],
  temperature: ['temperature', 'flow-temperature', 'return-temperature'], irradiance: ['irradiance'], number: ['state', 'position'],
}

/** What a channel may measure: the quantities its unit allows, none if the unit is not known. */
export function quantitiesOf(guess: UnitGuess): readonly Quantity[] {
  if (guess.how === 'asked') return []
  const dimension = dimensionOf(guess.unit)
  return dimension === undefined ? [] : QUANTITIES[dimension]
}

/** Carriers that a quantity may belong to; power and energy of heat have names of their own. */
export function fitsCarrier(quantity: Quantity, carrier: string): boolean {
  const isHeat = carrier === 'heat' || carrier === 'cooling'
  if (quantity === 'thermal-power' || quantity === 'thermal-energy' || quantity === 'flow-temperature' || quantity === 'return-temperature') return isHeat
  if (quantity === 'reactive-power' || quantity === 'current' || quantity === 'voltage' || quantity === 'apparent-power-max') return carrier === 'electricity' || carrier === 'production'
  if (quantity === 'active-power' || quantity === 'active-energy') return !isHeat && carrier !== 'weather' && carrier !== 'water'
  return true
}
