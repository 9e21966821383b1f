import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { District } from '#models/district/schema.ts'
import { buildApp } from './app.ts'
import type { OwnRecord, RetentionReport } from './contract/resident.ts'
import { ROUTES, address } from './contract/routes.ts'
import { EXAMPLE_DISTRICT, HANDOVER, exampleDeps, type Example } from './example-deps.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
/** The example's first shop is a dwelling here: a household moved out at the handover, another moved in. */
const district: District = {
  ...EXAMPLE_DISTRICT,
  holders: [...EXAMPLE_DISTRICT.holders, { id: 'hh-former', kind: 'household' }, { id: 'hh-now', kind: 'household' }],
  deliveryPoints: EXAMPLE_DISTRICT.deliveryPoints.map((point) => point.id !== 'dp-a' ? point : {
    ...point, category: 'residential',
    holders: point.holders.map((dated, i) => ({ ...dated, holder: i === 0 ? 'hh-former' : 'hh-now' })),
    consents: [{ validFrom: point.holders[0]!.validFrom, purpose: 'district-supervision', granularity: 'load-curve' }],
  }),
}

let example: Example
let app: FastifyInstance
let rozenn: ReturnType<Example['signIn']>
beforeEach(async () => {
  example = exampleDeps({ district: { district, version: 'v1', folder: '' }, requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  rozenn = example.signIn('rozenn', ['resident'], 'hh-now')
})
afterEach(async () => {
  await app.close()
  example.dispose()
})

type Person = typeof rozenn
const get = (url: string, who: Person) => app.inject({ url, headers: { cookie: who.cookie } })
const post = (url: string, who: Person, payload: object) => app.inject({ method: 'POST', url, headers: { cookie: who.cookie, 'x-csrf-token': who.csrfToken }, payload })
const recordOf = async (who: Person): Promise<OwnRecord> => (await get(ROUTES.resident.record, who)).json()
const CONSENT = { deliveryPointId: 'dp-a', purpose: 'district-supervision', granularity: 'load-curve' } as const
const ERASE = { erasureId: '3e1b0b52-6f4c-4f0e-9a86-1f1f2c9d8a10', deliveryPointId: 'dp-a', withdraw: true, confirmed: true }

test('what is known of me: my dwelling since I moved in, the consent that was there before, the texts, the periods', async () => {
  const record = await recordOf(rozenn)
  expect(record.points).toMatchObject([{ deliveryPointId: 'dp-a', heldFrom: HANDOVER, heldTo: null, isCurrent: true, needsConsent: true, collected: 'load-curve', measurementPoints: [{ id: 'elec.dp.dp-a.p' }] }])
  expect(record.standing).toEqual([{ ...CONSENT, from: HANDOVER, to: null, givenBefore: true }])
  expect(record.texts).toHaveLength(8)
  expect(record.texts.every(({ fr, en, sha256 }) => fr !== en && /^[0-9a-f]{64}$/.test(sha256))).toBe(true)
  expect(record.retention.householdCurveMonths).toBe(24)
})

test('one click withdraws, the next gives again with the text that was shown; a text that has changed is refused', async () => {
  const withdrawn = (await post(ROUTES.resident.withdrawals, rozenn, CONSENT)).json<OwnRecord>()
  expect([withdrawn.points[0]!.collected, withdrawn.standing]).toEqual(['none', []])
  const text = withdrawn.texts.find((one) => one.purpose === CONSENT.purpose && one.granularity === 'daily')!
  const given = { ...CONSENT, granularity: 'daily', textSha256: text.sha256, language: 'fr' }
  expect((await post(ROUTES.resident.consents, rozenn, { ...given, textSha256: '0'.repeat(64) })).json()).toMatchObject({ code: 'PF_CONSENT_TEXT_CHANGED' })
  const again = (await post(ROUTES.resident.consents, rozenn, { ...given, years: 3 })).json<OwnRecord>()
  expect(again.points[0]!.collected).toBe('daily')
  expect(again.history).toMatchObject([{ kind: 'withdrawn', way: 'own-page' }, { kind: 'given', textSha256: text.sha256, textVersion: text.version }])
  expect((await post(ROUTES.resident.consents, rozenn, { ...given, years: 4 })).statusCode).toBe(400)
})

test('the former tenant and the present one see and decide nothing of each other', async () => {
  const former = example.signIn('former', ['resident'], 'hh-former')
  await post(ROUTES.resident.withdrawals, rozenn, CONSENT)
  const record = await recordOf(former)
  expect(record.points).toMatchObject([{ heldTo: HANDOVER, isCurrent: false, collected: 'none' }])
  expect([record.history, record.erasures]).toEqual([[], []])
  expect(record.standing).toMatchObject([{ to: HANDOVER }])
  const curve = async (who: Person, step: string) => (await get(address(ROUTES.resident.loadCurve, { id: 'dp-a' }, { from: HANDOVER - DAY, to: HANDOVER + DAY, step }), who)).json<{ powerKw: { at: number[] } }>().powerKw.at
  expect(Math.max(...(await curve(former, 'hour')))).toBe(HANDOVER - HOUR)
  expect(Math.min(...(await curve(rozenn, 'hour')))).toBe(HANDOVER)
  const exported = (await get(`${ROUTES.resident.export}?format=json`, former)).json<{ series: { values: [string, number, string][] }[] }>()
  expect(exported.series.flatMap(({ values }) => values).every(([at]) => Date.parse(at) < HANDOVER)).toBe(true)
  // A former tenant gives no consent for what comes.
  const text = record.texts[0]!
  expect((await post(ROUTES.resident.consents, former, { deliveryPointId: 'dp-a', purpose: text.purpose, granularity: text.granularity, textSha256: text.sha256, language: 'en' })).statusCode).toBe(404)
})

test('foreign, unknown and not mine alike: 404 with the same body, and other roles have no door here', async () => {
  const url = (id: string) => address(ROUTES.resident.loadCurve, { id }, { from: HANDOVER, to: HANDOVER + HOUR })
  const bodies = await Promise.all(['dp-b', 'dp-x'].map(async (id) => ({ ...(await get(url(id), rozenn)).json<object>(), requestId: '' })))
  expect(bodies[0]).toEqual(bodies[1])
  for (const [path, body] of [[ROUTES.resident.withdrawals, { ...CONSENT, deliveryPointId: 'dp-b' }], [ROUTES.resident.erasures, { ...ERASE, deliveryPointId: 'dp-b' }]] as const) expect((await post(path, rozenn, body)).statusCode).toBe(404)
  const planner = example.signIn('planner', ['planner'])
  for (const path of [ROUTES.resident.record, ROUTES.resident.export]) {
    expect((await get(path, planner)).statusCode).toBe(403)
    expect((await app.inject({ url: path })).statusCode).toBe(401)
  }
  expect((await get(ROUTES.dataOfficer.retention, rozenn)).statusCode).toBe(403)
  expect(example.deps.erasures.headSeq()).toBe(0)
})

test('everything in one click: the document and the table say the same values, and a reading of it is written down', async () => {
  const answer = await get(`${ROUTES.resident.export}?format=json`, rozenn)
  expect(answer.headers['content-disposition']).toContain('penfeld-own-record.json')
  const exported = answer.json<OwnRecord & { person: object; series: { point: string; values: [string, number, string][] }[] }>()
  expect(exported).toMatchObject({ person: { name: 'rozenn', holders: [{ holder: 'hh-now' }] }, points: [{ deliveryPointId: 'dp-a' }], standing: [{ purpose: 'district-supervision' }] })
  const values = exported.series.flatMap((one) => one.values)
  expect(values.length).toBeGreaterThan(100)
  expect(values[0]).toEqual([new Date(HANDOVER).toISOString(), 5, 'measured'])
  const csv = (await get(`${ROUTES.resident.export}?format=csv`, rozenn)).body.trim().split('\r\n')
  expect(csv[0]).toBe('section,delivery_point,what,at,until,value,unit,quality_or_detail')
  expect(csv.filter((line) => line.startsWith('value,'))).toEqual(values.map(([at, value, quality]) => `value,dp-a,elec.dp.dp-a.p,${at},,${value},kW,${quality}`))
  expect(new Set(csv.map((line) => line.split(',')[0]))).toEqual(new Set(['section', 'person', 'delivery-point', 'consent', 'reading', 'retention', 'value']))
  expect(example.directory.accesses('dp-a').map(({ personId, route }) => [personId, route])).toEqual([[rozenn.personId, ROUTES.resident.export]])
})

test('who read it is told by role, and one another day by oneself', async () => {
  const operator = example.signIn('operator', ['operator'])
  example.directory.logAccess({ personId: operator.personId, route: '/api/operator/findings', subject: 'dp-a' })
  await get(address(ROUTES.resident.loadCurve, { id: 'dp-a' }, { from: HANDOVER, to: HANDOVER + HOUR }), rozenn)
  expect((await recordOf(rozenn)).readings.map(({ by, route }) => [by, route]).sort()).toEqual([['operator', '/api/operator/findings'], ['self', ROUTES.resident.loadCurve]])
})

test('an erasure is asked for once, is confirmed, covers my time alone, withdraws first, and the data officer sees that it waits', async () => {
  expect((await post(ROUTES.resident.erasures, rozenn, { ...ERASE, confirmed: false })).statusCode).toBe(400)
  for (const _ of [1, 2]) expect((await post(ROUTES.resident.erasures, rozenn, ERASE)).statusCode).toBe(200)
  expect(example.deps.erasures.after(0)).toEqual([expect.objectContaining({ erasureId: ERASE.erasureId, spans: [{ deliveryPoint: 'dp-a', points: ['elec.dp.dp-a.p'], from: HANDOVER, to: example.deps.clock.now() }] })])
  expect((await post(ROUTES.resident.erasures, rozenn, { ...ERASE, erasureId: ERASE.erasureId.replace('3', '4') })).json()).toMatchObject({ status: 409, code: 'PF_ERASURE_WAITING' })
  expect(example.deps.consents.ofHolder('hh-now')).toHaveLength(1)
  const record = await recordOf(rozenn)
  expect([record.points[0]!.collected, record.standing]).toEqual(['none', []])
  expect(record.erasures).toMatchObject([{ deliveryPointId: 'dp-a', from: HANDOVER, state: 'waiting', removed: null }])
  const officer = example.signIn('gwenole', ['data-officer'])
  const report = (await get(ROUTES.dataOfficer.retention, officer)).json<RetentionReport>()
  expect(report.erasures).toEqual([{ erasureId: ERASE.erasureId, at: expect.any(Number), state: 'waiting', removed: null }])
  expect(JSON.stringify(report)).not.toContain('dp-a')
})
