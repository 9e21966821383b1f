import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { JOURNAL_PAGE_BYTES, JOURNAL_SCHEMA, openFile, openFileReadOnly } from '../journal/file.ts'

/**
 * Beside the server two files with one writer. The journal: batches as they were acknowledged (`revises`: 0 new, 1 revised, 2 taken
 * while the server could not be asked), the range of times of each, and every revision, all in the commit that acknowledges them.
 */
const INFLUX_JOURNAL_SCHEMA = `${JOURNAL_SCHEMA}
  CREATE TABLE IF NOT EXISTS entry_times (seq INTEGER PRIMARY KEY, fromAt REAL NOT NULL, toAt REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS revisions (
    pointId INTEGER NOT NULL, at REAL NOT NULL, revision INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL,
    recordedAt REAL NOT NULL, source TEXT NOT NULL, reason TEXT, seq INTEGER NOT NULL,
    PRIMARY KEY (pointId, at, revision)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS revisions_seq ON revisions (seq);`

/**
 * How far the server has taken it. Losing its last commits in a power cut sends some lines once more, which changes nothing: so it
 * does not wait for the disk.
 */
const FORWARDING_SCHEMA = `
  CREATE TABLE IF NOT EXISTS taken_spans (fromSeq INTEGER PRIMARY KEY, toSeq INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS taken_times (seq INTEGER PRIMARY KEY, takenRealMs REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, pointId INTEGER NOT NULL, at REAL NOT NULL, value REAL, quality INTEGER NOT NULL,
    recordedAt REAL NOT NULL, why TEXT NOT NULL, putApartRealMs REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS newest (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, at BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS status (one INTEGER PRIMARY KEY CHECK (one = 1), status TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), takenTo INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO cursor VALUES (1, 0);`

export interface InfluxFiles {
  readonly journal: DatabaseSync
  readonly forwarding: DatabaseSync
  close(): void
}

const pathsOf = (folder: string) => ({ journal: join(folder, 'journal.sqlite'), forwarding: join(folder, 'forwarding.sqlite') })

export function openForWriting(folder: string): InfluxFiles {
  mkdirSync(folder, { recursive: true })
  const paths = pathsOf(folder)
  try {
    const journal = openFile(paths.journal, INFLUX_JOURNAL_SCHEMA, JOURNAL_PAGE_BYTES)
    const forwarding = openFile(paths.forwarding, FORWARDING_SCHEMA, JOURNAL_PAGE_BYTES)
    forwarding.exec('PRAGMA synchronous = NORMAL')
    return { journal, forwarding, close: () => { journal.close(); forwarding.close() } }
  } catch (cause) {
    throw new PenfeldError('PF_STORE_UNAVAILABLE', `The journal in ${folder} could not be opened: ${(cause as Error).message}.`, { where: folder, cause })
  }
}

/** Undefined while no writer has made the files yet, as on a machine that has none. */
export function openForReading(folder: string): InfluxFiles | undefined {
  const paths = pathsOf(folder)
  if (!existsSync(paths.journal) || !existsSync(paths.forwarding)) return undefined
  let journal: DatabaseSync | undefined
  try {
    journal = openFileReadOnly(paths.journal)
    const forwarding = openFileReadOnly(paths.forwarding)
    if (forwarding.prepare("SELECT 1 FROM sqlite_master WHERE name = 'cursor'").get() === undefined || forwarding.prepare('SELECT 1 FROM cursor').get() === undefined) {
      forwarding.close()
      journal.close()
      return undefined
    }
    const opened = journal
    return { journal: opened, forwarding, close: () => { opened.close(); forwarding.close() } }
  } catch (cause) {
    journal?.close()
    throw new PenfeldError('PF_STORE_UNAVAILABLE', `The journal in ${folder} could not be read: ${(cause as Error).message}.`, { where: folder, cause })
  }
}
