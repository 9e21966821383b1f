/**
 * Local wall-clock time without a call to Intl per sample: the offset transitions of a zone are looked up once a year
 * and zone (the time-zone database of the runtime is the source) and then searched. Instants are UTC milliseconds; a
 * local day has 23, 24 or 25 hours.
 */
import { PenfeldError } from '#models/errors/penfeld-error.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

export interface LocalParts {
  readonly year: number
  /** 1-12. */
  readonly month: number
  /** 1-31. */
  readonly day: number
  readonly hour: number
  readonly minute: number
  /** 1 = Monday. */
  readonly isoWeekday: number
  /** Minutes on the wall clock since 00:00, 0-1439 (it jumps at a change of the clocks). */
  readonly minuteOfDay: number
}

/** Calendar of many instants, column by column; `dayIndex` counts local dates since 1970-01-01. */
export interface LocalCalendar {
  readonly minuteOfDay: Int16Array
  readonly isoWeekday: Uint8Array
  readonly dayIndex: Int32Array
  readonly month: Uint8Array
}

/** Constant-offset spans of one zone in one UTC year: `offsetMs[i]` holds from `from[i]` to `from[i + 1]`. */
interface OffsetSpans {
  readonly from: readonly number[]
  readonly offsetMs: readonly number[]
}

interface Zone {
  readonly format: Intl.DateTimeFormat
  readonly years: Map<number, OffsetSpans>
}

const zones = new Map<string, Zone>()

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone)
  if (known !== undefined) return known
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23',
      era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
    const zone: Zone = { format, years: new Map() }
    zones.set(timeZone, zone)
    return zone
  } catch (cause) {
    throw new PenfeldError('PF_CONFIG_INVALID', `"${timeZone}" is not a time zone of the IANA database (e.g. Europe/Paris).`, { where: 'timeZone', cause })
  }
}

function askIntl(zone: Zone, at: number): number {
  const part: Record<string, string> = {}
  for (const { type, value } of zone.format.formatToParts(at)) part[type] = value
  const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year'])
  const wall = new Date(0)
  wall.setUTCFullYear(year, Number(part['month']) - 1, Number(part['day']))
  wall.setUTCHours(Number(part['hour']), Number(part['minute']), Number(part['second']))
  return wall.getTime() - Math.floor(at / 1000) * 1000
}

function yearStart(year: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, 0, 1)
  return date.getTime()
}

/** Looked at every eight days (no zone changed twice within less in modern times), then halved down to the second. */
function spansOf(zone: Zone, year: number): OffsetSpans {
  const known = zone.years.get(year)
  if (known !== undefined) return known
  const start = yearStart(year)
  const end = yearStart(year + 1)
  const from = [start]
  const offsetMs = [askIntl(zone, start)]
  for (let left = start, leftOffset = offsetMs[0]; left < end; ) {
    const right = Math.min(left + 8 * DAY_MS, end - 1000)
    const rightOffset = askIntl(zone, right)
    if (rightOffset !== leftOffset) {
      let before = left
      let after = right
      while (after - before > 1000) {
        const middle = Math.floor((before + after) / 2000) * 1000
        if (askIntl(zone, middle) === leftOffset) before = middle
        else after = middle
      }
      from.push(after)
      offsetMs.push(rightOffset)
    }
    if (right === end - 1000) break
    left = right
    leftOffset = rightOffset
  }
  const spans = { from, offsetMs }
  zone.years.set(year, spans)
  return spans
}

function offsetIn(zone: Zone, at: number): number {
  const { from, offsetMs } = spansOf(zone, new Date(at).getUTCFullYear())
  let span = from.length - 1
  while (span > 0 && from[span] > at) span--
  return offsetMs[span]
}

/** Milliseconds to add to a UTC instant to get its local wall clock. */
export function localOffset(at: number, timeZone: string): number {
  return offsetIn(zoneOf(timeZone), at)
}

/** The instants at which the wall clock shows these digits (given as if they were UTC): one, two in autumn, none in spring. */
export function localInstants(wall: number, timeZone: string): number[] {
  const zone = zoneOf(timeZone)
  const [before, after] = [offsetIn(zone, wall - DAY_MS), offsetIn(zone, wall + DAY_MS)]
  if (before === after) return [wall - before]
  return [wall - Math.max(before, after), wall - Math.min(before, after)].filter((at) => at + offsetIn(zone, at) === wall)
}

const isoWeekdayOf = (dayIndex: number): number => {
  // 1970-01-01 was a Thursday.
  const weekday = (dayIndex + 3) % 7
  return (weekday < 0 ? weekday + 7 : weekday) + 1
}

/** First instant of a local date, also where midnight is skipped or passed twice. */
function startOfDate(zone: Zone, dayIndex: number): number {
  const wall = dayIndex * DAY_MS
  const before = offsetIn(zone, wall - DAY_MS)
  const after = offsetIn(zone, wall + DAY_MS)
  if (before === after) return wall - before
  // The clocks change nearby: halve the span in which the new date must begin.
  let left = wall - Math.max(before, after) - 1
  let right = wall - Math.min(before, after)
  while (right - left > 1) {
    const middle = Math.floor((left + right) / 2)
    if (dayIndexOf(zone, middle) < dayIndex) left = middle
    else right = middle
  }
  return right
}

const dayIndexOf = (zone: Zone, at: number): number => Math.floor((at + offsetIn(zone, at)) / DAY_MS)

/** Start (UTC ms) of the local day in which `at` lies. */
export function localDayStart(at: number, timeZone: string): number {
  const zone = zoneOf(timeZone)
  return startOfDate(zone, dayIndexOf(zone, at))
}

/** Start (UTC ms) of the local day after the one in which `at` lies. */
export function nextLocalDayStart(at: number, timeZone: string): number {
  const zone = zoneOf(timeZone)
  return startOfDate(zone, dayIndexOf(zone, at) + 1)
}

/** Local date in which `at` (UTC ms) lies, as days since 1970-01-01. */
export function localDateIndex(at: number, timeZone: string): number {
  return dayIndexOf(zoneOf(timeZone), at)
}

/** Start (UTC ms) of the local date with this number of days since 1970-01-01. */
export function localDateStart(dayIndex: number, timeZone: string): number {
  return startOfDate(zoneOf(timeZone), dayIndex)
}

/**
 * Starts of all local days that touch `[from, to)`, in order: the first may lie before `from`. Empty if `to <= from`.
 */
export function localDayStarts(from: number, to: number, timeZone: string): Float64Array {
  if (!(to > from)) return new Float64Array(0)
  const zone = zoneOf(timeZone)
  const first = dayIndexOf(zone, from)
  const starts: number[] = []
  for (let day = first; ; day++) {
    const start = startOfDate(zone, day)
    if (start >= to) break
    starts.push(start)
  }
  return Float64Array.from(starts)
}

/** The wall clock of one instant. */
export function localParts(at: number, timeZone: string): LocalParts {
  const zone = zoneOf(timeZone)
  const wall = new Date(at + offsetIn(zone, at))
  const minuteOfDay = wall.getUTCHours() * 60 + wall.getUTCMinutes()
  return {
    year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate(),
    hour: wall.getUTCHours(), minute: wall.getUTCMinutes(),
    isoWeekday: isoWeekdayOf(Math.floor(wall.getTime() / DAY_MS)), minuteOfDay,
  }
}

/** Calendar of many instants; sorted times are fastest, any order is right. */
export function localCalendar(at: Float64Array, timeZone: string): LocalCalendar {
  const zone = zoneOf(timeZone)
  const count = at.length
  const minuteOfDay = new Int16Array(count)
  const isoWeekday = new Uint8Array(count)
  const dayIndex = new Int32Array(count)
  const month = new Uint8Array(count)
  let validFrom = 0
  let validTo = -1
  let offset = 0
  let lastDay = Number.NaN
  let lastMonth = 0
  for (let index = 0; index < count; index++) {
    const time = at[index]
    if (time < validFrom || time >= validTo) {
      const year = new Date(time).getUTCFullYear()
      const spans = spansOf(zone, year)
      let span = spans.from.length - 1
      while (span > 0 && spans.from[span] > time) span--
      offset = spans.offsetMs[span]
      validFrom = spans.from[span]
      validTo = spans.from[span + 1] ?? yearStart(year + 1)
    }
    const wall = time + offset
    const day = Math.floor(wall / DAY_MS)
    if (day !== lastDay) {
      lastDay = day
      lastMonth = new Date(wall).getUTCMonth() + 1
    }
    minuteOfDay[index] = Math.floor((wall - day * DAY_MS) / MINUTE_MS)
    isoWeekday[index] = isoWeekdayOf(day)
    dayIndex[index] = day
    month[index] = lastMonth
  }
  return { minuteOfDay, isoWeekday, dayIndex, month }
}
