/** The balances are made of half hours: that is what household meters tell. */
export const STEPS_A_DAY = 48
export const STEPS_A_WEEK = 7 * STEPS_A_DAY

/** Standard deviation of normal values from their median absolute deviation. */
export const MAD_TO_SIGMA = 1.4826

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
