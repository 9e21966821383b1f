import { LEVELS } from './conformal.ts'

export interface Scores {
  readonly hours: number
  readonly mae: number
  readonly rmse: number
  /** MAE as % of the mean measured value. */
  readonly nMaePct: number
  /** Mean over the days of |highest forecast - highest measured| / highest measured, %. */
  readonly peakErrorPct: number
  /** Mean pinball loss over the levels, % of the mean measured value. */
  readonly pinballPct: number
  /** Share of measured values within the 5 % and 95 % quantiles, %. */
  readonly cover90Pct: number
}

/**
 * Scores of forecasts against what was measured, both by cell of whole days; where either is NaN the cell counts for
 * nothing. `quantiles` is [level][cell] by LEVELS, or empty.
 */
export function scores(forecast: Float64Array, quantiles: readonly Float64Array[], measured: Float64Array, perDay: number): Scores {
  let hours = 0
  let absolute = 0
  let squared = 0
  let sum = 0
  let pinball = 0
  let pinballs = 0
  let covered = 0
  let peaks = 0
  let peakDays = 0
  for (let day = 0; day * perDay < measured.length; day += 1) {
    let highestForecast = -Infinity
    let highest = -Infinity
    for (let i = day * perDay; i < (day + 1) * perDay; i += 1) {
      const value = measured[i]!
      const error = forecast[i]! - value
      if (Number.isNaN(error)) continue
      hours += 1
      absolute += Math.abs(error)
      squared += error * error
      sum += value
      highestForecast = Math.max(highestForecast, forecast[i]!)
      highest = Math.max(highest, value)
      if (quantiles.length === 0 || Number.isNaN(quantiles[0]![i]!)) continue
      for (const [k, level] of LEVELS.entries()) {
        const under = value - quantiles[k]![i]!
        pinball += under >= 0 ? level * under : (level - 1) * under
        pinballs += 1
      }
      if (value >= quantiles[0]![i]! && value <= quantiles[LEVELS.length - 1]![i]!) covered += 1
    }
    if (highest > 0) {
      peaks += Math.abs(highestForecast - highest) / highest
      peakDays += 1
    }
  }
  const mean = sum / hours
  return {
    hours, mae: absolute / hours, rmse: Math.sqrt(squared / hours), nMaePct: (100 * absolute) / hours / mean, peakErrorPct: (100 * peaks) / peakDays,
    pinballPct: pinballs === 0 ? NaN : (100 * pinball) / pinballs / mean, cover90Pct: pinballs === 0 ? NaN : (100 * covered * LEVELS.length) / pinballs,
  }
}
