import type { District } from '#models/district/schema.ts'
import { LEVELS } from '#models/forecast/conformal.ts'
import { forecastDays, type FitRecord, type PastDays, type SeriesForecast, type SeriesProblem } from '#models/forecast/day-ahead.ts'
import { GROUPS } from '#models/forecast/members.ts'
import { localDateIndex, localDayStart } from '#models/units/local-time.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { dayRules } from './day-rules.ts'
import { forecastSeries, powersOf } from './forecast-series.ts'
import { toldKind, weatherAsToldBefore, type IssueWeather } from './forecast-weather.ts'
import type { NewestDay } from './newest-fit.ts'
import type { EvaluationPlan } from './plan.ts'
import type { DayAheadForecast, ForecastReason, ForecastWeather, PastForecast } from './port.ts'
import { HALF_HOUR_MS, HALF_HOUR_S, readHalfHourSum } from './step-inputs.ts'
import { BAND_LEVELS } from './trailing-band.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const FULL_HISTORY_DAYS = 1100
/** A light fit learns from 400 days, each told against the eight weeks before it. */
const LIGHT_HISTORY_DAYS = 460
/**
 * The day of issue and three more: a forecast serves for 36 hours, each time for the 48 hours ahead. The fourth day costs
 * nothing, it is forecast by the fit of the third.
 */
const HORIZON_DAYS = 4
const DISTRICT_HORIZON_DAYS = 7
/** A series that was silent for longer is out of service: nothing is said of it. */
const MOST_SILENT_MS = 28 * DAY_MS
/** From so many days on the best rung is fitted; a history of more that is called short has too many gaps. */
const ENOUGH_DAYS = 120
const LEVEL_DAYS = 28

/** What a fit of one series came to. Neither: there is nothing measured to learn from. */
export interface DaysOutcome {
  readonly forecast?: DayAheadForecast
  /** Together with the forecast. */
  readonly past?: readonly PastForecast[]
  /** What the newest fit said of the day of issue, where it is not the only one. */
  readonly newest?: NewestDay
  readonly failure?: string
}

export interface DayForecaster {
  /** Forecast of the days from that of the issue on; `series` as in `dayAheadSeries`, `record` in kW drawn from the network. Only what had been recorded by `issuedAt` is read. */
  forecast(series: string, issuedAt: number, record?: FitRecord): Promise<DaysOutcome>
}

/** Forecasts days of one series after the other; the weather is read once an issue. */
export function createDayForecaster(reader: TimeSeriesReader, district: District, plan: EvaluationPlan): DayForecaster {
  const { timeZone } = district
  const rules = dayRules(district)
  const bySeries = new Map(forecastSeries(district, plan).map((one) => [one.series, one]))
  let told: { issuedAt: number; from: number; weather: Promise<IssueWeather> } | undefined

  const startOf = (issuedAt: number, days: number) => localDayStart(localDayStart(issuedAt, timeZone) - days * DAY_MS + 12 * HOUR_MS, timeZone)
  const weatherFrom = async (issuedAt: number, from: number): Promise<IssueWeather> => {
    if (told?.issuedAt !== issuedAt) {
      const first = startOf(issuedAt, FULL_HISTORY_DAYS)
      const steps = Math.ceil((issuedAt - first) / HALF_HOUR_MS) + (DISTRICT_HORIZON_DAYS + 2) * 50
      told = { issuedAt, from: first, weather: weatherAsToldBefore(reader, district, issuedAt, first, steps) }
    }
    const skipped = (from - told.from) / HALF_HOUR_MS
    const { weather, ...rest } = await told.weather
    return { ...rest, weather: weather.map((one) => withoutFirst(one, skipped)) }
  }

  return {
    async forecast(series, issuedAt, record) {
      const isLight = bySeries.get(series)?.isDeliveryPoint === true
      const isProduction = bySeries.get(series)?.isProduction === true
      const from = startOf(issuedAt, isLight ? LIGHT_HISTORY_DAYS : FULL_HISTORY_DAYS)
      const to = Math.floor(issuedAt / HALF_HOUR_MS) * HALF_HOUR_MS
      const measuredKw = await readHalfHourSum(reader, powersOf(district, plan, series), from, to, issuedAt)
      const known = measuredKw.findIndex((value) => !Number.isNaN(value))
      if (known < 0) return {}
      const dayStart = localDayStart(issuedAt, timeZone)
      const lateMs = lateness(measuredKw, from, dayStart)
      if (!(lateMs <= MOST_SILENT_MS)) return {}
      const issueWeather = await weatherFrom(issuedAt, from)
      // Days without a value before the first are nothing but work.
      const skipped = (localDayStart(from + known * HALF_HOUR_MS, timeZone) - from) / HALF_HOUR_MS
      const ownKw = measuredKw.subarray(Math.max(0, skipped))
      const ownFrom = from + Math.max(0, skipped) * HALF_HOUR_MS
      const sign = isProduction ? -1 : 1
      const bound = boundOf(ownKw)
      try {
        const days = forecastDays({
          timeZone, stepS: HALF_HOUR_S, from: ownFrom, values: ownKw.map((value) => sign * value), issuedAt, rules, production: isProduction, nonNegative: bound === sign,
          // A meter whose curve comes the next morning is never known up to midnight, neither now nor on the days that are learned from.
          ...(lateMs > 0 ? { availableAt: Float64Array.from(ownKw, (_, i) => ownFrom + (i + 1) * HALF_HOUR_MS + lateMs) } : {}),
          weather: issueWeather.weather.map((one) => withoutFirst(one, Math.max(0, skipped))),
          site: { latitude: district.latitude, longitude: district.longitude },
          horizonDays: series === 'district' ? DISTRICT_HORIZON_DAYS : HORIZON_DAYS, size: isLight ? 'light' : 'full',
          ...(record === undefined ? {} : { record: { ...record, said: record.said.map((one) => ({ ...one, values: inOwnSign(isProduction)(one.values) })) } }),
        })
        if (days.values.some((value) => !Number.isFinite(value))) return { failure: `${days.method} gave no value for some of the steps` }
        const levelKw = sign * levelOf(ownKw)
        const unit = bySeries.get(series)?.unit ?? 'kW'
        return {
          forecast: { unit, ...issuedDays(series, issuedAt, days, { isProduction, bound, levelKw, historyDays: (dayStart - ownFrom) / DAY_MS, weather: issueWeather.kind }) },
          past: days.past.map((past) => ({
            ...pastForecast(series, issuedAt, days.method, past, isProduction),
            weather: isWeatherUsed(days.method) ? toldKind(issueWeather, past.firstDate, past.values.length / past.perDay) : 'none',
          })),
          ...(days.newest === undefined ? {} : { newest: { series, date: localDateIndex(issuedAt, timeZone), method: days.newest.method, values: inOwnSign(isProduction)(days.newest.values) } }),
        }
      } catch (error) {
        return { failure: error instanceof Error ? error.message : String(error) }
      }
    },
  }
}

/** The same from a later step on. */
const withoutFirst = ({ kind, values, before = new Map() }: SeriesProblem['weather'][number], steps: number): SeriesProblem['weather'][number] => ({
  kind, values: values.subarray(steps), before: new Map([...before].map(([leadDays, column]) => [leadDays, column.subarray(steps)])),
})

/** What is kept when a fit failed: that it did. */
export const failedDays = (series: string, issuedAt: number): DayAheadForecast => ({
  series, issuedAt, from: issuedAt, stepS: HALF_HOUR_S, forecaster: 'day-ahead', method: 'seasonal-naive', reason: 'fit-failed',
  valuesKw: new Float64Array(0), quantilesKw: [], carried: new Float64Array(0), bound: 0,
})

/** The model's answer as it is kept: in kW drawn from the network, five levels, the parts around the usual level (in the sign of the model). */
export function issuedDays(series: string, issuedAt: number, days: SeriesForecast, { isProduction, bound, levelKw, historyDays, weather }: { isProduction: boolean; bound: -1 | 0 | 1; levelKw: number; historyDays: number; weather: ForecastWeather }): DayAheadForecast {
  const own = inOwnSign(isProduction)
  const part = (name: (typeof GROUPS)[number]) => days.contributions[GROUPS.indexOf(name)]!
  return {
    series, issuedAt, from: days.from, stepS: days.stepS, forecaster: 'day-ahead', method: days.method, reason: reasonOf(days, historyDays), bound,
    weather: isWeatherUsed(days.method) ? weather : 'none',
    valuesKw: own(days.values),
    quantilesKw: fiveLevels(days.quantiles, isProduction),
    ...(days.contributions.length === 0 ? {} : { contributions: {
      calendar: own(part('calendar')), weather: own(part('weather')),
      // The rest, so that with the level they are the value also where it was clipped.
      recent: own(days.values.map((value, i) => value - levelKw - part('calendar')[i]! - part('weather')[i]!)),
    } }),
    carried: days.carried, left: days.left,
  }
}

export function pastForecast(series: string, issuedAt: number, method: PastForecast['method'], { daysAhead, firstDate, perDay, values, quantiles, spread, measured }: PastDays, isProduction: boolean): PastForecast {
  const own = inOwnSign(isProduction)
  return { series, issuedAt, method, daysAhead, firstDate, perDay, valuesKw: own(values), quantilesKw: quantiles.length === 0 ? [] : fiveLevels(quantiles, isProduction), spreadKw: spread, measuredKw: own(measured) }
}

/** The models speak of production as positive; what is kept is drawn from the network. */
const inOwnSign = (isProduction: boolean) => (column: Float64Array) => (isProduction ? column.map((value) => 0 - value) : column)

/** What is drawn little is what is produced much: the levels turn round with the sign. */
function fiveLevels(quantiles: readonly Float64Array[], isProduction: boolean): PastForecast['quantilesKw'] {
  const own = inOwnSign(isProduction)
  return BAND_LEVELS.map((level) => ({ level, valuesKw: own(quantiles[LEVELS.findIndex((one) => Math.abs(one - (isProduction ? 1 - level : level)) < 1e-9)]!) }))
}

/** The rungs below look at the calendar alone. */
const isWeatherUsed = (method: SeriesForecast['method']): boolean => method === 'blend' || method === 'ridge'

function reasonOf({ reason }: SeriesForecast, historyDays: number): ForecastReason | undefined {
  return reason === 'history-short' && historyDays >= ENOUGH_DAYS ? 'history-gaps' : reason
}

/** 1: never negative, -1: never positive, as far as is known; 0: both, or never anything but zero. */
export function boundOf(valuesKw: Float64Array): -1 | 0 | 1 {
  const [negative, positive] = [valuesKw.some((value) => value < 0), valuesKw.some((value) => value > 0)]
  return negative === positive ? 0 : positive ? 1 : -1
}

/** How long before the day of issue the newest value ends (ms); 0: known up to midnight. NaN: none is known. */
function lateness(valuesKw: Float64Array, from: number, dayStart: number): number {
  const newest = valuesKw.findLastIndex((value, i) => !Number.isNaN(value) && from + (i + 1) * HALF_HOUR_MS <= dayStart)
  return newest < 0 ? NaN : dayStart - (from + (newest + 1) * HALF_HOUR_MS)
}

function levelOf(valuesKw: Float64Array): number {
  const known = valuesKw.subarray(Math.max(0, valuesKw.length - (LEVEL_DAYS * DAY_MS) / HALF_HOUR_MS)).filter((value) => !Number.isNaN(value))
  return known.reduce((sum, value) => sum + value, 0) / known.length
}
