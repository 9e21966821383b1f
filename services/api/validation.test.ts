import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from './app.ts'
import type { Edits, EditView, Findings, NewEditBody } from './contract/validation.ts'
import { ROUTES, address } from './contract/routes.ts'
import { EXAMPLE_FINDING, HANDOVER, exampleDeps, type Example } from './example-deps.ts'

let example: Example
let app: FastifyInstance
let operator: ReturnType<Example['signIn']>
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  operator = example.signIn('op', ['operator'])
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

const POINT = 'elec.dp.dp-a.p'
const HOUR = 3_600_000
let count = 0
const body = (more: Partial<NewEditBody> = {}): NewEditBody => ({ editId: `00000000-${count++}`, kind: 'mark-bad', reason: 'meter was open', point: POINT, from: HANDOVER, to: HANDOVER + HOUR, ...more })
const post = (payload: object, who = operator, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: ROUTES.operator.edits, headers: { cookie: who.cookie, 'x-csrf-token': who.csrfToken, ...headers }, payload })
const get = async <T>(url: string) => JSON.parse((await app.inject({ url, headers: { cookie: operator.cookie } })).body) as T
const code = (text: string) => (JSON.parse(text) as { code: string; field?: string })

describe('who may edit', () => {
  test('an operator with the token of the page, nobody else', async () => {
    for (const roles of [['planner'], ['merchant']] as const) expect((await post(body(), example.signIn(roles[0], roles))).statusCode).toBe(403)
    const anonymous = await app.inject({ method: 'POST', url: ROUTES.operator.edits, payload: body() })
    expect(anonymous.statusCode).toBe(401)
    expect((await post(body(), operator, { 'x-csrf-token': 'another' })).statusCode).toBe(403)
    expect((await post(body(), operator, { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
    expect((await get<Edits>(ROUTES.operator.edits)).edits).toEqual([])
  })
})

test('an edit is a line of the ledger with who, why and what, once however often it is sent, and waits for collect', async () => {
  const wanted = body({ kind: 'set-value', value: 4 })
  const [first, again] = [await post(wanted), await post(wanted)]
  expect([first.statusCode, again.statusCode]).toEqual([202, 202])
  expect(JSON.parse(first.body)).toEqual(JSON.parse(again.body))
  expect(JSON.parse(first.body)).toMatchObject({ editId: wanted.editId, person: 'op', reason: 'meter was open', value: 4, unit: 'kW', state: 'waiting', undoneBy: null } satisfies Partial<EditView>)
  expect((await get<Edits>(address(ROUTES.operator.edits, {}, { point: POINT }))).edits).toHaveLength(1)
  const other = await post({ ...wanted, value: 5 })
  expect([other.statusCode, code(other.body).code]).toEqual([409, 'PF_EDIT_CONFLICT'])
  // Whoever sends it, the person is the one who is signed in.
  expect((await post({ ...body(), person: 'somebody else' })).statusCode).toBe(400)

  const undo = await post({ editId: '00000000-undo', kind: 'undo', undoes: wanted.editId, reason: 'wrong point' })
  expect(JSON.parse(undo.body)).toMatchObject({ kind: 'undo', point: POINT, from: HANDOVER, undoes: wanted.editId })
  expect((await get<Edits>(ROUTES.operator.edits)).edits.find(({ editId }) => editId === wanted.editId)?.undoneBy).toBe('00000000-undo')
  expect((await post({ editId: '00000000-und2', kind: 'undo', undoes: wanted.editId, reason: 'once more' })).statusCode).toBe(409)
  const ofUndo = await post({ editId: '00000000-und3', kind: 'undo', undoes: '00000000-undo', reason: 'and back' })
  expect(ofUndo.statusCode).toBe(400)
})

test.each([
  ['reason', { reason: '   ' }], ['reason', { reason: 'x' }], ['point', { point: 'elec.nobody' }], ['from', { from: HANDOVER + HOUR, to: HANDOVER }], ['to', { to: Date.UTC(2027, 0, 1) }],
  ['to', { from: Date.UTC(2025, 0, 1), to: Date.UTC(2025, 3, 1) }], ['value', { kind: 'set-value' as const }], ['findingId', { findingId: 999 }], ['findingId', { kind: 'accept' as const }], ['undoes', { kind: 'undo' as const }],
  ['from', { from: HANDOVER + 0.5 }],
])('a fault in %s is refused by its name', async (field, fault) => {
  const answer = await post(body(fault))
  expect(answer.statusCode).toBe(400)
  expect(`${code(answer.body).field} ${answer.body}`).toContain(field)
})

test('a finding is open until somebody decides, and again when the decision is taken back', async () => {
  const stateOf = async () => (await get<Findings>(ROUTES.operator.findings)).findings[0]
  expect(await stateOf()).toMatchObject({ findingId: EXAMPLE_FINDING.findingId, kind: 'flatline', state: 'open', decision: null, unit: 'kW', evidence: { steps: 48, value: 5 } })
  const dismissal = body({ kind: 'dismiss', findingId: EXAMPLE_FINDING.findingId, point: undefined, from: undefined, to: undefined, reason: 'a lamp' })
  expect(JSON.parse((await post(dismissal)).body)).toMatchObject({ state: 'applied', point: POINT, from: EXAMPLE_FINDING.from, to: EXAMPLE_FINDING.to })
  expect(await stateOf()).toMatchObject({ state: 'dismissed', decision: { person: 'op', reason: 'a lamp' } })
  await post({ editId: '00000000-und4', kind: 'undo', undoes: dismissal.editId, reason: 'no lamp' })
  expect((await stateOf())?.state).toBe('open')
  await post(body({ kind: 'substitute', findingId: EXAMPLE_FINDING.findingId }))
  expect((await stateOf())?.state).toBe('edited')
})

test('findings are filtered and counted by kind, and read as rows by a spreadsheet', async () => {
  const { counts, total } = await get<Findings>(ROUTES.operator.findings)
  expect([counts, total]).toEqual([[{ kind: 'flatline', open: 0, total: 1 }], 1])
  expect(await get<Findings>(address(ROUTES.operator.findings, {}, { kind: 'spike' }))).toMatchObject({ total: 0, findings: [], counts: [{ kind: 'flatline' }] })
  expect(await get<Findings>(address(ROUTES.operator.findings, {}, { point: 'elec.dp.dp-b.p' }))).toMatchObject({ total: 0 })
  expect(await get<Findings>(address(ROUTES.operator.findings, {}, { from: HANDOVER - 5 * HOUR, to: HANDOVER - HOUR }))).toMatchObject({ total: 0, counts: [] })
  const { body: csv, headers } = await app.inject({ url: `${ROUTES.operator.findings}?format=csv`, headers: { cookie: operator.cookie } })
  expect(headers['content-type']).toContain('text/csv')
  expect(csv.split('\r\n')[1]).toBe('11,elec.dp.dp-a.p,flatline,doubt,2026-01-12T00:00:00.000Z,2026-01-12T08:00:00.000Z,edited,,steps=48 value=5')
})

test('the quality of a day is told in shares, by point and for the district', async () => {
  expect(await get(ROUTES.operator.dataQuality)).toEqual({
    readiness: 'ready',
    days: [{ day: HANDOVER, points: 1, steps: 144, measuredPct: 83.33, uncertainPct: 0, substitutedPct: 12.5, missingPct: 4.17 }],
    points: [{ day: HANDOVER, point: POINT, steps: 144, measuredPct: 83.33, uncertainPct: 0, substitutedPct: 12.5, missingPct: 4.17 }],
  })
})
