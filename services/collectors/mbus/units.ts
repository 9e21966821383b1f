/** What the codes of a value information block mean: the tables of EN 13757-3:2018 (main table, extensions FB and FD). */

export type Form = 'number' | 'bits' | 'date' | 'date-time' | 'text'

export interface Meaning {
  readonly quantity: string
  /** Base unit after `exponent` and `factor`; empty where the value is a plain number or an identification. */
  readonly unit: string
  readonly exponent: number
  readonly factor: number
  readonly form: Form
}

/** A run of codes whose exponent grows by one each, or whose factor is listed. */
interface Run {
  readonly from: number
  readonly to: number
  readonly quantity: string
  readonly unit: string
  readonly exponent: number
  readonly factors: readonly number[]
  readonly form: Form
}

const scaled = (from: number, to: number, quantity: string, unit: string, exponent: number, factor = 1): Run => ({ from, to, quantity, unit, exponent, factors: [factor], form: 'number' })
const listed = (from: number, quantity: string, unit: string, factors: readonly number[]): Run => ({ from, to: from + factors.length - 1, quantity, unit, exponent: 0, factors, form: 'number' })
const plain = (code: number, quantity: string, unit = '', form: Form = 'number'): Run => ({ from: code, to: code, quantity, unit, exponent: 0, factors: [1], form })

/** Seconds of a second, minute, hour and day. */
const DURATIONS = [1, 60, 3_600, 86_400]
const AS_HOURLY = { perMinute: 60, perSecond: 3_600 }
const W_OF_J_PER_HOUR = 1 / 3_600
const J_OF_CALORIE = 4.1868
/** The meter's own calendar decides how long a month or year is: these keep their unit. */
const CALENDAR = { months: 'month', years: 'year' }
const KELVIN_OF_FAHRENHEIT = 5 / 9
const L_OF_US_GALLON = 3.785411784
const M3_OF_CUBIC_FOOT = 0.028316846592

const MAIN: readonly Run[] = [
  scaled(0x00, 0x07, 'energy', 'Wh', -3),
  scaled(0x08, 0x0f, 'energy', 'J', 0),
  scaled(0x10, 0x17, 'volume', 'm3', -6),
  scaled(0x18, 0x1f, 'mass', 'kg', -3),
  listed(0x20, 'on-time', 's', DURATIONS),
  listed(0x24, 'operating-time', 's', DURATIONS),
  scaled(0x28, 0x2f, 'power', 'W', -3),
  scaled(0x30, 0x37, 'power', 'W', 0, W_OF_J_PER_HOUR),
  scaled(0x38, 0x3f, 'volume-flow', 'm3/h', -6),
  scaled(0x40, 0x47, 'volume-flow', 'm3/h', -7, AS_HOURLY.perMinute),
  scaled(0x48, 0x4f, 'volume-flow', 'm3/h', -9, AS_HOURLY.perSecond),
  scaled(0x50, 0x57, 'mass-flow', 'kg/h', -3),
  scaled(0x58, 0x5b, 'flow-temperature', 'degC', -3),
  scaled(0x5c, 0x5f, 'return-temperature', 'degC', -3),
  scaled(0x60, 0x63, 'temperature-difference', 'K', -3),
  scaled(0x64, 0x67, 'external-temperature', 'degC', -3),
  scaled(0x68, 0x6b, 'pressure', 'bar', -3),
  plain(0x6c, 'date', '', 'date'),
  plain(0x6d, 'time-point', '', 'date-time'),
  plain(0x6e, 'heat-cost-allocator', 'hca'),
  plain(0x6f, 'reserved'),
  listed(0x70, 'averaging-duration', 's', DURATIONS),
  listed(0x74, 'actuality-duration', 's', DURATIONS),
  plain(0x78, 'fabrication-number'),
  plain(0x79, 'enhanced-identification'),
  plain(0x7a, 'bus-address'),
  plain(0x7e, 'any'),
  plain(0x7f, 'manufacturer-specific'),
]

const FB: readonly Run[] = [
  scaled(0x00, 0x01, 'energy', 'Wh', 5),
  scaled(0x02, 0x03, 'reactive-energy', 'varh', 3),
  scaled(0x04, 0x05, 'apparent-energy', 'VAh', 3),
  scaled(0x08, 0x09, 'energy', 'J', 8),
  scaled(0x0c, 0x0f, 'energy', 'J', 5, J_OF_CALORIE),
  scaled(0x10, 0x11, 'volume', 'm3', 2),
  scaled(0x14, 0x17, 'reactive-power', 'var', 0),
  scaled(0x18, 0x19, 'mass', 'kg', 5),
  scaled(0x1a, 0x1b, 'relative-humidity', '%', -1),
  plain(0x20, 'volume', 'cubic-foot'),
  scaled(0x21, 0x21, 'volume', 'm3', -1, M3_OF_CUBIC_FOOT),
  scaled(0x22, 0x23, 'volume', 'm3', -4, L_OF_US_GALLON),
  scaled(0x24, 0x24, 'volume-flow', 'm3/h', -6, 60 * L_OF_US_GALLON),
  scaled(0x25, 0x25, 'volume-flow', 'm3/h', -3, 60 * L_OF_US_GALLON),
  scaled(0x26, 0x26, 'volume-flow', 'm3/h', -3, L_OF_US_GALLON),
  scaled(0x28, 0x29, 'power', 'W', 5),
  scaled(0x2a, 0x2a, 'phase-voltage-to-voltage', 'deg', -1),
  scaled(0x2b, 0x2b, 'phase-voltage-to-current', 'deg', -1),
  scaled(0x2c, 0x2f, 'frequency', 'Hz', -3),
  scaled(0x30, 0x31, 'power', 'W', 8, W_OF_J_PER_HOUR),
  scaled(0x34, 0x37, 'apparent-power', 'VA', 0),
  scaled(0x58, 0x5b, 'flow-temperature', 'degF', -3),
  scaled(0x5c, 0x5f, 'return-temperature', 'degF', -3),
  scaled(0x60, 0x63, 'temperature-difference', 'K', -3, KELVIN_OF_FAHRENHEIT),
  scaled(0x64, 0x67, 'external-temperature', 'degF', -3),
  scaled(0x70, 0x73, 'temperature-limit', 'degF', -3),
  scaled(0x74, 0x77, 'temperature-limit', 'degC', -3),
  scaled(0x78, 0x7f, 'maximum-power-cumulated', 'W', -3),
]

const FD: readonly Run[] = [
  scaled(0x00, 0x03, 'credit', 'currency', -3),
  scaled(0x04, 0x07, 'debit', 'currency', -3),
  plain(0x08, 'access-number'),
  plain(0x09, 'medium'),
  plain(0x0a, 'manufacturer'),
  plain(0x0b, 'parameter-set'),
  plain(0x0c, 'model'),
  plain(0x0d, 'hardware-version'),
  plain(0x0e, 'firmware-version'),
  plain(0x0f, 'software-version'),
  plain(0x10, 'customer-location'),
  plain(0x11, 'customer'),
  plain(0x12, 'access-code-user'),
  plain(0x13, 'access-code-operator'),
  plain(0x14, 'access-code-system-operator'),
  plain(0x15, 'access-code-developer'),
  plain(0x16, 'password'),
  plain(0x17, 'error-flags', '', 'bits'),
  plain(0x18, 'error-mask', '', 'bits'),
  plain(0x19, 'security-key', '', 'bits'),
  plain(0x1a, 'digital-output', '', 'bits'),
  plain(0x1b, 'digital-input', '', 'bits'),
  plain(0x1c, 'baud-rate', 'baud'),
  plain(0x1d, 'response-delay', 'bit-time'),
  plain(0x1e, 'retry'),
  plain(0x1f, 'remote-control', '', 'bits'),
  plain(0x20, 'first-storage-number'),
  plain(0x21, 'last-storage-number'),
  plain(0x22, 'storage-block-size'),
  plain(0x23, 'tariff-and-subunit-descriptor', '', 'bits'),
  listed(0x24, 'storage-interval', 's', DURATIONS),
  plain(0x28, 'storage-interval', CALENDAR.months),
  plain(0x29, 'storage-interval', CALENDAR.years),
  plain(0x2a, 'operator-specific'),
  plain(0x2b, 'time-point-second', '', 'number'),
  listed(0x2c, 'duration-since-readout', 's', DURATIONS),
  plain(0x30, 'tariff-start', '', 'date-time'),
  listed(0x31, 'tariff-duration', 's', DURATIONS.slice(1)),
  listed(0x34, 'tariff-period', 's', DURATIONS),
  plain(0x38, 'tariff-period', CALENDAR.months),
  plain(0x39, 'tariff-period', CALENDAR.years),
  plain(0x3a, 'dimensionless'),
  plain(0x3b, 'wireless-container'),
  listed(0x3c, 'transmission-period', 's', DURATIONS),
  scaled(0x40, 0x4f, 'voltage', 'V', -9),
  scaled(0x50, 0x5f, 'current', 'A', -12),
  plain(0x60, 'reset-counter'),
  plain(0x61, 'cumulation-counter'),
  plain(0x62, 'control-signal', '', 'bits'),
  plain(0x63, 'day-of-week'),
  plain(0x64, 'week-number'),
  plain(0x65, 'time-of-day-change'),
  plain(0x66, 'parameter-activation', '', 'bits'),
  plain(0x67, 'supplier-information'),
  listed(0x68, 'duration-since-cumulation', 's', [3_600, 86_400]),
  plain(0x6a, 'duration-since-cumulation', CALENDAR.months),
  plain(0x6b, 'duration-since-cumulation', CALENDAR.years),
  listed(0x6c, 'battery-operating-time', 's', [3_600, 86_400]),
  plain(0x6e, 'battery-operating-time', CALENDAR.months),
  plain(0x6f, 'battery-operating-time', CALENDAR.years),
  plain(0x70, 'battery-change', '', 'date-time'),
  plain(0x71, 'radio-level', 'dBm'),
  plain(0x72, 'daylight-saving', '', 'bits'),
  plain(0x73, 'listening-window', '', 'bits'),
  listed(0x74, 'battery-lifetime', 's', [86_400]),
  plain(0x75, 'stop-counter'),
  plain(0x76, 'manufacturer-container'),
]

const TABLES = { main: MAIN, FB, FD } as const
export type Table = keyof typeof TABLES

const RESERVED: Meaning = { quantity: 'reserved', unit: '', exponent: 0, factor: 1, form: 'number' }

/** The meaning of the seven bits of a code. What the standard keeps for later is `reserved`: read, never taken for something else. */
export function meaningOf(table: Table, code: number): Meaning {
  const run = TABLES[table].find(({ from, to }) => code >= from && code <= to)
  if (run === undefined) return RESERVED
  const step = code - run.from
  const { quantity, unit, form, factors } = run
  return factors.length > 1
    ? { quantity, unit, exponent: 0, factor: factors[step], form }
    : { quantity, unit, exponent: run.exponent + step, factor: factors[0], form }
}

/** Every quantity a profile may name. */
export const QUANTITIES: readonly string[] = [...new Set(Object.values(TABLES).flatMap((runs) => runs.map(({ quantity }) => quantity)))]
