/**
 * On-load tap changers as their relays work: a voltage outside the dead band starts a time; when that has run out the position
 * moves by one, and further steps follow at the shorter delay until the voltage is back inside. Discrete in position and in time; a
 * voltage that returns, or goes to the other side of the band, starts the time anew.
 *
 * Several are coordinated as in the field, by their delays: the one whose time runs out first moves, and the others see what it has
 * done before they do anything. Of two at the same instant the one listed first moves: list them upstream first.
 */
import type { Circuit } from '../circuit.ts'
import type { LoadFlowResult } from '../scenarios.ts'

export interface TapChanger {
  readonly id: string
  readonly regulatedBus: number
  /** Branch of the transformer, and its end on the regulated side: where compounding takes its current. */
  readonly branch: number
  readonly branchEnd: 'from' | 'to'
  readonly setPointPu: number
  /** Whole width: the voltage may lie half of it above or below the set point. */
  readonly deadBandPu: number
  readonly firstDelayS: number
  readonly nextDelayS: number
  /** Line-drop compounding: |v - (r + jx) i| is held instead of |v|, i leaving the transformer; both 0: none. On the base of the regulated bus. */
  readonly compoundingRPu: number
  readonly compoundingXPu: number
  readonly lowest: number
  readonly highest: number
  /** What a higher position does to the regulated voltage. */
  readonly raises: 1 | -1
}

/** Carried from step to step, by changer. */
export interface TapState {
  readonly position: Int32Array
  /** Where the voltage lies: below (-1), within (0) or above (1) the dead band. */
  readonly side: Int8Array
  /** On that side since it went there or since the last step. */
  readonly waitedS: Float64Array
  /** 1: has stepped since the voltage left the band, so that the shorter delay holds. */
  readonly stepped: Uint8Array
  /** 1: found hunting, stands still. */
  readonly held: Uint8Array
}

export function createTapState(position: Int32Array): TapState {
  const count = position.length
  return { position: position.slice(), side: new Int8Array(count), waitedS: new Float64Array(count), stepped: new Uint8Array(count), held: new Uint8Array(count) }
}

const SAME_INSTANT_S = 1e-9

/**
 * Lets time pass at constant voltages until the first position moves, at most `dtS`. Changes `state`.
 * @param measuredPu by changer, from `regulatedVoltages`; NaN (not fed) does not move and starts no time.
 * @returns the time that has passed and the changer that has moved by one position; -1: none, and all of `dtS` has passed.
 */
export function stepTaps(changers: readonly TapChanger[], state: TapState, measuredPu: ArrayLike<number>, dtS: number): { passedS: number; moved: number } {
  observe(changers, state, measuredPu)
  const { position, side, waitedS, stepped, held } = state
  let moved = -1
  let passedS = dtS
  changers.forEach((changer, k) => {
    if (side[k] === 0 || held[k] === 1 || isAtLimit(changer, state, k)) return
    const leftS = Math.max(0, (stepped[k] === 1 ? changer.nextDelayS : changer.firstDelayS) - waitedS[k])
    if (moved < 0 ? leftS > dtS + SAME_INSTANT_S : leftS >= passedS - SAME_INSTANT_S) return
    moved = k
    passedS = leftS
  })
  for (let k = 0; k < changers.length; k += 1) waitedS[k] += side[k] === 0 ? 0 : passedS
  if (moved >= 0) {
    position[moved] += wantedMove(changers[moved], side[moved])
    waitedS[moved] = 0
    stepped[moved] = 1
  }
  return { passedS, moved }
}

/** Takes in on which side of its band each voltage lies. Changes `state`. */
export function observe(changers: readonly TapChanger[], { side, waitedS, stepped }: TapState, measuredPu: ArrayLike<number>): void {
  changers.forEach(({ setPointPu, deadBandPu }, k) => {
    const above = measuredPu[k] - setPointPu
    const now = above > deadBandPu / 2 ? 1 : above < -deadBandPu / 2 ? -1 : 0
    if (now === side[k]) return
    side[k] = now
    waitedS[k] = 0
    stepped[k] = 0
  })
}

/** Wants to move and has no position left to move to. */
export function isAtLimit(changer: TapChanger, { position, side }: TapState, k: number): boolean {
  if (side[k] === 0) return false
  return wantedMove(changer, side[k]) > 0 ? position[k] >= changer.highest : position[k] <= changer.lowest
}

const wantedMove = (changer: TapChanger, side: number): number => (side > 0 ? -changer.raises : changer.raises)

/** Voltage that each changer looks at in one scenario, pu; compounding needs the powers of the branches. */
export function regulatedVoltages(changers: readonly TapChanger[], circuit: Circuit, result: LoadFlowResult, scenario: number): Float64Array {
  return Float64Array.from(changers, ({ regulatedBus, branch, branchEnd, compoundingRPu, compoundingXPu }) => {
    const voltage = result.voltagePu[scenario * result.busCount + regulatedBus]
    if (compoundingRPu === 0 && compoundingXPu === 0) return voltage
    const at = scenario * result.branchCount + branch
    const [kw, kvar] = branchEnd === 'to' ? [result.activeToKw[at], result.reactiveToKvar[at]] : [result.activeFromKw[at], result.reactiveFromKvar[at]]
    // With v real, the current that leaves the transformer is i = (p - jq) / v, and the powers are counted into the branch.
    const re = -kw / circuit.basePowerKva / voltage
    const im = kvar / circuit.basePowerKva / voltage
    return Math.hypot(voltage - (compoundingRPu * re - compoundingXPu * im), compoundingRPu * im + compoundingXPu * re)
  })
}
