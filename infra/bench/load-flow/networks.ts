import { type Circuit, emptyTwoPorts, setPiBranch } from '#models/load-flow/circuit.ts'
import { sharedColumn } from '#services/compute/batch-flow.ts'

/** Deterministic numbers in [0, 1): the same network and loads at every run. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** A 20 kV network: every bus hangs on one of its ten predecessors, `loops` further sections close loops. */
export function network(busCount: number, loops = 0): Circuit {
  const random = randomNumbers(busCount)
  const branchCount = busCount - 1 + loops
  // The longer a feeder has to be, the thicker it is built.
  const SECTION_PU = Math.min(1e-4, 0.1 / busCount)
  const branchFrom = new Int32Array(branchCount)
  const branchTo = new Int32Array(branchCount)
  const admittance = emptyTwoPorts(branchCount)
  for (let k = 0; k < branchCount; k += 1) {
    branchTo[k] = k < busCount - 1 ? k + 1 : 1 + Math.floor(random() * (busCount - 2))
    branchFrom[k] = k < busCount - 1 ? Math.max(0, k - Math.floor(random() * 10)) : (branchTo[k] + Math.floor(busCount / 2)) % busCount
    setPiBranch(admittance, k, { rPu: SECTION_PU, xPu: SECTION_PU, gPu: 0, bPu: 1e-5, ratio: 1 })
  }
  const zeros = () => new Float64Array(busCount)
  return {
    busCount, basePowerKva: 1000, busBaseKv: zeros().fill(20), busClockRad: zeros(), branchFrom, branchTo, admittance, shuntG: zeros(), shuntB: zeros(),
    sources: [{ bus: 0, voltagePu: 1, rPu: 0.0004, xPu: 0.004 }],
  }
}

/** Quarter hours of a load that has a day, and of which every bus has some noise of its own; 8 MW in all at most. */
export function loadsOf(busCount: number, scenarios: number) {
  const random = randomNumbers(7)
  const share = Float64Array.from({ length: busCount }, () => (random() * 8000) / busCount)
  const activeKw = sharedColumn(scenarios * busCount)
  const reactiveKvar = sharedColumn(scenarios * busCount)
  for (let scenario = 0, k = 0; scenario < scenarios; scenario += 1) {
    const ofDay = 0.6 + 0.4 * Math.sin((2 * Math.PI * scenario) / 96)
    for (let bus = 0; bus < busCount; bus += 1, k += 1) {
      activeKw[k] = share[bus] * ofDay * (0.95 + 0.1 * random())
      reactiveKvar[k] = 0.3 * activeKw[k]
    }
  }
  return { scenarios, activeKw, reactiveKvar }
}
