import type { FastifyInstance } from 'fastify'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildGrid } from '#models/grid/network.ts'
import { instantiateKernel } from '#models/load-flow/kernel/kernel.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { districtOutageStudy } from '#services/evaluation/outage-study.ts'
import { evaluationPlan } from '#services/evaluation/plan.ts'
import { switchedDistrict } from '#services/evaluation/small-district.testkit.ts'
import { studyHours } from '#services/evaluation/study-hours.ts'
import { buildApp } from './app.ts'
import type { OutageStudyAnswer } from './contract/outage-study.ts'
import { ROUTES, address } from './contract/routes.ts'
import { exampleDeps, type Example } from './example-deps.ts'

const FROM = Date.UTC(2026, 0, 12)
const HOURS = 30
const kernel = instantiateKernel(new WebAssembly.Module(readFileSync(new URL('../../models/load-flow/kernel/kernel.wasm', import.meta.url))))
const loaded = switchedDistrict()
let example: Example
let app: FastifyInstance
let cookie: string
let demandKw: (hour: number) => number
beforeAll(async () => {
  const parts = { loaded, plan: evaluationPlan(loaded.district), typical: new Map(), measured: memoryStore() }
  const grid = buildGrid(loaded.district.network, FROM)
  const hours = await studyHours(parts, grid, FROM, FROM + HOURS * 3_600_000)
  demandKw = (hour) => hours.loads.activeKw.subarray(hour * grid.busCount, (hour + 1) * grid.busCount).reduce((sum, kw) => sum + Math.max(0, kw), 0)
  example = exampleDeps({
    district: loaded, requestsPerMinute: 100_000,
    studies: { connection: () => ({ status: 'busy' }), outage: (element) => ({ status: 'done', study: districtOutageStudy(loaded, hours, element, kernel) }), stop: async () => undefined },
  })
  app = await buildApp(example.deps)
  cookie = example.signIn('p', ['planner']).cookie
})
afterAll(async () => {
  await app.close()
  example.dispose()
})

const ask = async (element?: string) => {
  const { statusCode, body } = await app.inject({ url: address(ROUTES.planner.outageStudy, {}, { element }), headers: { cookie } })
  return { statusCode, body: JSON.parse(body) as OutageStudyAnswer & { code?: string } }
}

test('without an element the choice is told: what is of the medium voltage, and nothing else', async () => {
  const { body } = await ask()
  expect(body).toMatchObject({ status: 'idle', study: null })
  expect(new Set(body.choice.map(({ kind }) => kind))).toEqual(new Set(['section', 'transformer', 'busbar']))
  expect(body.choice.every(({ id }) => !id.includes('.D'))).toBe(true)
  expect((await ask('P01.D1.S1')).statusCode).toBe(400)
})

test('a busbar at the source takes everything for a day: the energy is that of the hours that follow the highest one', async () => {
  const [source] = loaded.district.network.sources
  const { body } = await ask(source!.node)
  const manual = body.study!.stages.find(({ name }) => name === 'manual')!
  expect(manual.unsuppliedKw).toBeGreaterThan(0)
  const first = Math.round((body.study!.planAt - FROM) / 3_600_000)
  const expected = Array.from({ length: 24 }, (_, hour) => demandKw(Math.min(HOURS - 1, first + hour))).reduce((sum, kw) => sum + kw, 0)
  expect(body.study!.stages.reduce((sum, { unsuppliedKwh }) => sum + unsuppliedKwh, 0)).toBeCloseTo(expected, 6)
})

test('only planners may ask', async () => {
  const { cookie: other } = example.signIn('m', ['merchant'])
  const { statusCode } = await app.inject({ url: ROUTES.planner.outageStudy, headers: { cookie: other } })
  expect([403, 404]).toContain(statusCode)
})
