import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Circuit, emptyTwoPorts, setPiBranch } from '../circuit.ts'
import { ALL_OUTPUTS, createLoadFlowResult, type LoadFlowResult, type LoadScenarios, METHOD, prepareLoadFlow, solveLoadFlow } from '../load-flow.ts'
import { solveInBlocks } from '../blocks.ts'
import { copyResult } from '../scenarios.ts'
import { instantiateKernel } from './kernel.ts'

const kernel = instantiateKernel(new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url))))
/** Shares spread over the whole range: drawn doubles are nearly always tiny. */
const unit = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000)

/** Radial or meshed, with open ends, dead ends, shunts, one or two sources (ideal or not) and loads of every kind. */
const networks = fc.record({
  buses: fc.array(fc.record({ parent: unit, r: unit, x: unit, b: unit, p: unit, q: unit, ratio: fc.constantFrom(1, 1, 0.98), open: fc.constantFrom('no', 'no', 'no', 'to', 'both') }), { minLength: 1, maxLength: 30 }),
  loops: fc.array(fc.record({ from: unit, to: unit, r: unit, x: unit }), { maxLength: 4 }),
  sourceX: fc.constantFrom(0, 0.004),
  secondSource: fc.boolean(),
  shunt: unit,
  clock: fc.constantFrom(0, -Math.PI / 6),
})
type Drawn = typeof networks extends fc.Arbitrary<infer T> ? T : never

function circuitOf({ buses, loops, sourceX, secondSource, shunt, clock }: Drawn): Circuit {
  const busCount = buses.length + 1
  const branches = [
    ...buses.map((bus, k) => ({ ...bus, from: Math.floor(bus.parent * (k + 0.999)), to: k + 1 })),
    ...loops.map((loop) => ({ ...loop, from: Math.floor(loop.from * (busCount - 0.001)), to: Math.floor(loop.to * (busCount - 0.001)), b: 0, ratio: 1, open: 'no' })).filter(({ from, to }) => from !== to),
  ]
  const admittance = emptyTwoPorts(branches.length)
  const openFrom = (open: string) => open === 'both'
  branches.forEach(({ r, x, b, ratio, open }, k) => setPiBranch(admittance, k, { rPu: 1e-4 + 1e-3 * r, xPu: 1e-4 + 1e-3 * x, gPu: 1e-4 * b, bPu: 1e-3 * b, ratio }, openFrom(open), open !== 'no'))
  const source = { voltagePu: 1.02, angleRad: 0, rPu: sourceX / 10, xPu: sourceX }
  return {
    busCount, basePowerKva: 1000, busBaseKv: new Float64Array(busCount).fill(20), busClockRad: new Float64Array(busCount).fill(clock, 1),
    branchFrom: Int32Array.from(branches, (one) => (openFrom(one.open) ? -1 : one.from)), branchTo: Int32Array.from(branches, (one) => (one.open === 'no' ? one.to : -1)), admittance,
    shuntG: new Float64Array(busCount).fill(shunt * 1e-3), shuntB: new Float64Array(busCount).fill(shunt * 1e-2),
    sources: [{ bus: 0, ...source }, ...(secondSource ? [{ bus: busCount - 1, ...source, angleRad: 0.002 }] : [])],
  }
}

function loadsOf({ buses }: Drawn, scenarios: number, withParts: boolean): LoadScenarios {
  const busCount = buses.length + 1
  const column = (of: (bus: Drawn['buses'][number]) => number, phase: number) =>
    Float64Array.from({ length: scenarios * busCount }, (_, k) => (k % busCount === 0 ? 0 : of(buses[(k % busCount) - 1]) * (1 + 0.5 * Math.sin(phase + Math.floor(k / busCount) / 9))))
  const powers = { scenarios, activeKw: column(({ p }) => 200 * p, 0), reactiveKvar: column(({ p, q }) => 100 * p * q, 1) }
  return withParts ? { ...powers, currentKw: column(({ q }) => 60 * q, 2), currentKvar: column(({ r }) => 20 * r, 3), impedanceKw: column(({ r }) => -30 * r, 4) } : powers
}

const COLUMNS = ['voltagePu', 'angleRad', 'currentFromA', 'currentToA', 'activeFromKw', 'reactiveFromKvar', 'activeToKw', 'reactiveToKvar', 'loadingPct', 'injectionKw', 'injectionKvar', 'loadKw', 'lossesKw'] as const

/** 1 pu of each column. What crosses a branch is a difference of voltages times up to 1e4 pu: rounding alone leaves 1e-11 pu of it. */
const PU = { voltagePu: 1, angleRad: 1, currentFromA: 290, currentToA: 290, loadingPct: 1e3 } as const
const puOf = (name: (typeof COLUMNS)[number]): number => (name in PU ? PU[name as keyof typeof PU] : 1e4)

function expectAgreement(one: LoadFlowResult, other: LoadFlowResult, tolerance: number): void {
  expect(one.settled).toEqual(other.settled)
  expect(one.method).toEqual(other.method)
  for (const name of COLUMNS) {
    for (let k = 0; k < one[name].length; k += 1) {
      if (Number.isNaN(one[name][k]) && Number.isNaN(other[name][k])) continue
      expect(Math.abs(one[name][k] - other[name][k]), `${name}[${k}]: ${one[name][k]} and ${other[name][k]}`).toBeLessThanOrEqual(tolerance * puOf(name))
    }
  }
}

const wantedOf = (circuit: Circuit) => {
  const byPower = circuit.branchFrom.map((_, k) => k % 3)
  return { ...ALL_OUTPUTS, loadings: { currentA: Float64Array.from(byPower, (kind) => (kind === 0 ? NaN : 25)), apparentKva: Float64Array.from(byPower, (kind) => (kind === 1 ? 400 : NaN)) } }
}

describe('the kernel against the plain engine', () => {
  test.each([false, true])('every column of every scenario agrees within 1e-12, loads that follow the voltage: %s', (withParts) => {
    fc.assert(
      fc.property(networks, fc.integer({ min: 1, max: 40 }), fc.boolean(), (drawn, scenarios, inTimeOrder) => {
        const circuit = circuitOf(drawn)
        const loads = loadsOf(drawn, scenarios, withParts)
        const options = { tolerancePu: 1e-13, wanted: wantedOf(circuit), inTimeOrder, fallBack: false }
        expectAgreement(solveLoadFlow(prepareLoadFlow(circuit, { kernel }), loads, options), solveLoadFlow(prepareLoadFlow(circuit), loads, options), 1e-12)
      }),
      { numRuns: 150 },
    )
  })

  test('one instance serves one network after the other, and larger ones than its memory began with', () => {
    const small = { buses: [], loops: [], sourceX: 0, secondSource: false, shunt: 0.1, clock: 0 } as Drawn
    const bus = { parent: 0.9999, r: 1e-3, x: 1e-3, b: 0.1, p: 0.002, q: 0.3, ratio: 1, open: 'no' } as const
    for (const count of [3, 4000, 5]) {
      const drawn = { ...small, buses: Array.from({ length: count }, () => bus) }
      const circuit = circuitOf(drawn)
      const loads = loadsOf(drawn, 20, false)
      expectAgreement(solveLoadFlow(prepareLoadFlow(circuit, { kernel }), loads, { tolerancePu: 1e-13 }), solveLoadFlow(prepareLoadFlow(circuit), loads, { tolerancePu: 1e-13 }), 1e-9)
    }
  })
})

describe('in blocks', () => {
  test('every scenario is filled and taken once, and agrees with the batch, with and without a kernel', () => {
    fc.assert(
      fc.property(networks, fc.integer({ min: 1, max: 300 }), fc.boolean(), fc.boolean(), (drawn, scenarios, withKernel, withParts) => {
        const circuit = circuitOf(drawn)
        const prepared = prepareLoadFlow(circuit, withKernel ? { kernel } : {})
        const loads = loadsOf(drawn, scenarios, withParts)
        const batch = solveLoadFlow(prepared, loads, { inTimeOrder: true })
        const taken = new Uint8Array(scenarios)
        const apart = createLoadFlowResult(circuit, scenarios)
        solveInBlocks(prepared, {
          scenarios, withParts,
          fill(first, count, into) {
            for (const name of ['activeKw', 'reactiveKvar', 'currentKw', 'currentKvar', 'impedanceKw'] as const) if (loads[name] !== undefined) into[name]!.set(loads[name].subarray(first * circuit.busCount, (first + count) * circuit.busCount))
          },
          take(first, count, result) {
            for (let k = 0; k < count; k += 1) taken[first + k] += 1
            copyResult(result, count, apart, first)
          },
        }, { inTimeOrder: true })
        expect([...taken].every((times) => times === 1)).toBe(true)
        for (const name of COLUMNS) expect(apart[name]).toEqual(batch[name])
      }),
      { numRuns: 40 },
    )
  })
})

describe('scenarios that do not settle', () => {
  const admittance = emptyTwoPorts(1)
  setPiBranch(admittance, 0, { rPu: 0.05, xPu: 0, gPu: 0, bPu: 0, ratio: 1 })
  const twoBuses: Circuit = {
    busCount: 2, basePowerKva: 1000, busBaseKv: Float64Array.of(20, 20), busClockRad: new Float64Array(2), branchFrom: Int32Array.of(0), branchTo: Int32Array.of(1), admittance,
    shuntG: new Float64Array(2), shuntB: new Float64Array(2), sources: [{ bus: 0, voltagePu: 1, rPu: 0, xPu: 0 }],
  }
  const kw = Array.from({ length: 40 }, (_, k) => (k % 7 === 3 ? 6000 : 1000 + k))
  const loads = { scenarios: 40, activeKw: Float64Array.from({ length: 80 }, (_, k) => (k % 2 === 0 ? 0 : kw[k >> 1])), reactiveKvar: new Float64Array(80) }

  test.each([false, true])('are flagged, NaN in every column, and touch no neighbour; in time order: %s', (inTimeOrder) => {
    const result = solveLoadFlow(prepareLoadFlow(twoBuses, { kernel }), loads, { inTimeOrder, wanted: wantedOf(twoBuses) })
    kw.forEach((power, k) => {
      if (power === 6000) {
        expect([result.settled[k], result.method[k]]).toEqual([0, METHOD.none])
        for (const column of COLUMNS.slice(0, 2)) expect(result[column][2 * k + 1]).toBeNaN()
        for (const column of COLUMNS.slice(2)) expect(result[column][k]).toBeNaN()
      } else expect(result.voltagePu[2 * k + 1]).toBeCloseTo((1 + Math.sqrt(1 - 0.2 * (power / 1000))) / 2, 8)
    })
  })

  test('a wide angle is exact too', () => {
    const wide = emptyTwoPorts(1)
    setPiBranch(wide, 0, { rPu: 0, xPu: 0.4, gPu: 0, bPu: 0, ratio: 1 })
    const circuit = { ...twoBuses, admittance: wide, sources: [{ bus: 0, voltagePu: 1, angleRad: 2.5, rPu: 0, xPu: 0 }] }
    const one = { scenarios: 1, activeKw: Float64Array.of(0, 900), reactiveKvar: Float64Array.of(0, -400) }
    expectAgreement(solveLoadFlow(prepareLoadFlow(circuit, { kernel }), one, { tolerancePu: 1e-14 }), solveLoadFlow(prepareLoadFlow(circuit), one, { tolerancePu: 1e-14 }), 1e-12)
  })

  test('the result to write into decides what is wanted', () => {
    const into = createLoadFlowResult(twoBuses, 40, { angles: false, currents: false, powers: false, totals: false })
    solveLoadFlow(prepareLoadFlow(twoBuses, { kernel }), loads, { into })
    expect([into.angleRad.length, into.currentFromA.length, into.activeFromKw.length, into.lossesKw.length]).toEqual([0, 0, 0, 0])
    expect(into.voltagePu[1]).toBeLessThan(1)
  })
})
