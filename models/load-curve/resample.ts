import { QUALITY, isUsable } from '#models/units/quality.ts'

/** Means over consecutive steps; NaN with quality `missing` where less than half of a step is covered. */
export interface StepMeans {
  readonly at: Float64Array
  readonly values: Float64Array
  /** The worst quality of the values that entered. */
  readonly quality: Uint8Array
  /** Share of each step for which a value was true, 0 to 1. */
  readonly coverage: Float64Array
}

/**
 * Time-weighted means of samples (ascending in `at`, UTC ms) over the steps of `stepS` from `from` to `to`. A sample is
 * true from its time until the next one, at most for `holdS`: for instants that is the time after which the source
 * counts as stale, for interval values their own step. Serves both ways: 5-second instants to 10 minutes, and 30-minute
 * means to 10-minute steps. A sample without a usable value ends the one before it.
 */
export function stepMeans(
  series: { readonly at: Float64Array; readonly values: Float64Array; readonly quality: Uint8Array },
  from: number,
  to: number,
  stepS: number,
  holdS: number,
): StepMeans {
  const stepMs = stepS * 1000
  const steps = Math.max(0, Math.floor((to - from) / stepMs))
  const at = Float64Array.from({ length: steps }, (_, step) => from + step * stepMs)
  const values = new Float64Array(steps)
  const coverage = new Float64Array(steps)
  const quality = new Uint8Array(steps)
  for (let i = 0; i < series.at.length; i += 1) {
    const value = series.values[i]!
    if (!isUsable(series.quality[i]!) || Number.isNaN(value)) continue
    const start = series.at[i]!
    const end = Math.min(start + holdS * 1000, i + 1 < series.at.length ? series.at[i + 1]! : Infinity, from + steps * stepMs)
    for (let step = Math.max(0, Math.floor((start - from) / stepMs)); step < steps && at[step]! < end; step += 1) {
      const overlapMs = Math.min(end, at[step]! + stepMs) - Math.max(start, at[step]!)
      if (overlapMs <= 0) continue
      values[step] += value * overlapMs
      coverage[step] += overlapMs
      if (series.quality[i]! > quality[step]!) quality[step] = series.quality[i]!
    }
  }
  for (let step = 0; step < steps; step += 1) {
    if (coverage[step]! < stepMs / 2) {
      values[step] = NaN
      quality[step] = QUALITY.missing
    } else values[step] /= coverage[step]!
    coverage[step] /= stepMs
  }
  return { at, values, quality, coverage }
}
