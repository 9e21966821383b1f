import fc from 'fast-check'
import { type Circuit, type CircuitGenerator, type CircuitSource, emptyTwoPorts, setPiBranch, type TwoPorts } from '../circuit.ts'
import type { LoadFlowResult, LoadScenarios } from '../scenarios.ts'

// Evenly spread: `fc.double` draws by exponent, and nearly always something next to 0.
const between = (lowest: number, highest: number) => fc.integer({ min: 0, max: 10_000 }).map((k) => lowest + ((highest - lowest) * k) / 10_000)
const unit = between(0, 1)

/**
 * A connected network whose voltages can be held (a branch of mostly resistance could not carry what that takes): each bus hangs on
 * an earlier one; further branches close loops, generators and sources stand where they fall.
 */
export const drawnNetworks = fc.record({
  buses: fc.array(fc.record({ parent: unit, r: unit, x: unit, b: unit, p: unit, q: unit }), { minLength: 2, maxLength: 30 }),
  loops: fc.array(fc.record({ from: unit, to: unit, r: unit, x: unit, shiftRad: between(-0.05, 0.05) }), { maxLength: 4 }),
  generators: fc.array(fc.record({ bus: unit, voltagePu: between(1.005, 1.03), room: unit }), { maxLength: 4 }),
  secondSource: fc.option(fc.record({ bus: unit, angleRad: between(-0.02, 0.02) })),
  sourceX: fc.constantFrom(0, 0.004),
})
export type DrawnNetwork = typeof drawnNetworks extends fc.Arbitrary<infer T> ? T : never

interface DrawnBranch { from: number; to: number; rPu: number; xPu: number; bPu: number; shiftRad: number }

/** @param widthKvar between the limits of a generator around 0; absent: none has limits. */
export function circuitOf({ buses, loops, generators, secondSource, sourceX }: DrawnNetwork, widthKvar?: number): Circuit {
  const busCount = buses.length + 1
  const any = (share: number) => Math.floor(share * (busCount - 0.001))
  const tree = buses.map((bus, k): DrawnBranch => ({ from: Math.floor(bus.parent * (k + 0.999)), to: k + 1, rPu: 5e-4 + 2e-3 * bus.r, xPu: 3e-3 + 5e-3 * bus.x, bPu: 1e-3 * bus.b, shiftRad: 0 }))
  const ties = loops.map((loop): DrawnBranch => ({ from: any(loop.from), to: any(loop.to), rPu: 5e-4 + 2e-3 * loop.r, xPu: 5e-3 + 5e-3 * loop.x, bPu: 0, shiftRad: loop.shiftRad }))
  const branches = [...tree, ...ties.filter((tie) => tie.from !== tie.to)]
  const sources: CircuitSource[] = [{ bus: 0, voltagePu: 1.02, rPu: sourceX / 10, xPu: sourceX }]
  if (secondSource !== null && any(secondSource.bus) !== 0) sources.push({ bus: any(secondSource.bus), voltagePu: 1.01, angleRad: secondSource.angleRad, rPu: 0, xPu: 0 })
  const held = new Map<number, CircuitGenerator>()
  for (const { bus, voltagePu, room } of generators) {
    const limits = widthKvar === undefined ? {} : { lowestKvar: -room * widthKvar, highestKvar: (1 - room) * widthKvar }
    if (!sources.some((source) => source.bus === any(bus))) held.set(any(bus), { bus: any(bus), voltagePu, ...limits })
  }
  return {
    busCount, basePowerKva: 1000, busBaseKv: new Float64Array(busCount).fill(20), busClockRad: new Float64Array(busCount),
    branchFrom: Int32Array.from(branches, (one) => one.from), branchTo: Int32Array.from(branches, (one) => one.to), admittance: twoPortsOf(branches),
    shuntG: new Float64Array(busCount), shuntB: new Float64Array(busCount).fill(1e-3), sources, generators: [...held.values()],
  }
}

/** Pi branches; one with a shift has v_from = e^(j shift) v' at its from end, and so an unsymmetric two-port. */
export function twoPortsOf(branches: readonly DrawnBranch[]): TwoPorts {
  const ports = emptyTwoPorts(branches.length)
  branches.forEach(({ rPu, xPu, bPu }, k) => setPiBranch(ports, k, { rPu, xPu, gPu: 0, bPu, ratio: 1 }))
  const turned = (sign: number, imaginary: boolean) => Float64Array.from(branches, ({ shiftRad }, k) => {
    const cos = Math.cos(shiftRad)
    const sin = sign * Math.sin(shiftRad)
    return imaginary ? ports.ftB[k] * cos + ports.ftG[k] * sin : ports.ftG[k] * cos - ports.ftB[k] * sin
  })
  return { ...ports, ftG: turned(1, false), ftB: turned(1, true), tfG: turned(-1, false), tfB: turned(-1, true) }
}

/** Constant power, current and impedance in thirds; later scenarios are lighter. */
export function loadsOf({ buses }: DrawnNetwork, scenarios: number): LoadScenarios {
  const busCount = buses.length + 1
  const column = (part: 'p' | 'q', kva: number) => Float64Array.from({ length: scenarios * busCount }, (_, k) => (k % busCount === 0 ? 0 : buses[(k % busCount) - 1][part] * kva * (1 - 0.1 * Math.floor(k / busCount))))
  return { scenarios, activeKw: column('p', 100), reactiveKvar: column('q', 40), currentKw: column('q', 60), currentKvar: column('p', 30), impedanceKw: column('p', 50), impedanceKvar: column('q', 20) }
}

/** Power that is missing at each bus by the reported columns alone, kVA; at sources it is what they deliver. */
export function missingKva(circuit: Circuit, loads: LoadScenarios, result: LoadFlowResult, scenario = 0): Float64Array {
  const { busCount, branchFrom, branchTo, basePowerKva } = circuit
  const active = new Float64Array(busCount)
  const reactive = new Float64Array(busCount)
  for (let bus = 0; bus < busCount; bus += 1) {
    const at = scenario * busCount + bus
    const v = result.voltagePu[at]
    active[bus] = loads.activeKw[at] + v * (loads.currentKw?.[at] ?? 0) + v * v * ((loads.impedanceKw?.[at] ?? 0) + circuit.shuntG[bus] * basePowerKva)
    reactive[bus] = loads.reactiveKvar[at] + v * (loads.currentKvar?.[at] ?? 0) + v * v * ((loads.impedanceKvar?.[at] ?? 0) - circuit.shuntB[bus] * basePowerKva)
  }
  for (let k = 0; k < branchFrom.length; k += 1) {
    const at = scenario * branchFrom.length + k
    active[branchFrom[k]] += result.activeFromKw[at]
    reactive[branchFrom[k]] += result.reactiveFromKvar[at]
    active[branchTo[k]] += result.activeToKw[at]
    reactive[branchTo[k]] += result.reactiveToKvar[at]
  }
  circuit.generators?.forEach(({ bus }, generator) => (reactive[bus] -= result.generatorKvar[scenario * circuit.generators!.length + generator]))
  return active.map((kw, bus) => Math.hypot(kw, reactive[bus]))
}
