import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { clampToHeld, heldDeliveryPoints, type HeldDeliveryPoint } from '#services/directory/scope.ts'
import { emptyColumns, orNull } from '../columns.ts'
import type { SeriesColumns } from '../contract/common.ts'
import { DeliveryPointParams, LoadCurve, LoadCurveQuery, MerchantFormatQuery, MerchantStreamQuery, MerchantSummary, OwnDeliveryPoints, type OwnDeliveryPoint } from '../contract/merchant.ts'
import { PowerForecast } from '../contract/forecast.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { forecastTable, forecastView } from '../forecast-view.ts'
import { tomorrowPeak } from '../tomorrow-peak.ts'
import { DAY_MS } from '../interval.ts'
import type { EventStreams } from '../live/event-streams.ts'
import type { LiveValues } from '../live/live-values.ts'
import { rightHolds } from '../live/role-holds.ts'
import { streamValues } from '../live/stream-values.ts'
import { ownCurve } from '../merchant/own-curve.ts'
import { powerPoint } from '../merchant/power.ts'
import { merchantSummary } from '../merchant/summary.ts'
import { measuredMeans, plannerForecastSeries } from '../planner/forecast.ts'

const config = { access: { role: 'merchant' } } as const

export const merchantRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps; streams: EventStreams; live: LiveValues }> = async (app, { deps, streams, live }) => {
  const { clock, directory, measured, runs } = deps
  const { district } = deps.district

  /** Every route below asks here: what is foreign and what does not exist answer alike. */
  const own = (request: FastifyRequest, id: string): readonly HeldDeliveryPoint[] => {
    const held = heldDeliveryPoints(district, request.principal!).filter(({ deliveryPoint }) => deliveryPoint.id === id)
    if (held.length === 0) throw new PenfeldError('PF_NOT_FOUND', 'None of your delivery points has this id.')
    directory.logAccess({ personId: request.principal!.personId, route: request.routeOptions.url ?? '', subject: id })
    return held
  }
  const viewOf = ({ deliveryPoint, holder, from, to }: HeldDeliveryPoint): OwnDeliveryPoint => {
    const site = district.sites.find(({ id }) => id === deliveryPoint.site)
    return {
      deliveryPointId: deliveryPoint.id,
      siteName: site?.name ?? deliveryPoint.site,
      holderName: district.holders.find(({ id }) => id === holder)?.name ?? null,
      carrier: deliveryPoint.carrier,
      activity: site?.activity ?? null,
      subscribedPowerKva: deliveryPoint.subscribedPowerKva ?? null,
      heldFrom: Math.max(from, Date.UTC(2000, 0, 1)),
      heldTo: orNull(to),
      provenance: powerPoint(district, deliveryPoint.id)?.provenance ?? null,
    }
  }

  const forecastSeries = plannerForecastSeries(district)

  app.get(ROUTES.merchant.deliveryPoints, { config, schema: { querystring: MerchantFormatQuery, response: { 200: OwnDeliveryPoints } } }, async (request, reply) => {
    const isPower = ({ carrier }: OwnDeliveryPoint) => (carrier === 'electricity' ? 0 : 1)
    const deliveryPoints = heldDeliveryPoints(district, request.principal!).map(viewOf).sort((a, b) => isPower(a) - isPower(b))
    return answer(request, reply, { deliveryPoints }, (body) => ({
      header: ['delivery_point', 'site', 'carrier', 'subscribed_power_kva', 'held_from', 'held_to'],
      rows: body.deliveryPoints.map((one) => [one.deliveryPointId, one.siteName, one.carrier, one.subscribedPowerKva, isoTime(one.heldFrom), isoTime(one.heldTo)]),
    }))
  })

  app.get(ROUTES.merchant.summary, { config, schema: { params: DeliveryPointParams, querystring: MerchantFormatQuery, response: { 200: MerchantSummary } } }, async (request, reply) => {
    const held = own(request, request.params.id)
    const body = await merchantSummary(deps, viewOf(held.at(-1)!), held)
    return answer(request, reply, body, (summary) => ({
      header: ['figure', 'value', 'unit'],
      rows: [
        ['week', summary.week.energyKwh, 'kWh'],
        ['week_before', summary.weekBefore.energyKwh, 'kWh'],
        ['change', summary.changePct, '%'],
        ['peak', summary.peak?.powerKw, 'kW'],
        ['peak_at', isoTime(summary.peak?.at ?? null), ''],
        ['base_load', summary.baseLoadKw, 'kW'],
        ['closed_hours_share', summary.closedHours?.sharePct, '%'],
        ['live_power', summary.livePower?.value, 'kW'],
        ['live_power_at', isoTime(summary.livePower?.at ?? null), ''],
      ],
    }))
  })

  app.get(ROUTES.merchant.loadCurve, { config, schema: { params: DeliveryPointParams, querystring: LoadCurveQuery, response: { 200: LoadCurve } } }, async (request, reply) => {
    const held = own(request, request.params.id)
    const body = await ownCurve(deps, request.params.id, held, request.query)
    return answer(request, reply, body, (curve) => curveTable(curve.powerKw))
  })

  app.get(ROUTES.merchant.forecast, { config, schema: { params: DeliveryPointParams, querystring: MerchantFormatQuery, response: { 200: PowerForecast } } }, async (request, reply) => {
    const { id } = request.params
    const held = own(request, id)
    const now = clock.now()
    const issued = clampToHeld(held, now - 1, now + 1) === undefined ? undefined : await runs.latestForecast(id)
    const peak = issued === undefined ? null : tomorrowPeak(issued, await runs.pastForecasts(id), district.timeZone, now)
    const interval = clampToHeld(held, now - DAY_MS, now)
    const { power = [], unit = 'kW' as const } = forecastSeries.find(({ series }) => series === id) ?? {}
    const measuredKw = interval === undefined ? emptyColumns() : await measuredMeans(measured, power, interval.from, interval.to)
    const body: PowerForecast = { ...forecastView({ series: id, carrier: held[0]!.deliveryPoint.carrier, unit }, issued, peak), measuredKw }
    return answer(request, reply, body, (forecast) => forecastTable(forecast))
  })

  app.get(ROUTES.merchant.stream, { config, exposeHeadRoute: false, schema: { description: 'Server-sent events `value`.', querystring: MerchantStreamQuery, produces: ['text/event-stream'] } }, async (request, reply) => {
    const id = request.query.deliveryPoint
    const holdsNow = (held: readonly HeldDeliveryPoint[]) => clampToHeld(held, clock.now() - 1, clock.now() + 1) !== undefined
    if (!holdsNow(own(request, id))) throw new PenfeldError('PF_NOT_FOUND', 'None of your delivery points has this id.')
    const mayStay = rightHolds(directory, request, (principal) => principal.roles.includes('merchant') && holdsNow(heldDeliveryPoints(district, principal).filter(({ deliveryPoint }) => deliveryPoint.id === id)))
    const stream = streams.open(request, reply, mayStay)
    await streamValues(stream, live, measured, district.measurementPoints.filter(({ on }) => on === id).map((point) => point.id))
  })
}

export const curveTable = (columns: SeriesColumns) => ({
  header: ['at', 'power_kw', 'quality'],
  rows: columns.at.map((at, i) => [isoTime(at), columns.values[i]!, columns.quality[i]!]),
})
