import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Directory, Principal, RoleName } from '#services/directory/port.ts'
import type { BegunSession, SessionRecord } from '#services/directory/sessions-port.ts'
import { refuseBeyondScope } from './tokens.ts'

/**
 * `session`: anybody, but the answer depends on who asks; `signed-in`: any account, whatever its roles. `freshMs`: the person must have
 * proved who they are at most so long ago.
 */
export type Access = 'public' | 'session' | 'signed-in' | { readonly role: RoleName; readonly freshMs?: number } | { readonly anyRole: readonly RoleName[] }

/** A route as it was declared: what tests of access and the document of the API are held against. */
export interface DeclaredRoute {
  readonly methods: readonly string[]
  readonly url: string
  readonly access: Access
  readonly querystring: unknown
  readonly takesBody: boolean
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly declaredRoutes: readonly DeclaredRoute[]
  }
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    principal: Principal | undefined
    session: SessionRecord | undefined
    sessionId: string | undefined
  }
}

export interface AccessOptions {
  readonly directory: Directory
  readonly secure: boolean
}

export const sessionCookie = (secure: boolean): string => (secure ? '__Host-sid' : 'sid')
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Deny by default: a route that does not say who may use it cannot start, and every request is judged before it is read. */
export const accessPlugin = fp<AccessOptions>(async (app, { directory, secure }) => {
  app.decorateRequest('principal', undefined)
  app.decorateRequest('session', undefined)
  app.decorateRequest('sessionId', undefined)

  const declared: DeclaredRoute[] = []
  app.decorate('declaredRoutes', declared)

  app.addHook('onRoute', ({ method, url, config, schema }) => {
    if (config?.access === undefined) throw new Error(`The route ${String(method)} ${url} does not declare its access.`)
    declared.push({ methods: [method].flat(), url, access: config.access, querystring: schema?.querystring, takesBody: schema?.body !== undefined })
  })

  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access
    // Unrouted addresses answer alike for everybody.
    if (access === undefined || access === 'public') return
    reply.header('cache-control', 'private, no-store')
    // tokens: a machine sends no cookie, so that no page of another site can ask in its name.
    if (request.machine !== undefined && typeof access === 'object' && 'role' in access) return refuseBeyondScope(request, access.role)
    if (request.machine !== undefined && access !== 'session') throw new PenfeldError('PF_TOKEN_SCOPE', 'This address is for people.', { where: 'authorization' })
    await identify(request, directory, secure)
    if (!SAFE_METHODS.has(request.method)) refuseForeignPages(request)
    if (access === 'session') return
    if (request.principal === undefined) throw new PenfeldError('PF_SIGN_IN_REQUIRED', 'You are not signed in.')
    if (access === 'signed-in') return
    if (!request.principal.roles.some((role) => ('role' in access ? access.role === role : access.anyRole.includes(role)))) throw new PenfeldError('PF_ROLE_REQUIRED', 'This address belongs to another role.')
    if ('role' in access && access.freshMs !== undefined && Date.now() - request.session!.authenticatedAt > access.freshMs) throw new PenfeldError('PF_SIGN_IN_AGAIN', 'Your sign-in is too old for this act.')
  })
})

async function identify(request: FastifyRequest, directory: Directory, secure: boolean): Promise<void> {
  const sessionId = request.cookies[sessionCookie(secure)]
  if (sessionId === undefined) return
  const session = await directory.sessions.find(sessionId)
  if (session === undefined) return
  request.sessionId = sessionId
  request.session = session
  request.principal = directory.principal(session.personId)
}

/** Unsafe methods need the token that only our own pages can read; old browsers without Sec-Fetch-Site still need it. */
function refuseForeignPages(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site']
  const foreign = site !== undefined && site !== 'same-origin' && site !== 'none'
  const token = request.headers['x-csrf-token']
  if (foreign || (request.session !== undefined && token !== request.session.csrfToken)) {
    throw new PenfeldError('PF_CSRF', 'The request is not from this site or carries no valid token.', { where: 'x-csrf-token' })
  }
}

export function setSessionCookie(reply: FastifyReply, secure: boolean, sessionId: string): void {
  void reply.setCookie(sessionCookie(secure), sessionId, { path: '/', httpOnly: true, sameSite: 'lax', secure })
}
export function clearSessionCookie(reply: FastifyReply, secure: boolean): void {
  void reply.clearCookie(sessionCookie(secure), { path: '/', httpOnly: true, sameSite: 'lax', secure })
}

/** The rights of the one who asks have changed by their own act: a new id and token, and every other session of theirs is over. */
export async function renewSession(request: FastifyRequest, reply: FastifyReply, { directory, secure }: AccessOptions): Promise<BegunSession> {
  const { personId, provider, idToken, authenticatedAt, createdAt } = request.session!
  await directory.sessions.revoke(personId)
  const begun = await directory.sessions.begin({ personId, authenticatedAt, createdAt, ...(provider === undefined ? {} : { provider }), ...(idToken === undefined ? {} : { idToken }) })
  setSessionCookie(reply, secure, begun.sessionId)
  return begun
}
