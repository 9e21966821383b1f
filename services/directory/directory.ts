import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { inTransaction, openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { accessCodes } from './codes.ts'
import { holderLinks } from './links.ts'
import { SIGN_IN_LIMIT_MS, type Directory, type PendingSignIn, type PersonSummary, type RoleName } from './port.ts'
import { DIRECTORY_MIGRATIONS } from './schema.ts'
import { hashOf, newSecret } from './secrets.ts'
import type { SessionStore } from './sessions-port.ts'
import { sqliteSessions } from './sqlite-sessions.ts'

/** What the logs may keep of a person who is gone: nobody is found by it, but who names issuer and subject can be told. */
const referenceOf = (salt: string, issuer: string, subject: string): string => hashOf(JSON.stringify([salt, issuer, subject]))

/** Opens directory.sqlite as its one writer. `sharedSessions`: where sessions are kept instead of in this file. */
export function openDirectory(file: string, realNow: () => number = Date.now, sharedSessions?: SessionStore): Directory {
  // What is removed is overwritten: a deleted row would else stay readable in the file.
  const database = openAsWriter(file, DIRECTORY_MIGRATIONS, { pragmas: 'PRAGMA secure_delete = ON' })
  const links = holderLinks(database, realNow)
  const codes = accessCodes(database, links, realNow)
  const sessions = sharedSessions ?? sqliteSessions(database, realNow)
  return { sessions, links, codes, ...people(database, links, sessions, realNow), ...signIns(database, realNow), ...notLogged, close: () => database.close() }
}

interface PersonRow { person_id: number; name: string; issuer: string; subject: string; signed_in_at: number | null }
type People = Pick<Directory, 'enrol' | 'arrive' | 'personId' | 'principal' | 'people' | 'person' | 'setRoles' | 'remove' | 'wasRemoved'>

function people(database: DatabaseSync, links: Directory['links'], sessions: SessionStore, realNow: () => number): People {
  const sql = (text: string) => database.prepare(text)
  const save = sql('INSERT INTO person (issuer, subject, name) VALUES (?, ?, ?) ON CONFLICT (issuer, subject) DO UPDATE SET name = excluded.name RETURNING person_id')
  const seen = sql('UPDATE person SET signed_in_at = ? WHERE person_id = ?')
  const find = sql('SELECT person_id FROM person WHERE issuer = ? AND subject = ?')
  const read = sql('SELECT name, issuer, subject FROM person WHERE person_id = ?')
  const all = sql('SELECT * FROM person ORDER BY name, person_id')
  const one = sql('SELECT * FROM person WHERE person_id = ?')
  const rolesOf = sql('SELECT role FROM person_role WHERE person_id = ? ORDER BY role')
  const dropRoles = sql('DELETE FROM person_role WHERE person_id = ?')
  const saveRole = sql('INSERT INTO person_role (person_id, role) VALUES (?, ?)')
  const dropEnrolled = sql("DELETE FROM holder_link WHERE person_id = ? AND origin = 'enrolled'")
  const otherAdministrators = sql("SELECT count(*) AS count FROM person_role WHERE role = 'administrator' AND person_id <> ?")
  const endDelegated = sql('UPDATE holder_link SET ended_at = ? WHERE ended_at IS NULL AND parent_link IN (SELECT link_id FROM holder_link WHERE person_id = ?)')
  const withdrawCodes = sql('UPDATE access_code SET withdrawn_at = ? WHERE redeemed_at IS NULL AND withdrawn_at IS NULL AND made_by = ?')
  const forget = ['DELETE FROM person_role WHERE person_id = ?', 'DELETE FROM holder_link WHERE person_id = ?', 'DELETE FROM session WHERE person_id = ?', 'DELETE FROM wrong_code WHERE person_id = ?', 'DELETE FROM person WHERE person_id = ?'].map(sql)
  const saveRemoved = sql('INSERT INTO removed_person (person_id, salt, reference, removed_at) VALUES (?, ?, ?, ?)')
  const findRemoved = sql('SELECT salt, reference FROM removed_person WHERE person_id = ?')

  const roles = (personId: number) => (rolesOf.all(personId) as { role: RoleName }[]).map(({ role }) => role)
  const summary = (row: PersonRow): PersonSummary => ({ personId: row.person_id, name: row.name, issuer: row.issuer, subject: row.subject, roles: roles(row.person_id), signedInAt: row.signed_in_at })
  const writeRoles = (personId: number, granted: readonly RoleName[]) => {
    dropRoles.run(personId)
    for (const role of granted) saveRole.run(personId, role)
  }
  /** Without an administrator nobody could ever grant anything again. */
  const keepOneAdministrator = (personId: number) => {
    if (roles(personId).includes('administrator') && (otherAdministrators.get(personId) as { count: number }).count === 0) {
      throw new PenfeldError('PF_LAST_ADMINISTRATOR', 'This is the only account with the role of administrator.')
    }
  }
  return {
    enrol({ issuer, subject, name, roles: granted, holders }) {
      return inTransaction(database, () => {
        const { person_id: personId } = save.get(issuer, subject, name) as { person_id: number }
        writeRoles(personId, granted)
        dropEnrolled.run(personId)
        for (const { holder, from, to } of holders) links.add({ personId, holder, from, to, origin: 'enrolled', grantedBy: null, endsAt: Infinity, parentLink: null })
        return personId
      })
    },
    arrive({ issuer, subject, name }, roleOfNew) {
      return inTransaction(database, () => {
        const known = find.get(issuer, subject) as { person_id: number } | undefined
        const { person_id: personId } = save.get(issuer, subject, name) as { person_id: number }
        if (known === undefined) saveRole.run(personId, roleOfNew)
        seen.run(realNow(), personId)
        return personId
      })
    },
    personId: (issuer, subject) => (find.get(issuer, subject) as { person_id: number } | undefined)?.person_id,
    principal(personId) {
      const person = read.get(personId) as { name: string } | undefined
      if (person === undefined) return undefined
      return { personId, name: person.name, roles: roles(personId), holders: links.of(personId).map(({ holder, from, to }) => ({ holder, from, to })) }
    },
    people: () => (all.all() as unknown as PersonRow[]).map(summary),
    person(personId) {
      const row = one.get(personId) as PersonRow | undefined
      return row && summary(row)
    },
    setRoles(personId, granted) {
      inTransaction(database, () => {
        if (!granted.includes('administrator')) keepOneAdministrator(personId)
        writeRoles(personId, granted)
      })
    },
    async remove(personId) {
      const person = read.get(personId) as { issuer: string; subject: string } | undefined
      if (person === undefined) return
      inTransaction(database, () => {
        keepOneAdministrator(personId)
        const salt = randomBytes(16).toString('hex')
        saveRemoved.run(personId, salt, referenceOf(salt, person.issuer, person.subject), realNow())
        endDelegated.run(realNow(), personId)
        withdrawCodes.run(realNow(), personId)
        for (const statement of forget) statement.run(personId)
      })
      await sessions.revoke(personId)
    },
    wasRemoved(personId, issuer, subject) {
      const row = findRemoved.get(personId) as { salt: string; reference: string } | undefined
      return row !== undefined && row.reference === referenceOf(row.salt, issuer, subject)
    },
  }
}

function signIns(database: DatabaseSync, realNow: () => number): Pick<Directory, 'beginSignIn' | 'takeSignIn'> {
  const save = database.prepare('INSERT INTO sign_in (id_hash, created_at, body) VALUES (?, ?, ?)')
  const take = database.prepare('DELETE FROM sign_in WHERE id_hash = ? RETURNING created_at, body')
  const dropOld = database.prepare('DELETE FROM sign_in WHERE created_at < ?')
  return {
    beginSignIn(pending) {
      dropOld.run(realNow() - SIGN_IN_LIMIT_MS)
      const id = newSecret()
      save.run(hashOf(id), realNow(), JSON.stringify(pending))
      return id
    },
    takeSignIn(id) {
      const row = take.get(hashOf(id)) as { created_at: number; body: string } | undefined
      return row === undefined || realNow() - row.created_at > SIGN_IN_LIMIT_MS ? undefined : (JSON.parse(row.body) as PendingSignIn)
    },
  }
}

/** Both are answered by services/audit/audited-directory.ts; without it no figures are given. */
const notLogged: Pick<Directory, 'logAccess' | 'accesses'> = {
  logAccess: () => {
    throw new PenfeldError('PF_AUDIT_UNAVAILABLE', 'The directory was opened without the audit log.')
  },
  accesses: () => [],
}
