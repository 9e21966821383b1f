/** The states of all scenarios, solved a few steps at a time with all their scenarios, and what is counted of them. */
import type { District } from '#models/district/schema.ts'
import { congestion, congestionCounts, countLoadings } from '#models/forecast/congestion.ts'
import { evenQuantile } from '#models/forecast/trajectory-sums.ts'
import { feederHeads } from '#models/grid/topology.ts'
import { QUALITY } from '#models/units/quality.ts'
import { LOADING_LEVELS, type CongestionInputs, type CongestionIssue, type HeadIssue } from './congestion-forecast.ts'
import type { Marginals } from './congestion-scenarios.ts'
import type { EvaluationParts } from './evaluate.ts'
import type { SolvedSteps } from './network-solver.ts'
import { HALF_HOUR_MS, HALF_HOUR_S, type StepInputs } from './step-inputs.ts'
import { BAND_LEVELS } from './trailing-band.ts'

/** States of one load flow: bounds memory, whatever the horizon. */
const STATES_AT_ONCE = 800

/** Where a load or a sensor finds its value of one scenario and step; NaN: not told. */
export type ScenarioValue = (scenario: number, step: number) => number

export interface ScenarioSources {
  readonly load: readonly (ScenarioValue | undefined)[]
  /** Of sensors of active power; the others are silent, as nobody forecasts a current. */
  readonly sensor: readonly (ScenarioValue | undefined)[]
}

type Counted = Pick<CongestionIssue, 'unsettledShare' | 'thresholdsPct' | 'elements' | 'probability' | 'energyAboveKwh' | 'unknownShare' | 'loadingPct' | 'heads'>

/** A few steps at a time with all their scenarios, so that quantiles are exact and nothing else is kept. */
export function countStates({ plan, solver, typical, loaded: { district } }: EvaluationParts, { from, steps }: Marginals, scenarios: number, base: Pick<StepInputs, 'loadKw' | 'loadQuality' | 'temperatureC'>, sources: ScenarioSources, positions: ReadonlyMap<number, number>, usualKw: CongestionInputs['usualKw'], progress: (share: number) => void): Counted {
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
  for (const [l, level] of levels.entries()) into[l]![place] = evenQuantile(values, known, level)
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
