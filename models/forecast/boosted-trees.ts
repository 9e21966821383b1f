/**
 * Gradient boosting on histograms: features are cut into bins once, each tree grows by the leaf whose split gains most,
 * and of two children only the smaller is counted (the other is the parent less it).
 * Friedman, Greedy function approximation, Annals of Statistics 29 (2001); Ke et al., LightGBM, NeurIPS 30 (2017).
 */
import { seeded } from '#models/capacity/random.ts'
import type { BinnedRows } from './feature-bins.ts'

export interface TreeOptions {
  readonly trees: number
  readonly leaves: number
  readonly learningRate: number
  /** Least number of rows in a leaf. */
  readonly leastRows: number
  readonly l2: number
  /** Shares of features and rows that each tree sees. */
  readonly featureShare: number
  readonly rowShare: number
  readonly bins: number
  /** Residuals beyond this quantile of their size pull no harder than at it (Huber's loss); 1 is squared error. */
  readonly huberQuantile: number
  readonly seed: number
}

/** Trees one after the other; in a leaf `feature` is -1. Left is where the feature is at most the threshold. */
export interface BoostedTrees {
  readonly start: number
  readonly roots: Int32Array
  readonly feature: Int16Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
  /** Value of a leaf; in a split the mean of what is below, for attribution. The learning rate is in it. */
  readonly value: Float64Array
  readonly featureCount: number
}

export function treesValue(model: BoostedTrees, features: Float32Array, row: number): number {
  const { roots, feature, threshold, left, right, value, featureCount } = model
  const base = row * featureCount
  let sum = model.start
  for (let t = 0; t < roots.length; t += 1) {
    let at = roots[t]!
    for (let f = feature[at]!; f >= 0; f = feature[at]!) at = features[base + f]! <= threshold[at]! ? left[at]! : right[at]!
    sum += value[at]!
  }
  return sum
}

/** Adds `share` of a row's value to `parts`, each change of the mean to the group of the feature that was asked; the start to `startGroup`. */
export function treesParts(model: BoostedTrees, features: Float32Array, row: number, groupOf: Uint8Array, startGroup: number, share: number, parts: Float64Array): void {
  const { roots, feature, threshold, left, right, value, featureCount } = model
  const base = row * featureCount
  parts[startGroup]! += share * model.start
  for (let t = 0; t < roots.length; t += 1) {
    let at = roots[t]!
    parts[startGroup]! += share * value[at]!
    for (let f = feature[at]!; f >= 0; f = feature[at]!) {
      const next = features[base + f]! <= threshold[at]! ? left[at]! : right[at]!
      parts[groupOf[f]!]! += share * (value[next]! - value[at]!)
      at = next
    }
  }
}

interface Leaf {
  /** Its rows: of those drawn for the tree in `order`, of the others in `left`. */
  readonly from: number
  readonly to: number
  readonly fromLeft: number
  readonly toLeft: number
  readonly sumG: number
  readonly histogram: Float64Array
  readonly node: number
  gain: number
  /** Best cut: place among those this tree sees, bin, and the sum of the gradients at or below it. */
  place: number
  bin: number
  belowG: number
}

/**
 * In a histogram the gradients and the number of rows of a bin are one number, gradient * COUNT + rows, so that a row is
 * counted by one addition: both are whole numbers and exact up to 2^53.
 */
const COUNT = 2 ** 20
const GRADIENT_STEPS = 2 ** 14
/** Residuals shrink slowly: trees for which one clip serves. */
const TREES_A_CLIP = 4

/**
 * Fits trees to the target of the learned rows (`target[i]` and `weight[i]` belong to the i-th of them). A row of less
 * weight is drawn into fewer trees; in a tree all rows count alike.
 * @throws RangeError from 2^20 rows on
 */
export function fitTrees(binned: BinnedRows, target: Float64Array, weight: Float64Array, options: TreeOptions): BoostedTrees {
  const { count: n, featureCount, featureAt, columns, edges } = binned
  if (n >= COUNT) throw new RangeError(`${n} rows: at most ${COUNT - 1} can be learned from`)
  const random = seeded(options.seed)
  const heaviest = weight.reduce((most, one) => Math.max(most, one), 0)
  const chance = Int32Array.from(weight, (one) => (heaviest > 0 ? Math.floor((CERTAIN * options.rowShare * one) / heaviest) : 0))
  const start = weightedMean(target, weight)
  const residual = target.map((value) => value - start)
  const nodes = createNodes(options.trees * (2 * options.leaves - 1))
  const roots = new Int32Array(options.trees)
  const groups = featureAt.length / 4
  const sampled = Math.max(1, Math.round(groups * options.featureShare))
  const chosen = Int32Array.from({ length: groups }, (_, g) => g)
  const pool = Array.from({ length: options.leaves + 1 }, () => new Float64Array(4 * sampled * options.bins))
  const drawn = new Int32Array(n)
  const left = new Int32Array(n)
  /** Drawn rows by their number among the drawn, as they lie in the leaves. */
  const order = new Int32Array(n)
  const spill = new Int32Array(n)
  const packed = new Float64Array(n)
  // What a tree looks at of its rows, close together.
  const seen = new Int32Array(n * sampled)
  const lastBin = Int32Array.from(featureAt, (f) => (f < 0 ? 0 : edges[f]!.length))
  let clip = 0

  for (let t = 0; t < options.trees; t += 1) {
    if (options.huberQuantile >= 1) clip = residual.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
    else if (t % TREES_A_CLIP === 0) clip = sizeAt(residual, options.huberQuantile, random)
    // Gradients in whole steps; with 16,000 of them nothing is lost that could be learned.
    const step = clip > 0 ? clip / GRADIENT_STEPS : 1
    const count = draw(drawn, left, chance, Math.floor(random() * 2 ** 32))
    const sumG = pack(packed, drawn, count, residual, clip, step)
    for (let g = 0; g < sampled && groups > 0; g += 1) {
      const other = g + Math.floor(random() * (groups - g))
      const kept = chosen[g]!
      chosen[g] = chosen[other]!
      chosen[other] = kept
    }
    const free = [...pool]
    const root = nodes.add()
    roots[t] = root
    const first: Leaf = { from: 0, to: count, fromLeft: 0, toLeft: n - count, sumG, histogram: free.pop()!, node: root, gain: 0, place: 0, bin: 0, belowG: 0 }
    for (let k = 0; k < count; k += 1) order[k] = k
    if (groups > 0) {
      takeUp(seen, drawn, count, columns, n, chosen, sampled)
      countRows(first, order, packed, seen, sampled, options.bins)
      search(first, chosen, sampled, lastBin, options)
    }
    const leaves = [first]
    const valueOf = (sum: number, rowsOf: number) => (options.learningRate * sum * step) / (rowsOf + options.l2)
    while (leaves.length < options.leaves) {
      let best: Leaf | undefined
      for (const leaf of leaves) if (leaf.gain > 1e-9 && (best === undefined || leaf.gain > best.gain)) best = leaf
      if (best === undefined) break
      const place = 4 * chosen[best.place >> 2]! + (best.place & 3)
      const middle = partDrawn(order, spill, best.from, best.to, seen, sampled, best.place, best.bin)
      const middleLeft = partLeft(left, spill, best.fromLeft, best.toLeft, columns, place * n, best.bin)
      const below = nodes.add()
      const above = nodes.add()
      nodes.split(best.node, featureAt[place]!, edges[featureAt[place]!]![best.bin]!, below, above)
      nodes.value[best.node] = valueOf(best.sumG, best.to - best.from)
      const belowSmaller = middle - best.from <= best.to - middle
      const fresh = free.pop()!
      const one: Leaf = { from: best.from, to: middle, fromLeft: best.fromLeft, toLeft: middleLeft, sumG: best.belowG, histogram: belowSmaller ? fresh : best.histogram, node: below, gain: 0, place: 0, bin: 0, belowG: 0 }
      const two: Leaf = { from: middle, to: best.to, fromLeft: middleLeft, toLeft: best.toLeft, sumG: best.sumG - best.belowG, histogram: belowSmaller ? best.histogram : fresh, node: above, gain: 0, place: 0, bin: 0, belowG: 0 }
      leaves[leaves.indexOf(best)] = one
      leaves.push(two)
      const [small, large] = belowSmaller ? [one, two] : [two, one]
      // What is not split any more need not be counted.
      if (leaves.length === options.leaves || large.to - large.from < 2 * options.leastRows) continue
      countRows(small, order, packed, seen, sampled, options.bins)
      subtract(large.histogram, small.histogram)
      search(one, chosen, sampled, lastBin, options)
      search(two, chosen, sampled, lastBin, options)
    }
    for (const { from, to, fromLeft, toLeft, sumG: sum, node } of leaves) {
      const value = valueOf(sum, to - from)
      nodes.value[node] = value
      for (let k = from; k < to; k += 1) residual[drawn[order[k]!]!]! -= value
      for (let k = fromLeft; k < toLeft; k += 1) residual[left[k]!]! -= value
    }
  }
  return { start, roots, ...nodes.taken(), featureCount }
}

/**
 * Draws the rows of a tree and answers their number; the others are `left`. With whole numbers (xorshift, Marsaglia 2003)
 * and without a branch, which no processor could guess.
 */
function draw(drawn: Int32Array, left: Int32Array, chance: Int32Array, seed: number): number {
  let state = seed | 1
  let count = 0
  for (let i = 0; i < chance.length; i += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    drawn[count] = i
    left[i - count] = i
    count += ((state >>> 2) - chance[i]!) >>> 31
  }
  return count
}
const CERTAIN = 2 ** 30

/** Gradients of the drawn rows in whole steps, ready to be counted; answers their sum. */
function pack(packed: Float64Array, drawn: Int32Array, count: number, residual: Float64Array, clip: number, step: number): number {
  let sum = 0
  const perStep = 1 / step
  for (let k = 0; k < count; k += 1) {
    const r = residual[drawn[k]!]!
    const g = Math.round((r > clip ? clip : r < -clip ? -clip : r) * perStep)
    packed[k] = g * COUNT + 1
    sum += g
  }
  return sum
}

/** Copies of the drawn rows what the tree looks at, four places to a number, the first in the lowest byte. */
function takeUp(seen: Int32Array, drawn: Int32Array, count: number, columns: Uint8Array, n: number, chosen: Int32Array, sampled: number): void {
  for (let g = 0; g < sampled; g += 1) {
    const one = 4 * chosen[g]! * n
    const two = one + n
    const three = two + n
    const four = three + n
    for (let k = 0, at = g; k < count; k += 1, at += sampled) {
      const i = drawn[k]!
      seen[at] = columns[one + i]! | (columns[two + i]! << 8) | (columns[three + i]! << 16) | (columns[four + i]! << 24)
    }
  }
}

/** Puts the rows at or below the bin first, both parts in their order; answers where the second begins. No branch: which way a row goes cannot be guessed. */
function partDrawn(order: Int32Array, spill: Int32Array, from: number, to: number, seen: Int32Array, sampled: number, place: number, bin: number): number {
  const group = place >> 2
  const shift = 8 * (place & 3)
  let middle = from
  let spilled = 0
  for (let k = from; k < to; k += 1) {
    const row = order[k]!
    const above = (bin - ((seen[row * sampled + group]! >>> shift) & 255)) >>> 31
    order[middle] = row
    spill[spilled] = row
    middle += 1 - above
    spilled += above
  }
  order.set(spill.subarray(0, spilled), middle)
  return middle
}

/** The same for the rows that were not drawn, by the column of the place. */
function partLeft(left: Int32Array, spill: Int32Array, from: number, to: number, columns: Uint8Array, offset: number, bin: number): number {
  let middle = from
  let spilled = 0
  for (let k = from; k < to; k += 1) {
    const i = left[k]!
    const above = (bin - columns[offset + i]!) >>> 31
    left[middle] = i
    spill[spilled] = i
    middle += 1 - above
    spilled += above
  }
  left.set(spill.subarray(0, spilled), middle)
  return middle
}

function countRows({ histogram, from, to }: Leaf, order: Int32Array, packed: Float64Array, seen: Int32Array, sampled: number, bins: number): void {
  histogram.fill(0)
  for (let k = from; k < to; k += 1) {
    const row = order[k]!
    const one = packed[row]!
    const base = row * sampled
    for (let g = 0, at = 0; g < sampled; g += 1) {
      const four = seen[base + g]!
      histogram[at + (four & 255)]! += one
      at += bins
      histogram[at + ((four >>> 8) & 255)]! += one
      at += bins
      histogram[at + ((four >>> 16) & 255)]! += one
      at += bins
      histogram[at + (four >>> 24)]! += one
      at += bins
    }
  }
}

function subtract(from: Float64Array, other: Float64Array): void {
  for (let k = 0; k < from.length; k += 1) from[k]! -= other[k]!
}

/** Best cut of a leaf over the places this tree sees. */
function search(leaf: Leaf, chosen: Int32Array, sampled: number, lastBin: Int32Array, { bins, l2, leastRows }: TreeOptions): void {
  const { histogram, sumG } = leaf
  const rows = leaf.to - leaf.from
  if (rows < 2 * leastRows) return
  const whole = (sumG * sumG) / (rows + l2)
  for (let place = 0; place < 4 * sampled; place += 1) {
    const last = lastBin[4 * chosen[place >> 2]! + (place & 3)]!
    let belowG = 0
    let below = 0
    for (let b = 0, at = place * bins; b < last; b += 1, at += 1) {
      const both = histogram[at]!
      if (both === 0) continue
      const g = Math.floor(both * (1 / COUNT))
      belowG += g
      below += both - g * COUNT
      if (below < leastRows) continue
      const above = rows - below
      if (above < leastRows) break
      const aboveG = sumG - belowG
      // Squares of both sides, each over its rows, with one division.
      const gain = (belowG * belowG * (above + l2) + aboveG * aboveG * (below + l2)) / ((below + l2) * (above + l2)) - whole
      if (gain > leaf.gain) {
        leaf.gain = gain
        leaf.place = place
        leaf.bin = b
        leaf.belowG = belowG
      }
    }
  }
}

function weightedMean(values: Float64Array, weight: Float64Array): number {
  let sum = 0
  let total = 0
  for (let i = 0; i < values.length; i += 1) {
    sum += weight[i]! * values[i]!
    total += weight[i]!
  }
  return total === 0 ? 0 : sum / total
}

function createNodes(capacity: number) {
  const feature = new Int16Array(capacity).fill(-1)
  const threshold = new Float64Array(capacity)
  const left = new Int32Array(capacity)
  const right = new Int32Array(capacity)
  const value = new Float64Array(capacity)
  let used = 0
  return {
    feature, threshold, left, right, value,
    add: () => used++,
    split(node: number, on: number, at: number, leftNode: number, rightNode: number) {
      feature[node] = on
      threshold[node] = at
      left[node] = leftNode
      right[node] = rightNode
    },
    taken: () => ({ feature: feature.slice(0, used), threshold: threshold.slice(0, used), left: left.slice(0, used), right: right.slice(0, used), value: value.slice(0, used) }),
  }
}

/** Size below which a share of the residuals lies, from a sample of them. */
function sizeAt(residual: Float64Array, share: number, random: () => number): number {
  const count = Math.min(residual.length, 2_000)
  const sizes = new Float64Array(count)
  for (let k = 0; k < count; k += 1) sizes[k] = Math.abs(residual[Math.floor(random() * residual.length)]!)
  sizes.sort()
  return sizes[Math.min(count - 1, Math.floor(share * count))] ?? Infinity
}
