/** Quantile of the standard normal distribution: P. J. Acklam's rational approximation, relative error below 1.2e-9. */
export function normalQuantile(share: number): number {
  if (!(share > 0 && share < 1)) return share === 0 ? -Infinity : share === 1 ? Infinity : NaN
  if (share > 0.5) return -normalQuantile(1 - share)
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share))
    return (
      (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783) /
      ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
    )
  }
  const q = share - 0.5
  const r = q * q
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r - 30.66479806614716) * r + 2.506628277459239) * q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r - 13.28068155288572) * r + 1)
  )
}

/**
 * Quantile of Student's distribution with `freedom` degrees (any number from 1 on). Exact for 1 and 2; else the expansion
 * of Cornish and Fisher (Abramowitz and Stegun, 26.7.5), within 1 % from 3 degrees on for shares from 0.025 to 0.975.
 */
export function studentQuantile(share: number, freedom: number): number {
  if (freedom <= 1) return Math.tan(Math.PI * (share - 0.5))
  const two = (2 * share - 1) * Math.sqrt(2 / (4 * share * (1 - share)))
  if (freedom <= 2) return two
  const z = normalQuantile(share)
  const z2 = z * z
  const expanded =
    z +
    (z * (z2 + 1)) / (4 * freedom) +
    (z * ((5 * z2 + 16) * z2 + 3)) / (96 * freedom ** 2) +
    (z * (((3 * z2 + 19) * z2 + 17) * z2 - 15)) / (384 * freedom ** 3) +
    (z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945)) / (92_160 * freedom ** 4)
  // Between two and three degrees the expansion is not good enough alone.
  return freedom >= 3 ? expanded : two + (freedom - 2) * (studentQuantile(share, 3) - two)
}
