/** Frames of IEC 60870-5-104: start octet, length, four control octets in three formats, and in format I an ASDU. */

const START = 0x68
const CONTROL_OCTETS = 4
const LONGEST = 253
/** Sequence numbers have 15 bits. */
export const SEQUENCE_NUMBERS = 32_768

export const U_FUNCTIONS = { startActivate: 0x07, startConfirm: 0x0b, stopActivate: 0x13, stopConfirm: 0x23, testActivate: 0x43, testConfirm: 0x83 } as const
export type UFunction = keyof typeof U_FUNCTIONS
const U_NAMES = new Map<number, UFunction>(Object.entries(U_FUNCTIONS).map(([name, code]) => [code, name as UFunction]))

/** Why a stream can't be read on: after one of these nobody knows where the next frame begins. */
export type FrameFault = 'start-octet' | 'length-invalid' | 'control-invalid'

export type Frame =
  | { readonly format: 'I'; readonly sent: number; readonly received: number; readonly asdu: Uint8Array }
  | { readonly format: 'S'; readonly received: number }
  | { readonly format: 'U'; readonly function: UFunction }

/** The frame of one APDU without start octet and length. */
function frameOf(apdu: Uint8Array): Frame | FrameFault {
  const [first, second, third, fourth] = apdu
  const received = (third >> 1) | (fourth << 7)
  if ((first & 1) === 0) {
    if ((third & 1) !== 0) return 'control-invalid'
    return apdu.length === CONTROL_OCTETS ? 'length-invalid' : { format: 'I', sent: (first >> 1) | (second << 7), received, asdu: apdu.slice(CONTROL_OCTETS) }
  }
  if (apdu.length !== CONTROL_OCTETS) return 'length-invalid'
  if (first === 1) return second === 0 && (third & 1) === 0 ? { format: 'S', received } : 'control-invalid'
  const name = U_NAMES.get(first)
  return name === undefined || (second | third | fourth) !== 0 ? 'control-invalid' : { format: 'U', function: name }
}

/**
 * Takes a stream cut anywhere. After a fault nothing more is read: the connection must be made anew. Frames have no
 * checksum, so one that a fault follows directly is not believed either: where an octet is lost, it ate the next start.
 */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array()
  #fault: FrameFault | undefined

  push(bytes: Uint8Array): { readonly frames: readonly Frame[]; readonly fault: FrameFault | undefined } {
    const frames: Frame[] = []
    const stream = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes)
    let at = 0
    while (this.#fault === undefined && at < stream.length) {
      if (stream[at] !== START) {
        this.#fault = 'start-octet'
        break
      }
      if (at + 1 === stream.length) break
      const length = stream[at + 1]
      if (length < CONTROL_OCTETS || length > LONGEST) {
        this.#fault = 'length-invalid'
        break
      }
      if (at + 2 + length > stream.length) break
      const frame = frameOf(stream.subarray(at + 2, at + 2 + length))
      if (typeof frame === 'string') this.#fault = frame
      else frames.push(frame)
      at += 2 + length
    }
    if (this.#fault !== undefined) frames.pop()
    this.#rest = this.#fault === undefined ? stream.slice(at) : new Uint8Array()
    return { frames, fault: this.#fault }
  }
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.length + right.length)
  bytes.set(left)
  bytes.set(right, left.length)
  return bytes
}

const octets = (sequence: number): readonly [number, number] => [(sequence & 0x7f) << 1, sequence >> 7]

export function iFrame(sent: number, received: number, asdu: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + CONTROL_OCTETS + asdu.length)
  bytes.set([START, CONTROL_OCTETS + asdu.length, ...octets(sent), ...octets(received)])
  bytes.set(asdu, 2 + CONTROL_OCTETS)
  return bytes
}

export const sFrame = (received: number): Uint8Array => Uint8Array.of(START, CONTROL_OCTETS, 1, 0, ...octets(received))
export const uFrame = (name: UFunction): Uint8Array => Uint8Array.of(START, CONTROL_OCTETS, U_FUNCTIONS[name], 0, 0, 0)

/** How many frames lie from one number to the other, counted upwards over the turn at 32768. */
export const distance = (from: number, to: number): number => (to - from + SEQUENCE_NUMBERS) % SEQUENCE_NUMBERS
