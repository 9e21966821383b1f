import { createHash, randomBytes } from 'node:crypto'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { inTransaction, openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { ABSOLUTE_LIMIT_MS, IDLE_LIMIT_MS, SIGN_IN_LIMIT_MS, type Directory, type PendingSignIn, type RoleName } from './port.ts'
import { DIRECTORY_MIGRATIONS } from './schema.ts'

/** Activity is written at most so often: a page that polls must not make a write of every read. */
const SEEN_STEP_MS = 30_000

const newSecret = (): string => randomBytes(32).toString('base64url')
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

interface SessionRow { person_id: number; csrf_token: string; created_at: number; seen_at: number }

/** Opens directory.sqlite as its one writer. */
export function openDirectory(file: string, realNow: () => number = Date.now): Directory {
  const database = openAsWriter(file, DIRECTORY_MIGRATIONS)
  const sql = (text: string) => database.prepare(text)
  const savePerson = sql('INSERT INTO person (issuer, subject, name) VALUES (?, ?, ?) ON CONFLICT (issuer, subject) DO UPDATE SET name = excluded.name RETURNING person_id')
  const dropRoles = sql('DELETE FROM person_role WHERE person_id = ?')
  const saveRole = sql('INSERT INTO person_role (person_id, role) VALUES (?, ?)')
  const dropHolders = sql('DELETE FROM person_holder WHERE person_id = ?')
  const saveHolder = sql('INSERT INTO person_holder (person_id, holder, from_at, to_at) VALUES (?, ?, ?, ?)')
  const findPerson = sql('SELECT person_id FROM person WHERE issuer = ? AND subject = ?')
  const personName = sql('SELECT name FROM person WHERE person_id = ?')
  const rolesOf = sql('SELECT role FROM person_role WHERE person_id = ? ORDER BY role')
  const holdersOf = sql('SELECT holder, from_at, to_at FROM person_holder WHERE person_id = ? ORDER BY holder, from_at')
  const saveSession = sql('INSERT INTO session (id_hash, person_id, csrf_token, created_at, seen_at) VALUES (?, ?, ?, ?, ?)')
  const findSession = sql('SELECT person_id, csrf_token, created_at, seen_at FROM session WHERE id_hash = ?')
  const touchSession = sql('UPDATE session SET seen_at = ? WHERE id_hash = ?')
  const dropSession = sql('DELETE FROM session WHERE id_hash = ?')
  const dropSessionsOf = sql('DELETE FROM session WHERE person_id = ?')
  const dropOldSessions = sql('DELETE FROM session WHERE seen_at < ? OR created_at < ?')
  const saveSignIn = sql('INSERT INTO sign_in (id_hash, created_at, body) VALUES (?, ?, ?)')
  const takeSignIn = sql('DELETE FROM sign_in WHERE id_hash = ? RETURNING created_at, body')
  const dropOldSignIns = sql('DELETE FROM sign_in WHERE created_at < ?')

  return {
    enrol({ issuer, subject, name, roles, holders }) {
      return inTransaction(database, () => {
        const { person_id: personId } = savePerson.get(issuer, subject, name) as { person_id: number }
        dropRoles.run(personId)
        for (const role of roles) saveRole.run(personId, role)
        dropHolders.run(personId)
        for (const { holder, from, to } of holders) saveHolder.run(personId, holder, from, Number.isFinite(to) ? to : null)
        return personId
      })
    },
    personId: (issuer, subject) => (findPerson.get(issuer, subject) as { person_id: number } | undefined)?.person_id,
    principal(personId) {
      const person = personName.get(personId) as { name: string } | undefined
      if (person === undefined) return undefined
      return {
        personId,
        name: person.name,
        roles: (rolesOf.all(personId) as { role: RoleName }[]).map(({ role }) => role),
        holders: (holdersOf.all(personId) as { holder: string; from_at: number; to_at: number | null }[]).map((row) => ({ holder: row.holder, from: row.from_at, to: row.to_at ?? Infinity })),
      }
    },
    revoke: (personId) => void dropSessionsOf.run(personId),

    beginSession(personId) {
      const now = realNow()
      dropOldSessions.run(now - IDLE_LIMIT_MS, now - ABSOLUTE_LIMIT_MS)
      const sessionId = newSecret()
      const csrfToken = newSecret()
      saveSession.run(hashOf(sessionId), personId, csrfToken, now, now)
      return { sessionId, csrfToken }
    },
    session(sessionId, { quietly = false } = {}) {
      const hash = hashOf(sessionId)
      const row = findSession.get(hash) as SessionRow | undefined
      if (row === undefined) return undefined
      const now = realNow()
      if (now - row.seen_at > IDLE_LIMIT_MS || now - row.created_at > ABSOLUTE_LIMIT_MS) {
        dropSession.run(hash)
        return undefined
      }
      if (!quietly && now - row.seen_at > SEEN_STEP_MS) touchSession.run(now, hash)
      return { personId: row.person_id, csrfToken: row.csrf_token, createdAt: row.created_at, seenAt: row.seen_at }
    },
    endSession: (sessionId) => void dropSession.run(hashOf(sessionId)),

    beginSignIn(pending) {
      dropOldSignIns.run(realNow() - SIGN_IN_LIMIT_MS)
      const id = newSecret()
      saveSignIn.run(hashOf(id), realNow(), JSON.stringify(pending))
      return id
    },
    takeSignIn(id) {
      const row = takeSignIn.get(hashOf(id)) as { created_at: number; body: string } | undefined
      return row === undefined || realNow() - row.created_at > SIGN_IN_LIMIT_MS ? undefined : (JSON.parse(row.body) as PendingSignIn)
    },

    // audit: both are answered by services/audit/audited-directory.ts; without it no figures are given.
    logAccess: () => {
      throw new PenfeldError('PF_AUDIT_UNAVAILABLE', 'The directory was opened without the audit log.')
    },
    accesses: () => [],
    close: () => database.close(),
  }
}
