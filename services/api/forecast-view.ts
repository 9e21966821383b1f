import { QUALITY } from '#models/units/quality.ts'
import type { IssuedForecast } from '#services/evaluation/port.ts'
import { emptyColumns, orNull, pushValue } from './columns.ts'
import type { SeriesColumns } from './contract/common.ts'
import type { PowerForecast, TomorrowPeak } from './contract/forecast.ts'
import { isoTime, type Table } from './csv.ts'

const DEFAULT_STEP_S = 600

type OfSeries = Pick<PowerForecast, 'series' | 'carrier' | 'unit'>

/** A forecast as it was issued, or that none was yet. */
export function forecastView({ series, carrier, unit }: OfSeries, issued: IssuedForecast | undefined, tomorrowPeak: TomorrowPeak | null): Omit<PowerForecast, 'measuredKw'> {
  const of = { series, carrier, unit }
  // Said in another unit, before the meter became another one: of no use here.
  if (issued === undefined || (issued.unit ?? 'kW') !== unit) {
    return { readiness: 'starting', ...of, weather: null, issuedAt: null, stepS: DEFAULT_STEP_S, forecaster: null, method: null, reason: null, powerKw: emptyColumns(), quantilesKw: [], contributions: null, tomorrowPeak: null }
  }
  const { issuedAt, from, stepS, forecaster, method, reason, weather, valuesKw, quantilesKw, contributions } = issued
  const powerKw = emptyColumns()
  valuesKw.forEach((value, i) => pushValue(powerKw, from + i * stepS * 1000, value, QUALITY.forecast))
  const column = (values: Float64Array) => Array.from(values, hundredth)
  return {
    readiness: 'ready', ...of, weather: weather ?? null, issuedAt, stepS, forecaster, method, reason: reason ?? null, powerKw,
    quantilesKw: quantilesKw.map(({ level, valuesKw: values }) => ({ level, values: column(values) })),
    contributions: contributions === undefined ? null : { calendarKw: column(contributions.calendar), weatherKw: column(contributions.weather), recentKw: column(contributions.recent) },
    tomorrowPeak,
  }
}

/** A band is not known any better, and its columns are most of the answer. */
const hundredth = (value: number): number | null => orNull(Math.round(value * 100) / 100)

/** One row an instant: measured values before the forecast and beside it, then the quantiles, `p5_kw` for the 5 % one. */
export function forecastTable({ powerKw, quantilesKw, contributions, unit }: Omit<PowerForecast, 'measuredKw'>, measuredKw?: SeriesColumns): { header: readonly string[]; rows: Table } {
  const measuredAt = new Map(measuredKw?.at.map((at, i) => [at, i]))
  const forecastAt = new Map(powerKw.at.map((at, i) => [at, i]))
  const instants = [...new Set([...measuredAt.keys(), ...forecastAt.keys()])].sort((a, b) => a - b)
  const [name, suffix] = unit === 'kW' ? ['power_kw', 'kw'] : ['flow_m3h', 'm3h']
  const parts = contributions === null ? [] : [[`calendar_${suffix}`, contributions.calendarKw] as const, [`weather_${suffix}`, contributions.weatherKw] as const, [`recent_${suffix}`, contributions.recentKw] as const]
  return {
    header: ['at', name, 'quality', ...quantilesKw.map(({ level }) => `p${Math.round(level * 100)}_${suffix}`), ...parts.map(([part]) => part), ...(measuredKw === undefined ? [] : [`measured_${suffix}`, 'measured_quality'])],
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
