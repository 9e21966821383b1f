import type { NewtonState } from './iteration.ts'
import type { PreparedNewton } from './prepare.ts'

/** At which of its limits a generator stands; 0: at none, it holds its voltage. */
export type Limit = -1 | 0 | 1

/** From this round on only the generator furthest beyond moves, so that two that push each other come to rest. */
const ALL_MOVE_ROUNDS = 6

/**
 * Looks at a solved scenario: a generator beyond a limit gives up its voltage and stands at the limit; one that stands at a limit
 * and whose voltage lies on the side which it could correct takes its voltage back.
 * @returns how many generators changed; 0: all are within their limits, and those at a limit have reason to be.
 */
export function switchGenerators({ circuit, generatorRow }: PreparedNewton, state: NewtonState, limits: Int8Array, tolerancePu: number, round: number): number {
  const wanted: { generator: number; limit: Limit; beyondPu: number }[] = []
  circuit.generators?.forEach(({ voltagePu, lowestKvar = -Infinity, highestKvar = Infinity }, generator) => {
    const p = generatorRow[generator]
    if (p < 0) return
    const lowest = lowestKvar / circuit.basePowerKva
    const highest = highestKvar / circuit.basePowerKva
    if (limits[generator] === 0) {
      const generated = generatedPu(state, p)
      if (generated > highest + tolerancePu) wanted.push({ generator, limit: 1, beyondPu: generated - highest })
      else if (generated < lowest - tolerancePu) wanted.push({ generator, limit: -1, beyondPu: lowest - generated })
      return
    }
    // No room between the limits: nothing to take back.
    if (!(highest > lowest)) return
    const tooHigh = (state.magnitude[p] - voltagePu) * limits[generator]
    if (tooHigh > tolerancePu) wanted.push({ generator, limit: 0, beyondPu: tooHigh })
  })
  const moving = round < ALL_MOVE_ROUNDS || wanted.length === 0 ? wanted : [wanted.reduce((worst, one) => (one.beyondPu > worst.beyondPu ? one : worst))]
  for (const { generator, limit } of moving) {
    limits[generator] = limit
    setLimit(circuit.generators![generator], generatorRow[generator], limit, circuit.basePowerKva, state)
  }
  return moving.length
}

/** Puts every generator that has limits at the one nearer to 0. Returns whether there was any. */
export function startAtLimits({ circuit, generatorRow }: PreparedNewton, state: NewtonState, limits: Int8Array): boolean {
  let any = false
  circuit.generators?.forEach((generator, k) => {
    const { lowestKvar = -Infinity, highestKvar = Infinity } = generator
    const limit = Math.abs(lowestKvar) < Math.abs(highestKvar) ? -1 : 1
    if (generatorRow[k] < 0 || (lowestKvar === -Infinity && highestKvar === Infinity)) return
    any = true
    limits[k] = limit
    setLimit(generator, generatorRow[k], limit, circuit.basePowerKva, state)
  })
  return any
}

function setLimit(generator: { voltagePu: number; lowestKvar?: number; highestKvar?: number }, p: number, limit: Limit, basePowerKva: number, state: NewtonState): void {
  state.held[p] = limit === 0 ? 1 : 0
  state.generatedQ[p] = limit === 0 ? 0 : (limit === 1 ? generator.highestKvar! : generator.lowestKvar!) / basePowerKva
  if (limit !== 0) return
  const factor = generator.voltagePu / state.magnitude[p]
  state.re[p] *= factor
  state.im[p] *= factor
}

/** Reactive power that the generator of a row gives in the present state. */
export function generatedPu({ held, generatedQ, networkQ, magnitude, load: [power, current, impedance] }: NewtonState, p: number): number {
  const m = magnitude[p]
  return held[p] === 0 ? generatedQ[p] : networkQ[p] + power.q[p] + m * (current.q[p] + m * impedance.q[p])
}
