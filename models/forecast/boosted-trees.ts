/**
 * Gradient boosting on histograms: features are cut into at most 255 bins once, each tree grows by the leaf whose split
 * gains most, and of two children only the smaller is counted (the other is the parent less it).
 * Friedman, Greedy function approximation, Annals of Statistics 29 (2001); Ke et al., LightGBM, NeurIPS 30 (2017).
 */
import { seeded } from '#models/capacity/random.ts'

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

export interface TreeRows {
  /** Row-major [rows x featureCount]; no NaN. */
  readonly features: Float32Array
  readonly featureCount: number
  /** Rows that are learned from, by their number in `features`. */
  readonly rows: Int32Array
}

/** Rows cut into bins, once for all that is learned from them. */
export interface BinnedRows extends TreeRows {
  /** Row-major [learned rows x featureCount]: number of the feature's edges below the value. */
  readonly bins: Uint8Array
  readonly edges: readonly Float64Array[]
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
  readonly from: number
  readonly to: number
  readonly sumG: number
  readonly histogram: Float64Array
  readonly node: number
  gain: number
  feature: number
  bin: number
}

/**
 * In a histogram the gradients and the number of rows of a bin are one number, gradient * COUNT + rows, so that a row is
 * counted by one addition: both are whole numbers and exact up to 2^53.
 */
const COUNT = 2 ** 20
const GRADIENT_STEPS = 2 ** 14

/**
 * Fits trees to the target of the learned rows (`target[i]` and `weight[i]` belong to row `rows[i]`). A row of less
 * weight is drawn into fewer trees; in a tree all rows count alike.
 */
export function fitTrees(binned: BinnedRows, target: Float64Array, weight: Float64Array, options: TreeOptions): BoostedTrees {
  const { featureCount, bins, edges, features, rows } = binned
  const n = rows.length
  if (n >= COUNT) throw new RangeError(`${n} rows: at most ${COUNT - 1} can be learned from`)
  const random = seeded(options.seed)
  const heaviest = weight.reduce((most, one) => Math.max(most, one), 0)
  const start = weightedMean(target, weight)
  const residual = target.map((value) => value - start)
  const nodes = createNodes(options.trees * (2 * options.leaves - 1))
  const roots = new Int32Array(options.trees)
  const sampled = Math.max(1, Math.round(featureCount * options.featureShare))
  const chosen = Int32Array.from({ length: featureCount }, (_, f) => f)
  const pool = Array.from({ length: options.leaves + 1 }, () => new Float64Array(sampled * options.bins))
  const order = new Int32Array(n)
  const spill = new Int32Array(n)
  const left = new Int32Array(n)
  const packed = new Float64Array(n)

  for (let t = 0; t < options.trees; t += 1) {
    const clip = options.huberQuantile >= 1 ? residual.reduce((most, one) => Math.max(most, Math.abs(one)), 0) : sizeAt(residual, options.huberQuantile, random)
    // Gradients in whole steps; with 16,000 of them nothing is lost that could be learned.
    const step = clip > 0 ? clip / GRADIENT_STEPS : 1
    let count = 0
    let out = 0
    let sumG = 0
    for (let i = 0; i < n; i += 1) {
      if (random() * heaviest >= options.rowShare * weight[i]!) {
        left[out] = i
        out += 1
        continue
      }
      const r = residual[i]!
      const g = Math.round((r > clip ? clip : r < -clip ? -clip : r) / step)
      packed[i] = g * COUNT + 1
      sumG += g
      order[count] = i
      count += 1
    }
    for (let f = 0; f < sampled; f += 1) {
      const other = f + Math.floor(random() * (featureCount - f))
      const kept = chosen[f]!
      chosen[f] = chosen[other]!
      chosen[other] = kept
    }
    const free = [...pool]
    const root = nodes.add()
    roots[t] = root
    const first: Leaf = { from: 0, to: count, sumG, histogram: free.pop()!, node: root, gain: 0, feature: 0, bin: 0 }
    countRows(first.histogram, order, 0, count, packed, bins, featureCount, chosen, sampled, options.bins)
    search(first, chosen, sampled, edges, options)
    const leaves = [first]
    const valueOf = (sum: number, rowsOf: number) => (options.learningRate * sum * step) / (rowsOf + options.l2)
    while (leaves.length < options.leaves) {
      let best: Leaf | undefined
      for (const leaf of leaves) if (leaf.gain > 1e-9 && (best === undefined || leaf.gain > best.gain)) best = leaf
      if (best === undefined) break
      const feature = chosen[best.feature]!
      const { middle, sum } = part(best, feature)
      const leftNode = nodes.add()
      const rightNode = nodes.add()
      nodes.split(best.node, feature, edges[feature]![best.bin]!, leftNode, rightNode)
      nodes.value[best.node] = valueOf(best.sumG, best.to - best.from)
      const leftSmaller = middle - best.from <= best.to - middle
      const fresh = free.pop()!
      const one: Leaf = { from: best.from, to: middle, sumG: sum, histogram: leftSmaller ? fresh : best.histogram, node: leftNode, gain: 0, feature: 0, bin: 0 }
      const two: Leaf = { from: middle, to: best.to, sumG: best.sumG - sum, histogram: leftSmaller ? best.histogram : fresh, node: rightNode, gain: 0, feature: 0, bin: 0 }
      const [small, large] = leftSmaller ? [one, two] : [two, one]
      countRows(small.histogram, order, small.from, small.to, packed, bins, featureCount, chosen, sampled, options.bins)
      for (let k = 0; k < large.histogram.length; k += 1) large.histogram[k]! -= small.histogram[k]!
      search(one, chosen, sampled, edges, options)
      search(two, chosen, sampled, edges, options)
      leaves[leaves.indexOf(best)] = one
      leaves.push(two)
    }
    for (const leaf of leaves) {
      const value = valueOf(leaf.sumG, leaf.to - leaf.from)
      nodes.value[leaf.node] = value
      for (let k = leaf.from; k < leaf.to; k += 1) residual[order[k]!]! -= value
    }
    for (let k = 0; k < out; k += 1) {
      const i = left[k]!
      const base = rows[i]! * featureCount
      let at = root
      for (let f = nodes.feature[at]!; f >= 0; f = nodes.feature[at]!) at = features[base + f]! <= nodes.threshold[at]! ? nodes.left[at]! : nodes.right[at]!
      residual[i]! -= nodes.value[at]!
    }

    /** Puts the rows of the left child first, in their order. */
    function part({ from, to, bin }: Leaf, feature: number): { middle: number; sum: number } {
      let middle = from
      let spilled = 0
      let sum = 0
      for (let k = from; k < to; k += 1) {
        const i = order[k]!
        if (bins[i * featureCount + feature]! <= bin) {
          order[middle] = i
          middle += 1
          sum += (packed[i]! - 1) / COUNT
        } else {
          spill[spilled] = i
          spilled += 1
        }
      }
      order.set(spill.subarray(0, spilled), middle)
      return { middle, sum }
    }
  }
  return { start, roots, ...nodes.taken(), featureCount }
}

function countRows(
  histogram: Float64Array, order: Int32Array, from: number, to: number, packed: Float64Array, bins: Uint8Array, featureCount: number, chosen: Int32Array, sampled: number, stride: number,
): void {
  histogram.fill(0)
  for (let k = from; k < to; k += 1) {
    const i = order[k]!
    const one = packed[i]!
    const base = i * featureCount
    for (let f = 0, offset = 0; f < sampled; f += 1, offset += stride) histogram[offset + bins[base + chosen[f]!]!]! += one
  }
}

/** Best cut of a leaf over the features this tree sees. */
function search(leaf: Leaf, chosen: Int32Array, sampled: number, edges: readonly Float64Array[], { bins, l2, leastRows }: TreeOptions): void {
  const { histogram, sumG } = leaf
  const rows = leaf.to - leaf.from
  const whole = (sumG * sumG) / (rows + l2)
  for (let f = 0; f < sampled; f += 1) {
    const last = edges[chosen[f]!]!.length
    let leftG = 0
    let leftRows = 0
    for (let b = 0, at = f * bins; b < last; b += 1, at += 1) {
      const both = histogram[at]!
      const g = Math.floor(both / COUNT)
      leftG += g
      leftRows += both - g * COUNT
      if (leftRows < leastRows) continue
      const rightRows = rows - leftRows
      if (rightRows < leastRows) break
      const rightG = sumG - leftG
      const gain = (leftG * leftG) / (leftRows + l2) + (rightG * rightG) / (rightRows + l2) - whole
      if (gain > leaf.gain) {
        leaf.gain = gain
        leaf.feature = f
        leaf.bin = b
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

/** Edges of each feature at quantiles of what is learned from, and the bin of each row: the number of edges below its value. */
export function cutIntoBins(from: TreeRows, most: number): BinnedRows {
  const { features, featureCount, rows } = from
  const n = rows.length
  const bins = new Uint8Array(n * featureCount)
  const edges: Float64Array[] = []
  const every = Math.max(1, Math.floor(n / 5_000))
  const sample = new Float32Array(Math.ceil(n / every))
  for (let f = 0; f < featureCount; f += 1) {
    let count = 0
    for (let i = 0; i < n; i += every) sample[count++] = features[rows[i]! * featureCount + f]!
    const sorted = sample.subarray(0, count).sort()
    const cuts: number[] = []
    for (let b = 1; b < most && count > 0; b += 1) {
      const at = Math.min(count - 1, Math.floor((b * count) / most))
      const edge = (sorted[at]! + sorted[Math.min(count - 1, at + 1)]!) / 2
      if (edge < sorted[count - 1]! && (cuts.length === 0 || edge > cuts[cuts.length - 1]!)) cuts.push(edge)
    }
    const own = Float64Array.from(cuts)
    edges.push(own)
    for (let i = 0; i < n; i += 1) {
      const value = features[rows[i]! * featureCount + f]!
      let low = 0
      let high = own.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (value <= own[middle]!) high = middle
        else low = middle + 1
      }
      bins[i * featureCount + f] = low
    }
  }
  return { ...from, bins, edges }
}

/** Size below which a share of the residuals lies, from a sample of them. */
function sizeAt(residual: Float64Array, share: number, random: () => number): number {
  const count = Math.min(residual.length, 2_000)
  const sizes = new Float64Array(count)
  for (let k = 0; k < count; k += 1) sizes[k] = Math.abs(residual[Math.floor(random() * residual.length)]!)
  sizes.sort()
  return sizes[Math.min(count - 1, Math.floor(share * count))] ?? Infinity
}
