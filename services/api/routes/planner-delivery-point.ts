import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { QUALITY } from '#models/units/quality.ts'
import { consentedDeliveryPoint } from '#services/directory/scope.ts'
import { emptyColumns, pushValue } from '../columns.ts'
import { ConsentedCurve, ConsentedCurveQuery, ConsentedParams, ReasonLength } from '../contract/planner-delivery-point.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { checkInterval } from '../interval.ts'
import { powerPoint, tenMinuteMeans } from '../merchant/power.ts'

const config = { access: { role: 'planner' } } as const
const LONGEST_DAYS = { '10min': 31, hour: 400, day: 1_200 } as const

/** One delivery point, under its holder's consent to network planning and with a reason that is written down each time. */
export const plannerDeliveryPointRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { clock, directory, measured, mayUse } = deps
  const { district } = deps.district

  app.get(ROUTES.planner.deliveryPointLoadCurve, { config, schema: { params: ConsentedParams, querystring: ConsentedCurveQuery, response: { 200: ConsentedCurve } } }, async (request, reply) => {
    const { from, to, step = '10min' } = request.query
    checkInterval(request.query, LONGEST_DAYS[step])
    const reason = reasonOf(request)
    const deliveryPoint = consentedDeliveryPoint(district, request.principal!, request.params.id, mayUse, clock.now())
    if (deliveryPoint === undefined) throw new PenfeldError('PF_NOT_FOUND', 'No delivery point with this id may be read for planning the network.')
    const { id } = deliveryPoint
    directory.logAccess({ personId: request.principal!.personId, route: ROUTES.planner.deliveryPointLoadCurve, subject: id, reason })

    const powerKw = emptyColumns()
    const point = powerPoint(district, id)
    const granularity = step === 'day' ? 'daily' : 'load-curve'
    let steps = 0
    const push = (at: number, value: number, quality: number) => {
      steps += 1
      if (mayUse(id, 'network-planning', granularity, at)) pushValue(powerKw, at, value, quality)
    }
    const end = Math.min(to, clock.now())
    if (point !== undefined && from < end) {
      if (step === '10min') {
        const means = await tenMinuteMeans(measured, district, point, from, end)
        means.at.forEach((at, i) => push(at, means.powerKw[i]!, means.quality[i]!))
      } else {
        const [pointId] = await measured.lookup([point.id])
        if (pointId! > 0) {
          const { at, mean, count } = await measured.rollup(pointId!, step, from, end)
          at.forEach((start, i) => push(start, mean[i]!, count[i]! > 0 ? QUALITY.measured : QUALITY.missing))
        }
      }
    }
    const body: ConsentedCurve = { deliveryPointId: id, unit: 'kW', step, from, to, coveredSharePct: steps === 0 ? 0 : Math.round((1000 * powerKw.at.length) / steps) / 10, powerKw }
    return answer(request, reply, body, (curve) => ({ header: ['at', 'power_kw', 'quality'], rows: curve.powerKw.at.map((at, i) => [isoTime(at), curve.powerKw.values[i]!, curve.powerKw.quality[i]!]) }))
  })
}

/** @throws PF_REASON_REQUIRED */
function reasonOf({ query, headers }: FastifyRequest): string {
  const header = headers['x-reason']
  const given = (query as { reason?: string }).reason ?? (typeof header === 'string' ? decoded(header) : undefined)
  const reason = given?.trim() ?? ''
  if (reason.length < ReasonLength.minLength || reason.length > ReasonLength.maxLength) throw new PenfeldError('PF_REASON_REQUIRED', 'Say why this delivery point is looked at.', { where: 'querystring.reason' })
  return reason
}

/** Headers hold no accents. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
