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

const FIXED = new Set(['1-1', '5-1', '5-8', '7-14', '8-15', '11-1', '11-11', '12-25'])
/** Days after Easter Sunday: Easter Monday, Ascension, Whit Monday. */
const MOVABLE = new Set([1, 39, 50])

/** True on a public holiday; `month` 1-12, `day` 1-31 of the local date. */
export function isFrenchHoliday(year: number, month: number, day: number): boolean {
  if (FIXED.has(`${month}-${day}`)) return true
  return MOVABLE.has(Date.UTC(year, month - 1, day) / 86_400_000 - easterDayIndex(year))
}
