/** The fixed point in WebAssembly behind the interface of the plain one; agreement is tested to 1e-12. */
import type { FixedPoint } from '../fixed-point.ts'
import { LANES } from '../lanes.ts'
import { type LoadFlowResult, type LoadScenarios, METHOD } from '../scenarios.ts'
import { BASE_KVA_AT, hasParts, HEADER_AT, type Layout, layOut, SERIES, SERIES_AT, TOLERANCE_SQUARE_AT, type Word, WORDS } from './layout.ts'
import { sourceEndsOf, writeTopology } from './topology.ts'

/** An instance of the kernel with its memory: one a thread, shared by all topologies of the thread. */
export interface Kernel {
  readonly memory: WebAssembly.Memory
  readonly solveSteps: (header: number) => void
  readonly startWithoutLoad: (header: number, laneMask: number) => void
}

export interface KernelOptions {
  readonly tolerancePu: number
  readonly maxIterations: number
  /** Each scenario starts from the one before it in its lane: quicker where scenarios follow each other in time. */
  readonly warmStart: boolean
}

const ALL_LANES = 0xff
const PAGE_BYTES = 65_536

/** @param module the compiled kernel.wasm; the caller loads it, models do no input or output */
export function instantiateKernel(module: WebAssembly.Module): Kernel {
  const memory = new WebAssembly.Memory({ initial: 16 })
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return { memory, solveSteps: exports.solveSteps as Kernel['solveSteps'], startWithoutLoad: exports.startWithoutLoad as Kernel['startWithoutLoad'] }
}

/**
 * Solves all scenarios and writes every wanted column. Eight equal runs of consecutive scenarios are solved side by side, so that the
 * result depends on the batch alone and never on threads or on memory. Memory grows with the network, not with the scenarios.
 */
export function solveWithKernel(kernel: Kernel, fixedPoint: FixedPoint, loads: LoadScenarios, options: KernelOptions, result: LoadFlowResult): void {
  if (loads.scenarios === 0) return
  const sourceEnds = sourceEndsOf(fixedPoint)
  const layout = layOut(fixedPoint, sourceEnds.length, result.wanted, hasParts(loads), loads.scenarios)
  const missing = layout.bytes - kernel.memory.buffer.byteLength
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / PAGE_BYTES))
  const { buffer } = kernel.memory
  writeTopology(buffer, layout.at, fixedPoint, sourceEnds, result.wanted.loadings)
  const words = new Int32Array(buffer, HEADER_AT, WORDS.length)
  WORDS.forEach((word, place) => (words[place] = layout.at[word]))
  const set = (word: Word, value: number) => (words[WORDS.indexOf(word)] = value)
  set('maxIterations', options.maxIterations)
  set('warm', Number(options.warmStart))
  // A load that follows the voltage may miss twice what the kernel sees of it (fixed-point.ts).
  const tolerance = hasParts(loads) ? options.tolerancePu / 2 : options.tolerancePu
  new Float64Array(buffer, HEADER_AT + TOLERANCE_SQUARE_AT, 1)[0] = tolerance * tolerance
  new Float64Array(buffer, HEADER_AT + BASE_KVA_AT, 1)[0] = fixedPoint.circuit.basePowerKva
  new Float64Array(buffer, HEADER_AT + SERIES_AT, SERIES.length).set(SERIES)
  kernel.startWithoutLoad(HEADER_AT, ALL_LANES)

  const run = Math.ceil(loads.scenarios / LANES)
  for (let begin = 0; begin < run; begin += layout.steps) {
    const steps = Math.min(layout.steps, run - begin)
    copyIn(buffer, layout, loads, run, begin, steps)
    kernel.solveSteps(HEADER_AT)
    copyOut(buffer, layout, result, loads.scenarios, run, begin, steps)
  }
}

/** Scenarios of a lane in this call; less than `steps` where the batch ends. The rest of the memory keeps what was there. */
const present = (scenarios: number, run: number, begin: number, steps: number, lane: number): number =>
  Math.max(0, Math.min(steps, Math.min(run, scenarios - lane * run) - begin))

function copyIn(buffer: ArrayBuffer, { at, steps: room }: Layout, loads: LoadScenarios, run: number, begin: number, steps: number): void {
  const columns: readonly (readonly [number, Float64Array | undefined])[] = [
    [at.inKw, loads.activeKw], [at.inKvar, loads.reactiveKvar], [at.inCurrentKw, loads.currentKw], [at.inCurrentKvar, loads.currentKvar],
    [at.inImpedanceKw, loads.impedanceKw], [at.inImpedanceKvar, loads.impedanceKvar],
  ]
  for (const [place, column] of columns) {
    if (place === 0) continue
    const into = new Float64Array(buffer, place, LANES * room * at.buses)
    if (column === undefined) {
      into.fill(0)
      continue
    }
    for (let lane = 0; lane < LANES; lane += 1) {
      const count = present(loads.scenarios, run, begin, steps, lane)
      const first = (lane * run + begin) * at.buses
      into.set(column.subarray(first, first + count * at.buses), lane * room * at.buses)
      // Lanes and steps without a scenario are solved too: without load they settle at once.
      into.fill(0, (lane * room + count) * at.buses, (lane + 1) * room * at.buses)
    }
  }
}

function copyOut(buffer: ArrayBuffer, { at, steps: room }: Layout, result: LoadFlowResult, scenarios: number, run: number, begin: number, steps: number): void {
  const columns: readonly (readonly [number, Float64Array, number])[] = [
    [at.outVoltage, result.voltagePu, at.buses], [at.outAngle, result.angleRad, at.buses],
    [at.outCurrentFrom, result.currentFromA, at.branches], [at.outCurrentTo, result.currentToA, at.branches],
    [at.outKwFrom, result.activeFromKw, at.branches], [at.outKvarFrom, result.reactiveFromKvar, at.branches],
    [at.outKwTo, result.activeToKw, at.branches], [at.outKvarTo, result.reactiveToKvar, at.branches], [at.outLoading, result.loadingPct, at.branches],
  ]
  const settled = new Uint8Array(buffer, at.outSettled, LANES * room)
  const iterations = new Uint16Array(buffer, at.outIterations, LANES * room)
  const totals = new Float64Array(buffer, at.outTotals, at.outTotals === 0 ? 0 : LANES * room * 4)
  for (let lane = 0; lane < LANES; lane += 1) {
    const count = present(scenarios, run, begin, steps, lane)
    if (count === 0) continue
    const first = lane * run + begin
    for (const [place, column, width] of columns) {
      if (place !== 0) column.set(new Float64Array(buffer, place + lane * room * width * 8, count * width), first * width)
    }
    for (let step = 0; step < count; step += 1) {
      const ok = settled[lane * room + step]
      result.settled[first + step] = ok
      result.method[first + step] = ok === 1 ? METHOD.fixedPoint : METHOD.none
      result.iterations[first + step] = iterations[lane * room + step]
      if (at.outTotals === 0) continue
      const from = (lane * room + step) * 4
      result.injectionKw[first + step] = ok === 1 ? totals[from] : NaN
      result.injectionKvar[first + step] = ok === 1 ? totals[from + 1] : NaN
      result.loadKw[first + step] = ok === 1 ? totals[from + 2] : NaN
      result.lossesKw[first + step] = ok === 1 ? totals[from + 3] : NaN
    }
  }
}
