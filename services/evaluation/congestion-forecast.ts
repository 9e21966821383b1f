/**
 * How likely each line section and transformer is to pass its limits over the next days: what is forecast is drawn together in
 * hundreds of scenarios whose sums hold, each goes through the load flow on the same path as the states ahead, and what
 * lies above a threshold is counted.
 *
 * What this does not know: loads that nobody forecasts (households, lamps) have no scatter of their own beyond that of their
 * transformer, by which they are shared out; where they are the larger part of what hangs on an element, its basis is `assumed`.
 */
import type { District } from '#models/district/schema.ts'
import { congestion, congestionCounts, countLoadings } from '#models/forecast/congestion.ts'
import { BASIS, type Trajectories } from '#models/forecast/trajectories.ts'
import { trajectoryQuantiles } from '#models/forecast/trajectory-sums.ts'
import { buildGrid } from '#models/grid/network.ts'
import { feederHeads } from '#models/grid/topology.ts'
import { QUALITY } from '#models/units/quality.ts'
import { isOtherCarrier } from './carrier-loads.ts'
import { drawScenarios, marginals, reconcileScenarios, SCENARIOS, seedOf, type Marginals, type Scenarios } from './congestion-scenarios.ts'
import { congestionTree, DISTRICT_NODE, type CongestionTree } from './congestion-tree.ts'
import { latestPositions, type EvaluationParts } from './evaluate.ts'
import { forecastSeries } from './forecast-series.ts'
import type { SolvedSteps } from './network-solver.ts'
import { EVALUATION_STEP_S } from './plan.ts'
import type { DayAheadForecast, ForecastQuantile, IssuedForecast, PastForecast } from './port.ts'
import { HALF_HOUR_MS, HALF_HOUR_S, readStepInputs, type StepInputs } from './step-inputs.ts'
import { BAND_LEVELS } from './trailing-band.ts'

/** States of one load flow: bounds memory, whatever the horizon. */
const STATES_AT_ONCE = 800
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

function closedSwitches({ plan }: EvaluationParts, positions: ReadonlyMap<number, number>): Map<string, boolean> {
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

/** Where a load or a sensor finds its value of one scenario and step; NaN: not told. */
type ScenarioValue = (scenario: number, step: number) => number

interface ScenarioSources {
  readonly load: readonly (ScenarioValue | undefined)[]
  /** Of sensors of active power; the others are silent, as nobody forecasts a current. */
  readonly sensor: readonly (ScenarioValue | undefined)[]
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

type Counted = Pick<CongestionIssue, 'unsettledShare' | 'thresholdsPct' | 'elements' | 'probability' | 'energyAboveKwh' | 'unknownShare' | 'loadingPct' | 'heads'>

/** A few steps at a time with all their scenarios, so that quantiles are exact and nothing else is kept. */
function countStates({ plan, solver, typical, loaded: { district } }: EvaluationParts, { from, steps }: Marginals, scenarios: number, base: Pick<StepInputs, 'loadKw' | 'loadQuality' | 'temperatureC'>, sources: ScenarioSources, positions: ReadonlyMap<number, number>, usualKw: CongestionInputs['usualKw'], progress: (share: number) => void): Counted {
  const { network, thresholds } = district
  const elements = [...network.lineSections, ...network.transformers].map(({ id }) => id)
  const thresholdsPct = [thresholds.watchLoadingPct, thresholds.limitLoadingPct]
  const counts = congestionCounts(elements.length, steps, thresholdsPct)
  const loadingPct = LOADING_LEVELS.map(() => new Float32Array(elements.length * steps).fill(NaN))
  const heads = headCounters(district, elements, steps, usualKw)
  const sumKw = new Float64Array(elements.length)
  const sumLoading = new Float64Array(elements.length)
  let unsettled = 0

  const together = Math.max(1, Math.floor(STATES_AT_ONCE / scenarios))
  const rowsAtMost = together * scenarios
  const column = () => new Float64Array(rowsAtMost)
  const block = { loadKw: plan.loads.map(column), loadQuality: plan.loads.map(() => new Uint8Array(rowsAtMost)), sensor: plan.sensors.map((_, i) => column().fill(positions.get(i) ?? NaN)), sensorQuality: plan.sensors.map(() => new Uint8Array(rowsAtMost)), temperatureC: column() }
  const loadings = new Float64Array(rowsAtMost * elements.length)
  const activeKw = heads.map(column)
  const ofElement = new Float64Array(scenarios)
  for (let first = 0; first < steps; first += together) {
    const count = Math.min(together, steps - first)
    const rows = count * scenarios
    fillBlock(block, base, sources, first, count, scenarios)
    let done = 0
    solver.solve({ ...block, at: Float64Array.from({ length: rows }, (_, row) => from + (first + Math.floor(row / scenarios)) * HALF_HOUR_MS) }, typical, (solved) => {
      unsettled += readLoadings(solved, elements.length, loadings, done, sumKw, sumLoading)
      for (const [h, { element }] of heads.entries()) readPower(solved, element, activeKw[h]!, done)
      done += solved.at.length
    })
    countLoadings(counts, loadings.subarray(0, rows * elements.length), Int32Array.from({ length: rows }, (_, row) => first + Math.floor(row / scenarios)))
    for (let t = 0; t < count; t += 1) {
      for (let element = 0; element < elements.length; element += 1) {
        for (let k = 0; k < scenarios; k += 1) ofElement[k] = loadings[(t * scenarios + k) * elements.length + element]!
        quantilesAt(ofElement, LOADING_LEVELS, loadingPct, element * steps + first + t)
      }
      for (const [h, head] of heads.entries()) head.count(first + t, activeKw[h]!.subarray(t * scenarios, (t + 1) * scenarios))
    }
    progress((first + count) / steps)
  }
  const ratingKw = sumKw.map((sum, element) => sum / (sumLoading[element]! / 100))
  const { probability, energyAboveKwh, unknownShare } = congestion(counts, HALF_HOUR_S, ratingKw)
  return { unsettledShare: unsettled / (steps * scenarios), thresholdsPct, elements, probability, energyAboveKwh, unknownShare, loadingPct, heads: heads.map((head) => head.issue(ratingKw[head.element.index]!, probability)) }
}

type Block = Pick<StepInputs, 'loadKw' | 'loadQuality' | 'sensor'>
function fillBlock(block: Block, base: Pick<StepInputs, 'loadKw' | 'loadQuality'>, sources: ScenarioSources, first: number, count: number, scenarios: number): void {
  for (const [i, kw] of block.loadKw.entries()) {
    const told = sources.load[i]
    const quality = block.loadQuality[i]!
    for (let t = 0; t < count; t += 1) {
      const [from, to] = [t * scenarios, (t + 1) * scenarios]
      kw.fill(base.loadKw[i]![first + t]!, from, to)
      // Of the future nothing is measured: what is not told is shared out to the sums.
      quality.fill(Math.max(QUALITY.substituted, base.loadQuality[i]![first + t]!), from, to)
      if (told === undefined) continue
      for (let k = 0; k < scenarios; k += 1) {
        const value = told(k, first + t)
        if (Number.isNaN(value)) continue
        kw[from + k] = value
        // Its scenario is already at one with the sums above it: taken as it is.
        quality[from + k] = QUALITY.measured
      }
    }
  }
  for (const [i, values] of block.sensor.entries()) {
    const told = sources.sensor[i]
    if (told === undefined) continue
    for (let t = 0; t < count; t += 1) for (let k = 0; k < scenarios; k += 1) values[t * scenarios + k] = told(k, first + t)
  }
}

/** Loadings by the same rule as the states of a run (network-states.ts), without making a state of each; returns how many did not settle. */
function readLoadings({ grid, ratings, state: { flow, steps } }: SolvedSteps, elements: number, into: Float64Array, firstRow: number, sumKw: Float64Array, sumLoading: Float64Array): number {
  const branches = grid.branchFrom.length
  const { settled, currentFromA, currentToA, activeFromKw, activeToKw, reactiveFromKvar, reactiveToKvar } = flow
  let unsettled = 0
  for (let step = 0; step < steps; step += 1) {
    const to = (firstRow + step) * elements
    if (settled[step] !== 1) {
      unsettled += 1
      into.fill(NaN, to, to + elements)
      continue
    }
    for (let k = 0, at = step * branches; k < elements; k += 1, at += 1) {
      const from = Math.abs(activeFromKw[at]!)
      const loading = k < grid.sectionCount
        ? (100 * Math.max(currentFromA[at]!, currentToA[at]!)) / ratings.sectionA[k]!
        : (100 * Math.max(Math.hypot(from, reactiveFromKvar[at]!), Math.hypot(activeToKw[at]!, reactiveToKvar[at]!))) / ratings.transformerKva[k - grid.sectionCount]!
      into[to + k] = loading
      const kw = Math.max(from, Math.abs(activeToKw[at]!))
      if (Number.isNaN(loading + kw)) continue
      sumKw[k]! += kw
      sumLoading[k]! += loading
    }
  }
  return unsettled
}

/** Active power from the busbar, positive towards the loads. */
function readPower({ grid, state: { flow, steps } }: SolvedSteps, { branch, reversed }: { readonly branch: number; readonly reversed: boolean }, into: Float64Array, firstRow: number): void {
  const branches = grid.branchFrom.length
  for (let step = 0; step < steps; step += 1) {
    const at = step * branches + branch
    into[firstRow + step] = flow.settled[step] !== 1 ? NaN : reversed ? flow.activeToKw[at]! : flow.activeFromKw[at]!
  }
}

function quantilesAt(values: Float64Array, levels: readonly number[], into: readonly Float32Array[], place: number): void {
  values.sort()
  // NaN is sorted last: the quantiles are of the scenarios that have a loading, as the probabilities are.
  let known = values.length
  while (known > 0 && Number.isNaN(values[known - 1]!)) known -= 1
  for (const [l, level] of levels.entries()) {
    const at = Math.max(0, Math.min(known - 1, level * known - 0.5))
    const low = Math.floor(at)
    into[l]![place] = known === 0 ? NaN : values[low]! + (at - low) * (values[Math.min(known - 1, low + 1)]! - values[low]!)
  }
}

interface HeadCounter {
  readonly element: { readonly index: number; readonly branch: number; readonly reversed: boolean }
  count(step: number, activeKw: Float64Array): void
  issue(ratingKw: number, probability: readonly Float32Array[]): HeadIssue
}

function headCounters({ network, thresholds }: District, elements: readonly string[], steps: number, usualKw: CongestionInputs['usualKw']): HeadCounter[] {
  return feederHeads(network).map(({ section }): HeadCounter => {
    const index = elements.indexOf(section)
    const { from, to } = network.lineSections[index]!
    const primary = network.feeders.find(({ lineSections }) => lineSections[0] === section)!.busbar
    const quantiles = BAND_LEVELS.map(() => new Float32Array(steps).fill(NaN))
    const usual = usualKw.get(section)
    const own = usual === undefined ? [] : (['high', 'usual'] as const).map((name) => ({ name, kw: usual[name], probability: new Float32Array(steps).fill(NaN) }))
    return {
      element: { index, branch: index, reversed: to === primary && from !== primary },
      count(step, activeKw) {
        const known = activeKw.filter((kw) => !Number.isNaN(kw))
        for (const { kw, probability } of own) probability[step] = known.length === 0 ? NaN : known.filter((one) => one > kw).length / known.length
        quantilesAt(known, BAND_LEVELS, quantiles, step)
      },
      issue: (ratingKw, probability) => ({
        section, ratingKw,
        thresholds: [
          ...(['watch', 'limit'] as const).map((name, k) => ({ name, kw: (ratingKw * (name === 'watch' ? thresholds.watchLoadingPct : thresholds.limitLoadingPct)) / 100, probability: probability[k]!.slice(index * steps, (index + 1) * steps) })),
          ...own,
        ],
        quantilesKw: BAND_LEVELS.map((level, k) => ({ level, valuesKw: Float64Array.from(quantiles[k]!) })),
      }),
    }
  })
}
