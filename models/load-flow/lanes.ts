import type { Factors } from './factorise.ts'

/** Scenarios side by side: neighbours in memory, so that one walk through the factors serves all of them. */
export const LANES = 8

/** x <- (L D L^T)^-1 x for a block: x[position * LANES + lane]. */
export function solveFactors(factors: Factors, re: Float64Array, im: Float64Array): void {
  const { size, start, row, lowerRe, lowerIm, inverseRe, inverseIm } = factors
  for (let p = 0; p < size; p += 1) {
    const base = p * LANES
    for (let e = start[p]; e < start[p + 1]; e += 1) {
      const target = row[e] * LANES
      const lr = lowerRe[e]
      const li = lowerIm[e]
      for (let lane = 0; lane < LANES; lane += 1) {
        const xr = re[base + lane]
        const xi = im[base + lane]
        re[target + lane] -= lr * xr - li * xi
        im[target + lane] -= lr * xi + li * xr
      }
    }
  }
  for (let p = size - 1; p >= 0; p -= 1) {
    const base = p * LANES
    const dr = inverseRe[p]
    const di = inverseIm[p]
    for (let lane = 0; lane < LANES; lane += 1) {
      const xr = re[base + lane]
      const xi = im[base + lane]
      re[base + lane] = dr * xr - di * xi
      im[base + lane] = dr * xi + di * xr
    }
    for (let e = start[p]; e < start[p + 1]; e += 1) {
      const target = row[e] * LANES
      const lr = lowerRe[e]
      const li = lowerIm[e]
      for (let lane = 0; lane < LANES; lane += 1) {
        const xr = re[target + lane]
        const xi = im[target + lane]
        re[base + lane] -= lr * xr - li * xi
        im[base + lane] -= lr * xi + li * xr
      }
    }
  }
}

/** The same for a single right side: x[position]. */
export function solveOne(factors: Factors, re: Float64Array, im: Float64Array): void {
  const { size, start, row, lowerRe, lowerIm, inverseRe, inverseIm } = factors
  for (let p = 0; p < size; p += 1) {
    for (let e = start[p]; e < start[p + 1]; e += 1) {
      re[row[e]] -= lowerRe[e] * re[p] - lowerIm[e] * im[p]
      im[row[e]] -= lowerRe[e] * im[p] + lowerIm[e] * re[p]
    }
  }
  for (let p = size - 1; p >= 0; p -= 1) {
    let xr = inverseRe[p] * re[p] - inverseIm[p] * im[p]
    let xi = inverseRe[p] * im[p] + inverseIm[p] * re[p]
    for (let e = start[p]; e < start[p + 1]; e += 1) {
      xr -= lowerRe[e] * re[row[e]] - lowerIm[e] * im[row[e]]
      xi -= lowerRe[e] * im[row[e]] + lowerIm[e] * re[row[e]]
    }
    re[p] = xr
    im[p] = xi
  }
}
