/** What the probabilities at feeder heads were worth: how often a power was passed, by how likely that was said to be. */
import type { District } from '#models/district/schema.ts'
import { calibrate, errorQuantile } from '#models/forecast/conformal.ts'
import { sharesAbove } from '#models/forecast/quantile-curve.ts'
import { reliabilityOf } from '#models/forecast/reliability.ts'
import { localDateStart } from '#models/units/local-time.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { HeadThresholdName } from './congestion-forecast.ts'
import type { KeptHead } from './congestion-store.ts'
import { forecastSeries } from './forecast-series.ts'
import type { EvaluationPlan, PowerSeries } from './plan.ts'
import type { ForecastQuantile, PastForecast } from './port.ts'
import { HALF_HOUR_MS, readHalfHours } from './step-inputs.ts'
import { BAND_LEVELS } from './trailing-band.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Issues older than this say little of the forecasts of today. */
export const SCORED_DAYS = 56
/** Days whose powers say what is usual at a head. */
const USUAL_DAYS = 28
const FEWEST_USUAL_STEPS = 96
const NAMES: readonly HeadThresholdName[] = ['watch', 'limit', 'high', 'usual']
const LEADS: readonly (readonly [fromHours: number, toHours: number])[] = [[0, 24], [24, 48], [48, 72]]

/** As it is kept: what cannot be told is null. */
export interface ReliabilityCurve {
  readonly threshold: HeadThresholdName
  /** From the issue to the step; null: all of them. */
  readonly leadHours: readonly [number, number] | null
  readonly cases: number
  /** Cases in which the power was passed. */
  readonly passed: number
  readonly brier: number | null
  readonly reliability: number | null
  readonly resolution: number | null
  readonly skill: number | null
  readonly bins: readonly { readonly from: number; readonly to: number; readonly count: number; readonly meanProbability: number | null; readonly observedShare: number | null }[]
}

/**
 * `issued`: of congestion forecasts as they were issued. `back-cast`: of what the forecasters of today would have said of the days
 * before; at a head the scenarios have by construction exactly the quantiles of its own forecast. Of a rung without a band of
 * each day, by the errors of all other days.
 */
export interface ReliabilityReport {
  readonly kind: 'issued' | 'back-cast'
  readonly from: number
  readonly to: number
  readonly issues: number
  readonly heads: readonly { readonly section: string; readonly thresholds: readonly { readonly name: HeadThresholdName; readonly kw: number }[] }[]
  readonly curves: readonly ReliabilityCurve[]
}

export interface HeadSeries {
  readonly section: string
  readonly power: PowerSeries
}

/** Heads whose power is measured. */
export function measuredHeads(district: District, plan: EvaluationPlan): HeadSeries[] {
  const heads = new Set(district.network.feeders.map(({ lineSections }) => lineSections[0]!))
  return forecastSeries(district, plan).flatMap(({ series, power, isDeliveryPoint }) => (!isDeliveryPoint && heads.has(series) ? [{ section: series, power }] : []))
}

/** Powers that each head exceeded in a tenth and in half of the last 28 days, of what had been recorded by `issuedAt`. */
export async function usualHeadPowers(reader: TimeSeriesReader, heads: readonly HeadSeries[], issuedAt: number): Promise<Map<string, { high: number; usual: number }>> {
  const to = Math.floor(issuedAt / HALF_HOUR_MS) * HALF_HOUR_MS
  const usual = new Map<string, { high: number; usual: number }>()
  for (const { section, power } of heads) {
    const known = (await readHalfHours(reader, power, to - USUAL_DAYS * DAY_MS, to, issuedAt)).filter((kw) => !Number.isNaN(kw)).sort()
    if (known.length < FEWEST_USUAL_STEPS) continue
    usual.set(section, { high: known[Math.floor(0.9 * known.length)]!, usual: known[Math.floor(0.5 * known.length)]! })
  }
  return usual
}

/** Cases of one threshold, in columns: of weeks of issues they are a million. */
interface Cases {
  readonly leadHours: number[]
  readonly probability: number[]
  /** 1 or 0; NaN: not known. */
  readonly happened: number[]
}

/** Reports of what can be told at `at`; none where nothing can. */
export async function headReliability(reader: TimeSeriesReader, district: Pick<District, 'timeZone'>, heads: readonly HeadSeries[], issues: readonly KeptHead[], past: readonly PastForecast[], at: number): Promise<ReliabilityReport[]> {
  return [await ofIssues(reader, heads, issues, at), ofBackCasts(district, heads, issues, past)].filter((report) => report !== undefined)
}

async function ofIssues(reader: TimeSeriesReader, heads: readonly HeadSeries[], issues: readonly KeptHead[], at: number): Promise<ReliabilityReport | undefined> {
  const cases = noCases()
  const ended = Math.floor(at / HALF_HOUR_MS) * HALF_HOUR_MS
  const scored = new Set<number>()
  for (const { section, power } of heads) {
    const own = issues.filter((one) => one.section === section && one.from < ended)
    if (own.length === 0) continue
    const from = Math.min(...own.map((one) => one.from))
    const measuredKw = await readHalfHours(reader, power, from, ended, at)
    for (const { issuedAt, from: start, thresholds } of own) {
      scored.add(issuedAt)
      for (const { name, kw, probability } of thresholds) {
        for (let t = 0; t < probability.length && start + (t + 1) * HALF_HOUR_MS <= ended; t += 1) {
          const measured = measuredKw[(start - from) / HALF_HOUR_MS + t]!
          addCase(cases.get(name)!, (start + t * HALF_HOUR_MS - issuedAt) / HOUR_MS, probability[t]!, happened(measured, kw))
        }
      }
    }
  }
  if (scored.size === 0) return undefined
  return { kind: 'issued', from: Math.min(...scored), to: ended, issues: scored.size, heads: thresholdsOf(heads, issues), curves: curvesOf(cases) }
}

function ofBackCasts({ timeZone }: Pick<District, 'timeZone'>, heads: readonly HeadSeries[], issues: readonly KeptHead[], past: readonly PastForecast[]): ReliabilityReport | undefined {
  const cases = noCases()
  let [from, to] = [Infinity, -Infinity]
  const ofNow = thresholdsOf(heads, issues)
  for (const { section, thresholds } of ofNow) {
    for (const one of past.filter(({ series }) => series === section)) {
      const { measuredKw, firstDate, perDay, daysAhead } = one
      if (!LEADS.some(([hours]) => hours === daysAhead[0]! * 24)) continue
      const quantilesKw = one.quantilesKw.length > 1 ? one.quantilesKw : withoutOwnDay(one)
      for (const { name, kw } of thresholds) {
        sharesAbove(quantilesKw.map(({ level }) => level), quantilesKw.map(({ valuesKw }) => valuesKw), kw).forEach((probability, cell) => {
          if (Number.isNaN(probability + measuredKw[cell]!)) return
          const date = firstDate + Math.floor(cell / perDay)
          ;[from, to] = [Math.min(from, date), Math.max(to, date + 1)]
          addCase(cases.get(name)!, daysAhead[0]! * 24, probability, happened(measuredKw[cell]!, kw))
        })
      }
    }
  }
  if (!(to > from)) return undefined
  return { kind: 'back-cast', from: localDateStart(from, timeZone), to: localDateStart(to, timeZone), issues: to - from, heads: ofNow, curves: curvesOf(cases) }
}

/**
 * Quantiles of each day from the errors of all other days, as shares of their expected size: of a rung that has no band of
 * each day, which makes the one it issues in the same way.
 */
export function withoutOwnDay({ valuesKw, measuredKw, spreadKw, perDay }: PastForecast): ForecastQuantile[] {
  const shares = valuesKw.map((value, cell) => (measuredKw[cell]! - value) / spreadKw[cell]!)
  const days = Array.from({ length: shares.length / perDay }, (_, day) => shares.subarray(day * perDay, (day + 1) * perDay))
  const quantiles = BAND_LEVELS.map((level) => ({ level, valuesKw: new Float64Array(valuesKw.length).fill(NaN) }))
  for (const own of days.keys()) {
    const others = calibrate(days.filter((_, day) => day !== own))
    for (const { level, valuesKw: column } of quantiles) {
      const share = errorQuantile(others, level)
      for (let cell = own * perDay; cell < (own + 1) * perDay; cell += 1) column[cell] = valuesKw[cell]! + share * spreadKw[cell]!
    }
  }
  return quantiles
}

const noCases = (): Map<HeadThresholdName, Cases> => new Map(NAMES.map((name) => [name, { leadHours: [], probability: [], happened: [] }]))
function addCase(cases: Cases, leadHours: number, probability: number, didHappen: number): void {
  cases.leadHours.push(leadHours)
  cases.probability.push(probability)
  cases.happened.push(didHappen)
}
const happened = (measuredKw: number, kw: number): number => (Number.isNaN(measuredKw + kw) ? NaN : measuredKw > kw ? 1 : 0)

/** As of the newest issue of each head. */
function thresholdsOf(heads: readonly HeadSeries[], issues: readonly KeptHead[]): ReliabilityReport['heads'] {
  return heads.flatMap(({ section }) => {
    const newest = issues.findLast((one) => one.section === section)
    return newest === undefined ? [] : [{ section, thresholds: newest.thresholds.filter(({ kw }) => Number.isFinite(kw)).map(({ name, kw }) => ({ name, kw })) }]
  })
}

function curvesOf(cases: ReadonlyMap<HeadThresholdName, Cases>): ReliabilityCurve[] {
  return [...cases].flatMap(([threshold, all]) => [null, ...LEADS].map((leadHours) => curveOf(threshold, leadHours, all))).filter(({ cases: count }) => count > 0)
}

function curveOf(threshold: HeadThresholdName, leadHours: ReliabilityCurve['leadHours'], all: Cases): ReliabilityCurve {
  // A case of another lead is one that is not known.
  const probability = leadHours === null ? all.probability : all.probability.map((share, i) => (all.leadHours[i]! >= leadHours[0] && all.leadHours[i]! < leadHours[1] ? share : NaN))
  const { bins, count, observedShare, brier, reliability, resolution, skill } = reliabilityOf(probability, all.happened)
  const known = (value: number) => (Number.isFinite(value) ? value : null)
  return {
    threshold, leadHours, cases: count, passed: count === 0 ? 0 : Math.round(observedShare * count), brier: known(brier), reliability: known(reliability), resolution: known(resolution), skill: known(skill),
    bins: bins.map((bin) => ({ ...bin, meanProbability: known(bin.meanProbability), observedShare: known(bin.observedShare) })),
  }
}
