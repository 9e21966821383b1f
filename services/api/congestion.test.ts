import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from './app.ts'
import type { CongestionForecast, CongestionOfElement, CongestionReliability } from './contract/congestion.ts'
import { ROUTES, address } from './contract/routes.ts'
import { EXAMPLE_CONGESTION, EXAMPLE_RELIABILITY, exampleDeps, type Example } from './example-deps.ts'

let example: Example
let app: FastifyInstance
let planner: string
let operator: string
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  planner = example.signIn('p', ['planner']).cookie
  operator = example.signIn('o', ['operator']).cookie
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

const NOW = Date.UTC(2026, 0, 14, 12)
const HALF_HOUR = 1_800_000
const ask = async <T>(url: string, cookie = planner): Promise<T> => JSON.parse((await app.inject({ url, headers: { cookie } })).body) as T
const list = (query: Record<string, number> = {}, cookie = planner, path: string = ROUTES.planner.congestionForecast) => ask<CongestionForecast>(address(path, {}, query), cookie)

test('what is likeliest to pass its limit stands first; what is less likely than asked for is only counted', async () => {
  const forecast = await list()
  expect(forecast).toMatchObject({ readiness: 'ready', issuedAt: NOW - 2 * HALF_HOUR, scenarios: 200, pastIssues: 28, measuredSeries: 3, assumedSeries: 1, unsettledShare: 0.005, watchPct: 80, limitPct: 100, least: 0.01, all: 2, at: [NOW, NOW + HALF_HOUR, NOW + 2 * HALF_HOUR] })
  expect(forecast.elements).toEqual([{
    id: 'T1', name: 'T1', kind: 'transformer', basis: 'measured', watchPeak: { at: NOW + HALF_HOUR, probability: 0.35 }, limitPeak: { at: NOW + HALF_HOUR, probability: 0.05 },
    energyAboveWatchKwh: 6, energyAboveLimitKwh: 0.75, unknownShare: 0.02, watch: [0.2, 0.35, 0.1], limit: [0.01, 0.05, 0], withheld: false,
  }])
  const all = await list({ least: 0 })
  expect(all.elements.map(({ id, basis }) => [id, basis])).toEqual([['T1', 'measured'], ['L1', 'assumed']])
  // Of a step without a loading nothing is said, and that is said.
  expect(all.elements[1]).toMatchObject({ watch: [0, 0.005, null], unknownShare: 1 })
})

test('the operator sees the same', async () => {
  expect(await list({}, operator, ROUTES.operator.congestionForecast)).toEqual(await list())
})

test('one element by step, a head with its powers, the district as the sum of its parts', async () => {
  const of = (id: string) => ask<CongestionOfElement>(address(ROUTES.planner.congestionOfElement, { id }))
  expect(await of('T1')).toMatchObject({ element: 'T1', kind: 'transformer', basis: 'measured', watch: [0.2, 0.35, 0.1], unknown: [0, 0.02, 0], energyAboveLimitKwh: [0.25, 0.5, 0], powerKw: [], thresholds: [], loadingPct: [{ level: 0.05, values: [40, 45, 30] }, { level: 0.5, values: [60, 65, 50] }, { level: 0.95, values: [80, 85, 70] }] })
  expect(await of('L1')).toMatchObject({ kind: 'line-section', thresholds: [{ threshold: 'watch', kw: 9_600 }, { threshold: 'high', kw: 700, probability: [0.5, 0.6, null] }], powerKw: [{ level: 0.05 }, { level: 0.5, values: [600, 610, null] }, { level: 0.95 }] })
  expect(await of('district')).toMatchObject({ kind: 'district', basis: null, watch: [], powerKw: [{ level: 0.5, values: [900, 910, 920] }] })
})

test('what the probabilities were worth, by threshold, with the cases in each bin', async () => {
  const { reports, readiness } = await ask<CongestionReliability>(ROUTES.planner.congestionReliability)
  expect(readiness).toBe('ready')
  expect(reports).toEqual([{ ...EXAMPLE_RELIABILITY, heads: [{ section: 'L1', name: 'Feeder', thresholds: [{ threshold: 'high', kw: 700 }] }] }])
})

test('forecasts as issued are believed before back-casts once they cover a week', async () => {
  const reportsOf = async (days: number) => {
    const issued = { ...EXAMPLE_RELIABILITY, kind: 'issued' as const, from: NOW - days * 86_400_000 }
    const other = exampleDeps({ congestion: { ...example.deps.congestion, reliability: async () => [issued, EXAMPLE_RELIABILITY] } })
    const served = await buildApp(other.deps)
    const { body } = await served.inject({ url: ROUTES.planner.congestionReliability, headers: { cookie: other.signIn('p', ['planner']).cookie } })
    await served.close()
    other.dispose()
    return (JSON.parse(body) as CongestionReliability).reports.map(({ kind }) => kind)
  }
  expect([await reportsOf(6), await reportsOf(8)]).toEqual([['back-cast', 'issued'], ['issued', 'back-cast']])
})

test.each([['before anything was issued', { empty: true }, undefined], ['where only one of another document is there', {}, 'v0']])('%s the answer is empty and says so', async (_what, options, districtVersion) => {
  const changed = districtVersion === undefined ? {} : { congestion: { ...example.deps.congestion, latestCongestion: async () => ({ ...EXAMPLE_CONGESTION, districtVersion }) } }
  const other = exampleDeps(changed, options)
  const served = await buildApp(other.deps)
  const { cookie } = other.signIn('p', ['planner'])
  const get = async (url: string) => JSON.parse((await served.inject({ url, headers: { cookie } })).body) as unknown
  expect(await get(ROUTES.planner.congestionForecast)).toMatchObject({ readiness: 'starting', issuedAt: null, at: [], elements: [], all: 0 })
  expect(await get(address(ROUTES.planner.congestionOfElement, { id: 'T1' }))).toMatchObject({ readiness: 'starting', watch: [], loadingPct: [] })
  await served.close()
  other.dispose()
})

test.each([
  [address(ROUTES.planner.congestionOfElement, { id: 'nobody' }), 404, 'PF_NOT_FOUND'],
  [address(ROUTES.planner.congestionForecast, {}, { least: 2 }), 400, 'PF_REQUEST_INVALID'],
  [address(ROUTES.planner.congestionForecast, {}, { most: 2 }), 400, 'PF_REQUEST_INVALID'],
])('%s is refused', async (url, status, code) => {
  const { statusCode, body } = await app.inject({ url, headers: { cookie: planner } })
  expect({ statusCode, code: JSON.parse(body).code }).toEqual({ statusCode: status, code })
})

test('the same as rows', async () => {
  const rows = async (url: string) => (await app.inject({ url: `${url}${url.includes('?') ? '&' : '?'}format=csv`, headers: { cookie: planner } })).body.split('\r\n')
  expect((await rows(ROUTES.planner.congestionForecast)).slice(0, 2)).toEqual(['element,name,kind,basis,at,probability_above_80_pct,probability_above_100_pct', 'T1,T1,transformer,measured,2026-01-14T12:00:00.000Z,0.2,0.01'])
  expect((await rows(address(ROUTES.planner.congestionOfElement, { id: 'L1' })))[3]).toBe('2026-01-14T13:00:00.000Z,,,,,1,,,,,,')
  expect((await rows(ROUTES.planner.congestionReliability))[1]).toBe('back-cast,high,,,0,0.5,90,0.02,0.03,0.05,0.44')
})
