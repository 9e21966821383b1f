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
  const values: { value: number; weight: number }[] = []
  for (const [d, own] of days.entries()) {
    const weight = 2 ** (-(days.length - d) / HALF_LIFE_DAYS)
    for (const value of own) if (!Number.isNaN(value)) values.push({ value, weight })
  }
  values.sort((a, b) => a.value - b.value)
  const share = new Float64Array(values.length)
  let sum = 0
  for (const [i, { weight }] of values.entries()) {
    share[i] = sum + weight / 2
    sum += weight
  }
  return { sorted: Float64Array.from(values, ({ value }) => value), share: share.map((one) => one / sum) }
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
