import type { DatabaseSync } from 'node:sqlite'
import { decodeBatch, encodeBatch } from '../codec/batch.ts'
import type { JournalEntry, Provenance, SampleBatch } from '../port.ts'

export interface JournalRow {
  readonly seq: number
  readonly recordedAt: number
  readonly source: string
  readonly reason: string | null
  readonly revises: number
  readonly batch: Uint8Array
}

export const entryOf = (row: Omit<JournalRow, 'revises'>): JournalEntry => ({
  seq: row.seq,
  recordedAt: row.recordedAt,
  source: row.source,
  ...(row.reason === null ? {} : { reason: row.reason }),
  batch: decodeBatch(row.batch) satisfies SampleBatch,
})

/** Returns the sequence number of the new entry; inside the caller's transaction. */
export function insertEntry(journal: DatabaseSync, batch: SampleBatch, { recordedAt, source, reason }: Provenance, revises: number): number {
  const { lastInsertRowid } = journal
    .prepare('INSERT INTO journal (recordedAt, source, reason, revises, writtenRealMs, batch) VALUES (?, ?, ?, ?, ?, ?)')
    .run(recordedAt, source, reason ?? null, revises, Date.now(), encodeBatch(batch))
  return Number(lastInsertRowid)
}
