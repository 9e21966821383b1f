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
  const { sessions, links, codes } = directory
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
    arrive(...args) {
      const [{ issuer, subject }] = args
      const isNew = directory.personId(issuer, subject) === undefined
      const personId = directory.arrive(...args)
      if (isNew) audit.append([{ kind: 'rights', actor: null, act: 'arrive', subject: named(personId), reason: args[1] }])
      return personId
    },
    setRoles(...args) {
      const [personId, roles] = args
      // Who asked stands in the entry of the route, right before.
      audit.append([{ kind: 'rights', actor: null, act: 'set-roles', subject: named(personId), reason: roles.join(' ') }])
      directory.setRoles(...args)
    },
    async remove(personId) {
      await directory.remove(personId)
      // The entries stay; who they were about does not.
      audit.erase([{ kind: 'person', id: String(personId) }], { actor: null, act: 'remove-account' })
    },
    sessions: {
      ...sessions,
      begin(session) {
        audit.append([{ kind: 'sign-in', actor: named(session.personId), act: 'begin-session', subject: null }])
        return sessions.begin(session)
      },
      async end(sessionId) {
        const session = await sessions.find(sessionId, { quietly: true })
        if (session !== undefined) audit.append([{ kind: 'sign-out', actor: named(session.personId), act: 'end-session', subject: null }])
        await sessions.end(sessionId)
      },
      revoke(personId) {
        audit.append([{ kind: 'sessions-ended', actor: null, act: 'revoke', subject: named(personId) }])
        return sessions.revoke(personId)
      },
    },
    links: {
      ...links,
      add(link) {
        audit.append([{ kind: 'rights', actor: link.grantedBy === null ? null : named(link.grantedBy), act: `link-${link.origin}`, subject: named(link.personId), reason: link.holder }])
        return links.add(link)
      },
      end(linkId, by) {
        const link = links.link(linkId)
        const isEnded = links.end(linkId, by)
        if (isEnded && link !== undefined) audit.append([{ kind: 'rights', actor: by === null ? null : named(by), act: 'end-link', subject: named(link.personId), reason: link.holder }])
        return isEnded
      },
    },
    codes: {
      ...codes,
      make(code) {
        const made = codes.make(code)
        audit.append([{ kind: 'rights', actor: named(code.madeBy), act: `make-${code.kind}`, subject: { kind: 'holder', id: code.holder } }])
        return made
      },
      redeem(personId, ...more) {
        const link = codes.redeem(personId, ...more)
        audit.append([{ kind: 'rights', actor: named(personId), act: 'redeem-code', subject: named(personId), reason: link.holder }])
        return link
      },
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
