import { DatabaseSync } from 'node:sqlite'

/** Points and batches as they were acknowledged: what every store with a journal begins with. */
export const JOURNAL_SCHEMA = `
  CREATE TABLE IF NOT EXISTS points (pointId INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, recordedAt REAL NOT NULL, source TEXT NOT NULL, reason TEXT,
    revises INTEGER NOT NULL, writtenRealMs REAL NOT NULL, batch BLOB NOT NULL) STRICT;`

/** A commit of the journal writes whole pages: small ones mean less to wait for. */
export const JOURNAL_PAGE_BYTES = 4_096
/** Read through the page cache of the system without copying; SQLite falls back to reading beyond it. */
const MAPPED_BYTES = 2 ** 32

/** synchronous=FULL: a commit is on the disk when it returns. A small page cache: blocks are read once, in order. */
export function openFile(path: string, schema: string, pageBytes: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA mmap_size = ${MAPPED_BYTES}`)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864')
  database.exec(schema)
  return database
}

export function openFileReadOnly(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  database.exec(`PRAGMA mmap_size = ${MAPPED_BYTES}`)
  return database
}
