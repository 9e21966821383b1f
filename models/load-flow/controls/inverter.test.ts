import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Circuit, emptyTwoPorts, setPiBranch } from '../circuit.ts'
import { prepareLoadFlow } from '../load-flow.ts'
import { type Inverter, leftKvar, solveWithInverters, wantedKvar } from './inverter.ts'

/** Buses in a row behind an ideal source of 1 pu, each section r + jx on 1 MVA. */
function feeder(sections: readonly { rPu: number; xPu: number }[]): Circuit {
  const busCount = sections.length + 1
  const admittance = emptyTwoPorts(sections.length)
  sections.forEach(({ rPu, xPu }, k) => setPiBranch(admittance, k, { rPu, xPu, gPu: 0, bPu: 0, ratio: 1 }))
  return {
    busCount, basePowerKva: 1000, busBaseKv: new Float64Array(busCount).fill(0.4), busClockRad: new Float64Array(busCount), branchFrom: Int32Array.from(sections, (_, k) => k),
    branchTo: Int32Array.from(sections, (_, k) => k + 1), admittance, shuntG: new Float64Array(busCount), shuntB: new Float64Array(busCount), sources: [{ bus: 0, voltagePu: 1, rPu: 0, xPu: 0 }],
  }
}
/** Draws up to 40 % of its rating from 1.03 to 1.06 pu, gives as much from 0.97 down to 0.94. */
const CURVE = { kind: 'q-of-u', voltagePu: [0.94, 0.97, 1.03, 1.06], reactiveShare: [-0.4, 0, 0, 0.4] } as const
const solve = (circuit: Circuit, inverters: readonly Inverter[], activeKw: readonly number[], options = {}) => {
  const scenarios = activeKw.length / inverters.length
  const loads = { scenarios, activeKw: new Float64Array(scenarios * circuit.busCount), reactiveKvar: new Float64Array(scenarios * circuit.busCount) }
  activeKw.forEach((kw, at) => (loads.activeKw[Math.floor(at / inverters.length) * circuit.busCount + inverters[at % inverters.length].bus] += kw))
  return { loads, ...solveWithInverters(prepareLoadFlow(circuit), loads, inverters, Float64Array.from(activeKw), { tolerancePu: 1e-10, ...options }) }
}

describe('one inverter behind a line', () => {
  test('cos phi 0.9 underexcited draws tan phi of what it generates, overexcited gives it, at any voltage', () => {
    const line = feeder([{ rPu: 0.05, xPu: 0.05 }])
    const inverter = (underexcited: boolean): Inverter => ({ bus: 1, ratedKva: 1000, rule: { kind: 'cos-phi', cosPhi: 0.9, underexcited } })
    const drawing = solve(line, [inverter(true)], [-500, 0])
    expect(drawing.inverterKvar[0]).toBeCloseTo(500 * Math.tan(Math.acos(0.9)), 9)
    expect(drawing.inverterKvar[1]).toBe(0)
    expect(drawing.result.reactiveToKvar[0]).toBeCloseTo(-drawing.inverterKvar[0], 4)
    const giving = solve(line, [inverter(false)], [-500])
    expect(giving.inverterKvar[0]).toBeCloseTo(-drawing.inverterKvar[0], 9)
    expect(giving.result.voltagePu[1]).toBeGreaterThan(drawing.result.voltagePu[1])
  })

  test('Q(U) through a pure reactance meets where v (1 - v) / x and the curve meet', () => {
    // x = 0.5 pu, no active power, curve from a set point that is off: q = 0.4 (v - 0.9) / 0.05 between 0.9 and 0.95, v (1 - v) / 0.5 = q:
    // 2 v - 2 v^2 = 8 v - 7.2, so v = (-6 + sqrt(36 + 57.6)) / 4.
    const rule = { kind: 'q-of-u', voltagePu: [0.9, 0.95], reactiveShare: [0, 0.4] } as const
    const { result, inverterKvar, rounds } = solve(feeder([{ rPu: 0, xPu: 0.5 }]), [{ bus: 1, ratedKva: 1000, rule }], [0])
    const v = (-6 + Math.sqrt(93.6)) / 4
    expect(result.voltagePu[1]).toBeCloseTo(v, 6)
    expect(inverterKvar[0]).toBeCloseTo(1000 * 8 * (v - 0.9), 2)
    expect(rounds[0]).toBeLessThanOrEqual(12)
  })

  test('the rated power leaves what it leaves beside the active power, and that is said', () => {
    const { inverterKvar, limited } = solve(feeder([{ rPu: 0.08, xPu: 0.02 }]), [{ bus: 1, ratedKva: 1000, rule: { kind: 'q-of-u', voltagePu: [1, 1.01], reactiveShare: [0, 0.4] } }], [-980, -500])
    expect(inverterKvar[0]).toBeCloseTo(Math.sqrt(1000 ** 2 - 980 ** 2), 9)
    expect(inverterKvar[1]).toBeCloseTo(400, 9)
    expect([...limited]).toEqual([1, 0])
  })

  test('what has not come to rest in the rounds allowed is not settled, with how far it was off; its neighbours are untouched', () => {
    const steep: Inverter = { bus: 1, ratedKva: 1000, rule: { kind: 'q-of-u', voltagePu: [0.999, 1.001, 1.05, 1.051], reactiveShare: [0, 0.01, 0.01, 0.4] } }
    const line = feeder([{ rPu: 0.1, xPu: 0.2 }])
    const { result, inverterKvar, missShare, rounds } = solve(line, [steep], [-10, -900], { maxRounds: 2 })
    const alone = solve(line, [steep], [-10], { maxRounds: 60 })
    expect([result.settled[1], result.method[1], result.voltagePu[3], inverterKvar[1], rounds[1]]).toEqual([0, 0, NaN, NaN, 2])
    expect(missShare[1]).toBeGreaterThan(1e-6)
    expect(alone.result.settled[0]).toBe(1)
    const enough = solve(line, [steep], [-10, -900])
    expect([...enough.result.settled]).toEqual([1, 1])
    expect(enough.inverterKvar[0]).toBe(alone.inverterKvar[0])
  })

  test('an inverter whose bus is not fed is NaN and holds nobody up', () => {
    const line = feeder([{ rPu: 0.05, xPu: 0.05 }, { rPu: 0.05, xPu: 0.05 }])
    const inverters: Inverter[] = [{ bus: 1, ratedKva: 1000, rule: CURVE }, { bus: 2, ratedKva: 1000, rule: CURVE }]
    const { result, inverterKvar } = solve({ ...line, branchFrom: Int32Array.of(0, -1), branchTo: Int32Array.of(1, -1) }, inverters, [-900, -900])
    expect(result.settled[0]).toBe(1)
    expect(inverterKvar[0]).toBeGreaterThan(0)
    expect(inverterKvar[1]).toBeNaN()
  })

  test('a load flow without a solution is not settled', () => {
    const { result, missShare } = solve(feeder([{ rPu: 0.5, xPu: 0.5 }]), [{ bus: 1, ratedKva: 1e5, rule: CURVE }], [9e4, 0])
    expect([...result.settled]).toEqual([0, 1])
    expect(missShare[0]).toBeNaN()
  })
})

test('on random feeders every inverter ends on its curve, or at what its rating leaves', () => {
  const between = (lowest: number, highest: number) => fc.integer({ min: 0, max: 1000 }).map((k) => lowest + ((highest - lowest) * k) / 1000)
  fc.assert(
    fc.property(fc.array(fc.record({ rPu: between(0.002, 0.03), xPu: between(0.002, 0.03), kw: between(-300, 100) }), { minLength: 1, maxLength: 12 }), (sections) => {
      const inverters = sections.map((_, k): Inverter => ({ bus: k + 1, ratedKva: 320, rule: CURVE }))
      const { result, inverterKvar, missShare } = solve(feeder(sections), inverters, [1, 0.6, 0.1].flatMap((share) => sections.map(({ kw }) => share * kw)))
      expect([...result.settled]).toEqual([1, 1, 1])
      for (let scenario = 0; scenario < 3; scenario += 1) {
        expect(missShare[scenario]).toBeLessThanOrEqual(1e-6)
        inverters.forEach((inverter, k) => {
          const kw = [1, 0.6, 0.1][scenario] * sections[k].kw
          const left = leftKvar(inverter.ratedKva, kw)
          const curve = wantedKvar(inverter, kw, result.voltagePu[scenario * result.busCount + k + 1])
          expect(Math.abs(inverterKvar[scenario * inverters.length + k] - Math.max(-left, Math.min(left, curve)))).toBeLessThan(320 * 1.01e-6)
        })
      }
    }),
    { numRuns: 100 },
  )
})
