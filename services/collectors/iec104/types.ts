/** Type identifications that are read (IEC 60870-5-101, table 8 to 13): what an information object of each holds. */

/** What a value is; a profile names it, so that a value of another kind is never taken for it. */
export const KINDS = [
  'single-point', 'double-point', 'step-position', 'bits', 'normalised', 'scaled', 'short-float', 'total', 'packed-points',
  'protection-event', 'protection-starts', 'protection-circuits',
] as const
export type Kind = (typeof KINDS)[number]
/** What speaks of the station and not of a value. */
export type SystemKind = 'initialised' | 'interrogation' | 'counter-interrogation' | 'clock'

/** `hour`: minute and millisecond of some hour (CP24Time2a). `date`: all of it (CP56Time2a). */
export type TimeTag = 'none' | 'hour' | 'date'
export const TIME_OCTETS: Readonly<Record<TimeTag, number>> = { none: 0, hour: 3, date: 7 }

export interface ObjectType {
  readonly id: number
  readonly kind: Kind | SystemKind
  /** Octets of the element with its quality, without elapsed time and time tag. */
  readonly octets: number
  readonly hasQuality: boolean
  /** Protection equipment says how long something took (CP16Time2a). */
  readonly hasElapsed: boolean
  readonly time: TimeTag
}

const type = (id: number, kind: Kind | SystemKind, octets: number, time: TimeTag = 'none', { hasQuality = true, hasElapsed = false } = {}): ObjectType => ({ id, kind, octets, hasQuality, hasElapsed, time })

/** Kind, octets, and the type without tag, with the short one and with the long one. */
const VALUES: readonly (readonly [Kind, number, number, number, number])[] = [
  ['single-point', 1, 1, 2, 30], ['double-point', 1, 3, 4, 31], ['step-position', 2, 5, 6, 32], ['bits', 5, 7, 8, 33],
  ['normalised', 3, 9, 10, 34], ['scaled', 3, 11, 12, 35], ['short-float', 5, 13, 14, 36], ['total', 5, 15, 16, 37],
]
const ELAPSED = { hasElapsed: true }
const PROTECTION: readonly (readonly [Kind, number, number, number])[] = [['protection-event', 1, 17, 38], ['protection-starts', 2, 18, 39], ['protection-circuits', 2, 19, 40]]

export const TYPES: ReadonlyMap<number, ObjectType> = new Map([
  ...VALUES.flatMap(([kind, octets, plain, hour, date]) => [type(plain, kind, octets), type(hour, kind, octets, 'hour'), type(date, kind, octets, 'date')]),
  ...PROTECTION.flatMap(([kind, octets, hour, date]) => [type(hour, kind, octets, 'hour', ELAPSED), type(date, kind, octets, 'date', ELAPSED)]),
  type(20, 'packed-points', 5),
  type(21, 'normalised', 2, 'none', { hasQuality: false }),
  type(70, 'initialised', 1, 'none', { hasQuality: false }),
  type(100, 'interrogation', 1, 'none', { hasQuality: false }),
  type(101, 'counter-interrogation', 1, 'none', { hasQuality: false }),
  type(103, 'clock', 0, 'date', { hasQuality: false }),
].map((each) => [each.id, each]))

const SYSTEM_KINDS: ReadonlySet<string> = new Set<SystemKind>(['initialised', 'interrogation', 'counter-interrogation', 'clock'])
export const isSystem = (kind: Kind | SystemKind): kind is SystemKind => SYSTEM_KINDS.has(kind)

/** Causes of transmission that matter here. */
export const CAUSE = { initialised: 4, activation: 6, activationConfirm: 7, activationEnd: 10, interrogatedFirst: 20, countersLast: 41, unknownFirst: 44, unknownLast: 47 } as const

/** Causes under which a value may come: cyclic, background, spontaneous, requested, by a command, by an interrogation. */
export const isValueCause = (cause: number): boolean =>
  cause === 1 || cause === 2 || cause === 3 || cause === 5 || cause === 11 || cause === 12 || (cause >= CAUSE.interrogatedFirst && cause <= CAUSE.countersLast)
