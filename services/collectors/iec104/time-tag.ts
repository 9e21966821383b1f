import { localOffset } from '#models/units/local-time.ts'

/** Time tags of IEC 60870-5-101: CP16 (a duration), CP24 (within an hour), CP56 (a date). Marks are kept as bits. */

export const TIME_INVALID = 0x80
/** The station put the time there itself, on behalf of a device without a clock. */
export const TIME_SUBSTITUTED = 0x40
export const SUMMER_TIME = 0x01

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

const uint16 = (bytes: Uint8Array, at: number): number => bytes[at] | (bytes[at + 1] << 8)
export const elapsedMs = uint16

/** Milliseconds since the full hour; NaN for what is no time of an hour. */
export function readHourTime(bytes: Uint8Array, at: number): number {
  const ms = uint16(bytes, at)
  const minute = bytes[at + 2] & 0x3f
  return ms >= MINUTE_MS || minute > 59 ? NaN : minute * MINUTE_MS + ms
}

/** The shown digits as if they were UTC, in epoch milliseconds; NaN for what is no date. The day of the week is not looked at. */
export function readDateTime(bytes: Uint8Array, at: number): number {
  const inHour = readHourTime(bytes, at)
  const [hour, day, month, year] = [bytes[at + 3] & 0x1f, bytes[at + 4] & 0x1f, bytes[at + 5] & 0x0f, bytes[at + 6] & 0x7f]
  if (hour > 23 || day < 1 || month < 1 || month > 12 || year > 99) return NaN
  const midnight = Date.UTC(2000 + year, month - 1, day)
  return new Date(midnight).getUTCDate() === day ? midnight + hour * HOUR_MS + inHour : NaN
}

export const readTimeMarks = (bytes: Uint8Array, at: number, hasDate: boolean): number =>
  (bytes[at + 2] & (TIME_INVALID | TIME_SUBSTITUTED)) | (hasDate && (bytes[at + 3] & 0x80) !== 0 ? SUMMER_TIME : 0)

export interface Utc {
  readonly at: number
  /** The mark of summer time does not fit the date. */
  readonly isDoubtful: boolean
}

/**
 * UTC of what a clock in `timeZone` shows. The mark of summer time tells the two hours of October apart, and says what is
 * meant where the clocks jump over an hour. Elsewhere the calendar decides, because many stations never set the mark; one
 * that is set in winter makes the time doubtful.
 */
export function utcOfDate(wall: number, isSummer: boolean, timeZone: string): Utc {
  const [before, after] = [localOffset(wall - DAY_MS, timeZone), localOffset(wall + DAY_MS, timeZone)]
  const [winter, summer] = [Math.min(before, after), Math.max(before, after)]
  const fits = (offset: number): boolean => localOffset(wall - offset, timeZone) === offset
  if (winter !== summer) {
    const [fitsWinter, fitsSummer] = [fits(winter), fits(summer)]
    if (fitsWinter === fitsSummer) return { at: wall - (isSummer ? summer : winter), isDoubtful: false }
    return fitsSummer ? { at: wall - summer, isDoubtful: false } : { at: wall - winter, isDoubtful: isSummer }
  }
  return { at: wall - winter, isDoubtful: isSummer && winter === standardOffset(wall, timeZone) }
}

/** Where the clocks are changed, the smaller offset of the year; NaN where they are not, for there the mark says nothing. */
function standardOffset(wall: number, timeZone: string): number {
  const year = new Date(wall).getUTCFullYear()
  const [january, july] = [localOffset(Date.UTC(year, 0, 1), timeZone), localOffset(Date.UTC(year, 6, 1), timeZone)]
  return january === july ? NaN : Math.min(january, july)
}

/** The hour is the one that brings the time nearest to that of arrival: right for what comes within half an hour. */
export function utcOfHour(inHour: number, arrivedAt: number, timeZone: string): number {
  const offset = localOffset(arrivedAt, timeZone)
  const sameHour = Math.floor((arrivedAt + offset) / HOUR_MS) * HOUR_MS - offset + inHour
  const late = arrivedAt - sameHour
  return late > HOUR_MS / 2 ? sameHour + HOUR_MS : late < -HOUR_MS / 2 ? sameHour - HOUR_MS : sameHour
}
