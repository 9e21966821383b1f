import { createLoadFlowResult, type LoadFlowResult, type LoadScenarios, type PreparedLoadFlow, solveLoadFlow, type WantedOutputs } from '../load-flow.ts'
import { loadRange, resultRange } from './scenario-range.ts'
import { createTapState, isAtLimit, observe, regulatedVoltages, stepTaps, type TapChanger, type TapState } from './tap-changer.ts'

/** How a changer stands at the end of a step. */
export const TAP_STATUS = {
  inBand: 0,
  /** Outside the band, and its time has not run out yet. */
  waiting: 1,
  /** Outside the band with no position left: the voltage is not held. */
  atLimit: 2,
  /** Its steps lead round in a circle or across the whole band: held where it was found. */
  hunting: 3,
  /** The load flow of the step did not settle: the position stands, nothing is known of the voltage. */
  unsolved: 4,
} as const

export interface TapSeriesOptions {
  /** Time that each scenario of the loads lasts. */
  readonly stepS: number
  /** State to start from, as `state` of the series before; it is not changed. Or the positions, with no time running. */
  readonly start: TapState | Int32Array
  /** The network with these positions; asked once for each set of positions that is met, and again only if many have been since. */
  readonly prepareAt: (position: Int32Array) => PreparedLoadFlow
  readonly wanted?: WantedOutputs
  readonly tolerancePu?: number
}

export interface TapSeries {
  /** Of each step as it stands at its end. */
  readonly result: LoadFlowResult
  /** Value [step * changers + changer]: at the end of the step; moves within it; TAP_STATUS. */
  readonly position: Int32Array
  readonly moves: Uint16Array
  readonly status: Uint8Array
  readonly state: TapState
}

/** Sets of positions kept factorised; the longest unused one goes. */
const KEPT_PREPARED = 128
const MOST_STEPS_AHEAD = 256
const STEPS_AHEAD_AFTER_MOVE = 4

/**
 * Runs a time series in order. The loads of a step hold from its beginning; within the step positions move one after the other, each at
 * its time and each seen by the load flow before the next. Steps ahead are solved in one batch at the present positions, and again
 * from where these have changed.
 * @param changers upstream first; @param loads one scenario a step.
 */
export function solveWithTapChangers(changers: readonly TapChanger[], loads: LoadScenarios, options: TapSeriesOptions): TapSeries {
  const { start, prepareAt, tolerancePu } = options
  const state = 'position' in start ? copyOf(start) : createTapState(start)
  const prepared = keepPrepared(prepareAt)
  const compounding = changers.some((one) => one.compoundingRPu !== 0 || one.compoundingXPu !== 0)
  const wanted = options.wanted ?? { angles: true, currents: true, powers: true, totals: true }
  const result = createLoadFlowResult(prepared(state.position).circuit, loads.scenarios, compounding ? { ...wanted, powers: true } : wanted)
  const column = loads.scenarios * changers.length
  const series: TapSeries = { result, position: new Int32Array(column), moves: new Uint16Array(column), status: new Uint8Array(column), state }
  const solve = (first: number, count: number) => solveLoadFlow(prepared(state.position), loadRange(loads, first, count), { into: resultRange(result, first, count), tolerancePu })
  const voltages = (step: number) => regulatedVoltages(changers, prepared(state.position).circuit, result, step)

  let ahead = STEPS_AHEAD_AFTER_MOVE
  for (let first = 0; first < loads.scenarios; ) {
    const count = Math.min(ahead, loads.scenarios - first)
    solve(first, count)
    let step = first
    let moved = false
    for (; step < first + count && !moved; step += 1) moved = runStep(changers, series, step, options.stepS, () => solve(step, 1), () => voltages(step))
    ahead = moved ? STEPS_AHEAD_AFTER_MOVE : Math.min(MOST_STEPS_AHEAD, 2 * ahead)
    first = step
  }
  return series
}

/** One step, already solved at the present positions. Returns whether any has moved. */
function runStep(changers: readonly TapChanger[], series: TapSeries, step: number, stepS: number, solve: () => void, voltages: () => Float64Array): boolean {
  const { result, state, moves } = series
  const offset = step * changers.length
  const met = [state.position.join()]
  const movers: number[] = []
  state.held.fill(0)
  const isSettled = () => result.settled[step] === 1
  for (let leftS = stepS; isSettled(); ) {
    const { passedS, moved } = stepTaps(changers, state, voltages(), leftS)
    leftS -= passedS
    if (moved < 0) break
    moves[offset + moved] += 1
    movers.push(moved)
    const sideBefore = state.side[moved]
    solve()
    if (!isSettled()) break
    observe(changers, state, voltages())
    if (state.side[moved] === -sideBefore) state.held[moved] = 1
    // The same positions under the same loads: what led round here would go on for ever.
    const before = met.indexOf(state.position.join())
    if (before >= 0) for (const k of movers.slice(before)) state.held[k] = 1
    met.push(state.position.join())
  }
  series.position.set(state.position, offset)
  changers.forEach((changer, k) => (series.status[offset + k] = statusOf(changer, series, step, k)))
  return movers.length > 0
}

function statusOf(changer: TapChanger, { result, state }: TapSeries, step: number, k: number): number {
  if (result.settled[step] === 0) return TAP_STATUS.unsolved
  if (state.held[k] === 1) return TAP_STATUS.hunting
  if (isAtLimit(changer, state, k)) return TAP_STATUS.atLimit
  return state.side[k] === 0 ? TAP_STATUS.inBand : TAP_STATUS.waiting
}

const copyOf = (state: TapState): TapState => ({
  position: state.position.slice(), side: state.side.slice(), waitedS: state.waitedS.slice(), stepped: state.stepped.slice(), held: state.held.slice(),
})

function keepPrepared(prepareAt: TapSeriesOptions['prepareAt']): (position: Int32Array) => PreparedLoadFlow {
  const kept = new Map<string, PreparedLoadFlow>()
  return (position) => {
    const key = position.join()
    const prepared = kept.get(key) ?? prepareAt(position.slice())
    // Put behind the others: the first of the map is the longest unused.
    kept.delete(key)
    kept.set(key, prepared)
    if (kept.size > KEPT_PREPARED) kept.delete(kept.keys().next().value as string)
    return prepared
  }
}
