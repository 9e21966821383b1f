import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { isDiskFull } from '#services/sqlite/disk-full.ts'
import type { AppendResult, ImportedSeries, Provenance, SampleBatch, Series, TimeSeriesStore } from '../port.ts'
import { insertEntry } from '../journal/entry.ts'
import { emptySideFiles, rewriteJournal } from '../journal/erase-entries.ts'
import { Known, requireAscending, same } from '../journal/known.ts'
import { NewestTimes } from '../journal/newest-times.ts'
import { lowerBound, part } from '../series/columns.ts'
import { eraseValues } from './erase.ts'
import type { StoreFiles } from './files.ts'
import { Maintenance } from './maintenance.ts'
import type { EmbeddedOptions } from './reader.ts'
import { EmbeddedReader, type Opened } from './series-reader.ts'
import { transaction } from '../journal/transaction.ts'

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
  readonly #newest: NewestTimes
  readonly #onFailure: (error: unknown) => void

  constructor(files: StoreFiles, unlock: () => void, { timeZone, packSamples, onFailure }: WriterOptions) {
    super(() => files, timeZone)
    this.#onFailure = onFailure ?? (() => {})
    this.#files = files
    this.#unlock = unlock
    this.#newest = new NewestTimes((pointId) => this.#ready().newestAt(pointId))
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
      // Before anything is written: looking up a time catches up with the journal, and would meet what this commit puts there.
      const known = new Known((pointId, from, to) => opened.read(pointId, from, to), this.#newest)
      const sorted = waiting.map(({ input, provenance }) => known.sort(input, provenance.recordedAt))
      transaction(this.#files.journal, (journal) => {
        for (const [index, { provenance }] of waiting.entries()) {
          const { fresh, revised, deduplicated } = sorted[index]
          let seq = 0
          for (const [batch, revises] of [[fresh, false], [revised, true]] as const) {
            if (batch.pointIds.length === 0) continue
            seq = insertEntry(journal, batch, provenance, revises ? 1 : 0)
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

  importSeries(pointId: number, series: ImportedSeries, provenance: Provenance): Promise<AppendResult> {
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

  #importInto(opened: Opened, pointId: number, series: ImportedSeries, provenance: Provenance): AppendResult {
    const count = series.at.length
    if (count === 0) return { stored: 0, deduplicated: 0, revised: 0, seq: 0 }
    const whole: Series = { ...series, recordedAt: series.recordedAt ?? new Float64Array(count).fill(provenance.recordedAt) }
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

  async erase(pointIds: Int32Array, from: number, to: number): Promise<number> {
    if (this.#batches.length > 0) this.#commitBatches()
    this.#commitImports()
    this.#ready()
    try {
      const points = new Set(pointIds)
      // In slices, while values come in and are packed; then blocks and memory in one piece, from what the journal holds by now.
      await rewriteJournal(this.#files.journal, points, from, to)
      if (this.#batches.length > 0) this.#commitBatches()
      this.#commitImports()
      const opened = this.#ready()
      this.#maintenance.beginAnew()
      const removed = await eraseValues(this.#files, opened, points, from, to)
      this.#newest.forget()
      await emptySideFiles([this.#files.journal, this.#files.samples])
      return removed
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
