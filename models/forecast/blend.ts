/** How far the weights lean on how the errors make up for each other rather than on each member's own. */
const LEAN = 0.8
const STEPS = 300
const STEP = 0.5

/**
 * Weights of the members, each at least 0, together 1, from their past errors (column by column, of the same hours; NaN
 * is passed over): four fifths the weights whose sum of squared errors would have been least, one fifth those by each
 * member's own squared error. The first alone follows chance, the second does not see that two members err alike.
 * Bates and Granger, The combination of forecasts, Operational Research Quarterly 20 (1969).
 */
export function blendWeights(errors: readonly Float64Array[]): Float64Array {
  const count = errors.length
  const products = new Float64Array(count * count)
  let hours = 0
  const row = new Float64Array(count)
  for (let i = 0; i < (errors[0]?.length ?? 0); i += 1) {
    let whole = true
    for (let m = 0; m < count; m += 1) {
      row[m] = errors[m]![i]!
      if (Number.isNaN(row[m]!)) whole = false
    }
    if (!whole) continue
    hours += 1
    for (let p = 0; p < count; p += 1) for (let q = 0; q < count; q += 1) products[p * count + q]! += row[p]! * row[q]!
  }
  const even = new Float64Array(count).fill(1 / count)
  if (hours === 0) return even
  let own = Float64Array.from({ length: count }, (_, m) => 1 / Math.max(products[m * count + m]!, Number.MIN_VALUE))
  if (own.some((weight) => !Number.isFinite(weight))) return even
  own = shares(own)
  let mean = 0
  for (let m = 0; m < count; m += 1) mean += products[m * count + m]! / count
  // Exponentiated gradient stays among weights that are positive and sum to one.
  let least = own.slice()
  for (let step = 0; step < STEPS; step += 1) {
    least = shares(least.map((weight, p) => {
      let slope = 0
      for (let q = 0; q < count; q += 1) slope += products[p * count + q]! * least[q]!
      return weight * Math.exp((-STEP * slope) / mean)
    }))
  }
  return least.map((weight, m) => LEAN * weight + (1 - LEAN) * own[m]!)
}

function shares(weights: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
