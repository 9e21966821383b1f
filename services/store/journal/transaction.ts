import type { DatabaseSync } from 'node:sqlite'

/** All or nothing; synchronous, so nobody else of this process comes between. */
export function transaction<T>(database: DatabaseSync, action: (database: DatabaseSync) => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = action(database)
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
