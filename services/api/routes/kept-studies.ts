import { createHash } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { compareStudies } from '#models/reinforcement/compare-studies.ts'
import { basisOf } from '#services/studies/district-basis.ts'
import { documentFile } from '#services/studies/documents.ts'
import type { StudyHead } from '#services/studies/port.ts'
import { createReruns } from '#services/studies/reruns.ts'
import { traceOfInputs } from '#services/studies/untraceable.ts'
import { object } from '../contract/common.ts'
import { ComparisonQuery, DocumentQuery, KeepStudy, KeptStudies, KeptStudy, RerunAnswer, StudyAnswer, StudyComparison, StudyId } from '../contract/reinforcement.ts'
import { ROUTES } from '../contract/routes.ts'
import type { ApiDeps } from '../deps.ts'
import { keptView, rerunView } from '../planner/reinforcement-view.ts'

const config = { access: { role: 'planner' } } as const
const params = object({ id: StudyId })

/** Studies that are kept: listed, signed, run again, compared and printed; for planners. */
export const keptStudyRoutes: FastifyPluginAsyncTypebox<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { district, clock, keptStudies, studyRunner, studyDocuments, edits, appliedEdits, log } = deps
  const now = () => clock.now()
  const changedSince = traceOfInputs({ district, edits, appliedEdits, kept: keptStudies, now })
  const reruns = createReruns(studyRunner, keptStudies, district.district, now)
  const view = (head: StudyHead) => keptView(head, changedSince(head))
  const unknown = (studyId: string) => new PenfeldError('PF_NOT_FOUND', `There is no study ${studyId}.`)
  const headOf = (studyId: string): StudyHead => {
    const head = keptStudies.head(studyId)
    if (head === undefined) throw unknown(studyId)
    return head
  }

  app.get(ROUTES.planner.reinforcementStudies, { config, schema: { response: { 200: KeptStudies } } }, async () => ({ studies: keptStudies.list().map(view) }))

  app.post(ROUTES.planner.reinforcementStudies, { config, schema: { body: KeepStudy, response: { 201: KeptStudy } } }, async (request, reply) => {
    const { runId, note = '' } = request.body
    const title = request.body.title.trim()
    if (title === '') throw new PenfeldError('PF_REQUEST_INVALID', 'A study needs a title.', { where: 'body/title' })
    const run = studyRunner.told(runId)
    if (run === undefined) throw new PenfeldError('PF_NOT_FOUND', `There is no run ${runId}.`)
    if (run.status !== 'done') throw new PenfeldError('PF_STUDY_NOT_DONE', `The run ${runId} is ${run.status}.`, { where: 'body/runId' })
    const head = keptStudies.keep({ title, note: note.trim(), runId, result: run.result, frozen: run.frozen, basis: basisOf(district.district) }, request.principal!, now())
    return reply.code(201).send(view(head))
  })

  app.get(ROUTES.planner.reinforcementStudy, { config, schema: { params, response: { 200: StudyAnswer } } }, async ({ params: { id } }): Promise<StudyAnswer> => {
    const head = headOf(id)
    return { kept: view(head), note: head.note, verification: keptStudies.verify(id)!, events: keptStudies.events(id).map((event) => ({ ...event, differing: [...event.differing] })), result: keptStudies.result(id)! }
  })

  app.post(ROUTES.planner.reinforcementSign, { config, schema: { params, response: { 200: KeptStudy } } }, async (request) => {
    const head = keptStudies.sign(request.params.id, request.principal!, now())
    log.info({ studyId: head.studyId, sha256: head.sha256, personId: request.principal!.personId }, 'a study was signed')
    return view(head)
  })

  app.post(ROUTES.planner.reinforcementRerun, { config, schema: { params, response: { 202: RerunAnswer } } }, async (request, reply) =>
    reply.code(202).send(rerunView(reruns.begin(request.params.id, request.principal!))))

  app.get(ROUTES.planner.reinforcementRerun, { config, schema: { params, response: { 200: RerunAnswer } } }, async ({ params: { id } }) => {
    const rerun = reruns.told(headOf(id).studyId)
    if (rerun === undefined) throw new PenfeldError('PF_NOT_FOUND', `The study ${id} was never run again.`)
    return rerunView(rerun)
  })

  app.get(ROUTES.planner.reinforcementComparison, { config, schema: { querystring: ComparisonQuery, response: { 200: StudyComparison } } }, async ({ query: { one, other } }): Promise<StudyComparison> => {
    const [left, right] = [headOf(one), headOf(other)]
    const { figures, assumptions, measures } = compareStudies(keptStudies.result(one)!, keptStudies.result(other)!)
    return { one: view(left), other: view(right), figures: [...figures], assumptions: [...assumptions], measures: [...measures] }
  })

  app.get(ROUTES.planner.reinforcementDocument, { config, schema: { params, querystring: DocumentQuery } }, async ({ params: { id }, query: { format, lang = 'fr' } }, reply) => {
    const head = headOf(id)
    const { name, type, content } = await documentFile(studyDocuments, format, head, changedSince(head), keptStudies.result(id)!, lang)
    const isPage = type.startsWith('text/html')
    if (isPage) void reply.header('content-security-policy', policyOf(String(content)))
    void reply.type(type).header('content-disposition', `${isPage ? 'inline' : 'attachment'}; filename="${name}"`)
    return reply.send(typeof content === 'string' ? content : Buffer.from(content.buffer, content.byteOffset, content.byteLength))
  })
}

/** Of a page that stands for itself: the styles it was made with and no others, no script, nothing from elsewhere. */
function policyOf(html: string): string {
  const styles = [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, text]) => `'sha256-${createHash('sha256').update(text!).digest('base64')}'`)
  return `default-src 'none'; style-src ${styles.length === 0 ? "'none'" : styles.join(' ')}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}
