import { localInstants } from '#models/units/local-time.ts'

const MINUTE_MS = 60_000
const EARLIEST_YEAR = 1970
const LATEST_YEAR = 2100

/** What a stamp says: the digits of its wall clock as if they were UTC, and its offset where it has one. */
export interface Stamp { readonly wall: number; readonly offsetMs: number | undefined; readonly isDate: boolean }

const TOKENS: Readonly<Record<string, string>> = { yyyy: '(?<year>\\d{4})', yy: '(?<year>\\d{2})', MM: '(?<month>\\d{1,2})', dd: '(?<day>\\d{1,2})', HH: '(?<hour>\\d{1,2})', mm: '(?<minute>\\d{2})', ss: '(?<second>\\d{2})', Z: '(?<offset>Z|[+-]\\d\\d:?\\d\\d)' }
const ISO = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:[T ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,]\d{1,9})?)?)?(?: ?(?<offset>Z|[+-]\d\d(?::?\d\d)?))?$/

/** A pattern as `dd/MM/yyyy HH:mm` becomes an expression; `iso` is ISO 8601, with or without offset. */
function expressionOf(pattern: string): RegExp {
  if (pattern === 'iso') return ISO
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/yyyy|yy|MM|dd|HH|mm|ss|Z/g, (token) => TOKENS[token])
  return new RegExp(`^${source}$`)
}

const offsetOf = (text: string): number => {
  if (text === 'Z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3).replace(':', '') || '0')
  return (text.startsWith('-') ? -minutes : minutes) * MINUTE_MS
}

/** A reader of stamps of one form: `iso`, `epoch-s`, `epoch-ms` or a pattern. Undefined for what is no such stamp. */
export function stampReader(format: string): (text: string) => Stamp | undefined {
  if (format === 'epoch-s' || format === 'epoch-ms') {
    const factor = format === 'epoch-s' ? 1_000 : 1
    return (text) => {
      const wall = /^-?\d{1,14}(\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * factor) : NaN
      return isInReach(wall) ? { wall, offsetMs: 0, isDate: false } : undefined
    }
  }
  const expression = expressionOf(format)
  return (text) => {
    const parts = expression.exec(text)?.groups
    if (parts === undefined) return undefined
    const year = Number(parts['year']) + (parts['year']!.length === 2 ? 2_000 : 0)
    const [month, day] = [Number(parts['month']), Number(parts['day'])]
    const [hour, minute, second] = [Number(parts['hour'] ?? 0), Number(parts['minute'] ?? 0), Number(parts['second'] ?? 0)]
    const wall = Date.UTC(year, month - 1, day, hour, minute, second)
    const date = new Date(wall - (hour === 24 ? 1 : 0))
    // The end of a day may be written 24:00; the 31st of February is no date.
    const isReal = month >= 1 && month <= 12 && day >= 1 && hour <= 24 && minute < 60 && second < 60 && (hour < 24 || minute + second === 0) && date.getUTCDate() === day
    if (!isReal || !isInReach(wall)) return undefined
    const offset = parts['offset']
    return { wall, offsetMs: offset === undefined ? undefined : offsetOf(offset), isDate: parts['hour'] === undefined }
  }
}

const isInReach = (wall: number): boolean => {
  const year = new Date(wall).getUTCFullYear()
  return year >= EARLIEST_YEAR && year < LATEST_YEAR
}

/**
 * The instant of a stamp; NaN for an hour that the change to summer time leaves out. The hour that comes twice is told
 * apart by the order of the file: of its two instants the first that lies after `previous` (in a file that runs backwards,
 * before it) is meant.
 */
export function instantOf({ wall, offsetMs }: Stamp, timeZone: string, previous: number, isBackwards = false): number {
  if (offsetMs !== undefined) return wall - offsetMs
  const instants = localInstants(wall, timeZone)
  if (instants.length < 2 || Number.isNaN(previous)) return (isBackwards ? instants.at(-1) : instants[0]) ?? NaN
  const next = isBackwards ? instants.findLast((at) => at < previous) : instants.find((at) => at > previous)
  return next ?? (isBackwards ? instants[0] : instants[instants.length - 1])
}
