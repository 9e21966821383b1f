import { localInstants, localOffset } from '#models/units/local-time.ts'
import { dimensionOf } from '#models/units/convert.ts'
import { QUALITY } from '#models/units/quality.ts'
import { inUnit } from '../own-unit.ts'
import type { ProfileChannel } from '../port.ts'
import type { MeterRecord, ValueFunction } from './records.ts'
import type { WallTime } from './values.ts'

/** Which record of a meter feeds a channel, as its profile says. */
export interface Selector {
  readonly quantity: string | undefined
  readonly vif: string | undefined
  readonly storage: number
  readonly tariff: number
  readonly subunit: number
  readonly function: ValueFunction
  /** A record that is qualified (of one phase, a future value, per pulse) is only taken where the profile says so. */
  readonly qualifier: string | undefined
  readonly unit: string
  readonly scale: number
}

export function selectorOf(channel: ProfileChannel): Selector {
  const { quantity, vif, storage = 0, tariff = 0, subunit = 0, function: kind = 'instantaneous', qualifier, unit, scale = 1 } = channel as ProfileChannel & Partial<Selector>
  return { quantity, vif: vif?.toLowerCase(), storage, tariff, subunit, function: kind, qualifier, unit, scale }
}

/** Meters of heat and cold mark their heat register so; where there is no other, it is what a profile means by "energy". */
const HEAT_REGISTER = 'positive-only'

export function findRecord(records: readonly MeterRecord[], selector: Selector): MeterRecord | undefined {
  const inPlace = records.filter((record) => record.storage === selector.storage && record.tariff === selector.tariff && record.subunit === selector.subunit && record.function === selector.function)
  if (selector.vif !== undefined) return inPlace.find(({ vif }) => vif === selector.vif)
  const ofQuantity = inPlace.filter(({ quantity }) => quantity === selector.quantity)
  if (selector.qualifier !== undefined) return ofQuantity.find(({ qualifiers }) => qualifiers.includes(selector.qualifier!))
  return ofQuantity.find(({ qualifiers }) => qualifiers.length === 0) ?? ofQuantity.find(({ qualifiers }) => qualifiers.length === 1 && qualifiers[0] === HEAT_REGISTER)
}

/** Districts write a difference of temperatures in degrees Celsius. */
const unitOf = (unit: string): string => (unit === 'K' ? 'degC' : unit)

/** The value in the unit of the profile and its quality, or why it can't be used. */
export function valueFor(record: MeterRecord, { unit, scale }: Selector): { readonly value: number; readonly quality: number } | { readonly reason: string } {
  const own = unitOf(record.unit)
  // A number without a known unit is what the profile says it is.
  const dimension = dimensionOf(own)
  if (dimension !== undefined && dimension !== dimensionOf(unit)) return { reason: 'unit-mismatch' }
  const value = (dimension === undefined ? record.value : inUnit(record.value, own, unit)) * scale
  if (record.fault !== undefined || !Number.isFinite(value)) return { value: NaN, quality: record.fault === 'no-value' || record.fault === 'no-data' ? QUALITY.missing : QUALITY.bad }
  return { value, quality: QUALITY.measured }
}

export type MeterTime = 'wall-clock' | 'winter-time'

/** When the meter measured by its own clock: the time point, or the date, of the same storage number. NaN if it says none. */
export function meterTimeOf(records: readonly MeterRecord[], storage: number, kind: MeterTime, timeZone: string): number {
  const record = records.find((each) => each.time !== undefined && each.storage === storage && each.function === 'instantaneous' && each.qualifiers.length === 0 && (each.quantity === 'time-point' || (storage > 0 && each.quantity === 'date')))
  return record?.time === undefined ? NaN : utcOf(record.time, kind, timeZone)
}

/** NaN for an hour that the change to summer time leaves out. */
export function utcOf({ wall, isSummer }: WallTime, kind: MeterTime, timeZone: string): number {
  const year = new Date(wall).getUTCFullYear()
  const [january, july] = [localOffset(Date.UTC(year, 0, 1), timeZone), localOffset(Date.UTC(year, 6, 1), timeZone)]
  // The mark of summer time says that the digits shown are shifted, whatever the profile supposes.
  if (kind === 'winter-time') return wall - (isSummer ? Math.max(january, july) : Math.min(january, july))
  const possible = localInstants(wall, timeZone)
  return (isSummer ? possible[0] : possible.at(-1)) ?? NaN
}
