/** Modbus TCP on the wire: MBAP header (transaction, protocol 0, length, unit) and function 3, read holding registers. */

const HEADER = 7
/** Function code and at most 252 bytes behind the unit id. */
const LONGEST_BODY = 254
export const MOST_REGISTERS = 125

export function readRequest(transaction: number, unit: number, register: number, count: number): Uint8Array {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, transaction)
  view.setUint16(4, 6)
  view.setUint8(6, unit)
  view.setUint8(7, 3)
  view.setUint16(8, register)
  view.setUint16(10, count)
  return bytes
}

export interface Frame {
  readonly transaction: number
  readonly unit: number
  /** Function code and what follows. */
  readonly body: Uint8Array
}

/** Puts frames together from bytes cut anywhere. What can't be Modbus makes `push` fail: the stream has lost its rhythm. */
export class FrameReader {
  #pending = new Uint8Array(0)

  push(bytes: Uint8Array): { frames: Frame[]; broken: boolean } {
    const joined = new Uint8Array(this.#pending.length + bytes.length)
    joined.set(this.#pending)
    joined.set(bytes, this.#pending.length)
    const view = new DataView(joined.buffer)
    const frames: Frame[] = []
    let at = 0
    while (joined.length - at >= HEADER) {
      const protocol = view.getUint16(at + 2)
      const length = view.getUint16(at + 4)
      if (protocol !== 0 || length < 2 || length > LONGEST_BODY) return { frames, broken: true }
      if (joined.length - at < 6 + length) break
      frames.push({ transaction: view.getUint16(at), unit: view.getUint8(at + 6), body: joined.slice(at + HEADER, at + 6 + length) })
      at += 6 + length
    }
    this.#pending = joined.slice(at)
    return { frames, broken: false }
  }
}

export type Reading = { readonly registers: DataView } | { readonly refusal: string }
/** Refusals after which nothing more is to be expected of the unit, or of the connection, for now. */
export type Loss = 'no-answer' | 'disconnected' | 'not-modbus'
export const isLoss = (refusal: string): refusal is Loss => ['no-answer', 'disconnected', 'not-modbus'].includes(refusal)

/** The registers of an answer to a read of `count`, or why there are none. */
export function readAnswer({ body }: Frame, count: number): Reading {
  if (body[0] === 0x83) return { refusal: `exception-${(body[1] ?? 0).toString(16).padStart(2, '0')}` }
  if (body[0] !== 3 || body[1] !== count * 2 || body.length !== 2 + count * 2) return { refusal: 'malformed-answer' }
  return { registers: new DataView(body.buffer, body.byteOffset + 2, count * 2) }
}

export type RegisterType = 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32'
export const widthOf = (type: RegisterType): number => (type.endsWith('16') ? 1 : 2)

/** Big endian within a register; `little` puts the less significant register first. */
export function valueAt(registers: DataView, place: number, type: RegisterType, wordOrder: 'big' | 'little' = 'big'): number {
  const at = place * 2
  if (type === 'int16') return registers.getInt16(at)
  if (type === 'uint16') return registers.getUint16(at)
  const [high, low] = wordOrder === 'big' ? [at, at + 2] : [at + 2, at]
  const word = registers.getUint16(high) * 65_536 + registers.getUint16(low)
  if (type === 'uint32') return word
  if (type === 'int32') return word | 0
  const float = new DataView(new ArrayBuffer(4))
  float.setUint32(0, word)
  return float.getFloat32(0)
}
