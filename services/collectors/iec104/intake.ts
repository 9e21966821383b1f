import { QUALITY } from '#models/units/quality.ts'
import type { Channel, DriverContext, RawReadings } from '../port.ts'
import type { Asdu } from './asdu.ts'
import { deviceAddress } from './settings.ts'
import { SUMMER_TIME, TIME_INVALID, utcOfDate, utcOfHour } from './time-tag.ts'
import type { Kind } from './types.ts'
import { qualityOf, valueOf } from './values.ts'

interface Wanted {
  readonly index: number
  readonly kind: Kind
  readonly bit: number | undefined
  readonly scale: number
}

const OBJECTS_OF_A_STATION = 2 ** 24
const keyOf = (commonAddress: number, object: number): number => commonAddress * OBJECTS_OF_A_STATION + object
const FIRST_ROWS = 256
/** Objects that feed nothing are told apart up to here. */
const MOST_UNASKED = 10_000

/** Turns information objects into rows; what was taken since the last `takeRows` waits here. */
export class Intake {
  readonly stations: readonly number[]
  readonly #wanted = new Map<number, Wanted[]>()
  readonly #timeZone: string
  /** Last time of arrival given to a channel: two values of one moment stay two. */
  readonly #arrivals: Float64Array
  readonly #isSeen: Uint8Array
  readonly #names: readonly string[]
  readonly #isCounter: readonly boolean[]
  #unasked = new Set<number>()
  #channels = new Int32Array(FIRST_ROWS)
  #at = new Float64Array(FIRST_ROWS)
  #values = new Float64Array(FIRST_ROWS)
  #quality = new Uint8Array(FIRST_ROWS)
  #count = 0

  constructor(channels: readonly Channel[], timeZone: string) {
    this.#timeZone = timeZone
    this.#arrivals = new Float64Array(channels.length).fill(-Infinity)
    this.#isSeen = new Uint8Array(channels.length)
    const places = channels.map(({ device, profileChannel }) => {
      const { commonAddress, offset } = deviceAddress(device.address)!
      return { commonAddress, object: offset + (profileChannel['ioa'] as number) }
    })
    this.stations = [...new Set(places.map(({ commonAddress }) => commonAddress))]
    this.#names = places.map(({ commonAddress, object }) => `${commonAddress}/${object}`)
    this.#isCounter = channels.map(({ profileChannel: { kind } }) => kind === 'total' || String(kind).startsWith('protection'))
    channels.forEach(({ profileChannel: { kind, bit, scale = 1 } }, index) => {
      const key = keyOf(places[index].commonAddress, places[index].object)
      const wanted = { index, kind: kind as Kind, bit: bit as number | undefined, scale }
      const others = this.#wanted.get(key)
      if (others === undefined) this.#wanted.set(key, [wanted])
      else others.push(wanted)
    })
  }

  get hasRows(): boolean {
    return this.#count > 0
  }

  /** Puts the objects that somebody wants into rows; what is wanted and unusable is counted. */
  take(asdu: Asdu, receivedAt: number, context: DriverContext): void {
    let [otherKind, noTime] = [0, 0]
    for (let place = 0; place < asdu.addresses.length; place++) {
      const key = keyOf(asdu.commonAddress, asdu.addresses[place])
      const wanted = this.#wanted.get(key)
      if (wanted === undefined) {
        if (this.#unasked.size < MOST_UNASKED) this.#unasked.add(key)
        continue
      }
      const time = this.#timeOf(asdu, place, receivedAt)
      for (const want of wanted) {
        if (want.kind !== asdu.type.kind) otherKind++
        else if (time === undefined) noTime++
        else this.#push(want, asdu, place, time, receivedAt)
      }
    }
    const where = `station ${asdu.commonAddress}, type ${asdu.typeId}`
    if (otherKind > 0) context.reject('other-kind', otherKind, where)
    if (noTime > 0) context.reject('time-malformed', noTime, where)
  }

  #push({ index, kind, bit, scale }: Wanted, asdu: Asdu, place: number, time: Moment, receivedAt: number): void {
    const value = valueOf(kind, asdu.values[place], scale, bit)
    const said = qualityOf(kind, asdu.marks[place])
    let at = time.at
    if (Number.isNaN(at)) at = this.#arrivals[index] = Math.max(receivedAt, this.#arrivals[index] + 1)
    if (this.#count === this.#channels.length) this.#grow()
    this.#channels[this.#count] = index
    this.#at[this.#count] = at
    this.#values[this.#count] = value
    this.#quality[this.#count++] = Number.isNaN(value) ? QUALITY.bad : Math.max(said, time.isDoubtful ? QUALITY.uncertain : QUALITY.measured)
    this.#isSeen[index] = 1
  }

  /** Undefined for a tag that is no time; `at` is NaN where the time of arrival must do. */
  #timeOf({ type, times, timeMarks }: Asdu, place: number, receivedAt: number): Moment | undefined {
    if (type.time === 'none') return ON_ARRIVAL
    // A station that does not know the time says so: its value is right all the same.
    if ((timeMarks[place] & TIME_INVALID) !== 0) return ON_ARRIVAL_DOUBTFUL
    const shown = times[place]
    if (Number.isNaN(shown)) return undefined
    return type.time === 'hour' ? { at: utcOfHour(shown, receivedAt, this.#timeZone), isDoubtful: false } : utcOfDate(shown, (timeMarks[place] & SUMMER_TIME) !== 0, this.#timeZone)
  }

  takeRows(receivedAt: number): RawReadings {
    const count = this.#count
    this.#count = 0
    return { channels: this.#channels.slice(0, count), at: this.#at.slice(0, count), values: this.#values.slice(0, count), quality: this.#quality.slice(0, count), receivedAt }
  }

  /** Begins a new count, for a new connection. */
  forgetSeen(): void {
    this.#isSeen.fill(0)
    this.#unasked = new Set()
  }

  /** What an interrogation of the stations should have brought and did not, and how many objects nobody asked for. */
  get coverage(): { readonly missing: readonly string[]; readonly unasked: number } {
    return { missing: this.#names.filter((_, index) => this.#isSeen[index] === 0 && !this.#isCounter[index]), unasked: this.#unasked.size }
  }

  #grow(): void {
    const room = this.#channels.length * 2
    const copy = <Column extends Int32Array | Float64Array | Uint8Array>(from: Column, to: Column): Column => {
      to.set(from)
      return to
    }
    this.#channels = copy(this.#channels, new Int32Array(room))
    this.#at = copy(this.#at, new Float64Array(room))
    this.#values = copy(this.#values, new Float64Array(room))
    this.#quality = copy(this.#quality, new Uint8Array(room))
  }
}

interface Moment {
  readonly at: number
  readonly isDoubtful: boolean
}
const ON_ARRIVAL: Moment = { at: NaN, isDoubtful: false }
const ON_ARRIVAL_DOUBTFUL: Moment = { at: NaN, isDoubtful: true }
