import { inTransaction, openAsReader, openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { emptySideFiles } from '#services/store/journal/erase-entries.ts'
import type { EditRows } from './edit-rows.ts'
import type { AppliedEdit, AppliedEditsReader } from './port.ts'

/** What collect has done with each line of the ledger: first what it is about to write, then that it was written. */
export const APPLIED_EDITS_MIGRATIONS = [
  `CREATE TABLE applied (
     seq INTEGER PRIMARY KEY, edit_id TEXT NOT NULL UNIQUE, point TEXT NOT NULL, decided_at REAL NOT NULL, applied_at REAL, problem TEXT,
     before INTEGER NOT NULL, left_alone INTEGER NOT NULL, undoes TEXT, body BLOB NOT NULL) STRICT`,
] as const

export interface DecidedEdit {
  readonly seq: number
  readonly editId: string
  readonly point: string
  readonly problem: string | null
  readonly leftAlone: number
  readonly undoes: string | null
  readonly rows: EditRows
}

export const NO_ROWS: EditRows = { at: new Float64Array(0), before: new Float64Array(0), beforeQuality: new Uint8Array(0), after: new Float64Array(0), afterQuality: new Uint8Array(0) }

export interface AppliedEdits {
  /** Everything up to here is decided. */
  lastSeq(): number
  decide(edit: DecidedEdit, at: number): void
  done(seq: number, at: number): void
  /** Decided, but not known to be written: a crash came between. */
  unfinished(): DecidedEdit[]
  rowsOf(editId: string): EditRows | undefined
  /** Edits whose values stand: written and not taken back. */
  standing(): DecidedEdit[]
  /** Takes the values before and after of these points away for good; that there was an edit stays. Returns how many. */
  erase(points: readonly string[], from: number, to: number): Promise<number>
  close(): void
}

interface Row { seq: number; edit_id: string; point: string; problem: string | null; left_alone: number; undoes: string | null; body: Uint8Array }

const decidedOf = (row: Row): DecidedEdit => ({ seq: row.seq, editId: row.edit_id, point: row.point, problem: row.problem, leftAlone: row.left_alone, undoes: row.undoes, rows: unpack(row.body) })

/** Opens the file as its one writer, collect. */
export function openAppliedEdits(file: string): AppliedEdits {
  const database = openAsWriter(file, APPLIED_EDITS_MIGRATIONS, { durable: true, pragmas: 'PRAGMA secure_delete = ON' })
  const all = (where: string): DecidedEdit[] => (database.prepare(`SELECT * FROM applied WHERE ${where} ORDER BY seq`).all() as unknown as Row[]).map(decidedOf)
  return {
    lastSeq: () => (database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM applied').get() as { seq: number }).seq,
    decide(edit, at) {
      const known = edit.rows.beforeQuality.reduce((count, _, i) => count + (Number.isNaN(edit.rows.before[i]!) ? 0 : 1), 0)
      inTransaction(database, () => database
        .prepare('INSERT INTO applied (seq, edit_id, point, decided_at, applied_at, problem, before, left_alone, undoes, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(edit.seq, edit.editId, edit.point, at, edit.rows.at.length === 0 ? at : null, edit.problem, known, edit.leftAlone, edit.undoes, pack(edit.rows)))
    },
    done: (seq, at) => void database.prepare('UPDATE applied SET applied_at = ? WHERE seq = ?').run(at, seq),
    unfinished: () => all('applied_at IS NULL'),
    rowsOf(editId) {
      const row = database.prepare('SELECT body FROM applied WHERE edit_id = ? AND problem IS NULL').get(editId) as { body: Uint8Array } | undefined
      return row === undefined ? undefined : unpack(row.body)
    },
    standing: () => all('problem IS NULL AND undoes IS NULL AND edit_id NOT IN (SELECT undoes FROM applied WHERE undoes IS NOT NULL AND problem IS NULL)'),
    async erase(points, from, to) {
      const set = database.prepare('UPDATE applied SET body = ? WHERE seq = ?')
      const removed = inTransaction(database, () => all('true').filter(({ point }) => points.includes(point)).reduce((sum, { seq, rows }) => {
        const kept = rowsOutside(rows, from, to)
        if (kept.at.length < rows.at.length) set.run(pack(kept), seq)
        return sum + rows.at.length - kept.at.length
      }, 0))
      await emptySideFiles([database])
      return removed
    },
    close: () => database.close(),
  }
}

function rowsOutside({ at, before, beforeQuality, after, afterQuality }: EditRows, from: number, to: number): EditRows {
  const isKept = (_: number, index: number) => at[index]! < from || at[index]! >= to
  return { at: at.filter(isKept), before: before.filter(isKept), beforeQuality: beforeQuality.filter(isKept), after: after.filter(isKept), afterQuality: afterQuality.filter(isKept) }
}

/** For the api: nothing yet until collect has made the file. */
export function openAppliedEditsReader(file: string): AppliedEditsReader {
  const awaited = openAsReader(file, APPLIED_EDITS_MIGRATIONS)
  return {
    of(editIds) {
      const one = awaited.database()?.prepare('SELECT edit_id, applied_at, problem, before, left_alone, length(body) AS bytes FROM applied WHERE edit_id = ? AND applied_at IS NOT NULL')
      const found = new Map<string, AppliedEdit>()
      for (const editId of editIds) {
        const row = one?.get(editId) as { edit_id: string; applied_at: number; problem: string | null; before: number; left_alone: number; bytes: number } | undefined
        if (row !== undefined) found.set(editId, { editId, appliedAt: row.applied_at, problem: row.problem, before: row.before, written: (row.bytes - HEADER_BYTES) / ROW_BYTES, leftAlone: row.left_alone })
      }
      return found
    },
    close: () => awaited.close(),
  }
}

const HEADER_BYTES = 8
const ROW_BYTES = 26

/** Columns as they stand in memory: times, values before and after, then their qualities. */
function pack({ at, before, beforeQuality, after, afterQuality }: EditRows): Uint8Array {
  const count = at.length
  const bytes = new Uint8Array(HEADER_BYTES + count * ROW_BYTES)
  new Uint32Array(bytes.buffer, 0, 1)[0] = count
  new Float64Array(bytes.buffer, HEADER_BYTES, 3 * count).set([...at, ...before, ...after])
  bytes.set(beforeQuality, HEADER_BYTES + 24 * count)
  bytes.set(afterQuality, HEADER_BYTES + 25 * count)
  return bytes
}

function unpack(blob: Uint8Array): EditRows {
  // SQLite hands out views at any offset; a copy puts the doubles on their boundary.
  const bytes = blob.slice()
  const count = new Uint32Array(bytes.buffer, 0, 1)[0]!
  const doubles = (column: number) => new Float64Array(bytes.buffer, HEADER_BYTES + 8 * count * column, count)
  const codes = (column: number) => bytes.subarray(HEADER_BYTES + (24 + column) * count, HEADER_BYTES + (25 + column) * count)
  return { at: doubles(0), before: doubles(1), after: doubles(2), beforeQuality: codes(0), afterQuality: codes(1) }
}
