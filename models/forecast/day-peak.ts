import { calibrate, errorQuantile, LEVELS } from './conformal.ts'

/** Days whose peaks are looked at, and fewest of them that tell anything. */
const PEAK_DAYS = 112
const FEWEST_DAYS = 14
/** A day of which more is missing may have had its peak where nobody measured. */
const LEAST_KNOWN = 0.9

export interface DayPeak {
  /** Expected highest value of the day, in the unit of the forecast: the median. */
  readonly value: number
  /** By LEVELS, rising. */
  readonly quantiles: Float64Array
  /** Past days from which it was learned. */
  readonly days: number
}

/**
 * Measured peak of each past day as a share of the highest value that had been forecast of it; NaN where either is not
 * above 0 or the day is not measured well enough. Columns by cell of whole days.
 */
export function peakShares(forecast: Float64Array, measured: Float64Array, perDay: number): Float64Array {
  return Float64Array.from({ length: Math.floor(measured.length / perDay) }, (_, day) => {
    let [highest, peak, known] = [-Infinity, -Infinity, 0]
    for (let i = day * perDay; i < (day + 1) * perDay; i += 1) {
      if (Number.isNaN(measured[i]! + forecast[i]!)) continue
      known += 1
      if (forecast[i]! > highest) highest = forecast[i]!
      if (measured[i]! > peak) peak = measured[i]!
    }
    return known >= LEAST_KNOWN * perDay && highest > 0 && peak > 0 ? peak / highest : NaN
  })
}

/**
 * Highest value of a day that is forecast. The highest of expected values lies below the highest that is to be expected:
 * nobody knows the hour of the peak, and each hour has its own chance to be it. How far below is read from the days
 * before, the late ones weighing more (split conformal on the ratio, as the bands).
 * @param highest highest forecast value of the day, above 0
 * @param shares of the days before, by `peakShares`, the latest last
 * @returns undefined where too few days are known, or the day is not forecast to draw anything
 */
export function dayPeak(highest: number, shares: Float64Array): DayPeak | undefined {
  const late = shares.subarray(Math.max(0, shares.length - PEAK_DAYS))
  const days = late.filter((share) => !Number.isNaN(share)).length
  if (days < FEWEST_DAYS || !(highest > 0)) return undefined
  const calibration = calibrate(Array.from(late, (share) => Float64Array.of(share)))
  const at = (level: number) => highest * errorQuantile(calibration, level)
  return { value: at(0.5), quantiles: Float64Array.from(LEVELS, at), days }
}
