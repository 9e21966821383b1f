import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { circuitOf } from '#models/grid/circuit-of.ts'
import { readMatpower } from '#models/grid/formats/matpower.ts'
import { closurePct, createLoadFlowResult, type LoadFlowResult, METHOD, prepareLoadFlow, solveLoadFlow } from './load-flow.ts'
import { prepareNewton, solveNewton } from './newton/newton.ts'
import { instantiateKernel } from './kernel/kernel.ts'

const folder = new URL('../../fixtures/networks/matpower/', import.meta.url)
const text = (file: string) => readFileSync(new URL(file, folder), 'utf8')
const CASES = readdirSync(folder).filter((file) => file.endsWith('.m')).map((file) => file.slice(0, -2))
const CONTROLLED = ['case118', 'case14', 'case4_dist', 'case57', 'case9', 'case_ieee30']
const kernel = instantiateKernel(new WebAssembly.Module(readFileSync(new URL('./kernel/kernel.wasm', import.meta.url))))

interface Reference {
  readonly bus: number[]
  readonly vm: number[]
  readonly va_deg: number[]
  readonly pf_MW: number[]
  readonly qf_MVAr: number[]
}
type Solve = (made: ReturnType<typeof circuitOf>) => LoadFlowResult

const ENGINES: Readonly<Record<string, Solve>> = {
  'the choice of solveLoadFlow': ({ circuit, loads }) => solveLoadFlow(prepareLoadFlow(circuit), loads, { tolerancePu: 1e-10 }),
  'the kernel': ({ circuit, loads }) => solveLoadFlow(prepareLoadFlow(circuit, { kernel }), loads, { tolerancePu: 1e-10 }),
  'Newton-Raphson': ({ circuit, loads }) => {
    const result = createLoadFlowResult(circuit, 1)
    solveNewton(prepareNewton(circuit), loads, result, [0], { tolerancePu: 1e-10 })
    return result
  },
}

test('all 18 cases are here', () => expect(CASES).toHaveLength(18))

describe.each(Object.entries(ENGINES))('cases of MATPOWER from their own text, against its Newton-Raphson solution, by %s', (engine, solve) => {
  test.each(CASES)('%s: voltages and angles within 1e-8, branch powers within 1 mW a kW, and the balance closes', (name) => {
    const reference = JSON.parse(text(`${name}.reference.json`)) as Reference
    // `runpf` leaves the limits of reactive power aside unless it is told otherwise.
    const made = circuitOf(readMatpower(text(`${name}.m`)).network, { reactiveLimits: false })
    const result = solve(made)
    expect(result.settled[0]).toBe(1)
    if (engine !== 'Newton-Raphson') expect(result.method[0]).toBe(CONTROLLED.includes(name) ? METHOD.newton : METHOD.fixedPoint)
    reference.bus.forEach((number, row) => {
      const bus = made.busIndex.get(String(number)) as number
      expect(Math.abs(result.voltagePu[bus] - reference.vm[row]), `|v| of ${number}`).toBeLessThan(1e-8)
      expect(Math.abs(result.angleRad[bus] - (reference.va_deg[row] * Math.PI) / 180), `angle of ${number}`).toBeLessThan(1e-8)
    })
    expect(made.branches).toHaveLength(reference.pf_MW.length)
    made.branches.forEach(({ id }, k) => {
      if (made.circuit.branchFrom[k] < 0) return
      const scale = Math.hypot(reference.pf_MW[k], reference.qf_MVAr[k])
      expect(Math.abs(result.activeFromKw[k] / 1000 - reference.pf_MW[k]), `p of ${id}`).toBeLessThan(1e-6 * scale + 1e-6)
      expect(Math.abs(result.reactiveFromKvar[k] / 1000 - reference.qf_MVAr[k]), `q of ${id}`).toBeLessThan(1e-6 * scale + 1e-6)
    })
    if (!CONTROLLED.includes(name)) expect(closurePct(result, 0)).toBeLessThan(1e-4)
  })
})
