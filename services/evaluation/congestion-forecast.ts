/**
 * How likely each line section and transformer is to pass its limits over the next days: what is forecast is drawn together in
 * hundreds of scenarios whose sums hold, each goes through the load flow on the same path as the states ahead, and what
 * lies above a threshold is counted.
 *
 * What this does not know: loads that nobody forecasts (households, lamps) have no scatter of their own beyond that of their
 * transformer, by which they are shared out; where they are the larger part of what hangs on an element, its basis is `assumed`.
 */
import { BASIS, type Trajectories } from '#models/forecast/trajectories.ts'
import { trajectoryQuantiles } from '#models/forecast/trajectory-sums.ts'
import { buildGrid } from '#models/grid/network.ts'
import { isOtherCarrier } from './carrier-loads.ts'
import { drawScenarios, marginals, reconcileScenarios, SCENARIOS, seedOf, type Marginals, type Scenarios } from './congestion-scenarios.ts'
import { countStates, type ScenarioSources, type ScenarioValue } from './congestion-states.ts'
import { congestionTree, DISTRICT_NODE, type CongestionTree } from './congestion-tree.ts'
import { latestPositions, type EvaluationParts } from './evaluate.ts'
import { forecastSeries } from './forecast-series.ts'
import { EVALUATION_STEP_S } from './plan.ts'
import type { DayAheadForecast, ForecastQuantile, IssuedForecast, PastForecast } from './port.ts'
import { HALF_HOUR_MS, HALF_HOUR_S, readStepInputs, type StepInputs } from './step-inputs.ts'
import { BAND_LEVELS } from './trailing-band.ts'

/** Levels of the loading that are kept of each element. */
export const LOADING_LEVELS: readonly number[] = [0.05, 0.5, 0.95]
/** Below this share of what hangs on an element told by forecasts with known errors, its scatter is an assumption. */
const TOLD_SHARE = 0.5
/** Share of the load that the losses between a head and the transformers are: only sets a head's scenarios against those of its transformers. */
const LOSS_SHARE = 0.01

export interface CongestionIssue {
  /** Of the forecasts it is made of. */
  readonly issuedAt: number
  readonly districtVersion: string
  readonly from: number
  readonly stepS: number
  readonly steps: number
  readonly scenarios: number
  /** Past issues whose errors say how forecasts go wrong together; 0: none are known, and all of it is assumed. */
  readonly pastIssues: number
  /** Of the series that are forecast: with known errors, and with assumed ones. */
  readonly measuredSeries: number
  readonly assumedSeries: number
  /** Share of the states whose load flow did not settle: not counted as violations, nor as none. */
  readonly unsettledShare: number
  readonly thresholdsPct: readonly number[]
  /** Line sections, then transformers, as in the layout of a run. */
  readonly elements: readonly string[]
  /** By element, one of BASIS. */
  readonly basis: Uint8Array
  /** By threshold, [element * steps + step]: 0 to 1, NaN where no scenario has a loading. */
  readonly probability: readonly Float32Array[]
  readonly energyAboveKwh: readonly Float32Array[]
  readonly unknownShare: Float32Array
  /** By LOADING_LEVELS, % of the rating. */
  readonly loadingPct: readonly Float32Array[]
  readonly heads: readonly HeadIssue[]
  /** Sum over the transformers; empty where nothing is said. */
  readonly districtKw: readonly ForecastQuantile[]
  readonly durationMs: number
}

/** Kept of every issue, so that it can be told what the probabilities were worth. */
export interface HeadIssue {
  readonly section: string
  /** Active power at 100 % of the rating, at the power factor of the scenarios. */
  readonly ratingKw: number
  readonly thresholds: readonly HeadThreshold[]
  readonly quantilesKw: readonly ForecastQuantile[]
}
/** `watch`, `limit`: the thresholds of the document, of the rating. `high`: exceeded in a tenth of the last 28 days; `usual`: in half of them. */
export type HeadThresholdName = 'watch' | 'limit' | 'high' | 'usual'
export interface HeadThreshold {
  readonly name: HeadThresholdName
  readonly kw: number
  /** By step. */
  readonly probability: Float32Array
}

export interface CongestionInputs {
  readonly issued: readonly IssuedForecast[]
  readonly dayAhead: readonly DayAheadForecast[]
  readonly past: readonly PastForecast[]
  /** By section of a head: powers that it exceeded in a tenth and in half of the last weeks. */
  readonly usualKw: ReadonlyMap<string, { readonly high: number; readonly usual: number }>
  /** How many are drawn; SCENARIOS where not given. */
  readonly scenarios?: number
}

/**
 * Nothing where nothing is forecast.
 * @param parts its solver with `EXACT_SENSORS_PCT`: what the sensors of a scenario say is already at one with its loads
 */
export async function congestionForecast(parts: EvaluationParts, { issued, dayAhead, past, usualKw, scenarios: asked = SCENARIOS }: CongestionInputs, progress: (share: number) => void = () => {}): Promise<CongestionIssue | undefined> {
  if (issued.length === 0) return undefined
  const startedMs = performance.now()
  const { loaded: { district, version }, plan } = parts
  const { issuedAt } = issued[0]!
  const ofDistrict = new Set(['district', ...district.network.transformers.map(({ id }) => id), ...district.network.feeders.map(({ lineSections }) => lineSections[0]!)])
  // Heat, gas and water flow elsewhere.
  const elsewhere = new Set(forecastSeries(district, plan).filter(({ carrier }) => isOtherCarrier(carrier)).map(({ series }) => series))
  const told = marginals(issued.filter(({ series }) => !elsewhere.has(series)), dayAhead, ofDistrict)
  if (told.steps <= 0) return undefined
  const scenarios = drawScenarios(district, told, past, issuedAt, seedOf(version, issuedAt), asked)
  const positions = await latestPositions(parts)
  const grid = buildGrid(district.network, told.from, { positions: closedSwitches(parts, positions) })
  const isMeasured = new Set(scenarios.names.filter((_, s) => scenarios.drawn.basis[s] === BASIS.measured))
  const tree = congestionTree(district, plan, grid, new Set(scenarios.names), isMeasured)
  const nodes = reconcileScenarios(tree, told, scenarios)
  progress(0.3)

  const base = await halfHourInputs(parts, told)
  const sources = sourcesOf(parts, tree, scenarios, nodes)
  const counted = countStates(parts, told, scenarios.drawn.scenarios, base, sources, positions, usualKw, (share) => progress(0.3 + 0.7 * share))
  const measuredSeries = isMeasured.size
  return {
    issuedAt, districtVersion: version, from: told.from, stepS: HALF_HOUR_S, steps: told.steps, scenarios: scenarios.drawn.scenarios, pastIssues: scenarios.pastIssues,
    measuredSeries, assumedSeries: scenarios.names.length - measuredSeries,
    ...counted,
    basis: Uint8Array.from(counted.elements, (_, k) => (tree.toldShare[k]! >= TOLD_SHARE ? BASIS.measured : BASIS.assumed)),
    districtKw: quantilesOf(trajectoryQuantiles(nodes, DISTRICT_NODE, BAND_LEVELS)),
    durationMs: performance.now() - startedMs,
  }
}

const quantilesOf = (columns: readonly Float64Array[]): ForecastQuantile[] => (columns[0]!.every(Number.isNaN) ? [] : BAND_LEVELS.map((level, k) => ({ level, valuesKw: columns[k]! })))

/** By switch, whether it is closed, of those that are measured. */
export function closedSwitches({ plan }: Pick<EvaluationParts, 'plan'>, positions: ReadonlyMap<number, number>): Map<string, boolean> {
  return new Map([...positions].flatMap(([sensor, value]) => (Number.isNaN(value) ? [] : [[plan.sensors[sensor]!.on, value >= 0.5] as const])))
}

/** Means by half hours of what stands at every load where nothing is forecast. */
async function halfHourInputs({ measured, plan, typical, loaded }: EvaluationParts, { from, steps }: Marginals): Promise<Pick<StepInputs, 'loadKw' | 'loadQuality' | 'temperatureC'>> {
  const inputs = await readStepInputs(measured, plan, typical, loaded.district.timeZone, from, from + steps * HALF_HOUR_MS)
  const each = HALF_HOUR_S / EVALUATION_STEP_S
  const means = (column: Float64Array) => Float64Array.from({ length: steps }, (_, t) => column.subarray(t * each, (t + 1) * each).reduce((sum, value) => sum + value, 0) / each)
  const worst = (column: Uint8Array) => Uint8Array.from({ length: steps }, (_, t) => Math.max(...column.subarray(t * each, (t + 1) * each)))
  return { loadKw: inputs.loadKw.map(means), loadQuality: inputs.loadQuality.map(worst), temperatureC: means(inputs.temperatureC) }
}

function sourcesOf({ plan, loaded: { district } }: EvaluationParts, { nodeOf, heads }: CongestionTree, { names, drawn, steps }: Scenarios, nodes: Trajectories): ScenarioSources {
  const ofNode = (node: number): ScenarioValue => (scenario, step) => nodes.values[(scenario * nodes.series + node) * steps + step]!
  const place = new Map(names.map((name, s) => [name, s]))
  const sectionOf = new Map(district.network.feeders.flatMap(({ id, lineSections }) => [[id, lineSections[0]!] as const, [lineSections[0]!, lineSections[0]!] as const]))
  const transformers = new Set(district.network.transformers.map(({ id }) => id))
  const ofHead = (section: string): ScenarioValue | undefined => {
    const head = heads.find((one) => one.section === section)
    const s = place.get(section)
    // A head of the district alone is the sum of what it feeds and its losses, which the load flow knows better.
    if (head === undefined || s === undefined || !head.hasBoundary) return undefined
    // The rest of the town draws what is left; it does not deliver.
    const below = ofNode(head.node)
    return (scenario, step) => {
      const own = drawn.values[(scenario * drawn.series + s) * steps + step]!
      const least = below(scenario, step) * (1 + LOSS_SHARE)
      return own < least ? least : own
    }
  }
  return {
    load: plan.loads.map(({ deliveryPoint: { id } }) => (nodeOf.has(id) ? ofNode(nodeOf.get(id)!) : undefined)),
    sensor: plan.sensors.map(({ on, quantity }) => {
      if (quantity !== 'active-power') return undefined
      if (transformers.has(on)) return nodeOf.has(on) ? ofNode(nodeOf.get(on)!) : undefined
      return sectionOf.has(on) ? ofHead(sectionOf.get(on)!) : undefined
    }),
  }
}
