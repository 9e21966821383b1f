import type { CongestionElement, CongestionForecast } from '#contract/congestion.ts'
import type { FigureTable } from '../../components/figure.ts'
import type { LegendKey } from '../../components/legend.ts'
import type { Speech } from '../shaped.ts'

export type Threshold = 'watch' | 'limit'
/** What is less likely is not worth a sentence. */
export const LIKELY = 0.05
/** Rows of the drawing: what a reader can compare at a glance. */
export const MOST_ROWS = 10
/** Half of the likeliest step: where the risk stands. */
const WINDOW_SHARE = 0.5
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** How strongly a probability is drawn, from what on. */
export const STRENGTHS = [
  { from: 0.01, name: 'low', opacity: 0.16 }, { from: 0.05, name: 'some', opacity: 0.34 }, { from: 0.2, name: 'half', opacity: 0.56 }, { from: 0.5, name: 'likely', opacity: 0.78 }, { from: 0.8, name: 'sure', opacity: 1 },
] as const
export const opacityOf = (probability: number): number => STRENGTHS.findLast(({ from }) => probability >= from)?.opacity ?? 0

export interface HeatRow {
  readonly id: string
  readonly name: string
  /** Highest probability of the hour, at the instants of `hours`; null: nothing is known. */
  readonly values: readonly (number | null)[]
  readonly peak: string
}

export interface ShapedCongestion {
  readonly sentence: string
  readonly table: FigureTable
  readonly hours: readonly number[]
  readonly rows: readonly HeatRow[]
  readonly elements: readonly { readonly one: CongestionElement; readonly highest: string; readonly when: string; readonly energy: string; readonly basis: string }[]
  readonly legend: readonly LegendKey[]
  readonly remarks: readonly string[]
}

const peakOf = (one: CongestionElement, threshold: Threshold) => (threshold === 'watch' ? one.watchPeak : one.limitPeak)

/** Elements that pass the threshold at all, the likeliest first. */
export function ranked({ elements }: CongestionForecast, threshold: Threshold): CongestionElement[] {
  const of = (one: CongestionElement) => peakOf(one, threshold)?.probability ?? 0
  return elements.filter((one) => of(one) > 0).sort((a, b) => of(b) - of(a) || (b.energyAboveWatchKwh ?? 0) - (a.energyAboveWatchKwh ?? 0))
}

/** Undefined where nothing was issued. */
export function shapeCongestion(forecast: CongestionForecast, threshold: Threshold, now: number, { t, f }: Speech): ShapedCongestion | undefined {
  if (forecast.issuedAt === null || forecast.at.length === 0) return undefined
  const words = t.congestion
  const all = ranked(forecast, threshold)
  const shown = all.slice(0, MOST_ROWS)
  const hours = hourStarts(forecast)
  const rows = shown.map((one): HeatRow => ({ id: one.id, name: one.name, values: byHour(forecast, one[threshold], hours), peak: f.percent(100 * peakOf(one, threshold)!.probability) }))
  return {
    sentence: congestionSentence(forecast, threshold, now, { t, f }),
    table: {
      rowHeader: t.common.time,
      columns: rows.map(({ name }) => ({ label: name, unit: '%' })),
      rows: hours.map((at, h) => ({ header: f.dateTime(at), x: at, cells: rows.map(({ values }) => percentOf(values[h], f)), raw: rows.map(({ values }) => (values[h] === null ? null : Math.round(1000 * values[h]) / 10)) })),
    },
    hours, rows,
    elements: shown.map((one) => {
      const peak = peakOf(one, threshold)!
      return { one, highest: f.percent(100 * peak.probability), when: f.dateTime(peak.at), energy: f.energy(threshold === 'watch' ? one.energyAboveWatchKwh : one.energyAboveLimitKwh), basis: words.bases[one.basis] }
    }),
    legend: STRENGTHS.map(({ name, opacity }) => ({ label: words.grid[name], colour: '--over', stroke: 'band', opacity })),
    remarks: remarksOf(forecast, shown, rows.length, now, { t, f }),
  }
}

const percentOf = (probability: number | null, f: Speech['f']) => f.percent(probability === null ? null : 100 * probability)

const hourStarts = ({ at }: CongestionForecast): number[] => [...new Set(at.map((time) => Math.floor(time / HOUR_MS) * HOUR_MS))]

function byHour({ at }: CongestionForecast, values: readonly (number | null)[], hours: readonly number[]): (number | null)[] {
  const highest = new Map<number, number>()
  at.forEach((time, step) => {
    const value = values[step]
    const hour = Math.floor(time / HOUR_MS) * HOUR_MS
    if (value !== null) highest.set(hour, Math.max(value, highest.get(hour) ?? 0))
  })
  return hours.map((hour) => highest.get(hour) ?? null)
}

/** One sentence: when the likeliest element passes the threshold, or that none does. */
export function congestionSentence(forecast: CongestionForecast, threshold: Threshold, now: number, { t, f }: Speech): string {
  const words = t.congestion
  const level = f.percent(threshold === 'watch' ? forecast.watchPct : forecast.limitPct)
  const likely = ranked(forecast, threshold).filter((one) => peakOf(one, threshold)!.probability > LIKELY)
  const least = f.percent(100 * LIKELY)
  const [first] = likely
  if (first === undefined) return words.noneLikely(level, f.number((forecast.at.length * forecast.stepS) / 3600), least)
  const peak = peakOf(first, threshold)!
  const { from, to } = windowAround(forecast, first[threshold], peak)
  const probability = f.percent(100 * peak.probability)
  const when = to - from > DAY_MS ? words.lasting(f.dateTime(from), f.dateTime(to)) : words.between(dayOf(from, now, { t, f }), f.time(from), f.time(to))
  const sentence = words.passes(when, words.kinds[first.kind](first.name), level, probability)
  return likely.length === 1 ? sentence : `${sentence} ${words.more(likely.length - 1, least)}`
}

/** The steps around the likeliest one that are at least half as likely. */
function windowAround({ at, stepS }: CongestionForecast, values: readonly (number | null)[], peak: { at: number; probability: number }): { from: number; to: number } {
  const holds = (step: number) => (values[step] ?? 0) >= WINDOW_SHARE * peak.probability
  let [first, last] = [at.indexOf(peak.at), at.indexOf(peak.at)]
  while (first > 0 && holds(first - 1)) first -= 1
  while (last < at.length - 1 && holds(last + 1)) last += 1
  return { from: at[first], to: at[last] + stepS * 1000 }
}

function dayOf(at: number, now: number, { t, f }: Speech): string {
  if (f.date(at) === f.date(now)) return t.congestion.today
  // Noon of a day is a day after noon of the one before, whatever the clocks do.
  return f.date(at) === f.date(now + DAY_MS) ? t.congestion.tomorrow : t.congestion.onDay(f.day(at))
}

/** A new one comes every hour: three without one is a fault worth saying. */
const LATE_MS = 3 * HOUR_MS

function remarksOf(forecast: CongestionForecast, shown: readonly CongestionElement[], rows: number, now: number, { t, f }: Speech): string[] {
  const words = t.congestion
  const { issuedAt, scenarios, pastIssues, assumedSeries, unsettledShare, all } = forecast
  const issued = f.dateTime(issuedAt!)
  return [
    ...(rows > 0 ? [words.rows(rows, all)] : []),
    pastIssues === 0 ? words.assumed(f.count(scenarios), issued) : words.made(f.count(scenarios), f.count(pastIssues), issued),
    ...(pastIssues > 0 && assumedSeries > 0 ? [words.partly(f.count(assumedSeries))] : []),
    ...(unsettledShare > 0 ? [words.unsettled(f.percent(100 * unsettledShare, 1))] : []),
    ...(pastIssues > 0 && shown.some(({ basis }) => basis === 'assumed') ? [words.basisNote] : []),
    ...(now - issuedAt! > LATE_MS ? [words.old(f.age((now - issuedAt!) / 1000))] : []),
  ]
}
