import type { StatementSync } from 'node:sqlite'
import { encodeBlock } from '../codec/block.ts'
import type { Series } from '../port.ts'
import { joined, part } from '../series/columns.ts'
import type { StoreFiles } from './files.ts'
import { emptyHours, HOUR_MS, rollUp } from '../series/hours.ts'
import { CHUNK_MS, chunkOf, decodeHours, encodeHours } from './hours.ts'
import type { Opened } from './series-reader.ts'
import type { TailRevision } from './tail.ts'
import { transaction } from '../journal/transaction.ts'

/** Samples of one block: long enough to compress well, short enough that one day of a series is read quickly. */
const BLOCK_SAMPLES = 8_192
/** The tail becomes blocks when it holds so many samples or its oldest entry is so old (real time). */
const PACK_SAMPLES = 400_000
/** A block of a few samples costs as much as one of many: with many points more are waited for. */
const PACK_SAMPLES_PER_POINT = 24
const PACK_AGE_MS = 3_600_000
/** Packed entries stay in the journal so long (real time): who follows it may be down for a while. */
const JOURNAL_KEPT_MS = 6 * 3_600_000
/** Beyond this size only the hour that the port promises. */
const JOURNAL_LARGE_BYTES = 2 ** 30
const LARGE_JOURNAL_KEPT_MS = 3_600_000
/** A point with so many small blocks gets them joined. */
const SMALL_BLOCK = BLOCK_SAMPLES / 4
const SMALL_BLOCKS = 12

/** Everything that turns the journal into blocks, small blocks into large ones, and samples into hourly roll-ups. */
export class Maintenance {
  readonly #packSamples: number
  readonly #files: StoreFiles
  readonly #opened: () => Opened
  readonly #insertBlock: StatementSync
  readonly #insertRevision: StatementSync
  readonly #upsertLatest: StatementSync
  readonly #reviseLatest: StatementSync
  readonly #due: StatementSync
  readonly #nextDue: StatementSync
  readonly #dueDone: StatementSync
  readonly #hoursAt: StatementSync
  readonly #setHours: StatementSync
  #compacting: number[] | undefined
  #packing: IterableIterator<number> | undefined

  constructor(files: StoreFiles, opened: () => Opened, packSamples = PACK_SAMPLES) {
    this.#packSamples = packSamples
    this.#files = files
    this.#opened = opened
    const { samples } = files
    this.#insertBlock = samples.prepare('INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?)')
    this.#insertRevision = samples.prepare(
      'INSERT INTO revisions SELECT ?1, ?2, 1 + coalesce(max(revision), 0), ?3, ?4, ?5, ?6, ?7 FROM revisions WHERE pointId = ?1 AND at = ?2')
    this.#upsertLatest = samples.prepare(
      'INSERT INTO latest VALUES (?, ?, ?, ?, ?) ON CONFLICT (pointId) DO UPDATE SET at = excluded.at, value = excluded.value, quality = excluded.quality, recordedAt = excluded.recordedAt WHERE excluded.at > at')
    this.#reviseLatest = samples.prepare('UPDATE latest SET value = ?, quality = ?, recordedAt = ? WHERE pointId = ? AND at = ?')
    this.#nextDue = samples.prepare('SELECT pointId, chunkAt, fromAt FROM hours_due LIMIT 1')
    this.#dueDone = samples.prepare('DELETE FROM hours_due WHERE pointId = ? AND chunkAt = ?')
    this.#hoursAt = samples.prepare('SELECT mean, spread FROM hours WHERE pointId = ? AND chunkAt = ?')
    this.#setHours = samples.prepare('INSERT INTO hours VALUES (?, ?, ?, ?) ON CONFLICT (pointId, chunkAt) DO UPDATE SET mean = excluded.mean, spread = excluded.spread')
    this.#due = samples.prepare('INSERT INTO hours_due VALUES (?, ?, ?) ON CONFLICT (pointId, chunkAt) DO UPDATE SET fromAt = min(fromAt, excluded.fromAt)')
  }

  /** Blocks of an ascending series, inside the caller's transaction. */
  writeSeries(pointId: number, series: Series): void {
    this.#writeBlocks(pointId, series)
    const last = series.at.length - 1
    this.#upsertLatest.run(pointId, series.at[last], orNull(series.values[last]), series.quality[last], series.recordedAt[last])
    for (let chunkAt = chunkOf(series.at[0]); chunkAt <= series.at[last]; chunkAt += CHUNK_MS) {
      this.#due.run(pointId, chunkAt, Math.max(chunkAt, Math.floor(series.at[0] / HOUR_MS) * HOUR_MS))
    }
  }

  #writeBlocks(pointId: number, series: Series): void {
    for (let start = 0; start < series.at.length; start += BLOCK_SAMPLES) {
      const block = part(series, start, Math.min(series.at.length, start + BLOCK_SAMPLES))
      const { payload, crc } = encodeBlock(block)
      this.#insertBlock.run(pointId, block.at[0], block.at[block.at.length - 1], block.at.length, crc, payload)
    }
  }

  writeRevision(pointId: number, revision: TailRevision): void {
    const { at, value, quality, recordedAt, source, reason } = revision
    this.#insertRevision.run(pointId, at, orNull(value), quality, recordedAt, source, reason)
    this.#reviseLatest.run(orNull(value), quality, recordedAt, pointId, at)
    this.#due.run(pointId, chunkOf(at), Math.floor(at / HOUR_MS) * HOUR_MS)
  }

  /** What is half packed is packed anew, from what the tail holds then. */
  beginAnew(): void {
    this.#packing = undefined
    this.#compacting = undefined
  }

  /** Works until the budget is used; true if more is to be done. */
  run(budgetMs: number): boolean {
    const end = performance.now() + budgetMs
    // Roll-ups wait for the packing to end: they must not take for done what is only half in blocks.
    if (this.#packing !== undefined || this.#opened().tail.isFrozen || this.#packIsDue()) {
      this.#pack(end)
      return true
    }
    // One commit a slice: waiting for the disk once for each roll-up would take longer than computing it.
    let more = true
    transaction(this.#files.samples, () => {
      while (more && performance.now() < end) more = this.#rollUpOne() || this.#compactOne()
    })
    return more
  }

  #packIsDue(): boolean {
    const { tail } = this.#opened()
    if (tail.headSeq <= tail.packedSeq) return false
    if (tail.sampleCount >= Math.max(this.#packSamples, PACK_SAMPLES_PER_POINT * tail.pointCount)) return true
    const oldest = this.#files.journal.prepare('SELECT writtenRealMs FROM journal WHERE seq > ? ORDER BY seq LIMIT 1').get(tail.packedSeq) as { writtenRealMs: number } | undefined
    return oldest !== undefined && Date.now() - oldest.writtenRealMs >= PACK_AGE_MS
  }

  /**
   * Writes each sample of the tail once, as one block a point, slice after slice; the cursor moves in the commit of the last one.
   * A crash in between begins again: the blocks already written are written once more over themselves.
   */
  #pack(end: number): void {
    const opened = this.#opened()
    const { tail } = opened
    const packing = this.#packing ?? tail.freeze()
    // A slice that could not be written takes its points back with it: all are written again, over themselves.
    this.#packing = undefined
    const done = transaction(this.#files.samples, (samples) => {
      for (let next = packing.next(); ; next = packing.next()) {
        if (next.done === true) {
          for (const [pointId, revisions] of tail.frozenRevisions()) for (const revision of revisions) this.writeRevision(pointId, revision)
          samples.prepare('UPDATE cursor SET packedSeq = ?').run(tail.frozenSeq)
          return true
        }
        this.writeSeries(next.value, tail.frozenSeries(next.value)!.series())
        if (performance.now() >= end) return false
      }
    })
    opened.forgetLatest()
    if (!done) {
      this.#packing = packing
      return
    }
    tail.dropFrozen()
    this.#compacting = undefined
    this.#forgetJournal(tail.packedSeq)
  }

  /** Packed entries are kept for those who follow; many values a second leave less time for it. */
  #forgetJournal(packedSeq: number): void {
    const { journal } = this.#files
    const { bytes } = journal.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size').get() as { bytes: number }
    const keptMs = bytes > JOURNAL_LARGE_BYTES ? LARGE_JOURNAL_KEPT_MS : JOURNAL_KEPT_MS
    journal.prepare('DELETE FROM journal WHERE seq <= ? AND writtenRealMs < ?').run(packedSeq, Date.now() - keptMs)
  }

  /** Brings one due row of hourly roll-ups up to date; false if none is due. */
  #rollUpOne(): boolean {
    const due = this.#nextDue.get() as { pointId: number; chunkAt: number; fromAt: number } | undefined
    if (due === undefined) return false
    const { pointId, chunkAt } = due
    const kept = this.#hoursAt.get(pointId, chunkAt) as { mean: Uint8Array; spread: Uint8Array } | undefined
    const before = kept === undefined ? undefined : decodeHours(kept.mean, kept.spread)
    const fromAt = before === undefined ? chunkAt : due.fromAt
    const hours = emptyHours(CHUNK_MS / HOUR_MS)
    if (before !== undefined) for (const column of ['mean', 'min', 'max', 'count'] as const) hours[column].set(before[column])
    const opened = this.#opened()
    // What is still in the tail will be rolled up when it is packed.
    const recentAt = opened.tail.series(pointId)?.earliestAt ?? Infinity
    rollUp(opened.read(pointId, fromAt, Math.min(chunkAt + CHUNK_MS, recentAt)), fromAt, chunkAt + CHUNK_MS, hours, (fromAt - chunkAt) / HOUR_MS)
    const { mean, spread } = encodeHours(hours)
    this.#setHours.run(pointId, chunkAt, mean, spread)
    this.#dueDone.run(pointId, chunkAt)
    return true
  }

  /** Joins the small blocks of one point; false if no point has many. The list is made once after each packing. */
  #compactOne(): boolean {
    const { samples } = this.#files
    this.#compacting ??= (samples.prepare('SELECT pointId FROM blocks WHERE count < ? GROUP BY pointId HAVING count(*) >= ?').all(SMALL_BLOCK, SMALL_BLOCKS) as { pointId: number }[]).map(({ pointId }) => pointId)
    const pointId = this.#compacting.pop()
    if (pointId === undefined) return false
    const small = samples.prepare('SELECT fromAt, toAt FROM blocks WHERE pointId = ? AND count < ? ORDER BY fromAt').all(pointId, SMALL_BLOCK) as { fromAt: number; toAt: number }[]
    const rows = samples.prepare('SELECT fromAt FROM blocks WHERE pointId = ? AND fromAt <= ? AND toAt >= ? ORDER BY fromAt').all(pointId, small[small.length - 1].toAt, small[0].fromAt) as { fromAt: number }[]
    const opened = this.#opened()
    const series = joined(rows.map(({ fromAt }) => opened.blockAt(pointId, fromAt)))
    const remove = samples.prepare('DELETE FROM blocks WHERE pointId = ? AND fromAt = ?')
    for (const { fromAt } of rows) remove.run(pointId, fromAt)
    this.#writeBlocks(pointId, series)
    return true
  }
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value)
