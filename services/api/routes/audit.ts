import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { actorOf } from '#services/audit/audited-directory.ts'
import type { AuditEntry, ErasedParty, Party } from '#services/audit/port.ts'
import { AuditChain, AuditEntries, AuditQuery, type AuditEntryView } from '../contract/audit.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'

const config = { access: { role: 'data-officer' }, audit: 'own' } as const
const USUAL_ENTRIES = 100

/** The audit log, for the data officer. Reading it is written down in it. */
export const auditRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps: { audit, auditChain } }) => {
  app.get(ROUTES.dataOfficer.audit, { config, schema: { querystring: AuditQuery, response: { 200: AuditEntries } } }, async (request, reply) => {
    const { format: _format, limit = USUAL_ENTRIES, ...filter } = request.query
    const isFile = request.query.format === 'csv' || (request.query.format === undefined && (request.headers.accept ?? '').includes('text/csv'))
    const of = { actor: actorOf(request.principal), act: ROUTES.dataOfficer.audit, subject: filter.subject === undefined ? null : { kind: 'record' as const, id: filter.subject } }
    if (isFile) audit.append([{ ...of, kind: 'export' }])
    else audit.appendOnceAnHour([{ ...of, kind: 'audit-read' }])
    const found = audit.list({ ...filter, limit: limit + 1 })
    const entries = found.slice(0, limit).map(viewOf)
    const body: AuditEntries = { entries, next: found.length > limit ? entries.at(-1)!.seq : null }
    return answer(request, reply, body, (told) => ({
      header: ['entry', 'at', 'kind', 'actor_kind', 'actor', 'actor_name', 'act', 'subject_kind', 'subject', 'reason', 'sha256'],
      rows: told.entries.map((one) => [one.seq, isoTime(one.at), one.kind, one.actor?.kind, one.actor?.id, one.actor?.name, one.act, one.subject?.kind, one.subject?.id, one.reason, one.sha256]),
    }))
  })

  app.get(ROUTES.dataOfficer.auditChain, { config, schema: { response: { 200: AuditChain } } }, async (): Promise<AuditChain> => {
    const { fault, ...state } = await auditChain()
    const head = audit.newestHead()
    return { ...state, holds: fault === undefined, fault: fault ?? null, newestHead: head === undefined ? null : { seq: head.seq, at: head.at, sha256: head.sha256, publicKey: head.publicKey } }
  })
}

const partyView = (party: Party | ErasedParty | null): AuditEntryView['actor'] => party && { kind: party.kind, id: party.id, name: ('name' in party ? party.name : undefined) ?? null }
const viewOf = ({ actor, subject, ...entry }: AuditEntry): AuditEntryView => ({ ...entry, actor: partyView(actor), subject: partyView(subject) })
