import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { isDiskFull } from '#services/sqlite/disk-full.ts'
import { encodeBatch } from '../codec/batch.ts'
import type { AppendResult, Provenance, SampleBatch, Series, TimeSeriesStore } from '../port.ts'
import { lowerBound, part } from './columns.ts'
import type { StoreFiles } from './files.ts'
import { Maintenance } from './maintenance.ts'
import type { EmbeddedOptions } from './reader.ts'
import { EmbeddedReader, type Opened } from './series-reader.ts'
import { transaction } from './transaction.ts'

/** An open import is committed at the latest after so many samples: a crash costs at most that much work. */
const IMPORT_COMMIT_SAMPLES = 4_000_000

export interface WriterOptions extends EmbeddedOptions {
  /** Samples of the journal at which it is packed into blocks; fewer make a fault in between more likely to be met. */
  readonly packSamples?: number
  /** Told once, when a write failed in a way after which the files are trusted only by a new process. */
  onFailure?(error: unknown): void
}

interface Waiting<Input> { input: Input; provenance: Provenance; resolve(result: AppendResult): void; reject(error: unknown): void }

/** The one writer. Calls that come in the same turn of the event loop share one commit, and so one wait for the disk. */
export class EmbeddedStore extends EmbeddedReader implements TimeSeriesStore {
  readonly #files: StoreFiles
  readonly #unlock: () => void
  readonly #maintenance: Maintenance
  #batches: Waiting<SampleBatch>[] = []
  #imports: { waiting: Waiting<unknown>; result: AppendResult }[] = []
  #importedSamples = 0
  #importOpen = false
  #failed: unknown
  readonly #newest = new NewestTimes()
  readonly #onFailure: (error: unknown) => void

  constructor(files: StoreFiles, unlock: () => void, { timeZone, packSamples, onFailure }: WriterOptions) {
    super(() => files, timeZone)
    this.#onFailure = onFailure ?? (() => {})
    this.#files = files
    this.#unlock = unlock
    this.#maintenance = new Maintenance(files, () => this.#ready(), packSamples)
  }

  #ready(): Opened {
    if (this.#failed !== undefined) throw new PenfeldError('PF_STORE_FAILED', 'A write failed before; the store takes no more until the process is started again.', { cause: this.#failed })
    return this.opened()!
  }

  /**
   * What the caller is told of a write that went wrong. For want of room nothing was done, and the same may succeed later.
   * After any other failure nobody knows what is on the disk: the pages of a failed sync are never tried again.
   */
  #fault(cause: unknown): PenfeldError {
    if (cause instanceof PenfeldError) return cause
    const what = cause instanceof Error ? cause.message : String(cause)
    if (isDiskFull(cause)) return new PenfeldError('PF_STORE_FULL', `Nothing was written: ${what}.`, { cause })
    if (this.#failed === undefined) {
      this.#failed = cause
      this.#onFailure(cause)
    }
    return new PenfeldError('PF_STORE_FAILED', `A write failed: ${what}.`, { cause })
  }

  async register(names: readonly string[]): Promise<Int32Array> {
    this.#ready()
    const insert = this.#files.journal.prepare('INSERT INTO points (name) VALUES (?) ON CONFLICT (name) DO NOTHING')
    const known = await this.lookup(names)
    try {
      if (known.includes(-1)) transaction(this.#files.journal, () => names.forEach((name, index) => known[index] === -1 && insert.run(name)))
    } catch (error) {
      throw this.#fault(error)
    }
    return this.lookup(names)
  }

  append(batch: SampleBatch, provenance: Provenance): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#batches.push({ input: batch, provenance, resolve, reject }) === 1) setImmediate(() => this.#commitBatches())
    })
  }

  #commitBatches(): void {
    const waiting = this.#batches
    this.#batches = []
    try {
      const opened = this.#ready()
      const added: { seq: number; batch: SampleBatch; provenance: Provenance; revises: boolean }[] = []
      const results: AppendResult[] = []
      transaction(this.#files.journal, (journal) => {
        const known = new Known(opened, this.#newest)
        for (const { input, provenance } of waiting) {
          const { fresh, revised, deduplicated } = known.sort(input)
          let seq = 0
          for (const [batch, revises] of [[fresh, false], [revised, true]] as const) {
            if (batch.pointIds.length === 0) continue
            seq = insertEntry(journal, batch, provenance, revises)
            added.push({ seq, batch, provenance, revises })
          }
          results.push({ stored: fresh.pointIds.length, revised: revised.pointIds.length, deduplicated, seq })
        }
      })
      for (const { seq, batch, provenance, revises } of added) opened.tail.add({ seq, batch, ...provenance }, revises)
      waiting.forEach(({ resolve }, index) => resolve(results[index]))
    } catch (error) {
      this.#newest.forget()
      // Nothing of this commit was acknowledged. Bad input is the caller's.
      const fault = this.#fault(error)
      waiting.forEach(({ reject }) => reject(fault))
    }
  }

  importSeries(pointId: number, series: Omit<Series, 'recordedAt'>, provenance: Provenance): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      try {
        const opened = this.#ready()
        requireAscending(series.at, pointId)
        if (!this.#importOpen) {
          this.#files.samples.exec('BEGIN IMMEDIATE')
          this.#importOpen = true
          setImmediate(() => this.#commitImports())
        }
        const result = this.#importInto(opened, pointId, series, provenance)
        this.#importedSamples += series.at.length
        this.#imports.push({ waiting: { input: undefined, provenance, resolve, reject }, result })
        if (this.#importedSamples >= IMPORT_COMMIT_SAMPLES) this.#commitImports()
      } catch (error) {
        const fault = this.#fault(error)
        reject(fault)
        // Some errors take the whole transaction back, and with it what others gave.
        if (this.#importOpen && !this.#files.samples.isTransaction) this.#giveUpImports(fault)
      }
    })
  }

  #importInto(opened: Opened, pointId: number, series: Omit<Series, 'recordedAt'>, provenance: Provenance): AppendResult {
    const count = series.at.length
    if (count === 0) return { stored: 0, deduplicated: 0, revised: 0, seq: 0 }
    const whole: Series = { ...series, recordedAt: new Float64Array(count).fill(provenance.recordedAt) }
    const existing = opened.firstValues(pointId, series.at[0], series.at[count - 1] + 1)
    if (existing.at.length === 0) {
      this.#maintenance.writeSeries(pointId, whole)
      return { stored: count, deduplicated: 0, revised: 0, seq: 0 }
    }
    const current = opened.read(pointId, series.at[0], series.at[count - 1] + 1)
    const isKnown = (index: number) => current.at[lowerBound(current.at, series.at[index])] === series.at[index]
    let stored = 0, revised = 0, deduplicated = 0
    for (let start = 0; start < count; ) {
      if (isKnown(start)) {
        const place = lowerBound(current.at, series.at[start])
        if (same(current.values[place], current.quality[place], series.values[start], series.quality[start])) deduplicated++
        else {
          this.#maintenance.writeRevision(pointId, { at: series.at[start], value: series.values[start], quality: series.quality[start], ...provenance, reason: provenance.reason ?? null })
          revised++
        }
        start++
        continue
      }
      let end = start + 1
      while (end < count && !isKnown(end)) end++
      this.#maintenance.writeSeries(pointId, part(whole, start, end))
      stored += end - start
      start = end
    }
    return { stored, deduplicated, revised, seq: 0 }
  }

  #giveUpImports(fault: PenfeldError): void {
    const imports = this.#imports
    this.#imports = []
    this.#importedSamples = 0
    this.#importOpen = false
    this.opened()!.forgetLatest()
    this.#newest.forget()
    for (const { waiting } of imports) waiting.reject(fault)
  }

  #commitImports(): void {
    if (!this.#importOpen) return
    try {
      this.#files.samples.exec('COMMIT')
    } catch (error) {
      if (this.#files.samples.isTransaction) this.#files.samples.exec('ROLLBACK')
      this.#giveUpImports(this.#fault(error))
      return
    }
    const imports = this.#imports
    this.#imports = []
    this.#importedSamples = 0
    this.#importOpen = false
    this.opened()!.forgetLatest()
    this.#newest.forget()
    for (const { waiting, result } of imports) waiting.resolve(result)
  }

  async maintain(budgetMs: number): Promise<boolean> {
    this.#commitImports()
    this.#ready()
    try {
      return this.#maintenance.run(budgetMs)
    } catch (error) {
      throw this.#fault(error)
    }
  }

  override async close(): Promise<void> {
    if (this.#batches.length > 0) this.#commitBatches()
    this.#commitImports()
    await super.close()
    this.#unlock()
  }
}

const same = (leftValue: number, leftQuality: number, rightValue: number, rightQuality: number) => Object.is(leftValue, rightValue) && leftQuality === rightQuality

function insertEntry(journal: DatabaseSync, batch: SampleBatch, { recordedAt, source, reason }: Provenance, revises: boolean): number {
  const { lastInsertRowid } = journal
    .prepare('INSERT INTO journal (recordedAt, source, reason, revises, writtenRealMs, batch) VALUES (?, ?, ?, ?, ?, ?)')
    .run(recordedAt, source, reason ?? null, revises ? 1 : 0, Date.now(), encodeBatch(batch))
  return Number(lastInsertRowid)
}

function requireAscending(at: Float64Array, pointId: number): void {
  for (let index = 0; index < at.length; index++) {
    if (!Number.isSafeInteger(at[index])) throw new PenfeldError('PF_STORE_TIME_INVALID', `Time ${at[index]} of value ${index} is not a whole number of milliseconds.`, { where: `point ${pointId}` })
    if (index > 0 && at[index] <= at[index - 1]) throw new PenfeldError('PF_STORE_TIME_INVALID', `The time of value ${index} is not after the one before it.`, { where: `point ${pointId}` })
  }
}

/** Newest time of each point, kept over commits: asking the files for each value was nine tenths of the work of a commit. */
class NewestTimes {
  /** By point; NaN: not asked yet. */
  #at = new Float64Array(1_024).fill(NaN)

  /**
   * `opened` as it was before the commit began: catching up with the journal in its middle would take for stored what the
   * same commit has only just written, and what a commit that fails takes back.
   */
  of(pointId: number, opened: Opened): number {
    const known = pointId < this.#at.length ? this.#at[pointId] : NaN
    if (known === known) return known
    const newest = opened.newestAt(pointId)
    this.set(pointId, newest)
    return newest
  }

  set(pointId: number, at: number): void {
    if (pointId >= this.#at.length) {
      const longer = new Float64Array(2 * pointId).fill(NaN)
      longer.set(this.#at)
      this.#at = longer
    }
    this.#at[pointId] = at
  }

  /** After an import, or a commit that came to nothing. */
  forget(): void {
    this.#at.fill(NaN)
  }
}

/** Tells new from known during one commit. Live values arrive in order and are decided by the newest time alone. */
class Known {
  readonly #opened: Opened
  readonly #newest: NewestTimes
  readonly #values = new Map<number, Map<number, { value: number; quality: number }>>()

  constructor(opened: Opened, newest: NewestTimes) {
    this.#opened = opened
    this.#newest = newest
  }

  sort(batch: SampleBatch): { fresh: SampleBatch; revised: SampleBatch; deduplicated: number } {
    const count = batch.pointIds.length
    const kind = new Uint8Array(count)
    const late: number[] = []
    for (let index = 0; index < count; index++) {
      const pointId = batch.pointIds[index]
      const at = batch.at[index]
      if (!Number.isSafeInteger(at)) throw new PenfeldError('PF_STORE_TIME_INVALID', `Time ${at} of value ${index} is not a whole number of milliseconds.`, { where: `point ${pointId}` })
      if (!(pointId > 0)) throw new PenfeldError('PF_STORE_TIME_INVALID', `Value ${index} belongs to point ${pointId}, which was never registered.`, { where: `point ${pointId}` })
      if (at > this.#newest.of(pointId, this.#opened)) {
        this.#newest.set(pointId, at)
        this.#values.get(pointId)?.set(at, { value: batch.values[index], quality: batch.quality[index] })
      } else late.push(index)
    }
    // Live values mostly all are new: nothing is copied then.
    if (late.length === 0) return { fresh: batch, revised: NO_SAMPLES, deduplicated: 0 }
    this.#decide(batch, late, kind)
    return { fresh: choose(batch, kind, FRESH), revised: choose(batch, kind, REVISED), deduplicated: kind.reduce((sum, code) => sum + (code === KNOWN ? 1 : 0), 0) }
  }

  #decide(batch: SampleBatch, late: number[], kind: Uint8Array): void {
    for (const [pointId, indexes] of Map.groupBy(late, (index) => batch.pointIds[index])) {
      const from = indexes.reduce((earliest, index) => Math.min(earliest, batch.at[index]), Infinity)
      const to = indexes.reduce((last, index) => Math.max(last, batch.at[index]), -Infinity) + 1
      let known = this.#values.get(pointId)
      if (known === undefined) this.#values.set(pointId, (known = new Map()))
      const stored = this.#opened.read(pointId, from, to)
      for (let index = 0; index < stored.at.length; index++) if (!known.has(stored.at[index])) known.set(stored.at[index], { value: stored.values[index], quality: stored.quality[index] })
      // Values of this very batch that were taken as new above are known to the ones that repeat them.
      const isLate = new Set(indexes)
      for (let index = 0; index < batch.pointIds.length; index++) {
        if (batch.pointIds[index] === pointId && !isLate.has(index) && !known.has(batch.at[index])) known.set(batch.at[index], { value: batch.values[index], quality: batch.quality[index] })
      }
      for (const index of indexes) {
        const before = known.get(batch.at[index])
        kind[index] = before === undefined ? FRESH : same(before.value, before.quality, batch.values[index], batch.quality[index]) ? KNOWN : REVISED
        known.set(batch.at[index], { value: batch.values[index], quality: batch.quality[index] })
      }
    }
  }
}

const NO_SAMPLES: SampleBatch = { pointIds: new Int32Array(0), at: new Float64Array(0), values: new Float64Array(0), quality: new Uint8Array(0) }
const FRESH = 0
const KNOWN = 1
const REVISED = 2

function choose(batch: SampleBatch, kind: Uint8Array, wanted: number): SampleBatch {
  const indexes = Uint32Array.from(kind.keys()).filter((index) => kind[index] === wanted)
  return {
    pointIds: Int32Array.from(indexes, (index) => batch.pointIds[index]),
    at: Float64Array.from(indexes, (index) => batch.at[index]),
    values: Float64Array.from(indexes, (index) => batch.values[index]),
    quality: Uint8Array.from(indexes, (index) => batch.quality[index]),
  }
}

