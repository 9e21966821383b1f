import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeliveryPoint, MeasurementPoint } from '#models/district/schema.ts'
import { buildApp } from './app.ts'
import type { PlannerForecast, PlannerForecastSeries, PowerForecast } from './contract/forecast.ts'
import { ROUTES, address } from './contract/routes.ts'
import { exampleDeps, type Example } from './example-deps.ts'

let example: Example
let app: FastifyInstance
let planner: { cookie: string; personId: number }
let merchant: string
let former: string
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  planner = example.signIn('p', ['planner'])
  merchant = example.signIn('a', ['merchant'], 'holder-a').cookie
  former = example.signIn('former', ['merchant'], 'holder-former').cookie
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

const NOW = Date.UTC(2026, 0, 14, 12)
const STEP_MS = 600_000
const ask = async <T>(url: string, cookie: string): Promise<T> => JSON.parse((await app.inject({ url, headers: { cookie } })).body) as T
const plannerAsks = (query: Record<string, string | number> = {}) => ask<PlannerForecast>(address(ROUTES.planner.forecast, {}, query), planner.cookie)

test('a shopkeeper gets the own forecast with its band, how it was made and why so', async () => {
  const forecast = await ask<PowerForecast>(address(ROUTES.merchant.forecast, { id: 'dp-a' }), merchant)
  expect(forecast).toMatchObject({ readiness: 'ready', series: 'dp-a', issuedAt: NOW - 3 * STEP_MS, method: 'seasonal-naive', reason: 'history-short', contributions: null })
  expect(forecast.powerKw.values).toEqual([5, 6, 7, null])
  expect(forecast.quantilesKw).toEqual([
    { level: 0.05, values: [3.2, 4.2, 5.2, null] },
    { level: 0.5, values: [5, 6, 7, null] },
    { level: 0.95, values: [6.8, 7.8, 8.8, null] },
  ])
})

test('who held the point before gets no forecast of the one who holds it now', async () => {
  const forecast = await ask<PowerForecast>(address(ROUTES.merchant.forecast, { id: 'dp-a' }), former)
  expect(forecast).toMatchObject({ readiness: 'starting', issuedAt: null, method: null, reason: null, quantilesKw: [] })
  expect([forecast.powerKw.at, forecast.measuredKw.at]).toEqual([[], []])
})

test('the planner is told what is forecast: the district first, then the network; no single delivery point is among it', async () => {
  const { series } = await ask<PlannerForecastSeries>(ROUTES.planner.forecastSeries, planner.cookie)
  expect(series).toEqual([
    { series: 'district', kind: 'district', name: null, carrier: 'electricity', unit: 'kW' },
    { series: 'T1', kind: 'transformer', name: 'T1', carrier: 'electricity', unit: 'kW' },
  ])
  for (const one of series) expect(await plannerAsks({ series: one.series })).toMatchObject(one)
})

test('the forecast stands beside what was measured up to now, by default of the district and of two days', async () => {
  const forecast = await plannerAsks()
  expect(forecast).toMatchObject({ series: 'district', kind: 'district', readiness: 'ready' })
  expect(forecast.measuredKw.at.length).toBe(288)
  expect([forecast.measuredKw.at[0], forecast.measuredKw.at.at(-1)]).toEqual([NOW - 288 * STEP_MS, NOW - STEP_MS])
  expect(forecast.measuredKw.values.every((value) => value === 5)).toBe(true)
  const day = await plannerAsks({ series: 'T1', from: NOW - 144 * STEP_MS })
  expect(day.measuredKw.at.length).toBe(144)
  expect(day.contributions).toEqual({ calendarKw: [1, 2, 3, null], weatherKw: [0.5, 1.5, 2.5, null], recentKw: [-0.5, 0.5, 1.5, null] })
})

test('gas and water are told in what they are measured in, by the planner\u2019s list, the forecast and its rows; a household\u2019s meter is no series', async () => {
  const { district, version, folder } = example.deps.district
  const meter = (id: string, carrier: 'gas' | 'water', category: DeliveryPoint['category'], holder = 'holder-a'): { dp: DeliveryPoint; point: MeasurementPoint } => ({
    dp: { id, carrier, category, site: district.sites[0]!.id, loadClass: carrier, holders: [{ validFrom: '2020-01-01T00:00:00Z', holder }] },
    point: { id: `${id}.flow`, carrier, quantity: 'flow', unit: 'm3/h', kind: 'instant', stepS: 600, sign: 1, resolution: 0.001, on: id },
  })
  const meters = [meter('gas-1', 'gas', 'professional'), meter('gas-2', 'gas', 'professional', 'holder-b'), meter('tap', 'water', 'residential'), ...Array.from({ length: 11 }, (_, n) => meter(`stove-${n + 1}`, 'gas', 'residential', `holder-home-${n + 1}`))]
  const gas = exampleDeps({
    district: { version, folder, district: { ...district, carriers: ['electricity', 'gas', 'water'], deliveryPoints: [...district.deliveryPoints, ...meters.map(({ dp }) => dp)], measurementPoints: [...district.measurementPoints, ...meters.map(({ point }) => point)] } },
    runs: { ...example.deps.runs, latestForecast: async (series) => ({ ...(await example.deps.runs.latestForecast('T1'))!, series, weather: 'forecast' as const, unit: 'm3/h' as const }) },
    measured: { ...example.deps.measured, lookup: async (names) => Int32Array.from(names, (_, i) => i + 1) },
  })
  const other = await buildApp(gas.deps)
  const as = (cookie: string) => async (url: string) => (await other.inject({ url, headers: { cookie } })).body
  const asks = as(gas.signIn('p', ['planner']).cookie)
  const { series } = JSON.parse(await asks(ROUTES.planner.forecastSeries)) as PlannerForecastSeries
  expect(series.filter(({ carrier }) => carrier !== 'electricity').map(({ series: id, kind, unit }) => [id, kind, unit])).toEqual([['district-gas', 'district', 'm3/h']])
  const total = JSON.parse(await asks(address(ROUTES.planner.forecast, {}, { series: 'district-gas' }))) as PlannerForecast
  expect(total).toMatchObject({ carrier: 'gas', unit: 'm3/h', kind: 'district', name: null, weather: 'forecast' })
  expect(total.measuredKw.values.every((value) => value === 13 * 5)).toBe(true)
  expect((await asks(address(ROUTES.planner.forecast, {}, { series: 'district-gas', format: 'csv' }))).split('\r\n')[0]).toBe('at,flow_m3h,quality,p5_m3h,p50_m3h,p95_m3h,calendar_m3h,weather_m3h,recent_m3h,measured_m3h,measured_quality')
  for (const one of ['tap', 'gas-1']) expect((await asks(address(ROUTES.planner.forecast, {}, { series: one })))).toContain('PF_NOT_FOUND')
  const own = JSON.parse(await as(gas.signIn('a', ['merchant'], 'holder-a').cookie)(address(ROUTES.merchant.forecast, { id: 'gas-1' }))) as PowerForecast
  expect(own).toMatchObject({ carrier: 'gas', unit: 'm3/h' })
  expect(own.measuredKw.values).toEqual(new Array(144).fill(5))
  await other.close()
  gas.dispose()
})

test('a district of which one transformer is not measured has no total, and its answer is empty instead of wrong', async () => {
  const { district, version, folder } = example.deps.district
  const partly = exampleDeps({ district: { version, folder, district: { ...district, measurementPoints: district.measurementPoints.filter(({ on }) => on !== 'T1') } }, runs: { ...example.deps.runs, latestForecast: async () => undefined } })
  const other = await buildApp(partly.deps)
  const { body } = await other.inject({ url: ROUTES.planner.forecast, headers: { cookie: partly.signIn('p', ['planner']).cookie } })
  expect(JSON.parse(body)).toMatchObject({ readiness: 'starting', measuredKw: { at: [] }, powerKw: { at: [] } })
  await other.close()
  partly.dispose()
})

test.each([
  [{ series: 'nobody' }, 404, 'PF_NOT_FOUND'],
  [{ series: '../dp-a' }, 400, 'PF_REQUEST_INVALID'],
  [{ from: NOW + 1 }, 400, 'PF_REQUEST_INVALID'],
  [{ from: NOW - 32 * 86_400_000 }, 400, 'PF_RANGE_TOO_LONG'],
])('%j is refused', async (query, status, code) => {
  const { statusCode, body } = await app.inject({ url: address(ROUTES.planner.forecast, {}, query), headers: { cookie: planner.cookie } })
  expect({ statusCode, code: JSON.parse(body).code }).toEqual({ statusCode: status, code })
})

test('of a single holder a planner is told no forecast, and what is refused was not read', async () => {
  for (const series of ['dp-b', 'nobody']) {
    const { statusCode, body } = await app.inject({ url: address(ROUTES.planner.forecast, {}, { series }), headers: { cookie: planner.cookie } })
    expect([statusCode, JSON.parse(body).code]).toEqual([404, 'PF_NOT_FOUND'])
  }
  expect(['dp-b', 'T1', 'district'].flatMap((series) => example.directory.accesses(series)).filter(({ personId }) => personId === planner.personId)).toEqual([])
})

test('the same as rows: measured before, beside and the quantiles after', async () => {
  const { body } = await app.inject({ url: address(ROUTES.planner.forecast, {}, { series: 'T1', from: NOW - 4 * STEP_MS, format: 'csv' }), headers: { cookie: planner.cookie } })
  expect(body.split('\r\n')).toEqual([
    'at,power_kw,quality,p5_kw,p50_kw,p95_kw,calendar_kw,weather_kw,recent_kw,measured_kw,measured_quality',
    '2026-01-14T11:20:00.000Z,,,,,,,,,5,measured',
    '2026-01-14T11:30:00.000Z,5,forecast,3.2,5,6.8,1,0.5,-0.5,5,measured',
    '2026-01-14T11:40:00.000Z,6,forecast,4.2,6,7.8,2,1.5,0.5,5,measured',
    '2026-01-14T11:50:00.000Z,7,forecast,5.2,7,8.8,3,2.5,1.5,5,measured',
    '2026-01-14T12:00:00.000Z,,missing,,,,,,,,',
    '',
  ])
  const own = await app.inject({ url: `${address(ROUTES.merchant.forecast, { id: 'dp-a' })}?format=csv`, headers: { cookie: merchant } })
  expect(own.body.split('\r\n')[1]).toBe('2026-01-14T11:30:00.000Z,5,forecast,3.2,5,6.8')
})
