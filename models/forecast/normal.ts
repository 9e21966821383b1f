const ROOT_TWO_PI = Math.sqrt(2 * Math.PI)

/** Share of the standard normal distribution below `z`: the series of G. Marsaglia, Evaluating the normal distribution, J. Stat. Software 11 (2004). */
export function normalShare(z: number): number {
  if (Math.abs(z) > 8) return z < 0 ? 0 : 1
  let sum = z
  let term = z
  for (let odd = 3; sum + term !== sum; odd += 2) {
    term *= (z * z) / odd
    sum += term
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / ROOT_TWO_PI
}

/**
 * The value below which a share of the standard normal distribution lies; NaN outside 0 < share < 1. Newton's steps from 0
 * reach it from one side alone, because the distribution is concave there. Good to 1e-9 for shares from 1e-7 to 1 - 1e-7.
 */
export function normalQuantile(share: number): number {
  if (!(share > 0 && share < 1)) return NaN
  const above = Math.max(share, 1 - share)
  let z = 0
  for (let k = 0; k < 60; k += 1) {
    const step = ((above - normalShare(z)) * ROOT_TWO_PI) / Math.exp((-z * z) / 2)
    z += step
    if (Math.abs(step) < 1e-12) break
  }
  return share < 0.5 ? -z : z
}

/** Standard normal numbers from uniform ones (G. E. P. Box and M. E. Muller, Ann. Math. Stat. 29 (1958)). */
export function normals(random: () => number): () => number {
  let spare = NaN
  return () => {
    if (!Number.isNaN(spare)) {
      const value = spare
      spare = NaN
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    const angle = 2 * Math.PI * random()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
