import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** How long a statement waits for a lock; node:sqlite's default of 0 would fail at once. */
const BUSY_MS = 5000

/**
 * Opens a file as its one writer and brings it to the newest shape. `migrations[n]` leads from version n to n + 1; a
 * reader takes a file as existing only once its version is above 0. `durable`: every commit reaches the disk.
 */
export function openAsWriter(file: string, migrations: readonly string[], { durable = false } = {}): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file, { timeout: BUSY_MS })
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`)
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  for (let next = version; next < migrations.length; next += 1) {
    inTransaction(database, () => database.exec(`${migrations[next]!}; PRAGMA user_version = ${next + 1}`))
  }
  return database
}

export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

/** A file that another process writes and that may not be there yet: `database()` is undefined until its shape is complete. */
export interface AwaitedFile {
  database(): DatabaseSync | undefined
  close(): void
}

export function openAsReader(file: string): AwaitedFile {
  let opened: DatabaseSync | undefined
  return {
    database() {
      if (opened !== undefined) return opened
      if (!existsSync(file)) return undefined
      const candidate = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS })
      const { user_version: version } = candidate.prepare('PRAGMA user_version').get() as { user_version: number }
      if (version === 0) {
        candidate.close()
        return undefined
      }
      opened = candidate
      return opened
    },
    close() {
      opened?.close()
      opened = undefined
    },
  }
}
