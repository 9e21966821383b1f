import { describe, expect, test } from 'vitest'
import type { District } from '#models/district/schema.ts'
import { normalQuantile, normalShare } from '#models/forecast/normal.ts'
import { BASIS } from '#models/forecast/trajectories.ts'
import { buildGrid } from '#models/grid/network.ts'
import { congestionForecast, type CongestionInputs, type CongestionIssue } from './congestion-forecast.ts'
import { marginals } from './congestion-scenarios.ts'
import { congestionTree, DISTRICT_NODE } from './congestion-tree.ts'
import { congestionParts, correlatedPast, FROM, ISSUED, issuedNormal } from './congestion.testkit.ts'
import { evaluationPlan } from './plan.ts'
import type { DayAheadForecast } from './port.ts'
import { smallDistrict } from './small-district.testkit.ts'

const HALF_HOUR = 1_800_000
const parts = congestionParts()
const forecast = async (inputs: Partial<CongestionInputs>) => (await congestionForecast(parts, { issued: [], dayAhead: [], past: [], usualKw: new Map(), ...inputs }))!
const place = ({ elements }: CongestionIssue, id: string) => elements.indexOf(id)
const medianPct = (issue: CongestionIssue, id: string) => issue.loadingPct[1]![place(issue, id) * issue.steps]!
const probabilities = (issue: CongestionIssue, id: string, threshold = 0) => issue.probability[threshold]!.subarray(place(issue, id) * issue.steps, (place(issue, id) + 1) * issue.steps)
const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('two loads under one transformer', () => {
  // P01.T1 feeds dp0 to dp3; nobody forecasts dp1 and dp3, which draw 5 kW each, and 2 % is not metered.
  const [meanKw, spreadKw] = [180, 40]
  const issued = [issuedNormal('dp0', meanKw, spreadKw), issuedNormal('dp2', meanKw, spreadKw)]
  /** Loading is proportional to the power within its range: by the median. The share beyond 80 % of a sum of two normal loads follows. */
  const closedForm = (issue: CongestionIssue, correlation: number) => {
    const passedAtKw = ((2 * meanKw + 10) * 80) / medianPct(issue, 'P01.T1') - 10
    return 1 - normalShare((passedAtKw - 2 * meanKw) / (spreadKw * Math.sqrt(2 * (1 + correlation))))
  }
  test.each([0, 0.8])('with errors correlated by %d pass 80 %% as often as their sum does', async (correlation) => {
    const issue = await forecast({ issued, past: correlatedPast(['dp0', 'dp2'], correlation, 400), scenarios: 800 })
    expect(issue).toMatchObject({ steps: 9, from: FROM + 1_200_000, scenarios: 800, measuredSeries: 2, assumedSeries: 0, unsettledShare: 0 })
    const expected = closedForm(issue, correlation)
    expect(Math.abs(mean(probabilities(issue, 'P01.T1')) - expected)).toBeLessThan(0.06 * expected + 0.01)
  })

  test('which is not what independent loads would give', async () => {
    const [apart, together] = await Promise.all([0, 0.8].map((correlation) => forecast({ issued, past: correlatedPast(['dp0', 'dp2'], correlation, 400), scenarios: 800 })))
    expect(closedForm(together!, 0.8) / closedForm(apart!, 0)).toBeGreaterThan(1.5)
    expect(mean(probabilities(together!, 'P01.T1')) / mean(probabilities(apart!, 'P01.T1'))).toBeGreaterThan(1.5)
    // Each of the two by itself is what it was told to be, whatever goes on beside it.
    expect(mean(probabilities(together!, 'P01.D1.S1'))).toBeCloseTo(mean(probabilities(apart!, 'P01.D1.S1')), 1)
  })
})

test('the same issue is drawn the same again, another one is not', async () => {
  const issued = [issuedNormal('dp0', 200, 40), issuedNormal('dp2', 200, 40)]
  const past = correlatedPast(['dp0', 'dp2'], 0.3, 30)
  const { durationMs: _a, ...once } = await forecast({ issued, past })
  const { durationMs: _b, ...again } = await forecast({ issued, past })
  expect(again).toEqual(once)
  const later = await forecast({ issued: issued.map((one) => ({ ...one, issuedAt: ISSUED + 1 })), past })
  expect(later.loadingPct).not.toEqual(once.loadingPct)
})

test('a forecast transformer passes its limit by its own quantiles, and what hangs below is shared out and said to be assumed', async () => {
  const issue = await forecast({ issued: [issuedNormal('P01.T1', 430, 40)], past: correlatedPast(['P01.T1'], 0, 30) })
  const passedAtKw = (430 * 80) / medianPct(issue, 'P01.T1')
  const expected = 1 - normalShare((passedAtKw - 430) / 40)
  // Marginals are exact: to a step of the 200 scenarios and the bend between the levels.
  for (const share of probabilities(issue, 'P01.T1')) expect(Math.abs(share - expected)).toBeLessThan(0.012)
  expect(issue.basis[place(issue, 'P01.T1')]).toBe(BASIS.measured)
  expect(issue.basis[place(issue, 'P01.D1.S1')]).toBe(BASIS.assumed)
  // Two alike feeders carry half of it each; the other transformers draw their four typical loads.
  expect(medianPct(issue, 'P01.D1.S1')).toBeCloseTo(medianPct(issue, 'P01.D2.S1'), 3)
  expect(medianPct(issue, 'P02.T1')).toBeLessThan(5)
  const energy = issue.energyAboveKwh[0]!.subarray(place(issue, 'P01.T1') * issue.steps, (place(issue, 'P01.T1') + 1) * issue.steps)
  // Beyond the outer level the tail is exponential through the last two, which is fatter than a normal one: its mean excess is its scale.
  const at = (level: number) => 430 + 40 * normalQuantile(level)
  const scaleKw = (at(0.95) - at(0.9)) / Math.LN2
  const inner = Array.from({ length: 2_000 }, (_, k) => Math.max(0, at(0.8 + (0.15 * (k + 0.5)) / 2_000) - passedAtKw)).reduce((sum, kw) => sum + kw, 0) * (0.15 / 2_000)
  const excessKw = inner + 0.05 * (at(0.95) - passedAtKw + scaleKw)
  for (const kwh of energy) expect(Math.abs(kwh / (excessKw / 2) - 1)).toBeLessThan(0.03)
})

test('without past forecasts the dependence is assumed, and every element says so', async () => {
  const issue = await forecast({ issued: [issuedNormal('P01.T1', 470, 40), issuedNormal('dp0', 20, 4)] })
  expect(issue).toMatchObject({ pastIssues: 0, measuredSeries: 0, assumedSeries: 2, unsettledShare: 0 })
  expect([...new Set(issue.basis)]).toEqual([BASIS.assumed])
  expect(mean(probabilities(issue, 'P01.T1'))).toBeGreaterThan(0.05)
})

test('a series without a band is not taken for a certain one', async () => {
  const { quantilesKw: _none, ...value } = issuedNormal('P01.T1', 470, 0)
  const issue = await forecast({ issued: [{ ...value, quantilesKw: [] }], past: correlatedPast(['P01.T1'], 0, 30) })
  expect(issue).toMatchObject({ measuredSeries: 0, assumedSeries: 1 })
  const [low, , high] = issue.loadingPct.map((column) => column[place(issue, 'P01.T1') * issue.steps]!)
  expect(high! / low!).toBeGreaterThan(1.5)
})

test('states that do not settle are told and are no violations and no proof of none', async () => {
  // In the upper twentieth more than the low-voltage cables can carry at any voltage.
  const wild = issuedNormal('dp0', 60, 10)
  const issue = await forecast({ issued: [{ ...wild, quantilesKw: wild.quantilesKw.map(({ level, valuesKw }) => ({ level, valuesKw: level > 0.9 ? valuesKw.map(() => 20_000) : valuesKw })) }] })
  expect(issue.unsettledShare).toBeGreaterThan(0.05)
  expect(issue.unsettledShare).toBeLessThan(0.25)
  expect(mean(issue.unknownShare.subarray(0, issue.steps))).toBeCloseTo(issue.unsettledShare, 6)
  for (const share of probabilities(issue, 'P02.T1')) expect(share).toBe(0)
})

test('what is forecast of gas is no load of the network', async () => {
  const { district } = parts.loaded
  const withGas: District = {
    ...district,
    deliveryPoints: [...district.deliveryPoints, { id: 'boiler', carrier: 'gas', category: 'professional', site: 'homes', loadClass: 'gas', holders: [] }],
    measurementPoints: [...district.measurementPoints, { id: 'boiler.flow', carrier: 'gas', quantity: 'flow', unit: 'm3/h', kind: 'instant', stepS: 600, sign: 1, resolution: 0.01, on: 'boiler' }],
  }
  const beside = { ...parts, loaded: { ...parts.loaded, district: withGas }, plan: evaluationPlan(withGas) }
  const inputs = { issued: [issuedNormal('dp0', 200, 40)], dayAhead: [], past: correlatedPast(['dp0'], 0, 30), usualKw: new Map() }
  const { durationMs: _a, ...without } = (await congestionForecast(parts, inputs))!
  const { durationMs: _b, ...with_ } = (await congestionForecast(beside, { ...inputs, issued: [...inputs.issued, issuedNormal('boiler', 3, 1)] }))!
  expect(with_).toEqual(without)
})

test('nothing forecast is nothing told', async () => {
  expect(await congestionForecast(parts, { issued: [], dayAhead: [], past: [], usualKw: new Map() })).toBeUndefined()
})

test('at a head the thresholds are powers: those of its rating and the usual ones', async () => {
  const transformers = ['P01.T1', 'P02.T1', 'P03.T1', 'P04.T1']
  const issued = [...transformers.map((id) => issuedNormal(id, 300, 30)), issuedNormal('district', 1_200, 60)]
  const issue = await forecast({ issued, past: correlatedPast([...transformers, 'district'], 0.3, 40), usualKw: new Map([['H1.S1', { high: 640, usual: 600 }]]) })
  const [one, two] = issue.heads
  expect([one!.section, two!.section]).toEqual(['H1.S1', 'H2.S1'])
  expect(one!.thresholds.map(({ name }) => name)).toEqual(['watch', 'limit', 'high', 'usual'])
  expect(two!.thresholds.map(({ name }) => name)).toEqual(['watch', 'limit'])
  // 375 A at 20 kV are 12,990 kVA; the loads of the ring are drawn at 0.95, at a little more than nominal voltage.
  expect(one!.ratingKw).toBeGreaterThan(0.93 * 12_990)
  expect(one!.ratingKw).toBeLessThan(1.02 * 12_990)
  expect(one!.thresholds[0]!.kw).toBeCloseTo(0.8 * one!.ratingKw, 6)
  expect(Math.max(...one!.thresholds[0]!.probability)).toBe(0)
  const shares = (name: string) => mean(one!.thresholds.find((each) => each.name === name)!.probability)
  expect(shares('usual')).toBeGreaterThan(shares('high'))
  // What the head carries is what its transformers draw, and losses of about a hundredth.
  const feeds = one!.quantilesKw[2]!.valuesKw[0]! + two!.quantilesKw[2]!.valuesKw[0]!
  expect(feeds / 1_200).toBeGreaterThan(1.002)
  expect(feeds / 1_200).toBeLessThan(1.03)
  // The district is the sum of its transformers, and as sure as the forecasts of both together.
  const [low, , median, , high] = issue.districtKw.map(({ valuesKw }) => valuesKw[3]!)
  expect(median).toBeCloseTo(1_200, -1)
  expect(high! - low!).toBeLessThan(2 * 1.645 * 60 * 1.1)
})

test('the tree goes from the delivery point up to the district, and the rest of each place is a leaf of its own', () => {
  const { district } = smallDistrict()
  const tree = congestionTree(district, parts.plan, buildGrid(district.network, ISSUED), new Set(['district', 'H1.S1', 'P01.T1', 'P02.T1', 'dp0', 'dp2']), new Set(['P01.T1', 'dp0']))
  const { parent } = tree.tree
  const way = (node: number): number[] => (node < 0 ? [] : [node, ...way(parent[node]!)])
  // dp0, its LV feeder, transformer, head, district.
  const up = way(tree.nodeOf.get('dp0')!)
  expect(up).toHaveLength(5)
  expect(up.slice(2)).toEqual([tree.nodeOf.get('P01.T1'), tree.nodeOf.get('H1.S1'), DISTRICT_NODE])
  expect(tree.heads.map(({ section, hasBoundary }) => [section, hasBoundary])).toEqual([['H1.S1', false], ['H2.S1', false]])
  // 4 transformers, 8 LV feeders, 2 heads, the district; 2 forecast points; a rest at each LV feeder.
  expect(tree.tree.nodes).toBe(4 + 8 + 2 + 1 + 2 + 8)
  const grid = buildGrid(district.network, ISSUED)
  const told = (id: string) => tree.toldShare[grid.branchIndex.get(id)!]
  expect([told('P01.T1'), told('P01.D1.S1'), told('P01.D1.S2'), told('P02.T1'), told('H1.S1')]).toEqual([1, 0.5, 0, 0, 0.5])
})

test('a head that also feeds the rest of the town says nothing of the district\u2019s part', () => {
  const { district } = smallDistrict()
  const town = { ...district, network: { ...district.network, boundaryLoads: [{ id: 'B', name: 'town', node: 'P02.MV', loadClass: 'town', annualEnergyKwh: 8e6, powerFactor: 0.95 }] } }
  const tree = congestionTree(town, parts.plan, buildGrid(town.network, ISSUED), new Set(['district', 'H1.S1', 'H2.S1']))
  expect([...tree.nodeOf.keys()].sort()).toEqual(['H2.S1', 'district'])
  expect(tree.heads.map(({ hasBoundary }) => hasBoundary)).toEqual([true, false])
})

test('beyond what is issued each hour the forecast of days goes on, as far as every part of the network has one', () => {
  const issued = [issuedNormal('P01.T1', 100, 10, 288), issuedNormal('dp0', 10, 1, 288)]
  const start = Date.parse('2026-06-16T00:00:00+02:00')
  const days: DayAheadForecast = { ...issuedNormal('P01.T1', 0, 0, 1), from: start, stepS: 1800, carried: new Float64Array(0), bound: 1, valuesKw: new Float64Array(192).fill(120), quantilesKw: issuedNormal('', 120, 10, 192).quantilesKw }
  const short = marginals(issued, [], new Set(['P01.T1']))
  expect(short.steps).toBe(95)
  const told = marginals(issued, [days], new Set(['P01.T1']))
  expect([told.from, told.steps]).toEqual([FROM + 1_200_000, 144])
  const median = told.series[0]!.quantilesKw[9]!
  expect([median[0], median[94], median[95], median[143]].map((value) => Math.round(value!))).toEqual([100, 100, 120, 120])
  // A delivery point without one is silent there, and what it draws is part of the rest.
  expect([told.series[1]!.quantilesKw[9]![94], told.series[1]!.quantilesKw[9]![95]]).toEqual([expect.closeTo(10, 6), NaN])
  expect(told.from % HALF_HOUR).toBe(0)
})
