/** A forecast as it was issued: values, how sure they are, how they were made. */
import { Type, type Static } from 'typebox'
import { ElementId, Format, FormatQuery, Instant, Readiness, SeriesColumns, nullable, object, oneOf } from './common.ts'

/** The fallback ladder, best first. `seasonal-naive`: the same time of the week before. `constant`: the usual level. */
export const ForecastMethod = oneOf('blend', 'ridge', 'similar-day', 'seasonal-naive', 'constant')
export type ForecastMethod = Static<typeof ForecastMethod>

const Column = Type.Array(nullable(Type.Number()))

/** Highest power of the next local day: the highest of expected values lies below the highest that is to be expected, so it is told by itself. */
export const TomorrowPeak = object({
  day: Instant('start of the local day'),
  at: Instant('start of the step that is expected to be the highest'),
  powerKw: Type.Number({ description: 'exceeded on one day in two' }),
  p5Kw: Type.Number(),
  p90Kw: Type.Number({ description: 'exceeded on one day in ten' }),
  p95Kw: Type.Number(),
  days: Type.Integer({ description: 'past days from which the margin was read' }),
})
export type TomorrowPeak = Static<typeof TomorrowPeak>

export const ForecastColumns = {
  series: Type.String({ description: '`district`, `district-CARRIER`, or the id of a transformer, of the line section at the head of a feeder, or of a delivery point' }),
  carrier: Type.String({ description: 'electricity, production, heat, cooling, gas or water; more may come' }),
  unit: oneOf('kW', 'm3/h'),
  /** What was known of the weather to come: a forecast of it, or the usual weather of the season; none: it was not looked at; null: nobody wrote it down. */
  weather: nullable(oneOf('forecast', 'usual', 'none')),
  issuedAt: nullable(Instant('only what had been recorded by then was known')),
  stepS: Type.Integer(),
  forecaster: nullable(Type.String()),
  method: nullable(ForecastMethod),
  reason: nullable(Type.String({ description: 'why no better method answered: history-short, history-gaps, not-fitted, fit-failed, simpler-was-better, older-fit-was-better; more may come. null: the best one did' })),
  /** In `unit`, as are the columns beside it: of water, and of gas whose energy is not measured, m3/h. */
  powerKw: SeriesColumns,
  /** Ascending in level, values at the instants of `powerKw`. The share `level` of what is measured should lie below. Empty: not known. */
  quantilesKw: Type.Array(object({ level: Type.Number({ minimum: 0, maximum: 1 }), values: Column })),
  /** What each cause adds, at the instants of `powerKw`; null: the method does not tell. */
  contributions: nullable(object({ calendarKw: Column, weatherKw: Column, recentKw: Column })),
  /** null: too few days are known, or nothing is drawn. */
  tomorrowPeak: nullable(TomorrowPeak),
}

/** `measuredKw`: the last 24 hours as far as they are those of the present holder; empty where the series is not forecast. */
export const PowerForecast = object({ readiness: Readiness, ...ForecastColumns, measuredKw: SeriesColumns })
export type PowerForecast = Static<typeof PowerForecast>

export const ForecastSeriesKind = oneOf('district', 'transformer', 'line-section', 'delivery-point')
export type ForecastSeriesKind = Static<typeof ForecastSeriesKind>
/** `name` of a feeder for its first section, of the site for a delivery point; null for the district itself. Of kind `district` there is one for each carrier that is metered. */
export const ForecastSeries = object({ series: Type.String(), kind: ForecastSeriesKind, name: nullable(Type.String()), carrier: Type.String(), unit: oneOf('kW', 'm3/h') })
export type ForecastSeries = Static<typeof ForecastSeries>

/** The district first, then from the head of the network down. */
export const PlannerForecastSeries = object({ series: Type.Array(ForecastSeries) })
export type PlannerForecastSeries = Static<typeof PlannerForecastSeries>
export const PlannerForecastSeriesQuery = FormatQuery

export const PlannerForecastQuery = object({
  series: Type.Optional(ElementId),
  from: Type.Optional(Instant('start of the measured values; default: 48 hours ago')),
  format: Format,
})
/** Newest forecast of one series beside what has been measured of it: ten-minute means up to now. */
export const PlannerForecast = object({ readiness: Readiness, ...ForecastColumns, kind: ForecastSeriesKind, name: nullable(Type.String()), measuredKw: SeriesColumns })
export type PlannerForecast = Static<typeof PlannerForecast>
