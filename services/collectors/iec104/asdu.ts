import { elapsedMs, readDateTime, readHourTime, readTimeMarks } from './time-tag.ts'
import { TIME_OCTETS, TYPES, type ObjectType } from './types.ts'

/** Octets of the fields that differ between installations; 2, 2 and 3 is what the -104 standard fixes. */
export interface Layout {
  readonly causeOctets: number
  readonly commonAddressOctets: number
  readonly objectAddressOctets: number
}
export const STANDARD_LAYOUT: Layout = { causeOctets: 2, commonAddressOctets: 2, objectAddressOctets: 3 }

export interface AsduHeader {
  readonly typeId: number
  readonly cause: number
  readonly isTest: boolean
  readonly isNegative: boolean
  readonly originator: number
  readonly commonAddress: number
}

/** Bits of quality, wherever they stand in the octets of a type; the transient mark of a step position has a place of its own here. */
export const MARK = { invalid: 0x80, notTopical: 0x40, substituted: 0x20, blocked: 0x10, elapsedInvalid: 0x08, transient: 0x02, overflow: 0x01 } as const
/** The same octet of a counter: its sequence number stands in the five lower bits. */
export const TOTAL_MARK = { invalid: 0x80, adjusted: 0x40, carry: 0x20, sequence: 0x1f } as const

/** Information objects as the station sent them, in columns. */
export interface Asdu extends AsduHeader {
  readonly type: ObjectType
  readonly addresses: Int32Array
  /** 16-bit integers of normalised values, 0 to 3 of double points, status bits below detection bits of packed points. */
  readonly values: Float64Array
  readonly marks: Uint8Array
  readonly elapsed: Uint16Array
  /** Epoch milliseconds of the digits shown (CP56), milliseconds in the hour (CP24); NaN for no time, and for an impossible one. */
  readonly times: Float64Array
  readonly timeMarks: Uint8Array
}

/** `type-unknown` is nobody's fault: there are types nobody here asks for. */
export type AsduFault = 'asdu-truncated' | 'type-unknown' | 'objects-none' | 'objects-length' | 'object-address'

export type DecodedAsdu = Asdu | { readonly fault: AsduFault; readonly typeId: number | undefined; readonly count: number }

export const isFault = (decoded: DecodedAsdu): decoded is Exclude<DecodedAsdu, Asdu> => 'fault' in decoded

const view = new DataView(new ArrayBuffer(4))

function unsigned(bytes: Uint8Array, at: number, octets: number): number {
  let value = 0
  for (let place = octets - 1; place >= 0; place--) value = value * 256 + bytes[at + place]
  return value
}

const int16 = (bytes: Uint8Array, at: number): number => ((bytes[at] | (bytes[at + 1] << 8)) << 16) >> 16

function float32(bytes: Uint8Array, at: number): number {
  for (let place = 0; place < 4; place++) view.setUint8(place, bytes[at + place])
  return view.getFloat32(0, true)
}

/** Decodes one ASDU; only one whose objects fill it to the last octet is taken. */
export function decodeAsdu(bytes: Uint8Array, layout: Layout = STANDARD_LAYOUT): DecodedAsdu {
  const headerOctets = 2 + layout.causeOctets + layout.commonAddressOctets
  if (bytes.length < headerOctets) return { fault: 'asdu-truncated', typeId: bytes[0], count: 1 }
  const typeId = bytes[0]
  const count = bytes[1] & 0x7f
  const isSequence = (bytes[1] & 0x80) !== 0
  const type = TYPES.get(typeId)
  if (type === undefined) return { fault: 'type-unknown', typeId, count }
  if (count === 0) return { fault: 'objects-none', typeId, count: 1 }
  const elementOctets = type.octets + (type.hasElapsed ? 2 : 0) + TIME_OCTETS[type.time]
  const addressOctets = layout.objectAddressOctets
  const objectOctets = isSequence ? elementOctets : elementOctets + addressOctets
  if (bytes.length !== headerOctets + count * objectOctets + (isSequence ? addressOctets : 0)) return { fault: 'objects-length', typeId, count }

  const asdu: Asdu = {
    typeId, type,
    cause: bytes[2] & 0x3f,
    isTest: (bytes[2] & 0x80) !== 0,
    isNegative: (bytes[2] & 0x40) !== 0,
    originator: layout.causeOctets === 2 ? bytes[3] : 0,
    commonAddress: unsigned(bytes, 2 + layout.causeOctets, layout.commonAddressOctets),
    addresses: new Int32Array(count), values: new Float64Array(count), marks: new Uint8Array(count),
    elapsed: new Uint16Array(type.hasElapsed ? count : 0), times: new Float64Array(count), timeMarks: new Uint8Array(count),
  }
  let at = headerOctets
  let address = 0
  for (let index = 0; index < count; index++) {
    if (!isSequence || index === 0) {
      address = unsigned(bytes, at, addressOctets)
      at += addressOctets
    } else address++
    if (address >= 256 ** addressOctets) return { fault: 'object-address', typeId, count }
    asdu.addresses[index] = address
    readElement(bytes, at, asdu, index)
    at += elementOctets
  }
  return asdu
}

function readElement(bytes: Uint8Array, start: number, asdu: Asdu, index: number): void {
  const { type } = asdu
  const quality = type.hasQuality ? bytes[start + type.octets - 1] : 0
  let value = 0
  let marks = quality & 0xf1
  switch (type.kind) {
    case 'single-point':
      value = quality & 1
      marks = quality & 0xf0
      break
    case 'double-point':
      value = quality & 3
      marks = quality & 0xf0
      break
    case 'protection-event':
      value = quality & 3
      marks = quality & 0xf8
      break
    case 'protection-starts':
      value = bytes[start] & 0x3f
      marks = quality & 0xf8
      break
    case 'protection-circuits':
      value = bytes[start] & 0x0f
      marks = quality & 0xf8
      break
    case 'step-position':
      value = (bytes[start] << 25) >> 25
      if ((bytes[start] & 0x80) !== 0) marks |= MARK.transient
      break
    case 'bits':
    case 'packed-points':
      value = unsigned(bytes, start, 4)
      break
    case 'normalised':
    case 'scaled':
      value = int16(bytes, start)
      break
    case 'short-float':
      value = float32(bytes, start)
      break
    case 'total':
      value = unsigned(bytes, start, 4) | 0
      marks = quality
      break
    case 'initialised':
    case 'interrogation':
    case 'counter-interrogation':
      value = bytes[start]
  }
  asdu.values[index] = value
  asdu.marks[index] = marks
  let at = start + type.octets
  if (type.hasElapsed) {
    asdu.elapsed[index] = elapsedMs(bytes, at)
    at += 2
  }
  const hasDate = type.time === 'date'
  asdu.times[index] = type.time === 'none' ? NaN : hasDate ? readDateTime(bytes, at) : readHourTime(bytes, at)
  asdu.timeMarks[index] = type.time === 'none' ? 0 : readTimeMarks(bytes, at, hasDate)
}

const little = (value: number, octets: number): number[] => Array.from({ length: octets }, (_, place) => Math.floor(value / 256 ** place) % 256)

/** A header for one object of the station itself, whose address is 0, with the octets of that object. */
export function stationAsdu(typeId: number, cause: number, commonAddress: number, originator: number, element: readonly number[], layout: Layout = STANDARD_LAYOUT): Uint8Array {
  return Uint8Array.from([
    typeId, 1, cause, ...(layout.causeOctets === 2 ? [originator] : []), ...little(commonAddress, layout.commonAddressOctets), ...little(0, layout.objectAddressOctets), ...element,
  ])
}
