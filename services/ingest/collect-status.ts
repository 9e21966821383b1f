import { existsSync, rmSync, writeFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { CollectStatusReader, SourceCounters, SourceStatus } from '#services/collectors/status.ts'
import type { FileShape } from '#services/sqlite/migrate.ts'
import { openAsReader, openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { emptySideFiles } from '#services/store/journal/erase-entries.ts'
import { transaction } from '#services/store/journal/transaction.ts'
import type { Judged } from './judge.ts'

export const COLLECT_FILE: FileShape = { tableOfUnnumbered: 'quarantine', migrations: [`
  CREATE TABLE IF NOT EXISTS sources (sourceId TEXT PRIMARY KEY, status TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS counters (sourceId TEXT PRIMARY KEY, counts TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, share REAL NOT NULL, detail TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY, sourceId TEXT NOT NULL, point TEXT NOT NULL, at REAL NOT NULL, value REAL, quality INTEGER NOT NULL,
    reason TEXT NOT NULL, receivedAt REAL NOT NULL) STRICT`] }
/** A device gone mad must not fill the disk: beyond this its values are still counted, no longer kept. */
const QUARANTINE_ROWS = 200_000
const SIGN_OF_LIFE = 'alive'
const FAILED = '.failed'

/** The writing side: collect alone. */
export interface CollectStatusStore {
  quarantine(sourceId: string, apart: Judged['quarantined'], receivedAt: number): void
  /** Also a sign of life: that this much could be written now. */
  write(sources: readonly SourceStatus[], counters: readonly SourceCounters[]): void
  /** Takes the sign of life back, as far as that can still be written: not ready from now on. */
  takeBack(): void
  progress(name: string, share: number, detail: string): void
  progressOf(name: string): { share: number; detail: string } | undefined
  counters(): SourceCounters[]
  /** Takes quarantined values of these measurement points away for good; returns how many. */
  eraseQuarantined(points: readonly string[], from: number, to: number): Promise<number>
  close(): void
}

export function openCollectStatusStore(file: string): CollectStatusStore {
  const database = openAsWriter(file, COLLECT_FILE, { durable: true, pragmas: 'PRAGMA secure_delete = ON' })
  const row = database.prepare('INSERT INTO quarantine (sourceId, point, at, value, quality, reason, receivedAt) VALUES (?, ?, ?, ?, ?, ?, ?)')
  const setSource = database.prepare('INSERT OR REPLACE INTO sources VALUES (?, ?)')
  const setCounters = database.prepare('INSERT OR REPLACE INTO counters VALUES (?, ?)')
  const setProgress = database.prepare('INSERT OR REPLACE INTO progress VALUES (?, ?, ?)')
  let kept = (database.prepare('SELECT count(*) AS count FROM quarantine').get() as { count: number }).count
  return {
    quarantine(sourceId, apart, receivedAt) {
      transaction(database, () => {
        for (let index = 0; index < apart.at.length && kept < QUARANTINE_ROWS; index++, kept++) {
          const value = apart.values[index]
          row.run(sourceId, apart.rules[index].name, apart.at[index], Number.isFinite(value) ? value : null, apart.quality[index], apart.reasons[index], receivedAt)
        }
      })
    },
    write(sources, counters) {
      rmSync(`${file}${FAILED}`, { force: true })
      transaction(database, () => {
        for (const status of sources) setSource.run(status.sourceId, JSON.stringify(status))
        for (const counts of counters) setCounters.run(counts.sourceId, JSON.stringify(counts))
        setProgress.run(SIGN_OF_LIFE, 1, String(Date.now()))
      })
    },
    takeBack() {
      try {
        // Beside the database: what made its writes fail may hold for this one too.
        writeFileSync(`${file}${FAILED}`, '')
      } catch {
        // Then the sign grows old by itself.
      }
    },
    progress: (name, share, detail) => void setProgress.run(name, share, detail),
    progressOf: (name) => database.prepare('SELECT share, detail FROM progress WHERE name = ?').get(name) as { share: number; detail: string } | undefined,
    counters: () => readAll<SourceCounters>(database, 'SELECT counts AS text FROM counters'),
    async eraseQuarantined(points, from, to) {
      const drop = database.prepare('DELETE FROM quarantine WHERE point = ? AND at >= ? AND at < ?')
      const removed = transaction(database, () => points.reduce((sum, point) => sum + Number(drop.run(point, from, to).changes), 0))
      kept -= removed
      await emptySideFiles([database])
      return removed
    },
    close: () => database.close(),
  }
}

const readAll = <T>(database: DatabaseSync, sql: string) => (database.prepare(sql).all() as { text: string }[]).map(({ text }) => JSON.parse(text) as T)

/** The reading side: answers with nothing until collect has written for the first time. */
export function openCollectStatus(file: string): CollectStatusReader {
  const awaited = openAsReader(file, COLLECT_FILE)
  const read = <T>(sql: string): T[] => {
    const database = awaited.database()
    return database === undefined ? [] : readAll<T>(database, sql)
  }
  return {
    sources: async () => read<SourceStatus>('SELECT status AS text FROM sources ORDER BY sourceId'),
    counters: async () => read<SourceCounters>('SELECT counts AS text FROM counters ORDER BY sourceId'),
    wroteAtRealMs: async () => existsSync(`${file}${FAILED}`) ? 0 : read<number>(`SELECT detail AS text FROM progress WHERE name = '${SIGN_OF_LIFE}'`)[0],
    close: async () => awaited.close(),
  }
}

/** How much of something that collect does once is done, 0 to 1; undefined: nothing was told of it. */
export function readProgress(file: string, name: string): number | undefined {
  const awaited = openAsReader(file, COLLECT_FILE)
  try {
    return (awaited.database()?.prepare('SELECT share FROM progress WHERE name = ?').get(name) as { share: number } | undefined)?.share
  } finally {
    awaited.close()
  }
}
