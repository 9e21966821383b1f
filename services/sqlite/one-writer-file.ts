import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { bringForward, newestVersion, refuseNewer, versionOf, type FileShape } from './migrate.ts'

export { inTransaction } from './in-transaction.ts'

/** How long a statement waits for a lock; node:sqlite's default of 0 would fail at once. */
const BUSY_MS = 5000
/** SQLITE_READONLY and its kinds: there is something to be rolled back or recovered first. */
const READONLY = 8

export interface WriterSettings {
  /** Every commit reaches the disk before it returns. */
  readonly durable?: boolean
  /** Of a file that is made now; a file keeps the size it was made with. */
  readonly pageBytes?: number
  /** Statements that hold for this connection, before anything is read or written. */
  readonly pragmas?: string
}

const shapeOf = (shape: FileShape | readonly string[]): FileShape => ('migrations' in shape ? shape : { migrations: shape })

/** Opens a file as its one writer and brings it to the newest shape. Throws PF_STORE_NEWER, and has changed nothing then. */
export function openAsWriter(file: string, shape: FileShape | readonly string[], { durable = false, pageBytes, pragmas = '' }: WriterSettings = {}): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file, { timeout: BUSY_MS })
  try {
    refuseNewer(database, file, shapeOf(shape))
    database.exec(`${pageBytes === undefined ? '' : `PRAGMA page_size = ${pageBytes};`} PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}; ${pragmas}`)
    bringForward(database, file, shapeOf(shape))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Opens a file that another process writes, if its shape is the newest: while its writer has not made it, or not brought it forward
 * yet, there is nothing to read. Throws PF_STORE_NEWER.
 */
export function openReadOnly(file: string, shape: FileShape | readonly string[], pragmas = ''): DatabaseSync | undefined {
  if (!existsSync(file)) return undefined
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS })
  try {
    refuseNewer(database, file, shapeOf(shape))
    if (versionOf(database, shapeOf(shape)) < newestVersion(shapeOf(shape))) {
      database.close()
      return undefined
    }
    if (pragmas !== '') database.exec(pragmas)
    return database
  } catch (error) {
    database.close()
    // Its writer was killed while it made the file, and only a writer can mend that: it is not made yet.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === READONLY) return undefined
    throw error
  }
}

/** A file that another process writes and that may not be there yet: `database()` is undefined until its shape is complete. */
export interface AwaitedFile {
  database(): DatabaseSync | undefined
  close(): void
}

export function openAsReader(file: string, shape: FileShape | readonly string[]): AwaitedFile {
  let opened: DatabaseSync | undefined
  return {
    database: () => (opened ??= openReadOnly(file, shape)),
    close() {
      opened?.close()
      opened = undefined
    },
  }
}

/** Questions to a file that another process writes: prepared once it is there, undefined until then. */
export function openQuestions<Questions>(file: string, shape: FileShape | readonly string[], prepare: (database: DatabaseSync) => Questions): { ready(): Questions | undefined; close(): void } {
  const awaited = openAsReader(file, shape)
  let questions: Questions | undefined
  return {
    ready() {
      const database = awaited.database()
      if (database !== undefined) questions ??= prepare(database)
      return questions
    },
    close: () => awaited.close(),
  }
}
