import type { Directory, Principal } from '#services/directory/port.ts'
import type { AuditLog, NewEntry, Party } from './port.ts'

/** Whoever asks as the audit log names them. Numbers below 0 are those of machine tokens. */
export const partyOf = (personId: number, name?: string): Party =>
  (personId < 0 ? { kind: 'token', id: String(-personId), ...(name === undefined ? {} : { name }) } : { kind: 'person', id: String(personId), ...(name === undefined ? {} : { name }) })

export const actorOf = (principal: Principal | undefined): Party | null => (principal === undefined ? null : partyOf(principal.personId, principal.name))

const READINGS = 10_000

/**
 * The directory as the routes have it: what changes who may do what, who comes and goes, and whose figures are read is written into the audit log before the call returns,
 * so that nothing is answered that was not written down.
 */
export function auditedDirectory(directory: Directory, audit: AuditLog): Directory {
  const named = (personId: number): Party => partyOf(personId, personId < 0 ? undefined : directory.principal(personId)?.name)
  const rightsOf = (principal: Principal | undefined): string => (principal === undefined ? 'none' : JSON.stringify([principal.roles, principal.holders]))
  return {
    ...directory,
    enrol(...args) {
      const [{ issuer, subject }] = args
      const known = directory.personId(issuer, subject)
      const before = known === undefined ? 'none' : rightsOf(directory.principal(known))
      const personId = directory.enrol(...args)
      const after = directory.principal(personId)
      if (rightsOf(after) !== before) audit.append([{ kind: 'rights', actor: null, act: 'enrol', subject: named(personId), reason: after?.roles.join(' ') ?? '' }])
      return personId
    },
    revoke(...args) {
      audit.append([{ kind: 'sessions-ended', actor: null, act: 'revoke', subject: named(args[0]) }])
      directory.revoke(...args)
    },
    beginSession(...args) {
      const [personId] = args
      audit.append([{ kind: 'sign-in', actor: named(personId), act: 'begin-session', subject: null }])
      return directory.beginSession(...args)
    },
    endSession(...args) {
      const session = directory.session(args[0], { quietly: true })
      if (session !== undefined) audit.append([{ kind: 'sign-out', actor: named(session.personId), act: 'end-session', subject: null }])
      directory.endSession(...args)
    },
    logAccess({ personId, route, subject, subjectKind = 'delivery-point', reason }) {
      const entry: NewEntry = { kind: 'reading', actor: named(personId), act: route, subject: subject === null ? null : { kind: subjectKind, id: subject }, ...(reason === undefined ? {} : { reason }) }
      // Whoever must say why says so each time.
      if (reason === undefined) audit.appendOnceAnHour([entry])
      else audit.append([entry])
    },
    accesses: (subject) =>
      audit.list({ subject, kind: 'reading', limit: READINGS }).toReversed().flatMap(({ at, actor, act }) =>
        (actor === null || actor.kind === 'erased' ? [] : [{ at, personId: (actor.kind === 'token' ? -1 : 1) * Number(actor.id), route: act, subject }])),
  }
}
