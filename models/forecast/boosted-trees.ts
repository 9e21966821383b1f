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
  /** Least sum of weights in a leaf. */
  readonly leastWeight: number
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
  readonly target: Float64Array
  readonly weight: Float64Array
  readonly rows: Int32Array
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

interface Leaf {
  from: number
  to: number
  sumG: number
  sumW: number
  histogram: Float64Array
  node: number
  gain: number
  feature: number
  bin: number
}

export function fitTrees(rows: TreeRows, options: TreeOptions): BoostedTrees {
  const { featureCount, target, weight } = rows
  const learned = rows.rows
  const n = learned.length
  const { edges, bins } = cutIntoBins(rows, options.bins)
  const random = seeded(options.seed)
  const residual = new Float64Array(n)
  const gradient = new Float64Array(n)
  const w = new Float64Array(n)
  let start = 0
  let total = 0
  for (let i = 0; i < n; i += 1) {
    w[i] = weight[learned[i]!]!
    start += w[i]! * target[learned[i]!]!
    total += w[i]!
  }
  start = total === 0 ? 0 : start / total
  for (let i = 0; i < n; i += 1) residual[i] = target[learned[i]!]! - start

  const nodes = createNodes(options.trees * (2 * options.leaves - 1))
  const roots = new Int32Array(options.trees)
  const sampled = Math.max(1, Math.round(featureCount * options.featureShare))
  const chosen = Int32Array.from({ length: featureCount }, (_, f) => f)
  const stride = options.bins * 2
  const pool = Array.from({ length: options.leaves + 1 }, () => new Float64Array(sampled * stride))
  const order = new Int32Array(n)
  const spill = new Int32Array(n)
  const inTree = new Uint8Array(n)

  for (let t = 0; t < options.trees; t += 1) {
    const clip = options.huberQuantile >= 1 ? Infinity : sizeAt(residual, options.huberQuantile, random)
    let count = 0
    let sumG = 0
    let sumW = 0
    for (let i = 0; i < n; i += 1) {
      const r = residual[i]!
      const g = w[i]! * (r > clip ? clip : r < -clip ? -clip : r)
      gradient[i] = g
      const seen = options.rowShare >= 1 || random() < options.rowShare
      inTree[i] = seen ? 1 : 0
      if (!seen) continue
      order[count] = i
      count += 1
      sumG += g
      sumW += w[i]!
    }
    for (let f = 0; f < sampled; f += 1) {
      const other = f + Math.floor(random() * (featureCount - f))
      ;[chosen[f], chosen[other]] = [chosen[other]!, chosen[f]!]
    }
    const free = [...pool]
    const countInto = (leaf: Leaf) => {
      const { histogram } = leaf
      histogram.fill(0)
      for (let k = leaf.from; k < leaf.to; k += 1) {
        const i = order[k]!
        const g = gradient[i]!
        const wi = w[i]!
        const base = i * featureCount
        for (let f = 0, offset = 0; f < sampled; f += 1, offset += stride) {
          const at = offset + 2 * bins[base + chosen[f]!]!
          histogram[at]! += g
          histogram[at + 1]! += wi
        }
      }
    }
    const search = (leaf: Leaf) => {
      leaf.gain = 0
      const { histogram } = leaf
      const whole = (leaf.sumG * leaf.sumG) / (leaf.sumW + options.l2)
      for (let f = 0; f < sampled; f += 1) {
        const last = edges[chosen[f]!]!.length
        let leftG = 0
        let leftW = 0
        for (let b = 0, at = f * stride; b < last; b += 1, at += 2) {
          leftG += histogram[at]!
          leftW += histogram[at + 1]!
          if (leftW < options.leastWeight) continue
          const rightW = leaf.sumW - leftW
          if (rightW < options.leastWeight) break
          const rightG = leaf.sumG - leftG
          const gain = (leftG * leftG) / (leftW + options.l2) + (rightG * rightG) / (rightW + options.l2) - whole
          if (gain > leaf.gain) {
            leaf.gain = gain
            leaf.feature = f
            leaf.bin = b
          }
        }
      }
    }
    const root = nodes.add()
    roots[t] = root
    const first: Leaf = { from: 0, to: count, sumG, sumW, histogram: free.pop()!, node: root, gain: 0, feature: 0, bin: 0 }
    countInto(first)
    search(first)
    const leaves = [first]
    while (leaves.length < options.leaves) {
      let best: Leaf | undefined
      for (const leaf of leaves) if (leaf.gain > 1e-12 && (best === undefined || leaf.gain > best.gain)) best = leaf
      if (best === undefined) break
      const feature = chosen[best.feature]!
      // Rows of the left child first, in their order.
      let left = best.from
      let spilled = 0
      let leftG = 0
      let leftW = 0
      for (let k = best.from; k < best.to; k += 1) {
        const i = order[k]!
        if (bins[i * featureCount + feature]! <= best.bin) {
          order[left] = i
          left += 1
          leftG += gradient[i]!
          leftW += w[i]!
        } else {
          spill[spilled] = i
          spilled += 1
        }
      }
      order.set(spill.subarray(0, spilled), left)
      const [leftNode, rightNode] = [nodes.add(), nodes.add()]
      nodes.split(best.node, feature, edges[feature]![best.bin]!, leftNode, rightNode)
      nodes.value[best.node] = (options.learningRate * best.sumG) / (best.sumW + options.l2)
      const leftSmaller = left - best.from <= best.to - left
      const fresh = free.pop()!
      const one: Leaf = { from: best.from, to: left, sumG: leftG, sumW: leftW, histogram: leftSmaller ? fresh : best.histogram, node: leftNode, gain: 0, feature: 0, bin: 0 }
      const two: Leaf = { from: left, to: best.to, sumG: best.sumG - leftG, sumW: best.sumW - leftW, histogram: leftSmaller ? best.histogram : fresh, node: rightNode, gain: 0, feature: 0, bin: 0 }
      const [small, large] = leftSmaller ? [one, two] : [two, one]
      countInto(small)
      for (let k = 0; k < large.histogram.length; k += 1) large.histogram[k]! -= small.histogram[k]!
      search(one)
      search(two)
      leaves[leaves.indexOf(best)] = one
      leaves.push(two)
    }
    for (const leaf of leaves) {
      const value = (options.learningRate * leaf.sumG) / (leaf.sumW + options.l2)
      nodes.value[leaf.node] = value
      for (let k = leaf.from; k < leaf.to; k += 1) residual[order[k]!]! -= value
    }
    if (options.rowShare < 1) {
      for (let i = 0; i < n; i += 1) {
        if (inTree[i] === 1) continue
        let at = root
        const base = learned[i]! * featureCount
        for (let f = nodes.feature[at]!; f >= 0; f = nodes.feature[at]!) at = rows.features[base + f]! <= nodes.threshold[at]! ? nodes.left[at]! : nodes.right[at]!
        residual[i]! -= nodes.value[at]!
      }
    }
  }
  return { start, roots, ...nodes.taken(), featureCount }
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
function cutIntoBins({ features, featureCount, rows }: TreeRows, most: number): { edges: Float64Array[]; bins: Uint8Array } {
  const n = rows.length
  const bins = new Uint8Array(n * featureCount)
  const edges: Float64Array[] = []
  const every = Math.max(1, Math.floor(n / 20_000))
  const sample = new Float32Array(Math.ceil(n / every))
  for (let f = 0; f < featureCount; f += 1) {
    let count = 0
    for (let i = 0; i < n; i += every) sample[count++] = features[rows[i]! * featureCount + f]!
    const sorted = sample.subarray(0, count).sort()
    const cuts: number[] = []
    for (let b = 1; b < most; b += 1) {
      const at = Math.min(count - 1, Math.floor((b * count) / most))
      const low = sorted[at]!
      const high = sorted[Math.min(count - 1, at + 1)]!
      const edge = (low + high) / 2
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
  return { edges, bins }
}

/** Size below which a share of the residuals lies, from a sample of them. */
function sizeAt(residual: Float64Array, share: number, random: () => number): number {
  const count = Math.min(residual.length, 2_000)
  const sizes = new Float64Array(count)
  for (let k = 0; k < count; k += 1) sizes[k] = Math.abs(residual[Math.floor(random() * residual.length)]!)
  sizes.sort()
  return sizes[Math.min(count - 1, Math.floor(share * count))] ?? Infinity
}
