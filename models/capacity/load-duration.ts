export interface LoadDuration {
  /** Powers in falling order, missing ones left out. */
  readonly powerKw: Float64Array
  /** Hours in which the power was at least the value at the same place. */
  readonly hours: Float64Array
  /** Hours without a value. */
  readonly missingHours: number
}

/** Load-duration curve of a series of mean powers over equal steps. */
export function loadDuration(powerKw: Float64Array, stepS: number): LoadDuration {
  const stepH = stepS / 3600
  const present = powerKw.filter((kw) => kw === kw).sort().reverse()
  return { powerKw: present, hours: present.map((_, k) => (k + 1) * stepH), missingHours: (powerKw.length - present.length) * stepH }
}

/** Hours and energy above a power, from the curve. */
export function aboveLimit(curve: LoadDuration, limitKw: number): { readonly hours: number; readonly energyKwh: number } {
  let hours = 0
  let energyKwh = 0
  for (let k = 0; k < curve.powerKw.length && curve.powerKw[k] > limitKw; k += 1) {
    const stepH = curve.hours[k] - (k === 0 ? 0 : curve.hours[k - 1])
    hours += stepH
    energyKwh += (curve.powerKw[k] - limitKw) * stepH
  }
  return { hours, energyKwh }
}
