import { carriesHorodate, labelOf, valueOf } from './labels.ts'

/** The stream of the customer output: frames between STX and ETX, groups between LF and CR, a checksum in each group. */

const STX = 0x02
const ETX = 0x03
const EOT = 0x04
const LF = 0x0a
const CR = 0x0d
const HT = 0x09
const SP = 0x20
/** The longest group, the calendar of the next day, has about 110 characters. */
const LONGEST_GROUP = 256
const MOST_GROUPS = 128
/** A frame with so many groups decides which checksum the meter uses. */
const ENOUGH_TO_DECIDE = 3

export type Mode = 'historique' | 'standard'
/** Why a group or a frame was not taken. */
export type Rejection = 'checksum' | 'parity' | 'not-ascii' | 'group-malformed' | 'group-too-long' | 'group-cut' | 'value-malformed' | 'frame-cut' | 'frame-interrupted' | 'frame-too-long' | 'frame-mixed'

export interface Group {
  readonly label: string
  /** Only in standard mode, and only for some labels. */
  readonly horodate: string | undefined
  readonly data: string
}

export interface Frame {
  readonly mode: Mode
  readonly groups: readonly Group[]
}

export interface Parsed {
  readonly frames: readonly Frame[]
  readonly rejected: ReadonlyMap<Rejection, number>
}

/** The last separator is left out of the sum (S1, historique) or not (S2, standard). */
type Variant = 'S1' | 'S2'

/** Is the number of ones even, as 7E1 makes it on the line? */
const isEven = (byte: number): boolean => {
  let folded = byte ^ (byte >> 4)
  folded ^= folded >> 2
  return ((folded ^ (folded >> 1)) & 1) === 0
}

/** The character that closes a group: six bits of the sum, made printable. */
export function checksumOf(bytes: Uint8Array, variant: Variant): number {
  let sum = 0
  const end = variant === 'S1' ? bytes.length - 2 : bytes.length - 1
  for (let at = 0; at < end; at++) sum += bytes[at]
  return (sum & 0x3f) + SP
}

interface RawGroup {
  readonly mode: Mode
  readonly isS1: boolean
  readonly isS2: boolean
  readonly group: Group
}

/**
 * Takes bytes cut anywhere. Only whole frames are given, with the groups that are valid; what is not valid is counted.
 * A reader of eight bits without parity sees the parity bit of 7E1 in the bytes: it is checked, then taken off.
 */
export class TicParser {
  readonly #text = new Uint8Array(LONGEST_GROUP)
  #length = 0
  #state: 'outside' | 'between' | 'group' | 'skip' = 'outside'
  #groups: RawGroup[] = []
  #hasParity = false
  #historiqueVariant: Variant = 'S1'
  /** The first reason against the group that is being read. */
  #blemish: Rejection | undefined
  #frames: Frame[] = []
  #rejected = new Map<Rejection, number>()

  push(bytes: Uint8Array): Parsed {
    this.#frames = []
    this.#rejected = new Map()
    for (const byte of bytes) this.#take(byte)
    return { frames: this.#frames, rejected: this.#rejected }
  }

  #reject(reason: Rejection, count = 1): void {
    if (count > 0) this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + count)
  }

  #take(raw: number): void {
    const byte = raw & 0x7f
    if (byte === STX) return this.#begin(raw)
    if (this.#state === 'outside') return
    const blemish = this.#hasParity ? (isEven(raw) ? undefined : 'parity') : raw > 0x7f ? 'not-ascii' : undefined
    // A mark that is damaged itself is no mark: it spoils the group it came in.
    if (blemish === undefined && byte === ETX) return this.#end()
    if (blemish === undefined && byte === EOT) return this.#drop('frame-interrupted')
    if (blemish === undefined && byte === LF) return this.#open()
    if (blemish === undefined && byte === CR) return this.#close()
    if (this.#state !== 'group') return
    this.#blemish ??= blemish
    if (this.#length < LONGEST_GROUP) this.#text[this.#length++] = byte
    else {
      this.#reject('group-too-long')
      this.#state = 'skip'
    }
  }

  #begin(raw: number): void {
    if (this.#state !== 'outside') this.#drop('frame-cut')
    // STX has a single one: a parity bit shows at once whether this stream carries it.
    this.#hasParity = raw === (STX | 0x80)
    this.#groups = []
    this.#state = 'between'
  }

  #drop(reason: Rejection): void {
    this.#reject(reason, Math.max(1, this.#groups.length))
    this.#groups = []
    this.#state = 'outside'
  }

  #open(): void {
    if (this.#state === 'group') this.#reject('group-cut')
    this.#length = 0
    this.#blemish = undefined
    this.#state = 'group'
  }

  #close(): void {
    if (this.#state !== 'group') {
      if (this.#state === 'between') this.#reject('group-cut')
      this.#state = 'between'
      return
    }
    this.#state = 'between'
    if (this.#blemish !== undefined) return this.#reject(this.#blemish)
    if (this.#groups.length >= MOST_GROUPS) return this.#drop('frame-too-long')
    const raw = readGroup(this.#text.subarray(0, this.#length))
    if (typeof raw === 'string') this.#reject(raw)
    else this.#groups.push(raw)
  }

  #end(): void {
    if (this.#state === 'group') this.#reject('group-cut')
    this.#state = 'outside'
    const all = this.#groups
    this.#groups = []
    const sure = all.filter((raw) => this.#isValid(raw))
    if (sure.length === 0 && this.#isOtherVariant(all)) {
      this.#historiqueVariant = this.#historiqueVariant === 'S1' ? 'S2' : 'S1'
      sure.push(...all)
    }
    this.#reject('checksum', all.length - sure.length)
    if (sure.length === 0) return
    // Two frames that a gap made one: none of the groups is sure to be of this meter and moment.
    const mode = sure[0].mode
    if (sure.some((raw) => raw.mode !== mode) || new Set(sure.map(({ group }) => group.label)).size < sure.length) return this.#reject('frame-mixed', sure.length)
    this.#frames.push({ mode, groups: sure.map(({ group }) => group) })
  }

  #isValid(raw: RawGroup): boolean {
    return raw.mode === 'standard' || this.#historiqueVariant === 'S2' ? raw.isS2 : raw.isS1
  }

  /** Old meters may count the last separator: believed only of a whole frame, since the two sums differ by one bit. */
  #isOtherVariant(all: readonly RawGroup[]): boolean {
    return all.length >= ENOUGH_TO_DECIDE && all.every((raw) => raw.mode === 'historique' && (this.#historiqueVariant === 'S1' ? raw.isS2 : raw.isS1))
  }
}

/** Takes a group apart: label, separator, perhaps a horodate, data, separator, checksum. */
function readGroup(bytes: Uint8Array): RawGroup | Rejection {
  if (bytes.length < 5) return 'group-malformed'
  const separator = bytes[bytes.length - 2]
  if (separator !== HT && separator !== SP) return 'group-malformed'
  const mode: Mode = separator === HT ? 'standard' : 'historique'
  const checksum = bytes[bytes.length - 1]
  const [isS1, isS2] = [checksumOf(bytes, 'S1') === checksum, checksumOf(bytes, 'S2') === checksum]
  if (!isS1 && !isS2) return 'checksum'
  const text = String.fromCharCode(...bytes.subarray(0, bytes.length - 2))
  const parts = mode === 'standard' ? text.split('\t') : [text.slice(0, text.indexOf(' ')), text.slice(text.indexOf(' ') + 1)]
  if (parts.length < 2 || parts.length > 3 || !/^[A-Z][A-Z0-9+-]{1,8}$/.test(parts[0])) return 'group-malformed'
  const group: Group = { label: parts[0], horodate: parts.length === 3 ? parts[1] : undefined, data: parts[parts.length - 1] }
  return hasItsForm(group) ? { mode, isS1, isS2, group } : 'value-malformed'
}

/** The sum of six bits is blind to the seventh: a digit that became a letter that way is only seen by its form. */
function hasItsForm({ label, horodate, data }: Group): boolean {
  if (horodate === undefined && carriesHorodate(label)) return false
  // A flipped bit that makes a letter a separator, which no sum of six bits shows.
  if (horodate !== undefined && labelOf(label) !== undefined && !carriesHorodate(label)) return false
  if (horodate !== undefined && !/^[HhEe ]?\d*$/.test(horodate)) return false
  if (label === 'ADCO' || label === 'ADSC') return /^[0-9A-F]{12}$/.test(data)
  const kind = labelOf(label)?.kind
  return kind === undefined || kind === 'text' || !Number.isNaN(valueOf(label, data))
}
