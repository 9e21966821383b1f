import { describe, expect, test } from 'vitest'
import { buildGrid, type GridModel } from '#models/grid/network.ts'
import { ratingsAt } from '#models/grid/ratings.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import { type LoadFlowResult, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { coincidenceFactor } from './coincidence.ts'
import { type DistrictLoads, firmImport, prepareFirmImport } from './firm-import.ts'
import { aboveLimit, loadDuration } from './load-duration.ts'
import { branchLoadingPct, judged } from './judge.ts'
import { elementsOf, stepLimits } from './limits.ts'

const AT = Date.parse('2026-01-15T12:00:00Z')
const LIMITS = { limitLoadingPct: 100, minVoltagePu: 0.9, maxVoltagePu: 1.1 }
const network = ringNetwork({ stations: 6, lvFeeders: 2 })
const grid = buildGrid(network, AT)
const winter = ratingsAt(network, AT, 1)

/** Station loads at the LV busbars (so that only the medium voltage limits) and the boundary loads on the ring. */
function loadsOf(stationKw: number, boundaryKw: number): DistrictLoads {
  const column = () => new Float64Array(grid.busCount)
  const loads = { districtKw: column(), districtKvar: column(), boundaryKw: column(), boundaryKvar: column() }
  for (const transformer of network.transformers) loads.districtKw[grid.busIndex.get(transformer.lvNode) as number] = stationKw
  for (const load of network.boundaryLoads) loads.boundaryKw[grid.busIndex.get(load.node) as number] += boundaryKw
  return loads
}

const limitsOf = (of: GridModel) => stepLimits(network, of, Float64Array.of(AT), [1]).sets[0]
/** Of the seven sections of the ring. */
const mediumLoadingPct = (of: GridModel, flow: LoadFlowResult) =>
  Math.max(...Array.from({ length: 7 }, (_, k) => branchLoadingPct(judged(of, elementsOf(of)), limitsOf(of), flow, 0, k)).filter((pct) => pct === pct))

describe('firm import', () => {
  test('is found just below 100 % of the section that carries the whole ring, and verified by a load flow of its own', () => {
    const loads = loadsOf(300, 1500)
    const firm = firmImport(prepareFirmImport(network, AT, LIMITS), loads, winter)
    expect(firm.outages.map((one) => one.feederId)).toEqual(['H1', 'H2'])
    const worst = firm.worst
    if (worst === undefined) throw new Error('no outage')
    expect(worst.limit).toBe('current')
    expect(worst.closedSwitch).toBe('NO')
    expect(worst.limitingElement).toBe(worst.feederId === 'H1' ? 'H2.S1' : 'H1.S1')
    expect(firm.importKw).toBe(Math.min(...firm.outages.map((one) => one.importKw)))

    const lost = buildGrid(network, AT, { outOfService: [worst.lostSection], closedSwitches: ['NO'] })
    const at = (scaling: number) => {
      const flow = solveLoadFlow(prepareLoadFlow(lost), { scenarios: 1, activeKw: loads.districtKw.map((kw, bus) => kw * scaling + loads.boundaryKw[bus]), reactiveKvar: loads.districtKvar })
      return { mediumPct: mediumLoadingPct(lost, flow), importKw: flow.injectionKw[0] - 3000 }
    }
    expect(at(worst.scaling).mediumPct).toBeLessThanOrEqual(100.0001)
    expect(at(worst.scaling * 1.001).mediumPct).toBeGreaterThan(100)
    expect(at(worst.scaling).importKw).toBeCloseTo(worst.importKw, 3)
  })

  test('falls by what the boundary loads take, and is nothing when they alone fill the ring', () => {
    const prepared = prepareFirmImport(network, AT, LIMITS)
    const light = firmImport(prepared, loadsOf(300, 1000), winter).importKw
    const heavy = firmImport(prepared, loadsOf(300, 2000), winter).importKw
    expect(light - heavy).toBeGreaterThan(1900)
    expect(light - heavy).toBeLessThan(2100)
    const full = firmImport(prepared, loadsOf(300, 9000), winter)
    expect(full.importKw).toBe(0)
    expect(full.worst?.limit).toBe('current')
  })

  test('summer ratings allow less than winter ones', () => {
    const prepared = prepareFirmImport(network, AT, LIMITS)
    const summer = firmImport(prepared, loadsOf(300, 1500), ratingsAt(network, AT, 7))
    expect(summer.importKw).toBeLessThan(firmImport(prepared, loadsOf(300, 1500), winter).importKw)
  })

  test('is limited by voltage where the voltage band is narrow, and says that a radial network is not restored', () => {
    const narrow = firmImport(prepareFirmImport(network, AT, { ...LIMITS, minVoltagePu: 1.012 }), loadsOf(300, 500), winter)
    expect(narrow.worst?.limit).toBe('voltage-low')
    const radial = { ...network, lineSections: network.lineSections.filter((one) => one.id !== 'R3'), switches: network.switches.filter((one) => one.id !== 'NO') }
    const column = new Float64Array(buildGrid(radial, AT).busCount)
    const lost = firmImport(prepareFirmImport(radial, AT, LIMITS), { districtKw: column, districtKvar: column, boundaryKw: column, boundaryKvar: column }, ratingsAt(radial, AT, 1))
    expect(lost.outages.map((one) => one.limit)).toEqual(['not-restored', 'not-restored'])
    expect(lost.importKw).toBe(0)
  })
})

describe('loading', () => {
  test('an element that is not fed has none, and that of a transformer is its apparent power over its rating', () => {
    const open = buildGrid(network, AT, { openSwitches: ['H1.B'] })
    const loads = loadsOf(200, 0)
    const flow = solveLoadFlow(prepareLoadFlow(open), { scenarios: 1, activeKw: loads.districtKw, reactiveKvar: loads.districtKvar })
    const loadingPct = (t: number) => branchLoadingPct(judged(open, elementsOf(open)), limitsOf(open), flow, 0, open.sectionCount + t)
    expect(loadingPct(0)).toBeNaN()
    const at = open.sectionCount + 5
    expect(loadingPct(5)).toBeCloseTo((100 * Math.hypot(flow.activeFromKw[at], flow.reactiveFromKvar[at])) / 630, 9)
    expect(loadingPct(5)).toBeGreaterThan((100 * 200) / 630)
    expect(flow.loadKw[0]).toBeCloseTo(600, 6)
  })
})

describe('load duration and coincidence', () => {
  test('hours and energy above a limit, with gaps named', () => {
    const curve = loadDuration(Float64Array.of(5, NaN, 9, 1, 7, 7), 1800)
    expect([...curve.powerKw]).toEqual([9, 7, 7, 5, 1])
    expect(curve.missingHours).toBe(0.5)
    expect(aboveLimit(curve, 6)).toEqual({ hours: 1.5, energyKwh: (3 + 1 + 1) / 2 })
  })

  test('coincidence of alternating loads is the half, of equal ones the whole, and a gap does not lower it', () => {
    expect(coincidenceFactor([Float64Array.of(10, 0, 10, 0), Float64Array.of(0, 10, 0, 10)])).toBe(0.5)
    expect(coincidenceFactor([Float64Array.of(3, 8, 5), Float64Array.of(6, 16, NaN)])).toBe(1)
    expect(coincidenceFactor([Float64Array.of(NaN)])).toBeNaN()
  })
})
