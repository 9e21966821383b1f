import { qualify } from './qualifiers.ts'
import { meaningOf, type Meaning } from './units.ts'
import { atExponent, bcd, dateG, dateTimeF, dateTimeI, real32, signed, text, timeOfDayJ, unsigned, type WallTime } from './values.ts'

export const FUNCTIONS = ['instantaneous', 'maximum', 'minimum', 'error'] as const
export type ValueFunction = (typeof FUNCTIONS)[number]

export interface MeterRecord {
  readonly function: ValueFunction
  readonly storage: number
  readonly tariff: number
  readonly subunit: number
  readonly quantity: string
  readonly unit: string
  readonly qualifiers: readonly string[]
  /** Bytes of VIF and VIFEs in hexadecimal, for what the tables do not know: `fd48`. */
  readonly vif: string
  /** In `unit`; NaN where the record holds no number. */
  readonly value: number
  readonly time: WallTime | undefined
  readonly text: string | undefined
  /** Why there is no usable value: said by the meter, or found in the bytes. */
  readonly fault: string | undefined
}

export type RecordsFault = 'dif-reserved' | 'too-many-difes' | 'too-many-vifes' | 'premature-end' | 'length-reserved' | 'text-too-long'

export interface Records {
  readonly records: readonly MeterRecord[]
  /** Bytes in the manufacturer's own language, from the end of the telegram. */
  readonly manufacturerData: Uint8Array | undefined
  /** The meter has a further telegram. */
  readonly moreFollow: boolean
  /** What stopped the reading; the records before it hold. */
  readonly fault: { readonly reason: RecordsFault; readonly at: number } | undefined
}

const IDLE_FILLER = 0x2f
const MANUFACTURER_DATA = 0x0f
const MANUFACTURER_DATA_MORE = 0x1f
const GLOBAL_READOUT = 0x7f
const EXTENDED = 0x80
/** EN 13757-3 allows ten DIFEs and ten VIFEs. */
const MOST_EXTENSIONS = 10
const DATA_LENGTHS = [0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, NaN, 6, 0]

/** Data fields by the low four bits of the DIF. */
const REAL = 5
const SELECTION = 8
const VARIABLE = 13
/** From this length byte on a variable length says something else than text. */
const LVAR_BCD = 0xc0

class RecordsError extends Error {
  readonly reason: RecordsFault
  constructor(reason: RecordsFault) {
    super(reason)
    this.reason = reason
  }
}

class Bytes {
  at = 0
  readonly #bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.at
  }

  next(): number {
    if (this.left < 1) throw new RecordsError('premature-end')
    return this.#bytes[this.at++]
  }

  take(count: number): Uint8Array {
    if (this.left < count) throw new RecordsError('premature-end')
    this.at += count
    return this.#bytes.subarray(this.at - count, this.at)
  }
}

/** Reads the records behind the header of a telegram. `isBigEndian` for the rare telegrams of mode 2. */
export function decodeRecords(bytes: Uint8Array, isBigEndian = false): Records {
  const from = new Bytes(bytes)
  const records: MeterRecord[] = []
  let start = 0
  try {
    while (from.left > 0) {
      start = from.at
      const dif = from.next()
      if (dif === IDLE_FILLER) continue
      if (dif === MANUFACTURER_DATA || dif === MANUFACTURER_DATA_MORE) {
        return { records, manufacturerData: from.take(from.left).slice(), moreFollow: dif === MANUFACTURER_DATA_MORE, fault: undefined }
      }
      // A global readout request says nothing when a meter sends it.
      if (dif === GLOBAL_READOUT) continue
      if ((dif & 0x0f) === 0x0f) throw new RecordsError('dif-reserved')
      records.push(decodeRecord(dif, from, isBigEndian))
    }
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error
    return { records, manufacturerData: undefined, moreFollow: false, fault: { reason: error.reason, at: start } }
  }
  return { records, manufacturerData: undefined, moreFollow: false, fault: undefined }
}

function decodeRecord(dif: number, from: Bytes, isBigEndian: boolean): MeterRecord {
  const place = readPlace(dif, from)
  const { vif, vifes, own, ownText } = readInformation(from)
  const { meaning, offset, qualifiers, refusal } = qualify(own, vifes)
  const data = readData(dif & 0x0f, from, meaning, isBigEndian)
  const value = atExponent(data.value, meaning.exponent) * meaning.factor + offset
  return {
    ...place,
    function: FUNCTIONS[(dif >> 4) & 3],
    quantity: ownText ?? meaning.quantity,
    unit: meaning.unit,
    qualifiers, vif, value: value === 0 ? 0 : value,
    time: data.time, text: data.text,
    fault: refusal ?? data.fault,
  }
}

/** Storage number, tariff and subunit grow by each DIFE; more than 32 bits do not fit into shifts. */
function readPlace(dif: number, from: Bytes): { storage: number; tariff: number; subunit: number } {
  let storage = (dif >> 6) & 1
  let tariff = 0
  let subunit = 0
  for (let code = dif, count = 0; (code & EXTENDED) !== 0; count++) {
    if (count === MOST_EXTENSIONS) throw new RecordsError('too-many-difes')
    code = from.next()
    storage += (code & 0x0f) * 2 ** (4 * count + 1)
    tariff += ((code >> 4) & 3) * 4 ** count
    subunit += ((code >> 6) & 1) * 2 ** count
  }
  return { storage, tariff, subunit }
}

/** VIF and VIFEs. A unit in plain text stands right behind its VIF, before the VIFEs, as every recorded meter sends it. */
function readInformation(from: Bytes): { vif: string; vifes: readonly number[]; own: Meaning; ownText: string | undefined } {
  const codes = [from.next()]
  const code = codes[0] & 0x7f
  const hasText = code === 0x7c
  const ownText = hasText ? readUnitText(from) : undefined
  while ((codes.at(-1)! & EXTENDED) !== 0) {
    if (codes.length > MOST_EXTENSIONS) throw new RecordsError('too-many-vifes')
    codes.push(from.next())
  }
  const vif = codes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (hasText) return { vif, vifes: codes.slice(1), own: { quantity: 'plain-text', unit: '', exponent: 0, factor: 1, form: 'number' }, ownText }
  if (codes[0] === 0xfb || codes[0] === 0xfd) return { vif, vifes: codes.slice(2), own: meaningOf(codes[0] === 0xfb ? 'FB' : 'FD', codes[1] & 0x7f), ownText }
  // Behind a manufacturer's VIF everything is its own language: said again as the VIFE that means just that.
  if (code === 0x7f) return { vif, vifes: codes, own: meaningOf('main', code), ownText }
  return { vif, vifes: codes.slice(1), own: meaningOf('main', code), ownText }
}

function readUnitText(from: Bytes): string {
  const length = from.next()
  if (length >= LVAR_BCD) throw new RecordsError('text-too-long')
  return text(from.take(length))
}

interface Data {
  readonly value: number
  readonly time?: WallTime | undefined
  readonly text?: string
  readonly fault?: string
}

const number = (value: number): Data => (Number.isNaN(value) ? { value, fault: 'invalid-value' } : { value })
const moment = (time: WallTime | undefined): Data => (time === undefined ? { value: NaN, fault: 'invalid-time' } : { value: NaN, time })

function readData(field: number, from: Bytes, { form, quantity }: Meaning, isBigEndian: boolean): Data {
  if (field === VARIABLE) return readVariable(from, isBigEndian)
  const taken = from.take(DATA_LENGTHS[field])
  const bytes = isBigEndian ? taken.toReversed() : taken
  if (field === 0 || field === SELECTION) return { value: NaN, fault: 'no-value' }
  if (field === REAL) return number(real32(bytes))
  if (field > SELECTION) return number(bcd(bytes))
  const isTime = form === 'date' || form === 'date-time'
  if (isTime && field === 2) return moment(dateG(bytes))
  if (isTime && field === 3) return number(timeOfDayJ(bytes))
  if (isTime && field === 4) return moment(dateTimeF(bytes))
  if (isTime && field === 6) return moment(dateTimeI(bytes))
  if (isTime) return { value: NaN, fault: 'invalid-time' }
  return number(form === 'bits' || quantity === 'manufacturer' ? unsigned(bytes) : signed(bytes))
}

/** Variable length (LVAR): text, BCD with a sign, or a binary number of many bytes. */
function readVariable(from: Bytes, isBigEndian: boolean): Data {
  const length = from.next()
  const take = (count: number) => (isBigEndian ? from.take(count).toReversed() : from.take(count))
  if (length < LVAR_BCD) return { value: NaN, text: text(take(length)) }
  if (length < 0xca) return number(bcd(take(length - LVAR_BCD)))
  if (length >= 0xd0 && length < 0xda) return number(-bcd(take(length - 0xd0)))
  const count = length >= 0xe0 && length < 0xf0 ? length - 0xe0 : length >= 0xf0 && length <= 0xf4 ? 4 * (length - 0xec) : length === 0xf5 ? 48 : length === 0xf6 ? 64 : undefined
  if (count === undefined) throw new RecordsError('length-reserved')
  const bytes = take(count)
  if (count === 0) return { value: NaN, fault: 'no-value' }
  // Numbers beyond 64 bits are keys or containers, not measurements.
  return count > 8 ? { value: NaN, fault: 'not-a-number' } : number(signed(bytes))
}
