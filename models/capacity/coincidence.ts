/**
 * Coincidence factor (foisonnement): peak of the sum over the sum of the peaks, between 1/n and 1 for n equal loads.
 * Only steps at which every curve has a value count, so that a gap cannot lower the peak of the sum. NaN without such a step.
 */
export function coincidenceFactor(curvesKw: readonly Float64Array[]): number {
  const steps = Math.min(...curvesKw.map((curve) => curve.length))
  const peaksKw = new Float64Array(curvesKw.length).fill(-Infinity)
  let peakOfSumKw = -Infinity
  for (let step = 0; step < steps; step += 1) {
    let sumKw = 0
    for (const curve of curvesKw) sumKw += curve[step]
    if (sumKw !== sumKw) continue
    peakOfSumKw = Math.max(peakOfSumKw, sumKw)
    for (let k = 0; k < curvesKw.length; k += 1) peaksKw[k] = Math.max(peaksKw[k], curvesKw[k][step])
  }
  return peakOfSumKw === -Infinity ? NaN : peakOfSumKw / peaksKw.reduce((sum, kw) => sum + kw, 0)
}
