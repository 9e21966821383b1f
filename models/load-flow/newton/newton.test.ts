import { describe, expect, test } from 'vitest'
import type { Circuit } from '../circuit.ts'
import { createLoadFlowResult, METHOD } from '../scenarios.ts'
import { circuitOf, twoPortsOf } from './networks.testkit.ts'
import { prepareNewton, solveNewton } from './newton.ts'

const plain = circuitOf({ buses: [], loops: [], generators: [], secondSource: null, sourceX: 0 })

/** Buses in a row of the given number, ideal source of 1 pu at bus 0, no shunts. */
function network(busCount: number, branches: readonly { from: number; to: number; rPu?: number; xPu?: number; shiftRad?: number }[], more: Partial<Circuit> = {}): Circuit {
  return {
    ...plain, busCount, busBaseKv: new Float64Array(busCount).fill(20), busClockRad: new Float64Array(busCount), shuntG: new Float64Array(busCount), shuntB: new Float64Array(busCount),
    branchFrom: Int32Array.from(branches, (one) => one.from), branchTo: Int32Array.from(branches, (one) => one.to),
    admittance: twoPortsOf(branches.map((one) => ({ rPu: 0, xPu: 0, bPu: 0, shiftRad: 0, ...one }))),
    sources: [{ bus: 0, voltagePu: 1, rPu: 0, xPu: 0 }], generators: [], ...more,
  }
}
const solve = (circuit: Circuit, kw: readonly number[], kvar: readonly number[] = kw.map(() => 0)) => {
  const result = createLoadFlowResult(circuit, 1)
  solveNewton(prepareNewton(circuit), { scenarios: 1, activeKw: Float64Array.from(kw), reactiveKvar: Float64Array.from(kvar) }, result, [0], { tolerancePu: 1e-11 })
  return result
}

describe('Newton-Raphson, single cases', () => {
  test('follows a resistance to the last watt it can carry, and is not settled beyond', () => {
    const line = network(2, [{ from: 0, to: 1, rPu: 0.05 }])
    for (const kw of [1000, 4000, 4999]) expect(solve(line, [0, kw]).voltagePu[1]).toBeCloseTo((1 + Math.sqrt(1 - 4 * 0.05 * kw / 1000)) / 2, 9)
    const beyond = solve(line, [0, 5001])
    expect([beyond.settled[0], beyond.method[0], beyond.voltagePu[1], beyond.currentFromA[0]]).toEqual([0, METHOD.none, NaN, NaN])
  })

  test('two sources at different angles drive the power that their reactance lets through', () => {
    const sources = [{ bus: 0, voltagePu: 1, angleRad: 0.1, rPu: 0, xPu: 0 }, { bus: 2, voltagePu: 1, rPu: 0, xPu: 0 }]
    const result = solve(network(3, [{ from: 0, to: 1, xPu: 0.1 }, { from: 1, to: 2, xPu: 0.1 }], { sources }), [0, 0, 0])
    expect(result.activeFromKw[0]).toBeCloseTo((1000 * Math.sin(0.1)) / 0.2, 6)
    expect(result.angleRad[1]).toBeCloseTo(0.05, 10)
    expect(result.injectionKw[0]).toBeCloseTo(0, 6)
  })

  test('a phase shifter in a loop moves active power against the angle it adds to its from end', () => {
    const loop = (shiftRad: number) => solve(network(2, [{ from: 0, to: 1, xPu: 0.1 }, { from: 0, to: 1, xPu: 0.1, shiftRad }]), [0, 1000])
    const [straight, shifted] = [loop(0), loop(0.02)]
    expect(straight.activeFromKw[0]).toBeCloseTo(500, 6)
    // The shift is shared by both reactances: 0.02 rad / 0.2 pu = 100 kW move over to the other branch, to first order.
    expect(Math.abs(shifted.activeFromKw[0] - 600)).toBeLessThan(0.5)
    expect(shifted.activeFromKw[0] + shifted.activeFromKw[1]).toBeCloseTo(1000, 6)
    expect(shifted.activeToKw[1]).toBeCloseTo(-shifted.activeFromKw[1], 6)
  })

  test('a generator holds its voltage, and at its limit gives what it has', () => {
    const line = [{ from: 0, to: 1, xPu: 0.1 }]
    const held = solve(network(2, line, { generators: [{ bus: 1, voltagePu: 1.02 }] }), [0, 0])
    expect(held.voltagePu[1]).toBeCloseTo(1.02, 12)
    expect(held.generatorKvar[0]).toBeCloseTo((1.02 * 0.02 * 1000) / 0.1, 6)
    const limited = solve(network(2, line, { generators: [{ bus: 1, voltagePu: 1.02, lowestKvar: -100, highestKvar: 100 }] }), [0, 0])
    expect(limited.generatorKvar[0]).toBe(100)
    // v (v - 1) / 0.1 = 0.1
    expect(limited.voltagePu[1]).toBeCloseTo((1 + Math.sqrt(1.04)) / 2, 10)
  })

  test('a voltage that cannot be held is not settled, unless the generator has a limit to stand at', () => {
    const line = [{ from: 0, to: 1, rPu: 0.1, xPu: 0.01 }]
    expect(solve(network(2, line, { generators: [{ bus: 1, voltagePu: 1.2 }] }), [0, 0]).settled[0]).toBe(0)
    const limited = solve(network(2, line, { generators: [{ bus: 1, voltagePu: 1.2, lowestKvar: -80, highestKvar: 50 }] }), [0, 0])
    expect([limited.settled[0], limited.generatorKvar[0]]).toEqual([1, 50])
    expect(limited.voltagePu[1]).toBeLessThan(1.2)
  })

  test('a bus that no source reaches is NaN with its branches and its generator, and draws nothing', () => {
    const circuit = network(4, [{ from: 0, to: 1, rPu: 0.01 }, { from: 2, to: 3, rPu: 0.01 }], { generators: [{ bus: 3, voltagePu: 1 }] })
    const result = solve(circuit, [0, 100, 100, 100])
    expect([result.settled[0], result.voltagePu[2], result.voltagePu[3], result.currentFromA[1], result.generatorKvar[0]]).toEqual([1, NaN, NaN, NaN, NaN])
    expect(result.loadKw[0]).toBe(100)
  })

  test('a series capacitor that cancels its line leaves the far end at the voltage of the source', () => {
    const circuit = network(5, [{ from: 0, to: 1, xPu: 0.1 }, { from: 1, to: 2, xPu: -0.1 }, { from: 2, to: 3, rPu: 0.01 }, { from: 2, to: 4, rPu: 0.01 }, { from: 3, to: 4, rPu: 0.01 }])
    const result = solve(circuit, [0, 0, 0, 100, 100])
    expect(result.settled[0]).toBe(1)
    expect(result.voltagePu[2]).toBeCloseTo(1, 9)
    expect(result.lossesKw[0]).toBeGreaterThan(0)
  })

  test('only the named scenarios are written', () => {
    const circuit = network(2, [{ from: 0, to: 1, rPu: 0.05 }])
    const result = createLoadFlowResult(circuit, 3)
    result.voltagePu.fill(7)
    solveNewton(prepareNewton(circuit), { scenarios: 3, activeKw: Float64Array.of(0, 1, 0, 2, 0, 3), reactiveKvar: new Float64Array(6) }, result, Int32Array.of(1))
    expect([...result.settled]).toEqual([0, 1, 0])
    expect([result.voltagePu[1], result.voltagePu[5]]).toEqual([7, 7])
    expect(result.voltagePu[3]).toBeLessThan(1)
  })
})
