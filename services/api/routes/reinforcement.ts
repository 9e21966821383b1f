import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { askWithChanges } from '#models/reinforcement/apply-changes.ts'
import { studyOf } from '#models/reinforcement/default-study.ts'
import { object } from '../contract/common.ts'
import { BeginRun, BegunRun, ReinforcementStart, RunAnswer, RunId } from '../contract/reinforcement.ts'
import { ROUTES } from '../contract/routes.ts'
import type { ApiDeps } from '../deps.ts'
import { runView } from '../planner/reinforcement-view.ts'

const config = { access: { role: 'planner' } } as const
const params = object({ id: RunId })

/** The study a planner begins with, and runs of it with numbers changed. Any planner sees and may stop any run. */
export const reinforcementRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { district: { district, version }, studyRunner, log } = deps
  const study = studyOf(district)
  const runOf = (runId: string) => {
    const run = studyRunner.told(runId)
    if (run === undefined) throw new PenfeldError('PF_NOT_FOUND', `There is no run ${runId}.`)
    return run
  }

  app.get(ROUTES.planner.reinforcement, { config, schema: { response: { 200: ReinforcementStart } } }, async (): Promise<ReinforcementStart> =>
    ({ study, ownStudy: district.study !== undefined, districtVersion: version }))

  app.post(ROUTES.planner.reinforcementRuns, { config, schema: { body: BeginRun, response: { 202: BegunRun } } }, async (request, reply) => {
    const { changes, depth } = request.body
    const runId = studyRunner.begin(askWithChanges(study, changes, depth))
    log.info({ runId, depth, changes: changes.length, personId: request.principal?.personId }, 'a study was begun')
    return reply.code(202).send({ runId })
  })

  app.get(ROUTES.planner.reinforcementRun, { config, schema: { params, response: { 200: RunAnswer } } }, async ({ params: { id } }) => runView(id, runOf(id)))

  app.delete(ROUTES.planner.reinforcementRun, { config, schema: { params, response: { 204: Type.Null() } } }, async ({ params: { id } }, reply) => {
    runOf(id)
    studyRunner.cancel(id)
    return reply.code(204).send(null)
  })
}
