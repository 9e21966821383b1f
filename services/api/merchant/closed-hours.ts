import type { Site } from '#models/district/schema.ts'
import { isFrenchHoliday } from '#models/units/holidays.ts'
import { localParts } from '#models/units/local-time.ts'

type OpeningHours = NonNullable<Site['openingHours']>[number]

export interface ClosedHours {
  /** Share of the energy used while closed, percent. */
  readonly sharePct: number
  readonly energyKwh: number
  readonly openHours: number
  readonly closedHours: number
}

/**
 * Energy used outside the declared opening hours. `at` are starts of consecutive steps (UTC ms) and `powerKw` their
 * means, NaN where missing: those steps count neither as open nor as closed. A step belongs to the state at its middle.
 * Undefined without opening hours in force or without any energy.
 */
export function closedHours(at: Float64Array, powerKw: Float64Array, stepS: number, openingHours: readonly OpeningHours[], timeZone: string): ClosedHours | undefined {
  const stepH = stepS / 3600
  let energyKwh = 0
  let closedKwh = 0
  let openHours = 0
  let closed = 0
  for (let i = 0; i < at.length; i += 1) {
    const power = powerKw[i]!
    if (Number.isNaN(power)) continue
    const open = isOpen(at[i]! + stepS * 500, openingHours, timeZone)
    if (open === undefined) continue
    energyKwh += power * stepH
    if (open) openHours += stepH
    else {
      closed += stepH
      closedKwh += power * stepH
    }
  }
  if (energyKwh <= 0) return undefined
  return { sharePct: (100 * closedKwh) / energyKwh, energyKwh: closedKwh, openHours, closedHours: closed }
}

/** Undefined: no opening hours are declared for that time. */
export function isOpen(at: number, openingHours: readonly OpeningHours[], timeZone: string): boolean | undefined {
  const inForce = openingHours.find(({ validFrom, validTo }) => Date.parse(validFrom) <= at && (validTo === undefined || at < Date.parse(validTo)))
  if (inForce === undefined) return undefined
  const { year, month, day, isoWeekday, minuteOfDay } = localParts(at, timeZone)
  if (inForce.closedOnHolidays && isFrenchHoliday(year, month, day)) return false
  return inForce.periods.some(({ weekdays, from, to }) => weekdays.includes(isoWeekday) && minutes(from) <= minuteOfDay && minuteOfDay < minutes(to))
}

const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
