import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ForecastDrifts, ForecastDriftsQuery, ForecastSkill, ForecastSkillQuery } from '../contract/forecast-skill.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { chosenSeries, plannerForecastSeries } from '../planner/forecast.ts'
import { noteReadings } from '../note-readings.ts'
import { driftsView, skillView } from '../planner/forecast-skill.ts'

/** How good the forecasts are, for the planner; where they became worse, for the operator. */
export const forecastSkillRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { clock, skill, sight, audit } = deps
  const { district } = deps.district
  const all = plannerForecastSeries(district)

  app.get(ROUTES.planner.forecastSkill, { config: { access: { role: 'planner' } }, schema: { querystring: ForecastSkillQuery, response: { 200: ForecastSkill } } }, async (request, reply) => {
    const seen = sight.series(all, clock.now())
    const chosen = chosenSeries(seen, request.query.series ?? 'district')
    const body = await skillView(skill, seen, chosen, clock.now(), district.timeZone)
    return answer(request, reply, body, ({ series }) => ({
      header: ['series', 'kind', 'name', 'carrier', 'method', 'weeks', 'mae_pct', 'skill_pct', 'peak_error_pct', 'pinball_pct', 'cover_90_pct', 'cover_50_pct', 'drift_since', 'drift_growth_pct'],
      rows: series.map(({ tomorrow, drift, ...one }) => [one.series, one.kind, one.name, one.carrier, one.method, one.weeks, tomorrow?.nMaePct, tomorrow?.skillPct, tomorrow?.peakErrorPct, tomorrow?.pinballPct, tomorrow?.cover90Pct, tomorrow?.cover50Pct, drift?.since, drift?.growthPct]),
    }))
  })

  app.get(ROUTES.operator.forecastDrifts, { config: { access: { role: 'operator' } }, schema: { querystring: ForecastDriftsQuery, response: { 200: ForecastDrifts } } }, async (request, reply) => {
    const body = await driftsView(skill, all, clock.now())
    noteReadings(audit, request, body.drifts.flatMap(({ series, kind }) => (kind === 'delivery-point' ? [series] : [])))
    return answer(request, reply, body, ({ drifts }) => ({
      header: ['series', 'kind', 'name', 'since', 'days_ahead', 'growth_pct', 'next_step', 'found_at', 'gone_at'],
      rows: drifts.map((one) => [one.series, one.kind, one.name, one.since, one.daysAhead, one.growthPct, one.nextStep, isoTime(one.foundAt), isoTime(one.goneAt)]),
    }))
  })
}
