import { MARK, STANDARD_LAYOUT, type Layout } from './asdu.ts'
import { SUMMER_TIME } from './time-tag.ts'
import { TYPES } from './types.ts'

/** What a station says of one object; the fields are those of `Asdu`, as the decoder gives them. */
export interface SaidObject {
  readonly address: number
  readonly value: number
  readonly marks?: number
  readonly elapsed?: number
  /** Digits of the clock as epoch milliseconds, or milliseconds in the hour. */
  readonly time?: number
  readonly timeMarks?: number
}

export interface SaidAsdu {
  readonly typeId: number
  readonly cause: number
  readonly commonAddress: number
  readonly objects: readonly SaidObject[]
  readonly isTest?: boolean
  readonly isNegative?: boolean
  readonly originator?: number
  /** One address for all, which then follow each other. */
  readonly isSequence?: boolean
}

export const little = (value: number, octets: number): number[] => {
  const bits = BigInt.asUintN(8 * octets, BigInt(value))
  return Array.from({ length: octets }, (_, place) => Number((bits >> BigInt(8 * place)) & 0xffn))
}

function float32(value: number): number[] {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return [...bytes]
}

export function dateTimeOctets(wall: number, marks = 0): number[] {
  const shown = new Date(wall)
  return [
    ...little(shown.getUTCSeconds() * 1_000 + shown.getUTCMilliseconds(), 2), shown.getUTCMinutes() | (marks & 0xc0), shown.getUTCHours() | ((marks & SUMMER_TIME) !== 0 ? 0x80 : 0),
    shown.getUTCDate() | ((shown.getUTCDay() || 7) << 5), shown.getUTCMonth() + 1, shown.getUTCFullYear() - 2000,
  ]
}

function element(typeId: number, { value, marks = 0, elapsed = 0, time = 0, timeMarks = 0 }: SaidObject): number[] {
  const { kind, hasQuality, hasElapsed, time: tag } = TYPES.get(typeId)!
  const quality = hasQuality ? [marks] : []
  const octets = {
    'single-point': () => [value | marks], 'double-point': () => [value | marks], 'protection-event': () => [value | marks],
    'protection-starts': () => [value, marks], 'protection-circuits': () => [value, marks],
    'step-position': () => [(value & 0x7f) | ((marks & MARK.transient) !== 0 ? 0x80 : 0), marks & 0xf1],
    bits: () => [...little(value, 4), marks], 'packed-points': () => [...little(value, 4), marks], total: () => [...little(value, 4), marks],
    normalised: () => [...little(value, 2), ...quality], scaled: () => [...little(value, 2), marks], 'short-float': () => [...float32(value), marks],
    initialised: () => [value], interrogation: () => [value], 'counter-interrogation': () => [value], clock: () => [],
  }[kind]()
  const tagged = tag === 'none' ? [] : tag === 'date' ? dateTimeOctets(time, timeMarks) : [...little(time % 60_000, 2), Math.floor(time / 60_000) | (timeMarks & 0xc0)]
  return [...octets, ...(hasElapsed ? little(elapsed, 2) : []), ...tagged]
}

/** The octets of an ASDU, as a station makes them. */
export function encodeAsdu({ typeId, cause, commonAddress, objects, isTest = false, isNegative = false, originator = 0, isSequence = false }: SaidAsdu, layout: Layout = STANDARD_LAYOUT): Uint8Array {
  const header = [
    typeId, objects.length | (isSequence ? 0x80 : 0), cause | (isTest ? 0x80 : 0) | (isNegative ? 0x40 : 0), ...(layout.causeOctets === 2 ? [originator] : []), ...little(commonAddress, layout.commonAddressOctets),
  ]
  return Uint8Array.from([...header, ...objects.flatMap((object, index) => [...(isSequence && index > 0 ? [] : little(object.address, layout.objectAddressOctets)), ...element(typeId, object)])])
}
