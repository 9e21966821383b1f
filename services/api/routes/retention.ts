import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { retentionAt } from '#models/retention/rules.ts'
import { orNull } from '../columns.ts'
import { FormatQuery } from '../contract/common.ts'
import { RetentionReport } from '../contract/resident.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { instantOf, plain } from '../resident/own-record.ts'

const config = { access: { role: 'data-officer' } } as const
const RUNS_SHOWN = 400

/** What the retention took away and what people had erased: counts and times, nothing of any person. */
export const retentionRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { clock, erasures, erasedMeasured, erasedDerived } = deps
  app.get(ROUTES.dataOfficer.retention, { config, schema: { querystring: FormatQuery, response: { 200: RetentionReport } } }, async (request, reply) => {
    const runsOf = (owner: 'measured' | 'derived', marks: typeof erasedMeasured): RetentionReport['runs'] =>
      marks.retentionRuns(RUNS_SHOWN).map((run) => ({ ...run, day: instantOf(run.day), before: orNull(run.before), owner }))
    const body: RetentionReport = {
      table: plain(retentionAt(deps.district.district, clock.now())),
      runs: [...runsOf('measured', erasedMeasured), ...runsOf('derived', erasedDerived)].sort((a, b) => b.day - a.day),
      erasures: erasures.after(0).map(({ erasureId, at }) => {
        const removed = [erasedMeasured.removedBy(erasureId), erasedDerived.removedBy(erasureId)]
        const isDone = removed.every((count) => count !== undefined)
        return { erasureId, at, state: isDone ? ('done' as const) : ('waiting' as const), removed: isDone ? removed[0]! + removed[1]! : null }
      }),
    }
    return answer(request, reply, body, ({ runs }) => ({
      header: ['owner', 'day', 'class', 'before', 'points', 'removed', 'ended_at'],
      rows: runs.map((run) => [run.owner, isoTime(run.day), run.class, isoTime(run.before), run.points, run.removed, isoTime(run.endedAt)]),
    }))
  })
}
