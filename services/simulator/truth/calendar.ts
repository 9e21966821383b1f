import { isFrenchHoliday } from '#models/units/holidays.ts'
import { localCalendar, localDayStart, localParts, nextLocalDayStart } from '#models/units/local-time.ts'
import type { MeasuredCurve } from '../curves.ts'

const DAY_MS = 86_400_000
export const SLOT_MS = 600_000
export const SLOTS_PER_HOUR = 6
/** A day of 25 hours. */
export const MOST_SLOTS = 150

/** A local day in slots of ten minutes: 138, 144 or 150 of them. */
export interface LocalDay {
  /** Days since 1970-01-01 of the local date. */
  readonly epochDay: number
  readonly start: number
  readonly end: number
  readonly slots: number
  /** Minute of the day on the wall clock at the start of each slot. */
  readonly wallMinute: Int16Array
  readonly year: number
  readonly month: number
  /** 0 on 1 January. */
  readonly dayOfYear: number
  /** 1 = Monday. */
  readonly isoWeekday: number
  readonly holiday: boolean
}

export interface LocalDays {
  at(instant: number): LocalDay
  day(epochDay: number): LocalDay
}

export function createLocalDays(timeZone: string): LocalDays {
  const known = new Map<number, LocalDay>()
  const make = (epochDay: number): LocalDay => {
    // Noon UTC lies inside the local day of the same date in every zone of Europe.
    const noon = epochDay * DAY_MS + DAY_MS / 2
    const start = localDayStart(noon, timeZone)
    const end = nextLocalDayStart(noon, timeZone)
    const slots = Math.round((end - start) / SLOT_MS)
    const { minuteOfDay } = localCalendar(Float64Array.from({ length: slots }, (_, slot) => start + slot * SLOT_MS), timeZone)
    const { year, month, day, isoWeekday } = localParts(start, timeZone)
    return {
      epochDay, start, end, slots, wallMinute: Int16Array.from(minuteOfDay), year, month,
      dayOfYear: epochDay - Date.UTC(year, 0, 1) / DAY_MS, isoWeekday, holiday: isFrenchHoliday(year, month, day),
    }
  }
  const day = (epochDay: number): LocalDay => {
    let one = known.get(epochDay)
    if (one === undefined) known.set(epochDay, (one = make(epochDay)))
    return one
  }
  return {
    day,
    at(instant) {
      const guess = day(Math.floor(instant / DAY_MS))
      return instant < guess.start ? day(guess.epochDay - 1) : instant >= guess.end ? day(guess.epochDay + 1) : guess
    },
  }
}

/**
 * The row of a measured curve that stands for a day: the same season, the same weekday, a Sunday for a holiday. Two
 * measured years take turns. Curves of the same years (buildings, their weather, the heat meter) get the same days, so
 * that cold days coincide. `weekday` asks for another weekday of the same week (a shop that opens on Sundays).
 */
export function sourceRow(curve: MeasuredCurve, day: LocalDay, weekday: number = day.holiday ? 7 : day.isoWeekday): number {
  const firstYear = new Date((curve.firstDay + 14) * DAY_MS).getUTCFullYear()
  const nominal = Date.UTC(firstYear + (day.year & 1), 0, 1) / DAY_MS + day.dayOfYear
  // 1970-01-01 was a Thursday.
  const nominalWeekday = ((((nominal + 3) % 7) + 7) % 7) + 1
  const shift = ((weekday - nominalWeekday + 10) % 7) - 3
  let row = nominal + shift - curve.firstDay
  while (row < 0) row += 7
  while (row >= curve.days) row -= 7
  return row
}
