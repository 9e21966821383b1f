import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { FileShape } from '#services/sqlite/migrate.ts'
import { closedOnFailure, JOURNAL_PAGE_BYTES, JOURNAL_SCHEMA, openFile, openFileReadOnly, storeFault } from '../journal/file.ts'

/**
 * Beside the server two files with one writer. The journal: batches as they were acknowledged (`revises`: 0 new, 1 revised, 2 taken
 * while the server could not be asked), the range of times of each, and every revision, all in the commit that acknowledges them.
 */
export const INFLUX_JOURNAL: FileShape = { tableOfUnnumbered: 'revisions', migrations: [`${JOURNAL_SCHEMA}
  CREATE TABLE IF NOT EXISTS entry_times (seq INTEGER PRIMARY KEY, fromAt REAL NOT NULL, toAt REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS revisions (
    pointId INTEGER NOT NULL, at REAL NOT NULL, revision INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL,
    recordedAt REAL NOT NULL, source TEXT NOT NULL, reason TEXT, seq INTEGER NOT NULL,
    PRIMARY KEY (pointId, at, revision)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS revisions_seq ON revisions (seq)`] }

/**
 * How far the server has taken it. Losing its last commits in a power cut sends some lines once more, which changes nothing: so it
 * does not wait for the disk.
 */
export const INFLUX_FORWARDING: FileShape = { tableOfUnnumbered: 'cursor', migrations: [`
  CREATE TABLE IF NOT EXISTS taken_spans (fromSeq INTEGER PRIMARY KEY, toSeq INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS taken_times (seq INTEGER PRIMARY KEY, takenRealMs REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, pointId INTEGER NOT NULL, at REAL NOT NULL, value REAL, quality INTEGER NOT NULL,
    recordedAt REAL NOT NULL, why TEXT NOT NULL, putApartRealMs REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS newest (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, at BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS status (one INTEGER PRIMARY KEY CHECK (one = 1), status TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), takenTo INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO cursor VALUES (1, 0)`] }

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
    const journal = openFile(paths.journal, INFLUX_JOURNAL, JOURNAL_PAGE_BYTES)
    const forwarding = closedOnFailure(journal, () => openFile(paths.forwarding, INFLUX_FORWARDING, JOURNAL_PAGE_BYTES))
    forwarding.exec('PRAGMA synchronous = NORMAL')
    return { journal, forwarding, close: () => { journal.close(); forwarding.close() } }
  } catch (cause) {
    throw storeFault(cause, folder, 'opened')
  }
}

/** Undefined while no writer has made the files or brought them forward yet, as on a machine that has none. */
export function openForReading(folder: string): InfluxFiles | undefined {
  const paths = pathsOf(folder)
  try {
    const journal = openFileReadOnly(paths.journal, INFLUX_JOURNAL)
    if (journal === undefined) return undefined
    const forwarding = closedOnFailure(journal, () => openFileReadOnly(paths.forwarding, INFLUX_FORWARDING))
    if (forwarding !== undefined) return { journal, forwarding, close: () => { journal.close(); forwarding.close() } }
    journal.close()
    return undefined
  } catch (cause) {
    throw storeFault(cause, folder, 'read')
  }
}
