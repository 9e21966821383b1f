import type { District, NamedDays } from '#models/district/schema.ts'
import type { DayRules } from '#models/forecast/day-marks.ts'
import { frenchHolidayName } from '#models/units/holidays.ts'

const DAY_MS = 86_400_000

/** What a forecast knows of the days of a district: public holidays are computed, the rest is read in its document. */
export function dayRules({ calendar }: Pick<District, 'calendar'>): DayRules {
  const school = byDay(calendar?.schoolHolidays ?? [])
  const events = byDay(calendar?.events ?? [])
  return { holidayOf: frenchHolidayName, isSchoolHoliday: (day) => school.has(day), eventOf: (day) => events.get(day) }
}

/** Name of each local date (days since 1970-01-01); of two on one day the first in the list. */
function byDay(list: readonly NamedDays[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const { name, from, to } of list) {
    for (let day = Date.parse(from) / DAY_MS; day <= Date.parse(to) / DAY_MS; day += 1) if (!names.has(day)) names.set(day, name)
  }
  return names
}
