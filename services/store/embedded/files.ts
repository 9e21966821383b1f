import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { JOURNAL_PAGE_BYTES, JOURNAL_SCHEMA, openFile, openFileReadOnly } from '../journal/file.ts'

/**
 * Two files with one writer. The journal holds every batch as it was acknowledged; the samples file holds compressed
 * blocks, revisions and roll-ups, and the cursor up to which the journal has been packed into it (in the same file as
 * the blocks, because a commit over two WAL files is not atomic).
 */
const SAMPLES_SCHEMA = `
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
  INSERT OR IGNORE INTO cursor VALUES (1, 0);`

export interface StoreFiles {
  readonly journal: DatabaseSync
  readonly samples: DatabaseSync
  close(): void
}

/** A block or a row of roll-ups lies in one or two pages of this size instead of a chain of small ones. */
const SAMPLES_PAGE_BYTES = 16_384

const pathsOf = (folder: string) => ({ journal: join(folder, 'journal.sqlite'), samples: join(folder, 'samples.sqlite') })

export function openForWriting(folder: string): StoreFiles {
  mkdirSync(folder, { recursive: true })
  const paths = pathsOf(folder)
  try {
    const journal = openFile(paths.journal, JOURNAL_SCHEMA, JOURNAL_PAGE_BYTES)
    const samples = openFile(paths.samples, SAMPLES_SCHEMA, SAMPLES_PAGE_BYTES)
    return { journal, samples, close: () => { journal.close(); samples.close() } }
  } catch (cause) {
    throw new PenfeldError('PF_STORE_UNAVAILABLE', `The store in ${folder} could not be opened: ${(cause as Error).message}.`, { where: folder, cause })
  }
}

/** Undefined while the writer has not made the files yet. */
export function openForReading(folder: string): StoreFiles | undefined {
  const paths = pathsOf(folder)
  if (!existsSync(paths.journal) || !existsSync(paths.samples)) return undefined
  let journal: DatabaseSync | undefined
  try {
    journal = openFileReadOnly(paths.journal)
    const samples = openFileReadOnly(paths.samples)
    // The last table made: before that the writer is still at its first start.
    if (samples.prepare("SELECT 1 FROM sqlite_master WHERE name = 'cursor'").get() === undefined || samples.prepare('SELECT 1 FROM cursor').get() === undefined) {
      samples.close()
      journal.close()
      return undefined
    }
    const opened = journal
    return { journal: opened, samples, close: () => { opened.close(); samples.close() } }
  } catch (cause) {
    journal?.close()
    throw new PenfeldError('PF_STORE_UNAVAILABLE', `The store in ${folder} could not be read: ${(cause as Error).message}.`, { where: folder, cause })
  }
}
