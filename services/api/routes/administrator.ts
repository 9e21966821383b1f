import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { heldAt } from '#services/directory/scope.ts'
import { ensureRole, roleOfHolder } from '#services/identity/admit.ts'
import { letterText } from '#services/identity/letter.ts'
import { accessViews } from '../access/views.ts'
import { AccessHolders, AccessPeople, GrantBody, HoldersQuery, Letter, LetterBody, MOST_HOLDERS, RolesBody, type AccessHolder } from '../contract/administrator.ts'
import { Done, NumberedParams } from '../contract/own-access.ts'
import { ROUTES } from '../contract/routes.ts'
import { FRESH_MS } from '../contract/session.ts'
import type { ApiDeps } from '../deps.ts'

const config = { access: { role: 'administrator' } } as const
/** To grant or take away needs a sign-in that is only minutes old. */
const act = { access: { role: 'administrator', freshMs: FRESH_MS } } as const
const DAY_MS = 86_400_000
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** Who may do what. Nothing here reads a figure, and nobody changes the rights of their own account. */
export const administratorRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { clock, directory } = deps
  const { district } = deps.district
  const { links, codes } = directory
  const views = accessViews(district, directory)
  const { administrator: routes } = ROUTES
  const siteNames = new Map(district.sites.map(({ id, name }) => [id, name]))
  const heldNow = (holder: string) => heldAt(district, holder, clock.now()).map(({ id, site, carrier }) => ({ deliveryPointId: id, siteName: siteNames.get(site) ?? site, carrier }))

  /** The other person an act is about. */
  const other = (personId: number, self: number) => {
    const person = directory.principal(personId)
    if (person === undefined) throw new PenfeldError('PF_NOT_FOUND', 'Nobody has this number.')
    if (personId === self) throw new PenfeldError('PF_OWN_RIGHTS', 'This is your own account.')
    return person
  }

  app.get(routes.people, { config, schema: { response: { 200: AccessPeople } } }, async ({ principal }): Promise<AccessPeople> => {
    const byPerson = Map.groupBy(links.all(), ({ personId }) => personId)
    return {
      people: directory.people().map((person) => ({ ...person, roles: [...person.roles], isSelf: person.personId === principal!.personId, links: (byPerson.get(person.personId) ?? []).map(views.link) })),
      codes: codes.open().map(views.code),
      refusedCodes: codes.refusedSince(Date.now() - DAY_MS),
    }
  })

  app.post(routes.roles, { config: act, schema: { params: NumberedParams, body: RolesBody, response: { 200: Done } } }, async ({ params, body, principal }): Promise<Done> => {
    other(params.id, principal!.personId)
    if (body.roles.includes('administrator') && body.roles.length > 1) throw new PenfeldError('PF_ROLES_CONFLICT', 'The role of administrator goes with no other.', { where: 'body.roles' })
    directory.setRoles(params.id, body.roles)
    // Whoever is signed in with the former rights signs in anew.
    await directory.sessions.revoke(params.id)
    return { done: true }
  })

  app.post(routes.signOut, { config: act, schema: { params: NumberedParams, response: { 200: Done } } }, async ({ params, principal }): Promise<Done> => {
    other(params.id, principal!.personId)
    await directory.sessions.revoke(params.id)
    return { done: true }
  })

  app.delete(routes.person, { config: act, schema: { params: NumberedParams, response: { 200: Done } } }, async ({ params, principal }): Promise<Done> => {
    other(params.id, principal!.personId)
    await directory.remove(params.id)
    return { done: true }
  })

  app.post(routes.links, { config: act, schema: { params: NumberedParams, body: GrantBody, response: { 200: Done } } }, async ({ params, body, principal }): Promise<Done> => {
    const person = other(params.id, principal!.personId)
    if (person.roles.includes('administrator')) throw new PenfeldError('PF_ROLES_CONFLICT', 'An administrator acts for no holder.')
    if (!district.holders.some(({ id }) => id === body.holder)) throw new PenfeldError('PF_NOT_FOUND', 'The district has no holder of this id.', { where: 'body.holder' })
    if (body.endsAt !== undefined && body.endsAt <= Date.now()) throw new PenfeldError('PF_REQUEST_INVALID', 'The link would be over before it begins.', { where: 'body.endsAt' })
    links.add({ personId: params.id, holder: body.holder, from: 0, to: Infinity, origin: 'administrator', grantedBy: principal!.personId, endsAt: body.endsAt ?? Infinity, parentLink: null })
    if (ensureRole(directory, params.id, roleOfHolder(district, body.holder))) await directory.sessions.revoke(params.id)
    return { done: true }
  })

  app.delete(routes.link, { config: act, schema: { params: NumberedParams, response: { 200: Done } } }, async ({ params, principal }): Promise<Done> => {
    if (!links.end(params.id, principal!.personId)) throw new PenfeldError('PF_NOT_FOUND', 'No link in force has this number.')
    return { done: true }
  })

  app.get(routes.holders, { config, schema: { querystring: HoldersQuery, response: { 200: AccessHolders } } }, async ({ query }): Promise<AccessHolders> => {
    const wanted = plain(query.search ?? '').split(/\s+/).filter((word) => word !== '')
    const linked = Map.groupBy(links.all(), ({ holder }) => holder)
    const found = district.holders.map((holder) => ({ holder, name: views.holderName(holder.id) })).filter(({ holder, name }) => {
      const text = plain([holder.id, holder.name ?? '', holder.siret ?? '', ...name.places].join(' '))
      return wanted.every((word) => text.includes(word))
    })
    const holders = found.slice(0, MOST_HOLDERS).map(({ holder, name }): AccessHolder => ({ ...name, siret: holder.siret ?? null, deliveryPoints: heldNow(holder.id), linked: linked.get(holder.id)?.length ?? 0 }))
    return { holders, more: found.length - holders.length }
  })

  app.post(routes.letters, { config: act, schema: { body: LetterBody, response: { 200: Letter } } }, async ({ body, principal }): Promise<Letter> => {
    const place = heldNow(body.holder).find(({ deliveryPointId }) => deliveryPointId === body.deliveryPoint)
    if (place === undefined) throw new PenfeldError('PF_NOT_FOUND', 'No such holder holds this delivery point now.', { where: 'body.deliveryPoint' })
    const { codeId, code, expiresAt } = codes.make({ kind: 'letter', holder: body.holder, deliveryPoint: body.deliveryPoint, parentLink: null, from: 0, linkEndsAt: Infinity, madeBy: principal!.personId })
    const { name, kind } = views.holderName(body.holder)
    return {
      codeId, code, expiresAt, kind: 'letter', addressee: name ?? '', place: place.siteName, deliveryPoint: place.deliveryPointId,
      ...letterText({ district: district.name, place: place.siteName, isHousehold: kind === 'household', address: `${deps.origins[0]!}/acces/moi`, expiresAt, timeZone: district.timeZone, providers: deps.relyingParty.providers }),
    }
  })

  app.delete(routes.code, { config: act, schema: { params: NumberedParams, response: { 200: Done } } }, async ({ params }): Promise<Done> => {
    if (!codes.withdraw(params.id)) throw new PenfeldError('PF_NOT_FOUND', 'No open code has this number.')
    return { done: true }
  })

}
