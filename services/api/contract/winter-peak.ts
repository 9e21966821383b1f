/** What a day as cold as one winter in ten brings would draw at its peak. */
import { Type, type Static } from 'typebox'
import { ElementId, Format, Instant, Readiness, nullable, object, oneOf } from './common.ts'
import { ForecastSeriesKind } from './forecast.ts'

const Column = Type.Array(Type.Number())
const Unsure = Type.Array(nullable(Type.Number()))

export const WinterPeakQuery = object({ series: Type.Optional(ElementId), format: Format })

export const WinterPeak = object({
  readiness: Readiness,
  series: Type.String(),
  kind: ForecastSeriesKind,
  name: nullable(Type.String()),
  carrier: Type.String(),
  /** Of all that says kW here. */
  unit: oneOf('kW', 'm3/h'),
  computedAt: nullable(Instant()),
  refused: nullable(object({
    reason: Type.String({ description: 'no-weather, no-load, too-few-days, too-few-cold-days, too-few-winters; more may come' }),
    days: Type.Integer({ description: 'winter days (of too-few-cold-days: cold ones) with load and temperature' }),
  })),
  estimate: nullable(object({
    peakKw: Type.Number(),
    /** Ends of the interval that holds the peak of that day with probability `level`; null: the fit does not tell. */
    lowKw: nullable(Type.Number()),
    highKw: nullable(Type.Number()),
    level: Type.Number(),
    returnYears: Type.Number(),
    /** The cold day, as a daily mean that is smoothed over the days before it. */
    coldC: Type.Number(),
    winters: Type.Number({ description: 'whose minima tell the cold day' }),
    sensitivityKwPerC: Type.Number({ description: 'more for each degree colder, below the threshold' }),
    standardErrorKwPerC: nullable(Type.Number()),
    thresholdC: Type.Number(),
    coldestC: Type.Number({ description: 'coldest day measured together with load' }),
    extrapolatedByC: Type.Number({ description: 'how much colder the cold day is than any day measured; 0: it is not' }),
    coldDays: Type.Integer(),
    flags: Type.Array(Type.String({ description: 'extrapolated, few-cold-days, few-winters, not-significant, threshold-open; more may come' })),
    /** Kind of day with the highest level, of which the estimate and `fit` speak. */
    dayType: oneOf('working-day', 'saturday', 'sunday-or-holiday'),
    /** Expected load by temperature, ascending, and the interval of a day. */
    fit: object({ temperatureC: Column, loadKw: Column, lowKw: Unsure, highKw: Unsure }),
  })),
  /** Highest hourly mean of each winter day that was learned from, ascending in date. */
  days: object({ date: Type.Array(Type.String({ description: 'local date, such as 2026-01-31' })), temperatureC: Column, peakKw: Column, dayType: Type.Array(oneOf('working-day', 'saturday', 'sunday-or-holiday')) }),
})
export type WinterPeak = Static<typeof WinterPeak>
