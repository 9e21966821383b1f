import { describe, expect, test } from 'vitest'
import { buildGrid } from '#models/grid/network.ts'
import { ringNetwork } from '#models/grid/ring.testkit.ts'
import { feedingTree } from '#models/grid/topology.ts'
import { createLoadFlowResult, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { constraintsOf, countConstraints } from './constraints.ts'
import { holds, judged, nearestMargin } from './judge.ts'
import { elementsOf, stepLimits, type LimitOptions } from './limits.ts'
import { peakFactor, peakLift } from './peak-factor.ts'
import { voltageWeeks } from './voltage-bands.ts'

const JANUARY = Date.parse('2026-01-15T12:00:00Z')
const network = ringNetwork({ stations: 4, lvFeeders: 1, boundary: false })
const grid = buildGrid(network, JANUARY)
const bus = (id: string) => grid.busIndex.get(id) as number

/** Steps of one month with the given power at one bus each. */
function steps(node: string, powersKw: readonly number[], month = 1, options: LimitOptions = {}) {
  const at = new Float64Array(powersKw.length).fill(JANUARY)
  const activeKw = new Float64Array(powersKw.length * grid.busCount)
  powersKw.forEach((kw, step) => (activeKw[step * grid.busCount + bus(node)] = kw))
  const flow = solveLoadFlow(prepareLoadFlow(grid), { scenarios: powersKw.length, activeKw, reactiveKvar: new Float64Array(activeKw.length) })
  return { activeKw, flow, judged: judged(grid, elementsOf(grid, options)), limits: stepLimits(network, grid, at, powersKw.map(() => month), options) }
}

describe('limits by step', () => {
  test('winter and summer ampacity by the month of the step, times derating; MV within 5 %, LV within 10 %', () => {
    const limits = stepLimits(network, grid, Float64Array.of(JANUARY, JANUARY, JANUARY), [1, 7, 12], { derating: (id) => (id === 'R1' ? 0.8 : 1) })
    expect([...limits.setOfStep]).toEqual([0, 1, 0])
    const [r1, h1] = [grid.branchIndex.get('R1') as number, grid.branchIndex.get('H1.S1') as number]
    expect([limits.sets[0].branchFrom[r1], limits.sets[0].branchTo[h1], limits.sets[1].branchFrom[h1]]).toEqual([420 * 0.8, 420, 375])
    expect([limits.sets[0].lowestPu[bus('P01.MV')], limits.sets[0].highestPu[bus('P01.MV')]]).toEqual([0.95, 1.05])
    expect([limits.sets[0].lowestPu[bus('P01.LV')], limits.sets[0].highestPu[bus('P01.LV')]]).toEqual([0.9, 1.1])
  })

  test('a transformer by power and by current: at 0.95 pu the current reaches its limit first', () => {
    const byCurrent = stepLimits(network, grid, Float64Array.of(JANUARY), [1], { transformerBasis: 'current' })
    const t1 = grid.branchIndex.get('P01.T1') as number
    expect(byCurrent.sets[0].branchFrom[t1]).toBeCloseTo(630 / (Math.sqrt(3) * 20), 9)
    expect(byCurrent.sets[0].branchTo[t1]).toBeCloseTo(630 / (Math.sqrt(3) * 0.41), 9)
  })
})

describe('constraint statistics', () => {
  test('hours, energy, peak and losses of a transformer, hand-worked from its own power', () => {
    const { activeKw, flow, judged: one, limits } = steps('P01.LV', [400, 550, 700, 650])
    const count = countConstraints(one, limits, 1800)
    count.add(flow, activeKw)
    const result = count.result()
    const t1 = result.branches.find((branch) => branch.id === 'P01.T1')
    const at = (step: number) => step * flow.branchCount + (grid.branchIndex.get('P01.T1') as number)
    const kva = (step: number) => Math.hypot(flow.activeFromKw[at(step)], flow.reactiveFromKvar[at(step)])
    expect(t1?.peakStep).toBe(2)
    expect(t1?.peakPct).toBeCloseTo((100 * kva(2)) / 630, 9)
    expect(t1?.hoursAboveLimit).toBe(1)
    expect(t1?.hoursAboveWatch).toBe(1.5)
    expect(t1?.aboveLimitMwh).toBeCloseTo([2, 3].reduce((sum, step) => sum + (flow.activeFromKw[at(step)] * (1 - 630 / kva(step))) / 2000, 0), 9)
    expect(result.lossesMwh).toBeCloseTo(flow.lossesKw.reduce((sum, kw) => sum + kw / 2000, 0), 9)
    expect([result.complete, result.holds, result.violationHours]).toEqual([true, false, 1])
  })

  test('a declared overload tolerates a short one and not a long or a high one', () => {
    const overload = { factor: 1.2, hours: 1, source: { title: 'operator', dated: '2026', sure: 'reported' as const } }
    const tolerated = (powersKw: readonly number[]) => {
      const { activeKw, flow, judged: one, limits } = steps('P01.LV', powersKw)
      const count = countConstraints(one, limits, 1800, { overload })
      count.add(flow, activeKw)
      const result = count.result()
      return [result.branches.find((branch) => branch.id === 'P01.T1')?.toleratedHours, result.violationHours]
    }
    expect(tolerated([400, 680, 680, 400])).toEqual([1, 0])
    expect(tolerated([680, 680, 680, 400])).toEqual([0, 1.5])
    expect(tolerated([400, 780, 400, 400])).toEqual([0, 0.5])
  })

  test('a step that did not settle is not computed: neither complete nor held', () => {
    const { activeKw, flow, judged: one, limits } = steps('P01.D1.J2', [10, 1e6, 10])
    const count = countConstraints(one, limits, 3600)
    count.add(flow, activeKw)
    const result = count.result()
    expect(flow.settled[1]).toBe(0)
    expect([result.notComputedHours, result.complete, result.holds, result.violationHours]).toEqual([1, false, false, 0])
    expect(result.branches.every((branch) => branch.notComputedHours === 1)).toBe(true)
    expect(nearestMargin(one, limits.sets[0], flow, 1)).toMatchObject({ kind: 'not-solved', share: Infinity })
  })

  test('a section without a rating is never "no violation"', () => {
    const unrated = { ...network, lineSections: network.lineSections.map((one) => (one.id === 'R1' ? { ...one, ratings: [{ validFrom: '2030-01-01T00:00:00Z', summerA: 1, winterA: 1 }] } : one)) }
    const { activeKw, flow, judged: one } = steps('P01.LV', [10])
    const limits = stepLimits(unrated, grid, Float64Array.of(JANUARY), [1])
    const count = countConstraints(one, limits, 3600)
    count.add(flow, activeKw)
    expect(count.result()).toMatchObject({ complete: false, holds: false })
    const margin = nearestMargin(one, limits.sets[0], flow, 0)
    expect(margin).toMatchObject({ kind: 'not-rated', element: 'R1' })
    expect(holds(margin)).toBe(false)
  })

  test('load at a bus that nothing feeds is unsupplied energy, not a good voltage', () => {
    const open = buildGrid(network, JANUARY, { openSwitches: ['H1.B'] })
    const activeKw = new Float64Array(open.busCount)
    activeKw[bus('P01.LV')] = 50
    const flow = solveLoadFlow(prepareLoadFlow(open), { scenarios: 1, activeKw, reactiveKvar: new Float64Array(open.busCount) })
    const count = countConstraints(judged(open, elementsOf(open)), stepLimits(network, open, Float64Array.of(JANUARY), [1]), 3600)
    count.add(flow, activeKw)
    expect(count.result()).toMatchObject({ unsuppliedMwh: 0.05, holds: false, complete: true })
  })

  test('blocks add up to the whole', () => {
    const { activeKw, flow, judged: one, limits } = steps('P02.LV', [600, 700, 640, 10, 660])
    const whole = countConstraints(one, limits, 600)
    whole.add(flow, activeKw)
    const parts = countConstraints(one, limits, 600)
    const prepared = prepareLoadFlow(grid)
    const into = createLoadFlowResult(grid, 2)
    for (let first = 0; first < 5; first += 2) {
      const count = Math.min(2, 5 - first)
      const kw = activeKw.subarray(first * grid.busCount, (first + count) * grid.busCount)
      parts.add(solveLoadFlow(prepared, { scenarios: count, activeKw: kw, reactiveKvar: new Float64Array(kw.length) }, { into }), kw, count)
    }
    expect(parts.result()).toEqual(whole.result())
    const run = constraintsOf({ judged: one, prepared, loads: { scenarios: 5, activeKw, reactiveKvar: new Float64Array(activeKw.length) }, limits }, 600)
    expect(run).toEqual(whole.result())
  })
})

describe('voltage weeks (EN 50160)', () => {
  const week = (low: number, count: number) => Float64Array.from({ length: 1008 }, (_, step) => (step < count ? low : 1))
  test('5 % of a week may be below 90 %, none below 85 %, and what is missing is unknown', () => {
    expect(voltageWeeks(week(0.88, 50), 600)).toMatchObject([{ verdict: 'holds', missing: 0 }])
    expect(voltageWeeks(week(0.88, 51), 600)).toMatchObject([{ verdict: 'broken' }])
    expect(voltageWeeks(week(0.84, 1), 600)).toMatchObject([{ verdict: 'broken', lowestPu: 0.84 }])
    expect(voltageWeeks(week(NaN, 1), 600)).toMatchObject([{ verdict: 'unknown', missing: 1 }])
    expect(() => voltageWeeks(week(1, 0), 3600)).toThrow(RangeError)
  })
})

describe('peak factor', () => {
  test('is 1 for a fine source, falls with the number of customers, and an hour hides more than half an hour', () => {
    expect(peakFactor(7, 600).factor).toBe(1)
    expect(peakFactor(1, 3600)).toMatchObject({ factor: 2.14, factorP95: 3.16, source: { sure: 'computed' } })
    let before = Infinity
    for (const n of [1, 2, 4, 9, 25, 49, 60, 500]) {
      const { factor } = peakFactor(n, 3600)
      expect(factor).toBeLessThan(before)
      expect(factor).toBeGreaterThan(peakFactor(n, 1800).factor)
      before = factor
    }
    expect(peakFactor(200, 3600).factor).toBeCloseTo(1 + 0.15 / 2, 9)
    expect(() => peakFactor(3, 86_400)).toThrow(RangeError)
  })

  test('lifts low voltage by the customers behind each element, and nothing at medium voltage', () => {
    const customers = new Float64Array(grid.busCount)
    customers[bus('P01.D1.J1')] = 4
    customers[bus('P01.D1.J2')] = 1
    const lift = peakLift(grid, feedingTree(grid), customers, 3600)
    const factor = (id: string) => lift.branchFactor[grid.branchIndex.get(id) as number]
    expect([factor('P01.D1.S2'), factor('P01.D1.S1'), factor('P01.T1'), factor('H1.S1')]).toEqual([2.14, 1.61, 1.61, 1])
    const { flow, judged: one, limits, activeKw } = steps('P01.D1.J2', [60])
    const count = countConstraints(one, limits, 3600, { lift })
    count.add(flow, activeKw)
    const plain = countConstraints(one, limits, 3600)
    plain.add(flow, activeKw)
    const branch = (id: string) => [count, plain].map((each) => each.result().branches.find((found) => found.id === id)?.peakPct as number)
    const [lifted, computed] = branch('P01.D1.S2')
    expect(lifted / computed).toBeCloseTo(2.14, 9)
    const pu = (id: string) => flow.voltagePu[bus(id)]
    const expected = pu('P01.D1.J2') - 0.61 * (pu('P01.LV') - pu('P01.D1.J1')) - 1.14 * (pu('P01.D1.J1') - pu('P01.D1.J2'))
    expect(count.result().buses.find((found) => found.id === 'P01.D1.J2')?.lowestPu).toBeCloseTo(expected, 9)
  })
})
