import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { AuditKind, AuditLog, Party } from '#services/audit/port.ts'
import { actorOf } from '#services/audit/audited-directory.ts'
import { createRefusals } from '#services/audit/refusals.ts'
import type { ApiDeps } from '../deps.ts'
import { ROUTES } from '../contract/routes.ts'

/** How a route is written down. `own`: the route does it itself. */
export type RouteAudit = 'own' | { readonly kind: AuditKind; readonly subject?: (request: FastifyRequest) => Party | null }

declare module 'fastify' {
  interface FastifyContextConfig {
    audit?: RouteAudit
  }
  interface FastifyRequest {
    /** Number of the entry that says what this request asked for. */
    auditSeq: number | undefined
  }
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** What is tried out and kept by nobody. */
const NOT_WRITTEN: readonly string[] = [ROUTES.planner.reinforcementRuns, ROUTES.planner.reinforcementRun]
const KINDS: readonly (readonly [string, AuditKind])[] = [
  [ROUTES.operator.edits, 'edit'], [ROUTES.operator.imports, 'import'], [ROUTES.operator.activations, 'activation'], [ROUTES.merchant.activations, 'activation'],
  [ROUTES.planner.reinforcementSign, 'signature'], [ROUTES.planner.reinforcementStudies, 'study'],
  [ROUTES.resident.erasures, 'erasure'],
]
/** Of trees whose acts are of one kind. */
const KINDS_OF_TREES: readonly (readonly [RegExp, AuditKind])[] = [[/\/consents?(\/|$)/, 'consent'], [/\/(links?|delegations?|people|invitations?|codes?|roles?)(\/|$)/, 'rights'], [/^\/api\/data-officer\//, 'release'], [/^\/api\/administrator\//, 'rights']]

/**
 * Whatever changes something on a private address is written into the audit log before it is done: a route need not ask for it. If it cannot be written it is
 * not done. What was asked for and refused has a second entry that says so.
 */
export const auditPlugin = fp<{ deps: Pick<ApiDeps, 'audit' | 'district'> }>(async (app, { deps: { audit, district: { district } } }) => {
  app.decorateRequest('auditSeq', undefined)
  const refused = createRefusals(audit)
  const holderPointOf = (point: unknown): Party | null => {
    const on = district.measurementPoints.find(({ id }) => id === point)?.on
    return on !== undefined && district.deliveryPoints.some(({ id }) => id === on) ? { kind: 'delivery-point', id: on } : typeof point === 'string' ? { kind: 'element', id: on ?? point } : null
  }

  app.addHook('preHandler', async (request) => {
    const { access, audit: declared } = request.routeOptions.config
    const route = request.routeOptions.url ?? ''
    if (access === undefined || access === 'public' || access === 'session' || declared === 'own') return
    if (declared === undefined && (SAFE_METHODS.has(request.method) || NOT_WRITTEN.includes(route))) return
    const kind = declared?.kind ?? kindOf(route)
    const body = (request.body ?? {}) as { reason?: unknown; point?: unknown }
    const subject = declared?.subject !== undefined ? declared.subject(request) : kind === 'edit' ? holderPointOf(body.point) : recordOf(request)
    request.auditSeq = audit.append([{ kind, actor: actorOf(request.principal), act: `${request.method} ${route}`, subject, ...(typeof body.reason === 'string' && body.reason.trim() !== '' ? { reason: body.reason.trim() } : {}) }])
  })

  app.addHook('onResponse', async (request, reply) => {
    if (request.auditSeq === undefined || reply.statusCode < 400) return
    noteNotDone(audit, request, reply.statusCode)
  })

  app.addHook('onError', async (request, _reply, error) => {
    const { code = 'PF_INTERNAL' } = error as { code?: string }
    if (request.routeOptions.url === ROUTES.session.callback) refused('sign-in-refused', code)
    else if (code === 'PF_TOKEN_REFUSED' || code === 'PF_TOKEN_IN_URL') refused('token-refused', code)
  })
})

const kindOf = (route: string): AuditKind => KINDS.find(([prefix]) => route.startsWith(prefix))?.[1] ?? KINDS_OF_TREES.find(([pattern]) => pattern.test(route))?.[1] ?? 'act'

const recordOf = ({ params, body }: FastifyRequest): Party | null => {
  const { id, activationId, runId } = { ...(params as object | undefined), ...(typeof body === 'object' && body !== null && !('pipe' in body) ? body : {}) } as Record<string, unknown>
  const named = [id, activationId, runId].find((one) => typeof one === 'string' || typeof one === 'number')
  return named === undefined ? null : { kind: 'record', id: String(named) }
}

function noteNotDone(audit: AuditLog, request: FastifyRequest, statusCode: number): void {
  try {
    audit.append([{ kind: 'not-done', actor: actorOf(request.principal), act: `${request.method} ${request.routeOptions.url ?? ''}`, subject: null, reason: `entry ${request.auditSeq}: ${statusCode}` }])
  } catch {
    // The entry of what was asked for stands; the log has said why it cannot be written.
  }
}
