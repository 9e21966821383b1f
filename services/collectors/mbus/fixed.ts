import { fixedMediumName } from './media.ts'
import type { MeterRecord } from './records.ts'
import type { Telegram } from './telegram.ts'
import { atExponent, bcd, digits, unsigned } from './values.ts'

/** The fixed telegram of old meters (EN 1434-3, CI 73h): identification, status, and two counters with a unit each. */

const LENGTH = 16
/** Unit code of a second counter that is the stored value of the first one. */
const SAME_BUT_STORED = 0x3e
const COUNTERS_ARE_BINARY = 0x80
const COUNTERS_ARE_STORED = 0x40

interface Counter {
  readonly quantity: string
  readonly unit: string
  readonly exponent: number
  readonly factor: number
}

interface Run extends Counter {
  readonly from: number
  readonly to: number
}

/** Codes grow by a power of ten each (EN 1434-3, table of physical units). */
const RUNS: readonly Run[] = [
  { from: 0x02, to: 0x0a, quantity: 'energy', unit: 'Wh', exponent: 0, factor: 1 },
  { from: 0x0b, to: 0x13, quantity: 'energy', unit: 'J', exponent: 3, factor: 1 },
  { from: 0x14, to: 0x1c, quantity: 'power', unit: 'W', exponent: 0, factor: 1 },
  { from: 0x1d, to: 0x25, quantity: 'power', unit: 'W', exponent: 3, factor: 1 / 3_600 },
  { from: 0x26, to: 0x2e, quantity: 'volume', unit: 'm3', exponent: -6, factor: 1 },
  { from: 0x2f, to: 0x37, quantity: 'volume-flow', unit: 'm3/h', exponent: -6, factor: 1 },
  { from: 0x38, to: 0x38, quantity: 'external-temperature', unit: 'degC', exponent: -3, factor: 1 },
  { from: 0x39, to: 0x39, quantity: 'heat-cost-allocator', unit: 'hca', exponent: 0, factor: 1 },
]

function counterOf(code: number): Counter {
  const run = RUNS.find(({ from, to }) => code >= from && code <= to)
  return run === undefined ? { quantity: 'reserved', unit: '', exponent: 0, factor: 1 } : { ...run, exponent: run.exponent + code - run.from }
}

/** Undefined if the length is not that of a fixed telegram. */
export function decodeFixed(data: Uint8Array, isBigEndian: boolean): Telegram | undefined {
  if (data.length !== LENGTH) return undefined
  const part = (from: number, to: number) => (isBigEndian ? data.slice(from, to).reverse() : data.slice(from, to))
  const status = data[5]
  const [first, second] = part(6, 8)
  const read = (status & COUNTERS_ARE_BINARY) === 0 ? bcd : unsigned
  const stored = (status & COUNTERS_ARE_STORED) === 0 ? 0 : 1
  const record = (code: number, bytes: Uint8Array, storage: number): MeterRecord => {
    const { quantity, unit, exponent, factor } = counterOf(code)
    const value = atExponent(read(bytes), exponent) * factor
    return { function: 'instantaneous', storage, tariff: 0, subunit: 0, quantity, unit, qualifiers: [], vif: '', value, time: undefined, text: undefined, fault: Number.isNaN(value) ? 'invalid-value' : undefined }
  }
  const [firstUnit, secondUnit] = [first & 0x3f, second & 0x3f]
  const medium = fixedMediumName(((first >> 6) & 3) | (((second >> 6) & 3) << 2))
  return {
    identity: { id: digits(part(0, 4).toReversed()), manufacturer: undefined, version: undefined, medium },
    accessNumber: data[4], status,
    records: [
      record(firstUnit, part(8, 12), stored),
      secondUnit === SAME_BUT_STORED ? record(firstUnit, part(12, 16), 1) : record(secondUnit, part(12, 16), stored),
    ],
    manufacturerData: undefined, moreFollow: false, fault: undefined,
  }
}
