import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { SIGN_IN_LIMIT_MS, type Principal, type RoleName } from '#services/directory/port.ts'
import { ABSOLUTE_LIMIT_MS } from '#services/directory/sessions-port.ts'
import { admit } from '#services/identity/admit.ts'
import { ROUTES, address } from '../contract/routes.ts'
import { CallbackParams, CallbackQuery, FRESH_MS, Session, SignInProviders, SignInQuery, SignedOut, SignedOutQuery } from '../contract/session.ts'
import type { ApiDeps } from '../deps.ts'
import { clearSessionCookie, setSessionCookie } from '../plugins/access.ts'

const access = { access: 'session' } as const
const PUBLIC_HOME = '/quartier'
const CHOICE_PAGE = '/connexion'
const HOMES: Record<RoleName, string> = { resident: '/mes-donnees', merchant: '/commerce', planner: '/planification', operator: '/exploitation', 'data-officer': '/publications', administrator: '/acces' }

/** A newcomer has nothing to look at yet and is told how to get it. */
export function homeOf({ roles, holders }: Principal): string {
  const isNew = holders.length === 0 && roles.every((role) => role === 'resident')
  return isNew ? '/acces/moi' : (HOMES[roles[0]!] ?? PUBLIC_HOME)
}

export const sessionRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { directory, relyingParty, secure } = deps
  const signInCookie = secure ? '__Host-signin' : 'signin'
  const signOutCookie = secure ? '__Host-signout' : 'signout'
  const ownCookie = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const

  app.get(ROUTES.session.session, { config: access, schema: { response: { 200: Session } } }, async ({ principal, session }): Promise<Session> => {
    if (principal === undefined || session === undefined) return { signedIn: false, name: null, roles: [], home: PUBLIC_HOME, csrfToken: null, expiresAt: null }
    return { signedIn: true, name: principal.name, roles: [...principal.roles], home: homeOf(principal), csrfToken: session.csrfToken, expiresAt: session.createdAt + ABSOLUTE_LIMIT_MS }
  })

  app.get(ROUTES.session.providers, { config: access, schema: { response: { 200: SignInProviders } } }, async (): Promise<SignInProviders> => ({
    providers: relyingParty.providers.map(({ id, label, whom }) => ({ provider: id, label, whom })),
  }))

  /** People come here with a browser and get a page that says what to do; everybody else gets the problem. */
  const orTheChoicePage = async (request: FastifyRequest, reply: FastifyReply, answer: Promise<unknown>): Promise<unknown> => {
    try {
      return await answer
    } catch (error) {
      if (!(error instanceof PenfeldError) || !(request.headers.accept ?? '').includes('text/html')) throw error
      deps.log.warn({ code: error.code, cause: String(error.cause) }, 'a sign-in was refused')
      return reply.redirect(address(CHOICE_PAGE, {}, { refused: error.code }), 303)
    }
  }

  const begin = async (request: FastifyRequest, reply: FastifyReply, query: SignInQuery): Promise<unknown> => {
    const { provider: asked, fresh = false } = query
    const returnTo = safeReturn(query.returnTo)
    const known = fresh ? request.session?.provider : undefined
    const provider = asked ?? known ?? (relyingParty.providers.length > 1 ? undefined : (relyingParty.providers[0]?.id ?? 'standard'))
    if (provider === undefined) return reply.redirect(address(CHOICE_PAGE, {}, { returnTo: returnTo === '' ? undefined : returnTo }), 302)
    const origin = originOf(request, deps.origins)
    const { url, pending } = await relyingParty.begin(provider, { redirectUri: `${origin}${callbackPath(provider)}`, returnTo, ...(fresh ? { maxAgeS: FRESH_MS / 1000 } : {}) })
    // Lax: the way back from the provider is a top-level GET from another site.
    void reply.setCookie(signInCookie, directory.beginSignIn(pending), { ...ownCookie, maxAge: SIGN_IN_LIMIT_MS / 1000 })
    return reply.redirect(url.href, 302)
  }
  app.get(ROUTES.session.signIn, { config: access, schema: { querystring: SignInQuery } }, (request, reply) => orTheChoicePage(request, reply, begin(request, reply, request.query)))

  const finish = async (request: FastifyRequest, reply: FastifyReply, provider: string): Promise<unknown> => {
    const id = request.cookies[signInCookie]
    const pending = id === undefined ? undefined : directory.takeSignIn(id)
    if (pending === undefined) throw new PenfeldError('PF_SIGN_IN_REFUSED', 'This browser has no sign-in under way.')
    void reply.clearCookie(signInCookie, ownCookie)
    if (pending.provider !== provider) throw new PenfeldError('PF_SIGN_IN_REFUSED', 'The answer is of another provider than the one that was asked.')
    const callback = new URL(pending.redirectUri)
    callback.search = new URL(request.url, pending.redirectUri).search
    const identity = await relyingParty.finish(callback, pending)
    const personId = admit(directory, deps.district.district, deps.administrators, identity)
    // A new id at every sign-in: one planted before it opens nothing.
    if (request.sessionId !== undefined) await directory.sessions.end(request.sessionId)
    const { sessionId } = await directory.sessions.begin({ personId, provider: identity.provider, idToken: identity.idToken, authenticatedAt: identity.authenticatedAt })
    setSessionCookie(reply, secure, sessionId)
    const target = pending.returnTo === '' ? homeOf(directory.principal(personId)!) : pending.returnTo
    return reply.redirect(`${new URL(pending.redirectUri).origin}${target}`, 303)
  }
  app.get(ROUTES.session.callback, { config: access, schema: { querystring: CallbackQuery } }, (request, reply) => orTheChoicePage(request, reply, finish(request, reply, 'standard')))
  app.get(ROUTES.session.callbackOf, { config: access, schema: { params: CallbackParams, querystring: CallbackQuery } }, (request, reply) => orTheChoicePage(request, reply, finish(request, reply, request.params.provider)))

  app.post(ROUTES.session.signOut, { config: access, schema: { response: { 200: SignedOut } } }, async (request, reply): Promise<SignedOut> => {
    const { provider, idToken } = request.session ?? {}
    if (request.sessionId !== undefined) await directory.sessions.end(request.sessionId)
    clearSessionCookie(reply, secure)
    void reply.header('clear-site-data', '"cache"')
    const end = provider === undefined || idToken === undefined ? undefined : await relyingParty.endSession(provider, idToken, `${originOf(request, deps.origins)}${ROUTES.session.signedOut}`)
    if (end !== undefined) void reply.setCookie(signOutCookie, end.state, { ...ownCookie, maxAge: SIGN_IN_LIMIT_MS / 1000 })
    return { signedIn: false, home: PUBLIC_HOME, endSessionUrl: end?.url.href ?? null }
  })

  /** The way back from the provider's own logout: our session is over long since, this only says that the answer is to our question. */
  app.get(ROUTES.session.signedOut, { config: access, schema: { querystring: SignedOutQuery } }, async (request, reply) => {
    const state = request.cookies[signOutCookie]
    if (state === undefined || state !== request.query.state) throw new PenfeldError('PF_SIGN_IN_REFUSED', 'This browser has no sign-out under way.')
    void reply.clearCookie(signOutCookie, ownCookie)
    return reply.redirect(PUBLIC_HOME, 303)
  })
}

const callbackPath = (provider: string): string => (provider === 'standard' ? ROUTES.session.callback : address(ROUTES.session.callbackOf, { provider }))

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
