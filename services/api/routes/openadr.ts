import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { FlexibilityContract } from '#models/district/schema-flexibility.ts'
import type { Activation } from '#models/flexibility/activation.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { contractsOf } from '#services/flexibility/contracts.ts'
import { declines, eventOf, isShown, programIdOf, programOf, toldEventOf, venOf } from '#services/flexibility/openadr.ts'
import { OpenAdrParams, OpenAdrQuery, OpenAdrReport, OpenAdrSubscription } from '../contract/openadr.ts'
import { ROUTES } from '../contract/routes.ts'
import type { ApiDeps } from '../deps.ts'
import { giveAnswer } from '../flexibility/answers.ts'
import { DAY_MS } from '../interval.ts'

/** Who asks is told by a token, not by a session: nothing here reads a cookie. */
const config = { access: 'public' } as const
const REPORT_BYTES = 8 * 1024
const MOST_SUBSCRIPTIONS = 8
const SHOWN_DAYS = 2
const AHEAD_DAYS = 4
const PAGE = 50

interface Ven { readonly venName: string; readonly contracts: readonly FlexibilityContract[] }

/** The OpenADR 3.0.1 interface of a VTN, as far as activations need it: a node sees its own programs and events, and reports on them. */
export const openAdrRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { activations, clock, secret } = deps
  const { district } = deps.district

  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'private, no-store'))

  /** @throws PF_SIGN_IN_REQUIRED without a token that a contract names */
  const venOfRequest = (request: FastifyRequest): Ven => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
    const own = token === undefined ? [] : contractsOf(district).filter(({ notices: { openAdr } }) => openAdr !== undefined && isSame(secret(openAdr.token), token))
    const [first] = own
    if (first === undefined) throw new PenfeldError('PF_SIGN_IN_REQUIRED', 'A bearer token of an end node is needed.')
    const { venName } = first.notices.openAdr!
    return { venName, contracts: own.filter(({ notices }) => notices.openAdr!.venName === venName) }
  }
  const eventsOf = ({ contracts }: Ven): readonly Activation[] => {
    const now = clock.now()
    const ids = new Set(contracts.map(({ id }) => id))
    return activations.between(now - SHOWN_DAYS * DAY_MS, now + AHEAD_DAYS * DAY_MS).filter((one) => ids.has(one.contractId) && isShown(one))
  }
  const page = <Item>(items: readonly Item[], { skip = 0, limit = PAGE }: OpenAdrQuery): Item[] => items.slice(skip, skip + limit)
  const found = <Item extends { readonly id: string }>(items: readonly Item[], id: string): Item => {
    const item = items.find((one) => one.id === id)
    // What belongs to another node and what does not exist answer alike.
    if (item === undefined) throw new PenfeldError('PF_NOT_FOUND', 'There is no such object for this end node.')
    return item
  }
  const list = { config, schema: { hide: true, querystring: OpenAdrQuery } } as const
  const one = { config, schema: { hide: true, params: OpenAdrParams } } as const

  app.get(ROUTES.openAdr.programs, list, async (request) => page(venOfRequest(request).contracts.map(programOf), request.query))
  app.get(ROUTES.openAdr.program, one, async (request) => found(venOfRequest(request).contracts.map(programOf), request.params.id))
  app.get(ROUTES.openAdr.events, list, async (request) => page(eventsOf(venOfRequest(request)).map(toldEventOf).map(eventOf).filter(({ programID }) => (request.query.programID ?? programID) === programID), request.query))
  app.get(ROUTES.openAdr.event, one, async (request) => found(eventsOf(venOfRequest(request)).map(toldEventOf).map(eventOf), request.params.id))
  app.get(ROUTES.openAdr.vens, list, async (request) => {
    const { venName, contracts } = venOfRequest(request)
    return page([venOf(venName, contracts)].filter((ven) => (request.query.venName ?? venName) === ven.venName), request.query)
  })
  app.get(ROUTES.openAdr.ven, one, async (request) => {
    const { venName, contracts } = venOfRequest(request)
    return found([venOf(venName, contracts)], request.params.id)
  })

  app.get(ROUTES.openAdr.reports, list, async (request) => {
    const { programID, eventID, clientName } = request.query
    const reports = eventsOf(venOfRequest(request)).flatMap(({ changes }) => changes.flatMap(({ body }) => (body?.['objectType'] === 'REPORT' ? [body] : [])))
    return page(reports.filter((body) => (programID ?? body['programID']) === body['programID'] && (eventID ?? body['eventID']) === body['eventID'] && (clientName ?? body['clientName']) === body['clientName']), request.query)
  })

  /** The first report on an event takes it on; each later one is a sign of life, unless it says that the node does not follow. */
  app.post(ROUTES.openAdr.reports, { config, bodyLimit: REPORT_BYTES, schema: { hide: true, body: OpenAdrReport } }, async (request, reply) => {
    const { venName, contracts } = venOfRequest(request)
    const { eventID, programID } = request.body
    const activation = eventsOf({ venName, contracts }).find(({ activationId, contractId }) => activationId === eventID && programIdOf(contractId) === programID)
    if (activation === undefined) throw new PenfeldError('PF_NOT_FOUND', 'There is no such event for this end node.', { where: 'body/eventID' })
    const now = clock.now()
    const at = new Date(now).toISOString()
    const report = { ...request.body, id: `${eventID}-${activation.changes.length}`, objectType: 'REPORT', createdDateTime: at, modificationDateTime: at }
    if (declines(request.body)) activations.add([{ activationId: eventID, at: now, kind: 'declined', by: venName, reason: null, body: report }])
    else giveAnswer(activations, activation, activation.state === 'notified' ? 'acknowledge' : 'heartbeat', { by: venName, reason: null, now, body: report })
    return reply.code(201).send(report)
  })

  const subscriptionsOf = ({ venName }: Ven) => activations.subscriptions(venName).map(({ subscriptionId, at, body }) => ({ ...withoutTokens(body), id: subscriptionId, objectType: 'SUBSCRIPTION', createdDateTime: new Date(at).toISOString(), modificationDateTime: new Date(at).toISOString() }))
  app.get(ROUTES.openAdr.subscriptions, list, async (request) => page(subscriptionsOf(venOfRequest(request)), request.query))
  app.get(ROUTES.openAdr.subscription, one, async (request) => found(subscriptionsOf(venOfRequest(request)), request.params.id))

  /** Callbacks go where the contract says and nowhere else: whoever has a token must not be able to send us anywhere. */
  app.post(ROUTES.openAdr.subscriptions, { config, bodyLimit: REPORT_BYTES, schema: { hide: true, body: OpenAdrSubscription } }, async (request, reply) => {
    const ven = venOfRequest(request)
    const contract = ven.contracts.find(({ id }) => programIdOf(id) === request.body.programID)
    if (contract === undefined) throw new PenfeldError('PF_NOT_FOUND', 'There is no such program for this end node.', { where: 'body/programID' })
    const allowed = contract.notices.openAdr!.callbackOrigin
    if (request.body.objectOperations.some(({ callbackUrl }) => allowed === undefined || !URL.canParse(callbackUrl) || new URL(callbackUrl).origin !== allowed)) {
      throw new PenfeldError('PF_REQUEST_INVALID', 'The callback is not at the origin that the contract names.', { where: 'body/objectOperations' })
    }
    if (activations.subscriptions(ven.venName).length >= MOST_SUBSCRIPTIONS) throw new PenfeldError('PF_REQUEST_INVALID', `An end node has at most ${MOST_SUBSCRIPTIONS} subscriptions.`)
    const subscriptionId = randomUUID()
    activations.subscribe({ subscriptionId, venName: ven.venName, at: clock.now(), body: request.body })
    return reply.code(201).send(found(subscriptionsOf(ven), subscriptionId))
  })

  app.delete(ROUTES.openAdr.subscription, one, async (request) => {
    const ven = venOfRequest(request)
    const gone = found(subscriptionsOf(ven), request.params.id)
    activations.subscribe({ subscriptionId: gone.id, venName: ven.venName, at: clock.now(), body: null })
    return gone
  })
}

/** A token was given to us to be sent with callbacks, not to be told again. */
function withoutTokens(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const operations = (body['objectOperations'] ?? []) as readonly Record<string, unknown>[]
  return { ...body, objectOperations: operations.map(({ bearerToken: _, ...rest }) => rest) }
}

/** In a time that says nothing of how much was right. */
function isSame(ours: string | undefined, theirs: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return ours !== undefined && timingSafeEqual(digest(ours), digest(theirs))
}
