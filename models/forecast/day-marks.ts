/** What is known of each local day long before it comes. */
export interface DayMarks {
  /** ISO weekday, 1 = Monday. */
  readonly weekday: Uint8Array
  readonly holiday: Uint8Array
  readonly dayBefore: Uint8Array
  readonly dayAfter: Uint8Array
  /** A working day between a holiday and a weekend. */
  readonly bridge: Uint8Array
  readonly school: Uint8Array
  /** 0 Monday to Friday, 1 Saturday, 2 Sunday or holiday. */
  readonly type: Uint8Array
  /** Number of a day that has a name (a holiday, a day between Christmas and New Year, an event); 0: it has none. */
  readonly named: Uint16Array
  /** Share of the year gone by, 0 to 1. */
  readonly yearShare: Float64Array
}

export interface DayRules {
  /** Name of a public holiday on a date (days since 1970-01-01), else undefined. The same name each year. */
  readonly holidayOf: (dayIndex: number) => string | undefined
  readonly isSchoolHoliday?: (dayIndex: number) => boolean
  /** Other days that are unlike their weekday: a festival, a yearly closing. */
  readonly eventOf?: (dayIndex: number) => string | undefined
}

const DAY_MS = 86_400_000

/** Marks of `days` local days from `firstDay` (days since 1970-01-01). */
export function dayMarks(firstDay: number, days: number, rules: DayRules): DayMarks {
  const marks = {
    weekday: new Uint8Array(days), holiday: new Uint8Array(days), dayBefore: new Uint8Array(days), dayAfter: new Uint8Array(days), bridge: new Uint8Array(days),
    school: new Uint8Array(days), type: new Uint8Array(days), named: new Uint16Array(days), yearShare: new Float64Array(days),
  }
  const names = new Map<string, number>()
  const numberOf = (name: string) => {
    if (!names.has(name)) names.set(name, names.size + 1)
    return names.get(name)!
  }
  const weekdayOf = (day: number) => ((((day + 3) % 7) + 7) % 7) + 1
  const isFree = (day: number) => weekdayOf(day) >= 6 || rules.holidayOf(day) !== undefined
  for (let i = 0; i < days; i += 1) {
    const day = firstDay + i
    const weekday = weekdayOf(day)
    const holiday = rules.holidayOf(day)
    const date = new Date(day * DAY_MS)
    marks.weekday[i] = weekday
    marks.holiday[i] = holiday === undefined ? 0 : 1
    const before = rules.holidayOf(day + 1) !== undefined
    const after = rules.holidayOf(day - 1) !== undefined
    marks.dayBefore[i] = before ? 1 : 0
    marks.dayAfter[i] = after ? 1 : 0
    marks.bridge[i] = !isFree(day) && ((after && isFree(day + 1)) || (before && isFree(day - 1))) ? 1 : 0
    marks.school[i] = rules.isSchoolHoliday?.(day) === true ? 1 : 0
    marks.type[i] = holiday !== undefined || weekday === 7 ? 2 : weekday === 6 ? 1 : 0
    const name = rules.eventOf?.(day) ?? holiday ?? betweenTheYears(date, marks.type[i]!)
    marks.named[i] = name === undefined ? 0 : numberOf(name)
    const yearStart = Date.UTC(date.getUTCFullYear(), 0, 1)
    marks.yearShare[i] = (day * DAY_MS - yearStart) / (Date.UTC(date.getUTCFullYear() + 1, 0, 1) - yearStart)
  }
  return marks
}

/** The eves have a name; the days around Christmas and New Year are alike by type, whatever their date. */
function betweenTheYears(date: Date, type: number): string | undefined {
  const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()]
  if (month === 12 && (day === 24 || day === 31)) return `${month}-${day}`
  if ((month === 12 && day >= 26) || (month === 1 && day <= 5)) return `between-the-years-${type}`
  return month === 12 && day >= 20 ? `before-christmas-${type}` : undefined
}
