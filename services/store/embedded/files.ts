import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { FileShape } from '#services/sqlite/migrate.ts'
import { closedOnFailure, JOURNAL_PAGE_BYTES, JOURNAL_SCHEMA, openFile, openFileReadOnly, storeFault } from '../journal/file.ts'

/**
 * Two files with one writer. The journal holds every batch as it was acknowledged; the samples file holds compressed
 * blocks, revisions and roll-ups, and the cursor up to which the journal has been packed into it (in the same file as
 * the blocks, because a commit over two WAL files is not atomic).
 */
export const EMBEDDED_JOURNAL: FileShape = { tableOfUnnumbered: 'journal', migrations: [JOURNAL_SCHEMA] }
export const EMBEDDED_SAMPLES: FileShape = { tableOfUnnumbered: 'cursor', migrations: [`
  CREATE TABLE IF NOT EXISTS blocks (
    pointId INTEGER NOT NULL, fromAt REAL NOT NULL, toAt REAL NOT NULL, count INTEGER NOT NULL, crc INTEGER NOT NULL,
    payload BLOB NOT NULL, PRIMARY KEY (pointId, fromAt)) STRICT;
  CREATE TABLE IF NOT EXISTS revisions (
    pointId INTEGER NOT NULL, at REAL NOT NULL, revision INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL,
    recordedAt REAL NOT NULL, source TEXT NOT NULL, reason TEXT, PRIMARY KEY (pointId, at, revision)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS latest (
    pointId INTEGER PRIMARY KEY, at REAL NOT NULL, value REAL, quality INTEGER NOT NULL, recordedAt REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS hours (
    pointId INTEGER NOT NULL, chunkAt REAL NOT NULL, mean BLOB NOT NULL, spread BLOB NOT NULL,
    PRIMARY KEY (pointId, chunkAt)) STRICT;
  CREATE TABLE IF NOT EXISTS hours_due (
    pointId INTEGER NOT NULL, chunkAt REAL NOT NULL, fromAt REAL NOT NULL, PRIMARY KEY (pointId, chunkAt)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), packedSeq INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO cursor VALUES (1, 0)`,
  // Moves with each erasure: whoever holds values in memory reads the journal again.
  'ALTER TABLE cursor ADD COLUMN erasures INTEGER NOT NULL DEFAULT 0'] }

export interface StoreFiles {
  readonly journal: DatabaseSync
  readonly samples: DatabaseSync
  close(): void
}

/** A block or a row of roll-ups lies in one or two pages of this size instead of a chain of small ones. */
const SAMPLES_PAGE_BYTES = 16_384

/** What a block leaves when it is joined with others or erased is overwritten, so that an erasure need not compact a file of many gigabytes. */
const OVERWRITTEN = 'PRAGMA secure_delete = ON'

const pathsOf = (folder: string) => ({ journal: join(folder, 'journal.sqlite'), samples: join(folder, 'samples.sqlite') })

export function openForWriting(folder: string): StoreFiles {
  mkdirSync(folder, { recursive: true })
  const paths = pathsOf(folder)
  try {
    const journal = openFile(paths.journal, EMBEDDED_JOURNAL, JOURNAL_PAGE_BYTES)
    const samples = closedOnFailure(journal, () => openFile(paths.samples, EMBEDDED_SAMPLES, SAMPLES_PAGE_BYTES, OVERWRITTEN))
    return { journal, samples, close: () => { journal.close(); samples.close() } }
  } catch (cause) {
    throw storeFault(cause, folder, 'opened')
  }
}

/** Undefined while the writer has not made the files, or not brought them forward yet. */
export function openForReading(folder: string): StoreFiles | undefined {
  const paths = pathsOf(folder)
  try {
    const journal = openFileReadOnly(paths.journal, EMBEDDED_JOURNAL)
    if (journal === undefined) return undefined
    const samples = closedOnFailure(journal, () => openFileReadOnly(paths.samples, EMBEDDED_SAMPLES))
    if (samples !== undefined) return { journal, samples, close: () => { journal.close(); samples.close() } }
    journal.close()
    return undefined
  } catch (cause) {
    throw storeFault(cause, folder, 'read')
  }
}
