import { calibrate, errorQuantile } from '#models/forecast/conformal.ts'
import type { Forecaster, ForecastRequest } from '#models/forecast/forecaster.ts'
import type { ForecastQuantile } from './port.ts'

/** Levels of the band that goes with a forecaster that gives none of its own: the outer 90 %, the inner 50 %, the median. */
export const BAND_LEVELS: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95]

const DAY_MS = 86_400_000
/** Days whose errors make the band. More would leave the first of them too little history to be forecast from. */
const BAND_DAYS = 14
/** Fewer days with an error say nothing about one in twenty. */
const FEWEST_DAYS = 3
/** Share of the mean size under which a time of day counts as quiet. */
const QUIET_SHARE = 0.1
const SMALLEST_KW = 1e-6
/** The size of the error at a time of day is a mean over this long before and after it. */
const SMOOTHING_MS = 90 * 60_000

/**
 * Quantiles in kW of a forecast from the errors that the same forecaster would have made on the days before, as far as
 * they are known in the history of the request; empty when too few are. The size of the error goes with the time of
 * day, its quantiles are those of all trailing days as shares of that size (models/forecast/conformal.ts). Meant for
 * forecasters whose error does not grow with the lead, such as last week's value: the trailing days are forecast one by
 * one from the instant before each. A load that was never negative has no quantile below zero, production none above.
 */
export function trailingBand(forecaster: Forecaster, request: ForecastRequest, valuesKw: Float64Array): ForecastQuantile[] {
  const { historyFrom, historyKw, stepS, from } = request
  const stepMs = stepS * 1000
  const perDay = Math.round(DAY_MS / stepMs)
  const errors: Float64Array[] = []
  for (let back = Math.min(BAND_DAYS, Math.floor(historyKw.length / perDay) - 1); back >= 1; back -= 1) {
    const start = historyKw.length - back * perDay
    const origin = historyFrom + start * stepMs
    const asOf = forecaster.forecast({ ...request, issuedAt: origin, from: origin, steps: perDay, historyKw: historyKw.subarray(0, start) })
    errors.push(asOf.valuesKw.map((value, i) => historyKw[start + i]! - value))
  }
  if (errors.filter((day) => day.some((error) => !Number.isNaN(error))).length < FEWEST_DAYS) return []
  const size = sizeByPlace(errors, perDay, Math.round(SMOOTHING_MS / stepMs))
  // Where the value is hardly ever wrong (a panel at night) its errors say nothing about the other hours.
  const least = QUIET_SHARE * (size.reduce((a, b) => a + b, 0) / perDay)
  const calibration = calibrate(errors.map((day) => day.map((error, i) => (size[i]! < least ? NaN : error / size[i]!))))
  // The days above end where the history does: the place of a forecast step is told from there.
  const historyTo = historyFrom + historyKw.length * stepMs
  const placeOf = (step: number) => (((Math.round((from - historyTo) / stepMs) + step) % perDay) + perDay) % perDay
  const isNever = (beyond: (value: number) => boolean) => !historyKw.some(beyond)
  const lowest = isNever((value) => value < 0) ? 0 : -Infinity
  const highest = isNever((value) => value > 0) ? 0 : Infinity
  return BAND_LEVELS.map((level) => {
    const share = errorQuantile(calibration, level)
    return { level, valuesKw: valuesKw.map((value, step) => Math.min(highest, Math.max(lowest, value + share * size[placeOf(step)]!))) }
  })
}

/** Mean size of the errors at each place of the day and around it; where none is known, that of the whole day. Never zero: it divides. */
function sizeByPlace(errors: readonly Float64Array[], perDay: number, around: number): Float64Array {
  const sum = new Float64Array(perDay)
  const count = new Float64Array(perDay)
  for (const day of errors) {
    for (let i = 0; i < perDay; i += 1) {
      if (Number.isNaN(day[i]!)) continue
      sum[i]! += Math.abs(day[i]!)
      count[i]! += 1
    }
  }
  const mean = sum.reduce((a, b) => a + b, 0) / count.reduce((a, b) => a + b, 0)
  return Float64Array.from({ length: perDay }, (_, i) => {
    let [total, known] = [0, 0]
    for (let k = -around; k <= around; k += 1) {
      total += sum[(i + k + perDay) % perDay]!
      known += count[(i + k + perDay) % perDay]!
    }
    return Math.max(SMALLEST_KW, known === 0 ? mean : total / known)
  })
}
