import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from './app.ts'
import type { ForecastDrifts, ForecastSkill } from './contract/forecast-skill.ts'
import { ROUTES, address } from './contract/routes.ts'
import { exampleDeps, type Example } from './example-deps.ts'

let example: Example
let app: FastifyInstance
let planner: { cookie: string; personId: number }
let operator: string
beforeAll(async () => {
  example = exampleDeps({ requestsPerMinute: 100_000 })
  app = await buildApp(example.deps)
  planner = example.signIn('p', ['planner'])
  operator = example.signIn('o', ['operator']).cookie
})
afterAll(async () => {
  await app.close()
  example.dispose()
})
const ask = async <T>(url: string, cookie: string): Promise<T> => JSON.parse((await app.inject({ url, headers: { cookie } })).body) as T
const skill = (series?: string) => ask<ForecastSkill>(address(ROUTES.planner.forecastSkill, {}, { series }), planner.cookie)

test('weeks are put together by how much each is of; a series that was never scored says so', async () => {
  const { readiness, newestDay, series } = await skill()
  expect({ readiness, newestDay }).toEqual({ readiness: 'ready', newestDay: '2026-01-11' })
  expect(series.map((one) => [one.series, one.weeks])).toEqual([['district', 0], ['T1', 2]])
  // 300 values wrong by 10 and 100 by 5, of a mean size of 100, beside 20 of the week before; 300 covered by 88 % and 100 by 92 %.
  expect(series[1]).toMatchObject({ method: 'blend', tomorrow: { nMaePct: 8.8, skillPct: 56.3, cover90Pct: 89, peakErrorPct: 5, pinballPct: 3 }, drift: null })
  expect(series[0]).toMatchObject({ tomorrow: null, method: null })
})

test('in detail: reliability by level, skill by hour ahead, and by season over all weeks', async () => {
  const { detail } = await skill('T1')
  expect(detail.kinds).toHaveLength(1)
  expect(detail.weather).toBe('usual')
  const [{ leads, ...kind }] = detail.kinds
  expect(kind).toEqual({ kind: 'backtest', from: '2025-12-29', to: '2026-01-11', weeks: 2 })
  expect(leads).toHaveLength(1)
  expect(leads[0]).toMatchObject({ daysAhead: [1], values: 400, maeKw: 8.75, naiveMaeKw: 20, reliability: [{ levelPct: 5, belowPct: 6 }, { levelPct: 25, belowPct: 25 }, { levelPct: 50, belowPct: 50 }, { levelPct: 75, belowPct: 75 }, { levelPct: 95, belowPct: 94 }] })
  // Hour 25: (300*8 + 100*4) / 400 of 16; hour 26 of one week only.
  expect(leads[0]!.hours).toEqual([{ hourAhead: 25, maeKw: 7, naiveMaeKw: 16, skillPct: 56.3 }, { hourAhead: 26, maeKw: 12, naiveMaeKw: 12, skillPct: 0 }])
  expect(detail.seasons).toEqual([expect.objectContaining({ season: 'dec-feb', weeks: 2, nMaePct: 8.8, cover90Pct: 89 })])
  expect((await skill()).detail).toEqual({ series: 'district', kind: 'district', name: null, carrier: 'electricity', unit: 'kW', weather: null, kinds: [], seasons: [] })
})

test('a planner is told of no single holder', async () => {
  expect(await skill('dp-a')).toMatchObject({ status: 404, code: 'PF_NOT_FOUND' })
  expect(example.directory.accesses('dp-a')).toEqual([])
})

test('the operator is told what drifts, since when, how much and what to look at', async () => {
  const body = await ask<ForecastDrifts>(ROUTES.operator.forecastDrifts, operator)
  expect(body).toMatchObject({ readiness: 'ready', drifting: 1, drifts: [{ series: 'dp-a', name: '=Bakery', since: '2026-01-07', growthPct: 50, nextStep: 'habits-changed', goneAt: null }] })
  expect(example.directory.accesses('dp-a')).toHaveLength(1)
  // No power of one holder.
  expect(JSON.stringify(body)).not.toMatch(/[kK]w/)
})

test('before the first fit there is nothing, and as rows there is the head', async () => {
  const first = exampleDeps({}, { empty: true })
  const other = await buildApp(first.deps)
  const get = async (url: string, who: 'planner' | 'operator') => (await other.inject({ url, headers: { cookie: first.signIn(who, [who]).cookie } })).body
  expect(JSON.parse(await get(ROUTES.planner.forecastSkill, 'planner'))).toMatchObject({ readiness: 'starting', newestDay: null })
  expect(JSON.parse(await get(ROUTES.operator.forecastDrifts, 'operator'))).toEqual({ readiness: 'starting', judgedAt: null, drifting: 0, drifts: [] })
  expect(await get(`${ROUTES.operator.forecastDrifts}?format=csv`, 'operator')).toBe('series,kind,name,since,days_ahead,growth_pct,next_step,found_at,gone_at\r\n')
  await other.close()
  first.dispose()
  const { body } = await app.inject({ url: `${ROUTES.planner.forecastSkill}?format=csv`, headers: { cookie: planner.cookie } })
  expect(body.split('\r\n')[2]).toBe('T1,transformer,T1,electricity,blend,2,8.8,56.3,5,3,89,50,,')
})
