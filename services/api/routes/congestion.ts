import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { CongestionForecast, CongestionForecastQuery, CongestionFormatQuery, CongestionOfElement, CongestionOfElementParams, CongestionReliability } from '../contract/congestion.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { congestionElementTable, congestionOfElement, congestionTable, congestionView, createNewestCongestion, reliabilityTable, reliabilityView } from '../planner/congestion.ts'

const planner = { access: { role: 'planner' } } as const

/** Congestion forecast: to whoever plans and to whoever operates the same. */
export const congestionRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { district, congestion, sight, clock } = deps
  /** Whoever operates the network sees all of it. */
  const isHidden = (element: string) => sight.isHidden(element, clock.now())
  const newest = createNewestCongestion(congestion, district.version)

  for (const role of ['planner', 'operator'] as const) {
    app.get(ROUTES[role].congestionForecast, { config: { access: { role } }, schema: { querystring: CongestionForecastQuery, response: { 200: CongestionForecast } } }, async (request, reply) =>
      answer(request, reply, congestionView(district, await newest(), request.query.least, role === 'planner' ? isHidden : undefined), congestionTable))
  }

  app.get(ROUTES.planner.congestionOfElement, { config: planner, schema: { params: CongestionOfElementParams, querystring: CongestionFormatQuery, response: { 200: CongestionOfElement } } }, async (request, reply) =>
    answer(request, reply, congestionOfElement(district, await newest(), request.params.id, isHidden), congestionElementTable))

  app.get(ROUTES.planner.congestionReliability, { config: planner, schema: { querystring: CongestionFormatQuery, response: { 200: CongestionReliability } } }, async (request, reply) =>
    answer(request, reply, await reliabilityView(district, congestion), reliabilityTable))
}
