/** Hours before now whose errors tell of the hours after it. */
const LATELY_HOURS = 2

/**
 * How much of the mean error of two hours is still there after each step: the slope of the error on it, at least 0, from
 * errors (forecast less measured, step by step, NaN where unknown) of forecasts made the day before.
 */
export function carriedOver(errors: Float64Array, stepS: number, steps: number): Float64Array {
  const window = Math.max(1, Math.round((LATELY_HOURS * 3_600) / stepS))
  const lately = new Float64Array(errors.length).fill(NaN)
  for (let i = window; i < errors.length; i += 1) lately[i] = meanOf(errors, i - window, i)
  return Float64Array.from({ length: steps }, (_, ahead) => {
    let product = 0
    let square = 0
    for (let i = window; i + ahead < errors.length; i += 1) {
      const both = lately[i]! * errors[i + ahead]!
      if (Number.isNaN(both)) continue
      product += both
      square += lately[i]! * lately[i]!
    }
    return square === 0 ? 0 : Math.max(0, Math.min(1, product / square))
  })
}

/** What to take off the forecast of each step from now on: `errors` are those of today's steps up to now. */
export function correction(errors: Float64Array, carried: Float64Array, stepS: number): Float64Array {
  const window = Math.max(1, Math.round((LATELY_HOURS * 3_600) / stepS))
  const lately = meanOf(errors, Math.max(0, errors.length - window), errors.length)
  return carried.map((share) => (Number.isNaN(lately) ? 0 : share * lately))
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
