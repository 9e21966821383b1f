import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { District } from '#models/district/schema.ts'
import type { NetworkState, RunLayout } from '#services/evaluation/port.ts'
import { buildApp } from '../app.ts'
import type { CongestionForecast, CongestionOfElement } from '../contract/congestion.ts'
import type { ElementHistory, LoadDuration, PlannerFeeders, PlannerMeasurementPoints, PlannerState, PlannerStates } from '../contract/planner.ts'
import { ROUTES, address } from '../contract/routes.ts'
import { EXAMPLE_CONGESTION, EXAMPLE_DISTRICT, exampleDeps, type Example } from '../example-deps.ts'

/** The example with a feeder of its own for one shop (dp-b, over L2), beside a street of eleven homes and a shop (L3) and one of eleven homes, which hides the shop in the difference (L4). */
const MORE_HOMES = Array.from({ length: 11 }, (_, n) => `house-${n + 1}`)
const [L1] = EXAMPLE_DISTRICT.network.lineSections
const DISTRICT: District = {
  ...EXAMPLE_DISTRICT,
  holders: [...EXAMPLE_DISTRICT.holders, ...MORE_HOMES.map((id) => ({ id: `of-${id}`, kind: 'household' as const }))],
  deliveryPoints: [
    ...EXAMPLE_DISTRICT.deliveryPoints.map((point) => (point.id === 'dp-b' ? { ...point, node: 'J2' } : { ...point, node: 'J3' })),
    ...MORE_HOMES.map((id) => ({ ...EXAMPLE_DISTRICT.deliveryPoints.at(-1)!, id, node: 'J4', holders: [{ validFrom: '2020-01-01T00:00:00Z', holder: `of-${id}` }] })),
  ],
  measurementPoints: [...EXAMPLE_DISTRICT.measurementPoints, { ...EXAMPLE_DISTRICT.measurementPoints[0]!, id: 'elec.F2.p', on: 'F2' }, { ...EXAMPLE_DISTRICT.measurementPoints[0]!, id: 'elec.F2.v', quantity: 'voltage', unit: 'V', on: 'F2' }],
  network: {
    ...EXAMPLE_DISTRICT.network,
    sources: [{ id: 'Q', node: 'B20', voltagePu: 1, shortCircuitMva: 100, rxRatio: 0.1 }],
    junctions: ['J2', 'J3', 'J4'].map((id) => ({ id, nominalVoltageKv: 0.4 })),
    lineSections: [L1!, { ...L1!, id: 'L2', from: 'B04', to: 'J2' }, { ...L1!, id: 'L3', from: 'B04', to: 'J3' }, { ...L1!, id: 'L4', from: 'B04', to: 'J4' }].map((one) => (one.id === 'L1' ? { ...one, from: 'B20', to: 'B20B' } : one)),
    busbars: [...EXAMPLE_DISTRICT.network.busbars, { id: 'B20B', name: 'B20B', substation: 'S', nominalVoltageKv: 20 }],
    transformers: EXAMPLE_DISTRICT.network.transformers.map((one) => ({ ...one, hvNode: 'B20B' })),
    feeders: [...EXAMPLE_DISTRICT.network.feeders, { id: 'F2', name: 'Shop', busbar: 'B04', lineSections: ['L2'] }, { id: 'F3', name: 'Street', busbar: 'B04', lineSections: ['L3'] }],
  },
}
const NOW = Date.UTC(2026, 0, 14, 12)
const LAYOUT: RunLayout = { lineSections: ['L1', 'L2', 'L3', 'L4'], transformers: ['T1'], buses: ['B20', 'B04', 'B20B', 'J2', 'J3', 'J4'] }
const SHOP = { currentA: 123.4, kw: 77.7 }
const STATE: NetworkState = {
  at: NOW - 600_000, settled: true, sectionCurrentA: Float32Array.of(40, SHOP.currentA, 200, 60), sectionLoadingPct: Float32Array.of(10, 85, 50, 15), sectionPowerKw: Float32Array.of(1000, SHOP.kw, 120, 30),
  transformerLoadKva: Float32Array.of(210), transformerLoadingPct: Float32Array.of(52), busVoltagePu: Float32Array.of(1, 0.987654, 0.99912, 0.963, 0.97123, 0.98), busLoadKw: Float32Array.of(0, 0, 0, SHOP.kw, 120, 30),
  sectionQuality: new Uint8Array(4), transformerQuality: new Uint8Array(1), lossesKw: 1, districtKw: 900, boundaryKw: 0, unmeteredKw: 18, residualKw: NaN,
}
const three = (of: Float32Array) => Float32Array.of(...of, ...of.slice(0, 3))

let example: Example
let app: FastifyInstance
let planner: string
let operator: string
beforeAll(async () => {
  const base = exampleDeps()
  base.dispose()
  example = exampleDeps({
    requestsPerMinute: 100_000,
    district: { district: DISTRICT, version: 'v1', folder: '.' },
    runs: { ...base.deps.runs, layout: async () => LAYOUT, states: async (kind, from, to) => (kind === 'estimate' && from <= STATE.at && STATE.at < to ? [STATE] : []), statesOf: async () => [STATE] },
    congestion: {
      ...base.deps.congestion,
      latestCongestion: async () => ({ ...EXAMPLE_CONGESTION, elements: ['L1', 'T1', 'L2'], basis: Uint8Array.of(1, 0, 0), probability: EXAMPLE_CONGESTION.probability.map(three), energyAboveKwh: EXAMPLE_CONGESTION.energyAboveKwh.map(three), unknownShare: new Float32Array(9), loadingPct: EXAMPLE_CONGESTION.loadingPct.map(three) }),
    },
    measured: { ...base.deps.measured, lookup: async (names) => Int32Array.from(names, (_, i) => i + 1) },
  })
  app = await buildApp(example.deps)
  planner = example.signIn('p', ['planner']).cookie
  operator = example.signIn('o', ['operator']).cookie
})
afterAll(async () => {
  await app.close()
  example.dispose()
})
const body = async (url: string, cookie = planner) => (await app.inject({ url, headers: { cookie } })).body
const ask = async <T>(url: string, cookie = planner): Promise<T> => JSON.parse(await body(url, cookie)) as T

test('of the feeder of one shop the state tells the level and nothing else; its voltages and loads are coarse', async () => {
  const { state } = await ask<PlannerState>(ROUTES.planner.state)
  expect(state!.sections[1]).toEqual({ id: 'L2', currentA: null, powerKw: null, loadingPct: null, headroomA: null, headroomKva: null, quality: 'missing', level: 'watch', withheld: 'whole' })
  expect(state!.sections[2]).toMatchObject({ id: 'L3', currentA: 200, loadingPct: 50, level: 'normal', withheld: 'none' })
  expect(state!.transformers[0]).toMatchObject({ loadKva: 210, withheld: 'none' })
  expect(state!.buses.map(({ loadKw }) => loadKw)).toEqual([0, 0, 0, null, 120, null])
  expect(state!.buses.map(({ voltagePu }) => Math.round(voltagePu! * 1e5) / 1e5)).toEqual([1, 0.99, 0.999, 0.96, 0.97, 0.98])
})

test('neither its history, its hours, its feeder, its columns in time nor its sensors tell more', async () => {
  const interval = { from: NOW - 3_600_000, to: NOW }
  expect(await ask<ElementHistory>(address(ROUTES.planner.history, {}, { element: 'F2', ...interval }))).toMatchObject({ withheld: 'whole', loadingPct: { values: [null] }, currentA: { values: [null] } })
  expect(await ask<LoadDuration>(address(ROUTES.planner.loadDuration, {}, { element: 'L2' }))).toMatchObject({ withheld: 'whole', steps: 1, loadingPct: [], peak: null, hoursOverLimit: 0 })
  const { feeders, watch } = await ask<PlannerFeeders>(ROUTES.planner.feeders)
  expect(feeders[0]).toMatchObject({ id: 'F2', level: 'watch', withheld: 'whole', limitingSection: 'L2', currentA: null, loadingPct: null, headroomA: null, headroomKva: null, forecastPeak: null })
  expect(watch).toBe(1)
  expect((await ask<PlannerStates>(address(ROUTES.planner.states, {}, interval))).sectionLoadingPct).toEqual([[10, null, 50, null]])
  const points = async (element: string) => (await ask<PlannerMeasurementPoints>(address(ROUTES.planner.measurementPoints, {}, { element }))).points.map(({ pointId }) => pointId)
  expect(await points('F2')).toEqual(['elec.F2.v'])
  expect(await points('L2')).toEqual(['elec.F2.v'])
  expect(await points('F1')).toEqual(['elec.dp.F1.p'])
})

test('how likely it passes its limit is told, how far it is loaded is not; who operates sees both', async () => {
  const ofShop = ({ elements }: CongestionForecast) => elements.find(({ id }) => id === 'L2')!
  const url = address(ROUTES.planner.congestionForecast, {}, { least: 0 })
  expect(ofShop(await ask(url))).toMatchObject({ withheld: true, energyAboveWatchKwh: null, energyAboveLimitKwh: null })
  expect(ofShop(await ask(address(ROUTES.operator.congestionForecast, {}, { least: 0 }), operator))).toMatchObject({ withheld: false, energyAboveWatchKwh: 0.5 })
  const one = await ask<CongestionOfElement>(address(ROUTES.planner.congestionOfElement, { id: 'L2' }))
  expect(one).toMatchObject({ withheld: true, watch: [0, 0.005, null], loadingPct: [], powerKw: [], thresholds: [], energyAboveWatchKwh: [null, null, null] })
})

test('no answer of the planner holds the shop’s figures', async () => {
  const paths = [ROUTES.planner.network, ROUTES.planner.state, ROUTES.planner.feeders, ROUTES.planner.balance, ROUTES.planner.firmImport, ROUTES.planner.congestionForecast, ROUTES.planner.forecastSeries, ROUTES.planner.forecastSkill, ROUTES.planner.activations]
  for (const path of paths) {
    const text = await body(path)
    for (const figure of [SHOP.currentA, SHOP.kw]) expect(text).not.toContain(String(figure))
    expect(text).not.toContain('dp-b')
  }
})
