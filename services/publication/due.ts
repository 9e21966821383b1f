/** Which releases of energies have come due: their delays, and how far back a backlog is made up. */
import { localHourAfter, localMonthStart, localQuarterStart } from '#models/units/local-months.ts'
import { localDayStart, localDayStarts, nextLocalDayStart } from '#models/units/local-time.ts'
import type { EnergyKind } from './port.ts'

const DAY_MS = 86_400_000
/** After a time down, or at the first start with an imported history. */
export const BACKLOG_DAYS = 92
export const BACKLOG_MONTHS = 13
/** Steps of less than a day are for the public no longer than this. */
export const CURVE_DAYS = 31

/** A day D is due two days later at six, a month on the third day of the next one at six. */
export const dayDueAt = (day: number, timeZone: string): number => localHourAfter(day, 2, 6, timeZone)
export const monthDueAt = (month: number, timeZone: string): number => localHourAfter(localMonthStart(month, timeZone, 1), 2, 6, timeZone)

/** One pass of the publisher: days of one local month that are to be released, and whether the month itself is. */
export interface EnergyPass {
  readonly month: number
  readonly days: readonly number[]
  readonly isMonthDue: boolean
  readonly quarter: number
}

/** The oldest month of which something is due and not yet there: quarters follow each other. */
export function nextPass(isPublished: (kind: EnergyKind, at: number) => boolean, now: number, timeZone: string): EnergyPass | undefined {
  const firstDay = localDayStart(now - BACKLOG_DAYS * DAY_MS, timeZone)
  for (let back = BACKLOG_MONTHS; back >= 0; back -= 1) {
    const month = localMonthStart(now, timeZone, -back)
    const to = localMonthStart(month, timeZone, 1)
    const days = [...localDayStarts(Math.max(month, firstDay), to, timeZone)].filter((day) => dayDueAt(day, timeZone) <= now && !isPublished('energy-daily', day))
    const isMonthDue = back > 0 && monthDueAt(month, timeZone) <= now && !isPublished('energy-monthly', month)
    if (days.length > 0 || isMonthDue) return { month, days, isMonthDue, quarter: localQuarterStart(month, timeZone) }
  }
  return undefined
}

/** When the next daily release is made. */
export function nextDayDueAt(now: number, timeZone: string): number {
  for (let day = localDayStart(now - 3 * DAY_MS, timeZone); ; day = nextLocalDayStart(day, timeZone)) {
    if (dayDueAt(day, timeZone) > now) return dayDueAt(day, timeZone)
  }
}
