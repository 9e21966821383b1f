import type { FastifyInstance } from 'fastify'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from './app.ts'
import type { AuditChain, AuditEntries } from './contract/audit.ts'
import type { ConsentedCurve } from './contract/planner-delivery-point.ts'
import { ROUTES, address } from './contract/routes.ts'
import { EXAMPLE_DISTRICT, HANDOVER, exampleDeps, type Example } from './example-deps.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
let example: Example
let app: FastifyInstance
let officer: string
let planner: { cookie: string; csrfToken: string; personId: number }
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  officer = example.signIn('officer', ['data-officer']).cookie
  planner = example.signIn('planner', ['planner'])
})
afterAll(async () => {
  await app.close()
  example.dispose()
})
const get = (url: string, cookie?: string, headers: Record<string, string> = {}) => app.inject({ url, headers: { ...(cookie === undefined ? {} : { cookie }), ...headers } })
const entries = async (query: Record<string, string | number>) => (JSON.parse((await get(address(ROUTES.dataOfficer.audit, {}, query), officer)).body) as AuditEntries).entries

test('the register is the data officer’s alone, and reading it is written down in it', async () => {
  for (const path of [ROUTES.dataOfficer.audit, ROUTES.dataOfficer.auditChain]) {
    expect((await get(path)).statusCode).toBe(401)
    for (const role of ['merchant', 'planner', 'operator', 'administrator', 'resident'] as const) expect((await get(path, example.signIn(`x-${role}`, [role]).cookie)).statusCode).toBe(403)
    expect((await get(path, officer)).statusCode).toBe(200)
  }
  expect(await entries({ kind: 'audit-read', subject: 'dp-b' })).toMatchObject([{ kind: 'audit-read', actor: { name: 'officer' }, subject: { id: 'dp-b' } }])
})

test('who read whose figures, sign-ins and rights are told, by person and by what was read', async () => {
  const merchant = example.signIn('anne', ['merchant'], 'holder-b')
  await get(address(ROUTES.merchant.summary, { id: 'dp-b' }), merchant.cookie)
  const readings = await entries({ subject: 'dp-b', kind: 'reading' })
  expect(readings).toMatchObject([{ actor: { kind: 'person', id: String(merchant.personId), name: 'anne' }, act: ROUTES.merchant.summary, subject: { kind: 'delivery-point', id: 'dp-b' } }])
  expect((await entries({ actor: 'anne' })).map(({ kind }) => kind)).toEqual(['reading', 'sign-in'])
  expect((await entries({ kind: 'rights', subject: String(merchant.personId) })).map(({ reason }) => reason)).toEqual(['merchant'])
})

test('pages of the register follow one another, and its file is an export that is written down', async () => {
  const first = JSON.parse((await get(address(ROUTES.dataOfficer.audit, {}, { limit: 2 }), officer)).body) as AuditEntries
  const next = JSON.parse((await get(address(ROUTES.dataOfficer.audit, {}, { limit: 2, before: first.next! }), officer)).body) as AuditEntries
  expect([...first.entries, ...next.entries].map(({ seq }, k, all) => all[0]!.seq - seq === k)).toEqual([true, true, true, true])
  const { body, headers } = await get(address(ROUTES.dataOfficer.audit, {}, { format: 'csv', limit: 3 }), officer)
  expect(headers['content-type']).toContain('text/csv')
  expect(body.split('\r\n')[0]).toBe('entry,at,kind,actor_kind,actor,actor_name,act,subject_kind,subject,reason,sha256')
  expect(await entries({ kind: 'export' })).toHaveLength(1)
})

test('what is changed is in the log before it is done; what was refused says so; what is tried out is not in it', async () => {
  const operator = example.signIn('bruno', ['operator'])
  const post = (path: string, payload: object, who = operator) => app.inject({ method: 'POST', url: path, headers: { cookie: who.cookie, 'x-csrf-token': who.csrfToken }, payload })
  const edit = { editId: crypto.randomUUID(), kind: 'mark-bad', point: 'elec.dp.dp-b.p', from: HANDOVER, to: HANDOVER + HOUR_MS, reason: 'the meter stood still' }
  expect((await post(ROUTES.operator.edits, edit)).statusCode).toBe(202)
  expect((await post(ROUTES.operator.edits, { ...edit, editId: crypto.randomUUID(), to: HANDOVER - 1 })).statusCode).toBe(400)
  await post(ROUTES.planner.reinforcementRuns, { changes: [], depth: 'quick' }, planner)
  const [refusal, refused, done] = await entries({ actor: 'bruno', limit: 3 })
  expect(done).toMatchObject({ kind: 'edit', act: `POST ${ROUTES.operator.edits}`, subject: { kind: 'delivery-point', id: 'dp-b' }, reason: 'the meter stood still' })
  expect(refused).toMatchObject({ kind: 'edit' })
  expect(refusal).toMatchObject({ kind: 'not-done', reason: `entry ${refused!.seq}: 400` })
  expect(await entries({ kind: 'act' })).toEqual([])
})

test('one delivery point under consent: its time, its reason, and each reading with it', async () => {
  const ask = (id: string, reason?: string, headers: Record<string, string> = {}) => get(address(ROUTES.planner.deliveryPointLoadCurve, { id }, { from: HANDOVER - DAY_MS, to: HANDOVER + DAY_MS, reason }), planner.cookie, headers)
  const curve = JSON.parse((await ask('dp-a', 'connection of an oven')).body) as ConsentedCurve
  // The former tenant's time was not consented to.
  expect(Math.min(...curve.powerKw.at)).toBe(HANDOVER)
  expect(curve).toMatchObject({ deliveryPointId: 'dp-a', step: '10min', coveredSharePct: 50 })
  expect(curve.powerKw.values).toHaveLength(144)
  await ask('dp-a', undefined, { 'x-reason': encodeURIComponent('réglage de la protection') })
  await ask('dp-a', 'connection of an oven')
  expect((await entries({ subject: 'dp-a', actor: 'planner' })).map(({ kind, reason }) => [kind, reason])).toEqual([['reading', 'connection of an oven'], ['reading', 'réglage de la protection'], ['reading', 'connection of an oven']])
  for (const reason of [undefined, 'short', ' '.repeat(20), 'x'.repeat(201)]) expect(JSON.parse((await ask('dp-a', reason)).body).code).toMatch(/PF_REASON_REQUIRED|PF_REQUEST_INVALID/)
  const plain = (body: string) => ({ ...JSON.parse(body), requestId: '' })
  const [unconsented, unknown] = [await ask('dp-b', 'connection of an oven'), await ask('dp-x', 'connection of an oven')]
  expect(unconsented.statusCode).toBe(404)
  expect(plain(unconsented.body)).toEqual(plain(unknown.body))
})

test('a log that cannot be written gives no figures, and nothing is done', async () => {
  const closed = exampleDeps()
  const other = await buildApp(closed.deps)
  const [merchant, operator] = [closed.signIn('m', ['merchant'], 'holder-b'), closed.signIn('o', ['operator'])]
  const file = new DatabaseSync(join(closed.deps.district.folder, 'audit.sqlite'))
  file.exec("CREATE TRIGGER no_room BEFORE INSERT ON entry BEGIN SELECT raise(ABORT, 'no room'); END")
  const reading = await other.inject({ url: address(ROUTES.merchant.summary, { id: 'dp-b' }), headers: { cookie: merchant.cookie } })
  expect([reading.statusCode, JSON.parse(reading.body).code]).toEqual([503, 'PF_AUDIT_UNAVAILABLE'])
  expect(reading.body).not.toContain('kWh')
  const edit = { editId: crypto.randomUUID(), kind: 'mark-bad', point: 'elec.dp.dp-b.p', from: HANDOVER, to: HANDOVER + HOUR_MS, reason: 'the meter stood still' }
  expect((await other.inject({ method: 'POST', url: ROUTES.operator.edits, headers: { cookie: operator.cookie, 'x-csrf-token': operator.csrfToken }, payload: edit })).statusCode).toBe(503)
  expect(closed.deps.edits.newest(10)).toEqual([])
  file.exec('DROP TRIGGER no_room')
  file.close()
  expect((await other.inject({ url: address(ROUTES.merchant.summary, { id: 'dp-b' }), headers: { cookie: merchant.cookie } })).statusCode).toBe(200)
  await other.close()
  closed.dispose()
})

test('the state of the chain is told, also when it is broken', async () => {
  const own = exampleDeps()
  const other = await buildApp(own.deps)
  const cookie = own.signIn('officer', ['data-officer']).cookie
  const file = new DatabaseSync(join(own.deps.district.folder, 'audit.sqlite'))
  file.exec("DROP TRIGGER entry_stays; UPDATE entry SET at = at + 1 WHERE seq = 1")
  file.close()
  const chain = JSON.parse((await other.inject({ url: ROUTES.dataOfficer.auditChain, headers: { cookie } })).body) as AuditChain
  expect(chain).toMatchObject({ holds: false, fault: { seq: 1 }, newestHead: null })
  await other.close()
  own.dispose()
  expect(JSON.parse((await get(ROUTES.dataOfficer.auditChain, officer)).body)).toMatchObject({ holds: true, fault: null })
})

test('a sign-in that is refused is counted, once a minute in the log', async () => {
  for (let k = 0; k < 3; k += 1) expect((await get(ROUTES.session.callback)).statusCode).toBe(400)
  expect(await entries({ kind: 'sign-in-refused' })).toMatchObject([{ actor: null, act: 'PF_SIGN_IN_REFUSED', reason: '1' }])
})

test('the operator’s lists that hold figures of single points are readings of them', async () => {
  const operator = example.signIn('chloe', ['operator'])
  await get(address(ROUTES.operator.findings, {}, { from: HANDOVER, to: HANDOVER + DAY_MS }), operator.cookie)
  await get(ROUTES.operator.forecastDrifts, operator.cookie)
  expect(EXAMPLE_DISTRICT.deliveryPoints.map(({ id }) => id)).toContain('dp-a')
  expect((await entries({ actor: 'chloe', kind: 'reading' })).map(({ act, subject }) => [act, subject?.id])).toEqual([[ROUTES.operator.forecastDrifts, 'dp-a'], [ROUTES.operator.findings, 'dp-a']])
})
