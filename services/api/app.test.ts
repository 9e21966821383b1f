import type { FastifyInstance } from 'fastify'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from './app.ts'
import { ROUTES, address } from './contract/routes.ts'
import { toCsv } from './csv.ts'
import { HANDOVER, exampleDeps, type Example } from './example-deps.ts'
import { safeReturn } from './routes/session.ts'
import { OPENAPI_FILE, openApiText } from './write-openapi.ts'

let example: Example
let app: FastifyInstance
let planner: string
let merchant: string
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  planner = example.signIn('p', ['planner']).cookie
  merchant = example.signIn('a', ['merchant'], 'holder-a').cookie
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

test('problems have the shape of the registry and say where', async () => {
  const { statusCode, headers, body } = await app.inject({ url: address(ROUTES.planner.states, {}, { from: 5 }), headers: { cookie: planner } })
  expect(statusCode).toBe(400)
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(JSON.parse(body)).toMatchObject({ code: 'PF_REQUEST_INVALID', status: 400, field: expect.stringContaining('querystring'), remedy: expect.any(String), requestId: expect.any(String) })
  expect(JSON.parse((await app.inject('/api/nothing')).body)).toMatchObject({ code: 'PF_NOT_FOUND', status: 404 })
})

test.each([
  [{ from: HANDOVER, to: HANDOVER }, 'PF_REQUEST_INVALID'],
  [{ from: HANDOVER, to: HANDOVER - 1 }, 'PF_REQUEST_INVALID'],
  [{ from: HANDOVER, to: HANDOVER + 400 * 86_400_000 }, 'PF_RANGE_TOO_LONG'],
  [{ from: '1e309', to: HANDOVER }, 'PF_REQUEST_INVALID'],
  [{ from: HANDOVER, to: HANDOVER + 1, more: 'x' }, 'PF_REQUEST_INVALID'],
])('interval %j is refused', async (query, code) => {
  const { statusCode, body } = await app.inject({ url: address(ROUTES.planner.states, {}, query as never), headers: { cookie: planner } })
  expect({ statusCode, code: JSON.parse(body).code }).toEqual({ statusCode: 400, code })
})

test('whoever asks again with the tag gets 304 and no body', async () => {
  const first = await app.inject(ROUTES.public.live)
  const etag = first.headers['etag'] as string
  expect(etag).toMatch(/^W\/"/)
  const again = await app.inject({ url: ROUTES.public.live, headers: { 'if-none-match': etag } })
  expect(again.statusCode).toBe(304)
  expect(again.body).toBe('')
  expect((await app.inject({ url: ROUTES.public.live, headers: { 'if-none-match': 'W/"other"' } })).statusCode).toBe(200)
})

test('public answers may be cached shortly, private ones never', async () => {
  expect((await app.inject(ROUTES.public.live)).headers['cache-control']).toMatch(/^public, max-age=\d+$/)
  expect((await app.inject({ url: ROUTES.planner.state, headers: { cookie: planner } })).headers['cache-control']).toBe('private, no-store')
  const { headers } = await app.inject(ROUTES.public.live)
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect(String(headers['content-security-policy'])).not.toMatch(/unsafe|nonce/)
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['referrer-policy']).toBe('no-referrer')
})

test('missing figures are null, never 0, and say so', async () => {
  const { state } = JSON.parse((await app.inject({ url: ROUTES.planner.state, headers: { cookie: planner } })).body)
  expect(state.transformers[0]).toEqual({ id: 'T1', loadKva: null, loadingPct: null, headroomKva: null, quality: 'missing', level: 'unknown', withheld: 'none' })
  expect(state.sections[0]).toMatchObject({ currentA: 340, loadingPct: 85, headroomA: 60, quality: 'measured' })
  const { feeders, watch } = JSON.parse((await app.inject({ url: ROUTES.planner.feeders, headers: { cookie: planner } })).body)
  expect(feeders[0]).toMatchObject({ id: 'F1', ratingA: 400, headroomA: 60, level: 'watch' })
  expect(watch).toBe(1)
})

test('the summary of a shop: energy, closed hours and a live value with its trace', async () => {
  const summary = JSON.parse((await app.inject({ url: address(ROUTES.merchant.summary, { id: 'dp-a' }), headers: { cookie: merchant } })).body)
  // 5 kW since the shop changed hands, Monday 01:00 local, until Wednesday 13:00.
  expect(summary.week.energyKwh).toBeCloseTo(60 * 5)
  expect(summary.weekBefore.energyKwh).toBeNull()
  expect(summary.livePower).toMatchObject({ value: 5, ageS: 4, stale: false, sourceId: 'buildings', deviceAddress: '1' })
  // Open 12 h on Monday and Tuesday and 5 h today, out of 60.
  expect(summary.closedHours.openHours).toBeCloseTo(29)
  expect(summary.closedHours.sharePct).toBeCloseTo((100 * 31) / 60)
})

/** Nobody has begun, kept or published one yet. */
const ofSomebodysStudy = (path: string): boolean => path === ROUTES.public.release || path === ROUTES.public.dataset || path === ROUTES.planner.reinforcementRuns || path === ROUTES.planner.reinforcementComparison || path.startsWith(`${ROUTES.planner.reinforcement}/`) && path.includes(':id')

test('at the very first start every page gets an answer', async () => {
  const blank = exampleDeps({}, { empty: true })
  const fresh = await buildApp(blank.deps)
  const signed = { merchant: blank.signIn('m', ['merchant'], 'holder-a').cookie, planner: blank.signIn('p', ['planner']).cookie, operator: blank.signIn('o', ['operator']).cookie, public: '' }
  for (const tree of ['public', 'merchant', 'planner', 'operator'] as const) {
    for (const path of Object.values(ROUTES[tree]).filter((one) => !one.endsWith('/stream') && !ofSomebodysStudy(one))) {
      const query = { from: HANDOVER, to: HANDOVER + 3_600_000, element: 'L1' }
      const withInterval = /history|states|load-curve|energies|curves/.test(path)
      const ofCarrier = { ...(/energies|curves/.test(path) ? { carrier: 'electricity' } : {}), ...(path.endsWith('/energies') ? { step: 'day' } : {}) }
      const withElement = /state\/history|load-duration|measurement-points/.test(path)
      const url = address(path, { id: tree === 'planner' && path !== ROUTES.planner.deliveryPointLoadCurve ? 'L1' : 'dp-a' }, { ...(path === ROUTES.planner.deliveryPointLoadCurve ? { reason: 'connection of an oven' } : {}), ...(withInterval ? { from: query.from, to: query.to } : {}), ...(withElement ? { element: 'L1' } : {}), ...ofCarrier })
      const { statusCode, body } = await fresh.inject({ url, headers: { cookie: signed[tree] } })
      expect({ path, statusCode, body: statusCode === 200 ? '' : body }).toEqual({ path, statusCode: 200, body: '' })
    }
  }
  expect(JSON.parse((await fresh.inject(ROUTES.public.live)).body)).toEqual({ readiness: 'starting', release: null })
  await fresh.close()
  blank.dispose()
})

test('lists come as CSV, and a name is never a formula', async () => {
  const byQuery = await app.inject({ url: `${ROUTES.merchant.deliveryPoints}?format=csv`, headers: { cookie: merchant } })
  expect(byQuery.headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(byQuery.body.split('\r\n')[1]).toContain(`"'=Bakery"`)
  const byAccept = await app.inject({ url: ROUTES.planner.feeders, headers: { cookie: planner, accept: 'text/csv' } })
  expect(byAccept.body).toMatch(/^feeder,name,/)
  expect(toCsv(['a', 'b'], [[-5.5, '-5'], ['@x', 'say "hi"'], [null, NaN]])).toBe(`a,b\r\n-5.5,"'-5"\r\n"'@x","say ""hi"""\r\n,\r\n`)
})

test('the operator sees that nothing is dropped in silence', async () => {
  const { cookie } = example.signIn('o', ['operator'])
  const { sources } = JSON.parse((await app.inject({ url: ROUTES.operator.sources, headers: { cookie } })).body)
  expect(sources[0].counts).toMatchObject({ produced: 10, stored: 6, quarantined: 2, dropped: 1, balance: 0 })
  const { total, rows } = JSON.parse((await app.inject({ url: ROUTES.operator.quarantine, headers: { cookie } })).body)
  expect(total).toBe(3)
  expect(rows).toContainEqual({ sourceId: 'buildings', fate: 'quarantined', reason: 'clock-suspect', count: 2 })
})

test('signing out needs the token of the page', async () => {
  const { cookie, csrfToken } = example.signIn('leaving', ['planner'])
  const post = (headers: Record<string, string>) => app.inject({ method: 'POST', url: ROUTES.session.signOut, headers: { cookie, ...headers } })
  expect((await post({})).statusCode).toBe(403)
  expect((await post({ 'x-csrf-token': csrfToken, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
  expect((await post({ 'x-csrf-token': csrfToken, 'content-type': 'text/plain' })).statusCode).toBe(415)
  expect((await post({ 'x-csrf-token': csrfToken })).statusCode).toBe(200)
  expect(JSON.parse((await app.inject({ url: ROUTES.session.session, headers: { cookie } })).body).signedIn).toBe(false)
})

test('sign-in returns to paths of this site only', () => {
  for (const path of ['/commerce', '/planification?element=L1#x']) expect(safeReturn(path)).toBe(path)
  for (const path of ['//evil.example', 'https://evil.example', '/\\evil.example', '/%0d%0a\n', 'javascript:alert(1)', '/ x', undefined]) expect(safeReturn(path)).toBe('')
})

test('a flood is told to wait, and the probes still answer', async () => {
  const narrow = exampleDeps({ requestsPerMinute: 3 })
  const flooded = await buildApp(narrow.deps)
  const codes = []
  for (let i = 0; i < 5; i += 1) codes.push((await flooded.inject(ROUTES.public.live)).statusCode)
  expect(codes).toEqual([200, 200, 200, 429, 429])
  expect((await flooded.inject(ROUTES.service.live)).statusCode).toBe(200)
  await flooded.close()
  narrow.dispose()
})

test('pages: every navigation gets the app, hashed files are immutable, nothing else is guessed', async () => {
  const folder = example.deps.dashboardFolder
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>app</title>')
  writeFileSync(join(folder, 'assets/app-abc123.js'), 'export {}')
  const html = { accept: 'text/html' }
  expect((await app.inject({ url: '/planification/depart/F1', headers: html })).body).toContain('<title>app</title>')
  const asset = await app.inject('/assets/app-abc123.js')
  expect(asset.headers['cache-control']).toContain('immutable')
  expect(asset.body).toBe('export {}')
  for (const url of ['/assets/none.js', '/assets/../directory.sqlite', '/directory.sqlite', '/assets/%2e%2e/directory.sqlite']) {
    const { statusCode } = await app.inject({ url, headers: html })
    expect({ url, statusCode }).toEqual({ url, statusCode: 404 })
  }
  expect((await app.inject({ url: '/quartier', headers: { accept: 'application/json' } })).statusCode).toBe(404)
  expect((await app.inject({ method: 'DELETE', url: '/quartier' })).statusCode).toBe(404)
})

test('the committed OpenAPI document is the one the routes make', async () => {
  expect(existsSync(OPENAPI_FILE)).toBe(true)
  const fresh = exampleDeps()
  const text = await openApiText(fresh.deps)
  fresh.dispose()
  // Run `node services/api/write-openapi.ts` after a change of the contract.
  expect(text).toBe(readFileSync(OPENAPI_FILE, 'utf8'))
  const { paths, openapi } = JSON.parse(text)
  expect(openapi).toBe('3.1.0')
  // OpenADR has a document of its own.
  const { service: _service, openAdr: _openAdr, ...trees } = ROUTES
  const routes = Object.values(trees).flatMap((tree) => Object.values(tree))
  expect(Object.keys(paths).sort()).toEqual(routes.map((path) => path.replace(/:(\w+)/g, '{$1}')).sort())
})

test('the document is served as it is committed', async () => {
  const { statusCode, body } = await app.inject(ROUTES.service.document)
  expect(statusCode).toBe(200)
  expect(JSON.parse(body)).toMatchObject({ openapi: expect.stringMatching(/^3\./), paths: { [ROUTES.public.live]: expect.any(Object) } })
})

test('readiness says why not, and never which version', async () => {
  const reasons: string[] = []
  const other = exampleDeps({ notReady: async () => reasons })
  const service = await buildApp(other.deps)
  expect(JSON.parse((await service.inject(ROUTES.service.ready)).body)).toEqual({ ready: true, reasons: [] })
  reasons.push('collect-not-writing')
  const { statusCode, body } = await service.inject(ROUTES.service.ready)
  expect([statusCode, JSON.parse(body)]).toEqual([503, { ready: false, reasons: ['collect-not-writing'] }])
  await service.close()
  other.dispose()
})
