/**
 * Ridge regression of one slot of the day with the neighbouring slots pooled: Gram matrices of the slots are added with
 * weights that fall with the distance, so 48 regressions of a day lean on each other without being one.
 * Hoerl and Kennard, Ridge regression, Technometrics 12 (1970).
 */
export interface SlotRidge {
  /** Row-major [slots x (features + 1)]; the last is the constant. For features as given, not standardised. */
  readonly coefficients: Float64Array
  readonly features: number
}

export interface RidgeRows {
  /** Row-major [rows x features]; no NaN. */
  readonly features: Float32Array
  readonly featureCount: number
  readonly target: Float64Array
  readonly weight: Float64Array
  /** Slot of the day of each row. */
  readonly slot: Uint16Array
  readonly slots: number
  /** Rows that may be learned from; others are passed over. */
  readonly rows: Int32Array
}

export interface RidgeOptions {
  /** Penalty as a share of the weight of the rows, for standardised features. */
  readonly penalty: number
  /** Features with a penalty of their own: factor on `penalty`. */
  readonly penaltyFactor?: Float64Array
  /** Standard deviation of the weight of neighbouring slots, in slots. */
  readonly poolSlots: number
}

/** Fits all slots; a slot of which nothing is known has NaN coefficients only when no neighbour has any. */
export function fitSlotRidge(rows: RidgeRows, options: RidgeOptions): SlotRidge {
  const { features, featureCount: count, target, weight, slots } = rows
  const width = count + 1
  const { mean, scale } = standardise(rows)
  // Lower triangle of the Gram matrix with the constant last, and the right side, slot by slot.
  const triangle = (width * (width + 1)) / 2
  const gram = new Float64Array(slots * triangle)
  const right = new Float64Array(slots * width)
  // Four rows of a slot at a time: the triangle is read and written once for them.
  const four = Array.from({ length: 4 }, () => new Float64Array(width).fill(1))
  const [a, b, c, d] = four as [Float64Array, Float64Array, Float64Array, Float64Array]
  const weights = new Float64Array(4)
  for (const [s, own] of rowsBySlot(rows).entries()) {
    for (let from = 0; from < own.length; from += 4) {
      weights.fill(0)
      for (let n = 0; n < 4 && from + n < own.length; n += 1) {
        const r = own[from + n]!
        weights[n] = weight[r]!
        for (let j = 0; j < count; j += 1) four[n]![j] = (features[r * count + j]! - mean[j]!) * scale[j]!
        for (let j = 0; j < width; j += 1) right[s * width + j]! += weight[r]! * target[r]! * four[n]![j]!
      }
      for (let j = 0, at = s * triangle; j < width; at += j + 1, j += 1) {
        const wa = weights[0]! * a[j]!
        const wb = weights[1]! * b[j]!
        const wc = weights[2]! * c[j]!
        const wd = weights[3]! * d[j]!
        for (let k = 0; k <= j; k += 1) gram[at + k]! += wa * a[k]! + wb * b[k]! + wc * c[k]! + wd * d[k]!
      }
    }
  }
  const coefficients = new Float64Array(slots * width)
  const pooled = new Float64Array(triangle)
  const pooledRight = new Float64Array(width)
  const reach = Math.min(Math.ceil(2.5 * options.poolSlots), Math.floor((slots - 1) / 2))
  for (let s = 0; s < slots; s += 1) {
    pooled.fill(0)
    pooledRight.fill(0)
    for (let d = -reach; d <= reach; d += 1) {
      const share = options.poolSlots === 0 ? 1 : Math.exp(-0.5 * (d / options.poolSlots) ** 2)
      const other = (s + d + slots) % slots
      const gramAt = other * triangle
      for (let k = 0; k < triangle; k += 1) pooled[k]! += share * gram[gramAt + k]!
      for (let k = 0; k < width; k += 1) pooledRight[k]! += share * right[other * width + k]!
    }
    const total = pooled[triangle - 1]!
    for (let j = 0, diagonal = 0; j < count; j += 1) {
      pooled[diagonal]! += options.penalty * (options.penaltyFactor?.[j] ?? 1) * total
      diagonal += j + 2
    }
    solvePositive(pooled, pooledRight, width)
    const out = s * width
    let constant = pooledRight[count]!
    for (let j = 0; j < count; j += 1) {
      coefficients[out + j] = pooledRight[j]! * scale[j]!
      constant -= pooledRight[j]! * scale[j]! * mean[j]!
    }
    coefficients[out + count] = constant
  }
  return { coefficients, features: count }
}

function rowsBySlot({ rows, slot, slots }: RidgeRows): number[][] {
  const own: number[][] = Array.from({ length: slots }, () => [])
  for (const r of rows) own[slot[r]!]!.push(r)
  return own
}

/** What the ridge of a slot says of one row of features. */
export function ridgeValue(ridge: SlotRidge, slot: number, features: Float32Array, row: number): number {
  const { coefficients, features: count } = ridge
  const at = slot * (count + 1)
  const base = row * count
  let value = coefficients[at + count]!
  for (let j = 0; j < count; j += 1) value += coefficients[at + j]! * features[base + j]!
  return value
}

/** Weighted mean of each feature and one over its deviation; a feature that never changes counts for nothing. */
function standardise({ features, featureCount: count, weight, rows }: RidgeRows) {
  const mean = new Float64Array(count)
  const square = new Float64Array(count)
  let total = 0
  for (const r of rows) {
    const w = weight[r]!
    total += w
    for (let j = 0; j < count; j += 1) mean[j]! += w * features[r * count + j]!
  }
  for (let j = 0; j < count; j += 1) mean[j]! /= total
  for (const r of rows) {
    const w = weight[r]!
    for (let j = 0; j < count; j += 1) square[j]! += w * (features[r * count + j]! - mean[j]!) ** 2
  }
  const scale = Float64Array.from(square, (sum, j) => {
    const deviation = Math.sqrt(sum / total)
    return deviation > 1e-9 * (1 + Math.abs(mean[j]!)) ? 1 / deviation : 0
  })
  return { mean, scale }
}

/** Solves A x = b in place by Cholesky; `lower` holds the triangle of A row by row and is overwritten. */
function solvePositive(lower: Float64Array, right: Float64Array, size: number): void {
  for (let j = 0; j < size; j += 1) {
    const rowJ = (j * (j + 1)) / 2
    for (let k = 0; k <= j; k += 1) {
      const rowK = (k * (k + 1)) / 2
      let sum = lower[rowJ + k]!
      for (let m = 0; m < k; m += 1) sum -= lower[rowJ + m]! * lower[rowK + m]!
      if (k === j) lower[rowJ + j] = sum > 1e-12 ? Math.sqrt(sum) : Infinity
      else lower[rowJ + k] = sum / lower[rowK + k]!
    }
  }
  for (let j = 0; j < size; j += 1) {
    const row = (j * (j + 1)) / 2
    let sum = right[j]!
    for (let k = 0; k < j; k += 1) sum -= lower[row + k]! * right[k]!
    right[j] = sum / lower[row + j]!
  }
  for (let j = size - 1; j >= 0; j -= 1) {
    let sum = right[j]!
    for (let k = j + 1; k < size; k += 1) sum -= lower[(k * (k + 1)) / 2 + j]! * right[k]!
    right[j] = sum / lower[(j * (j + 1)) / 2 + j]!
  }
}
