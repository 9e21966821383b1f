import type { DatabaseSync } from 'node:sqlite'
import type { KnownValue } from '../journal/known.ts'

export interface NewRevision extends KnownValue {
  readonly source: string
  readonly reason: string | null
  /** Journal entry that brings it. */
  readonly seq: number
}

export const FIRST_RECEIVED = 'first received'
const orNull = (value: number) => (Number.isNaN(value) ? null : value)

/** Adds a revision; the first of a time also keeps what was there before, because the server forgets it. Inside the caller's transaction. */
export function addRevision(journal: DatabaseSync): (pointId: number, at: number, before: KnownValue, revision: NewRevision) => void {
  const highest = journal.prepare('SELECT max(revision) AS revision FROM revisions WHERE pointId = ? AND at = ?')
  const insert = journal.prepare('INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  return (pointId, at, before, { value, quality, recordedAt, source, reason, seq }) => {
    let { revision } = highest.get(pointId, at) as { revision: number | null }
    if (revision === null) {
      insert.run(pointId, at, 0, orNull(before.value), before.quality, before.recordedAt, FIRST_RECEIVED, null, seq)
      revision = 0
    }
    insert.run(pointId, at, revision + 1, orNull(value), quality, recordedAt, source, reason, seq)
  }
}

/** What was taken for the first value was itself a revision of `before`: all move up by one. Inside the caller's transaction. */
export function putBefore(journal: DatabaseSync): (pointId: number, at: number, before: KnownValue, revision: NewRevision) => void {
  const up = journal.prepare('UPDATE revisions SET revision = -revision - 1 WHERE pointId = ? AND at = ?')
  const turn = journal.prepare('UPDATE revisions SET revision = -revision WHERE pointId = ? AND at = ? AND revision < 0')
  const name = journal.prepare('UPDATE revisions SET source = ?, reason = ? WHERE pointId = ? AND at = ? AND revision = 1')
  const insert = journal.prepare('INSERT INTO revisions VALUES (?, ?, 0, ?, ?, ?, ?, NULL, ?)')
  const add = addRevision(journal)
  return (pointId, at, before, revision) => {
    if (up.run(pointId, at).changes === 0) return add(pointId, at, before, revision)
    turn.run(pointId, at)
    name.run(revision.source, revision.reason, pointId, at)
    insert.run(pointId, at, orNull(before.value), before.quality, before.recordedAt, FIRST_RECEIVED, revision.seq)
  }
}
