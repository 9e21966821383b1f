import type { SampleBatch } from '../port.ts'
import { tagInLine } from './point-tag.ts'

/** Added to the quality where a value was revised to nothing: a field once written cannot be taken out of InfluxDB again. */
export const NO_VALUE = 16

/** `measurement,point=NAME ` of each point, made once. */
export class LineStarts {
  readonly #measurement: string
  readonly #nameOf: (pointId: number) => string
  readonly #starts: Uint8Array[] = []

  constructor(measurement: string, nameOf: (pointId: number) => string) {
    this.#measurement = measurement
    this.#nameOf = nameOf
  }

  of(pointId: number): Uint8Array {
    return (this.#starts[pointId] ??= new Uint8Array(Buffer.from(`${this.#measurement},point=${tagInLine(this.#nameOf(pointId))} `)))
  }
}

/** Of a line, as a first guess: more is made room for. */
const USUAL_LINE_BYTES = 110
/** Longest number, fields, time and line end together. */
const REST_BYTES = 160

/** Lines one after the other, and where each begins. */
export class Lines {
  #bytes: Uint8Array
  #length = 0
  #starts: Int32Array
  count = 0
  // A time and a time of recording mostly stand in many lines in a row: their digits are kept.
  #timeAt = NaN
  #timeDigits = new Uint8Array(0)
  #recordedS = NaN
  #recordedDigits = new Uint8Array(0)

  constructor(expected = 16) {
    this.#bytes = new Uint8Array(expected * USUAL_LINE_BYTES)
    this.#starts = new Int32Array(expected)
  }

  /** The line of one value; `revised`: what was there before is to be hidden where this has no value. */
  add(start: Uint8Array, at: number, value: number, quality: number, recordedAt: number, revised = false): void {
    this.#room(start.length + REST_BYTES)
    if (this.count === this.#starts.length) this.#starts = Int32Array.from({ length: 2 * this.count }, (_, index) => this.#starts[index] ?? 0)
    this.#starts[this.count++] = this.#length
    const bytes = this.#bytes
    let place = this.#length
    for (let index = 0; index < start.length; index++) bytes[place++] = start[index]
    let written = quality
    if (value === value) {
      place = copy(VALUE, bytes, place)
      place = writeNumber(value, bytes, place)
      place = copy(THEN_QUALITY, bytes, place)
    } else {
      place = copy(QUALITY, bytes, place)
      if (revised) written += NO_VALUE
    }
    if (written >= 10) bytes[place++] = 48 + Math.floor(written / 10)
    bytes[place++] = 48 + (written % 10)
    place = copy(THEN_RECORDED, bytes, place)
    const recordedS = Math.floor(recordedAt / 1_000)
    if (recordedS !== this.#recordedS) {
      this.#recordedS = recordedS
      this.#recordedDigits = digits(recordedS)
    }
    place = copy(this.#recordedDigits, bytes, place)
    place = copy(THEN_TIME, bytes, place)
    if (at !== this.#timeAt) {
      this.#timeAt = at
      this.#timeDigits = digits(at)
    }
    place = copy(this.#timeDigits, bytes, place)
    bytes[place++] = 10
    this.#length = place
  }

  addBatch({ pointIds, at, values, quality }: SampleBatch, from: number, to: number, recordedAt: number, starts: LineStarts): void {
    for (let index = from; index < to; index++) this.add(starts.of(pointIds[index]), at[index], values[index], quality[index], recordedAt)
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.#length + bytes))
    larger.set(this.#bytes)
    this.#bytes = larger
  }

  /** The bytes of lines [from, to), as a view. */
  bytes(from = 0, to = this.count): Uint8Array {
    return this.#bytes.subarray(from < this.count ? this.#starts[from] : this.#length, to < this.count ? this.#starts[to] : this.#length)
  }
}

const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const VALUE = ascii('value=')
const THEN_QUALITY = ascii(',quality=')
const QUALITY = ascii('quality=')
const THEN_RECORDED = ascii('i,recordedAt=')
const THEN_TIME = ascii('i ')
const digits = (whole: number) => ascii(String(whole))

function copy(from: Uint8Array, into: Uint8Array, place: number): number {
  for (let index = 0; index < from.length; index++) into[place++] = from[index]
  return place
}

const DECIMALS = 1_000
const LARGEST_FAST = 2 ** 31

/** The shortest decimal that reads back as the same double. Most measured values have at most three decimals: written without a string. */
function writeNumber(value: number, bytes: Uint8Array, place: number): number {
  const scaled = Math.round(value * DECIMALS)
  // A quotient of two exact numbers is rounded like the decimal it stands for: equal means it reads back as this value.
  if (scaled > -LARGEST_FAST && scaled < LARGEST_FAST && scaled / DECIMALS === value && !(value === 0 && 1 / value < 0)) {
    const size = Math.abs(scaled)
    if (scaled < 0) bytes[place++] = 45
    const rest = size % DECIMALS
    place = writeWhole((size - rest) / DECIMALS, bytes, place)
    if (rest === 0) return place
    bytes[place++] = 46
    bytes[place++] = 48 + Math.floor(rest / 100)
    if (rest % 100 === 0) return place
    bytes[place++] = 48 + (Math.floor(rest / 10) % 10)
    if (rest % 10 === 0) return place
    bytes[place++] = 48 + (rest % 10)
    return place
  }
  const text = Object.is(value, -0) ? '-0' : String(value)
  for (let index = 0; index < text.length; index++) bytes[place++] = text.charCodeAt(index)
  return place
}

function writeWhole(whole: number, bytes: Uint8Array, place: number): number {
  let count = 1
  for (let limit = 10; whole >= limit; limit *= 10) count++
  let rest = whole
  for (let index = place + count - 1; index >= place; index--) {
    const next = Math.floor(rest / 10)
    bytes[index] = 48 + (rest - next * 10)
    rest = next
  }
  return place + count
}
