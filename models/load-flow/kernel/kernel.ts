/** The fixed point in WebAssembly behind the interface of the plain one; agreement is tested to 1e-12. */
import type { FixedPoint } from '../fixed-point.ts'
import { LANES } from '../lanes.ts'
import { type LoadFlowResult, type LoadScenarios, METHOD, type WantedOutputs } from '../scenarios.ts'
import { BASE_KVA_AT, HEADER_AT, type Layout, layOut, SERIES, SERIES_AT, TOLERANCE_SQUARE_AT, WORDS } from './layout.ts'
import { sourceEndsOf, writeTopology } from './topology.ts'

/** An instance of the kernel with its memory: one a thread, shared by all topologies of the thread. */
export interface Kernel {
  readonly memory: WebAssembly.Memory
  readonly solveSteps: (header: number) => void
  readonly startWithoutLoad: (header: number, laneMask: number) => void
}

export interface KernelTask {
  readonly scenarios: number
  /** Loads have parts that follow the voltage. */
  readonly withParts: boolean
  readonly wanted: WantedOutputs
  readonly tolerancePu: number
  readonly maxIterations: number
  /** Each scenario starts from the two before it in its lane: quicker where scenarios follow each other in time. */
  readonly warmStart: boolean
  /** Writes the loads of the scenarios `first` to `first + count - 1` into the columns, which have room for just them. */
  readonly fill: (first: number, count: number, loads: LoadScenarios) => void
  /** Reads their results; the columns are written over at the next call. */
  readonly take: (first: number, count: number, loads: LoadScenarios, result: LoadFlowResult) => void
}

const ALL_LANES = 0xff
const PAGE_BYTES = 65_536

/** @param module the compiled kernel.wasm; the caller loads it, models do no input or output */
export function instantiateKernel(module: WebAssembly.Module): Kernel {
  const memory = new WebAssembly.Memory({ initial: 16 })
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return { memory, solveSteps: exports['solveSteps'] as Kernel['solveSteps'], startWithoutLoad: exports['startWithoutLoad'] as Kernel['startWithoutLoad'] }
}

/**
 * Solves all scenarios, some of each lane at a time: eight equal runs of consecutive scenarios lie side by side, so that the result
 * depends on the batch alone, never on threads or memory. Memory is bounded by the network, not by the number of scenarios.
 */
export function runKernel(kernel: Kernel, fixedPoint: FixedPoint, task: KernelTask): void {
  const { scenarios, fill, take } = task
  if (scenarios === 0) return
  const layout = prepareMemory(kernel, fixedPoint, task)
  const { buffer } = kernel.memory
  const run = Math.ceil(scenarios / LANES)
  const lanes = Array.from({ length: LANES }, (_, lane) => laneViews(buffer, layout, task, lane))
  const present = (lane: number, begin: number) => Math.max(0, Math.min(layout.steps, Math.min(run, scenarios - lane * run) - begin))
  for (let begin = 0; begin < run; begin += layout.steps) {
    for (let lane = 0; lane < LANES; lane += 1) {
      const count = present(lane, begin)
      if (count > 0) fill(lane * run + begin, count, lanes[lane].loads(count))
      // What is left of a lane where the batch ends is solved too: without load it settles at once.
      if (count < layout.steps) lanes[lane].clear(count)
    }
    kernel.solveSteps(HEADER_AT)
    for (let lane = 0; lane < LANES; lane += 1) {
      const count = present(lane, begin)
      if (count > 0) take(lane * run + begin, count, lanes[lane].loads(count), lanes[lane].result(count))
    }
  }
}

function prepareMemory(kernel: Kernel, fixedPoint: FixedPoint, task: KernelTask): Layout {
  const sourceEnds = sourceEndsOf(fixedPoint)
  const layout = layOut(fixedPoint, sourceEnds.length, task)
  const missing = layout.bytes - kernel.memory.buffer.byteLength
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / PAGE_BYTES))
  const { buffer } = kernel.memory
  writeTopology(buffer, layout.at, fixedPoint, sourceEnds, task.wanted.loadings)
  const words = { ...layout.at, maxIterations: task.maxIterations, warm: Number(task.warmStart) }
  new Int32Array(buffer, HEADER_AT, WORDS.length).set(WORDS.map((word) => words[word]))
  // A load that follows the voltage may miss twice what the kernel sees of it (fixed-point.ts).
  const tolerance = task.withParts ? task.tolerancePu / 2 : task.tolerancePu
  new Float64Array(buffer, HEADER_AT + TOLERANCE_SQUARE_AT, 1)[0] = tolerance * tolerance
  new Float64Array(buffer, HEADER_AT + BASE_KVA_AT, 1)[0] = fixedPoint.circuit.basePowerKva
  new Float64Array(buffer, HEADER_AT + SERIES_AT, SERIES.length).set(SERIES)
  kernel.startWithoutLoad(HEADER_AT, ALL_LANES)
  return layout
}

/** The columns of one lane as they lie in the kernel's memory: nothing is copied but the small ones. */
function laneViews(buffer: ArrayBuffer, { at, steps }: Layout, { withParts, wanted }: KernelTask, lane: number) {
  const view = (place: number, width: number) => (place === 0 ? new Float64Array(0) : new Float64Array(buffer, place + lane * steps * width * 8, steps * width))
  const bus = (place: number) => view(place, at.buses)
  const branch = (place: number) => view(place, at.branches)
  const powers = { activeKw: bus(at.inKw), reactiveKvar: bus(at.inKvar) }
  const parts = { currentKw: bus(at.inCurrentKw), currentKvar: bus(at.inCurrentKvar), impedanceKw: bus(at.inImpedanceKw), impedanceKvar: bus(at.inImpedanceKvar) }
  const inputs = withParts ? { ...powers, ...parts } : powers
  const settled = new Uint8Array(buffer, at.outSettled + lane * steps, steps)
  const iterations = new Uint16Array(buffer, at.outIterations + lane * steps * 2, steps)
  const totals = view(at.outTotals, 4)
  const total = () => new Float64Array(wanted.totals ? steps : 0)
  const result: LoadFlowResult = {
    scenarios: steps, busCount: at.buses, branchCount: at.branches, wanted, settled, method: new Uint8Array(steps), iterations,
    voltagePu: bus(at.outVoltage), angleRad: bus(at.outAngle), currentFromA: branch(at.outCurrentFrom), currentToA: branch(at.outCurrentTo),
    activeFromKw: branch(at.outKwFrom), reactiveFromKvar: branch(at.outKvarFrom), activeToKw: branch(at.outKwTo), reactiveToKvar: branch(at.outKvarTo),
    loadingPct: branch(at.outLoading), injectionKw: total(), injectionKvar: total(), loadKw: total(), lossesKw: total(), generatorKvar: new Float64Array(0),
  }
  return {
    loads: (count: number): LoadScenarios => ({ scenarios: count, ...inputs }),
    clear(from: number) {
      for (const column of Object.values(inputs)) column.fill(0, from * at.buses)
    },
    result(count: number): LoadFlowResult {
      for (let step = 0; step < count; step += 1) result.method[step] = settled[step] === 1 ? METHOD.fixedPoint : METHOD.none
      if (wanted.totals) [result.injectionKw, result.injectionKvar, result.loadKw, result.lossesKw].forEach((column, k) => {
        for (let step = 0; step < count; step += 1) column[step] = settled[step] === 1 ? totals[4 * step + k] : NaN
      })
      return result
    },
  }
}
