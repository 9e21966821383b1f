/** What goes into a load flow and what comes out, the same for every engine. */
import type { Circuit } from './circuit.ts'

/**
 * Loads: value [scenario * busCount + bus], positive when drawn from the network. What is asked of unfed buses is not
 * supplied. A bus may have parts of all three kinds; absent columns are 0.
 */
export interface LoadScenarios {
  readonly scenarios: number
  /** Constant power. */
  readonly activeKw: Float64Array
  readonly reactiveKvar: Float64Array
  /** Constant current: the power at nominal voltage, times |v|. */
  readonly currentKw?: Float64Array
  readonly currentKvar?: Float64Array
  /** Constant impedance: the power at nominal voltage, times |v|^2. */
  readonly impedanceKw?: Float64Array
  readonly impedanceKvar?: Float64Array
}

/** Columns that cost time and memory only when they are asked for; voltages always come. */
export interface WantedOutputs {
  readonly angles: boolean
  readonly currents: boolean
  readonly powers: boolean
  /** Loadings in percent of these ratings, the larger of both ends. */
  readonly loadings?: BranchRatings
  /** Sums by scenario; they need the powers of the branches and are computed without keeping them. */
  readonly totals: boolean
}
export const ALL_OUTPUTS: WantedOutputs = { angles: true, currents: true, powers: true, totals: true }

/** By branch: a current, or where one is given an apparent power; NaN: none, and the loading is NaN. */
export interface BranchRatings {
  readonly currentA: Float64Array
  readonly apparentKva: Float64Array
}

export const METHOD = { none: 0, fixedPoint: 1, newton: 2 } as const

/**
 * Scenario-major: bus column [scenario * busCount + bus], branch column [scenario * branchCount + branch], so that one
 * scenario is one `subarray`. A scenario that did not settle, an unfed bus and a branch out of service are NaN: nothing that
 * was not computed can be read as good. Columns that were not wanted have length 0.
 */
export interface LoadFlowResult {
  readonly scenarios: number
  readonly busCount: number
  readonly branchCount: number
  readonly wanted: WantedOutputs
  /** 1: settled, that is the power mismatch of every fed bus is below the tolerance. */
  readonly settled: Uint8Array
  /** Which method settled it (METHOD); `none` where none did. */
  readonly method: Uint8Array
  readonly iterations: Uint16Array
  readonly voltagePu: Float64Array
  /** Against the source, with the clocks of the transformers. */
  readonly angleRad: Float64Array
  readonly currentFromA: Float64Array
  readonly currentToA: Float64Array
  /** Into the branch at its from and to end. */
  readonly activeFromKw: Float64Array
  readonly reactiveFromKvar: Float64Array
  readonly activeToKw: Float64Array
  readonly reactiveToKvar: Float64Array
  readonly loadingPct: Float64Array
  /** By scenario: delivered by the sources at their buses, drawn by supplied loads, lost in branches and shunts. */
  readonly injectionKw: Float64Array
  readonly injectionKvar: Float64Array
  readonly loadKw: Float64Array
  readonly lossesKw: Float64Array
  /** Reactive power of voltage-controlled generators, value [scenario * generatorCount + generator]. */
  readonly generatorKvar: Float64Array
}

/** @param memory where the columns lie: `SharedArrayBuffer` for those that several threads write */
export function createLoadFlowResult(circuit: Circuit, scenarios: number, wanted: WantedOutputs = ALL_OUTPUTS, memory: ArrayBufferConstructor | SharedArrayBufferConstructor = ArrayBuffer): LoadFlowResult {
  const busCount = circuit.busCount
  const branchCount = circuit.branchFrom.length
  const column = (width: number, on = true) => new Float64Array(new memory(on ? scenarios * width * Float64Array.BYTES_PER_ELEMENT : 0))
  const power = () => column(branchCount, wanted.powers)
  const total = () => column(1, wanted.totals)
  return {
    scenarios, busCount, branchCount, wanted,
    settled: new Uint8Array(new memory(scenarios)), method: new Uint8Array(new memory(scenarios)), iterations: new Uint16Array(new memory(2 * scenarios)),
    voltagePu: column(busCount), angleRad: column(busCount, wanted.angles),
    currentFromA: column(branchCount, wanted.currents), currentToA: column(branchCount, wanted.currents),
    activeFromKw: power(), reactiveFromKvar: power(), activeToKw: power(), reactiveToKvar: power(),
    loadingPct: column(branchCount, wanted.loadings !== undefined),
    injectionKw: total(), injectionKvar: total(), loadKw: total(), lossesKw: total(),
    generatorKvar: column(circuit.generators?.length ?? 0),
  }
}

/** The scenarios `first` to `first + count - 1` of a result, over the same memory. */
export function partOfResult(result: LoadFlowResult, first: number, count: number): LoadFlowResult {
  const generatorCount = result.scenarios === 0 ? 0 : result.generatorKvar.length / result.scenarios
  const part = (column: Float64Array, width: number) => (column.length === 0 ? column : column.subarray(first * width, (first + count) * width))
  const { busCount, branchCount } = result
  return {
    scenarios: count, busCount, branchCount, wanted: result.wanted,
    settled: result.settled.subarray(first, first + count), method: result.method.subarray(first, first + count), iterations: result.iterations.subarray(first, first + count),
    voltagePu: part(result.voltagePu, busCount), angleRad: part(result.angleRad, busCount),
    currentFromA: part(result.currentFromA, branchCount), currentToA: part(result.currentToA, branchCount),
    activeFromKw: part(result.activeFromKw, branchCount), reactiveFromKvar: part(result.reactiveFromKvar, branchCount),
    activeToKw: part(result.activeToKw, branchCount), reactiveToKvar: part(result.reactiveToKvar, branchCount), loadingPct: part(result.loadingPct, branchCount),
    injectionKw: part(result.injectionKw, 1), injectionKvar: part(result.injectionKvar, 1), loadKw: part(result.loadKw, 1), lossesKw: part(result.lossesKw, 1),
    generatorKvar: part(result.generatorKvar, generatorCount),
  }
}

/** Copies the first `count` scenarios of a block to their place in a batch. Both want the same columns. */
export function copyResult(block: LoadFlowResult, count: number, into: LoadFlowResult, first: number): void {
  const copy = (from: Float64Array, to: Float64Array, width: number): void => {
    if (to.length > 0) to.set(from.subarray(0, count * width), first * width)
  }
  const { busCount, branchCount } = into
  into.settled.set(block.settled.subarray(0, count), first)
  into.method.set(block.method.subarray(0, count), first)
  into.iterations.set(block.iterations.subarray(0, count), first)
  for (const column of ['voltagePu', 'angleRad'] as const) copy(block[column], into[column], busCount)
  for (const column of ['currentFromA', 'currentToA', 'activeFromKw', 'reactiveFromKvar', 'activeToKw', 'reactiveToKvar', 'loadingPct'] as const) copy(block[column], into[column], branchCount)
  for (const column of ['injectionKw', 'injectionKvar', 'loadKw', 'lossesKw'] as const) copy(block[column], into[column], 1)
  copy(block.generatorKvar, into.generatorKvar, block.generatorKvar.length / Math.max(1, block.scenarios))
}

/** |injection - loads - losses| / |injection| of one scenario in percent: how well the model closes. NaN if not settled. */
export function closurePct(result: LoadFlowResult, scenario: number): number {
  const injectionKw = result.injectionKw[scenario]
  const openKw = Math.abs(injectionKw - result.loadKw[scenario] - result.lossesKw[scenario])
  return openKw === 0 ? 0 : (100 * openKw) / Math.abs(injectionKw)
}
