import protobuf from 'protobufjs/minimal.js'
import { QUALITY } from '#models/units/quality.ts'

/**
 * Payloads of Sparkplug B, by the field numbers of its specification (chapter 6). A payload is looked through twice: first
 * whether all of it is well formed, then metric by metric. So nothing of a broken payload is used, and no object is made for each metric.
 */

const LONGEST_PAYLOAD = 1024 * 1024
const QUALITY_PROPERTY = 'Quality'
/** Values of the property Quality; its others are not of the specification. */
const SAID_GOOD = 192
const SAID_BAD = 0

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const
const PAYLOAD = { timestamp: 1, metric: 2, seq: 3 } as const
const METRIC = {
  name: 1, alias: 2, timestamp: 3, datatype: 4, isHistorical: 5, isNull: 7, properties: 9,
  int: 10, long: 11, float: 12, double: 13, boolean: 14, text: 15, bytes: 16, dataset: 17, template: 18, extension: 19,
} as const
const PROPERTY_SET = { key: 1, value: 2 } as const
const PROPERTY_VALUE = { int: 3, long: 4 } as const

/** Codes of the data types that are numbers, with their limits where they are whole. */
export const DATA_TYPE = { int8: 1, int16: 2, int32: 3, int64: 4, uint8: 5, uint16: 6, uint32: 7, uint64: 8, float: 9, double: 10, boolean: 11, dataset: 16, template: 19 } as const
const BITS: Readonly<Record<number, number>> = { [DATA_TYPE.int8]: 8, [DATA_TYPE.int16]: 16, [DATA_TYPE.int32]: 32, [DATA_TYPE.uint8]: 8, [DATA_TYPE.uint16]: 16, [DATA_TYPE.uint32]: 32 }
const TWO_32 = 2 ** 32

/** An alias has 64 bits: a bigint where a number would not tell it from its neighbour. */
export type Alias = number | bigint

/** One metric. The object is used again for the next one: whoever visits keeps what is needed. */
export interface Metric {
  readonly name: string | undefined
  readonly alias: Alias | undefined
  /** UTC epoch milliseconds; NaN if the metric carries none. */
  readonly at: number
  /** 0 if the metric does not say. */
  readonly datatype: number
  readonly isHistorical: boolean
  /** A code of models/units/quality.ts. */
  readonly quality: number
  /** The number, NaN if the metric says it is null; or why there is none. The data type of the birth is needed where the metric has none. */
  value(datatype: number): number | string
}

export interface SparkplugPayload {
  /** UTC epoch milliseconds; NaN if there is none. */
  readonly at: number
  /** Sequence number; NaN if there is none. */
  readonly seq: number
  readonly metrics: number
  visit(take: (metric: Metric) => void): void
}

/** A payload that is well formed as a whole, or why it is not. */
export function decodeSparkplug(bytes: Uint8Array): SparkplugPayload | { readonly reason: string } {
  if (bytes.length > LONGEST_PAYLOAD) return { reason: 'payload-too-large' }
  const reader = new protobuf.Reader(bytes)
  const metric = new MetricAt(reader)
  let [at, seq, metrics, nameless] = [NaN, NaN, 0, false]
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      if (tag === tagOf(PAYLOAD.timestamp, WIRE.varint)) at = unsigned(reader.uint64())
      else if (tag === tagOf(PAYLOAD.seq, WIRE.varint)) seq = unsigned(reader.uint64())
      else if (tag === tagOf(PAYLOAD.metric, WIRE.bytes)) {
        metric.read(false)
        nameless ||= !metric.isNamed
        metrics++
      } else skip(reader, tag)
    }
  } catch {
    return { reason: 'not-sparkplug' }
  }
  if (nameless) return { reason: 'metric-without-name' }
  return {
    at, seq, metrics,
    visit(take) {
      reader.pos = 0
      while (reader.pos < reader.len) {
        const tag = reader.uint32()
        if (tag !== tagOf(PAYLOAD.metric, WIRE.bytes)) skip(reader, tag)
        else {
          metric.read(true)
          take(metric)
        }
      }
    },
  }
}

const tagOf = (field: number, wire: number): number => field * 8 + wire

interface Long { readonly low: number; readonly high: number }
const unsigned = ({ low, high }: Long): number => (high >>> 0) * TWO_32 + (low >>> 0)
const signed = ({ low, high }: Long): number => (high | 0) * TWO_32 + (low >>> 0)

function aliasOf(long: Long): Alias {
  const plain = unsigned(long)
  return Number.isSafeInteger(plain) ? plain : (BigInt(long.high >>> 0) << 32n) | BigInt(long.low >>> 0)
}

/** Passes over a field that is not wanted. Groups (3 and 4) are not of this format. */
function skip(reader: protobuf.Reader, tag: number): void {
  switch (tag & 7) {
    case WIRE.varint: reader.uint64(); break
    case WIRE.fixed64: reader.skip(8); break
    case WIRE.bytes: reader.skip(reader.uint32()); break
    case WIRE.fixed32: reader.skip(4); break
    default: throw new RangeError('wire type')
  }
  if (tag < 8) throw new RangeError('field number')
}

/** Reads a message within the message: what is in it cannot reach beyond its end. */
function within(reader: protobuf.Reader, read: (tag: number) => void): void {
  const length = reader.uint32()
  const outer = reader.len
  const end = reader.pos + length
  if (end > outer) throw new RangeError('length')
  reader.len = end
  while (reader.pos < end) read(reader.uint32())
  if (reader.pos !== end) throw new RangeError('length')
  reader.len = outer
}

class MetricAt implements Metric {
  name: string | undefined
  alias: Alias | undefined
  at = NaN
  datatype = 0
  isHistorical = false
  isNull = false
  quality: number = QUALITY.measured
  isNamed = false
  readonly #reader: protobuf.Reader
  /** Number of the field that held the value; 0 if there was none. */
  #field = 0
  #number = 0
  #low = 0
  #high = 0
  #isWhole = false
  readonly #takeField = (tag: number): void => this.#read(tag)

  constructor(reader: protobuf.Reader) {
    this.#reader = reader
  }

  /** Reads the metric that the reader stands before; `whole` also makes its name and quality. */
  read(whole: boolean): void {
    this.name = undefined
    this.alias = undefined
    this.at = NaN
    this.datatype = 0
    this.isHistorical = false
    this.isNull = false
    this.quality = QUALITY.measured
    this.isNamed = false
    this.#field = 0
    this.#isWhole = whole
    within(this.#reader, this.#takeField)
  }

  #read(tag: number): void {
    const reader = this.#reader
    const field = tag >>> 3
    switch (tag) {
      case tagOf(METRIC.name, WIRE.bytes): {
        const length = reader.uint32()
        const start = reader.pos
        reader.skip(length)
        if (this.#isWhole) this.name = NAMES.decode(reader.buf.subarray(start, start + length))
        this.isNamed = true
        break
      }
      case tagOf(METRIC.alias, WIRE.varint): this.alias = aliasOf(reader.uint64()); this.isNamed = true; break
      case tagOf(METRIC.timestamp, WIRE.varint): this.at = unsigned(reader.uint64()); break
      case tagOf(METRIC.datatype, WIRE.varint): this.datatype = reader.uint32(); break
      case tagOf(METRIC.isHistorical, WIRE.varint): this.isHistorical = reader.bool(); break
      case tagOf(METRIC.isNull, WIRE.varint): this.isNull = reader.bool(); break
      case tagOf(METRIC.properties, WIRE.bytes): this.quality = readQuality(reader); break
      case tagOf(METRIC.int, WIRE.varint):
      case tagOf(METRIC.long, WIRE.varint): {
        const { low, high } = reader.uint64()
        this.#field = field
        this.#low = low
        this.#high = high
        break
      }
      case tagOf(METRIC.float, WIRE.fixed32): this.#field = field; this.#number = reader.float(); break
      case tagOf(METRIC.double, WIRE.fixed64): this.#field = field; this.#number = reader.double(); break
      case tagOf(METRIC.boolean, WIRE.varint): this.#field = field; this.#number = reader.bool() ? 1 : 0; break
      default:
        if (field >= METRIC.int && field <= METRIC.extension) this.#field = field
        skip(reader, tag)
    }
  }

  value(datatype: number): number | string {
    if (this.isNull) return NaN
    switch (this.#field) {
      case 0: return 'no-value'
      case METRIC.int:
      case METRIC.long: return whole(datatype, this.#low, this.#high)
      case METRIC.float:
      case METRIC.double: return datatype === 0 || datatype === DATA_TYPE.float || datatype === DATA_TYPE.double ? finite(this.#number) : 'type-does-not-fit'
      case METRIC.boolean: return datatype === 0 || datatype === DATA_TYPE.boolean ? this.#number : 'type-does-not-fit'
      case METRIC.dataset: return 'data-set-not-read'
      case METRIC.template: return 'template-not-read'
      default: return 'not-a-number'
    }
  }
}

const NAMES = new TextDecoder()
const finite = (value: number): number | string => (Number.isFinite(value) ? value : 'not-a-number')

/** A whole number of the type: negative ones come as two's complement, of their own width or drawn out to 32 or 64 bits. */
function whole(datatype: number, low: number, high: number): number | string {
  if (datatype === 0) return 'no-datatype'
  if (datatype === DATA_TYPE.int64) return signed({ low, high })
  if (datatype === DATA_TYPE.uint64) return unsigned({ low, high })
  const bits = BITS[datatype]
  if (bits === undefined) return 'type-does-not-fit'
  if (datatype >= DATA_TYPE.uint8) return high === 0 && low >>> 0 < 2 ** bits ? low >>> 0 : 'out-of-range'
  const narrow = (low << (32 - bits)) >> (32 - bits)
  const isOfItsWidth = high === 0 && low >>> 0 < 2 ** bits
  const isDrawnOut = low === narrow && (high === 0 || (high === -1 && narrow < 0))
  return isOfItsWidth || isDrawnOut ? narrow : 'out-of-range'
}

/** The property Quality of a metric: keys and values stand in two lists of the same order. */
function readQuality(reader: protobuf.Reader): number {
  const start = reader.pos
  let [keys, wanted] = [0, -1]
  within(reader, (tag) => {
    if (tag !== tagOf(PROPERTY_SET.key, WIRE.bytes)) return skip(reader, tag)
    const length = reader.uint32()
    const from = reader.pos
    reader.skip(length)
    if (length === QUALITY_PROPERTY.length && NAMES.decode(reader.buf.subarray(from, from + length)) === QUALITY_PROPERTY) wanted = keys
    keys++
  })
  if (wanted < 0) return QUALITY.measured
  const end = reader.pos
  reader.pos = start
  let said = NaN
  let index = 0
  within(reader, (tag) => {
    if (tag !== tagOf(PROPERTY_SET.value, WIRE.bytes) || index++ !== wanted) return skip(reader, tag)
    within(reader, (inner) => {
      if (inner === tagOf(PROPERTY_VALUE.int, WIRE.varint) || inner === tagOf(PROPERTY_VALUE.long, WIRE.varint)) said = unsigned(reader.uint64())
      else skip(reader, inner)
    })
  })
  reader.pos = end
  if (said === SAID_GOOD) return QUALITY.measured
  return said === SAID_BAD ? QUALITY.bad : QUALITY.uncertain
}
