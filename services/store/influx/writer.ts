import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { isDiskFull } from '#services/sqlite/disk-full.ts'
import { insertEntry } from '../journal/entry.ts'
import { Known, requireAscending, same, type KnownValue } from '../journal/known.ts'
import { NewestTimes } from '../journal/newest-times.ts'
import { transaction } from '../journal/transaction.ts'
import type { AppendResult, ImportedSeries, Provenance, SampleBatch, Series, TimeSeriesStore } from '../port.ts'
import { joined, lowerBound } from '../series/columns.ts'
import type { InfluxClient } from './client.ts'
import { decideEntries } from './decide.ts'
import { eraseFromFiles } from './erase-local.ts'
import type { InfluxFiles } from './files.ts'
import { entryBytes, Forwarder, type ForwarderOptions } from './forwarder.ts'
import type { QuarantinedLine } from './forwarding-file.ts'
import { Measurement } from './influxql.ts'
import { REVISES, UNDECIDED } from './lane.ts'
import { LineStarts } from './line-protocol.ts'
import { LocalPart } from './local-part.ts'
import { NewestKnown } from './newest-known.ts'
import { InfluxReader } from './reader.ts'
import { addRevision } from './revision-rows.ts'
import type { ForwardingStatus } from './status.ts'

interface Waiting { readonly batch: SampleBatch; readonly provenance: Provenance; resolve(result: AppendResult): void; reject(error: unknown): void }
/** What was found stored of the late values of a batch; undecided: the server could not be asked. */
interface Found { readonly stored: ReadonlyMap<number, Series>; readonly undecided: boolean }
const NOTHING_FOUND: Found = { stored: new Map(), undecided: false }

/** How long a source waits to hear whether a late value is known. */
const LOOKUP_TIMEOUT_MS = 3_000
const IMPORTS_AT_ONCE = 4
const IMPORT_LINES = 8_192
const KEEP_NEWEST_EVERY_MS = 60_000
/** An erasure waits so long for what is on its way to the server. */
const ERASE_WAIT_MS = 10_000
/** Forwarded entries stay in the journal so long (real time): who follows it may be down for a while. */
const JOURNAL_KEPT_MS = 3_600_000
/** A file of this name asks the writer to send the quarantine again. */
export const RETRY_QUARANTINE = 'retry-quarantine'

export interface InfluxWriterOptions extends ForwarderOptions {
  /** Values of a backlog held in memory. */
  readonly recentSamples?: number
  /** Told once, when a write to the journal failed in a way after which it is trusted only by a new process. */
  onFailure?(error: unknown): void
}

/** The one writer: acknowledges when the journal is on the disk, and brings it to the server by and by. */
export class InfluxStore extends InfluxReader implements TimeSeriesStore {
  readonly #files: InfluxFiles
  readonly #unlock: () => void
  readonly #part: LocalPart
  readonly #folder: string
  readonly #lookup: Measurement
  readonly #newestKnown: NewestKnown
  readonly #newest: NewestTimes
  readonly #starts: LineStarts
  readonly #forwarder: Forwarder
  #waiting: Waiting[] = []
  #late: Waiting[] = []
  #lookingUp: Promise<void> | undefined
  #importsRunning = 0
  readonly #importsWaiting: (() => void)[] = []
  #failed: unknown
  readonly #onFailure: (error: unknown) => void
  #closing = false
  #keptMs = performance.now()

  constructor(folder: string, files: InfluxFiles, unlock: () => void, client: InfluxClient, measurementName: string, timeZone: string, options: InfluxWriterOptions = {}) {
    super(() => undefined, client, measurementName, timeZone)
    this.#folder = folder
    this.#onFailure = options.onFailure ?? (() => {})
    this.#files = files
    this.#unlock = unlock
    this.#part = new LocalPart(files, options.recentSamples)
    this.#part.refresh()
    this.#lookup = new Measurement(client, measurementName, LOOKUP_TIMEOUT_MS)
    this.#newestKnown = new NewestKnown(files.forwarding, files.journal)
    this.#newest = new NewestTimes((pointId) => this.#newestKnown.of(pointId))
    this.#starts = new LineStarts(measurementName, (pointId) => this.#part.points.of(pointId)!)
    this.#forwarder = new Forwarder(client, this.#part, measurementName, this.#starts, {
      connected: () => this.#connected(),
      decide: (seqs) => decideEntries(seqs, files.journal, this.#part, this.measurement, this.#forwarder.revised),
    }, options)
    this.#forwarder.start()
  }

  protected override local(): LocalPart {
    if (this.#closing) throw new PenfeldError('PF_STORE_CLOSED', 'The store is closed.')
    return this.#part
  }

  #ready(): LocalPart {
    if (this.#failed !== undefined) throw new PenfeldError('PF_STORE_FAILED', 'A write failed before; the store takes no more until the process is started again.', { cause: this.#failed })
    return this.local()
  }

  /** In a folder that is new the points and their newest times are those of the server. */
  async #connected(): Promise<void> {
    if (this.#newestKnown.serverKnown) return
    const found: { name: string; at: number }[] = []
    await this.measurement.newest('all', (name, { at }) => found.push({ name, at: at[at.length - 1] }))
    if (this.#closing) return
    const ids = await this.register(found.map(({ name }) => name).sort())
    const idOf = new Map([...ids.keys()].map((index) => [this.#part.points.of(ids[index])!, ids[index]]))
    for (const { name, at } of found) this.#newestKnown.set(idOf.get(name)!, at)
    this.#newestKnown.serverTold(this.#part.headSeq)
    this.#newest.forget()
  }

  async register(names: readonly string[]): Promise<Int32Array> {
    this.#ready()
    const insert = this.#files.journal.prepare('INSERT INTO points (name) VALUES (?) ON CONFLICT (name) DO NOTHING')
    const known = await this.lookup(names)
    if (known.includes(-1)) transaction(this.#files.journal, () => names.forEach((name, index) => known[index] === -1 && insert.run(name)))
    return this.lookup(names)
  }

  append(batch: SampleBatch, provenance: Provenance): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      const highest = batch.pointIds.reduce((most, pointId) => Math.max(most, pointId), 0)
      if (highest > 0 && this.#part.points.of(highest) === undefined) {
        reject(new PenfeldError('PF_STORE_TIME_INVALID', `A value belongs to point ${highest}, which was never registered.`, { where: `point ${highest}` }))
        return
      }
      if (this.#forwarder.backlogBytes + entryBytes(batch.pointIds.length) > this.client.settings.backlogBytes) {
        this.#forwarder.refusedFull++
        reject(new PenfeldError('PF_STORE_BACKLOG_FULL', `${Math.round(this.#forwarder.backlogBytes / 2 ** 20)} MiB wait for InfluxDB.`, { where: this.#folder }))
        return
      }
      if (this.#waiting.push({ batch, provenance, resolve, reject }) === 1) setImmediate(() => this.#commitWaiting())
    })
  }

  #commitWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    const direct: Waiting[] = []
    for (const one of waiting) (this.#isLate(one.batch) ? this.#late : direct).push(one)
    if (direct.length > 0) this.#commit(direct.map((one) => ({ ...one, found: NOTHING_FOUND })))
    if (this.#late.length > 0) this.#lookingUp ??= this.#commitLate().finally(() => (this.#lookingUp = undefined))
  }

  #isLate({ pointIds, at }: SampleBatch): boolean {
    for (let index = 0; index < pointIds.length; index++) if (!(at[index] > this.#newest.of(pointIds[index]))) return true
    return false
  }

  /** Late values are looked for in the journal and at the server, those of others waiting meanwhile go on. */
  async #commitLate(): Promise<void> {
    while (this.#late.length > 0) {
      const late = this.#late
      this.#late = []
      try {
        // What the server takes while it is asked must not vanish from memory before the commit.
        await this.#part.holding(async () => {
          const items = []
          for (const one of late) items.push({ ...one, found: await this.#find(one.batch) })
          this.#commit(items)
        })
      } catch (error) {
        for (const { reject } of late) reject(error)
      }
    }
  }

  async #find({ pointIds, at }: SampleBatch): Promise<Found> {
    const ranges = new Map<number, { from: number; to: number }>()
    const times = new Map<number, number[]>()
    for (let index = 0; index < pointIds.length; index++) {
      const pointId = pointIds[index]
      if (at[index] > this.#newest.of(pointId)) continue
      const range = ranges.get(pointId)
      if (range === undefined) {
        ranges.set(pointId, { from: at[index], to: at[index] + 1 })
        times.set(pointId, [at[index]])
      } else {
        range.from = Math.min(range.from, at[index])
        range.to = Math.max(range.to, at[index] + 1)
        times.get(pointId)!.push(at[index])
      }
    }
    const stored = await this.#ready().unforwarded(ranges)
    const unknown: { pointId: number; name: string; from: number; to: number }[] = []
    for (const [pointId, wanted] of times) {
      const here = stored.get(pointId)
      const missing = here === undefined ? wanted : wanted.filter((time) => here.at[lowerBound(here.at, time)] !== time)
      const name = missing.length === 0 ? undefined : this.#part.points.of(pointId)
      if (name !== undefined) unknown.push({ pointId, name, from: missing.reduce((least, time) => Math.min(least, time), Infinity), to: missing.reduce((most, time) => Math.max(most, time), -Infinity) + 1 })
    }
    if (unknown.length === 0) return { stored, undecided: false }
    if (!this.#forwarder.answers) return { stored, undecided: true }
    try {
      const idOf = new Map(unknown.map(({ name, pointId }) => [name, pointId]))
      const ofServer = new Map<number, Series[]>()
      await this.#lookup.readRanges(unknown, (name, series) => {
        const pointId = idOf.get(name)
        if (pointId !== undefined) ofServer.set(pointId, [...(ofServer.get(pointId) ?? []), series])
      })
      for (const [pointId, parts] of ofServer) stored.set(pointId, joined([...parts, ...(stored.has(pointId) ? [stored.get(pointId)!] : [])]))
      return { stored, undecided: false }
    } catch (error) {
      if (!(error instanceof PenfeldError)) throw error
      return { stored, undecided: true }
    }
  }

  #commit(items: readonly (Waiting & { readonly found: Found })[]): void {
    try {
      const part = this.#ready()
      const added: { seq: number; batch: SampleBatch; recordedAt: number }[] = []
      const revised: { batch: SampleBatch; recordedAt: number; seq: number }[] = []
      const results: AppendResult[] = []
      transaction(this.#files.journal, (journal) => {
        let found = NOTHING_FOUND
        const known = new Known((pointId, from, to) => {
          const stored = found.stored.get(pointId)
          // Entries that came since the look-up are in memory.
          const recent = part.recent.read(pointId, from, to)
          return joined([...(stored === undefined ? [] : [stored]), ...(recent === undefined ? [] : [recent])])
        }, this.#newest)
        for (const item of items) {
          found = item.found
          const { provenance } = item
          const sorted = known.sort(item.batch, provenance.recordedAt)
          let seq = 0
          if (sorted.fresh.pointIds.length > 0) {
            seq = insertWithTimes(journal, sorted.fresh, provenance, found.undecided ? UNDECIDED : 0)
            added.push({ seq, batch: sorted.fresh, recordedAt: provenance.recordedAt })
          }
          if (sorted.revised.pointIds.length > 0) {
            seq = insertWithTimes(journal, sorted.revised, provenance, REVISES)
            insertRevisions(journal, seq, sorted.revised, sorted.before, provenance)
            added.push({ seq, batch: sorted.revised, recordedAt: provenance.recordedAt })
            revised.push({ seq, batch: sorted.revised, recordedAt: provenance.recordedAt })
          }
          results.push({ stored: sorted.fresh.pointIds.length, revised: sorted.revised.pointIds.length, deduplicated: sorted.deduplicated, seq })
        }
      })
      for (const { seq, batch, recordedAt } of revised) {
        batch.pointIds.forEach((pointId, index) => this.#forwarder.revised.set(pointId, batch.at[index], { value: batch.values[index], quality: batch.quality[index], recordedAt, seq }))
      }
      for (const { seq, batch, recordedAt } of added) {
        part.added(seq, batch, recordedAt)
        this.#newestKnown.add(batch)
        this.#forwarder.added(entryBytes(batch.pointIds.length))
      }
      items.forEach(({ resolve }, index) => resolve(results[index]))
    } catch (error) {
      this.#newest.forget()
      // Nothing of this commit was acknowledged. Bad input is the caller's; want of room is waited for; any other failed write ends the trust in the file.
      const fault = error instanceof PenfeldError ? error : isDiskFull(error) ? new PenfeldError('PF_STORE_FULL', `Nothing was written: ${String(error)}.`, { cause: error }) : new PenfeldError('PF_STORE_FAILED', `A write failed: ${String(error)}.`, { cause: error })
      if (fault.code === 'PF_STORE_FAILED' && this.#failed === undefined) {
        this.#failed = error
        this.#onFailure(error)
      }
      items.forEach(({ reject }) => reject(fault))
    }
  }

  /** History goes to the server without the journal: it resolves when the server has it, and waits for a server that is away. */
  async importSeries(pointId: number, series: ImportedSeries, provenance: Provenance): Promise<AppendResult> {
    requireAscending(series.at, pointId)
    const count = series.at.length
    if (count === 0) return { stored: 0, deduplicated: 0, revised: 0, seq: 0 }
    await this.#importTurn()
    try {
      await this.#forwarder.whenConnected()
      this.#newestKnown.importBegins()
      const current = await this.#untilAnswered(() => this.read(pointId, series.at[0], series.at[count - 1] + 1))
      const kind = new Uint8Array(count)
      let deduplicated = 0
      for (let index = 0; index < count; index++) {
        const place = lowerBound(current.at, series.at[index])
        if (current.at[place] !== series.at[index]) continue
        kind[index] = same(current.values[place], current.quality[place], series.values[index], series.quality[index]) ? 1 : 2
        if (kind[index] === 1) deduplicated++
      }
      const indexesOf = (wanted: number) => new Uint32Array(count).map((_, index) => index).filter((index) => kind[index] === wanted)
      const chosen = (indexes: Uint32Array): SampleBatch => {
        return {
          pointIds: new Int32Array(indexes.length).fill(pointId), at: Float64Array.from(indexes, (index) => series.at[index]),
          values: Float64Array.from(indexes, (index) => series.values[index]), quality: Uint8Array.from(indexes, (index) => series.quality[index]),
        }
      }
      const freshIndexes = indexesOf(0)
      const fresh = chosen(freshIndexes)
      const { recordedAt } = series
      const recordedAtOf = recordedAt === undefined ? undefined : Float64Array.from(freshIndexes, (index) => recordedAt[index])
      const sending: Promise<void>[] = []
      for (let from = 0; from < fresh.at.length; from += IMPORT_LINES) {
        sending.push(this.#forwarder.sendImport({ seq: 0, batch: fresh, recordedAt: provenance.recordedAt, recordedAtOf, from, to: Math.min(fresh.at.length, from + IMPORT_LINES) }))
      }
      await Promise.all(sending)
      this.#newestKnown.add(fresh)
      if (fresh.at.length > 0) this.#newest.forget()
      const changed = chosen(indexesOf(2))
      const result = changed.at.length === 0 ? undefined : await this.append(changed, provenance)
      return { stored: fresh.at.length, deduplicated: deduplicated + (result?.deduplicated ?? 0), revised: result?.revised ?? 0, seq: 0 }
    } finally {
      this.#importsRunning--
      this.#importsWaiting.shift()?.()
    }
  }

  async #importTurn(): Promise<void> {
    while (this.#importsRunning >= IMPORTS_AT_ONCE) await new Promise<void>((resolve) => this.#importsWaiting.push(resolve))
    this.#importsRunning++
  }

  async #untilAnswered<Result>(ask: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        if (!(error instanceof PenfeldError) || error.code !== 'PF_STORE_UNAVAILABLE' || this.#closing) throw error
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
  }

  /**
   * First all that is on its way arrives, so that nothing comes after the deletion. The server takes the bytes from its disk when it
   * next compacts its files.
   */
  async erase(pointIds: Int32Array, from: number, to: number): Promise<number> {
    if (this.#waiting.length > 0) this.#commitWaiting()
    await this.#lookingUp
    await within(this.#forwarder.forwarded(), ERASE_WAIT_MS)
    const part = this.#ready()
    const points = new Set(pointIds)
    let removed = 0
    for (const pointId of points) {
      const point = part.points.of(pointId)
      if (point === undefined) continue
      removed += (await this.read(pointId, from, to)).at.length
      await this.measurement.erase(point, from, to)
    }
    return removed + (await eraseFromFiles(this.#files, points, from, to))
  }

  async maintain(): Promise<boolean> {
    this.#ready()
    const retry = join(this.#folder, RETRY_QUARANTINE)
    if (existsSync(retry)) {
      rmSync(retry)
      await this.#forwarder.retryQuarantined()
    }
    if (performance.now() - this.#keptMs < KEEP_NEWEST_EVERY_MS) return false
    this.#keptMs = performance.now()
    if (this.#importsRunning === 0) this.#newestKnown.keep(this.#part.headSeq)
    this.#forgetJournal()
    return false
  }

  #forgetJournal(): void {
    const before = Date.now() - JOURNAL_KEPT_MS
    const last = this.#files.journal.prepare('SELECT max(seq) AS seq FROM journal WHERE seq <= ? AND writtenRealMs < ?').get(this.#part.taken.upTo, before) as { seq: number | null }
    if (last.seq === null) return
    transaction(this.#files.journal, (journal) => {
      journal.prepare('DELETE FROM journal WHERE seq <= ?').run(last.seq)
      journal.prepare('DELETE FROM entry_times WHERE seq <= ?').run(last.seq)
    })
    this.#files.forwarding.prepare('DELETE FROM taken_times WHERE seq <= ?').run(last.seq)
  }

  /** Resolves when all that is in the journal now is at the server (or in quarantine). */
  forwarded(): Promise<void> {
    return this.#forwarder.forwarded()
  }

  status(): ForwardingStatus {
    return this.#forwarder.status()
  }

  quarantined(): readonly QuarantinedLine[] {
    return this.#forwarder.file.quarantined()
  }

  retryQuarantined(): Promise<{ taken: number; refused: number }> {
    return this.#forwarder.retryQuarantined()
  }

  override async close(): Promise<void> {
    if (this.#closing) return
    if (this.#waiting.length > 0) this.#commitWaiting()
    await this.#lookingUp
    await this.#forwarder.stop()
    if (this.#importsRunning === 0) this.#newestKnown.keep(this.#part.headSeq)
    this.#closing = true
    await super.close()
    this.#files.close()
    this.#unlock()
  }
}

/** A server that is away cannot be made to forget: the caller tries again. */
async function within(arrived: Promise<void>, mostMs: number): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new PenfeldError('PF_STORE_UNAVAILABLE', 'What waits for InfluxDB has not arrived there; nothing is erased before it has.', { where: 'INFLUX_URL' })), mostMs)
  try {
    await Promise.race([arrived, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function insertWithTimes(journal: DatabaseSync, batch: SampleBatch, provenance: Provenance, revises: number): number {
  const seq = insertEntry(journal, batch, provenance, revises)
  let from = Infinity
  let to = -Infinity
  for (const time of batch.at) {
    if (time < from) from = time
    if (time > to) to = time
  }
  journal.prepare('INSERT INTO entry_times VALUES (?, ?, ?)').run(seq, from, to)
  return seq
}

function insertRevisions(journal: DatabaseSync, seq: number, batch: SampleBatch, before: readonly KnownValue[], { recordedAt, source, reason }: Provenance): void {
  const add = addRevision(journal)
  for (let index = 0; index < batch.pointIds.length; index++) {
    add(batch.pointIds[index], batch.at[index], before[index], { value: batch.values[index], quality: batch.quality[index], recordedAt, source, reason: reason ?? null, seq })
  }
}
