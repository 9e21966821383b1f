import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { CodeRecord } from '#services/directory/codes-port.ts'
import { heldAt } from '#services/directory/scope.ts'
import { ensureRole, roleOfHolder } from '#services/identity/admit.ts'
import { accessViews } from '../access/views.ts'
import { DelegationBody, Done, LONGEST_DELEGATION_MS, MadeCode, NumberedParams, OwnAccess, RedeemBody, Redeemed } from '../contract/own-access.ts'
import { ROUTES } from '../contract/routes.ts'
import type { ApiDeps } from '../deps.ts'
import { clearSessionCookie, renewSession } from '../plugins/access.ts'
import { homeOf } from './session.ts'

const config = { access: 'signed-in' } as const

/** What people do about their own access: enter a code, delegate and take back, leave. */
export const ownAccessRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { clock, directory, secure } = deps
  const { district } = deps.district
  const { links, codes } = directory
  const views = accessViews(district, directory)
  const nothing = () => new PenfeldError('PF_NOT_FOUND', 'Nothing of yours has this number.')

  app.get(ROUTES.session.access, { config, schema: { response: { 200: OwnAccess } } }, async ({ principal }): Promise<OwnAccess> => {
    const { personId, name, roles } = principal!
    const { issuer, subject } = directory.person(personId)!
    return {
      name, issuer, subject, roles: [...roles],
      links: links.of(personId).map(views.link),
      delegations: links.delegatedBy(personId).map(views.link),
      codes: codes.open().filter(({ kind, madeBy }) => kind === 'delegation' && madeBy === personId).map(views.code),
    }
  })

  app.post(ROUTES.session.code, { config, schema: { body: RedeemBody, response: { 200: Redeemed } } }, async (request, reply): Promise<Redeemed> => {
    const { personId, roles } = request.principal!
    if (roles.includes('administrator')) throw new PenfeldError('PF_ROLES_CONFLICT', 'An administrator acts for no holder.')
    /** Nobody grants to themselves; a letter is of the one who lives there now, a delegation stands on its link. */
    const stillRight = (code: CodeRecord): boolean =>
      code.madeBy !== personId && (code.kind === 'letter' ? heldAt(district, code.holder, clock.now()).some(({ id }) => id === code.deliveryPoint) : links.link(code.parentLink!) !== undefined)
    const link = codes.redeem(personId, request.body.code, stillRight)
    ensureRole(directory, personId, roleOfHolder(district, link.holder))
    const { csrfToken } = await renewSession(request, reply, { directory, secure })
    return { holder: views.holderName(link.holder), home: homeOf(directory.principal(personId)!), csrfToken }
  })

  app.post(ROUTES.session.delegations, { config, schema: { body: DelegationBody, response: { 200: MadeCode } } }, async (request): Promise<MadeCode> => {
    const { personId } = request.principal!
    const { linkId, endsAt } = request.body
    const link = links.of(personId).find((one) => one.linkId === linkId)
    // What was delegated to somebody is theirs to use and not to pass on.
    if (link === undefined || link.parentLink !== null) throw nothing()
    const now = Date.now()
    if (endsAt <= now || endsAt > now + LONGEST_DELEGATION_MS) throw new PenfeldError('PF_REQUEST_INVALID', 'A delegation ends within a year from now.', { where: 'body.endsAt' })
    const { codeId, code, expiresAt } = codes.make({ kind: 'delegation', holder: link.holder, deliveryPoint: null, parentLink: linkId, from: link.from, linkEndsAt: Math.min(endsAt, link.endsAt), madeBy: personId })
    return { codeId, code, expiresAt }
  })

  app.delete(ROUTES.session.delegation, { config, schema: { params: NumberedParams, response: { 200: Done } } }, async (request): Promise<Done> => {
    const { personId } = request.principal!
    const mine = [...links.delegatedBy(personId), ...links.of(personId).filter(({ origin }) => origin === 'delegation')]
    if (!mine.some(({ linkId }) => linkId === request.params.id)) throw nothing()
    links.end(request.params.id, personId)
    return { done: true }
  })

  app.delete(ROUTES.session.ownCode, { config, schema: { params: NumberedParams, response: { 200: Done } } }, async (request): Promise<Done> => {
    const { personId } = request.principal!
    if (!codes.open().some(({ codeId, kind, madeBy }) => codeId === request.params.id && kind === 'delegation' && madeBy === personId)) throw nothing()
    codes.withdraw(request.params.id)
    return { done: true }
  })

  app.delete(ROUTES.session.account, { config, schema: { response: { 200: Done } } }, async (request, reply): Promise<Done> => {
    await directory.remove(request.principal!.personId)
    clearSessionCookie(reply, secure)
    void reply.header('clear-site-data', '"cache"')
    return { done: true }
  })
}
