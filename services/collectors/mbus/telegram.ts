import { decodeFrame, type Frame, type FrameFault } from './frames.ts'
import { mediumName } from './media.ts'
import { decodeFixed } from './fixed.ts'
import { decodeRecords, type MeterRecord, type RecordsFault } from './records.ts'
import { digits, unsigned } from './values.ts'

export interface Identity {
  /** Eight digits as they are printed on the meter. */
  readonly id: string
  /** Three letters; undefined in the old fixed form. */
  readonly manufacturer: string | undefined
  readonly version: number | undefined
  readonly medium: string
}

export interface Telegram {
  /** Undefined in telegrams without a header. */
  readonly identity: Identity | undefined
  readonly accessNumber: number
  readonly status: number
  readonly records: readonly MeterRecord[]
  readonly manufacturerData: Uint8Array | undefined
  readonly moreFollow: boolean
  /** What stopped the reading in the middle; the records before it hold. */
  readonly fault: { readonly reason: RecordsFault; readonly at: number } | undefined
}

/** What a meter answers when it can't do what it was asked (CI 70h). */
const APPLICATION_ERRORS: Readonly<Record<number, string>> = {
  0: 'unspecified', 1: 'ci-not-implemented', 2: 'buffer-too-long', 3: 'too-many-records', 4: 'premature-end-of-record', 5: 'too-many-difes', 6: 'too-many-vifes', 8: 'busy', 9: 'too-many-readouts',
}

export type TelegramFault =
  | FrameFault | 'not-an-answer' | 'ci-unsupported' | 'header-truncated' | 'fixed-length' | 'encrypted'
  | `application-error-${string}`

const CI = { error: 0x70, variable: 0x72, variableBigEndian: 0x76, fixed: 0x73, fixedBigEndian: 0x77, withoutHeader: 0x78, shortHeader: 0x7a } as const
const LONG_HEADER = 12
const SHORT_HEADER = 4
/** Bits of the control field that vary in an answer: access demand and data flow control. */
const ANSWER_BITS = 0x30
const RSP_UD = 0x08
/** Modes of encryption in the configuration word. Others are no mode: old meters put a signature there. */
const ENCRYPTED_MODES: readonly number[] = [2, 3, 4, 5, 7, 8, 9, 10, 13]

/** Reads the bytes of one whole frame. */
export function decodeTelegram(bytes: Uint8Array): Telegram | { readonly fault: TelegramFault } {
  const frame = decodeFrame(bytes)
  return 'kind' in frame ? readTelegram(frame) : frame
}

/** What an answering frame says. Never throws, whatever the bytes. */
export function readTelegram(frame: Frame): Telegram | { readonly fault: TelegramFault } {
  if (frame.kind !== 'long' || (frame.control & ~ANSWER_BITS) !== RSP_UD) return { fault: 'not-an-answer' }
  const { ci, data } = frame
  if (ci === CI.error) return { fault: `application-error-${data.length === 0 ? 'unspecified' : APPLICATION_ERRORS[data[0]] ?? data[0]}` }
  if (ci === CI.fixed || ci === CI.fixedBigEndian) return decodeFixed(data, ci === CI.fixedBigEndian) ?? { fault: 'fixed-length' }
  if (ci === CI.withoutHeader) return { identity: undefined, accessNumber: 0, status: 0, ...decodeRecords(data) }
  if (ci === CI.shortHeader) return data.length < SHORT_HEADER ? { fault: 'header-truncated' } : withHeader(undefined, data, false)
  if (ci !== CI.variable && ci !== CI.variableBigEndian) return { fault: 'ci-unsupported' }
  if (data.length < LONG_HEADER) return { fault: 'header-truncated' }
  const isBigEndian = ci === CI.variableBigEndian
  return withHeader(identityOf(data, isBigEndian), data.subarray(LONG_HEADER - SHORT_HEADER), isBigEndian)
}

function withHeader(identity: Identity | undefined, data: Uint8Array, isBigEndian: boolean): Telegram | { readonly fault: TelegramFault } {
  const configuration = word(data, 2, isBigEndian)
  if (ENCRYPTED_MODES.includes((configuration >> 8) & 0x1f)) return { fault: 'encrypted' }
  return { identity, accessNumber: data[0], status: data[1], ...decodeRecords(data.subarray(SHORT_HEADER), isBigEndian) }
}

const word = (bytes: Uint8Array, at: number, isBigEndian: boolean): number => unsigned(isBigEndian ? bytes.subarray(at, at + 2).toReversed() : bytes.subarray(at, at + 2))

function identityOf(data: Uint8Array, isBigEndian: boolean): Identity {
  const id = data.subarray(0, 4)
  return { id: digits(isBigEndian ? id : id.toReversed()), manufacturer: manufacturerName(word(data, 4, isBigEndian)), version: data[6], medium: mediumName(data[7]) }
}

/** Three letters in five bits each (EN 13757-3; given out by the FLAG association). */
const manufacturerName = (code: number): string => String.fromCharCode(64 + ((code >> 10) & 31), 64 + ((code >> 5) & 31), 64 + (code & 31))
export const manufacturerCode = (name: string): number => [...name].reduce((code, letter) => code * 32 + letter.charCodeAt(0) - 64, 0)
