import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { ABSOLUTE_LIMIT_MS, SIGN_IN_LIMIT_MS, type RoleName } from '#services/directory/port.ts'
import { ROUTES } from '../contract/routes.ts'
import { CallbackQuery, Session, SignInQuery, SignedOut } from '../contract/session.ts'
import type { ApiDeps } from '../deps.ts'
import { clearSessionCookie, setSessionCookie } from '../plugins/access.ts'

const access = { access: 'session' } as const
const PUBLIC_HOME = '/quartier'
const HOMES: Record<RoleName, string> = { resident: '/mes-donnees', merchant: '/commerce', planner: '/planification', operator: '/exploitation', 'data-officer': '/publications', administrator: '/acces' }
const homeOf = (roles: readonly RoleName[]): string => HOMES[roles[0]!] ?? PUBLIC_HOME

export const sessionRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { directory, relyingParty, secure } = deps
  const signInCookie = secure ? '__Host-signin' : 'signin'

  app.get(ROUTES.session.session, { config: access, schema: { response: { 200: Session } } }, async ({ principal, session }): Promise<Session> => {
    if (principal === undefined || session === undefined) return { signedIn: false, name: null, roles: [], home: PUBLIC_HOME, csrfToken: null, expiresAt: null }
    return { signedIn: true, name: principal.name, roles: [...principal.roles], home: homeOf(principal.roles), csrfToken: session.csrfToken, expiresAt: session.createdAt + ABSOLUTE_LIMIT_MS }
  })

  app.get(ROUTES.session.signIn, { config: access, schema: { querystring: SignInQuery } }, async (request, reply) => {
    const origin = originOf(request, deps.origins)
    const { url, pending } = await relyingParty.begin(`${origin}${ROUTES.session.callback}`, safeReturn(request.query.returnTo))
    // Lax: the way back from the provider is a top-level GET from another site.
    void reply.setCookie(signInCookie, directory.beginSignIn(pending), { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: SIGN_IN_LIMIT_MS / 1000 })
    return reply.redirect(url.href, 302)
  })

  app.get(ROUTES.session.callback, { config: access, schema: { querystring: CallbackQuery } }, async (request, reply) => {
    const id = request.cookies[signInCookie]
    const pending = id === undefined ? undefined : directory.takeSignIn(id)
    if (pending === undefined) throw new PenfeldError('PF_SIGN_IN_REFUSED', 'This browser has no sign-in under way.')
    void reply.clearCookie(signInCookie, { path: '/', httpOnly: true, sameSite: 'lax', secure })
    const callback = new URL(pending.redirectUri)
    callback.search = new URL(request.url, pending.redirectUri).search
    const identity = await relyingParty.finish(callback, pending)
    const personId = directory.personId(identity.issuer, identity.subject)
    if (personId === undefined) throw new PenfeldError('PF_ROLE_REQUIRED', 'This account is not known here.')
    // A new id at every sign-in: one planted before it opens nothing.
    if (request.sessionId !== undefined) directory.endSession(request.sessionId)
    const { sessionId } = directory.beginSession(personId)
    setSessionCookie(reply, secure, sessionId)
    const target = pending.returnTo === '' ? homeOf(directory.principal(personId)!.roles) : pending.returnTo
    return reply.redirect(`${new URL(pending.redirectUri).origin}${target}`, 303)
  })

  app.post(ROUTES.session.signOut, { config: access, schema: { response: { 200: SignedOut } } }, async (request, reply): Promise<SignedOut> => {
    if (request.sessionId !== undefined) directory.endSession(request.sessionId)
    clearSessionCookie(reply, secure)
    void reply.header('clear-site-data', '"cache"')
    return { signedIn: false, home: PUBLIC_HOME }
  })
}

/** One of our own addresses, never what a Host header invents. */
function originOf(request: FastifyRequest, origins: readonly string[]): string {
  return origins.find((origin) => new URL(origin).host === request.headers.host) ?? origins[0]!
}

/** A path of this site or nothing: an open redirect would lend our name to others. */
export function safeReturn(returnTo: string | undefined): string {
  if (returnTo === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(returnTo) || returnTo.includes('\\')) return ''
  const resolved = new URL(returnTo, 'http://here.invalid')
  return resolved.origin === 'http://here.invalid' && !resolved.pathname.startsWith('//') ? returnTo : ''
}
