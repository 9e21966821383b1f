import { describe, expect, test } from 'vitest'
import { closurePct, createLoadFlowResult, METHOD } from '../scenarios.ts'
import { matpowerCase } from './matpower.testkit.ts'
import { prepareNewton, solveNewton } from './newton.ts'

/** The first six have voltage-controlled buses; the others are radial, and stressed or shunted. */
const CASES = ['case4_dist', 'case9', 'case14', 'case_ieee30', 'case57', 'case118', 'case17me', 'case18', 'case33bw', 'case85']

describe.each(CASES)('%s, against the Newton-Raphson solution of MATPOWER', (name) => {
  const { circuit, loads, inService, reference } = matpowerCase(name)
  const result = createLoadFlowResult(circuit, 1)
  solveNewton(prepareNewton(circuit), loads, result, [0], { tolerancePu: 1e-11 })

  test('settles in a few iterations, and voltages and angles agree within 1e-8', () => {
    expect([result.settled[0], result.method[0]]).toEqual([1, METHOD.newton])
    expect(result.iterations[0]).toBeLessThanOrEqual(6)
    expect(reference.bus).toHaveLength(circuit.busCount)
    reference.vm.forEach((vm, bus) => {
      expect(Math.abs(result.voltagePu[bus] - vm)).toBeLessThan(1e-8)
      expect(Math.abs(result.angleRad[bus] - (reference.va_deg[bus] * Math.PI) / 180)).toBeLessThan(1e-8)
    })
  })

  test('branch powers agree within 1e-8 pu, and the balance closes', () => {
    expect(inService.length).toBeGreaterThan(0)
    const tolerance = 1e-8 * (circuit.basePowerKva / 1000)
    for (const k of inService) {
      expect(Math.abs(result.activeFromKw[k] / 1000 - reference.pf_MW[k])).toBeLessThan(tolerance)
      expect(Math.abs(result.reactiveFromKvar[k] / 1000 - reference.qf_MVAr[k])).toBeLessThan(tolerance)
    }
    expect(closurePct(result, 0)).toBeLessThan(1e-6)
  })
})
