import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { FileShape } from '#services/sqlite/migrate.ts'
import { openAsWriter, openReadOnly } from '#services/sqlite/one-writer-file.ts'

/** Points and batches as they were acknowledged: what every store with a journal begins with. */
export const JOURNAL_SCHEMA = `
  CREATE TABLE IF NOT EXISTS points (pointId INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, recordedAt REAL NOT NULL, source TEXT NOT NULL, reason TEXT,
    revises INTEGER NOT NULL, writtenRealMs REAL NOT NULL, batch BLOB NOT NULL) STRICT;`

/** A commit of the journal writes whole pages: small ones mean less to wait for. */
export const JOURNAL_PAGE_BYTES = 4_096
/** Readers look through the page cache of the system without copying; SQLite falls back to reading beyond it. The writer hardly reads,
 *  and what it had mapped would count as its memory. */
const MAPPED = `PRAGMA mmap_size = ${2 ** 32}`

/** synchronous=FULL: a commit is on the disk when it returns. A small page cache: blocks are read once, in order. */
export const openFile = (path: string, shape: FileShape, pageBytes: number, pragmas = ''): DatabaseSync =>
  openAsWriter(path, shape, { durable: true, pageBytes, pragmas: `PRAGMA journal_size_limit = 67108864; ${pragmas}` })

/** Undefined while its writer has not made it, or not brought it forward yet. */
export const openFileReadOnly = (path: string, shape: FileShape): DatabaseSync | undefined => openReadOnly(path, shape, MAPPED)

/** A store has two files: when the second cannot be opened, the first is closed. */
export function closedOnFailure<T>(first: DatabaseSync, openSecond: () => T): T {
  try {
    return openSecond()
  } catch (error) {
    first.close()
    throw error
  }
}

/** The error of a store whose files could not be opened. */
export const storeFault = (cause: unknown, folder: string, done: 'opened' | 'read'): PenfeldError =>
  cause instanceof PenfeldError ? cause : new PenfeldError('PF_STORE_UNAVAILABLE', `The store in ${folder} could not be ${done}: ${(cause as Error).message}.`, { where: folder, cause })
