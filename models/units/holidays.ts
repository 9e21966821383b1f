/** French public holidays of mainland France (Code du travail, art. L3133-1). */

/** Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher), as days since 1970-01-01. */
export function easterDayIndex(year: number): number {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const yearOfCentury = year % 100
  const epact = (19 * golden + century - Math.floor(century / 4) - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) + 15) % 30
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7
  const correction = Math.floor((golden + 11 * epact + 22 * weekday) / 451)
  const monthAndDay = epact + weekday - 7 * correction + 114
  return Date.UTC(year, Math.floor(monthAndDay / 31) - 1, (monthAndDay % 31) + 1) / 86_400_000
}

const FIXED: ReadonlyMap<string, string> = new Map([
  ['1-1', 'jour-de-l-an'], ['5-1', 'fete-du-travail'], ['5-8', 'victoire-1945'], ['7-14', 'fete-nationale'], ['8-15', 'assomption'],
  ['11-1', 'toussaint'], ['11-11', 'armistice'], ['12-25', 'noel'],
])
const DAYS_AFTER_EASTER: ReadonlyMap<number, string> = new Map([[1, 'lundi-de-paques'], [39, 'ascension'], [50, 'lundi-de-pentecote']])

/** Name of the public holiday on a local date (days since 1970-01-01), the same each year; undefined on other days. */
export function frenchHolidayName(dayIndex: number): string | undefined {
  const date = new Date(dayIndex * 86_400_000)
  return FIXED.get(`${date.getUTCMonth() + 1}-${date.getUTCDate()}`) ?? DAYS_AFTER_EASTER.get(dayIndex - easterDayIndex(date.getUTCFullYear()))
}

/** True on a public holiday; `month` 1-12, `day` 1-31 of the local date. */
export function isFrenchHoliday(year: number, month: number, day: number): boolean {
  return frenchHolidayName(Date.UTC(year, month - 1, day) / 86_400_000) !== undefined
}
