import { isUsable } from '#models/units/quality.ts'
import type { Series } from '../port.ts'
import { lowerBound } from './columns.ts'

export const HOUR_MS = 3_600_000

/** Columns over consecutive UTC hours; an hour without a usable value has mean NaN and count 0. */
export interface Hours {
  readonly mean: Float64Array
  readonly min: Float64Array
  readonly max: Float64Array
  readonly count: Float64Array
}

export function emptyHours(length: number): Hours {
  const missing = () => new Float64Array(length).fill(NaN)
  return { mean: missing(), min: missing(), max: missing(), count: new Float64Array(length) }
}

/** Fills `into` from its place for `fromAt` (a full hour) on, from ascending samples. */
export function rollUp(series: Series, fromAt: number, toAt: number, into: Hours, offset: number): void {
  const { at, values, quality } = series
  let index = lowerBound(at, fromAt)
  for (let hourAt = fromAt, place = offset; hourAt < toAt; hourAt += HOUR_MS, place++) {
    const end = hourAt + HOUR_MS
    let sum = 0
    let count = 0
    let min = Infinity
    let max = -Infinity
    for (; index < at.length && at[index] < end; index++) {
      const value = values[index]
      if (value !== value || !isUsable(quality[index])) continue
      sum += value
      count++
      if (value < min) min = value
      if (value > max) max = value
    }
    into.count[place] = count
    into.mean[place] = count > 0 ? sum / count : NaN
    into.min[place] = count > 0 ? min : NaN
    into.max[place] = count > 0 ? max : NaN
  }
}
