/**
 * Reactive power of inverters that follow a rule: a fixed cos phi, or a curve Q(U) of the voltage at their own bus. Positive is drawn
 * from the network (underexcited), negative given to it.
 */
import type { InverterControl } from '#models/grid/power-network.ts'
import { fedBuses } from '../circuit.ts'
import { createLoadFlowResult, type LoadFlowOptions, type LoadFlowResult, type LoadScenarios, type PreparedLoadFlow, solveLoadFlow } from '../load-flow.ts'
import { unsettle } from './scenario-range.ts'

export interface Inverter {
  readonly bus: number
  readonly ratedKva: number
  readonly rule: InverterControl['rule']
}

export interface InverterOptions extends LoadFlowOptions {
  /** How far from its curve an inverter may lie, as a share of its rated power. */
  readonly toleranceShare?: number
  readonly maxRounds?: number
}

export interface InverterResult {
  /** A scenario whose inverters did not come to rest on their curves is not settled, and NaN as any other that is not. */
  readonly result: LoadFlowResult
  /** Value [scenario * inverters + inverter]; NaN for an inverter on a bus that is not fed. */
  readonly inverterKvar: Float64Array
  /** 1: what the curve asks for lies beyond what the rated power leaves beside the active power; the rated power is held. */
  readonly limited: Uint8Array
  /** By scenario: load flows used, and the largest distance from a curve that was left, as a share of the rated power; NaN without a load flow. */
  readonly rounds: Uint16Array
  readonly missShare: Float64Array
}

/** Reactive power that the rule asks for at a voltage (Q(U)) or an active power (cos phi), kvar, before the rated power limits it. */
export function wantedKvar({ ratedKva, rule }: Inverter, activeKw: number, voltagePu: number): number {
  if (rule.kind === 'cos-phi') return (rule.underexcited ? 1 : -1) * Math.abs(activeKw) * Math.sqrt(1 / rule.cosPhi ** 2 - 1)
  return ratedKva * onCurve(rule.voltagePu, rule.reactiveShare, voltagePu)
}

/** Reactive power that the rated power leaves beside the active power, kvar. */
export const leftKvar = (ratedKva: number, activeKw: number): number => Math.sqrt(Math.max(0, ratedKva * ratedKva - activeKw * activeKw))

/** Piecewise linear between points of rising `at`; beyond them the outermost value holds. */
function onCurve(at: readonly number[], values: readonly number[], x: number): number {
  const last = at.length - 1
  if (Number.isNaN(x)) return NaN
  if (x <= at[0]) return values[0]
  if (x >= at[last]) return values[last]
  const k = at.findIndex((one) => one > x)
  return values[k - 1] + ((values[k] - values[k - 1]) * (x - at[k - 1])) / (at[k] - at[k - 1])
}

/** The first round goes half way; later ones by what the round before has shown, but never by less than this share. */
const FIRST_SHARE = 0.5
const LEAST_SHARE = 0.02
/** What an inverter must have moved for its answer to say anything, as a share of its rated power. */
const TELLING_MOVE = 1e-9

/**
 * Finds the reactive powers of all inverters in all scenarios: load flow, curve, load flow, over the batch of those scenarios that are
 * not yet at rest. The network answers more reactive power drawn with a lower voltage, so that the full way to the curve may
 * overshoot for ever: each inverter goes 1 / (1 + s) of it, s being the steepness with which its curve has answered its last move.
 * @param loads with the active power of the inverters in them; their reactive power is added here.
 * @param activeKw of each inverter, [scenario * inverters + inverter], negative when it generates.
 */
export function solveWithInverters(prepared: PreparedLoadFlow, loads: LoadScenarios, inverters: readonly Inverter[], activeKw: Float64Array, options: InverterOptions = {}): InverterResult {
  const { toleranceShare = 1e-6, maxRounds = 60, wanted, into, ...flow } = options
  const count = inverters.length
  const inverterKvar = new Float64Array(loads.scenarios * count)
  const limited = new Uint8Array(inverterKvar.length)
  const rounds = new Uint16Array(loads.scenarios)
  const missShare = new Float64Array(loads.scenarios).fill(NaN)
  const aim = (scenario: number, k: number, voltagePu: number): number => {
    const at = scenario * count + k
    const asked = wantedKvar(inverters[k], activeKw[at], voltagePu)
    const left = leftKvar(inverters[k].ratedKva, activeKw[at])
    limited[at] = Math.abs(asked) > left ? 1 : 0
    return Math.max(-left, Math.min(left, asked))
  }
  const fed = fedBuses(prepared.circuit)
  const isFed = inverters.map(({ bus }) => fed[bus] === 1)
  const move = new Float64Array(inverterKvar.length)
  const missed = new Float64Array(inverterKvar.length)
  for (let at = 0; at < inverterKvar.length; at += 1) inverterKvar[at] = isFed[at % count] ? aim(Math.floor(at / count), at % count, 1) : 0

  const atRest = new Uint8Array(loads.scenarios)
  const voltagesOnly = { angles: false, currents: false, powers: false, totals: false }
  let open = Array.from({ length: loads.scenarios }, (_, scenario) => scenario)
  for (let round = 1; round <= maxRounds && open.length > 0; round += 1) {
    const result = solveLoadFlow(prepared, withInverters(prepared, loads, inverters, inverterKvar, open), { ...flow, wanted: voltagesOnly })
    open = open.filter((scenario, row) => {
      rounds[scenario] = round
      missShare[scenario] = 0
      for (let k = 0; k < count; k += 1) {
        if (!isFed[k]) continue
        const at = scenario * count + k
        const voltagePu = result.voltagePu[row * result.busCount + inverters[k].bus]
        const miss = aim(scenario, k, voltagePu) - inverterKvar[at]
        missShare[scenario] = Math.max(missShare[scenario], Math.abs(miss) / inverters[k].ratedKva)
        const steepness = Math.abs(move[at]) > TELLING_MOVE * inverters[k].ratedKva ? (missed[at] - miss) / move[at] : 1 / FIRST_SHARE
        missed[at] = miss
        move[at] = miss * Math.min(1, Math.max(LEAST_SHARE, steepness > 0 ? 1 / steepness : FIRST_SHARE))
      }
      if (result.settled[row] === 0) return false
      if (missShare[scenario] <= toleranceShare) {
        atRest[scenario] = 1
        return false
      }
      for (let at = scenario * count; at < (scenario + 1) * count; at += 1) inverterKvar[at] += move[at]
      return true
    })
  }

  const result = into ?? createLoadFlowResult(prepared.circuit, loads.scenarios, wanted)
  solveLoadFlow(prepared, withInverters(prepared, loads, inverters, inverterKvar), { ...flow, into: result })
  for (let scenario = 0; scenario < loads.scenarios; scenario += 1) {
    if (atRest[scenario] === 0) unsettle(result, scenario)
    for (let k = 0; k < count; k += 1) if (atRest[scenario] === 0 || !isFed[k]) inverterKvar[scenario * count + k] = NaN
  }
  return { result, inverterKvar, limited, rounds, missShare }
}

/** The loads of some scenarios with the reactive powers of the inverters in them. */
function withInverters({ circuit }: PreparedLoadFlow, loads: LoadScenarios, inverters: readonly Inverter[], inverterKvar: Float64Array, scenarios?: readonly number[]): LoadScenarios {
  const { busCount } = circuit
  const chosen = scenarios ?? Array.from({ length: loads.scenarios }, (_, scenario) => scenario)
  const rowsOf = (column: Float64Array) => {
    if (scenarios === undefined) return column.slice()
    const rows = new Float64Array(chosen.length * busCount)
    chosen.forEach((scenario, row) => rows.set(column.subarray(scenario * busCount, (scenario + 1) * busCount), row * busCount))
    return rows
  }
  const optional = (column: Float64Array | undefined) => column && rowsOf(column)
  const reactiveKvar = rowsOf(loads.reactiveKvar)
  chosen.forEach((scenario, row) => inverters.forEach(({ bus }, k) => (reactiveKvar[row * busCount + bus] += inverterKvar[scenario * inverters.length + k])))
  return {
    scenarios: chosen.length, activeKw: rowsOf(loads.activeKw), reactiveKvar,
    currentKw: optional(loads.currentKw), currentKvar: optional(loads.currentKvar), impedanceKw: optional(loads.impedanceKw), impedanceKvar: optional(loads.impedanceKvar),
  }
}
