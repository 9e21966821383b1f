import type { DatabaseSync } from 'node:sqlite'
import type { ErasedSpans } from '#services/consents/collect-gate.ts'
import { openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { ErasedSpan, Erasure, ErasureReader, ErasureRegister } from './port.ts'

export const ERASURES_MIGRATIONS = [
  `CREATE TABLE erasure (seq INTEGER PRIMARY KEY AUTOINCREMENT, erasure_id TEXT NOT NULL UNIQUE, at REAL NOT NULL, person_ref TEXT NOT NULL, spans TEXT NOT NULL) STRICT;
   CREATE TRIGGER erasure_stays BEFORE UPDATE ON erasure BEGIN SELECT RAISE(ABORT, 'the register of erasures is append-only'); END;
   CREATE TRIGGER erasure_remains BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'the register of erasures is append-only'); END`,
] as const

interface Row { seq: number; erasure_id: string; at: number; person_ref: string; spans: string }
const erasureOf = ({ seq, erasure_id: erasureId, at, person_ref: personRef, spans }: Row): Erasure => ({ seq, erasureId, at, personRef, spans: JSON.parse(spans) as ErasedSpan[] })

function questions(database: DatabaseSync): Omit<ErasureReader, 'close'> {
  const head = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM erasure')
  const after = database.prepare('SELECT * FROM erasure WHERE seq > ? ORDER BY seq')
  return { headSeq: () => (head.get() as { seq: number }).seq, after: (seq) => (after.all(seq) as unknown as Row[]).map(erasureOf) }
}

/** Opens the register as its one writer, the api (and a restore, while nothing runs). */
export function openErasureRegister(file: string): ErasureRegister {
  const database = openAsWriter(file, ERASURES_MIGRATIONS, { durable: true })
  const insert = database.prepare('INSERT INTO erasure (erasure_id, at, person_ref, spans) VALUES (?, ?, ?, ?) ON CONFLICT (erasure_id) DO NOTHING')
  const one = database.prepare('SELECT * FROM erasure WHERE erasure_id = ?')
  return {
    ...questions(database),
    add({ erasureId, at, personRef, spans }) {
      insert.run(erasureId, at, personRef, JSON.stringify(spans))
      return erasureOf(one.get(erasureId) as unknown as Row)
    },
    close: () => database.close(),
  }
}

/** For collect and work: nothing yet until the api has made the file. */
export function openErasureReader(file: string): ErasureReader {
  const awaited = openQuestions(file, ERASURES_MIGRATIONS, questions)
  return { headSeq: () => awaited.ready()?.headSeq() ?? 0, after: (seq) => awaited.ready()?.after(seq) ?? [], close: () => awaited.close() }
}

/** What of a measurement point was erased and must not come back, by way of a device that repeats itself or of a file. */
export function createErasedSpans(register: Pick<ErasureReader, 'headSeq' | 'after'>): ErasedSpans {
  const spans = new Map<string, { from: number; to: number }[]>()
  let seq = 0
  return {
    covers(point, at) {
      if (register.headSeq() !== seq) {
        for (const erasure of register.after(seq)) {
          for (const { points, from, to } of erasure.spans) for (const name of points) spans.set(name, [...(spans.get(name) ?? []), { from, to }])
          seq = erasure.seq
        }
      }
      return spans.get(point)?.some(({ from, to }) => from <= at && at < to) ?? false
    },
  }
}
