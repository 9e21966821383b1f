import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Edit } from '#services/editing/port.ts'
import { DataQuality, DataQualityQuery, Edits, EditsQuery, EditView, Findings, FindingsQuery, NewEditBody } from '../contract/validation.ts'
import { ROUTES } from '../contract/routes.ts'
import { answer, isoTime } from '../csv.ts'
import type { ApiDeps } from '../deps.ts'
import { checkInterval, DAY_MS } from '../interval.ts'
import { noteReadings } from '../note-readings.ts'
import { newEdit } from '../operator/new-edit.ts'
import { countsOf, editView, findingViews, qualityView } from '../operator/validation-view.ts'

const config = { access: { role: 'operator' } } as const
const FINDINGS_DAYS = 31
const QUALITY_DAYS = 7
const MOST_DAYS = 400
const MOST_QUALITY_DAYS = 31
const USUAL_ROWS = 200

/** Findings of the checks, the ledger of edits, and the quality of each day; for operators. */
export const validationRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { district: { district }, clock, meterFindings, edits, appliedEdits, audit } = deps
  const deliveryPoints = new Set(district.deliveryPoints.map(({ id }) => id))
  const measuredOn = new Map(district.measurementPoints.map(({ id, on }) => [id, on]))
  const pointsOf = (lines: readonly { readonly point: string }[]) => lines.flatMap(({ point }) => [measuredOn.get(point)].filter((on) => on !== undefined && deliveryPoints.has(on)) as string[])
  const view = (edit: Edit) => editView(edit, appliedEdits.of([edit.editId]).get(edit.editId), edits.undoOf(edit.editId), district)

  app.get(ROUTES.operator.findings, { config, schema: { querystring: FindingsQuery, response: { 200: Findings } } }, async (request, reply) => {
    const { kind, state, point, limit = USUAL_ROWS, to = clock.now(), from = to - FINDINGS_DAYS * DAY_MS } = request.query
    checkInterval({ from, to }, MOST_DAYS)
    const all = findingViews(await meterFindings.findings({ from, to }), edits.byFinding(), district)
    const fitting = all.filter((one) => (kind === undefined || one.kind === kind) && (state === undefined || one.state === state) && (point === undefined || one.point === point))
    const body: Findings = { readiness: (await meterFindings.isReady()) ? 'ready' : 'starting', from, to, counts: countsOf(all), total: fitting.length, findings: fitting.slice(0, limit) }
    noteReadings(audit, request, pointsOf(body.findings))
    return answer(request, reply, body, ({ findings }) => ({
      header: ['finding', 'point', 'kind', 'severity', 'from', 'to', 'state', 'other', 'evidence'],
      rows: findings.map((one) => [one.findingId, one.point, one.kind, one.severity, isoTime(one.from), isoTime(one.to), one.state, one.other, Object.entries(one.evidence).map(([name, value]) => `${name}=${value}`).join(' ')]),
    }))
  })

  app.get(ROUTES.operator.edits, { config, schema: { querystring: EditsQuery, response: { 200: Edits } } }, async (request, reply) => {
    const body: Edits = { edits: edits.newest(request.query.limit ?? USUAL_ROWS, request.query.point).map(view) }
    noteReadings(audit, request, pointsOf(body.edits))
    return answer(request, reply, body, (ledger) => ({
      header: ['edit', 'at', 'person', 'kind', 'point', 'from', 'to', 'value', 'reason', 'state', 'problem', 'values_before', 'values_written', 'values_left_alone', 'undoes', 'undone_by'],
      rows: ledger.edits.map((one) => [one.editId, isoTime(one.at), one.person, one.kind, one.point, isoTime(one.from), isoTime(one.to), one.value, one.reason, one.state, one.problem, one.valuesBefore, one.valuesWritten, one.valuesLeftAlone, one.undoes, one.undoneBy]),
    }))
  })

  app.post(ROUTES.operator.edits, { config, schema: { body: NewEditBody, response: { 202: EditView } } }, async (request, reply) => {
    const line = await newEdit(request.body, request.principal!, { district, findings: meterFindings, ledger: edits, now: clock.now() })
    return reply.code(202).send(view(edits.add(line, clock.now())))
  })

  app.get(ROUTES.operator.dataQuality, { config, schema: { querystring: DataQualityQuery, response: { 200: DataQuality } } }, async (request, reply) => {
    const { point, to = clock.now(), from = to - QUALITY_DAYS * DAY_MS } = request.query
    checkInterval({ from, to }, MOST_QUALITY_DAYS)
    const body: DataQuality = { readiness: (await meterFindings.isReady()) ? 'ready' : 'starting', ...qualityView(await meterFindings.dayQualities(from, to, point)) }
    return answer(request, reply, body, ({ points }) => ({
      header: ['day', 'point', 'steps', 'measured_pct', 'uncertain_pct', 'substituted_pct', 'missing_pct'],
      rows: points.map((one) => [isoTime(one.day), one.point, one.steps, one.measuredPct, one.uncertainPct, one.substitutedPct, one.missingPct]),
    }))
  })
}
