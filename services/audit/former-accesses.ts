import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { partyOf } from './audited-directory.ts'
import type { AuditLog } from './port.ts'

const SLICE = 1_000
const NAME = 'directory access log'

/**
 * Readings that directory.sqlite kept before there was an audit log are brought over, each once, and taken away there, where nobody could be
 * erased from them. Called before the directory is opened; killed anywhere, it goes on at the next start.
 */
export function bringOverAccesses(directoryFile: string, audit: AuditLog): void {
  if (!existsSync(directoryFile)) return
  const database = new DatabaseSync(directoryFile, { timeout: 5_000 })
  try {
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'access_log'").get() === undefined) return
    const slice = database.prepare('SELECT a.access_id, a.at, a.person_id, a.route, a.subject, p.name FROM access_log a LEFT JOIN person p USING (person_id) WHERE a.access_id > ? ORDER BY a.access_id LIMIT ?')
    audit.bringOver(NAME, (doneUpTo) => {
      const rows = slice.all(doneUpTo, SLICE) as unknown as { access_id: number; at: number; person_id: number; route: string; subject: string | null; name: string | null }[]
      if (rows.length === 0) return undefined
      return {
        upTo: rows.at(-1)!.access_id,
        entries: rows.map((row) => ({ kind: 'reading', at: row.at, actor: partyOf(row.person_id, row.name ?? undefined), act: row.route, subject: row.subject === null ? null : { kind: 'delivery-point', id: row.subject } })),
      }
    })
    // Overwritten as well: what was moved must not stay readable where it was.
    database.exec('PRAGMA secure_delete = ON; DROP TABLE access_log; PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
}
