import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BASE_KVA, createRadialFlow, emptyResult } from './radial-flow.ts'
import type { RadialBranch, RadialNetwork } from './radial-flow.ts'

const line = (from: number, to: number, rPu: number, xPu: number, chargingPu = 0): RadialBranch =>
  ({ from, to, rPu, xPu, chargingPu, noLoadGPu: 0, noLoadBPu: 0, ratio: 1 })

test('two buses agree with the quadratic that can be solved by hand', () => {
  // |V2|^4 + (2(rp + xq) - E^2)|V2|^2 + (r^2 + x^2)(p^2 + q^2) = 0
  const [r, x, p, q] = [0.02, 0.05, 0.9, 0.4]
  const network: RadialNetwork = { nominalKv: Float64Array.of(20, 20), branches: [line(0, 1, r, x)], sources: [{ bus: 0, voltagePu: 1, rPu: 0, xPu: 0 }] }
  const result = emptyResult(network, 1)
  createRadialFlow(network).solve(Float64Array.of(0, p * BASE_KVA), Float64Array.of(0, q * BASE_KVA), result, 0, 1)
  const b = 2 * (r * p + x * q) - 1
  const square = (-b + Math.sqrt(b * b - 4 * (r * r + x * x) * (p * p + q * q))) / 2
  const losses = (r * (p * p + q * q)) / square
  expect(result.voltagePu[1]).toBeCloseTo(Math.sqrt(square), 7)
  expect(result.fromKw[0]).toBeCloseTo((p + losses) * BASE_KVA, 3)
  expect(result.toKw[0]).toBeCloseTo(p * BASE_KVA, 3)
  expect(result.fromA[0]).toBeCloseTo((Math.hypot(p, q) / Math.sqrt(square)) * BASE_KVA / (Math.sqrt(3) * 20), 4)
})

test('an unloaded transformer draws its no-load losses and stands at its ratio', () => {
  const network: RadialNetwork = {
    nominalKv: Float64Array.of(20, 0.4),
    branches: [{ from: 0, to: 1, rPu: 0.01, xPu: 0.04, chargingPu: 0, noLoadGPu: 0.0005, noLoadBPu: -0.002, ratio: 0.975 }],
    sources: [{ bus: 0, voltagePu: 1.02, rPu: 0, xPu: 0 }],
  }
  const result = emptyResult(network, 1)
  createRadialFlow(network).solve(new Float64Array(2), new Float64Array(2), result, 0, 1)
  expect(result.fromKw[0]).toBeCloseTo(0.5 * 1.02 ** 2, 6)
  expect(result.fromKvar[0]).toBeCloseTo(2 * 1.02 ** 2, 6)
  expect(result.voltagePu[1]).toBeCloseTo(1.02 / 0.975, 6)
})

test('power is neither made nor lost in any radial network', () => {
  const tree = fc.array(fc.record({ parent: fc.nat(), r: fc.double({ min: 1e-4, max: 4e-3, noNaN: true }), kw: fc.double({ min: -300, max: 900, noNaN: true }), kvar: fc.double({ min: -100, max: 300, noNaN: true }), turned: fc.boolean() }), { minLength: 1, maxLength: 25 })
  fc.assert(
    fc.property(tree, (parts) => {
      const buses = parts.length + 1
      const branches = parts.map((part, index) => {
        const parent = part.parent % (index + 1)
        return part.turned ? line(index + 1, parent, part.r, part.r * 2, 1e-3) : line(parent, index + 1, part.r, part.r * 2, 1e-3)
      })
      const network: RadialNetwork = { nominalKv: new Float64Array(buses).fill(20), branches, sources: [{ bus: 0, voltagePu: 1, rPu: 1e-3, xPu: 5e-3 }] }
      const result = emptyResult(network, 1)
      const flow = createRadialFlow(network)
      flow.solve(Float64Array.from([0, ...parts.map(({ kw }) => kw)]), Float64Array.from([0, ...parts.map(({ kvar }) => kvar)]), result, 0, 1)
      const loads = parts.reduce((sum, { kw }) => sum + kw, 0)
      const losses = branches.reduce((sum, _, index) => sum + result.fromKw[index] - result.toKw[index], 0)
      expect(flow.loops).toEqual([])
      expect(losses).toBeGreaterThanOrEqual(0)
      expect(result.sourceKw[0]).toBeCloseTo(loads + losses, 2)
    }),
  )
})

test('what no source reaches is dead, and a loop is named instead of solved wrongly', () => {
  const network: RadialNetwork = {
    nominalKv: new Float64Array(5).fill(20),
    branches: [line(0, 1, 0.01, 0.02), line(1, 2, 0.01, 0.02), line(2, 0, 0.01, 0.02), line(3, 4, 0.01, 0.02)],
    sources: [{ bus: 0, voltagePu: 1, rPu: 0, xPu: 0 }],
  }
  const result = emptyResult(network, 1)
  const flow = createRadialFlow(network)
  flow.solve(new Float64Array(5), new Float64Array(5), result, 0, 1)
  expect(flow.loops).toEqual([1])
  expect([result.voltagePu[3], result.voltagePu[4]]).toEqual([0, 0])
})
