import type { FastifyInstance } from 'fastify'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sampleAsk, sampleFrozen, sampleResult } from '#models/reinforcement/sample-study.testkit.ts'
import { CONSENT_TEXTS } from '#services/consents/texts.ts'
import { basisOf } from '#services/studies/district-basis.ts'
import { buildApp } from './app.ts'
import { EVENTS, ROUTES, address } from './contract/routes.ts'
import { EXAMPLE_DISTRICT, HANDOVER, exampleDeps, type Example } from './example-deps.ts'
import { accessPlugin } from './plugins/access.ts'

let example: Example
let app: FastifyInstance
let cookies: Record<string, string | undefined>
let people: Record<string, { cookie: string; csrfToken: string }>
/** A run that has ended, and the study it was kept as. */
let runId: string
let studyId: string
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  people = { merchantA: example.signIn('a', ['merchant'], 'holder-a'), planner: example.signIn('p', ['planner']), operator: example.signIn('o', ['operator']), resident: example.signIn('r', ['resident'], 'holder-a'), dataOfficer: example.signIn('d', ['data-officer']) }
  runId = example.deps.studyRunner.begin(sampleAsk())
  studyId = example.deps.keptStudies.keep({ title: 'S', note: '', runId, result: sampleResult(), frozen: sampleFrozen(), basis: basisOf(EXAMPLE_DISTRICT) }, { personId: 1, name: 'p' }, HANDOVER).studyId
  cookies = {
    anonymous: undefined,
    merchantA: people['merchantA']!.cookie,
    merchantB: example.signIn('b', ['merchant'], 'holder-b').cookie,
    former: example.signIn('former', ['merchant'], 'holder-former').cookie,
    planner: people['planner']!.cookie,
    operator: people['operator']!.cookie,
    resident: people['resident']!.cookie,
    dataOfficer: people['dataOfficer']!.cookie,
    forged: 'sid=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  }
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

const get = (url: string, who: string) => app.inject({ url, headers: cookies[who] === undefined ? {} : { cookie: cookies[who] } })
const DAY_MS = 86_400_000
const INTERVAL = { from: HANDOVER, to: HANDOVER + DAY_MS }
const WITH_INTERVAL: readonly string[] = [ROUTES.resident.loadCurve, ROUTES.planner.history, ROUTES.planner.states, ROUTES.public.history, ROUTES.public.energies, ROUTES.public.curves, ROUTES.merchant.loadCurve, ROUTES.planner.deliveryPointLoadCurve]
const WITH_ELEMENT: readonly string[] = [ROUTES.planner.history, ROUTES.planner.loadDuration, ROUTES.planner.measurementPoints]
/** Written to, and never read; what is sent. */
const ERASE = { erasureId: '3e1b0b52-6f4c-4f0e-9a86-1f1f2c9d8a10', deliveryPointId: 'dp-a', withdraw: false, confirmed: true }
const CONSENT = { deliveryPointId: 'dp-a', purpose: 'forecast-advice', granularity: 'daily' }
const TEXT = CONSENT_TEXTS.find(({ purpose, granularity }) => purpose === CONSENT.purpose && granularity === CONSENT.granularity)!
const POSTED = new Map<string, object>([
  [ROUTES.resident.consents, { ...CONSENT, textSha256: TEXT.sha256, language: 'fr' }], [ROUTES.resident.withdrawals, CONSENT], [ROUTES.resident.erasures, ERASE],
  [ROUTES.planner.reinforcementRuns, { changes: [], depth: 'quick' }], [ROUTES.planner.reinforcementSign, {}], [ROUTES.planner.reinforcementRerun, {}], [ROUTES.dataOfficer.withdrawal, { reason: 'wrong meter' }]])
const idOf = (path: string): string => {
  if (path === ROUTES.planner.reinforcementRun) return runId
  if (path.startsWith(ROUTES.planner.reinforcementStudies)) return studyId
  if (path === ROUTES.public.release || path === ROUTES.dataOfficer.withdrawal) return '1'
  if (path === ROUTES.public.dataset) return 'energy-daily-electricity.csv'
  return path === ROUTES.planner.congestionOfElement ? 'L1' : 'dp-a'
}
const QUERIES: Readonly<Record<string, () => Record<string, string>>> = {
  [ROUTES.planner.reinforcementComparison]: () => ({ one: studyId, other: studyId }),
  [ROUTES.planner.reinforcementDocument]: () => ({ format: 'html' }),
  [ROUTES.public.energies]: () => ({ carrier: 'electricity', step: 'day' }),
  [ROUTES.public.curves]: () => ({ carrier: 'electricity' }),
  [ROUTES.planner.deliveryPointLoadCurve]: () => ({ reason: 'connection of a bakery oven' }),
}
const full = (path: string, id = idOf(path)) => address(path, { id }, { ...(WITH_INTERVAL.includes(path) ? INTERVAL : {}), ...(WITH_ELEMENT.includes(path) ? { element: 'L1' } : {}), ...QUERIES[path]?.() })
const ask = (path: string, who: string) => {
  const payload = POSTED.get(path)
  if (payload === undefined) return get(full(path), who)
  return app.inject({ method: 'POST', url: full(path), headers: { ...(cookies[who] === undefined ? {} : { cookie: cookies[who] }), 'x-csrf-token': people[who]?.csrfToken ?? '' }, payload })
}
const pathsOf = (tree: 'public' | 'merchant' | 'planner' | 'operator' | 'resident' | 'dataOfficer') => Object.values(ROUTES[tree]).filter((path) => !path.endsWith('/stream'))
const ROLES_OF_TREE = { merchant: ['merchantA'], planner: ['planner'], operator: ['operator'], resident: ['merchantA', 'resident'], dataOfficer: ['dataOfficer'] } as const

describe.each(['merchant', 'planner', 'operator', 'resident', 'dataOfficer'] as const)('the %s tree', (tree) => {
  test.each(Object.keys({ anonymous: 0, merchantA: 0, planner: 0, operator: 0, resident: 0, dataOfficer: 0, forged: 0 }))('answers %s by role only', async (who) => {
    for (const path of Object.values(ROUTES[tree])) {
      if (path.endsWith('/stream') && (ROLES_OF_TREE[tree] as readonly string[]).includes(who)) continue // stays open: see streams.integration.test.ts
      const { statusCode, body } = await ask(path, who)
      const allowed = (ROLES_OF_TREE[tree] as readonly string[]).includes(who)
      const answered = statusCode === 202 && POSTED.has(path) ? 200 : statusCode
      expect({ path, statusCode: answered }).toEqual({ path, statusCode: allowed ? 200 : who === 'anonymous' || who === 'forged' ? 401 : 403 })
      if (!allowed) expect(body).not.toMatch(/dp-a|dp-b|powerKw|"L1"/)
    }
  })
})

test('own, foreign, unknown and malformed delivery points', async () => {
  const paths = [ROUTES.merchant.summary, ROUTES.merchant.loadCurve, ROUTES.merchant.forecast]
  for (const path of paths) {
    for (const [who, own, foreign] of [['merchantA', 'dp-a', 'dp-b'], ['merchantB', 'dp-b', 'dp-a']] as const) {
      expect((await get(full(path, own), who)).statusCode).toBe(200)
      const [toForeign, toUnknown] = [await get(full(path, foreign), who), await get(full(path, 'dp-x'), who)]
      expect(toForeign.statusCode).toBe(404)
      const plain = (body: string) => ({ ...JSON.parse(body), requestId: '' })
      expect(plain(toForeign.body)).toEqual(plain(toUnknown.body))
      for (const malformed of ['..', '%00', '__proto__', 'a'.repeat(120), "' OR 1=1 --", '../dp-a', '{}', '🙂']) {
        const { statusCode, headers } = await get(full(path, malformed), who)
        expect([400, 404]).toContain(statusCode)
        expect(headers['content-type']).toContain('application/problem+json')
      }
    }
    // A stream of a foreign point never opens.
    expect((await get(`${ROUTES.merchant.stream}?deliveryPoint=dp-b`, 'merchantA')).statusCode).toBe(404)
  }
})

test('neither tenant sees the time of the other', async () => {
  const url = address(ROUTES.merchant.loadCurve, { id: 'dp-a' }, { from: HANDOVER - DAY_MS, to: HANDOVER + DAY_MS })
  const curveOf = async (who: string) => (JSON.parse((await get(url, who)).body) as { powerKw: { at: number[] } }).powerKw.at
  const [now, before] = [await curveOf('merchantA'), await curveOf('former')]
  expect(now.length).toBe(144)
  expect(before.length).toBe(144)
  expect(Math.min(...now)).toBe(HANDOVER)
  expect(Math.max(...before)).toBeLessThan(HANDOVER)
  const summary = JSON.parse((await get(address(ROUTES.merchant.summary, { id: 'dp-a' }), 'former')).body)
  expect(summary.livePower).toBeNull()
  expect((await get(`${ROUTES.merchant.stream}?deliveryPoint=dp-a`, 'former')).statusCode).toBe(404)
})

test('a list holds own points only, and reading figures is written down', async () => {
  const { deliveryPoints } = JSON.parse((await get(ROUTES.merchant.deliveryPoints, 'merchantB')).body)
  expect(deliveryPoints.map(({ deliveryPointId }: { deliveryPointId: string }) => deliveryPointId)).toEqual(['dp-b'])
  const reader = example.signIn('b2', ['merchant'], 'holder-b')
  const readings = () => example.directory.accesses('dp-b').filter(({ personId }) => personId === reader.personId)
  for (const id of ['dp-a', 'dp-b', 'dp-b']) await app.inject({ url: full(ROUTES.merchant.summary, id), headers: { cookie: reader.cookie } })
  expect(readings()).toEqual([{ at: expect.any(Number), personId: reader.personId, route: ROUTES.merchant.summary, subject: 'dp-b' }])
})

test('a taken-away session is gone at the next request', async () => {
  const { cookie, personId } = example.signIn('short', ['planner'])
  const ask = () => app.inject({ url: ROUTES.planner.network, headers: { cookie } })
  expect((await ask()).statusCode).toBe(200)
  await example.directory.sessions.revoke(personId)
  expect((await ask()).statusCode).toBe(401)
})

test('a route that does not declare its access cannot start', async () => {
  const { default: fastify } = await import('fastify')
  const { default: cookie } = await import('@fastify/cookie')
  const bare = fastify()
  await bare.register(cookie)
  await bare.register(accessPlugin, { directory: example.directory, secure: false })
  expect(() => bare.get('/api/forgotten', async () => 'open')).toThrow(/does not declare its access/)
  await bare.close()
})

test('the public answers are figures of releases', async () => {
  for (const path of pathsOf('public')) expect((await get(full(path), 'anonymous')).statusCode).toBe(200)
  const { release } = JSON.parse((await get(ROUTES.public.live, 'anonymous')).body)
  expect(release).toMatchObject({ releaseId: 3, meanPowerKw: 880, loadingPct: 62 })
  expect(EVENTS.public).toEqual(['release', 'publication'])
})

test('public routes reach no reader but that of releases', () => {
  // The type PublicDeps holds the reader of releases alone; here the imports are held to it as well.
  const ofPublic = ['public.ts', 'public-releases.ts', 'open-data.ts'].map((file) => `routes/${file}`)
  const words = ['cell-name', 'catalogue', 'datasets', 'feed', 'files', 'graph', 'methodology'].map((name) => `#services/publication/open-data/${name}.ts`)
  const allowed = ['@fastify/type-provider-typebox', '#models/disclosure/live-rules.ts', '#models/district/schema.ts', '#models/errors/penfeld-error.ts', '#services/publication/port.ts', ...words, '../contract/public.ts', '../contract/releases.ts', '../contract/routes.ts', '../csv.ts', '../deps.ts', '../interval.ts', '../live/event-streams.ts']
  for (const file of ofPublic) {
    const source = readFileSync(join(import.meta.dirname, file), 'utf8')
    expect([...source.matchAll(/from '([^']+)'/g)].map((match) => match[1]!).filter((target) => !allowed.includes(target))).toEqual([])
    expect(source).toMatch(/import type \{ PublicDeps \} from '\.\.\/deps\.ts'/)
    expect(source).not.toContain('ApiDeps')
  }
  // And what these import themselves reads nothing but the port of releases.
  const folder = join(import.meta.dirname, '../publication/open-data')
  for (const file of globSync('*.ts', { cwd: folder }).filter((name) => !name.endsWith('.test.ts'))) {
    const targets = [...readFileSync(join(folder, file), 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1]!)
    const reachable = ['../port.ts', '../due.ts', '../document.ts', '#services/api/csv.ts', '#models/disclosure/guard-shapes.ts', '#models/disclosure/rules.ts', '#models/district/schema.ts', 'hyparquet-writer']
    expect(targets.filter((target) => !target.startsWith('./') && !reachable.includes(target))).toEqual([])
  }
  expect(readFileSync(join(import.meta.dirname, 'deps.ts'), 'utf8')).toMatch(/export type PublicDeps = Pick<ApiDeps, 'district' \| 'clock' \| 'releases' \| 'origins'>/)
  const others = globSync('routes/*.ts', { cwd: import.meta.dirname }).filter((file) => !ofPublic.includes(file))
  for (const file of others) expect(readFileSync(join(import.meta.dirname, file), 'utf8')).not.toContain('ROUTES.public')
})

test('the district the public reads names no holder, no delivery point and no device', async () => {
  const { body } = await get(ROUTES.public.district, 'anonymous')
  const secrets = [...EXAMPLE_DISTRICT.holders, ...EXAMPLE_DISTRICT.deliveryPoints, ...EXAMPLE_DISTRICT.devices, ...EXAMPLE_DISTRICT.sites].map(({ id }) => id)
  for (const secret of secrets) expect(body).not.toContain(`"${secret}"`)
})
