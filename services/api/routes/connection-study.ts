import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { CONSTANT_PROFILE, connectionProfiles } from '#services/evaluation/connection-study.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { ConnectionStudyAnswer, ConnectionStudyQuery } from '../contract/connection-study.ts'
import { ROUTES } from '../contract/routes.ts'
import type { ApiDeps } from '../deps.ts'
import { connectionStudyView } from '../planner/connection-study-view.ts'

const USUAL_TAN_PHI = 0.3

export const connectionStudyRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { district } = deps.district
  const profiles = connectionProfiles({ plan: evaluationPlan(district) })
  const nodes = new Set([...district.network.busbars, ...district.network.junctions].map(({ id }) => id))

  const isHidden = (element: string) => deps.sight.isHidden(element, deps.clock.now())
  const isBusHidden = (node: string) => deps.sight.isBusHidden(node, deps.clock.now())

  app.get(ROUTES.planner.connectionStudy, { config: { access: { role: 'planner' } }, schema: { querystring: ConnectionStudyQuery, response: { 200: ConnectionStudyAnswer } } }, async (request): Promise<ConnectionStudyAnswer> => {
    const { node, kva, profile = CONSTANT_PROFILE, tanPhi = USUAL_TAN_PHI } = request.query
    const empty = { progressPct: 0, profiles, problem: null, study: null }
    if (node === undefined || kva === undefined) return { ...empty, status: 'idle' }
    if (!nodes.has(node)) throw new PenfeldError('PF_REQUEST_INVALID', `There is no busbar or junction ${node}.`, { where: 'querystring/node' })
    if (!profiles.includes(profile)) throw new PenfeldError('PF_REQUEST_INVALID', `There is no load class ${profile}.`, { where: 'querystring/profile' })
    const told = deps.studies.connection({ node, kva, profile, tanPhi }, deps.clock.now())
    switch (told.status) {
      case 'done': return { ...empty, status: 'done', progressPct: 100, study: connectionStudyView(told.study, isHidden, isBusHidden(node)) }
      case 'failed': return { ...empty, status: 'failed', problem: told.problem }
      case 'running': return { ...empty, status: 'running', progressPct: Math.round(100 * told.share) }
      case 'busy': return { ...empty, status: 'busy' }
    }
  })
}
