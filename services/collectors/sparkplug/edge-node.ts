import { QUALITY } from '#models/units/quality.ts'
import type { Alias, Metric, SparkplugPayload } from './payload.ts'
import type { MessageType } from './topic.ts'

/** Sequence numbers go round from 255 to 0. */
const SEQUENCE = 256
const BIRTH_DEATH_METRIC = 'bdSeq'

/** A channel that a metric feeds. */
export interface WantedMetric { readonly index: number; readonly scale: number }
/** By device (empty for the edge node itself) and name. */
export type WantedMetrics = ReadonlyMap<string, ReadonlyMap<string, readonly WantedMetric[]>>

/** What a birth said of a metric. */
interface Known { readonly datatype: number; readonly wanted: readonly WantedMetric[] }
interface Birth { readonly byAlias: Map<Alias, Known>; readonly byName: Map<string, Known> }
const UNWANTED: readonly WantedMetric[] = []

export type NodeState =
  /** No birth was seen yet. */
  | 'unknown'
  | 'alive'
  /** A message is missing: which metric an alias means is not certain any more. */
  | 'out-of-sequence'
  | 'dead'

export interface NodeMessage {
  readonly type: MessageType
  readonly device: string
  readonly payload: SparkplugPayload
  /** The broker gave it before. */
  readonly isRepeated: boolean
}

export interface Taken {
  readonly channels: number[]
  readonly at: number[]
  readonly values: number[]
  readonly quality: number[]
  readonly rejected: Map<string, number>
}

/**
 * One edge node as its messages tell of it: whether it lives, which number comes next, and what its aliases mean. An alias is
 * used only while no message is missing since the birth that gave it: no value may go to the wrong metric. What the protocol gives no
 * means to see is a birth without a death that deals the aliases anew, is lost as a whole, and whose numbers go on as expected (one in 256).
 */
export class EdgeNode {
  readonly name: string
  state: NodeState = 'unknown'
  readonly #wanted: WantedMetrics
  readonly #births = new Map<string, Birth>()
  readonly #deadDevices = new Set<string>()
  #next = NaN
  #bdSeq: number | undefined
  #isUnconfirmed = false

  constructor(name: string, wanted: WantedMetrics) {
    this.name = name
    this.#wanted = wanted
  }

  /** Devices we want that said they are dead. */
  get deadDevices(): ReadonlySet<string> {
    return this.#deadDevices
  }

  /** The connection is new; `isKept`: the broker kept what it had to (QoS 1, so also every death), but not always the rest. */
  reconnected(isKept: boolean): void {
    if (this.state !== 'alive') return
    if (isKept) this.#isUnconfirmed = true
    else this.#lose()
  }

  /** Whether the node has to tell anew what it is. A dead one does so by itself when it comes back. */
  get needsBirth(): boolean {
    return this.state === 'unknown' || this.state === 'out-of-sequence' || this.#isUnconfirmed
  }

  take(message: NodeMessage): Taken {
    const taken: Taken = { channels: [], at: [], values: [], quality: [], rejected: new Map() }
    switch (message.type) {
      case 'NBIRTH':
        this.#births.clear()
        this.#deadDevices.clear()
        this.#isUnconfirmed = false
        this.#next = followerOf(message.payload.seq)
        this.#bdSeq = bdSeqOf(message.payload)
        this.state = 'alive'
        this.#birth(message, taken)
        break
      case 'NDEATH': {
        // The will of an earlier session may come after the birth of the next.
        const bdSeq = bdSeqOf(message.payload)
        if (this.state === 'alive' && this.#bdSeq !== undefined && bdSeq !== undefined && bdSeq !== this.#bdSeq) reject(taken, 'death-of-earlier-session')
        else this.#die()
        break
      }
      default:
        this.#ofSession(message, taken)
    }
    return taken
  }

  #ofSession(message: NodeMessage, taken: Taken): void {
    const isInOrder = this.#advance(message)
    if (message.type === 'DDEATH') {
      this.#births.delete(message.device)
      if (this.#wanted.has(message.device)) this.#deadDevices.add(message.device)
    } else if (message.type === 'DBIRTH') {
      this.#deadDevices.delete(message.device)
      // Its names and types hold by themselves, whatever is missing.
      this.#birth(message, taken)
      if (!isInOrder) this.#births.delete(message.device)
    } else this.#data(message, taken)
  }

  /** Takes note of the sequence number; false if something is missing before this message. */
  #advance({ payload: { seq }, isRepeated }: NodeMessage): boolean {
    if (this.state === 'dead') this.state = 'unknown'
    if (this.state !== 'alive') return false
    const behind = (this.#next - 1 - seq + SEQUENCE) % SEQUENCE
    if (isRepeated && behind < SEQUENCE / 2) return true
    if (seq !== this.#next) {
      this.#lose()
      return false
    }
    this.#next = followerOf(seq)
    return true
  }

  #lose(): void {
    this.state = 'out-of-sequence'
    this.#births.clear()
    this.#isUnconfirmed = false
  }

  #die(): void {
    this.state = 'dead'
    this.#births.clear()
    this.#deadDevices.clear()
    this.#isUnconfirmed = false
  }

  #birth({ device, payload }: NodeMessage, taken: Taken): void {
    const wantedHere = this.#wanted.get(device)
    const birth: Birth = { byAlias: new Map(), byName: new Map() }
    payload.visit((metric) => {
      if (metric.name === undefined) return reject(taken, 'birth-without-name')
      const wanted = wantedHere?.get(metric.name) ?? UNWANTED
      const known = { datatype: metric.datatype, wanted }
      if (metric.alias !== undefined) birth.byAlias.set(metric.alias, known)
      if (wanted !== UNWANTED) birth.byName.set(metric.name, known)
      use(metric, known, payload.at, taken)
    })
    this.#births.set(device, birth)
  }

  #data({ device, payload }: NodeMessage, taken: Taken): void {
    const wantedHere = this.#wanted.get(device)
    // A device we want nothing of only moves the sequence on.
    if (wantedHere === undefined) return
    const birth = this.#births.get(device)
    payload.visit((metric) => {
      if (metric.name !== undefined) {
        const wanted = wantedHere.get(metric.name)
        if (wanted !== undefined) use(metric, { datatype: birth?.byName.get(metric.name)?.datatype ?? 0, wanted }, payload.at, taken)
        return
      }
      const known = birth?.byAlias.get(metric.alias!)
      if (known !== undefined) return use(metric, known, payload.at, taken)
      if (birth !== undefined) {
        this.#lose()
        reject(taken, 'unknown-alias')
      } else reject(taken, this.state === 'out-of-sequence' ? 'out-of-sequence' : 'data-before-birth')
    })
    if (birth === undefined && this.state === 'alive') this.#lose()
  }
}

const followerOf = (seq: number): number => (seq + 1) % SEQUENCE

function reject(taken: Taken, reason: string): void {
  taken.rejected.set(reason, (taken.rejected.get(reason) ?? 0) + 1)
}

function bdSeqOf(payload: SparkplugPayload): number | undefined {
  let bdSeq: number | undefined
  payload.visit((metric) => {
    if (metric.name !== BIRTH_DEATH_METRIC) return
    const value = metric.value(metric.datatype)
    if (typeof value === 'number') bdSeq = value
  })
  return bdSeq
}

/** Gives the value of a metric to the channels that want it, or says why it cannot be used. */
function use(metric: Metric, { datatype, wanted }: Known, payloadAt: number, taken: Taken): void {
  if (wanted.length === 0) return
  const value = metric.isHistorical && Number.isNaN(metric.at) ? 'historical-without-time' : metric.value(metric.datatype === 0 ? datatype : metric.datatype)
  for (const { index, scale } of wanted) {
    if (typeof value === 'string') {
      reject(taken, value)
      continue
    }
    taken.channels.push(index)
    taken.at.push(Number.isNaN(metric.at) ? payloadAt : metric.at)
    taken.values.push(value * scale)
    taken.quality.push(Number.isNaN(value) ? QUALITY.missing : metric.quality)
  }
}
