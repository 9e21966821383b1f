import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { inTransaction, openAsWriter, openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { Edit, EditKind, EditLedger, EditLedgerReader, NewEdit } from './port.ts'

/** Lines are only ever added: the file itself refuses anything else. A hash chain over them is one more column. */
export const EDITS_MIGRATIONS = [
  `CREATE TABLE edit (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, edit_id TEXT NOT NULL UNIQUE, at REAL NOT NULL, kind TEXT NOT NULL, point TEXT NOT NULL,
     from_at REAL NOT NULL, to_at REAL NOT NULL, reason TEXT NOT NULL, value REAL, finding_id INTEGER, undoes TEXT UNIQUE,
     person_id INTEGER NOT NULL, person TEXT NOT NULL) STRICT;
   CREATE INDEX edit_by_point ON edit (point, seq);
   CREATE TRIGGER edit_stays BEFORE UPDATE ON edit BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
   CREATE TRIGGER edit_remains BEFORE DELETE ON edit BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`,
] as const

interface Row {
  seq: number; edit_id: string; at: number; kind: EditKind; point: string; from_at: number; to_at: number; reason: string
  value: number | null; finding_id: number | null; undoes: string | null; person_id: number; person: string
}
const editOf = (row: Row): Edit => ({
  seq: row.seq, editId: row.edit_id, at: row.at, kind: row.kind, point: row.point, from: row.from_at, to: row.to_at, reason: row.reason,
  value: row.value, findingId: row.finding_id, undoes: row.undoes, personId: row.person_id, person: row.person,
})
const editOrNone = (row: unknown): Edit | undefined => (row === undefined ? undefined : editOf(row as Row))
const edits = (rows: unknown): Edit[] => (rows as Row[]).map(editOf)

function queries(database: DatabaseSync): Omit<EditLedgerReader, 'close'> {
  const after = database.prepare('SELECT * FROM edit WHERE seq > ? ORDER BY seq LIMIT ?')
  const newest = database.prepare('SELECT * FROM edit WHERE (? IS NULL OR point = ?) ORDER BY seq DESC LIMIT ?')
  const one = database.prepare('SELECT * FROM edit WHERE edit_id = ?')
  const undo = database.prepare('SELECT * FROM edit WHERE undoes = ?')
  const byFinding = database.prepare("SELECT * FROM edit AS line WHERE finding_id IS NOT NULL AND kind <> 'undo' AND NOT EXISTS (SELECT 1 FROM edit WHERE undoes = line.edit_id) ORDER BY seq")
  return {
    after: (seq, limit) => edits(after.all(seq, limit)),
    newest: (limit, point) => edits(newest.all(point ?? null, point ?? null, limit)),
    edit: (editId) => editOrNone(one.get(editId)),
    undoOf: (editId) => editOrNone(undo.get(editId)),
    byFinding: () => new Map(edits(byFinding.all()).map((edit) => [edit.findingId!, edit])),
  }
}

/** Opens the ledger as its one writer, the api. */
export function openEditLedger(file: string): EditLedger {
  const database = openAsWriter(file, EDITS_MIGRATIONS, { durable: true })
  const asked = queries(database)
  const insert = database.prepare(`INSERT INTO edit (edit_id, at, kind, point, from_at, to_at, reason, value, finding_id, undoes, person_id, person)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  return {
    ...asked,
    add: (edit, at) => inTransaction(database, () => {
      const known = asked.edit(edit.editId)
      if (known !== undefined) {
        if (sameEdit(known, edit)) return known
        throw new PenfeldError('PF_EDIT_CONFLICT', `The edit ${edit.editId} is in the ledger already, with other contents.`, { where: 'editId' })
      }
      if (edit.undoes !== null && asked.undoOf(edit.undoes) !== undefined) throw new PenfeldError('PF_EDIT_CONFLICT', `The edit ${edit.undoes} was taken back already.`, { where: 'undoes' })
      insert.run(edit.editId, at, edit.kind, edit.point, edit.from, edit.to, edit.reason, edit.value, edit.findingId, edit.undoes, edit.personId, edit.person)
      return asked.edit(edit.editId)!
    }),
    close: () => database.close(),
  }
}

const sameEdit = (known: Edit, { editId, kind, point, from, to, reason, value, findingId, undoes, personId }: NewEdit): boolean =>
  known.editId === editId && known.kind === kind && known.point === point && known.from === from && known.to === to && known.reason === reason
  && known.value === value && known.findingId === findingId && known.undoes === undoes && known.personId === personId

/** For collect: nothing yet until the api has made the file. */
export function openEditLedgerReader(file: string): EditLedgerReader {
  const awaited = openQuestions(file, EDITS_MIGRATIONS, queries)
  return {
    after: (seq, limit) => awaited.ready()?.after(seq, limit) ?? [],
    newest: (limit, point) => awaited.ready()?.newest(limit, point) ?? [],
    edit: (editId) => awaited.ready()?.edit(editId),
    undoOf: (editId) => awaited.ready()?.undoOf(editId),
    byFinding: () => awaited.ready()?.byFinding() ?? new Map<number, Edit>(),
    close: () => awaited.close(),
  }
}
