import { localDayStart } from '#models/units/local-time.ts'
import { QUALITY } from '#models/units/quality.ts'
import { instantOf, stampReader } from '../files/stamp.ts'
import type { ProfileChannel } from '../port.ts'
import { follow, pointerTokens } from './pointer.ts'
import type { HttpMapping } from './profile.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MINUTES = 1_440
/** Of one answer: more than a year of five minutes. */
const MOST_ROWS = 200_000

export interface DecodedChannel { readonly at: number[]; readonly values: number[]; readonly quality: number[] }
export interface Decoded {
  /** In the order of the channels, ascending in time. */
  readonly channels: readonly DecodedChannel[]
  /** How many rows or values could not be used, by reason. */
  readonly faults: ReadonlyMap<string, number>
}

export interface DecodeSettings {
  readonly timeZone: string
  /** Intervals that have not ended by then are left to a later answer: now, or as far ahead as the service foretells. */
  readonly until: number
}

/** Finds the values of each channel in an answer; never throws for what the answer says. */
export function decodeAnswer(content: unknown, mapping: HttpMapping, channels: readonly ProfileChannel[], settings: DecodeSettings): Decoded {
  return new Decoding(mapping, channels, settings).decode(content)
}

interface Wanted { readonly value: readonly string[]; readonly scale: number; readonly isEnd: boolean; readonly stepMinutes: number | undefined }

class Decoding {
  readonly #mapping: HttpMapping
  readonly #settings: DecodeSettings
  readonly #wanted: readonly Wanted[]
  readonly #faults = new Map<string, number>()
  readonly #found: DecodedChannel[]
  readonly #stampOf: ReturnType<typeof stampReader>
  readonly #pointers: { readonly time: readonly string[]; readonly hour: readonly string[] | undefined; readonly step: readonly string[] | undefined; readonly quality: readonly string[] | undefined }
  #previous = NaN
  #isBackwards = false

  constructor(mapping: HttpMapping, channels: readonly ProfileChannel[], settings: DecodeSettings) {
    const { time, qualityOf } = mapping
    this.#mapping = mapping
    this.#settings = settings
    this.#wanted = channels.map((channel) => ({
      value: pointerTokens(String(channel['pointer'] ?? '')), scale: channel.scale ?? 1,
      isEnd: (channel['stamp'] ?? time.stamp) === 'end', stepMinutes: (channel['stepMinutes'] as number | undefined) ?? time.stepMinutes,
    }))
    this.#found = channels.map(() => ({ at: [], values: [], quality: [] }))
    this.#stampOf = stampReader(time.format)
    this.#pointers = { time: pointerTokens(time.pointer), hour: time.hour === undefined ? undefined : pointerTokens(time.hour), step: time.step === undefined ? undefined : pointerTokens(time.step), quality: qualityOf === undefined ? undefined : pointerTokens(qualityOf.pointer) }
  }

  decode(content: unknown): Decoded {
    const unmet = Object.entries(this.#mapping.expect ?? {}).some(([pointer, text]) => textOf(follow(content, pointerTokens(pointer))) !== text)
    if (unmet) this.#fault('unexpected-answer')
    else this.#rows(content)
    return { channels: this.#found.map(ascending), faults: this.#faults }
  }

  #fault(reason: string): void {
    this.#faults.set(reason, (this.#faults.get(reason) ?? 0) + 1)
  }

  #rows(content: unknown): void {
    const { rows, columns, inner } = this.#mapping
    const list = follow(content, pointerTokens(rows))
    if (columns === true) return this.#columns(list)
    if (!Array.isArray(list)) return this.#fault('no-rows')
    let count = 0
    for (const outer of list) {
      const within = inner === undefined ? [outer] : follow(outer, pointerTokens(inner))
      if (!Array.isArray(within)) {
        this.#fault('no-rows')
        continue
      }
      for (const row of within) {
        if (++count > MOST_ROWS) return this.#fault('too-many-rows')
        this.#row(row, inner === undefined ? row : outer, (tokens) => follow(row, tokens))
      }
    }
  }

  /** Lists beside each other, one of them the times. */
  #columns(content: unknown): void {
    const times = follow(content, this.#pointers.time)
    if (!Array.isArray(times)) return this.#fault('no-rows')
    const lists = new Map<readonly string[], unknown>()
    const listOf = (tokens: readonly string[]) => {
      if (!lists.has(tokens)) lists.set(tokens, follow(content, tokens))
      return lists.get(tokens)
    }
    for (let index = 0; index < times.length; index++) {
      if (index >= MOST_ROWS) return this.#fault('too-many-rows')
      this.#row(content, content, (tokens) => {
        const list = listOf(tokens)
        return Array.isArray(list) ? list[index] as unknown : undefined
      })
    }
  }

  #row(_row: unknown, outer: unknown, get: (tokens: readonly string[]) => unknown): void {
    const { time, hour, step, quality } = this.#pointers
    const instant = this.#instant(hour === undefined ? get(time) : follow(outer, time), hour === undefined ? undefined : get(hour))
    if (Number.isNaN(instant)) return this.#fault('bad-time')
    const ownMinutes = step === undefined ? undefined : minutesOf(get(step))
    if (step !== undefined && ownMinutes === undefined) return this.#fault('bad-step')
    const code = this.#qualityOf(quality === undefined ? undefined : get(quality))
    for (const [index, wanted] of this.#wanted.entries()) this.#value(this.#found[index], wanted, instant, ownMinutes, get(wanted.value), code)
  }

  #value(found: DecodedChannel, { scale, isEnd, stepMinutes }: Wanted, instant: number, ownMinutes: number | undefined, content: unknown, code: number): void {
    const { until } = this.#settings
    const timeZone = this.#mapping.time.zone ?? this.#settings.timeZone
    const minutes = ownMinutes ?? stepMinutes
    const at = minutes === DAY_MINUTES ? localDayStart(isEnd ? instant - 1 : instant, timeZone) : isEnd ? instant - (minutes ?? NaN) * MINUTE_MS : instant
    if (Number.isNaN(at)) return this.#fault('bad-step')
    if (at + (minutes ?? 0) * MINUTE_MS > until) return
    const isMissing = content === null || content === undefined || content === ''
    const value = isMissing ? NaN : typeof content === 'number' ? content : typeof content === 'string' && /^-?\d{1,15}(\.\d{1,12})?$/.test(content) ? Number(content) : undefined
    if (value === undefined || value === Infinity || value === -Infinity) return this.#fault('bad-value')
    // A member that is never there is a fault of the profile, not a gap of the meter.
    if (content === undefined) return this.#fault('no-value')
    if (content === null && this.#mapping.nullIsLater === true) return
    found.at.push(at)
    found.values.push(value * scale)
    found.quality.push(isMissing ? QUALITY.missing : code)
  }

  #instant(content: unknown, hour: unknown): number {
    if (typeof content !== 'string' && typeof content !== 'number') return NaN
    const stamp = this.#stampOf(String(content).trim())
    if (stamp === undefined) return NaN
    const timeZone = this.#mapping.time.zone ?? this.#settings.timeZone
    if (this.#pointers.hour !== undefined) {
      if (typeof hour !== 'number' || !Number.isInteger(hour) || hour < 0 || hour > 24) return NaN
      // An hour of the wall clock: on the days of 23 and 25 hours it is not so many hours after midnight.
      return this.#ordered({ wall: stamp.wall + hour * HOUR_MS, offsetMs: undefined, isDate: false }, timeZone)
    }
    return this.#ordered(stamp, timeZone)
  }

  #ordered(stamp: Parameters<typeof instantOf>[0], timeZone: string): number {
    const at = instantOf(stamp, timeZone, this.#previous, this.#isBackwards)
    if (Number.isNaN(at)) return NaN
    if (!Number.isNaN(this.#previous) && at !== this.#previous) this.#isBackwards = at < this.#previous
    this.#previous = at
    return at
  }

  #qualityOf(content: unknown): number {
    const { quality = 'measured', qualityOf } = this.#mapping
    if (qualityOf !== undefined) for (const name of ['bad', 'estimated', 'uncertain'] as const) if (qualityOf[name]?.includes(textOf(content))) return QUALITY[name]
    return QUALITY[quality]
  }
}

/** Of an object nothing: its own `toString` is the service's to write, and need not be a function. */
const textOf = (content: unknown): string => (typeof content === 'string' || typeof content === 'number' || typeof content === 'boolean' ? String(content) : '')

/** Minutes of an ISO duration; undefined for what is none of an interval. */
function minutesOf(content: unknown): number | undefined {
  const [, days, hours, minutes] = /^P(?:(\d)D)?(?:T(?:(\d{1,2})H)?(?:(\d{1,4})M)?)?$/.exec(textOf(content)) ?? []
  const total = Number(days ?? 0) * DAY_MINUTES + Number(hours ?? 0) * 60 + Number(minutes ?? 0)
  return total > 0 && total <= DAY_MINUTES ? total : undefined
}

function ascending(found: DecodedChannel): DecodedChannel {
  const { at, values, quality } = found
  if (at.every((time, row) => row === 0 || time >= at[row - 1])) return found
  const order = [...at.keys()].sort((left, right) => at[left] - at[right] || left - right)
  return { at: order.map((row) => at[row]), values: order.map((row) => values[row]), quality: order.map((row) => quality[row]) }
}
