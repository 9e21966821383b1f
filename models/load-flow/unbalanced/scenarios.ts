import type { PreparedUnbalanced } from './prepare.ts'

/** Loads in the order of the network, value [scenario * loadCount + load]; at nominal voltage where they follow it. */
export interface UnbalancedScenarios {
  readonly scenarios: number
  readonly activeKw: Float64Array
  readonly reactiveKvar: Float64Array
}

/** Columns beside the voltages from phase to neutral: what is not wanted is not computed and stays empty. */
export interface UnbalancedOutputs {
  readonly angles: boolean
  /** Voltages of phases and neutral to earth. */
  readonly toEarth: boolean
  readonly unbalance: boolean
  readonly currents: boolean
  /** Power of the loads and losses. */
  readonly totals: boolean
}

export const ALL_UNBALANCED_OUTPUTS: UnbalancedOutputs = { angles: true, toEarth: true, unbalance: true, currents: true, totals: true }

/**
 * Bus columns by phase [(scenario * busCount + bus) * 3 + phase], bus columns [scenario * busCount + bus], branch columns by
 * conductor [(scenario * branchCount + branch) * 4 + conductor] at the from and to end, in A. Branches: the sections, then the transformers.
 * NaN where nothing was computed: a scenario that did not settle, a bus that nothing feeds, a conductor that is not there.
 */
export interface UnbalancedResult {
  readonly scenarios: number
  readonly busCount: number
  readonly branchCount: number
  readonly wanted: UnbalancedOutputs
  readonly settled: Uint8Array
  readonly iterations: Uint16Array
  /** Phase to neutral (to earth where the bus has no neutral conductor), pu of the nominal phase voltage. */
  readonly voltagePu: Float64Array
  /** Of the same voltage; 0 is phase a of a source without an angle of its own. */
  readonly angleRad: Float64Array
  readonly toEarthV: Float64Array
  /** Neutral to earth, V; 0 where the neutral is earth. */
  readonly neutralV: Float64Array
  /** V2 / V1 of the phase-to-neutral voltages, percent (Fortescue; the ratio of EN 50160). */
  readonly unbalancePct: Float64Array
  readonly currentFromA: Float64Array
  readonly currentToA: Float64Array
  /** By scenario. */
  readonly loadKw: Float64Array
  readonly lossesKw: Float64Array
}

/** Columns for a number of scenarios, to be written over as often as one likes. */
export function createUnbalancedResult({ network, branches }: PreparedUnbalanced, scenarios: number, wanted: UnbalancedOutputs = ALL_UNBALANCED_OUTPUTS): UnbalancedResult {
  const busCount = network.buses.length
  const branchCount = branches.ids.length
  const column = (width: number, on = true) => new Float64Array(on ? scenarios * width : 0).fill(NaN)
  return {
    scenarios, busCount, branchCount, wanted, settled: new Uint8Array(scenarios), iterations: new Uint16Array(scenarios),
    voltagePu: column(busCount * 3), angleRad: column(busCount * 3, wanted.angles), toEarthV: column(busCount * 3, wanted.toEarth), neutralV: column(busCount, wanted.toEarth),
    unbalancePct: column(busCount, wanted.unbalance), currentFromA: column(branchCount * 4, wanted.currents), currentToA: column(branchCount * 4, wanted.currents),
    loadKw: column(1, wanted.totals), lossesKw: column(1, wanted.totals),
  }
}
