import type { Circuit } from '#models/load-flow/circuit.ts'
import { solveInBlocks } from '#models/load-flow/blocks.ts'
import { createLoadFlowResult, prepareLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { openBatchFlowPool, solveOnThreads } from '#services/compute/batch-flow.ts'
import { loadFlowKernel } from '#services/compute/kernel.ts'
import { loadsOf, network } from './networks.ts'
import { print, quick, shortestMs } from './print.ts'

const kernel = loadFlowKernel()
const NONE = { angles: false, currents: false, powers: false, totals: false }
const FULL = { angles: true, currents: true, powers: false, totals: false }
const EVERYTHING = { angles: true, currents: true, powers: true, totals: true }
/** Values of one batch: large enough to leave every cache. */
const VALUES = quick ? 1e6 : 4e6
const ROUNDS = quick ? 8 : 25

const ratingsOf = (circuit: Circuit) => ({ currentA: new Float64Array(circuit.branchFrom.length).fill(300), apparentKva: new Float64Array(circuit.branchFrom.length).fill(NaN) })

/** Microseconds a bus a scenario over the sizes of networks and batches. */
export async function speed(): Promise<void> {
  for (const busCount of [100, 1_000, 10_000]) {
    const circuit = network(busCount)
    const prepared = prepareLoadFlow(circuit, { kernel })
    const us = (ms: number, scenarios: number) => (ms * 1000) / (scenarios * busCount)
    const scenarios = Math.max(96, Math.round(VALUES / busCount))
    const loads = loadsOf(busCount, scenarios)
    const measure = async (wanted: typeof NONE, name: string, aim: number) => {
      const into = createLoadFlowResult(circuit, scenarios, wanted)
      const value = us(await shortestMs(ROUNDS, () => void solveLoadFlow(prepared, loads, { into, inTimeOrder: true })), scenarios)
      if (into.settled.includes(0)) throw new Error(`${name}: a scenario did not settle`)
      print(`radial, ${busCount} buses, ${scenarios} scenarios, ${name}`, value, 'us/bus/scenario', aim > 0 ? `<= ${aim}` : 'shown', aim === 0 || value <= aim)
      return value
    }
    await measure(NONE, 'voltages', 0)
    const full = await measure(FULL, 'voltages, angles, currents at both ends', 0.02)
    await measure({ ...NONE, loadings: ratingsOf(circuit) } as typeof NONE, 'voltages and loadings', 0)
    await measure(EVERYTHING, 'voltages, angles, currents, powers, losses', 0)
    const limit = us(await memoryLimitMs(circuit, scenarios, loads), scenarios)
    print(`radial, ${busCount} buses: a pass over the same arrays that only reads and writes`, limit, 'us/bus/scenario')
    print(`radial, ${busCount} buses: full outputs against that pass`, full / limit, 'times', '<= 3', full / limit <= 3)
    const blocks = us(await shortestMs(ROUNDS, () => inBlocks(circuit, loads)), scenarios)
    print(`radial, ${busCount} buses, the same in blocks that are read where they lie`, blocks, 'us/bus/scenario', '<= 0.02', blocks <= 0.02)
  }
}

/** The arrays of a batch with full outputs, copied and filled. */
async function memoryLimitMs(circuit: Circuit, scenarios: number, loads: ReturnType<typeof loadsOf>): Promise<number> {
  const { voltagePu, angleRad, currentFromA, currentToA } = createLoadFlowResult(circuit, scenarios, FULL)
  return await shortestMs(ROUNDS, () => {
    voltagePu.set(loads.activeKw)
    angleRad.set(loads.reactiveKvar)
    currentFromA.fill(1)
    currentToA.fill(2)
  })
}

function inBlocks(circuit: Circuit, loads: ReturnType<typeof loadsOf>): void {
  const { busCount } = circuit
  let lowest = Infinity
  solveInBlocks(prepareLoadFlow(circuit, { kernel }), {
    scenarios: loads.scenarios,
    fill(first, count, into) {
      into.activeKw.set(loads.activeKw.subarray(first * busCount, (first + count) * busCount))
      into.reactiveKvar.set(loads.reactiveKvar.subarray(first * busCount, (first + count) * busCount))
    },
    take: (_, count, { voltagePu }) => void (lowest = Math.min(lowest, voltagePu[count * busCount - 1])),
  }, { wanted: FULL, inTimeOrder: true })
  if (!(lowest < 1)) throw new Error('no voltage was read')
}

/** How the batch behaves from one scenario to a year, and what loops cost. */
export async function batches(): Promise<void> {
  for (const scenarios of [1, 8, 96, 35_040]) {
    const busCount = 100
    const prepared = prepareLoadFlow(network(busCount), { kernel })
    const loads = loadsOf(busCount, scenarios)
    const into = createLoadFlowResult(prepared.circuit, scenarios, FULL)
    const ms = await shortestMs(ROUNDS * 2, () => void solveLoadFlow(prepared, loads, { into, inTimeOrder: true }))
    print(`radial, ${busCount} buses, batch of ${scenarios}`, (ms * 1000) / (scenarios * busCount), 'us/bus/scenario')
  }
  for (const busCount of [100, 1_000]) {
    const scenarios = Math.round(VALUES / busCount)
    const loads = loadsOf(busCount, scenarios)
    const time = async (loops: number) => {
      const prepared = prepareLoadFlow(network(busCount, loops), { kernel })
      const into = createLoadFlowResult(prepared.circuit, scenarios, FULL)
      return await shortestMs(ROUNDS, () => void solveLoadFlow(prepared, loads, { into, inTimeOrder: true }))
    }
    const [radial, meshed] = [await time(0), await time(20)]
    print(`20 loops, ${busCount} buses, voltages, angles, currents`, (meshed * 1000) / (scenarios * busCount), 'us/bus/scenario')
    print(`20 loops against radial, ${busCount} buses`, meshed / radial, 'times')
  }
  for (const busCount of [100, 1_000]) {
    const scenarios = quick ? 100 : 400
    const circuit = network(busCount)
    const loads = loadsOf(busCount, scenarios)
    const into = createLoadFlowResult(circuit, scenarios, FULL)
    const plain = await shortestMs(5, () => void solveLoadFlow(prepareLoadFlow(circuit), loads, { into }))
    const quickly = await shortestMs(20, () => void solveLoadFlow(prepareLoadFlow(circuit, { kernel }), loads, { into, inTimeOrder: true }))
    print(`the plain engine against the kernel, ${busCount} buses`, plain / quickly, 'times')
  }
  const large = network(10_000)
  const ms = await shortestMs(9, () => void prepareLoadFlow(large))
  print('ordering and factorisation, 10000 buses', ms, 'ms', '<= 50', ms <= 50)
}

/** A year of quarter hours of 1,000 buses, on one thread and on two. */
export async function threads(): Promise<void> {
  const busCount = 1_000
  const scenarios = quick ? 8_192 : 35_040
  const circuit = network(busCount)
  const loads = loadsOf(busCount, scenarios)
  const wanted = { ...NONE, loadings: ratingsOf(circuit) }
  const into = createLoadFlowResult(circuit, scenarios, wanted, SharedArrayBuffer)
  const seconds: number[] = []
  for (const count of [1, 2]) {
    const pool = openBatchFlowPool(count)
    seconds.push((await shortestMs(quick ? 3 : 5, async () => void (await solveOnThreads(pool, circuit, loads, wanted, { inTimeOrder: true }, into)))) / 1000 * (35_040 / scenarios))
    await pool.stop()
  }
  const [one, two] = seconds
  print('35,040 steps x 1,000 buses, voltages and loadings, one thread', one, 's', '< 1', one < 1)
  print('35,040 steps x 1,000 buses, voltages and loadings, two threads', two, 's', '< 0.6', two < 0.6)
  print('two threads against one', one / two, 'times', '>= 1.9', one / two >= 1.9)
}
