import { describe, expect, test } from 'vitest'
import type { Network } from '#models/district/schema.ts'
import { buildGrid } from '#models/grid/network.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import { createLoadFlowResult, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { drawLoadsTogether, drawTogether } from './aggregate.ts'
import { type OutageTask, type OutageYear, solveOutages } from './outage-year.ts'

const AT = Date.parse('2026-03-30T00:00:00Z')
const SINCE = '2020-01-01T00:00:00Z'
const STEPS = 72
const STATIONS_KW = [100, 200, 300, 400]

/** PS - P01 - P02 | P03 - P04 - PS with remote switches at both ends of every section; winter ends with March, in the middle of the steps. */
function ring(headA?: number): Network {
  const network = ringNetwork({ stations: 4, lvFeeders: 1, boundary: false })
  const known = new Set(network.switches.map((one) => `${one.lineSection}.${one.end}`))
  const missing = network.lineSections.slice(0, 5).flatMap(({ id }) => (['from', 'to'] as const).filter((end) => !known.has(`${id}.${end}`)).map((end) => (
    { id: `${id}.${end}`, name: '', kind: 'load-break-switch' as const, lineSection: id, end, remote: true, positions: [{ validFrom: SINCE, closed: true }] }
  )))
  const lineSections = network.lineSections.map((one) => (headA !== undefined && one.id === 'H2.S1' ? { ...one, ratings: [{ validFrom: SINCE, summerA: headA, winterA: headA * 1.1 }] } : one))
  return { ...network, lineSections, switches: [...network.switches, ...missing] }
}

function taskOf(network: Network, factor: (step: number) => number, more: Partial<OutageTask> = {}): OutageTask {
  const grid = buildGrid(network, AT)
  const activeKw = new Float64Array(STEPS * grid.busCount)
  const customers = new Int32Array(grid.busCount)
  STATIONS_KW.forEach((kw, k) => {
    const bus = grid.busIndex.get(`P0${k + 1}.LV`) as number
    customers[bus] = 10 * (k + 1)
    for (let step = 0; step < STEPS; step += 1) activeKw[step * grid.busCount + bus] = kw * factor(step)
  })
  const at = Float64Array.from({ length: STEPS }, (_, step) => AT + step * 3_600_000)
  return { network, at, month: Uint8Array.from(at, (ms) => new Date(ms).getUTCMonth() + 1), stepS: 3600, activeKw, reactiveKvar: activeKw.map((kw) => 0.3 * kw), customers, ...more }
}
const daily = (step: number) => 0.6 + 0.4 * Math.sin((2 * Math.PI * step) / 24)
const only = (years: readonly OutageYear[]) => {
  expect(years).toHaveLength(1)
  return years[0]
}

describe('a year after an outage', () => {
  test('counts what the steps give one by one', () => {
    // Both ends over one head: at most 1 MW and 0.3 Mvar, some 30 A; the head bears 24 A in summer and 26.4 A in winter.
    const network = ring(24)
    const task = taskOf(network, daily, { outageIds: ['H1.S1'] })
    const year = only(solveOutages(task))
    const openSwitches = year.plan.stages[2].openSwitches
    const grid = buildGrid(network, AT, { openSwitches, closedSwitches: network.switches.map((one) => one.id).filter((id) => !openSwitches.includes(id)), outOfService: ['H1.S1'] })
    const head = grid.branchIndex.get('H2.S1') as number
    const p01 = grid.busIndex.get('P01.MV') as number
    let [hours, mwh, peakPct, lowestPu] = [0, 0, 0, Infinity]
    for (let step = 0; step < STEPS; step += 1) {
      const loads = (column: Float64Array) => column.slice(step * grid.busCount, (step + 1) * grid.busCount)
      const flow = solveLoadFlow(prepareLoadFlow(grid), { scenarios: 1, activeKw: loads(task.activeKw), reactiveKvar: loads(task.reactiveKvar) })
      const pct = (100 * Math.max(flow.currentFromA[head], flow.currentToA[head])) / (task.month[step] === 3 ? 26.4 : 24)
      peakPct = Math.max(peakPct, pct)
      lowestPu = Math.min(lowestPu, flow.voltagePu[p01])
      if (pct <= 100) continue
      hours += 1
      mwh += (Math.max(Math.abs(flow.activeFromKw[head]), Math.abs(flow.activeToKw[head])) * (1 - 100 / pct)) / 1000
    }
    expect(hours).toBeGreaterThan(5)
    expect([year.hoursAboveLimit[head], year.violationHours, year.holds, year.unsuppliedMwh]).toEqual([hours, hours, false, 0])
    expect(year.aboveLimitMwh[head]).toBeCloseTo(mwh, 6)
    expect(year.peakPct[head]).toBeCloseTo(peakPct, 5)
    expect(year.lowestPu[p01]).toBeCloseTo(lowestPu, 7)
    expect([year.worstBranch, new Date(task.at[year.worstStep]).getUTCMonth()]).toEqual([head, 3])
  })

  test('holds where switching restores all within limits, and says what a fault costs until then', () => {
    const year = only(solveOutages(taskOf(ring(), () => 1, { outageIds: ['R1'] })))
    expect([year.holds, year.violationHours, year.unsuppliedHours]).toEqual([true, 0, 0])
    // Open R1.from, R1.to, close H1.B, NO: 180 + 4 * 60 s without the 300 kW of P01 and P02.
    expect(year.unsuppliedKwhPerFault).toBeCloseTo((300 * 420) / 3600, 9)
  })

  test('in a plan that must not overload, load is left and counted, not forgotten', () => {
    const year = only(solveOutages(taskOf(ring(24), daily, { outageIds: ['H1.S1'], onOverload: 'leave-unsupplied' })))
    expect(year.unsuppliedPeakKw).toBeGreaterThan(0)
    expect([year.holds, year.violationHours]).toEqual([false, STEPS])
  })

  test('an outage without a firm criterion reports its energy and is no violation', () => {
    const year = only(solveOutages(taskOf(ring(), () => 0.5, { outageIds: ['P02.T1'] })))
    expect([year.firm, year.holds, year.unsuppliedPeakKw, year.unsuppliedHours]).toEqual([false, true, 100, STEPS])
    expect(year.unsuppliedMwh).toBeCloseTo((100 * STEPS) / 1000, 9)
    expect(year.unsuppliedKwhPerFault).toBeCloseTo(100 * 12, 6)
  })

  test('nothing is solved without a source, and all load counts as not supplied', () => {
    const year = only(solveOutages(taskOf(ring(), () => 1, { outageIds: ['PS.MV'], criterion: { kinds: ['busbar'] } })))
    expect([year.holds, year.violationHours, year.unsuppliedPeakKw, year.worstBranch]).toEqual([false, STEPS, 1000, -1])
  })

  test('a step that does not settle is a violation and changes no other', () => {
    const good = only(solveOutages(taskOf(ring(), daily, { outageIds: ['R1'], decidingSteps: [6] })))
    const spoilt = only(solveOutages(taskOf(ring(), (step) => (step === 40 ? 1000 : daily(step)), { outageIds: ['R1'], decidingSteps: [6] })))
    expect([spoilt.notSolvedHours, spoilt.violationHours, spoilt.holds]).toEqual([1, 1, false])
    expect(good.holds).toBe(true)
    expect(spoilt.peakPct).toEqual(good.peakPct)
    expect(spoilt.lowestPu).toEqual(good.lowestPu)
  })

  test('a rating that is not known never reads as no violation', () => {
    const network = ring()
    network.lineSections = network.lineSections.map((one) => (one.id === 'R3' ? { ...one, ratings: [{ validFrom: '2030-01-01T00:00:00Z', summerA: 300, winterA: 300 }] } : one))
    const year = only(solveOutages(taskOf(network, daily, { outageIds: ['R1'] })))
    expect([year.notRated, year.holds]).toEqual([['R3'], false])
  })

  test('all outages in one go are those solved alone, and go through a structured clone', () => {
    const task = taskOf(ring(24), daily)
    const together = solveOutages(task)
    expect(together).toHaveLength(14)
    for (const year of together) expect(structuredClone(only(solveOutages(structuredClone({ ...task, outageIds: [year.id] }))))).toEqual(year)
  })
})

describe('low-voltage networks drawn together', () => {
  const network = ring()
  const whole = buildGrid(network, AT)
  const together = drawTogether(network, AT)
  const small = buildGrid(together.network, AT)
  const loads = Float64Array.from(whole.busIds, (id) => (id.endsWith('.J2') ? 60 : 0))
  const drawn = drawLoadsTogether(together, loads, small.busCount)
  const solve = (grid: typeof whole, kw: Float64Array) => solveLoadFlow(prepareLoadFlow(grid), { scenarios: 1, activeKw: kw, reactiveKvar: kw.map((one) => 0.3 * one) }, { into: createLoadFlowResult(grid, 1) })

  test('keep the load of every station at its transformer', () => {
    expect([...together.network.busbars, ...together.network.junctions].map(({ id }) => id)).toEqual(small.busIds)
    expect(Object.fromEntries(small.busIds.map((id, bus) => [id, drawn[bus]]).filter(([, kw]) => kw !== 0))).toEqual({ 'P01.LV': 60, 'P02.LV': 60, 'P03.LV': 60, 'P04.LV': 60 })
  })

  test('miss nothing but the losses of the low-voltage lines', () => {
    const [full, aggregated] = [solve(whole, loads), solve(small, drawn)]
    const lvLossKw = whole.sectionIds.reduce((sum, id, k) => (id.includes('.D') ? sum + full.activeFromKw[k] + full.activeToKw[k] : sum), 0)
    expect(lvLossKw).toBeGreaterThan(1)
    expect(Math.abs(full.injectionKw[0] - aggregated.injectionKw[0] - lvLossKw) / lvLossKw).toBeLessThan(0.05)
    const p01 = (grid: typeof whole) => grid.busIndex.get('P01.MV') as number
    expect(Math.abs(full.voltagePu[p01(whole)] - aggregated.voltagePu[p01(small)])).toBeLessThan(1e-4)
  })
})
