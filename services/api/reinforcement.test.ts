import type { FastifyInstance } from 'fastify'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { studyOf } from '#models/reinforcement/default-study.ts'
import { sampleAsk, sampleResult, sampleStudy } from '#models/reinforcement/sample-study.testkit.ts'
import { memoryRunner } from '#services/reinforcement/runner.testkit.ts'
import { buildApp } from './app.ts'
import type { BegunRun, KeptStudies, KeptStudy, ReinforcementStart, RerunAnswer, RunAnswer, StudyAnswer, StudyChange, StudyComparison } from './contract/reinforcement.ts'
import { ROUTES, address } from './contract/routes.ts'
import type { ApiDeps } from './deps.ts'
import { EXAMPLE_DISTRICT, exampleDeps, type Example } from './example-deps.ts'

const { planner } = ROUTES
const withStudy = { district: { ...EXAMPLE_DISTRICT, study: sampleStudy() }, version: 'v1', folder: '' }
/** What the runner answers to the study as it stands. */
const usualResult = () => sampleResult(sampleAsk(studyOf(withStudy.district)))
let example: Example
let app: FastifyInstance
let person: ReturnType<Example['signIn']>
const start = async (changes: Partial<ApiDeps> = {}) => {
  example = exampleDeps({ requestsPerMinute: 100_000, district: withStudy, ...changes })
  app = await buildApp(example.deps)
  person = example.signIn('anne', ['planner'])
}
const stop = async () => {
  await app.close()
  example.dispose()
}
/** When collect has carried out every edit; undefined: not yet. */
let appliedAt: number | undefined
const appliedEdits: ApiDeps['appliedEdits'] = {
  of: (ids) => new Map(appliedAt === undefined ? [] : ids.map((editId) => [editId, { editId, appliedAt: appliedAt!, problem: null, before: 144, written: 144, leftAlone: 0 }])),
  close: () => undefined,
}
beforeAll(() => start({ appliedEdits }))
afterAll(stop)
/** The same over an app of its own. */
const over = async (changes: Partial<ApiDeps>, work: () => Promise<void>) => {
  const shared = { example, app, person }
  await start(changes)
  try {
    await work()
  } finally {
    await stop()
    ;({ example, app, person } = shared)
  }
}

type Method = 'GET' | 'POST' | 'DELETE'
async function ask<Body>(method: Method, url: string, payload?: object, who = person): Promise<{ status: number; body: Body; code: string; field: string }> {
  const { statusCode, body } = await app.inject({ method, url, headers: { cookie: who.cookie, 'x-csrf-token': who.csrfToken }, ...(payload === undefined ? {} : { payload }) })
  const parsed = body === '' ? {} : (JSON.parse(body) as { code?: string; field?: string })
  return { status: statusCode, body: parsed as Body, code: parsed.code ?? '', field: parsed.field ?? '' }
}
const to = (path: string, id: string) => address(path, { id })
const begin = async (changes: StudyChange[] = []) => (await ask<BegunRun>('POST', planner.reinforcementRuns, { changes, depth: 'full' })).body.runId
const keep = async (title: string, changes: StudyChange[] = []) => (await ask<KeptStudy>('POST', planner.reinforcementStudies, { runId: await begin(changes), title, note: ' for the council ' })).body

test('what the page begins with: the study of the document, or the one that is made', async () => {
  expect((await ask<ReinforcementStart>('GET', planner.reinforcement)).body).toEqual({ study: studyOf(withStudy.district), ownStudy: true, districtVersion: 'v1' })
  await over({ district: { ...withStudy, district: EXAMPLE_DISTRICT } }, async () => {
    expect((await ask<ReinforcementStart>('GET', planner.reinforcement)).body).toEqual({ study: studyOf(EXAMPLE_DISTRICT), ownStudy: false, districtVersion: 'v1' })
  })
})

describe('runs', () => {
  test('begun with numbers changed, told while they run and when they are done', async () => {
    const runner = memoryRunner({ held: true })
    await over({ studyRunner: runner }, async () => {
      const runId = await begin([{ path: 'money.discountPct', value: 6 }])
      expect(runner.asked[0]!.ask).toMatchObject({ depth: 'full', changed: [{ path: 'money.discountPct', from: '4.5', to: '6' }], study: { money: { discountPct: { low: 4.5, likely: 6, high: 7.5 } } } })
      const told = () => ask<RunAnswer>('GET', to(planner.reinforcementRun, runId))
      expect((await told()).body).toEqual({ runId, status: 'running', phase: 'constraints', progressPct: 50, problem: null, result: null })
      // Not done yet: nothing to keep.
      expect(await ask('POST', planner.reinforcementStudies, { runId, title: 'T' })).toMatchObject({ status: 409, code: 'PF_STUDY_NOT_DONE', field: 'body/runId' })
      runner.end(runId)
      expect((await told()).body).toMatchObject({ status: 'done', progressPct: 100, result: { answer: { kind: 'flexibility' } } })
      const [failing, stopped] = [await begin(), await begin()]
      runner.end(failing, { status: 'failed', problem: 'no hours were measured' })
      expect((await ask<RunAnswer>('GET', to(planner.reinforcementRun, failing))).body).toMatchObject({ status: 'failed', problem: 'no hours were measured', result: null })
      expect((await ask('DELETE', to(planner.reinforcementRun, stopped))).status).toBe(204)
      expect((await ask<RunAnswer>('GET', to(planner.reinforcementRun, stopped))).body.status).toBe('cancelled')
    })
  })

  test('a number that cannot be set names its path; a run nobody began is not there', async () => {
    expect(await ask('POST', planner.reinforcementRuns, { changes: [{ path: 'money.discount', value: 4 }], depth: 'full' })).toMatchObject({ status: 400, code: 'PF_STUDY_CHANGE_INVALID', field: 'money.discount' })
    for (const method of ['GET', 'DELETE'] as const) expect(await ask(method, to(planner.reinforcementRun, 'run-99999'))).toMatchObject({ status: 404, code: 'PF_NOT_FOUND' })
    expect((await ask('POST', planner.reinforcementRuns, { changes: [], depth: 'deep' })).status).toBe(400)
  })

  test('planners only, and only from our own pages', async () => {
    const runId = await begin()
    const writes: readonly [Method, string, object?][] = [['POST', planner.reinforcementRuns, { changes: [], depth: 'full' }], ['DELETE', to(planner.reinforcementRun, runId)], ['POST', planner.reinforcementStudies, { runId, title: 'T' }], ['POST', to(planner.reinforcementSign, 'abcd')], ['POST', to(planner.reinforcementRerun, 'abcd')]]
    for (const [method, url, payload] of writes) {
      expect([url, await ask(method, url, payload, { ...person, csrfToken: 'another' })]).toMatchObject([url, { status: 403, code: 'PF_CSRF' }])
      expect([url, await ask(method, url, payload, example.signIn('m', ['merchant', 'operator']))]).toMatchObject([url, { status: 403, code: 'PF_ROLE_REQUIRED' }])
    }
    expect(example.deps.keptStudies.list().filter(({ title }) => title === 'T')).toEqual([])
  })
})

test('kept, signed, not signed again, not changed, run again to the same figures', async () => {
  const kept = await keep(' Halles ')
  expect(kept).toMatchObject({ title: 'Halles', version: 1, createdBy: 'anne', signedAt: null, sha256: null, firstYear: 2034, answer: 'flexibility', recommendedEur: 84_001.5, untraceable: [] })
  const where = to(planner.reinforcementStudy, kept.studyId)
  expect((await ask<StudyAnswer>('GET', where)).body).toMatchObject({ kept, note: 'for the council', verification: 'unsigned', result: usualResult() })

  const signed = await ask<KeptStudy>('POST', to(planner.reinforcementSign, kept.studyId))
  expect(signed.body).toMatchObject({ studyId: kept.studyId, signedBy: 'anne', signedAt: example.deps.clock.now(), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(await ask('POST', to(planner.reinforcementSign, kept.studyId))).toMatchObject({ status: 409, code: 'PF_STUDY_SIGNED', field: kept.studyId })
  // Keeping again under the title is another version; the signed one stays.
  expect(await keep('Halles')).toMatchObject({ version: 2, signedAt: null })
  const file = new DatabaseSync(join(example.deps.dashboardFolder, 'studies.sqlite'))
  expect(() => file.exec("UPDATE study SET answer = 'reinforce'")).toThrow('never changed')
  expect(() => file.exec('DELETE FROM study')).toThrow('never deleted')
  file.close()

  const rerun = to(planner.reinforcementRerun, kept.studyId)
  expect((await ask('GET', rerun)).status).toBe(404)
  expect(await ask('POST', rerun)).toMatchObject({ status: 202, body: { status: 'running' } })
  for (let asked = 0; asked < 2; asked += 1) expect((await ask<RerunAnswer>('GET', rerun)).body).toEqual({ status: 'done', progressPct: 100, same: true, differing: [], problem: null })
  const { body } = await ask<StudyAnswer>('GET', where)
  expect(body).toMatchObject({ kept: signed.body, verification: 'holds', result: usualResult() })
  expect(body.events).toMatchObject([{ act: 'kept', person: 'anne' }, { act: 'signed' }, { act: 'rerun', differing: [] }])
  expect((await ask<KeptStudies>('GET', planner.reinforcementStudies)).body.studies.map(({ title, version }) => [title, version])).toEqual([['Halles', 2], ['Halles', 1]])
})

test('a rerun reads the frozen year, says what differs, and replaces nothing', async () => {
  let savedEur = 416_000
  const runner = memoryRunner({ made: (asked) => ({ ...sampleResult(asked), answer: { ...sampleResult(asked).answer, savedEur } }) })
  await over({ studyRunner: runner }, async () => {
    const { studyId } = await keep('Halles')
    const before = example.deps.keptStudies.result(studyId)
    savedEur += 0.5
    const rerun = to(planner.reinforcementRerun, studyId)
    await ask('POST', rerun)
    expect(runner.asked.at(-1)).toMatchObject({ ask: before!.ask, frozen: example.deps.keptStudies.frozen(studyId), district: { network: EXAMPLE_DISTRICT.network } })
    expect((await ask<RerunAnswer>('GET', rerun)).body).toMatchObject({ status: 'done', same: false, differing: ['answer.savedEur'] })
    expect(example.deps.keptStudies.result(studyId)).toEqual(before)
    expect(example.deps.keptStudies.list()).toHaveLength(1)
  })
})

test('a rerun that runs is not begun twice, and one that was lost or failed says so', async () => {
  const runner = memoryRunner({ held: true })
  await over({ studyRunner: runner }, async () => {
    const runId = await begin()
    runner.end(runId)
    const { studyId } = (await ask<KeptStudy>('POST', planner.reinforcementStudies, { runId, title: 'T' })).body
    const rerun = to(planner.reinforcementRerun, studyId)
    await ask('POST', rerun)
    expect((await ask<RerunAnswer>('POST', rerun)).body).toMatchObject({ status: 'running', progressPct: 50, same: null })
    expect(runner.asked).toHaveLength(2)
    runner.end(runner.asked[1]!.runId, { status: 'failed', problem: 'no room' })
    expect((await ask<RerunAnswer>('GET', rerun)).body).toMatchObject({ status: 'failed', problem: 'no room', same: null })
    await ask('POST', rerun)
    runner.cancel(runner.asked[2]!.runId)
    expect((await ask<RerunAnswer>('GET', rerun)).body).toMatchObject({ status: 'failed', same: null })
    expect(example.deps.keptStudies.events(studyId).map(({ act }) => act)).toEqual(['kept'])
  })
})

test('two studies side by side', async () => {
  const [one, other] = [await keep('Two'), await keep('Two', [{ path: 'money.discountPct', value: 6 }])]
  const { body } = await ask<StudyComparison>('GET', address(planner.reinforcementComparison, {}, { one: one.studyId, other: other.studyId }))
  expect(body).toMatchObject({ one, other })
  expect(body.assumptions).toContainEqual({ path: 'money.discountPct.likely', one: '4.5', other: '6' })
  expect(body.figures).toContainEqual({ figure: 'portfolios.least-cost.expectedNpvEur', one: 84_001.5, other: 84_002, unit: 'EUR' })
  expect(body.measures).toEqual([{ option: 'battery-B04', oneFrom: 2031, otherFrom: 2031 }])
  expect((await ask('GET', address(planner.reinforcementComparison, {}, { one: one.studyId, other: 'nothing' }))).status).toBe(404)
})

test('documents: a page in the browser under its own styles alone, files to save', async () => {
  const { studyId } = await keep('Les Halles : été 2040')
  const document = (format: string, lang?: string) => app.inject({ url: address(planner.reinforcementDocument, { id: studyId }, { format, lang }), headers: { cookie: person.cookie } })
  const page = await document('html', 'en')
  expect(page.body).toContain('<html lang="en">')
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'content-disposition': 'inline; filename="les-halles-ete-2040-v1-en.html"', 'cache-control': 'private, no-store' })
  const policy = String(page.headers['content-security-policy'])
  expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update('p{color:#123}').digest('base64')}'`)
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
  for (const [format, type, name] of [
    ['pdf', 'application/pdf', 'les-halles-ete-2040-v1-fr.pdf'], ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'les-halles-ete-2040-v1-fr.xlsx'],
    ['json', 'application/json; charset=utf-8', 'les-halles-ete-2040-v1-fr.json'],
  ] as const) expect((await document(format)).headers).toMatchObject({ 'content-type': type, 'content-disposition': `attachment; filename="${name}"` })
  const tender = await document('tender')
  expect(tender.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'content-disposition': 'inline; filename="les-halles-ete-2040-v1-tender-fr.html"' })
  expect(String(tender.headers['content-security-policy'])).toContain("style-src 'none'")
  expect(JSON.parse((await document('json')).body)).toEqual(usualResult())
  expect((await document('pdf')).rawPayload).toEqual(Buffer.from('%PDF-'))
  expect((await document('docx')).statusCode).toBe(400)
})

test('a study that is not there, on every address of one', async () => {
  for (const [method, path] of [['GET', planner.reinforcementStudy], ['POST', planner.reinforcementSign], ['POST', planner.reinforcementRerun], ['GET', planner.reinforcementRerun], ['GET', `${planner.reinforcementDocument}?format=pdf`]] as const) {
    expect([path, await ask(method, to(path, 'nothing'))]).toMatchObject([path, { status: 404, code: 'PF_NOT_FOUND' }])
  }
  expect(await ask('POST', planner.reinforcementStudies, { runId: 'run-99999', title: 'T' })).toMatchObject({ status: 404 })
  expect(await ask('POST', planner.reinforcementStudies, { runId: await begin(), title: '  ' })).toMatchObject({ status: 400, field: 'body/title' })
})

test('an edit that is carried out later makes an input untraceable', async () => {
  const { studyId } = await keep('Halles')
  const { edits, clock } = example.deps
  edits.add({ editId: 'edit-0001', kind: 'mark-bad', point: 'elec.dp.T1.p', from: Date.UTC(2025, 5, 1), to: Date.UTC(2025, 5, 2), reason: 'r', value: null, findingId: null, undoes: null, personId: 1, person: 'op' }, clock.now())
  appliedAt = clock.now()
  expect((await ask<StudyAnswer>('GET', to(planner.reinforcementStudy, studyId))).body.kept.untraceable).toEqual([{ what: 'edited elec.dp.T1.p', since: appliedAt }])
})

test('no route reads studies of planners from the tree of others', () => {
  for (const file of ['reinforcement', 'kept-studies']) expect(readFileSync(join(import.meta.dirname, `routes/${file}.ts`), 'utf8')).not.toMatch(/ROUTES\.(public|merchant|operator)/)
})
