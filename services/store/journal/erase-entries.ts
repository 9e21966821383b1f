import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { decodeBatch, encodeBatch } from '../codec/batch.ts'
import type { SampleBatch } from '../port.ts'
import { transaction } from './transaction.ts'

/** A slice of rewriting: sources wait no longer than for one of them, and for the compaction at the end. */
const ENTRIES_AT_ONCE = 100
/** A reader holds an older state for a moment only; the writer may not wait longer than its sources can. */
const CHECKPOINT_TRIES = 40
const BETWEEN_TRIES_MS = 50

/**
 * Every entry again without the values of these points in [from, to): numbers and other values stay, so that whoever follows the journal
 * goes on. Then the file is compacted: entries that were deleted in the course of time left their bytes in it.
 */
export async function rewriteJournal(journal: DatabaseSync, points: ReadonlySet<number>, from: number, to: number): Promise<void> {
  const next = journal.prepare(`SELECT seq, batch FROM journal WHERE seq > ? ORDER BY seq LIMIT ${ENTRIES_AT_ONCE}`)
  const replace = journal.prepare('UPDATE journal SET batch = ? WHERE seq = ?')
  for (let seq = 0; ; ) {
    const rows = next.all(seq) as unknown as { seq: number; batch: Uint8Array }[]
    transaction(journal, () => {
      for (const row of rows) {
        const batch = decodeBatch(row.batch)
        const left = withoutValues(batch, points, from, to)
        if (left !== batch) replace.run(encodeBatch(left), row.seq)
      }
    })
    if (rows.length < ENTRIES_AT_ONCE) break
    seq = rows.at(-1)!.seq
    await pause(0)
  }
  journal.exec('VACUUM')
}

/** The same batch if nothing of it is meant. Plain loops: a journal holds millions of values. */
export function withoutValues(batch: SampleBatch, points: ReadonlySet<number>, from: number, to: number): SampleBatch {
  const { pointIds, at, values, quality } = batch
  const isMeant = new Uint8Array(pointIds.length)
  let meant = 0
  for (let index = 0; index < pointIds.length; index++) {
    if (!(at[index]! >= from && at[index]! < to) || !points.has(pointIds[index]!)) continue
    isMeant[index] = 1
    meant++
  }
  if (meant === 0) return batch
  const count = pointIds.length - meant
  const left = { pointIds: new Int32Array(count), at: new Float64Array(count), values: new Float64Array(count), quality: new Uint8Array(count) }
  for (let index = 0, place = 0; index < pointIds.length; index++) {
    if (isMeant[index] === 1) continue
    left.pointIds[place] = pointIds[index]!
    left.at[place] = at[index]!
    left.values[place] = values[index]!
    left.quality[place] = quality[index]!
    place++
  }
  return left
}

/** The side file of changes holds pages as they were: it is emptied, not only left behind. @throws PF_ERASE_BUSY */
export async function emptySideFiles(databases: readonly DatabaseSync[]): Promise<void> {
  for (const database of databases) {
    const { timeout } = database.prepare('PRAGMA busy_timeout').get() as { timeout: number }
    // Waiting is done outside of SQLite, which would hold everything else up meanwhile.
    database.exec('PRAGMA busy_timeout = 0')
    try {
      for (let tries = 0; !isEmptied(database); tries++) {
        if (tries >= CHECKPOINT_TRIES) throw new PenfeldError('PF_ERASE_BUSY', 'A reader keeps the side file of a database open.')
        await pause(BETWEEN_TRIES_MS)
      }
    } finally {
      database.exec(`PRAGMA busy_timeout = ${timeout}`)
    }
  }
}

const isEmptied = (database: DatabaseSync): boolean => (database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }).busy === 0
