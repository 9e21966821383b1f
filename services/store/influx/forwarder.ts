import { setTimeout as pause } from 'node:timers/promises'
import type { StatementSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { decodeBatch } from '../codec/batch.ts'
import type { JournalRow } from '../journal/entry.ts'
import type { InfluxClient, WriteResult } from './client.ts'
import { ForwardingFile } from './forwarding-file.ts'
import { isolate, NotNow } from './isolate.ts'
import { Lane, UNDECIDED } from './lane.ts'
import type { Lines, LineStarts } from './line-protocol.ts'
import type { LocalPart } from './local-part.ts'
import { halves, linesOf, parcelOf, type Parcel, type PoisonLine, type Slice } from './parcel.ts'
import { RevisedValues } from './revised-values.ts'
import { writeStatus, type ForwardingState, type ForwardingStatus } from './status.ts'

export interface ForwarderOptions {
  /** Most lines of one request. */
  readonly lines?: number
  readonly requestTimeoutMs?: number
  /** Requests under way at the same time. */
  readonly requests?: number
  readonly longestPauseMs?: number
  /** Between attempts while token or rights are wrong. */
  readonly deniedPauseMs?: number
}

const DEFAULTS: Required<ForwarderOptions> = { lines: 8_192, requestTimeoutMs: 30_000, requests: 3, longestPauseMs: 30_000, deniedPauseMs: 60_000 }
const FEWEST_LINES = 64
/** New entries wait so long for company. */
const COMPANY_MS = 50
/** A live entry that waits longer has become part of a backlog: newer ones go before it. */
const BACKLOG_AFTER_MS = 2_000
const FIRST_PAUSE_MS = 250
const LONGEST_ASKED_PAUSE_MS = 300_000
const STATUS_EVERY_MS = 1_000

/** What the forwarder needs to decide entries that were taken while the server could not be asked. */
export interface Decider {
  /** The server answered for the first time since the start. */
  connected(): Promise<void>
  /** Rewrites the entries as what they are by what the server has. */
  decide(seqs: readonly number[]): Promise<void>
}

/**
 * Brings the journal to the server. An entry counts as forwarded when the server has answered 204 to every line of it, or the line
 * is in quarantine; then and only then the cursor moves. New entries go before a backlog; entries with revisions go alone, after
 * everything that was under way.
 */
export class Forwarder {
  readonly revised = new RevisedValues()
  readonly file: ForwardingFile
  readonly #client: InfluxClient
  readonly #local: LocalPart
  readonly #starts: LineStarts
  readonly #decider: Decider
  readonly #options: Required<ForwarderOptions>
  readonly #measurementName: string
  readonly #rowAt: StatementSync
  readonly #writtenAt: StatementSync
  readonly #live: Lane
  readonly #backlog: Lane[]
  readonly #again: Parcel[] = []
  /** Sequence numbers that wait to go alone. */
  #apart: number[] = []
  #undecided: number[] = []
  /** Samples of each entry under way that are not taken yet. */
  readonly #missing = new Map<number, number>()
  readonly #imports: { parcel: Parcel; resolve(): void; reject(error: unknown): void }[] = []
  readonly #waiting: { seq: number; resolve(): void }[] = []
  #underWay = 0
  #alone = false
  #lines: number
  #stopped = false
  #connected = false
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #pausedUntilMs = 0
  readonly #statusTimer: NodeJS.Timeout
  #state: ForwardingState = 'starting'
  #lastError: string | undefined
  #sinceRealMs = Date.now()
  #quarantined: number
  #forwarded = 0
  #backlogBytes: number
  refusedFull = 0

  constructor(client: InfluxClient, local: LocalPart, measurementName: string, starts: LineStarts, decider: Decider, options: ForwarderOptions = {}) {
    this.#client = client
    this.#local = local
    this.#starts = starts
    this.#decider = decider
    this.#measurementName = measurementName
    this.#options = { ...DEFAULTS, ...options }
    this.#lines = this.#options.lines
    this.file = new ForwardingFile(local.files.forwarding)
    this.#quarantined = this.file.quarantinedCount()
    const { journal } = local.files
    this.#rowAt = journal.prepare('SELECT seq, recordedAt, source, reason, revises, batch FROM journal WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT 1')
    this.#writtenAt = journal.prepare('SELECT seq, writtenRealMs FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1')
    this.#backlog = local.taken.gaps(local.headSeq).map(({ from, to }) => new Lane(this.#rowAt, from, to))
    this.#live = new Lane(this.#rowAt, local.headSeq + 1)
    this.#backlogBytes = this.#measureBacklog()
    this.revised.load(journal, local.taken.upTo)
    this.#statusTimer = setInterval(() => this.#writeStatus(), STATUS_EVERY_MS).unref()
  }

  #measureBacklog(): number {
    const { files, taken, headSeq } = this.#local
    const bytes = files.journal.prepare('SELECT sum(length(batch)) AS bytes FROM journal WHERE seq >= ? AND seq <= ?')
    return taken.gaps(headSeq).reduce((sum, { from, to }) => sum + ((bytes.get(from, to) as { bytes: number | null }).bytes ?? 0), 0)
  }

  get backlogBytes(): number {
    return this.#backlogBytes
  }

  /** False once a request has failed and none has succeeded since. */
  get answers(): boolean {
    return this.#state === 'well' || this.#state === 'starting'
  }

  /** A new entry is in the journal. */
  added(bytes: number): void {
    this.#backlogBytes += bytes
    this.#wake(COMPANY_MS)
  }

  start(): void {
    this.#wake(0)
  }

  /** Lines that are no part of the journal; resolves when they are taken or in quarantine. */
  sendImport(slice: Slice): Promise<void> {
    if (this.#stopped) return Promise.reject(closed())
    return new Promise((resolve, reject) => {
      this.#imports.push({ parcel: parcelOf([slice]), resolve, reject })
      this.#wake(0)
    })
  }

  /** Resolves when everything that is in the journal now is taken or in quarantine. */
  forwarded(): Promise<void> {
    const seq = this.#local.headSeq
    if (this.#local.taken.upTo >= seq) return Promise.resolve()
    this.#wake(0)
    return new Promise((resolve) => this.#waiting.push({ seq, resolve }))
  }

  /** Resolves when the server has answered once since the start. */
  async whenConnected(): Promise<void> {
    while (!this.#connected) {
      if (this.#stopped) throw closed()
      await pause(20)
    }
  }

  #wake(inMs: number): void {
    if (this.#stopped || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#pump()
    }, Math.max(inMs, this.#pausedUntilMs - performance.now()))
  }

  #pump(): void {
    // While the server fails one request at a time tries it.
    const most = this.#failures > 0 || !this.#connected ? 1 : this.#options.requests
    while (!this.#stopped && !this.#alone && this.#underWay < most) {
      if (performance.now() < this.#pausedUntilMs) return this.#wake(0)
      if (!this.#connected) {
        this.#goAlone(async () => {
          await this.#client.prepare()
          await this.#decider.connected()
          this.#connected = true
          this.#well()
        })
        return
      }
      const parcel = this.#again.shift() ?? this.#next()
      if (parcel !== undefined) {
        void this.#send(parcel)
        continue
      }
      const history = this.#apart.length + this.#undecided.length > 0 ? undefined : this.#imports.shift()
      if (history !== undefined) {
        void this.#sendImport(history)
        continue
      }
      if (this.#underWay > 0) return
      if (this.#undecided.length > 0) this.#goAlone(async () => this.#decide())
      else if (this.#apart.length > 0) this.#goAlone(async () => this.#sendApart())
      return
    }
  }

  #next(): Parcel | undefined {
    // Who waits to go alone waits for what is under way: no more is begun before it.
    if (this.#apart.length + this.#undecided.length > 0) return undefined
    this.#demote()
    const take = (lane: Lane) => lane.take(this.#lines, this.#local.taken, (seq, revises) => (revises === UNDECIDED ? this.#undecided : this.#apart).push(seq), (seq, samples) => this.#missing.set(seq, samples))
    let slices = take(this.#live)
    while (slices.length === 0 && this.#backlog.length > 0) {
      slices = take(this.#backlog[0])
      if (slices.length === 0) this.#backlog.shift()
      // The lane may have ended with entries that go alone.
      if (this.#apart.length + this.#undecided.length > 0) break
    }
    return slices.length === 0 ? undefined : parcelOf(slices)
  }

  /** What waited too long becomes backlog. */
  #demote(): void {
    const oldest = this.#writtenAt.get(this.#live.next) as { seq: number; writtenRealMs: number } | undefined
    if (oldest !== undefined && Date.now() - oldest.writtenRealMs > BACKLOG_AFTER_MS) this.#backlog.push(this.#live.split(this.#local.headSeq))
  }

  async #send(parcel: Parcel): Promise<void> {
    this.#underWay++
    const rest = await this.#write(parcel)
    if (rest !== undefined) this.#again.push(rest)
    this.#underWay--
    this.#pump()
  }

  async #sendImport(history: { parcel: Parcel; resolve(): void; reject(error: unknown): void }): Promise<void> {
    this.#underWay++
    const rest = await this.#write(history.parcel)
    if (rest === undefined) history.resolve()
    else if (this.#stopped) history.reject(closed())
    else this.#imports.unshift({ ...history, parcel: rest })
    this.#underWay--
    this.#pump()
  }

  /** Returns what the server did not take this time. */
  async #write(parcel: Parcel): Promise<Parcel | undefined> {
    const left = [parcel]
    try {
      for (let one = left[0]; one !== undefined; one = left[0]) {
        const lines = linesOf(one, this.#starts, this.revised)
        const result = await this.#client.write(lines.bytes(), this.#options.requestTimeoutMs)
        let poison: readonly PoisonLine[] = []
        if (result.kind === 'refused') poison = await this.#isolate(lines, result)
        else if (result.kind === 'too-large' && one.count > 1) {
          this.#lines = Math.max(FEWEST_LINES, this.#lines >> 1)
          left.splice(0, 1, ...halves(one))
          continue
        } else if (result.kind === 'too-large') poison = [{ line: 0, why: result.why }]
        else if (result.kind !== 'taken') throw new NotNow(result)
        this.#well()
        await this.#taken(one, poison)
        left.shift()
      }
      return undefined
    } catch (error) {
      this.#failed(error)
      return parcelOf(left.flatMap(({ slices }) => slices))
    }
  }

  #isolate(lines: Lines, refused: Extract<WriteResult, { kind: 'refused' }>): Promise<PoisonLine[]> {
    const timeoutMs = this.#options.requestTimeoutMs
    return isolate(lines, refused, {
      write: (bytes) => this.#client.write(bytes, timeoutMs),
      writeSoundLine: () => this.#client.write(Buffer.from(`${this.#measurementName}_check sound=1i ${Date.now()}\n`), timeoutMs),
    })
  }

  async #taken(parcel: Parcel, poison: readonly PoisonLine[]): Promise<void> {
    const { taken } = this.#local
    const entries: number[] = []
    for (const { seq, batch, from, to } of parcel.slices) {
      if (seq === 0) continue
      const missing = this.#missing.get(seq)! - (to - from)
      this.#missing.set(seq, missing)
      if (missing > 0) continue
      this.#missing.delete(seq)
      taken.add(seq)
      entries.push(seq)
      this.#backlogBytes -= entryBytes(batch.pointIds.length)
    }
    await this.#writeDown(entries, parcel, poison)
    this.#forwarded += parcel.count - poison.length
    this.#quarantined += poison.length
    this.#local.letGo()
    if (!this.revised.isEmpty) this.revised.forget(taken.upTo)
    for (let index = this.#waiting.length - 1; index >= 0; index--) if (this.#waiting[index].seq <= taken.upTo) this.#waiting.splice(index, 1)[0].resolve()
  }

  /** A full disk holds it up, and loses nothing: what is not written down is sent again after a restart. */
  async #writeDown(entries: readonly number[], parcel: Parcel, poison: readonly PoisonLine[]): Promise<void> {
    while (!this.#stopped || poison.length === 0) {
      try {
        return this.file.taken(this.#local.taken, entries, parcel, poison)
      } catch (error) {
        if (this.#stopped) return
        this.#lastError = `The file of what was forwarded cannot be written: ${(error as Error).message}.`
        await pause(1_000)
      }
    }
  }

  #goAlone(work: () => Promise<void>): void {
    this.#alone = true
    this.#underWay++
    void work().catch((error: unknown) => this.#failed(error)).finally(() => {
      this.#alone = false
      this.#underWay--
      this.#pump()
    })
  }

  async #decide(): Promise<void> {
    const some = this.#undecided.slice(0, 50)
    await this.#decider.decide(some)
    this.#backlogBytes = this.#measureBacklog()
    this.#undecided = this.#undecided.slice(some.length)
    this.#apart.push(...some)
    this.#apart.sort((left, right) => left - right)
  }

  /** Entries that revise, in their order, nothing else under way. */
  async #sendApart(): Promise<void> {
    const slices: Slice[] = []
    let count = 0
    let samples = 0
    while (count < this.#apart.length && samples < this.#lines) {
      const seq = this.#apart[count++]
      const row = this.#rowAt.get(seq, seq) as JournalRow | undefined
      if (row === undefined || this.#local.taken.has(seq)) continue
      const batch = decodeBatch(row.batch)
      this.#missing.set(seq, batch.pointIds.length)
      slices.push({ seq, batch, recordedAt: row.recordedAt, from: 0, to: batch.pointIds.length })
      samples += batch.pointIds.length
    }
    const parcel = parcelOf(slices)
    // All of it may have turned out to be known: there is nothing to send then.
    if (parcel.count === 0) await this.#taken(parcel, [])
    else if ((await this.#write(parcel)) !== undefined) return
    this.#apart = this.#apart.slice(count)
  }

  #well(): void {
    this.#failures = 0
    this.#pausedUntilMs = 0
    if (this.#state !== 'well') this.#enter('well', undefined)
  }

  #failed(error: unknown): void {
    if (this.#stopped) return
    const denied = (error instanceof NotNow && error.result.kind === 'denied') || (error instanceof PenfeldError && error.code === 'PF_STORE_DENIED')
    const asked = error instanceof NotNow && error.result.kind === 'later' ? error.result.afterMs : undefined
    const growing = Math.min(this.#options.longestPauseMs, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 20)) * (0.75 + 0.5 * Math.random())
    this.#failures++
    this.#pausedUntilMs = performance.now() + (denied ? this.#options.deniedPauseMs : asked === undefined ? growing : Math.min(asked, LONGEST_ASKED_PAUSE_MS))
    this.#enter(denied ? 'denied' : 'away', error instanceof PenfeldError ? error.detail : (error as Error).message)
  }

  #enter(state: ForwardingState, lastError: string | undefined): void {
    if (state !== this.#state) this.#sinceRealMs = Date.now()
    this.#state = state
    this.#lastError = lastError
    this.#writeStatus()
  }

  status(): ForwardingStatus {
    const { taken, headSeq } = this.#local
    const oldest = this.#writtenAt.get(taken.upTo + 1) as { writtenRealMs: number } | undefined
    return {
      state: this.#state, lastError: this.#lastError, sinceRealMs: this.#sinceRealMs,
      backlogEntries: taken.gaps(headSeq).reduce((sum, { from, to }) => sum + to - from + 1, 0),
      backlogBytes: this.#backlogBytes, lagMs: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.writtenRealMs),
      quarantined: this.#quarantined, forwarded: this.#forwarded, refusedFull: this.refusedFull, undecided: this.#undecided.length, writtenRealMs: Date.now(),
    }
  }

  #writeStatus(): void {
    writeStatus(this.#local.files.forwarding, this.status())
  }

  /** Sends what was refused once more. Returns how many lines were taken and how many are still refused. */
  async retryQuarantined(): Promise<{ taken: number; refused: number }> {
    const rows = this.file.quarantined()
    let taken = 0
    for (let start = 0; start < rows.length; start += this.#lines) {
      const some = rows.slice(start, start + this.#lines)
      const parcel = parcelOf(some.map(({ pointId, at, value, quality, recordedAt }) => ({
        seq: 0, recordedAt, from: 0, to: 1,
        batch: { pointIds: Int32Array.of(pointId), at: Float64Array.of(at), values: Float64Array.of(value), quality: Uint8Array.of(quality) },
      })))
      const everRevised = new RevisedValues()
      everRevised.load(this.#local.files.journal, -1)
      const lines = linesOf(parcel, this.#starts, everRevised)
      const result = await this.#client.write(lines.bytes(), this.#options.requestTimeoutMs)
      const poison = result.kind === 'taken' ? [] : result.kind === 'refused' ? await this.#isolate(lines, result) : undefined
      if (poison === undefined) throw new PenfeldError('PF_STORE_UNAVAILABLE', `InfluxDB takes nothing now: ${(result as { why: string }).why}.`, { where: 'INFLUX_URL' })
      const refused = new Set(poison.map(({ line }) => line))
      this.file.again(some.filter((_, line) => !refused.has(line)).map(({ id }) => id), poison.map(({ line, why }) => ({ id: some[line].id, why })))
      taken += some.length - refused.size
    }
    this.#quarantined = this.file.quarantinedCount()
    this.#writeStatus()
    return { taken, refused: this.#quarantined }
  }

  /** Waits a little for requests under way; what is not taken by then stays in the journal. */
  async stop(withinMs = 2_000): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    clearInterval(this.#statusTimer)
    for (const { reject } of this.#imports.splice(0)) reject(closed())
    const end = performance.now() + withinMs
    while (this.#underWay > 0 && performance.now() < end) await pause(10)
    this.#writeStatus()
  }
}

const closed = () => new PenfeldError('PF_STORE_CLOSED', 'The store is closed.')
/** Size of a batch of so many samples in the journal: see `encodeBatch`. */
export const entryBytes = (samples: number): number => 8 + 21 * samples

