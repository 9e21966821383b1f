import { localDayStarts, nextLocalDayStart } from '#models/units/local-time.ts'
import type { Rollup, RollupStep } from '../port.ts'
import { HOUR_MS, type Hours } from './hours.ts'

/** Starts of the hours (UTC) or local days that begin in [from, to), the one that holds `from` first. */
export function stepsOf(step: RollupStep, from: number, to: number, timeZone: string): Float64Array {
  if (step === 'day') return localDayStarts(from, to, timeZone)
  const first = Math.floor(from / HOUR_MS)
  return Float64Array.from({ length: Math.max(0, Math.ceil(to / HOUR_MS) - first) }, (_, index) => (first + index) * HOUR_MS)
}

/** End of the last of these steps. */
export function stepEnd(step: RollupStep, at: Float64Array, timeZone: string): number {
  const last = at[at.length - 1]
  return step === 'day' ? nextLocalDayStart(last, timeZone) : last + HOUR_MS
}

const missing = (length: number) => new Float64Array(length).fill(NaN)
export const emptyRollup = (at: Float64Array): Rollup => ({ at, sum: missing(at.length), mean: missing(at.length), min: missing(at.length), max: missing(at.length), count: new Float64Array(at.length) })

/** Steps from the hours they are made of; the hours begin with the first step and end at `end`. */
export function rollupOf(hours: Hours, at: Float64Array, end: number): Rollup {
  const result = emptyRollup(at)
  for (let index = 0; index < at.length; index++) {
    const stepEndAt = index + 1 < at.length ? at[index + 1] : end
    let sum = 0, count = 0, min = Infinity, max = -Infinity
    for (let hour = (at[index] - at[0]) / HOUR_MS; hour < (stepEndAt - at[0]) / HOUR_MS; hour++) {
      if (!(hours.count[hour] > 0)) continue
      sum += hours.mean[hour] * hours.count[hour]
      count += hours.count[hour]
      if (hours.min[hour] < min) min = hours.min[hour]
      if (hours.max[hour] > max) max = hours.max[hour]
    }
    if (count === 0) continue
    result.sum[index] = sum
    result.mean[index] = sum / count
    result.min[index] = min
    result.max[index] = max
    result.count[index] = count
  }
  return result
}
