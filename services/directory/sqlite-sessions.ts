import type { DatabaseSync } from 'node:sqlite'
import { hashOf, newSecret } from './secrets.ts'
import { ABSOLUTE_LIMIT_MS, IDLE_LIMIT_MS, SEEN_STEP_MS, isOver, type SessionRecord, type SessionStore } from './sessions-port.ts'

interface SessionRow { person_id: number; csrf_token: string; created_at: number; seen_at: number; provider: string | null; id_token: string | null; authenticated_at: number }

const recordOf = (row: SessionRow): SessionRecord => ({
  personId: row.person_id, csrfToken: row.csrf_token, createdAt: row.created_at, seenAt: row.seen_at, authenticatedAt: row.authenticated_at,
  ...(row.provider === null ? {} : { provider: row.provider }), ...(row.id_token === null ? {} : { idToken: row.id_token }),
})

/** Sessions in the directory's own file: one machine, no other server. */
export function sqliteSessions(database: DatabaseSync, realNow: () => number): SessionStore {
  const save = database.prepare('INSERT INTO session (id_hash, person_id, csrf_token, created_at, seen_at, provider, id_token, authenticated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const read = database.prepare('SELECT person_id, csrf_token, created_at, seen_at, provider, id_token, authenticated_at FROM session WHERE id_hash = ?')
  const touch = database.prepare('UPDATE session SET seen_at = ? WHERE id_hash = ?')
  const drop = database.prepare('DELETE FROM session WHERE id_hash = ?')
  const dropOf = database.prepare('DELETE FROM session WHERE person_id = ?')
  const dropOld = database.prepare('DELETE FROM session WHERE seen_at < ? OR created_at < ?')

  const find = (hash: string): SessionRecord | undefined => {
    const row = read.get(hash) as SessionRow | undefined
    if (row === undefined) return undefined
    const session = recordOf(row)
    if (!isOver(session, realNow())) return session
    drop.run(hash)
    return undefined
  }
  return {
    begin({ personId, provider, idToken, authenticatedAt, createdAt }) {
      const now = realNow()
      dropOld.run(now - IDLE_LIMIT_MS, now - ABSOLUTE_LIMIT_MS)
      const [sessionId, csrfToken] = [newSecret(), newSecret()]
      save.run(hashOf(sessionId), personId, csrfToken, createdAt ?? now, now, provider ?? null, idToken ?? null, authenticatedAt)
      return { sessionId, csrfToken }
    },
    find(sessionId, { quietly = false } = {}) {
      const hash = hashOf(sessionId)
      const session = find(hash)
      if (session !== undefined && !quietly && realNow() - session.seenAt > SEEN_STEP_MS) touch.run(realNow(), hash)
      return session
    },
    end: (sessionId) => void drop.run(hashOf(sessionId)),
    revoke: (personId) => void dropOf.run(personId),
  }
}
