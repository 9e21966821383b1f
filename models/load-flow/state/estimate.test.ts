import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import { closurePct, prepareLoadFlow, solveLoadFlow } from '../load-flow.ts'
import { estimateState, prepareStateEstimate, type StateInputs } from './estimate.ts'
import { measuredBranch, type MeasuredBranch } from './zones.ts'

const AT = Date.parse('2026-01-15T12:00:00Z')
const network = ringNetwork({ stations: 4, lvFeeders: 2 })
const grid = buildGrid(network, AT)
/** Transformers of even number are measured at their LV side, as most are in the field. */
const measured = (id: string) => measuredBranch(network, grid, id, /[24]\.T1$/.test(id) ? 'lv' : undefined) as MeasuredBranch
const ELEMENTS = ['H1', 'H2', ...network.transformers.map((one) => one.id), ...network.feeders.slice(2).map((one) => one.id)]
const measurements = ELEMENTS.map(measured)
const estimator = prepareStateEstimate(grid, measurements, { unmeteredSharePct: 2 })
const TAN_PHI = 0.3

/** A true state: dwellings at LV junctions, of which half are metered now, and two boundary loads. */
function truth(seedKw: (bus: number) => number, unmeteredShare: number) {
  const knownKw = new Float64Array(grid.busCount)
  const otherKw = new Float64Array(grid.busCount)
  const boundaryKw = new Float64Array(grid.busCount)
  for (const junction of network.junctions) {
    const bus = grid.busIndex.get(junction.id) as number
    if (bus % 2 === 0) knownKw[bus] = seedKw(bus)
    else otherKw[bus] = seedKw(bus)
  }
  for (const load of network.boundaryLoads) boundaryKw[grid.busIndex.get(load.node) as number] += 900
  const totalKw = knownKw.map((kw, bus) => (kw + otherKw[bus]) * (1 + unmeteredShare) + boundaryKw[bus])
  const flow = solveLoadFlow(prepareLoadFlow(grid), { scenarios: 1, activeKw: totalKw, reactiveKvar: totalKw.map((kw) => kw * TAN_PHI) })
  const readKw = Float64Array.from(measurements, ({ branch, end }) => (end === 'from' ? flow.activeFromKw[branch] : -flow.activeToKw[branch]))
  const readKvar = Float64Array.from(measurements, ({ branch, end }) => (end === 'from' ? flow.reactiveFromKvar[branch] : -flow.reactiveToKvar[branch]))
  return { knownKw, otherKw, boundaryKw, totalKw, flow, readKw, readKvar }
}

function inputsOf(grid: GridModel, given: ReturnType<typeof truth>, assumed: { typical: number; boundary: number }): StateInputs {
  return {
    steps: 1, measuredKw: given.readKw.slice(), measuredKvar: given.readKvar.slice(), knownKw: given.knownKw,
    typicalKw: given.otherKw.map((kw) => kw * assumed.typical), productionKw: new Float64Array(grid.busCount),
    boundaryKw: given.boundaryKw.map((kw) => kw * assumed.boundary),
    loadTanPhi: new Float64Array(grid.busCount).fill(TAN_PHI), boundaryTanPhi: new Float64Array(grid.busCount).fill(TAN_PHI),
  }
}

describe('state estimate', () => {
  test('with wrong typical and boundary curves the true flows come back, within 0.1 % of the heads', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.6, max: 1.5, noNaN: true }), fc.double({ min: 0.7, max: 1.3, noNaN: true }), fc.infiniteStream(fc.double({ min: 3, max: 40, noNaN: true })), (typical, boundary, loads) => {
        const given = truth(() => loads.next().value as number, 0.02)
        const state = estimateState(estimator, inputsOf(grid, given, { typical, boundary }))
        expect(state.flow.settled[0]).toBe(1)
        expect(closurePct(state.flow, 0)).toBeLessThan(0.001)
        expect(state.measuredGapPct[0]).toBeLessThan(0.1)
        for (const { branch } of measurements) {
          expect(Math.abs(state.flow.activeFromKw[branch] - given.flow.activeFromKw[branch])).toBeLessThan(0.004 * Math.abs(given.flow.activeFromKw[branch]) + 0.3)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('reactive powers follow their measurements as well', () => {
    const given = truth(() => 20, 0.02)
    const inputs = { ...inputsOf(grid, given, { typical: 1, boundary: 1 }), loadTanPhi: new Float64Array(grid.busCount), boundaryTanPhi: new Float64Array(grid.busCount) }
    const state = estimateState(estimator, inputs)
    for (const { branch } of measurements.slice(0, 2)) expect(state.flow.reactiveFromKvar[branch] / given.flow.reactiveFromKvar[branch]).toBeCloseTo(1, 1)
  })

  test('unmetered load up to the declared share is named; more of it is scaled or unexplained, never hidden', () => {
    const given = truth(() => 20, 0.02)
    const exact = estimateState(estimator, inputsOf(grid, given, { typical: 1, boundary: 1 }))
    const meteredKw = given.knownKw.reduce((a, b) => a + b) + given.otherKw.reduce((a, b) => a + b)
    expect(exact.unmeteredKw[0] / meteredKw).toBeCloseTo(0.02, 3)
    expect(Math.abs(exact.unexplainedKw[0])).toBeLessThan(0.001 * meteredKw)

    const stolen = truth(() => 20, 0.2)
    const allKnown = { ...inputsOf(grid, stolen, { typical: 1, boundary: 1 }), knownKw: stolen.knownKw.map((kw, bus) => kw + stolen.otherKw[bus]), typicalKw: new Float64Array(grid.busCount) }
    const state = estimateState(estimator, allKnown)
    expect(state.unmeteredKw[0] / meteredKw).toBeCloseTo(0.02, 3)
    expect(state.unexplainedKw[0] / meteredKw).toBeGreaterThan(0.15)
    expect(state.residualKw[0] / meteredKw).toBeCloseTo(0.2, 1)
  })

  test('a lost sensor makes its element estimated and leaves the others as measured', () => {
    const given = truth((bus) => 5 + (bus % 7), 0.02)
    const inputs = inputsOf(grid, given, { typical: 1.1, boundary: 1 })
    const lost = ELEMENTS.indexOf('P02.T1')
    inputs.measuredKw[lost] = NaN
    const state = estimateState(estimator, inputs)
    expect(state.branchQuality[measurements[lost].branch]).toBe(QUALITY.estimated)
    expect(state.branchQuality[measurements[0].branch]).toBe(QUALITY.measured)
    const lvKw = ['P02.D1', 'P02.D2'].map((id) => state.flow.activeFromKw[measured(id).branch])
    expect(state.flow.activeFromKw[measurements[lost].branch]).toBeGreaterThan(lvKw[0] + lvKw[1])
    expect(state.flow.activeFromKw[measurements[lost].branch]).toBeCloseTo(given.flow.activeFromKw[measurements[lost].branch], 0)
  })

  test('production is kept apart: it is not scaled with the consumption of its bus', () => {
    const given = truth(() => 20, 0)
    const bus = grid.busIndex.get('P01.D1.J2') as number
    const inputs = inputsOf(grid, given, { typical: 0.5, boundary: 1 })
    const withProduction = { ...inputs, productionKw: inputs.productionKw.map((_, k) => (k === bus ? -15 : 0)), measuredKw: new Float64Array(measurements.length).fill(NaN) }
    const without = estimateState(estimator, { ...inputs, measuredKw: withProduction.measuredKw })
    const state = estimateState(estimator, withProduction)
    expect(state.busLoadKw[bus] - without.busLoadKw[bus]).toBeCloseTo(-15, 6)
    expect(state.residualKw[0]).toBeNaN()
  })

  test('with the ring closed the two heads are taken together', () => {
    const closed = buildGrid(network, AT, { positions: new Map([['NO', true]]) })
    const ring = prepareStateEstimate(closed, measurements, { unmeteredSharePct: 2 })
    expect(ring.zones.measurementZone[0]).toBe(ring.zones.measurementZone[1])
    const loads = truth(() => 12, 0.02)
    const flow = solveLoadFlow(prepareLoadFlow(closed), { scenarios: 1, activeKw: loads.totalKw, reactiveKvar: loads.totalKw.map((kw) => kw * TAN_PHI) })
    const inputs = inputsOf(closed, { ...loads, readKw: Float64Array.from(measurements, ({ branch, end }) => (end === 'from' ? flow.activeFromKw[branch] : -flow.activeToKw[branch])), readKvar: Float64Array.from(measurements, ({ branch, end }) => (end === 'from' ? flow.reactiveFromKvar[branch] : -flow.reactiveToKvar[branch])) }, { typical: 1.2, boundary: 0.8 })
    const state = estimateState(ring, inputs)
    expect(state.flow.injectionKw[0] / flow.injectionKw[0]).toBeCloseTo(1, 2)
  })
})
