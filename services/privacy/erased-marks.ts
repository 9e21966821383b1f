import type { DatabaseSync } from 'node:sqlite'
import { openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'

/** What one process has carried out: of the register line by line, of the retention day by day. One file a process, it alone writes it. */
export const ERASED_MARKS_MIGRATIONS = [
  `CREATE TABLE erased (seq INTEGER PRIMARY KEY, erasure_id TEXT NOT NULL, ended_at REAL NOT NULL, removed INTEGER NOT NULL) STRICT;
   CREATE TABLE retention_run (day REAL NOT NULL, class TEXT NOT NULL, before_at REAL NOT NULL, points INTEGER NOT NULL, removed INTEGER NOT NULL, ended_at REAL NOT NULL, PRIMARY KEY (day, class)) STRICT, WITHOUT ROWID`,
] as const

export interface RetentionRun {
  /** Local day of the Clock on which it ran. */
  readonly day: number
  readonly class: string
  /** Nothing of the class from before this time was left. */
  readonly before: number
  readonly points: number
  readonly removed: number
  /** Real time. */
  readonly endedAt: number
}

export interface ErasedMarksReader {
  /** Everything of the register up to here is carried out. */
  lastSeq(): number
  removedBy(erasureId: string): number | undefined
  retentionRuns(limit: number): readonly RetentionRun[]
  close(): void
}

export interface ErasedMarks extends ErasedMarksReader {
  erased(seq: number, erasureId: string, removed: number, at: number): void
  lastRetentionDay(): number
  retained(run: RetentionRun): void
}

function questions(database: DatabaseSync): Omit<ErasedMarksReader, 'close'> {
  return {
    lastSeq: () => (database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM erased').get() as { seq: number }).seq,
    removedBy: (erasureId) => (database.prepare('SELECT removed FROM erased WHERE erasure_id = ?').get(erasureId) as { removed: number } | undefined)?.removed,
    retentionRuns: (limit) => database.prepare('SELECT day, class, before_at AS before, points, removed, ended_at AS endedAt FROM retention_run ORDER BY day DESC, class LIMIT ?').all(limit) as unknown as RetentionRun[],
  }
}

export function openErasedMarks(file: string): ErasedMarks {
  const database = openAsWriter(file, ERASED_MARKS_MIGRATIONS, { durable: true })
  return {
    ...questions(database),
    erased: (seq, erasureId, removed, at) => void database.prepare('INSERT OR REPLACE INTO erased VALUES (?, ?, ?, ?)').run(seq, erasureId, at, removed),
    lastRetentionDay: () => (database.prepare('SELECT coalesce(max(day), 0) AS day FROM retention_run').get() as { day: number }).day,
    retained: (run) => void database.prepare('INSERT OR REPLACE INTO retention_run VALUES (?, ?, ?, ?, ?, ?)').run(run.day, run.class, run.before, run.points, run.removed, run.endedAt),
    close: () => database.close(),
  }
}

export function openErasedMarksReader(file: string): ErasedMarksReader {
  const awaited = openQuestions(file, ERASED_MARKS_MIGRATIONS, questions)
  return {
    lastSeq: () => awaited.ready()?.lastSeq() ?? 0,
    removedBy: (erasureId) => awaited.ready()?.removedBy(erasureId),
    retentionRuns: (limit) => awaited.ready()?.retentionRuns(limit) ?? [],
    close: () => awaited.close(),
  }
}
