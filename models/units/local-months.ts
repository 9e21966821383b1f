/** Months and quarters of the local calendar; instants are UTC milliseconds. */
import { localDateStart, localInstants, localParts } from './local-time.ts'

const DAY_MS = 86_400_000
const dateIndex = (year: number, month: number, day: number): number => Math.round(Date.UTC(year, month - 1, day) / DAY_MS)

/** Start of the local month in which `at` lies, moved by a number of months. */
export function localMonthStart(at: number, timeZone: string, moved = 0): number {
  const { year, month } = localParts(at, timeZone)
  return localDateStart(dateIndex(year, month + moved, 1), timeZone)
}

/** Start of the calendar quarter in which `at` lies, moved by a number of quarters. */
export function localQuarterStart(at: number, timeZone: string, moved = 0): number {
  const { year, month } = localParts(at, timeZone)
  return localDateStart(dateIndex(year, month - ((month - 1) % 3) + 3 * moved, 1), timeZone)
}

/** The instant at which the wall clock shows this hour, some days after the local day in which `at` lies. */
export function localHourAfter(at: number, days: number, hour: number, timeZone: string): number {
  const { year, month, day } = localParts(at, timeZone)
  return localInstants(Date.UTC(year, month - 1, day + days, hour), timeZone)[0]!
}
