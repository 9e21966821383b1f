import type { DatabaseSync } from 'node:sqlite'

/** All or nothing; synchronous, so nobody else of this process comes between. */
export function transaction(database: DatabaseSync, action: (database: DatabaseSync) => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    action(database)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
