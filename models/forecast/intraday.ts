/** Hours before now whose errors tell of the hours after it. */
const LATELY_HOURS = 2

/**
 * How much of the mean error of two hours is still there after each step: the slope of the error on it, at least 0, from
 * errors (forecast less measured, step by step, NaN where unknown) of forecasts made the day before.
 */
export function carriedOver(errors: Float64Array, stepS: number, steps: number): Float64Array {
  const lately = meansBefore(errors, stepS)
  return Float64Array.from({ length: steps }, (_, ahead) => {
    let product = 0
    let square = 0
    for (let i = 0; i + ahead < errors.length; i += 1) {
      const both = lately[i]! * errors[i + ahead]!
      if (Number.isNaN(both)) continue
      product += both
      square += lately[i]! * lately[i]!
    }
    return square === 0 ? 0 : Math.max(0, Math.min(1, product / square))
  })
}

/**
 * How much of the error is left at each step once the correction is made, as a share of its mean size before: a band of
 * what is left is that much narrower. Errors and shares carried over as above.
 */
export function leftOver(errors: Float64Array, carried: Float64Array, stepS: number): Float64Array {
  const lately = meansBefore(errors, stepS)
  return carried.map((share, ahead) => {
    let left = 0
    let before = 0
    for (let i = 0; i + ahead < errors.length; i += 1) {
      const off = errors[i + ahead]! - share * lately[i]!
      if (Number.isNaN(off)) continue
      left += Math.abs(off)
      before += Math.abs(errors[i + ahead]!)
    }
    return before === 0 ? 1 : Math.min(1, left / before)
  })
}

/** What to take off the forecast of each step from now on: `errors` are those of today's steps up to now. */
export function correction(errors: Float64Array, carried: Float64Array, stepS: number): Float64Array {
  const lately = meanOf(errors, Math.max(0, errors.length - windowOf(stepS)), errors.length)
  return carried.map((share) => (Number.isNaN(lately) ? 0 : share * lately))
}

const windowOf = (stepS: number): number => Math.max(1, Math.round((LATELY_HOURS * 3_600) / stepS))

/** Mean error of the two hours before each step. */
function meansBefore(errors: Float64Array, stepS: number): Float64Array {
  const window = windowOf(stepS)
  return errors.map((_, i) => (i < window ? NaN : meanOf(errors, i - window, i)))
}

function meanOf(values: Float64Array, from: number, to: number): number {
  let sum = 0
  let count = 0
  for (let i = from; i < to; i += 1) {
    if (Number.isNaN(values[i]!)) continue
    sum += values[i]!
    count += 1
  }
  return count === 0 ? NaN : sum / count
}
