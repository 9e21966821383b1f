import { isFrenchHoliday } from '#models/units/holidays.ts'
import { localCalendar } from '#models/units/local-time.ts'

/** Days that are alike: working days, Saturdays, Sundays together with public holidays. */
export const DAY_TYPE = { working: 0, saturday: 1, sunday: 2 } as const
export const DAY_TYPES = 3

export interface LoadCalendar {
  /** Minute of the local day, 0 to 1439. */
  readonly minuteOfDay: Int16Array
  readonly dayType: Uint8Array
  /** 1 on a public holiday. */
  readonly holiday: Uint8Array
  /** ISO weekday, 1 = Monday. */
  readonly isoWeekday: Uint8Array
  /** Number of the local day; consecutive days have consecutive numbers. */
  readonly dayIndex: Int32Array
  /** 1 to 12. */
  readonly month: Uint8Array
}

/** The local calendar of each time (UTC ms), with the day type of a load; French public holidays. */
export function loadCalendar(at: Float64Array, timeZone: string): LoadCalendar {
  const calendar = localCalendar(at, timeZone)
  const dayType = new Uint8Array(at.length)
  const holiday = new Uint8Array(at.length)
  let knownDay = NaN
  let knownHoliday = 0
  for (let i = 0; i < at.length; i += 1) {
    if (calendar.dayIndex[i] !== knownDay) {
      knownDay = calendar.dayIndex[i]!
      const date = new Date(knownDay * 86_400_000)
      knownHoliday = isFrenchHoliday(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()) ? 1 : 0
    }
    holiday[i] = knownHoliday
    const weekday = calendar.isoWeekday[i]!
    dayType[i] = knownHoliday === 1 || weekday === 7 ? DAY_TYPE.sunday : weekday === 6 ? DAY_TYPE.saturday : DAY_TYPE.working
  }
  return { ...calendar, dayType, holiday }
}
