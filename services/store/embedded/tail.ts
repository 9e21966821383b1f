import type { StatementSync } from 'node:sqlite'
import { decodeBatch } from '../codec/batch.ts'
import type { JournalEntry, Revision, SampleBatch } from '../port.ts'
import { GrowingSeries } from './columns.ts'
import type { StoreFiles } from './files.ts'

interface JournalRow { seq: number; recordedAt: number; source: string; reason: string | null; revises: number; batch: Uint8Array }
export type TailRevision = Omit<Revision, 'revision'>

/**
 * What the journal holds beyond the packed part, by point, in memory: rebuilt at the start, followed by sequence number.
 * The writer adds to it as it commits; a reader catches up before each answer.
 */
export class JournalTail {
  /** Everything up to here is in blocks. */
  packedSeq = 0
  headSeq = 0
  readonly #series = new Map<number, GrowingSeries>()
  readonly #revisions = new Map<number, TailRevision[]>()
  #entries: { seq: number; revises: boolean; entry: JournalEntry }[] = []
  readonly #after: StatementSync
  readonly #packed: StatementSync

  constructor(files: StoreFiles) {
    this.#after = files.journal.prepare('SELECT seq, recordedAt, source, reason, revises, batch FROM journal WHERE seq > ? ORDER BY seq LIMIT 2000')
    this.#packed = files.samples.prepare('SELECT packedSeq FROM cursor')
  }

  /** Catches up with the files. */
  refresh(): void {
    const { packedSeq } = this.#packed.get() as { packedSeq: number }
    if (packedSeq > this.packedSeq) this.forget(packedSeq)
    if (this.headSeq < packedSeq) this.headSeq = packedSeq
    for (;;) {
      const rows = this.#after.all(this.headSeq) as unknown as JournalRow[]
      for (const row of rows) this.add(entryOf(row), row.revises === 1)
      if (rows.length < 2000) return
    }
  }

  add(entry: JournalEntry, revises: boolean): void {
    this.headSeq = entry.seq
    this.#entries.push({ seq: entry.seq, revises, entry })
    this.#index(entry, revises)
  }

  #index({ batch, recordedAt, source, reason }: JournalEntry, revises: boolean): void {
    const { pointIds, at, values, quality } = batch
    for (let index = 0; index < pointIds.length; index++) {
      const pointId = pointIds[index]
      if (revises) {
        let list = this.#revisions.get(pointId)
        if (list === undefined) this.#revisions.set(pointId, (list = []))
        list.push({ at: at[index], value: values[index], quality: quality[index], recordedAt, source, reason: reason ?? null })
      } else {
        let series = this.#series.get(pointId)
        if (series === undefined) this.#series.set(pointId, (series = new GrowingSeries()))
        series.push(at[index], values[index], quality[index], recordedAt)
      }
    }
  }

  /** Entries up to `packedSeq` have become blocks. */
  forget(packedSeq: number): void {
    this.packedSeq = packedSeq
    this.#series.clear()
    this.#revisions.clear()
    this.#entries = this.#entries.filter(({ seq }) => seq > packedSeq)
    for (const { entry, revises } of this.#entries) this.#index(entry, revises)
  }

  series(pointId: number): GrowingSeries | undefined {
    return this.#series.get(pointId)
  }

  revisions(pointId: number): readonly TailRevision[] {
    return this.#revisions.get(pointId) ?? []
  }

  points(): IterableIterator<[number, GrowingSeries]> {
    return this.#series.entries()
  }

  revisedPoints(): IterableIterator<[number, TailRevision[]]> {
    return this.#revisions.entries()
  }

  get sampleCount(): number {
    let count = 0
    for (const { entry } of this.#entries) count += entry.batch.pointIds.length
    return count
  }
}

export const entryOf = (row: { seq: number; recordedAt: number; source: string; reason: string | null; batch: Uint8Array }): JournalEntry => ({
  seq: row.seq,
  recordedAt: row.recordedAt,
  source: row.source,
  ...(row.reason === null ? {} : { reason: row.reason }),
  batch: decodeBatch(row.batch) satisfies SampleBatch,
})
