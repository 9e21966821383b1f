import { correction } from '#models/forecast/intraday.ts'
import type { DayAheadForecast, IssuedForecast } from './port.ts'

const LATELY_MS = 2 * 3_600_000

/** The steps that are issued. */
export interface IssuedSteps {
  readonly issuedAt: number
  readonly from: number
  readonly steps: number
  readonly stepS: number
}

/** True if the forecast of days has a value for every step that is to be issued. */
export function covers(days: DayAheadForecast, { from, steps, stepS }: IssuedSteps): boolean {
  return days.valuesKw.length > 0 && days.from <= from && from + steps * stepS * 1000 <= days.from + days.valuesKw.length * days.stepS * 1000
}

/**
 * A forecast of days as the day goes: what it was wrong by over the last two hours is taken off, less and less with the
 * hours, from values and quantiles alike; the band is narrowed to what errors were left with once that was done. `measuredKw`: means of its steps from `days.from` up to now, as far as
 * they are known. Each step that is issued has the value of the step of the days in which it begins. Of `isProduction`
 * no more is taken off than goes with the sun: of nothing nothing.
 */
export function correctedForecast(days: DayAheadForecast, measuredKw: Float64Array, issued: IssuedSteps, isProduction: boolean): IssuedForecast {
  const { valuesKw, quantilesKw, contributions, bound } = days
  const stepMs = days.stepS * 1000
  const now = measuredKw.length
  const off = correction(measuredKw.map((measured, i) => valuesKw[i]! - measured), days.carried, days.stepS)
  const lately = valuesKw.subarray(Math.max(0, now - LATELY_MS / stepMs), now)
  const latelyKw = lately.reduce((sum, value) => sum + Math.abs(value), 0) / lately.length
  const offKw = valuesKw.map((value, i) => {
    const own = i < now ? 0 : (off[i - now] ?? 0)
    return isProduction && own !== 0 ? own * (latelyKw > 0 ? Math.min(1, Math.abs(value) / latelyKw) : 0) : own
  })
  const kept = (value: number) => (bound === 1 ? Math.max(0, value) : bound === -1 ? Math.min(0, value) : value)
  const corrected = (column: Float64Array) => column.map((value, i) => kept(value - offKw[i]!))
  // Of late meters nothing is taken off, and nothing more is known of a production by how much it was off before.
  const isCorrected = !isProduction && measuredKw.subarray(Math.max(0, now - LATELY_MS / stepMs)).some((measured) => !Number.isNaN(measured))
  const narrowed = (column: Float64Array) => column.map((value, i) => {
    const left = isCorrected && i >= now ? (days.left?.[i - now] ?? 1) : 1
    return kept(valuesKw[i]! - offKw[i]! + left * (value - valuesKw[i]!))
  })
  const { issuedAt, from, steps, stepS } = issued
  const place = Int32Array.from({ length: steps }, (_, i) => Math.floor((from + i * stepS * 1000 - days.from) / stepMs))
  const expanded = (column: Float64Array) => Float64Array.from(place, (own) => column[own]!)
  const values = corrected(valuesKw)
  return {
    series: days.series, issuedAt, from, stepS, forecaster: 'day-ahead-corrected', method: days.method, reason: days.reason, weather: days.weather, unit: days.unit,
    valuesKw: expanded(values), quantilesKw: quantilesKw.map((one) => ({ level: one.level, valuesKw: expanded(narrowed(one.valuesKw)) })),
    // What the last hours say is of recent days.
    ...(contributions === undefined ? {} : { contributions: {
      calendar: expanded(contributions.calendar), weather: expanded(contributions.weather), recent: expanded(contributions.recent.map((recent, i) => recent + values[i]! - valuesKw[i]!)),
    } }),
  }
}
