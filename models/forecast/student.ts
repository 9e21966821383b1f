import { normalQuantile } from './normal.ts'

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
