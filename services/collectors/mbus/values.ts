/** Data of M-Bus records (EN 13757-3, annex A): BCD, integers, reals, dates and times. Least significant byte first. */

/** NaN where the bytes hold no number: BCD with a digit that is none, the one integer that means "invalid". */
export function bcd(bytes: Uint8Array): number {
  let value = 0
  let sign = 1
  for (let at = bytes.length - 1; at >= 0; at--) {
    let high = bytes[at] >> 4
    const low = bytes[at] & 0x0f
    // An F in the most significant place is a minus sign.
    if (at === bytes.length - 1 && high === 0x0f) {
      sign = -1
      high = 0
    }
    if (high > 9 || low > 9) return NaN
    value = value * 100 + high * 10 + low
  }
  return value === 0 ? 0 : sign * value
}

export function unsigned(bytes: Uint8Array): number {
  let value = 0
  for (let at = bytes.length - 1; at >= 0; at--) value = value * 256 + bytes[at]
  return value
}

export function signed(bytes: Uint8Array): number {
  const top = bytes.at(-1)
  if (top === undefined) return NaN
  if (top < 0x80) return unsigned(bytes)
  let complement = 0
  let isLowest = top === 0x80
  for (let at = bytes.length - 1; at >= 0; at--) {
    complement = complement * 256 + (0xff - bytes[at])
    if (at < bytes.length - 1 && bytes[at] !== 0) isLowest = false
  }
  return isLowest ? NaN : -(complement + 1)
}

export function real32(bytes: Uint8Array): number {
  const view = new DataView(new ArrayBuffer(4))
  for (let at = 0; at < 4; at++) view.setUint8(at, bytes[at])
  const value = view.getFloat32(0, true)
  return Number.isFinite(value) ? value : NaN
}

/** A time as the clock on the meter shows it; the meter says nothing of its time zone. */
export interface WallTime {
  /** The shown digits as if they were UTC, in epoch milliseconds. */
  readonly wall: number
  /** Only a date was given. */
  readonly isDate: boolean
  readonly isSummer: boolean
}

const LATEST_YEAR_OF_2000 = 80

function wallTime(year: number, month: number, day: number, [hour, minute, second]: readonly [number, number, number], marks: { isDate: boolean; isSummer: boolean }): WallTime | undefined {
  // Day 0, month 15, hour 31, minute 63 and year 127 say "every"; a value is of one moment.
  if (month < 1 || month > 12 || day < 1 || day > 31 || year > 399 || hour > 23 || minute > 59 || second > 59) return undefined
  const at = new Date(Date.UTC(1900 + year, month - 1, day, hour, minute, second))
  return at.getUTCDate() === day ? { wall: at.getTime(), ...marks } : undefined
}

/** Two digits of a year without a century: 81 to 99 are of the last one. */
const yearWithoutCentury = (year: number): number => (year > 99 ? Infinity : year <= LATEST_YEAR_OF_2000 ? year + 100 : year)
const MIDNIGHT = [0, 0, 0] as const

/** Type G, two bytes: a date. */
export function dateG(bytes: Uint8Array): WallTime | undefined {
  return wallTime(yearWithoutCentury((bytes[0] >> 5) | ((bytes[1] >> 4) << 3)), bytes[1] & 0x0f, bytes[0] & 0x1f, MIDNIGHT, { isDate: true, isSummer: false })
}

/** Type F, four bytes: date and time to the minute. */
export function dateTimeF(bytes: Uint8Array): WallTime | undefined {
  if ((bytes[0] & 0x80) !== 0) return undefined
  const short = (bytes[2] >> 5) | ((bytes[3] >> 4) << 3)
  const century = (bytes[1] >> 5) & 3
  const year = short > 99 ? Infinity : century === 0 ? yearWithoutCentury(short) : century * 100 + short
  return wallTime(year, bytes[3] & 0x0f, bytes[2] & 0x1f, [bytes[1] & 0x1f, bytes[0] & 0x3f, 0], { isDate: false, isSummer: (bytes[1] & 0x80) !== 0 })
}

/** Type I, six bytes: date and time to the second. */
export function dateTimeI(bytes: Uint8Array): WallTime | undefined {
  if ((bytes[1] & 0x80) !== 0) return undefined
  const year = yearWithoutCentury((bytes[3] >> 5) | ((bytes[4] >> 4) << 3))
  return wallTime(year, bytes[4] & 0x0f, bytes[3] & 0x1f, [bytes[2] & 0x1f, bytes[1] & 0x3f, bytes[0] & 0x3f], { isDate: false, isSummer: (bytes[0] & 0x40) !== 0 })
}

/** Type J, three bytes: a time of day, in seconds; NaN for "every" or "invalid". */
export function timeOfDayJ(bytes: Uint8Array): number {
  const [second, minute, hour] = [bytes[0] & 0x3f, bytes[1] & 0x3f, bytes[2] & 0x1f]
  return second > 59 || minute > 59 || hour > 23 ? NaN : hour * 3600 + minute * 60 + second
}

/** Text comes last character first, in ISO 8859-1. Control characters have no place in it. */
export function text(bytes: Uint8Array): string {
  let said = ''
  for (let at = bytes.length - 1; at >= 0; at--) if (bytes[at] >= 0x20 && (bytes[at] < 0x7f || bytes[at] >= 0xa0)) said += String.fromCharCode(bytes[at])
  return said
}

/** Hexadecimal, because some meters put letters where digits belong. */
export const digits = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase()

/** Ten to the `exponent` times the value, with one rounding only: 332 at -3 is 0.332. */
export const atExponent = (value: number, exponent: number): number => (exponent < 0 ? value / 10 ** -exponent : value * 10 ** exponent)
