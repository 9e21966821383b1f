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
  /** Features that are passed over. */
  readonly without?: readonly number[]
}

export interface RidgeOptions {
  /** Penalty as a share of the weight of the rows, for standardised features. */
  readonly penalty: number
  /** Standard deviation of the weight of neighbouring slots, in slots. */
  readonly poolSlots: number
}

export interface RobustRidgeOptions extends RidgeOptions {
  /** Residuals of a slot beyond this quantile of their size count no more than at it (Huber's weights); 1: all of them count in full. */
  readonly robustQuantile: number
}

/**
 * Ridges on the same rows, one for the weight of the rows and one for each of `others`. A first fit with the weight of
 * the rows tells which of them lie far off; these count less in all that are answered. A slot of which nothing is known
 * has NaN coefficients only when no neighbour has any.
 */
export function fitRobustRidges(rows: RidgeRows, others: readonly Float64Array[], options: RobustRidgeOptions): SlotRidge[] {
  const { weight, target, features, slots } = rows
  const standard = standardise(rows)
  const bySlot = rowsBySlot(rows)
  const sums = createSums(slots, standard.used.length + 1)
  for (const [slot, own] of bySlot.entries()) addRows(sums, slot, own, rows, weight, standard)
  const first = solveSlots(sums, standard, options)
  const share = new Float64Array(weight.length)
  const less = new Float64Array(weight.length)
  for (const [slot, own] of bySlot.entries()) {
    const size = Float64Array.from(own, (i) => Math.abs(target[i]! - ridgeValue(first, slot, features, i)))
    const most = size.slice().sort()[Math.floor(options.robustQuantile * own.length)] ?? Infinity
    for (const [k, i] of own.entries()) {
      share[i] = size[k]! > most && most > 0 ? most / size[k]! : 1
      less[i] = weight[i]! * (share[i]! - 1)
    }
    // Only what changed is counted again.
    addRows(sums, slot, own.filter((i) => less[i] !== 0), rows, less, standard)
  }
  return [solveSlots(sums, standard, options), ...others.map((other) => {
    sums.gram.fill(0)
    sums.right.fill(0)
    const own = other.map((one, i) => one * share[i]!)
    for (const [slot, ownRows] of bySlot.entries()) addRows(sums, slot, ownRows, rows, own, standard)
    return solveSlots(sums, standard, options)
  })]
}

/** Lower triangles of the Gram matrices with the constant last, and the right sides, slot by slot. */
interface Sums {
  readonly gram: Float64Array
  readonly right: Float64Array
  readonly width: number
}

function createSums(slots: number, width: number): Sums {
  return { gram: new Float64Array((slots * width * (width + 1)) / 2), right: new Float64Array(slots * width), width }
}

/** Adds rows of a slot, four rows and two lines of the triangle at a time: what is read is used eight times over. */
function addRows({ gram, right, width }: Sums, slot: number, own: Int32Array, { features, featureCount, target }: RidgeRows, weight: Float64Array, { used, mean, scale }: Standard): void {
  const triangleAt = (slot * width * (width + 1)) / 2
  const rightAt = slot * width
  // [column][four rows]; the last column is the constant, and one more of zeros makes their number even.
  const four = new Float64Array(4 * (width + 1)).fill(1, 4 * (width - 1), 4 * width)
  const w = new Float64Array(4)
  const t = new Float64Array(4)
  for (let from = 0; from < own.length; from += 4) {
    for (let n = 0; n < 4; n += 1) {
      // What is missing of the last four is a row of no weight.
      const r = own[Math.min(own.length - 1, from + n)]!
      w[n] = from + n < own.length ? weight[r]! : 0
      t[n] = w[n]! * target[r]!
      const base = r * featureCount
      for (let j = 0; j < used.length; j += 1) four[4 * j + n] = (features[base + used[j]!]! - mean[j]!) * scale[j]!
    }
    addFour(gram, triangleAt, right, rightAt, four, width, w, t)
  }
}

function addFour(gram: Float64Array, triangleAt: number, right: Float64Array, rightAt: number, four: Float64Array, width: number, w: Float64Array, t: Float64Array): void {
  const w0 = w[0]!
  const w1 = w[1]!
  const w2 = w[2]!
  const w3 = w[3]!
  for (let j = 0; j < width; j += 1) right[rightAt + j]! += t[0]! * four[4 * j]! + t[1]! * four[4 * j + 1]! + t[2]! * four[4 * j + 2]! + t[3]! * four[4 * j + 3]!
  for (let j = 0, line = triangleAt; j < width; j += 2) {
    const at = 4 * j
    const a0 = w0 * four[at]!
    const a1 = w1 * four[at + 1]!
    const a2 = w2 * four[at + 2]!
    const a3 = w3 * four[at + 3]!
    const b0 = w0 * four[at + 4]!
    const b1 = w1 * four[at + 5]!
    const b2 = w2 * four[at + 6]!
    const b3 = w3 * four[at + 7]!
    const next = line + j + 1
    if (j + 1 === width) {
      for (let k = 0, e = 0; k <= j; k += 1, e += 4) gram[line + k]! += a0 * four[e]! + a1 * four[e + 1]! + a2 * four[e + 2]! + a3 * four[e + 3]!
      return
    }
    for (let k = 0, e = 0; k <= j; k += 1, e += 4) {
      const x0 = four[e]!
      const x1 = four[e + 1]!
      const x2 = four[e + 2]!
      const x3 = four[e + 3]!
      gram[line + k]! += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3
      gram[next + k]! += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3
    }
    gram[next + j + 1]! += b0 * four[at + 4]! + b1 * four[at + 5]! + b2 * four[at + 6]! + b3 * four[at + 7]!
    line = next + j + 2
  }
}

function solveSlots({ gram, right, width }: Sums, { used, mean, scale, featureCount }: Standard, { penalty, poolSlots }: RidgeOptions): SlotRidge {
  const slots = right.length / width
  const triangle = (width * (width + 1)) / 2
  const coefficients = new Float64Array(slots * (featureCount + 1))
  const pooled = new Float64Array(triangle)
  const pooledRight = new Float64Array(width)
  const reach = Math.min(Math.ceil(2.5 * poolSlots), Math.floor((slots - 1) / 2))
  for (let s = 0; s < slots; s += 1) {
    pooled.fill(0)
    pooledRight.fill(0)
    for (let d = -reach; d <= reach; d += 1) {
      const share = poolSlots === 0 ? 1 : Math.exp(-0.5 * (d / poolSlots) ** 2)
      const other = (s + d + slots) % slots
      addShare(pooled, gram, other * triangle, share)
      addShare(pooledRight, right, other * width, share)
    }
    const total = pooled[triangle - 1]!
    for (let j = 0, diagonal = 0; j < used.length; j += 1) {
      pooled[diagonal]! += penalty * total
      diagonal += j + 2
    }
    solvePositive(pooled, pooledRight, width)
    const out = s * (featureCount + 1)
    let constant = pooledRight[used.length]!
    for (let j = 0; j < used.length; j += 1) {
      coefficients[out + used[j]!] = pooledRight[j]! * scale[j]!
      constant -= pooledRight[j]! * scale[j]! * mean[j]!
    }
    coefficients[out + featureCount] = constant
  }
  return { coefficients, features: featureCount }
}

function addShare(to: Float64Array, from: Float64Array, at: number, share: number): void {
  for (let k = 0; k < to.length; k += 1) to[k]! += share * from[at + k]!
}

function rowsBySlot({ rows, slot, slots }: RidgeRows): Int32Array[] {
  const counts = new Int32Array(slots)
  for (const r of rows) counts[slot[r]!]! += 1
  const own = Array.from(counts, (count) => new Int32Array(count))
  counts.fill(0)
  for (const r of rows) own[slot[r]!]![counts[slot[r]!]++] = r
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

/** Of the features that change their number, weighted mean and one over the deviation; what never changes counts for nothing. */
interface Standard {
  readonly featureCount: number
  readonly used: Int32Array
  readonly mean: Float64Array
  readonly scale: Float64Array
}

function standardise({ features, featureCount, weight, rows, without }: RidgeRows): Standard {
  const mean = new Float64Array(featureCount)
  const square = new Float64Array(featureCount)
  let total = 0
  for (let n = 0; n < rows.length; n += 1) {
    const w = weight[rows[n]!]!
    const base = rows[n]! * featureCount
    total += w
    for (let j = 0; j < featureCount; j += 1) mean[j]! += w * features[base + j]!
  }
  for (let j = 0; j < featureCount; j += 1) mean[j]! /= total
  for (let n = 0; n < rows.length; n += 1) {
    const w = weight[rows[n]!]!
    const base = rows[n]! * featureCount
    for (let j = 0; j < featureCount; j += 1) {
      const off = features[base + j]! - mean[j]!
      square[j]! += w * off * off
    }
  }
  const deviation = square.map((sum) => Math.sqrt(sum / total))
  const used = Int32Array.from(deviation.keys()).filter((j) => deviation[j]! > 1e-9 * (1 + Math.abs(mean[j]!)) && without?.includes(j) !== true)
  return { featureCount, used, mean: Float64Array.from(used, (j) => mean[j]!), scale: Float64Array.from(used, (j) => 1 / deviation[j]!) }
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
