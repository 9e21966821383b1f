import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Circuit } from '../circuit.ts'
import { prepareLoadFlow, solveLoadFlow } from '../load-flow.ts'
import { closurePct, createLoadFlowResult, type LoadScenarios } from '../scenarios.ts'
import { circuitOf, drawnNetworks, loadsOf, missingKva } from './networks.testkit.ts'
import { prepareNewton, solveNewton } from './newton.ts'

const solve = (circuit: Circuit, loads: LoadScenarios, options = { tolerancePu: 1e-11 }) => {
  const result = createLoadFlowResult(circuit, loads.scenarios)
  solveNewton(prepareNewton(circuit), loads, result, [...Array(loads.scenarios).keys()], options)
  return result
}

describe('Newton-Raphson on random networks with generators, phase shifters and two sources', () => {
  test('what comes into each bus goes out, and the totals close', () => {
    fc.assert(
      fc.property(drawnNetworks, (drawn) => {
        const circuit = circuitOf(drawn)
        const loads = loadsOf(drawn, 1)
        const result = solve(circuit, loads)
        expect(result.settled[0]).toBe(1)
        const missing = missingKva(circuit, loads, result)
        const isSource = new Set(circuit.sources.map((source) => source.bus))
        missing.forEach((kva, bus) => { if (!isSource.has(bus)) expect(kva).toBeLessThan(1e-7) })
        expect(Math.abs(result.injectionKw[0] - result.loadKw[0] - result.lossesKw[0])).toBeLessThan(1e-6)
        circuit.generators?.forEach((generator) => expect(result.voltagePu[generator.bus]).toBeCloseTo(generator.voltagePu, 12))
      }),
      { numRuns: 150 },
    )
  })

  test('another numbering of the buses changes nothing', () => {
    fc.assert(
      fc.property(drawnNetworks, fc.infiniteStream(fc.nat()), (drawn, keys) => {
        const circuit = circuitOf(drawn)
        const loads = loadsOf(drawn, 1)
        const key = Array.from({ length: circuit.busCount }, () => keys.next().value as number)
        const order = [...key.keys()].sort((a, b) => key[a] - key[b])
        const to = new Int32Array(circuit.busCount)
        order.forEach((bus, k) => (to[bus] = k))
        const turned = (values: Float64Array) => Float64Array.from(order, (bus) => values[bus])
        const renumbered: Circuit = {
          ...circuit, branchFrom: circuit.branchFrom.map((bus) => to[bus]), branchTo: circuit.branchTo.map((bus) => to[bus]),
          sources: circuit.sources.map((source) => ({ ...source, bus: to[source.bus] })),
          generators: circuit.generators?.map((generator) => ({ ...generator, bus: to[generator.bus] })),
        }
        const renumberedLoads: LoadScenarios = {
          scenarios: 1, activeKw: turned(loads.activeKw), reactiveKvar: turned(loads.reactiveKvar), currentKw: turned(loads.currentKw!),
          currentKvar: turned(loads.currentKvar!), impedanceKw: turned(loads.impedanceKw!), impedanceKvar: turned(loads.impedanceKvar!),
        }
        const one = solve(circuit, loads)
        const other = solve(renumbered, renumberedLoads)
        order.forEach((bus, k) => expect(Math.abs(other.voltagePu[k] - one.voltagePu[bus])).toBeLessThan(1e-10))
        one.activeFromKw.forEach((kw, k) => expect(Math.abs(other.activeFromKw[k] - kw)).toBeLessThan(1e-5))
      }),
      { numRuns: 60 },
    )
  })

  test('generators stay within their limits, and one at a limit has its voltage on the side it cannot correct', () => {
    let limited = 0
    fc.assert(
      fc.property(drawnNetworks, fc.nat(400), (drawn, widthKvar) => {
        const circuit = circuitOf(drawn, widthKvar)
        const loads = loadsOf(drawn, 1)
        const result = solve(circuit, loads, { tolerancePu: 1e-9 })
        expect(result.settled[0]).toBe(1)
        circuit.generators?.forEach(({ bus, voltagePu, lowestKvar = NaN, highestKvar = NaN }, k) => {
          const kvar = result.generatorKvar[k]
          expect(kvar).toBeGreaterThanOrEqual(lowestKvar - 1e-5)
          expect(kvar).toBeLessThanOrEqual(highestKvar + 1e-5)
          if (Math.abs(result.voltagePu[bus] - voltagePu) < 1e-8) return
          limited += 1
          expect(Math.min(Math.abs(kvar - lowestKvar), Math.abs(kvar - highestKvar))).toBeLessThan(1e-5)
          if (highestKvar - lowestKvar > 1e-3) expect(kvar > (lowestKvar + highestKvar) / 2).toBe(result.voltagePu[bus] < voltagePu)
        })
        expect(Math.max(0, ...missingKva(circuit, loads, result).filter((_, bus) => !circuit.sources.some((source) => source.bus === bus)))).toBeLessThan(1e-5)
      }),
      { numRuns: 200 },
    )
    expect(limited).toBeGreaterThan(20)
  })

  test('agrees with the fixed point where both apply, in every column', () => {
    fc.assert(
      fc.property(drawnNetworks, (drawn) => {
        const circuit = circuitOf({ ...drawn, generators: [], loops: drawn.loops.map((loop) => ({ ...loop, shiftRad: 0 })) })
        const { tfG: _g, tfB: _b, ...symmetric } = circuit.admittance
        const plain: Circuit = { ...circuit, admittance: symmetric, generators: undefined }
        const loads = loadsOf(drawn, 3)
        const newton = solve(plain, loads, { tolerancePu: 1e-12 })
        const fixed = solveLoadFlow(prepareLoadFlow(plain), loads, { tolerancePu: 1e-12 })
        expect([...fixed.settled, ...newton.settled]).toEqual([1, 1, 1, 1, 1, 1])
        for (const column of ['voltagePu', 'angleRad'] as const) newton[column].forEach((value, k) => expect(Math.abs(value - fixed[column][k])).toBeLessThan(1e-10))
        for (const column of ['currentFromA', 'currentToA', 'activeFromKw', 'reactiveFromKvar', 'activeToKw', 'reactiveToKvar', 'injectionKw', 'injectionKvar', 'loadKw', 'lossesKw'] as const) {
          newton[column].forEach((value, k) => expect(Math.abs(value - fixed[column][k])).toBeLessThan(1e-6))
        }
      }),
      { numRuns: 60 },
    )
  })

  test('a scenario that diverges is NaN and changes no bit of the others', () => {
    fc.assert(
      fc.property(drawnNetworks, (drawn) => {
        const circuit = circuitOf({ ...drawn, secondSource: null, generators: [] })
        const loads = loadsOf(drawn, 3)
        const alone = solve(circuit, loads)
        const burdened = { ...loads, activeKw: loads.activeKw.map((kw, k) => (k === 2 * circuit.busCount - 1 ? 1e9 : kw)) }
        const result = solve(circuit, burdened)
        const { busCount } = circuit
        expect([...result.settled]).toEqual([1, 0, 1])
        expect(result.voltagePu.subarray(busCount, 2 * busCount).every(Number.isNaN)).toBe(true)
        expect(result.activeFromKw.subarray(result.branchCount, 2 * result.branchCount).every(Number.isNaN)).toBe(true)
        expect([result.injectionKw[1], result.loadKw[1], result.lossesKw[1], closurePct(result, 1)]).toEqual([NaN, NaN, NaN, NaN])
        expect(result.voltagePu.subarray(0, busCount)).toEqual(alone.voltagePu.subarray(0, busCount))
        expect(result.voltagePu.subarray(2 * busCount)).toEqual(alone.voltagePu.subarray(2 * busCount))
      }),
      { numRuns: 40 },
    )
  })
})
