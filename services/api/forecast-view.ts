import { QUALITY } from '#models/units/quality.ts'
import type { IssuedForecast } from '#services/evaluation/port.ts'
import { emptyColumns, orNull, pushValue } from './columns.ts'
import type { SeriesColumns } from './contract/common.ts'
import type { PowerForecast, TomorrowPeak } from './contract/forecast.ts'
import { isoTime, type Table } from './csv.ts'

const DEFAULT_STEP_S = 600

/** A forecast as it was issued, or that none was yet. */
export function forecastView(series: string, issued: IssuedForecast | undefined, tomorrowPeak: TomorrowPeak | null): PowerForecast {
  if (issued === undefined) {
    return { readiness: 'starting', series, issuedAt: null, stepS: DEFAULT_STEP_S, forecaster: null, method: null, reason: null, powerKw: emptyColumns(), quantilesKw: [], contributions: null, tomorrowPeak: null }
  }
  const { issuedAt, from, stepS, forecaster, method, reason, valuesKw, quantilesKw, contributions } = issued
  const powerKw = emptyColumns()
  valuesKw.forEach((value, i) => pushValue(powerKw, from + i * stepS * 1000, value, QUALITY.forecast))
  const column = (values: Float64Array) => Array.from(values, hundredth)
  return {
    readiness: 'ready', series, issuedAt, stepS, forecaster, method, reason: reason ?? null, powerKw,
    quantilesKw: quantilesKw.map(({ level, valuesKw: values }) => ({ level, values: column(values) })),
    contributions: contributions === undefined ? null : { calendarKw: column(contributions.calendar), weatherKw: column(contributions.weather), recentKw: column(contributions.recent) },
    tomorrowPeak,
  }
}

/** A band is not known any better, and its columns are most of the answer. */
const hundredth = (value: number): number | null => orNull(Math.round(value * 100) / 100)

/** One row an instant: measured values before the forecast and beside it, then the quantiles, `p5_kw` for the 5 % one. */
export function forecastTable({ powerKw, quantilesKw, contributions }: PowerForecast, measuredKw?: SeriesColumns): { header: readonly string[]; rows: Table } {
  const measuredAt = new Map(measuredKw?.at.map((at, i) => [at, i]))
  const forecastAt = new Map(powerKw.at.map((at, i) => [at, i]))
  const instants = [...new Set([...measuredAt.keys(), ...forecastAt.keys()])].sort((a, b) => a - b)
  const parts = contributions === null ? [] : [['calendar_kw', contributions.calendarKw] as const, ['weather_kw', contributions.weatherKw] as const, ['recent_kw', contributions.recentKw] as const]
  return {
    header: ['at', 'power_kw', 'quality', ...quantilesKw.map(({ level }) => `p${Math.round(level * 100)}_kw`), ...parts.map(([name]) => name), ...(measuredKw === undefined ? [] : ['measured_kw', 'measured_quality'])],
    rows: instants.map((at) => {
      const ahead = forecastAt.get(at) ?? -1
      const past = measuredAt.get(at) ?? -1
      return [
        isoTime(at), powerKw.values[ahead], powerKw.quality[ahead], ...quantilesKw.map(({ values }) => values[ahead]), ...parts.map(([, values]) => values[ahead]),
        ...(measuredKw === undefined ? [] : [measuredKw.values[past], measuredKw.quality[past]]),
      ]
    }),
  }
}
