/** Public holidays of the places the benchmark's series come from, by name. */
import { easterDayIndex } from '#models/units/holidays.ts'

type HolidayOf = (dayIndex: number) => string | undefined
const DAY_MS = 86_400_000
const index = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day) / DAY_MS
/** ISO weekday. */
const weekday = (day: number) => ((day + 3) % 7) + 1
/** The nth given weekday of a month; a negative n counts from its end. */
const nth = (year: number, month: number, wanted: number, n: number) => {
  if (n > 0) {
    const first = index(year, month, 1)
    return first + ((wanted - weekday(first) + 7) % 7) + 7 * (n - 1)
  }
  const last = index(year, month + 1, 1) - 1
  return last - ((weekday(last) - wanted + 7) % 7) + 7 * (n + 1)
}
const yearly = (ofYear: (year: number) => readonly (readonly [number, string])[]): HolidayOf => {
  const years = new Map<number, Map<number, string>>()
  return (day) => {
    const year = new Date(day * DAY_MS).getUTCFullYear()
    if (!years.has(year)) years.set(year, new Map(ofYear(year)))
    return years.get(year)!.get(day)
  }
}
/** A holiday on a weekend is kept on the next working day that is not one already. */
const nextWorking = (days: readonly (readonly [number, string])[]) => {
  const taken = new Set(days.map(([day]) => day))
  return days.flatMap(([day, name]) => {
    if (weekday(day) < 6) return [[day, name] as const]
    let instead = day
    while (weekday(instead) >= 6 || taken.has(instead)) instead += 1
    taken.add(instead)
    return [[day, name] as const, [instead, `${name} (kept)`] as const]
  })
}

export const england = yearly((year) => {
  const easter = easterDayIndex(year)
  return [
    ...nextWorking([[index(year, 1, 1), 'new-year'], [index(year, 12, 25), 'christmas'], [index(year, 12, 26), 'boxing-day']]),
    [easter - 2, 'good-friday'], [easter + 1, 'easter-monday'],
    [year === 2020 ? index(2020, 5, 8) : nth(year, 5, 1, 1), 'may-day'], [nth(year, 5, 1, -1), 'spring'], [nth(year, 8, 1, -1), 'summer'],
  ]
})
export const unitedStates = yearly((year) => [
  ...nextWorking([[index(year, 1, 1), 'new-year'], [index(year, 7, 4), 'independence'], [index(year, 11, 11), 'veterans'], [index(year, 12, 25), 'christmas']]),
  [nth(year, 1, 1, 3), 'king'], [nth(year, 2, 1, 3), 'presidents'], [nth(year, 5, 1, -1), 'memorial'], [nth(year, 9, 1, 1), 'labor'], [nth(year, 10, 1, 2), 'columbus'], [nth(year, 11, 4, 4), 'thanksgiving'], [nth(year, 11, 4, 4) + 1, 'after-thanksgiving'],
])
export const denmark = yearly((year) => {
  const easter = easterDayIndex(year)
  return [[index(year, 1, 1), 'new-year'], [easter - 3, 'maundy'], [easter - 2, 'good-friday'], [easter + 1, 'easter-monday'], [easter + 26, 'prayer'], [easter + 39, 'ascension'], [easter + 50, 'whit-monday'], [index(year, 12, 24), 'christmas-eve'], [index(year, 12, 25), 'christmas'], [index(year, 12, 26), 'second-christmas']]
})
export const italy = yearly((year) => {
  const easter = easterDayIndex(year)
  return [[index(year, 1, 1), 'new-year'], [index(year, 1, 6), 'epiphany'], [easter + 1, 'easter-monday'], [index(year, 4, 25), 'liberation'], [index(year, 5, 1), 'labour'], [index(year, 6, 2), 'republic'], [index(year, 8, 15), 'assumption'], [index(year, 11, 1), 'all-saints'], [index(year, 12, 8), 'immaculate'], [index(year, 12, 25), 'christmas'], [index(year, 12, 26), 'stephen']]
})
export const victoria = yearly((year) => {
  const easter = easterDayIndex(year)
  return [
    ...nextWorking([[index(year, 1, 1), 'new-year'], [index(year, 12, 25), 'christmas'], [index(year, 12, 26), 'boxing-day'], [index(year, 1, 26), 'australia']]), [nth(year, 3, 1, 2), 'labour'],
    [easter - 2, 'good-friday'], [easter - 1, 'easter-saturday'], [easter + 1, 'easter-monday'], [index(year, 4, 25), 'anzac'], [nth(year, 6, 1, 2), 'birthday'], [nth(year, 11, 2, 1), 'cup'],
  ]
})
