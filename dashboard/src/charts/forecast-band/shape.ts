import type { SeriesColumns } from '#contract/common.ts'
import type { PowerForecast } from '#contract/forecast.ts'
import { BAND_OPACITY, type PlotBand } from '../plot.ts'
import { qualityLines, samples, stepMs, withGaps, type Sample } from '../series.ts'
import { rateOf, writtenUnit } from '../series-name.ts'
import type { ShapedFigure, Speech } from '../shaped.ts'

const TEN_MINUTES_MS = 600_000
/** A forecast comes every hour: two without one are a fault worth a word. */
const OLD_MS = 2.5 * 3_600_000
const OUTER = [0.05, 0.95] as const
const INNER = [0.25, 0.75] as const

export interface ShapedForecast extends ShapedFigure {
  /** How it was made, when, and what it is made of. */
  readonly remarks: readonly string[]
}

/** What of a forecast is drawn; that of the merchant and that of the planner both are one. */
export type DrawnForecast = Pick<PowerForecast, 'carrier' | 'unit' | 'weather' | 'issuedAt' | 'stepS' | 'method' | 'reason' | 'powerKw' | 'quantilesKw' | 'contributions' | 'tomorrowPeak'>

/** Measured up to now, forecast from its issue on, within what is expected nine times in ten and one time in two. */
export function shapeForecastBand(forecast: DrawnForecast, measured: SeriesColumns, now: number, { t, f }: Speech): ShapedForecast | undefined {
  const past = samples(measured)
  const ahead = samples(forecast.powerKw)
  const isKnown = ({ value }: Sample) => value !== null
  const hasPast = past.some(isKnown)
  const hasAhead = ahead.some(isKnown)
  if (!hasPast && !hasAhead) return undefined
  const words = t.forecast
  const { unit } = forecast
  const written = writtenUnit(unit)
  const colour = colourOf(forecast.carrier)
  const rate = rateOf(unit, f)
  const outer = pairOf(forecast, OUTER)
  const inner = pairOf(forecast, INNER)
  const lines = qualityLines(withGaps(past, stepMs(measured.at, TEN_MINUTES_MS)), { label: words.measured, colour })
  const isSubstituted = lines.some(({ style, points }) => style === 'estimated' && points.some(([, y]) => y !== null))
  const peak = peakAhead(ahead, now)
  const first = Math.min(past[0]?.at ?? Infinity, ahead[0]?.at ?? Infinity)
  const last = Math.max((past.at(-1)?.at ?? -Infinity) + TEN_MINUTES_MS, (ahead.at(-1)?.at ?? -Infinity) + forecast.stepS * 1000)
  return {
    sentence: hasAhead ? peakSentence() : words.noneYet,
    remarks: hasAhead ? remarks() : [],
    table: rows(),
    plot: {
      lines: [...lines, ...(hasAhead ? [{ label: words.forecast, colour, style: 'forecast' as const, points: withGaps(ahead, forecast.stepS * 1000).map((row) => [row.at, row.value] as const) }] : [])],
      bands: [outer, inner].flatMap((pair) => (pair === undefined ? [] : bandsOf(forecast.powerKw.at, ...pair, colour))),
      x: { from: first, to: last },
      unit: written,
      now,
    },
    legend: [
      ...(hasPast ? [{ label: words.measured, colour, stroke: 'solid' as const }] : []),
      ...(isSubstituted ? [{ label: words.substituted, colour, stroke: 'hatched' as const }] : []),
      ...(hasAhead ? [{ label: words.forecast, colour, stroke: 'dashed' as const }] : []),
      ...(inner === undefined ? [] : [{ label: words.inner, colour, stroke: 'band' as const, opacity: 1 - (1 - BAND_OPACITY) ** 2 }]),
      ...(outer === undefined ? [] : [{ label: words.outer, colour, stroke: 'band' as const, opacity: BAND_OPACITY }]),
    ],
  }

  function peakSentence(): string {
    if (peak === undefined) return words.nothingAhead
    const { value, at, index } = peak
    const edges = outer === undefined ? [] : outer.map((column) => column[index] ?? null)
    const isProduction = value < 0
    const [power, when] = [rate(Math.abs(value)), f.dateTime(at)]
    const [low, high] = edges.filter((edge) => edge !== null).map((edge) => (isProduction ? Math.max(0, -edge) : edge)).sort((a, b) => a - b)
    if (low === undefined || high === undefined) return isProduction ? words.production(power, when) : words.peak(power, when)
    return (isProduction ? words.productionBetween : words.peakBetween)(power, when, rate(low), rate(high))
  }

  function remarks(): string[] {
    const { method, reason, issuedAt, contributions, tomorrowPeak } = forecast
    const said: string[] = []
    if (tomorrowPeak !== null) said.push(words.tomorrow(rate(tomorrowPeak.powerKw), f.dateTime(tomorrowPeak.at), rate(tomorrowPeak.p90Kw), String(tomorrowPeak.days)))
    if (peak !== undefined && contributions !== null) {
      const [calendar, weather, recent] = [contributions.calendarKw, contributions.weatherKw, contributions.recentKw].map((column) => f.signed(column[peak.index], unit, unit === 'kW' ? 1 : 2))
      said.push(words.parts(calendar, weather, recent))
    }
    if (method !== null) {
      const how = words.methods[method]
      const why = reason === null ? undefined : reason in words.reasons ? words.reasons[reason as keyof typeof words.reasons] : words.otherReason(reason)
      said.push(why === undefined ? words.made(how) : words.madeBecause(how, why))
    }
    if (forecast.weather !== null && forecast.weather !== 'none') said.push(words.weather[forecast.weather])
    if (peak !== undefined && peak.value < 0) said.push(words.negative)
    if (outer === undefined) said.push(words.noBand)
    if (issuedAt !== null) said.push(now - issuedAt > OLD_MS ? words.old(f.age((now - issuedAt) / 1000)) : words.issued(f.dateTime(issuedAt)))
    return said
  }

  function rows(): ShapedFigure['table'] {
    const measuredAt = new Map(past.map((row) => [row.at, row]))
    const aheadAt = new Map(ahead.map((row, index) => [row.at, index]))
    const columns = [
      ...(outer === undefined ? [] : [{ label: words.columns.p5, values: outer[0] }]),
      ...(inner === undefined ? [] : [{ label: words.columns.p25, values: inner[0] }, { label: words.columns.p75, values: inner[1] }]),
      ...(outer === undefined ? [] : [{ label: words.columns.p95, values: outer[1] }]),
    ]
    return {
      rowHeader: t.common.time,
      columns: [{ label: words.columns.measured, unit: written }, { label: words.columns.origin }, { label: words.columns.forecast, unit: written }, ...columns.map(({ label }) => ({ label, unit: written }))],
      rows: [...new Set([...measuredAt.keys(), ...aheadAt.keys()])].sort((a, b) => a - b).map((at) => {
        const row = measuredAt.get(at)
        const index = aheadAt.get(at)
        const beside = [index === undefined ? null : ahead[index].value, ...columns.map(({ values }) => (index === undefined ? null : (values[index] ?? null)))]
        return {
          header: f.dateTime(at),
          x: at,
          cells: [rate(row?.value), t.quality[row?.quality ?? 'forecast'], ...beside.map(rate)],
          raw: [row?.value ?? null, row?.quality ?? 'forecast', ...beside],
        }
      }),
    }
  }
}

const COLOURS: Readonly<Record<string, string>> = { heat: '--heat', cooling: '--water', gas: '--gas', water: '--water' }
const colourOf = (carrier: string): string => COLOURS[carrier] ?? '--electricity'

type Column = readonly (number | null)[]

/** Both edges of a band, or none: one alone is no band. */
function pairOf({ quantilesKw }: DrawnForecast, [low, high]: readonly [number, number]): readonly [Column, Column] | undefined {
  const columnOf = (level: number) => quantilesKw.find((one) => Math.abs(one.level - level) < 1e-6)?.values
  const [lower, upper] = [columnOf(low), columnOf(high)]
  return lower === undefined || upper === undefined ? undefined : [lower, upper]
}

/** Where an edge is not known the band is broken: it is never drawn across. */
function bandsOf(at: readonly number[], low: Column, high: Column, colour: string): PlotBand[] {
  const bands: [number, number, number][][] = [[]]
  at.forEach((time, i) => {
    const [from, to] = [low[i] ?? null, high[i] ?? null]
    if (from !== null && to !== null) bands.at(-1)!.push([time, from, to])
    else if (bands.at(-1)!.length > 0) bands.push([])
  })
  return bands.filter(({ length }) => length > 1).map((points) => ({ colour, points }))
}

/** The highest value still to come; of something that only produces, the highest production. */
function peakAhead(ahead: readonly Sample[], now: number): { value: number; at: number; index: number } | undefined {
  const coming = ahead.flatMap(({ at, value }, index) => (value !== null && at >= now ? [{ at, value, index }] : []))
  if (coming.length === 0) return undefined
  const high = coming.reduce((a, b) => (b.value > a.value ? b : a))
  return high.value > 0 ? high : coming.reduce((a, b) => (b.value < a.value ? b : a))
}
