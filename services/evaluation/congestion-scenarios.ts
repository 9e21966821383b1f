/** Scenarios of the next days in which everything that is forecast varies together as it did, and all sums hold. */
import { createHash } from 'node:crypto'
import type { District } from '#models/district/schema.ts'
import { LEVELS } from '#models/forecast/conformal.ts'
import { normalQuantile } from '#models/forecast/normal.ts'
import { forecastCells, pastErrors } from '#models/forecast/past-errors.ts'
import { atLevels } from '#models/forecast/quantile-curve.ts'
import { reconcileTrajectories } from '#models/forecast/trajectory-sums.ts'
import { BASIS, trajectories, type Trajectories } from '#models/forecast/trajectories.ts'
import { localCalendar, localDateIndex } from '#models/units/local-time.ts'
import { stepMeans } from '#models/load-curve/resample.ts'
import type { CongestionTree } from './congestion-tree.ts'
import type { DayAheadForecast, IssuedForecast, PastForecast } from './port.ts'
import { HALF_HOUR_MS, HALF_HOUR_S } from './step-inputs.ts'

/** At least so many: a share is told to 1/200. */
export const SCENARIOS = 200
/** As far as every day's forecast reaches until the next one is made. */
const HORIZON_STEPS = 144
/** What is issued each hour reaches so far. */
const ISSUED_STEPS = 96
/** A series of which nobody knows how wrong it may be is given this standard deviation, as a share of its value; it is marked as assumed. */
const ASSUMED_SPREAD = 0.2

/** What is forecast at half-hour steps: [level][step] by LEVELS, NaN where nothing is said. */
export interface Marginals {
  readonly from: number
  readonly steps: number
  readonly series: readonly { readonly series: string; readonly quantilesKw: readonly Float64Array[]; readonly hasBand: boolean }[]
}

/**
 * The distributions of an issue by half hours, from its first whole one on. Each as it was issued; beyond its 48 hours that of the
 * forecast of days in service, as far as all of the `network` series have one: at most 72 hours.
 */
export function marginals(issued: readonly IssuedForecast[], dayAhead: readonly DayAheadForecast[], network: ReadonlySet<string>): Marginals {
  const first = issued[0]!
  const from = Math.ceil(first.from / HALF_HOUR_MS) * HALF_HOUR_MS
  const end = first.from + first.valuesKw.length * first.stepS * 1000
  const own = Math.min(ISSUED_STEPS, Math.floor((end - from) / HALF_HOUR_MS))
  const days = new Map(dayAhead.filter(({ valuesKw }) => valuesKw.length > 0).map((one) => [one.series, one]))
  const reach = (one: DayAheadForecast | undefined) => (one === undefined || one.quantilesKw.length === 0 ? 0 : Math.floor((one.from + one.valuesKw.length * one.stepS * 1000 - from) / HALF_HOUR_MS))
  const ofNetwork = issued.filter(({ series }) => network.has(series))
  const steps = ofNetwork.length === 0 ? own : Math.max(own, Math.min(HORIZON_STEPS, ...ofNetwork.map(({ series }) => reach(days.get(series)))))
  return {
    from, steps,
    series: issued.map((one) => {
      const hasBand = one.quantilesKw.length > 1
      const band = hasBand ? one.quantilesKw : assumedBand(one)
      const later = days.get(one.series)
      const columns = band.map(({ level, valuesKw }) => {
        const column = new Float64Array(steps).fill(NaN)
        column.set(halfHours(valuesKw, one.from, one.stepS, from, own))
        const beyond = later?.quantilesKw.find((other) => Math.abs(other.level - level) < 1e-9)
        if (beyond !== undefined) for (let t = own; t < steps; t += 1) column[t] = beyond.valuesKw[(from - later!.from) / HALF_HOUR_MS + t] ?? NaN
        return column
      })
      return { series: one.series, hasBand, quantilesKw: atLevels(band.map(({ level }) => level), columns) }
    }),
  }
}

const assumedBand = ({ valuesKw }: IssuedForecast) => [0.05, 0.25, 0.5, 0.75, 0.95].map((level) => ({ level, valuesKw: valuesKw.map((value) => value + normalQuantile(level) * ASSUMED_SPREAD * Math.abs(value)) }))

const halfHours = (values: Float64Array, start: number, stepS: number, from: number, steps: number): Float64Array => {
  const at = Float64Array.from(values, (_, i) => start + i * stepS * 1000)
  return stepMeans({ at, values, quality: new Uint8Array(values.length) }, from, from + steps * HALF_HOUR_MS, HALF_HOUR_S, stepS).values
}

/** The same scenarios whenever they are drawn of one issue on one document. */
export const seedOf = (districtVersion: string, issuedAt: number): number => createHash('sha256').update(`${districtVersion} ${issuedAt}`).digest().readUInt32LE(0)

export interface Scenarios {
  readonly from: number
  readonly steps: number
  readonly names: readonly string[]
  /** As drawn, of each series by itself. */
  readonly drawn: Trajectories
  /** Past issues that the dependence was taken from. */
  readonly pastIssues: number
}

/** Draws what is forecast together: marginals as told, dependence as of the errors of the past issues. */
export function drawScenarios({ timeZone }: Pick<District, 'timeZone'>, { from, steps, series }: Marginals, past: readonly PastForecast[], issuedAt: number, seed: number, scenarios: number): Scenarios {
  const bySeries = Map.groupBy(past, (one) => one.series)
  const calendar = localCalendar(Float64Array.from({ length: steps }, (_, t) => from + t * HALF_HOUR_MS), timeZone)
  const issueDate = localDateIndex(issuedAt, timeZone)
  const cells = forecastCells(calendar.dayIndex, calendar.minuteOfDay, issueDate, HALF_HOUR_S)
  const errors = pastErrors(series.map((one) => (bySeries.get(one.series) ?? []).map(({ daysAhead, firstDate, perDay, valuesKw, spreadKw, measuredKw }) => ({ daysAhead, firstDate, perDay, values: valuesKw, spread: spreadKw, measured: measuredKw }))), cells)
  const drawn = trajectories(series.map(({ quantilesKw }) => ({ quantiles: quantilesKw, nonNegative: quantilesKw[0]!.every((value) => !(value < 0)) })), errors, { scenarios, seed, stepS: HALF_HOUR_S })
  for (const [s, { hasBand }] of series.entries()) if (!hasBand) drawn.basis[s] = BASIS.assumed
  return { from, steps, names: series.map((one) => one.series), drawn, pastIssues: errors.issues }
}

/** The drawn scenarios with all sums of the tree made to hold, [scenario][node][step]; NaN where nothing at all is said. */
export function reconcileScenarios({ tree, nodeOf, shareOfRest, nonNegative }: CongestionTree, { steps, series }: Marginals, { names, drawn }: Scenarios): Trajectories {
  const inTree = names.flatMap((name, s) => (nodeOf.has(name) ? [s] : []))
  const values = new Float32Array(drawn.scenarios * inTree.length * steps)
  for (let scenario = 0; scenario < drawn.scenarios; scenario += 1) {
    for (const [k, s] of inTree.entries()) {
      const at = (scenario * drawn.series + s) * steps
      values.set(drawn.values.subarray(at, at + steps), (scenario * inTree.length + k) * steps)
    }
  }
  const errorVariance = new Float64Array(tree.nodes * steps)
  const [low, high] = [0, LEVELS.length - 1]
  const width = normalQuantile(LEVELS[high]!) - normalQuantile(LEVELS[low]!)
  for (const s of inTree) {
    const { quantilesKw } = series[s]!
    const node = nodeOf.get(names[s]!)!
    // Never none at all: of two that are sure and differ neither would give way.
    for (let t = 0; t < steps; t += 1) errorVariance[node * steps + t] = ((quantilesKw[high]![t]! - quantilesKw[low]![t]!) / width) ** 2 + LEAST_VARIANCE
  }
  const own: Trajectories = { ...drawn, series: inTree.length, values, basis: Uint8Array.from(inTree, (s) => drawn.basis[s]!) }
  return reconcileTrajectories(tree, own, inTree.map((s) => nodeOf.get(names[s]!)!), errorVariance, { shareOfRest, nonNegative })
}
const LEAST_VARIANCE = 1e-6
