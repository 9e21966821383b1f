/** M-Bus on the wire (EN 13757-2, link layer of IEC 60870-5-1 format FT 1.2): single character, short, control and long frames. */

export const ACK = 0xe5
const STOP = 0x16
const SHORT_START = 0x10
const LONG_START = 0x68
/** Address that a meter answers to once it was selected by its secondary address. */
export const SELECTED = 0xfd

export const SND_NKE = 0x40
const SND_UD = 0x53
const REQ_UD2 = 0x5b
const FRAME_COUNT_BIT = 0x20
const SELECTION_CI = 0x52

export type FrameFault = 'empty' | 'start-byte' | 'truncated' | 'length-mismatch' | 'length-invalid' | 'checksum' | 'stop-byte' | 'bytes-behind'

export type Frame =
  | { readonly kind: 'ack' }
  | { readonly kind: 'short'; readonly control: number; readonly address: number }
  /** A control frame is a long frame without data. */
  | { readonly kind: 'long'; readonly control: number; readonly address: number; readonly ci: number; readonly data: Uint8Array }

const sumOf = (bytes: Uint8Array, from: number, to: number): number => {
  let sum = 0
  for (let at = from; at < to; at++) sum = (sum + bytes[at]) & 0xff
  return sum
}

type Attempt = { readonly frame: Frame; readonly length: number } | { readonly fault: FrameFault } | 'incomplete'

/** The frame that begins at `at`, its fault, or that bytes are still missing. */
function frameAt(bytes: Uint8Array, at: number): Attempt {
  const have = bytes.length - at
  if (have === 0) return 'incomplete'
  if (bytes[at] === ACK) return { frame: { kind: 'ack' }, length: 1 }
  if (bytes[at] === SHORT_START) {
    if (have < 5) return 'incomplete'
    if (bytes[at + 4] !== STOP) return { fault: 'stop-byte' }
    if (sumOf(bytes, at + 1, at + 3) !== bytes[at + 3]) return { fault: 'checksum' }
    return { frame: { kind: 'short', control: bytes[at + 1], address: bytes[at + 2] }, length: 5 }
  }
  if (bytes[at] !== LONG_START) return { fault: 'start-byte' }
  if (have < 4) return 'incomplete'
  const length = bytes[at + 1]
  if (bytes[at + 2] !== length) return { fault: 'length-mismatch' }
  if (bytes[at + 3] !== LONG_START) return { fault: 'start-byte' }
  if (length < 3) return { fault: 'length-invalid' }
  if (have < length + 6) return 'incomplete'
  if (bytes[at + length + 5] !== STOP) return { fault: 'stop-byte' }
  if (sumOf(bytes, at + 4, at + 4 + length) !== bytes[at + 4 + length]) return { fault: 'checksum' }
  const [control, address, ci] = bytes.subarray(at + 4, at + 7)
  return { frame: { kind: 'long', control, address, ci, data: bytes.slice(at + 7, at + 4 + length) }, length: length + 6 }
}

/** One whole frame and nothing else, or what is wrong with it. */
export function decodeFrame(bytes: Uint8Array): Frame | { readonly fault: FrameFault } {
  if (bytes.length === 0) return { fault: 'empty' }
  const attempt = frameAt(bytes, 0)
  if (attempt === 'incomplete') return { fault: 'truncated' }
  if ('fault' in attempt) return attempt
  return attempt.length === bytes.length ? attempt.frame : { fault: 'bytes-behind' }
}

/** Puts frames together from bytes cut anywhere. Behind a fault the search goes on one byte further. */
export class FrameReader {
  #pending = new Uint8Array(0)

  push(bytes: Uint8Array): { readonly frames: readonly Frame[]; readonly faults: readonly FrameFault[] } {
    const joined = new Uint8Array(this.#pending.length + bytes.length)
    joined.set(this.#pending)
    joined.set(bytes, this.#pending.length)
    const frames: Frame[] = []
    const faults: FrameFault[] = []
    let at = 0
    while (at < joined.length) {
      const attempt = frameAt(joined, at)
      if (attempt === 'incomplete') break
      if ('fault' in attempt) {
        // Noise of the line is one fault, not one for each byte.
        if (attempt.fault !== 'start-byte' || faults.at(-1) !== 'start-byte') faults.push(attempt.fault)
        at++
      } else {
        frames.push(attempt.frame)
        at += attempt.length
      }
    }
    this.#pending = joined.slice(at)
    return { frames, faults }
  }

  /** Bytes of a frame that is not complete. */
  get pending(): number {
    return this.#pending.length
  }

  clear(): void {
    this.#pending = new Uint8Array(0)
  }
}

export const shortFrame = (control: number, address: number): Uint8Array => Uint8Array.of(SHORT_START, control, address, (control + address) & 0xff, STOP)

export function longFrame(control: number, address: number, ci: number, data: Uint8Array): Uint8Array {
  const length = data.length + 3
  const bytes = new Uint8Array(length + 6)
  bytes.set([LONG_START, length, length, LONG_START, control, address, ci])
  bytes.set(data, 7)
  bytes[length + 4] = sumOf(bytes, 4, length + 4)
  bytes[length + 5] = STOP
  return bytes
}

/** Brings a meter to its first telegram and its frame count bit to the start. */
export const resetRequest = (address: number): Uint8Array => shortFrame(SND_NKE, address)
/** Asks for a telegram; a changed frame count bit asks for the next one, the same bit for the last one again. */
export const dataRequest = (address: number, frameCountBit: boolean): Uint8Array => shortFrame(REQ_UD2 | (frameCountBit ? FRAME_COUNT_BIT : 0), address)
/** Selects the meters whose eight bytes of secondary address match; F digits and FF bytes match everything. */
export const selectRequest = (secondary: Uint8Array): Uint8Array => longFrame(SND_UD, SELECTED, SELECTION_CI, secondary)
