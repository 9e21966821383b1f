/** Bytes that grow; integers up to 2^53 as 7 bits a byte, low bits first. */
export class ByteWriter {
  #bytes: Uint8Array
  #length = 0

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  varint(value: number): void {
    this.#reserve(8)
    const bytes = this.#bytes
    let rest = value
    while (rest >= 0x8000_0000) {
      bytes[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    let low = rest | 0
    while (low >= 128) {
      bytes[this.#length++] = (low & 127) | 128
      low >>>= 7
    }
    bytes[this.#length++] = low
  }

  float64(value: number): void {
    this.raw(new Uint8Array(new Float64Array([value]).buffer))
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}

export class ByteReader {
  readonly bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  byte(): number {
    return this.bytes[this.at++]
  }

  varint(): number {
    const bytes = this.bytes
    let byte = bytes[this.at++]
    if (byte < 128) return byte
    let value = byte & 127
    let scale = 128
    do {
      byte = bytes[this.at++]
      value += (byte & 127) * scale
      scale *= 128
    } while (byte >= 128)
    return value
  }

  float64(): number {
    return new Float64Array(this.raw(8).slice().buffer)[0]
  }

  raw(count: number): Uint8Array {
    const part = this.bytes.subarray(this.at, this.at + count)
    this.at += count
    return part
  }
}

/** Small numbers of either sign become small numbers without one. */
export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)
export const unzigzag = (code: number): number => (code % 2 === 0 ? code / 2 : -(code + 1) / 2)
