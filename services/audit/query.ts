import type { DatabaseSync } from 'node:sqlite'
import { AUDIT_MIGRATIONS } from './schema.ts'
import { openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { AuditEntry, AuditFilter, AuditHead, AuditKind, AuditReader, ErasedParty, Party } from './port.ts'

interface Row {
  seq: number; at: number; kind: string; act: string; sha256: string; actor: string | null; subject: string | null
  actor_kind: string | null; actor_id: string | null; actor_name: string | null
  subject_kind: string | null; subject_id: string | null; subject_name: string | null; reason_text: string | null
}

const SHOWN = `SELECT e.seq, e.at, e.kind, e.act, e.sha256, e.actor, e.subject, a.kind AS actor_kind, a.identity AS actor_id, a.name AS actor_name,
  s.kind AS subject_kind, s.identity AS subject_id, s.name AS subject_name, r.identity AS reason_text
  FROM entry e LEFT JOIN person_reference a ON a.reference = e.actor LEFT JOIN person_reference s ON s.reference = e.subject LEFT JOIN person_reference r ON r.reference = e.reason`
const THOSE = "(SELECT reference FROM person_reference WHERE kind <> 'reason' AND (identity = ? OR name = ?))"

/** Questions to an open audit file, for its writer and for who only reads it. */
export function auditQueries(database: DatabaseSync): Omit<AuditReader, 'close'> {
  const newestHead = database.prepare('SELECT seq, at, sha256, public_key AS publicKey, signature FROM head ORDER BY seq DESC LIMIT 1')
  return {
    list({ subject, actor, kind, from, to, before, limit }) {
      const conditions: [string, ...(string | number)[]][] = []
      if (subject !== undefined) conditions.push([`e.subject IN ${THOSE}`, subject, subject])
      if (actor !== undefined) conditions.push([`e.actor IN ${THOSE}`, actor, actor])
      if (kind !== undefined) conditions.push(['e.kind = ?', kind])
      if (from !== undefined) conditions.push(['e.at >= ?', from])
      if (to !== undefined) conditions.push(['e.at < ?', to])
      if (before !== undefined) conditions.push(['e.seq < ?', before])
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([text]) => text).join(' AND ')}`
      const rows = database.prepare(`${SHOWN} ${where} ORDER BY e.seq DESC LIMIT ?`).all(...conditions.flatMap(([, ...values]) => values), limit)
      return (rows as unknown as Row[]).map(entryOf)
    },
    newestHead: () => newestHead.get() as AuditHead | undefined,
  }
}

const entryOf = (row: Row): AuditEntry => ({
  seq: row.seq, at: row.at, kind: row.kind as AuditKind, act: row.act, sha256: row.sha256, reason: row.reason_text,
  actor: partyOf(row.actor, row.actor_kind, row.actor_id, row.actor_name), subject: partyOf(row.subject, row.subject_kind, row.subject_id, row.subject_name),
})

function partyOf(reference: string | null, kind: string | null, id: string | null, name: string | null): Party | ErasedParty | null {
  if (reference === null) return null
  if (kind === null || id === null) return { kind: 'erased', id: reference.slice(0, 8) }
  return { kind: kind as Party['kind'], id, ...(name === null ? {} : { name }) }
}

/** For whoever only reads it: nothing until the api has made the file. */
export function openAuditReader(file: string): AuditReader {
  const awaited = openQuestions(file, AUDIT_MIGRATIONS, auditQueries)
  return {
    list: (filter: AuditFilter) => awaited.ready()?.list(filter) ?? [],
    newestHead: () => awaited.ready()?.newestHead(),
    close: () => awaited.close(),
  }
}
