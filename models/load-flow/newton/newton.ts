/**
 * Newton-Raphson load flow: for what the fixed point cannot take (voltage-controlled generators, phase shifters and other
 * unsymmetric two-ports) or does not settle. One factorisation an iteration, one ordering a topology.
 */
import { METHOD, type LoadFlowResult, type LoadScenarios } from '../scenarios.ts'
import { createState, isOperable, iterate, iterateBoldly, type NewtonState, readLoads, startFromAngles, startVoltages } from './iteration.ts'
import { createOutputWriter, writeScenario } from './outputs.ts'
import { prepareNewton, type PreparedNewton } from './prepare.ts'
import { startAtLimits, switchGenerators } from './reactive-limits.ts'

export { prepareNewton, type PreparedNewton }

export interface NewtonOptions {
  /**
   * Largest power mismatch of a bus, pu of the circuit's base power, at which a scenario counts as settled. Where the admittances at a bus
   * are so large that the last digit of its voltage is worth more, that is its tolerance (`roundingPu`).
   */
  readonly tolerancePu?: number
  /** Of one attempt at a scenario, over all rounds of its generators. */
  readonly maxIterations?: number
}

/** Each round lets generators reach or leave their limits; who has not come to rest by then is not settled. */
const MAX_ROUNDS = 40

/**
 * Solves the named scenarios and writes all wanted columns of them, leaving every other scenario of `into` alone. Each starts from the
 * voltage without load, so that none depends on its company. A scenario which does not settle is flagged and NaN in every column.
 * The reactive power of a generator beside an ideal source on the same bus is not determined: NaN.
 * @param loads by scenario and bus; @param into of at least as many scenarios; @param scenarios numbers in both.
 */
export function solveNewton(prepared: PreparedNewton, loads: LoadScenarios, into: LoadFlowResult, scenarios: readonly number[] | Int32Array, { tolerancePu = 1e-8, maxIterations = 60 }: NewtonOptions = {}): void {
  const state = createState(prepared.nodal.bus.length)
  const writer = createOutputWriter(prepared, into)
  for (const scenario of scenarios) {
    readLoads(prepared, state, loads, scenario)
    startVoltages(prepared, state)
    const { settled, iterations } = settle(prepared, state, tolerancePu, maxIterations)
    into.settled[scenario] = settled ? 1 : 0
    into.method[scenario] = settled ? METHOD.newton : METHOD.none
    into.iterations[scenario] = iterations
    writeScenario(writer, state, loads, scenario)
  }
}

/** With every generator holding its voltage, boldly first and then with care; where that has no solution, with those that have limits standing at them. */
function settle(prepared: PreparedNewton, state: NewtonState, tolerancePu: number, maxIterations: number): { settled: boolean; iterations: number } {
  startFromAngles(prepared, state)
  const bold = settleRounds(prepared, state, new Int8Array(prepared.generatorRow.length), tolerancePu, maxIterations, true)
  if (bold >= 0) return { settled: true, iterations: bold }
  startVoltages(prepared, state)
  const held = settleRounds(prepared, state, new Int8Array(prepared.generatorRow.length), tolerancePu, maxIterations)
  if (held >= 0 && isOperable(state)) return { settled: true, iterations: held }
  const limits = new Int8Array(prepared.generatorRow.length)
  startVoltages(prepared, state)
  const standing = startAtLimits(prepared, state, limits) ? settleRounds(prepared, state, limits, tolerancePu, maxIterations) : -1
  const settled = standing >= 0 && isOperable(state)
  return { settled, iterations: settled ? standing : maxIterations }
}

/** Iterates and switches generators until none wants to. Returns the iterations used, -1 when that did not end. */
function settleRounds(prepared: PreparedNewton, state: NewtonState, limits: Int8Array, tolerancePu: number, maxIterations: number, boldly = false): number {
  let iterations = 0
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const used = boldly && round === 0 ? iterateBoldly(prepared, state, tolerancePu) : iterate(prepared, state, tolerancePu, maxIterations - iterations)
    if (used < 0) return -1
    iterations += used
    if (switchGenerators(prepared, state, limits, tolerancePu, round) === 0) return iterations
  }
  return -1
}
