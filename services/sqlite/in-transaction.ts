import type { DatabaseSync } from 'node:sqlite'

/** All or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // A full disk has taken it back already.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
