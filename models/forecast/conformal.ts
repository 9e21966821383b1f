/** Levels of the quantiles that a forecast gives. */
export const LEVELS: readonly number[] = Array.from({ length: 19 }, (_, i) => Math.round((i + 1) * 5) / 100)

const HALF_LIFE_DAYS = 28
/** How far a level moves after a day that was wholly above or below its quantile. */
const ADAPTATION = 0.02
const FURTHEST = 0.045

/**
 * Quantiles of the error from the errors made lately, each as a share of the size that was expected of it; and levels
 * that adapt: where less was covered than promised, the next quantile is taken further out.
 * Romano, Patterson and Candes, Conformalized quantile regression, NeurIPS 32 (2019); Gibbs and Candes, Adaptive
 * conformal inference under distribution shift, NeurIPS 34 (2021).
 */
export interface Calibration {
  /** Errors as shares of the expected size, in rising order, with the running share of their weights. */
  readonly sorted: Float64Array
  readonly share: Float64Array
}

/** Calibration from the errors of the days before, `shares[day]` (NaN where nothing is known), the latest day last. */
export function calibrate(days: readonly Float64Array[]): Calibration {
  const known = days.reduce((count, own) => count + own.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0), 0)
  const values = new Float64Array(known)
  const weights = new Float64Array(known)
  let next = 0
  for (const [d, own] of days.entries()) {
    const weight = 2 ** (-(days.length - d) / HALF_LIFE_DAYS)
    for (const value of own) {
      if (Number.isNaN(value)) continue
      values[next] = value
      weights[next] = weight
      next += 1
    }
  }
  const { sorted, weight } = sortedTogether(values, weights)
  const share = new Float64Array(known)
  let sum = 0
  for (let i = 0; i < known; i += 1) {
    share[i] = sum + weight[i]! / 2
    sum += weight[i]!
  }
  return { sorted, share: share.map((one) => one / sum) }
}

/** Values in rising order with the weight of each, by merging runs that double: a comparison by a function is ten times as slow. */
function sortedTogether(values: Float64Array, weights: Float64Array): { sorted: Float64Array; weight: Float64Array } {
  let [sorted, weight, other, otherWeight]: Float64Array[] = [values, weights, new Float64Array(values.length), new Float64Array(values.length)]
  for (let run = 1; run < values.length; run *= 2) {
    for (let from = 0; from < values.length; from += 2 * run) {
      const middle = Math.min(values.length, from + run)
      const end = Math.min(values.length, from + 2 * run)
      for (let at = from, a = from, b = middle; at < end; at += 1) {
        const first = a < middle && (b >= end || sorted[a]! <= sorted[b]!)
        other[at] = sorted[first ? a : b]!
        otherWeight[at] = weight[first ? a : b]!
        if (first) a += 1
        else b += 1
      }
    }
    ;[sorted, weight, other, otherWeight] = [other, otherWeight, sorted, weight]
  }
  return { sorted, weight }
}

/** Quantile of the error at a level, as a share of the expected size; NaN when nothing was ever measured. */
export function errorQuantile({ sorted, share }: Calibration, level: number): number {
  if (sorted.length === 0) return NaN
  let low = 0
  let high = share.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (share[middle]! < level) low = middle + 1
    else high = middle
  }
  if (low === 0) return sorted[0]!
  if (low === share.length) return sorted[share.length - 1]!
  const part = (level - share[low - 1]!) / (share[low]! - share[low - 1]!)
  return sorted[low - 1]! + part * (sorted[low]! - sorted[low - 1]!)
}

/** Where each level has been moved to, after a day of which `below[level]` is the share that lay below its quantile. */
export function adaptLevels(moved: Float64Array, below: Float64Array): Float64Array {
  return moved.map((offset, k) => {
    if (Number.isNaN(below[k]!)) return offset
    const level = LEVELS[k]!
    return Math.max(-FURTHEST, Math.min(FURTHEST, offset + ADAPTATION * (level - below[k]!)))
  })
}
