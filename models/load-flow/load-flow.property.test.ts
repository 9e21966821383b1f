import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Circuit, emptyTwoPorts, setPiBranch } from './circuit.ts'
import { closurePct, createLoadFlowResult, METHOD, prepareLoadFlow, solveLoadFlow } from './load-flow.ts'

/** Shares spread over the whole range: drawn doubles are nearly always tiny. */
const unit = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000)

/** A connected network: each bus hangs on an earlier one, and further branches close loops. */
const networks = fc.record({
  buses: fc.array(fc.record({ parent: unit, r: unit, x: unit, b: unit, p: unit, q: unit }), { minLength: 1, maxLength: 40 }),
  loops: fc.array(fc.record({ from: unit, to: unit, r: unit, x: unit }), { maxLength: 4 }),
  sourceX: fc.constantFrom(0, 0.004),
})
type Drawn = typeof networks extends fc.Arbitrary<infer T> ? T : never

function circuitOf({ buses, loops, sourceX }: Drawn): Circuit {
  const busCount = buses.length + 1
  const ties = loops
    .map((loop) => ({ ...loop, from: Math.floor(loop.from * (busCount - 0.001)), to: Math.floor(loop.to * (busCount - 0.001)) }))
    .filter((loop) => loop.from !== loop.to)
  const branches = [...buses.map((bus, k) => ({ from: Math.floor(bus.parent * (k + 0.999)), to: k + 1, r: bus.r, x: bus.x, b: bus.b })), ...ties.map((tie) => ({ ...tie, b: 0 }))]
  const admittance = emptyTwoPorts(branches.length)
  branches.forEach(({ r, x, b }, k) => setPiBranch(admittance, k, { rPu: 1e-4 + 1e-3 * r, xPu: 1e-4 + 1e-3 * x, gPu: 0, bPu: 1e-3 * b, ratio: 1 }))
  return {
    busCount, basePowerKva: 1000, busBaseKv: new Float64Array(busCount).fill(20), busClockRad: new Float64Array(busCount),
    branchFrom: Int32Array.from(branches, (one) => one.from), branchTo: Int32Array.from(branches, (one) => one.to), admittance,
    shuntG: new Float64Array(busCount), shuntB: new Float64Array(busCount), sources: [{ bus: 0, voltagePu: 1.02, rPu: sourceX / 10, xPu: sourceX }],
  }
}

const loadsOf = ({ buses }: Drawn, scenarios: number) => {
  const busCount = buses.length + 1
  const activeKw = Float64Array.from({ length: scenarios * busCount }, (_, k) => (k % busCount === 0 ? 0 : buses[(k % busCount) - 1].p * 300 * (1 - 0.13 * Math.floor(k / busCount))))
  const reactiveKvar = activeKw.map((kw, k) => kw * (k % busCount === 0 ? 0 : buses[(k % busCount) - 1].q))
  return { scenarios, activeKw, reactiveKvar }
}

describe('load flow of random radial and meshed networks', () => {
  test('closes: injection = loads + losses, and at each bus what comes in goes out', () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const circuit = circuitOf(drawn)
        const loads = loadsOf(drawn, 1)
        const result = solveLoadFlow(prepareLoadFlow(circuit), loads, { tolerancePu: 1e-11 })
        expect(result.settled[0]).toBe(1)
        if (loads.activeKw.some((kw) => kw > 1)) expect(closurePct(result, 0)).toBeLessThan(1e-4)
        const balance = loads.activeKw.slice()
        for (let k = 0; k < result.branchCount; k += 1) {
          balance[circuit.branchFrom[k]] += result.activeFromKw[k]
          balance[circuit.branchTo[k]] += result.activeToKw[k]
        }
        for (let bus = 1; bus < circuit.busCount; bus += 1) expect(Math.abs(balance[bus])).toBeLessThan(1e-3)
        expect(result.lossesKw[0]).toBeGreaterThanOrEqual(-1e-6)
      }),
      { numRuns: 100 },
    )
  })

  test('a scenario gives the same bits alone and in any company', () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const circuit = circuitOf(drawn)
        const prepared = prepareLoadFlow(circuit)
        const many = loadsOf(drawn, 11)
        const together = solveLoadFlow(prepared, many)
        const n = circuit.busCount
        for (const scenario of [0, 7, 8, 10]) {
          const alone = solveLoadFlow(prepared, { scenarios: 1, activeKw: many.activeKw.slice(scenario * n, (scenario + 1) * n), reactiveKvar: many.reactiveKvar.slice(scenario * n, (scenario + 1) * n) })
          expect(alone.voltagePu).toEqual(together.voltagePu.slice(scenario * n, (scenario + 1) * n))
          expect(alone.iterations[0]).toBe(together.iterations[scenario])
        }
      }),
      { numRuns: 25 },
    )
  })
})

/** Two buses, where the voltage at the load is the root of a quadratic equation. */
const twoBuses: Circuit = {
  ...circuitOf({ buses: [{ parent: 0, r: 0, x: 0, b: 0, p: 0, q: 0 }], loops: [], sourceX: 0 }),
  admittance: (() => {
    const ports = emptyTwoPorts(1)
    setPiBranch(ports, 0, { rPu: 0.05, xPu: 0, gPu: 0, bPu: 0, ratio: 1 })
    return ports
  })(),
  sources: [{ bus: 0, voltagePu: 1, rPu: 0, xPu: 0 }],
}

describe('single cases', () => {
  const solve = (kw: number, more = {}) => solveLoadFlow(prepareLoadFlow(twoBuses), { scenarios: 1, activeKw: Float64Array.of(0, kw), reactiveKvar: new Float64Array(2), ...more }, { tolerancePu: 1e-12 })

  test('constant power, current and impedance at the end of a resistance', () => {
    expect(solve(1000).voltagePu[1]).toBeCloseTo((1 + Math.sqrt(1 - 4 * 0.05)) / 2, 10)
    expect(solve(0, { currentKw: Float64Array.of(0, 1000) }).voltagePu[1]).toBeCloseTo(0.95, 10)
    const impedance = solve(0, { impedanceKw: Float64Array.of(0, 1000) })
    expect(impedance.voltagePu[1]).toBeCloseTo(1 / 1.05, 10)
    expect(impedance.loadKw[0]).toBeCloseTo(1000 / 1.05 ** 2, 6)
    expect(closurePct(impedance, 0)).toBeLessThan(1e-6)
  })

  test('beyond what the line can carry a scenario is not settled: NaN, and its neighbours are not touched', () => {
    const activeKw = Float64Array.of(0, 1000, 0, 6000, 0, 1000)
    const result = solveLoadFlow(prepareLoadFlow(twoBuses), { scenarios: 3, activeKw, reactiveKvar: new Float64Array(6) })
    expect([...result.settled]).toEqual([1, 0, 1])
    expect(result.iterations[1]).toBe(60)
    expect([result.voltagePu[3], result.currentFromA[1], result.injectionKw[1], result.lossesKw[1]]).toEqual([NaN, NaN, NaN, NaN])
    expect(result.voltagePu[5]).toBe(result.voltagePu[1])
    expect(closurePct(result, 1)).toBeNaN()
  })

  test('a reused result carries nothing over from the scenarios before', () => {
    const prepared = prepareLoadFlow(twoBuses)
    const into = createLoadFlowResult(twoBuses, 1)
    const once = (kw: number) => solveLoadFlow(prepared, { scenarios: 1, activeKw: Float64Array.of(0, kw), reactiveKvar: new Float64Array(2) }, { into })
    once(6000)
    expect(once(500).settled[0]).toBe(1)
    expect(into.voltagePu).toEqual(solveLoadFlow(prepareLoadFlow(twoBuses), { scenarios: 1, activeKw: Float64Array.of(0, 500), reactiveKvar: new Float64Array(2) }).voltagePu)
  })

  test('an open-ended cable draws its charging current, a bus behind an open end is not fed', () => {
    const admittance = emptyTwoPorts(1)
    setPiBranch(admittance, 0, { rPu: 0.01, xPu: 0.01, gPu: 0, bPu: 0.02, ratio: 1 }, false, true)
    const open: Circuit = { ...twoBuses, admittance, branchTo: Int32Array.of(-1) }
    const result = solveLoadFlow(prepareLoadFlow(open), { scenarios: 1, activeKw: Float64Array.of(0, 50), reactiveKvar: new Float64Array(2) })
    expect(result.reactiveFromKvar[0]).toBeCloseTo(-20, 1)
    expect(result.currentToA[0]).toBe(0)
    expect(result.voltagePu[1]).toBeNaN()
    expect(result.loadKw[0]).toBe(0)
    expect(result.injectionKw[0]).toBeGreaterThan(0)
  })

  test('a series capacitor that cancels the line before it goes to Newton-Raphson and is solved', () => {
    const admittance = emptyTwoPorts(2)
    setPiBranch(admittance, 0, { rPu: 0, xPu: 0.2, gPu: 0, bPu: 0, ratio: 1 })
    setPiBranch(admittance, 1, { rPu: 0, xPu: -0.2, gPu: 0, bPu: 0, ratio: 1 })
    const column = () => new Float64Array(3)
    const circuit: Circuit = { ...twoBuses, busCount: 3, busBaseKv: column().fill(20), busClockRad: column(), shuntG: column(), shuntB: column(), branchFrom: Int32Array.of(0, 1), branchTo: Int32Array.of(1, 2), admittance }
    const prepared = prepareLoadFlow(circuit)
    expect(prepared.newtonBecause).toMatch(/cancel/)
    const result = solveLoadFlow(prepared, { scenarios: 1, activeKw: Float64Array.of(0, 0, 300), reactiveKvar: Float64Array.of(0, 0, 100) })
    expect([result.settled[0], result.method[0]]).toEqual([1, METHOD.newton])
    // Both reactances together are none: the voltage at the end is that of the source.
    expect(result.voltagePu[2]).toBeCloseTo(1, 7)
  })
})
