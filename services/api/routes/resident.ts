import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { GRANULARITIES, PURPOSES, yearsLater, type Granularity, type Purpose } from '#models/consent/standing.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { createConsents } from '#services/consents/consents.ts'
import { CONSENT_TEXTS } from '#services/consents/texts.ts'
import { heldDeliveryPoints, type HeldDeliveryPoint } from '#services/directory/scope.ts'
import { DeliveryPointParams, LoadCurve, LoadCurveQuery } from '../contract/merchant.ts'
import { EraseOwn, ExportQuery, GiveConsent, OwnRecord, WithdrawConsent } from '../contract/resident.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { ownCurve } from '../merchant/own-curve.ts'
import { exportAsCsv, exportAsJson } from '../resident/export.ts'
import { erasuresOf, ownRecord, personRef } from '../resident/own-record.ts'
import { curveTable } from './merchant.ts'

/** Rights of a person are the person's in either role. */
const config = { access: { anyRole: ['resident', 'merchant'] } } as const
const USUAL_YEARS = 1

export const residentRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps: given }) => {
  const deps = { ...given, consentRules: createConsents(given.district.district, given.consents) }
  const { clock, directory, consents, erasures, log } = deps
  const { district } = deps.district

  /** What is foreign and what does not exist answer alike. Each reading of figures is written down. */
  const own = (request: FastifyRequest, id: string): readonly HeldDeliveryPoint[] => {
    const held = heldDeliveryPoints(district, request.principal!).filter(({ deliveryPoint }) => deliveryPoint.id === id)
    if (held.length === 0) throw new PenfeldError('PF_NOT_FOUND', 'None of your delivery points has this id.')
    directory.logAccess({ personId: request.principal!.personId, route: request.routeOptions.url ?? '', subject: id })
    return held
  }
  const logAll = (request: FastifyRequest) => {
    for (const { deliveryPoint } of heldDeliveryPoints(district, request.principal!)) directory.logAccess({ personId: request.principal!.personId, route: request.routeOptions.url ?? '', subject: deliveryPoint.id })
  }
  /** Only who holds it now decides about what comes. */
  const heldNow = (request: FastifyRequest, id: string): HeldDeliveryPoint => {
    const now = clock.now()
    const current = own(request, id).find(({ from, to }) => from <= now && now < to)
    if (current === undefined) throw new PenfeldError('PF_NOT_FOUND', 'You do not hold this delivery point now.')
    return current
  }
  const said = (request: FastifyRequest, { holder, deliveryPoint }: HeldDeliveryPoint) => ({ holder, deliveryPoint: deliveryPoint.id, way: 'own-page', personRef: personRef(request.principal!) }) as const

  /** What nobody has given needs no line. */
  const withdrawStanding = (request: FastifyRequest, held: HeldDeliveryPoint, purpose: Purpose, granularity: Granularity): void => {
    const isGiven = deps.consentRules.standing(held.deliveryPoint.id).some((one) => one.holder === held.holder && one.purpose === purpose && one.granularity === granularity)
    if (isGiven) consents.withdraw({ ...said(request, held), purpose, granularity }, Date.now())
  }

  app.get(ROUTES.resident.record, { config, schema: { response: { 200: OwnRecord } } }, async (request) => ownRecord(deps, request.principal!))

  app.get(ROUTES.resident.loadCurve, { config, schema: { params: DeliveryPointParams, querystring: LoadCurveQuery, response: { 200: LoadCurve } } }, async (request, reply) => {
    const body = await ownCurve(deps, request.params.id, own(request, request.params.id), request.query)
    return answer(request, reply, body, ({ powerKw }) => curveTable(powerKw))
  })

  app.post(ROUTES.resident.consents, { config, schema: { body: GiveConsent, response: { 200: OwnRecord } } }, async (request) => {
    const { deliveryPointId, purpose, granularity, textSha256, language, years = USUAL_YEARS } = request.body
    const held = heldNow(request, deliveryPointId)
    const text = CONSENT_TEXTS.find((one) => one.purpose === purpose && one.granularity === granularity)!
    if (text.sha256 !== textSha256) throw new PenfeldError('PF_CONSENT_TEXT_CHANGED', 'The text that was shown is not the one in force.', { where: 'textSha256' })
    const from = clock.now()
    consents.give({ ...said(request, held), purpose, granularity, from, to: Math.min(yearsLater(from, years), held.to), textVersion: text.version, textSha256, language }, Date.now())
    return ownRecord(deps, request.principal!)
  })

  app.post(ROUTES.resident.withdrawals, { config, schema: { body: WithdrawConsent, response: { 200: OwnRecord } } }, async (request) => {
    const { deliveryPointId, purpose, granularity } = request.body
    for (const held of own(request, deliveryPointId)) withdrawStanding(request, held, purpose, granularity)
    return ownRecord(deps, request.principal!)
  })

  app.post(ROUTES.resident.erasures, { config, schema: { body: EraseOwn, response: { 200: OwnRecord } } }, async (request) => {
    const { erasureId, deliveryPointId, withdraw } = request.body
    const held = own(request, deliveryPointId)
    const earlier = erasuresOf(deps, request.principal!)
    if (earlier.some((one) => one.erasureId === erasureId)) return ownRecord(deps, request.principal!)
    // Each one rewrites files: nobody needs two at a time.
    if (earlier.some((one) => one.deliveryPointId === deliveryPointId && one.state === 'waiting')) throw new PenfeldError('PF_ERASURE_WAITING', 'An erasure of this delivery point was asked for already.', { where: 'deliveryPointId' })
    // First, so that nothing comes in again between the two.
    if (withdraw) for (const one of held) for (const purpose of PURPOSES) for (const granularity of GRANULARITIES) withdrawStanding(request, one, purpose, granularity)
    const points = district.measurementPoints.filter(({ on }) => on === deliveryPointId).map(({ id }) => id)
    const now = clock.now()
    const spans = held.map(({ from, to }) => ({ deliveryPoint: deliveryPointId, points, from, to: Math.min(to, now) })).filter(({ from, to }) => from < to)
    erasures.add({ erasureId, at: Date.now(), personRef: personRef(request.principal!), spans })
    log.info({ erasure: erasureId }, 'a person asked for an erasure')
    return ownRecord(deps, request.principal!)
  })

  app.get(ROUTES.resident.export, { config: { ...config, audit: { kind: 'export' } }, exposeHeadRoute: false, schema: { querystring: ExportQuery, produces: ['application/json', 'text/csv'] } }, async (request, reply) => {
    const { format = 'json' } = request.query
    logAll(request)
    void reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8').header('content-disposition', `attachment; filename="penfeld-own-record.${format}"`)
    return reply.send(Readable.from(format === 'csv' ? exportAsCsv(deps, request.principal!) : exportAsJson(deps, request.principal!)))
  })
}
