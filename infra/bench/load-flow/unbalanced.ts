import { fromSequences, type ConductorMatrix, type UnbalancedNetwork } from '#models/load-flow/unbalanced/network.ts'
import { prepareUnbalanced } from '#models/load-flow/unbalanced/prepare.ts'
import { solveUnbalanced } from '#models/load-flow/unbalanced/solve.ts'
import { randomNumbers } from './networks.ts'
import { print, quick, shortestMs } from './print.ts'

/** Self and mutual impedance of four equal conductors, ohm. */
const fourWires = (km: number): ConductorMatrix => {
  const fill = (own: number, other: number) => Float64Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? own : other) * km)
  return { size: 4, re: fill(0.25, 0.05), im: fill(0.7, 0.6) }
}

/** A low-voltage network whose buses each have one single-phase load; 50 kW in all. */
function feeder(busCount: number, wires: 3 | 4): UnbalancedNetwork {
  const random = randomNumbers(busCount)
  const km = Math.min(0.02, 1 / busCount)
  const neutral = (k: number) => (wires === 3 ? {} : { neutral: k === 0 ? { earthOhm: 0 } : {} })
  return {
    frequencyHz: 50, buses: Array.from({ length: busCount }, (_, k) => ({ id: `${k}`, nominalKv: 0.4, ...neutral(k) })), transformers: [],
    sections: Array.from({ length: busCount - 1 }, (_, k) => ({
      id: `S${k}`, from: `${Math.max(0, k - Math.floor(random() * 10))}`, to: `${k + 1}`, seriesOhm: wires === 4 ? fourWires(km) : fromSequences(0.2 * km, 0.08 * km, 0.8 * km, 0.3 * km),
    })),
    sources: [{ bus: '0', voltagePu: 1, shortCircuitMva: 10 }],
    loads: Array.from({ length: busCount - 1 }, (_, k) => ({ id: `L${k}`, bus: `${k + 1}`, from: (['a', 'b', 'c'] as const)[k % 3], to: 'n', kind: 'power' })),
  }
}

/** Microseconds a bus a scenario with all outputs: voltages and angles to neutral and earth, currents by conductor, V2/V1, losses. */
export async function unbalanced(): Promise<void> {
  for (const busCount of [100, 1_000]) for (const wires of [3, 4] as const) {
    const prepared = prepareUnbalanced(feeder(busCount, wires))
    const scenarios = Math.round((quick ? 5e4 : 2e5) / busCount)
    const random = randomNumbers(3)
    const activeKw = Float64Array.from({ length: scenarios * (busCount - 1) }, () => (100 * random()) / busCount)
    const loads = { scenarios, activeKw, reactiveKvar: activeKw.map((kw) => 0.3 * kw) }
    let settled = true
    const ms = await shortestMs(quick ? 5 : 12, () => void (settled &&= !solveUnbalanced(prepared, loads).settled.includes(0)))
    if (!settled) throw new Error('an unbalanced scenario did not settle')
    print(`unbalanced, ${wires === 3 ? 'three' : 'four'} wires, ${busCount} buses, all outputs`, (ms * 1_000) / (scenarios * busCount), 'us/bus/scenario')
  }
}
