import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Directory, Principal, RoleName, SessionRecord } from '#services/directory/port.ts'

/** `session`: anybody, but the answer depends on who asks. */
export type Access = 'public' | 'session' | { readonly role: RoleName } | { readonly anyRole: readonly RoleName[] }

declare module 'fastify' {
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

  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) throw new Error(`The route ${String(route.method)} ${route.url} does not declare its access.`)
  })

  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access
    // Unrouted addresses answer alike for everybody.
    if (access === undefined || access === 'public') return
    reply.header('cache-control', 'private, no-store')
    identify(request, directory, secure)
    if (!SAFE_METHODS.has(request.method)) refuseForeignPages(request)
    if (access === 'session') return
    if (request.principal === undefined) throw new PenfeldError('PF_SIGN_IN_REQUIRED', 'You are not signed in.')
    if (!request.principal.roles.some((role) => ('role' in access ? access.role === role : access.anyRole.includes(role)))) throw new PenfeldError('PF_ROLE_REQUIRED', 'This address belongs to another role.')
  })
})

function identify(request: FastifyRequest, directory: Directory, secure: boolean): void {
  const sessionId = request.cookies[sessionCookie(secure)]
  if (sessionId === undefined) return
  const session = directory.session(sessionId)
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
