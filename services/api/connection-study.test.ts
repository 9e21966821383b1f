import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildGrid } from '#models/grid/network.ts'
import { type ConnectionAsk, districtConnectionStudy } from '#services/evaluation/connection-study.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { switchedDistrict } from '#services/evaluation/small-district.testkit.ts'
import { studyHours } from '#services/evaluation/study-hours.ts'
import { buildApp } from './app.ts'
import type { ConnectionStudyAnswer } from './contract/connection-study.ts'
import { ROUTES, address } from './contract/routes.ts'
import { exampleDeps, type Example } from './example-deps.ts'

const FROM = Date.UTC(2026, 0, 12)
const asked: ConnectionAsk[] = []
let example: Example
let app: FastifyInstance
let cookie: string
beforeAll(async () => {
  const loaded = switchedDistrict()
  const parts = { loaded, plan: evaluationPlan(loaded.district), typical: new Map(), measured: memoryStore() }
  const hours = await studyHours(parts, buildGrid(loaded.district.network, FROM), FROM, FROM + 6 * 3_600_000)
  example = exampleDeps({
    district: loaded, requestsPerMinute: 100_000,
    studies: {
      connection(ask) {
        asked.push(ask)
        return ask.kva === 1 ? { status: 'running', share: 0.4 } : ask.kva === 2 ? { status: 'failed', problem: 'PF_X: no' } : { status: 'done', study: districtConnectionStudy(parts, hours, ask, {}) }
      },
      outage: () => ({ status: 'busy' }),
      stop: async () => undefined,
    },
  })
  app = await buildApp(example.deps)
  cookie = example.signIn('p', ['planner']).cookie
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

const ask = async (query: Record<string, string | number | undefined>) => {
  const { statusCode, body } = await app.inject({ url: address(ROUTES.planner.connectionStudy, {}, query), headers: { cookie } })
  return { statusCode, body: JSON.parse(body) as ConnectionStudyAnswer & { code?: string } }
}

test('without a place nothing is begun, and the profiles are told', async () => {
  const before = asked.length
  expect(await ask({})).toMatchObject({ statusCode: 200, body: { status: 'idle', profiles: ['constant', 'dwelling'], study: null } })
  expect(asked.length).toBe(before)
})

test('places, profiles and powers that are not there are refused before any work', async () => {
  const before = asked.length
  for (const query of [{ node: 'P99', kva: 10 }, { node: 'P01.LV', kva: 10, profile: 'castle' }, { node: 'P01.LV', kva: -1 }, { node: 'P01.LV', kva: 1e9 }, { node: 'P01.LV', kva: 5, tanPhi: 3 }]) {
    expect(await ask(query)).toMatchObject({ statusCode: 400, body: { code: 'PF_REQUEST_INVALID' } })
  }
  expect(asked.length).toBe(before)
})

test('a study tells how far it is, what went wrong, and in the end the answer with instants and no NaN', async () => {
  expect((await ask({ node: 'P01.LV', kva: 1 })).body).toMatchObject({ status: 'running', progressPct: 40, study: null })
  expect((await ask({ node: 'P01.LV', kva: 2 })).body).toMatchObject({ status: 'failed', problem: 'PF_X: no' })
  const { body } = await ask({ node: 'P01.D1.J2', kva: 300 })
  expect(body).toMatchObject({ status: 'done', progressPct: 100, study: { node: 'P01.D1.J2', kva: 300, profile: 'constant', tanPhi: 0.3, holds: false, hours: 6, from: FROM, to: FROM + 6 * 3_600_000 } })
  expect(body.study?.binding).toMatchObject({ kind: 'current', element: 'P01.D1.S1', at: expect.any(Number) })
  const flexible = body.study?.remedies.find((one) => one.kind === 'flexible')
  expect(flexible).toMatchObject({ eur: null, missingPrices: ['flexible-connection', 'curtailed-mwh'], isCheapest: false })
})

test('of a place behind few holders the answer is coarse: the day of the worst hour, and tens', async () => {
  const { study } = (await ask({ node: 'P01.D1.J2', kva: 300 })).body
  expect(example.deps.sight.isBusHidden('P01.D1.J2', FROM)).toBe(true)
  expect([study!.fitsKva % 10, study!.normal.fitsKva % 10, study!.headroom!.activeKw % 10]).toEqual([0, 0, 0])
  expect([study!.binding!.at % 86_400_000, study!.binding!.value! % 10]).toEqual([0, 0])
})
