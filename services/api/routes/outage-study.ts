import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { mediumVoltageChoice } from '#services/evaluation/outage-study.ts'
import { OutageStudyAnswer, OutageStudyQuery } from '../contract/outage-study.ts'
import { ROUTES } from '../contract/routes.ts'
import type { ApiDeps } from '../deps.ts'
import { outageStudyView } from '../planner/outage-study-view.ts'

export const outageStudyRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const choice = mediumVoltageChoice(deps.district.district.network, deps.clock.now())

  app.get(ROUTES.planner.outageStudy, { config: { access: { role: 'planner' } }, schema: { querystring: OutageStudyQuery, response: { 200: OutageStudyAnswer } } }, async (request): Promise<OutageStudyAnswer> => {
    const { element } = request.query
    const empty = { progressPct: 0, choice, problem: null, study: null }
    if (element === undefined) return { ...empty, status: 'idle' }
    if (!choice.some(({ id }) => id === element)) throw new PenfeldError('PF_REQUEST_INVALID', `${element} is no section, transformer or busbar of the medium voltage.`, { where: 'querystring/element' })
    const told = deps.studies.outage(element, deps.clock.now())
    switch (told.status) {
      case 'done': return { ...empty, status: 'done', progressPct: 100, study: outageStudyView(told.study, (id) => deps.sight.isHidden(id, deps.clock.now())) }
      case 'failed': return { ...empty, status: 'failed', problem: told.problem }
      case 'running': return { ...empty, status: 'running', progressPct: Math.round(100 * told.share) }
      case 'busy': return { ...empty, status: 'busy' }
    }
  })
}
