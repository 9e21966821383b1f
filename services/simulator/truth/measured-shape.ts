import type { Provenance, Site } from '#models/district/schema.ts'
import { sourceRow } from './calendar.ts'
import type { LocalDay } from './calendar.ts'
import type { Compose } from './composition.ts'
import { normal, uniform } from './hash.ts'

export interface MeasuredShapeOptions {
  /** Names of measured curves; every point draws its own mixture of them. */
  readonly curves: readonly string[]
  readonly usualAnnual: number
  /** Share of the power that stays on outside the site's opening hours. */
  readonly closedShare?: number
  /** Standard deviation of a day's amount, and of ten minutes within it. */
  readonly dayNoise?: number
  readonly slotNoise?: number
  /** Added weight by minute of the day, in units of the mean power; makes the series composed. */
  readonly overlay?: (wallMinute: number, open: boolean) => number
}

/** A measured hourly curve, rescaled: the building's own mixture, its opening hours, and a ten-minute detail around the hours. */
export const measuredShape = (options: MeasuredShapeOptions): Compose => ({ site, hash }, { curves }) => {
  const { dayNoise = 0.05, slotNoise = 0.06, overlay } = options
  const mixture = options.curves.map((name, index) => ({ curve: curves.get(name)!, weight: 0.25 + uniform(hash, 1, index) }))
  const total = mixture.reduce((sum, { weight }) => sum + weight, 0)
  for (const part of mixture) part.weight /= total * part.curve.mean
  const closedShare = (options.closedShare ?? 1) * (0.7 + 0.9 * uniform(hash, 2, 0))
  const shiftMinutes = Math.round(40 * (uniform(hash, 3, 0) - 0.5))
  const hours = new Float64Array(24)
  const open = new Uint8Array(1_440)
  let hoursOf = NaN

  /** The 24 hours of the day, opening hours applied; kept for the next call on the same day. */
  const prepare = (day: LocalDay): Float64Array => {
    if (hoursOf === day.epochDay) return hours
    hoursOf = day.epochDay
    const opens = openMinutes(site, day, open)
    // A shop that opens on Sundays takes a Saturday of its curve, one that closes on Mondays a Sunday.
    const weekday = opens === undefined ? undefined : opens ? (day.isoWeekday === 7 ? 6 : day.isoWeekday) : 7
    hours.fill(0)
    for (const { curve, weight } of mixture) {
      const row = weekday === undefined ? sourceRow(curve, day) : sourceRow(curve, day, weekday)
      for (let hour = 0; hour < 24; hour++) hours[hour] += weight * curve.hourly[row * 24 + hour]
    }
    for (let hour = 0; hour < 24; hour++) {
      const isOpen = open[hour * 60 + 30] === 1
      if (opens !== undefined && !isOpen) hours[hour] *= Math.min(1, closedShare)
      if (overlay !== undefined) hours[hour] += overlay(hour * 60 + 30, opens === true)
    }
    return hours
  }

  return {
    provenance: (overlay === undefined ? 'rescaled' : 'composed') as Provenance,
    usualAnnual: options.usualAnnual,
    dayAmount(day) {
      let sum = 0
      for (const value of prepare(day)) sum += value
      return sum * (day.slots / 144) * Math.max(0.3, 1 + dayNoise * normal(hash, 4, day.epochDay))
    },
    dayShape(day, out) {
      prepare(day)
      for (let slot = 0; slot < day.slots; slot++) {
        const place = Math.min(23, Math.max(0, (day.wallMinute[slot] + 5 + shiftMinutes) / 60 - 0.5))
        const hour = Math.floor(place)
        const share = place - hour
        const mean = hours[hour] * (1 - share) + hours[Math.min(23, hour + 1)] * share
        out[slot] = mean * Math.max(0.2, 1 + slotNoise * normal(hash, day.epochDay, slot))
      }
    },
  }
}

/** Marks the minutes at which the site is open; undefined if it declares no hours, false if it is closed all day. */
export function openMinutes(site: Site | undefined, day: LocalDay, out: Uint8Array): boolean | undefined {
  out.fill(0)
  // A shop had hours before the document began to record them: the oldest known ones.
  const rules = site?.openingHours?.find(({ validFrom, validTo }) => Date.parse(validFrom) <= day.start && (validTo === undefined || day.start < Date.parse(validTo))) ?? site?.openingHours?.[0]
  if (rules === undefined) return undefined
  if (day.holiday && rules.closedOnHolidays) return false
  let opens = false
  for (const period of rules.periods) {
    if (!period.weekdays.includes(day.isoWeekday)) continue
    out.fill(1, minuteOf(period.from), minuteOf(period.to))
    opens = true
  }
  return opens
}

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))

/** Hourly volume of a measured curve with no detail of its own below the hour. */
export const measuredVolume = (names: readonly string[], usualAnnual: number): Compose =>
  measuredShape({ curves: names, usualAnnual, dayNoise: 0.1, slotNoise: 0.2 })

