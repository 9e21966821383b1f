import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WinterPeakReport } from '#services/evaluation/winter-peaks.ts'
import { buildApp } from './app.ts'
import { ROUTES, address } from './contract/routes.ts'
import type { WinterPeak } from './contract/winter-peak.ts'
import { exampleDeps, type Example } from './example-deps.ts'

const NOW = Date.UTC(2026, 0, 14, 12)
const DAY = Date.UTC(2026, 0, 5) / 86_400_000
const REPORTS: Readonly<Record<string, WinterPeakReport>> = {
  district: { series: 'district', computedAt: NOW, refused: { reason: 'too-few-winters', days: 95 }, estimate: null, days: { day: [], temperatureC: [], peakKw: [], dayType: [] } },
  T1: {
    series: 'T1', computedAt: NOW, refused: null,
    estimate: {
      peakKw: 300, lowKw: 270, highKw: 330, level: 0.9, dayType: 0, extrapolatedByC: 2, coldDays: 30, fewColdDays: false, fewWinters: true, notSignificant: false, sensitivityKwPerC: 10, standardErrorKwPerC: NaN,
      thresholdC: 15, thresholdOpen: false, smoothing: 0.5, coldestC: 0, returnYears: 10, coldC: -2, winters: 2, fit: { temperatureC: [-2, 15], loadKw: [300, 130.456], lowKw: [270, NaN], highKw: [330, NaN] },
    },
    days: { day: [DAY, DAY + 5], temperatureC: [0.123, 9], peakKw: [278, 190], dayType: [0, 1] },
  },
}

let example: Example
let app: FastifyInstance
let cookie: string
beforeAll(async () => {
  const { deps } = (example = exampleDeps())
  // As the file keeps it: JSON knows no NaN.
  example = exampleDeps({ findings: { ...deps.findings, winterPeak: async (series) => (REPORTS[series] === undefined ? undefined : (JSON.parse(JSON.stringify(REPORTS[series])) as WinterPeakReport)) } })
  app = await buildApp(example.deps)
  cookie = example.signIn('p', ['planner']).cookie
})
afterAll(async () => {
  await app.close()
  example.dispose()
})
const ask = async (query: Record<string, string>) => (await app.inject({ url: address(ROUTES.planner.winterPeak, {}, query), headers: { cookie } }))

test('the estimate of a transformer with the days it stands on, and what is unsure of it', async () => {
  const body = JSON.parse((await ask({ series: 'T1' })).body) as WinterPeak
  expect(body).toMatchObject({ readiness: 'ready', series: 'T1', kind: 'transformer', carrier: 'electricity', unit: 'kW', computedAt: NOW, refused: null })
  expect(body.estimate).toMatchObject({ peakKw: 300, lowKw: 270, highKw: 330, coldC: -2, sensitivityKwPerC: 10, standardErrorKwPerC: null, flags: ['extrapolated', 'few-winters'], dayType: 'working-day' })
  expect(body.estimate!.fit).toEqual({ temperatureC: [-2, 15], loadKw: [300, 130.46], lowKw: [270, null], highKw: [330, null] })
  expect(body.days).toEqual({ date: ['2026-01-05', '2026-01-10'], temperatureC: [0.12, 9], peakKw: [278, 190], dayType: ['working-day', 'saturday'] })
  expect((await ask({ series: 'T1', format: 'csv' })).body.split('\r\n')).toEqual([
    'date,temperature_c,peak_kw,day_type,origin,low_kw,high_kw', '2026-01-05,0.12,278,working-day,measured,,', '2026-01-10,9,190,saturday,measured,,', '2026-01-14T12:00:00.000Z,-2,300,working-day,estimated,270,330', '',
  ])
})

test('the district by default, and why it was refused', async () => {
  expect(JSON.parse((await ask({})).body)).toMatchObject({ readiness: 'ready', series: 'district', refused: { reason: 'too-few-winters', days: 95 }, estimate: null, days: { date: [] } })
})

test('before the first night it says that nothing is there yet', async () => {
  const early = exampleDeps()
  const other = await buildApp(early.deps)
  const { body } = await other.inject({ url: ROUTES.planner.winterPeak, headers: { cookie: early.signIn('p', ['planner']).cookie } })
  expect(JSON.parse(body)).toMatchObject({ readiness: 'starting', computedAt: null, refused: null, estimate: null })
  await other.close()
  early.dispose()
})

test.each([[{ series: 'nobody' }, 404, 'PF_NOT_FOUND'], [{ series: 'dp-a' }, 404, 'PF_NOT_FOUND'], [{ series: '../T1' }, 400, 'PF_REQUEST_INVALID']])('%j is refused: the points of single holders are none of its series', async (query, status, code) => {
  const { statusCode, headers, body } = await ask(query)
  expect({ statusCode, code: JSON.parse(body).code, type: headers['content-type'] }).toEqual({ statusCode: status, code, type: expect.stringContaining('application/problem+json') })
})
