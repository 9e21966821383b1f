import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

/**
 * Two files with one writer. The journal holds every batch as it was acknowledged; the samples file holds compressed
 * blocks, revisions and roll-ups, and the cursor up to which the journal has been packed into it (in the same file as
 * the blocks, because a commit over two WAL files is not atomic).
 */
const JOURNAL_SCHEMA = `
  CREATE TABLE IF NOT EXISTS points (pointId INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, recordedAt REAL NOT NULL, source TEXT NOT NULL, reason TEXT,
    revises INTEGER NOT NULL, writtenRealMs REAL NOT NULL, batch BLOB NOT NULL) STRICT;`
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
/** A commit of the journal writes whole pages: small ones mean less to wait for. */
const JOURNAL_PAGE_BYTES = 4_096
/** Read through the page cache of the system without copying; SQLite falls back to reading beyond it. */
const MAPPED_BYTES = 2 ** 32

const pathsOf = (folder: string) => ({ journal: join(folder, 'journal.sqlite'), samples: join(folder, 'samples.sqlite') })

/** synchronous=FULL: a commit is on the disk when it returns. A small page cache: blocks are read once, in order. */
export function openForWriting(folder: string): StoreFiles {
  mkdirSync(folder, { recursive: true })
  const paths = pathsOf(folder)
  const open = (path: string, schema: string, pageBytes: number) => {
    const database = new DatabaseSync(path, { timeout: 5_000 })
    database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA mmap_size = ${MAPPED_BYTES}`)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864')
    database.exec(schema)
    return database
  }
  try {
    const journal = open(paths.journal, JOURNAL_SCHEMA, JOURNAL_PAGE_BYTES)
    const samples = open(paths.samples, SAMPLES_SCHEMA, SAMPLES_PAGE_BYTES)
    return { journal, samples, close: () => { journal.close(); samples.close() } }
  } catch (cause) {
    throw new PenfeldError('PF_STORE_UNAVAILABLE', `The store in ${folder} could not be opened: ${(cause as Error).message}.`, { where: folder, cause })
  }
}

/** Undefined while the writer has not made the files yet. */
export function openForReading(folder: string): StoreFiles | undefined {
  const paths = pathsOf(folder)
  if (!existsSync(paths.journal) || !existsSync(paths.samples)) return undefined
  const open = (path: string) => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
    database.exec(`PRAGMA mmap_size = ${MAPPED_BYTES}`)
    return database
  }
  let journal: DatabaseSync | undefined
  try {
    journal = open(paths.journal)
    const samples = open(paths.samples)
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
