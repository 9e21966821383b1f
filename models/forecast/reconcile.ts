/**
 * A tree (or several) of nodes whose value is the sum of the nodes below: delivery point, LV feeder, transformer, feeder,
 * district. What nobody meters is a leaf of its own under the node that sees it.
 */
export interface Hierarchy {
  readonly nodes: number
  /** By node; -1: nothing above. */
  readonly parent: Int32Array
  /** Every node after the one above it. */
  readonly order: Int32Array
  /** By node, 1 where nothing is below. */
  readonly isLeaf: Uint8Array
}

/** @throws RangeError where a parent does not exist or a node lies above itself */
export function hierarchy(parent: ArrayLike<number>): Hierarchy {
  const nodes = parent.length
  const isLeaf = new Uint8Array(nodes).fill(1)
  const depth = new Int32Array(nodes)
  for (let node = 0; node < nodes; node += 1) {
    const above = parent[node]
    if (!Number.isInteger(above) || above < -1 || above >= nodes) throw new RangeError(`node ${node} has no such node above`)
    if (above >= 0) isLeaf[above] = 0
    for (let up = above; up >= 0; up = parent[up]) {
      depth[node] += 1
      if (depth[node] > nodes) throw new RangeError(`node ${node} lies above itself`)
    }
  }
  const order = Int32Array.from({ length: nodes }, (_, node) => node).sort((a, b) => depth[a] - depth[b] || a - b)
  return { nodes, parent: Int32Array.from(parent), order, isLeaf }
}

export interface BaseForecasts {
  readonly steps: number
  /** [node][step]; NaN: no forecast. */
  readonly values: Float64Array
  /** Variance of the forecast's error, [node] or [node][step], 0 or more; of nodes without forecast it is not read. */
  readonly errorVariance: Float64Array
  /** By node, how leaves without forecast share what is left over for them; alike where not given. Only leaves are read. */
  readonly shareOfRest?: Float64Array
}

/**
 * Coherent forecasts of all nodes, [node][step]: every node is the sum of the nodes below, and the squared distances to the base
 * forecasts, each divided by its error variance, have the least sum. That is minimum trace reconciliation with a
 * diagonal covariance (S. L. Wickramasuriya, G. Athanasopoulos and R. J. Hyndman, Optimal forecast reconciliation through trace
 * minimization, J. American Statistical Association 114 (2019), WLS by variance), here without a matrix: upwards each node
 * merges what is below with its own forecast, downwards each correction is shared by variance. O(nodes) a step.
 *
 * Leaves without forecast take what those above leave them, by `shareOfRest`; where nothing above is forecast either,
 * they and all nodes above are NaN. A value may become negative where base forecasts contradict each other.
 */
export function reconcileForecasts({ nodes, parent, order, isLeaf }: Hierarchy, base: BaseForecasts): Float64Array {
  const { steps, values, errorVariance, shareOfRest } = base
  const perStep = errorVariance.length === nodes * steps && steps !== 1
  const cells = nodes * steps
  // What is known of each node from below (prior) and with its own forecast (merged). `open` counts, in shares, the leaves
  // below of which nothing is known: a variance beyond all others, which any forecast above ends.
  const prior = new Float64Array(cells)
  const priorVariance = new Float64Array(cells)
  const priorOpen = new Float64Array(cells)
  const merged = new Float64Array(cells)
  const mergedVariance = new Float64Array(cells)
  const mergedOpen = new Float64Array(cells)
  for (let k = nodes - 1; k >= 0; k -= 1) {
    const node = order[k]
    const up = parent[node]
    for (let t = 0; t < steps; t += 1) {
      const at = node * steps + t
      const value = values[at]
      const known = value === value
      const variance = known ? errorVariance[perStep ? at : node] : 0
      if (isLeaf[node] === 1 && !known) priorOpen[at] = shareOfRest?.[node] ?? 1
      if (known && (isLeaf[node] === 1 || priorOpen[at] > 0)) {
        merged[at] = value
        mergedVariance[at] = variance
      } else {
        const sum = priorVariance[at] + variance
        const gain = known && sum > 0 ? priorVariance[at] / sum : 0
        merged[at] = prior[at] + (known ? gain * (value - prior[at]) : 0)
        mergedVariance[at] = priorVariance[at] * (1 - gain)
        mergedOpen[at] = priorOpen[at]
      }
      if (up < 0) continue
      const above = up * steps + t
      prior[above] += merged[at]
      priorVariance[above] += mergedVariance[at]
      priorOpen[above] += mergedOpen[at]
    }
  }
  for (let k = 0; k < nodes; k += 1) {
    const node = order[k]
    const up = parent[node]
    for (let t = 0; t < steps; t += 1) {
      const at = node * steps + t
      if (up >= 0) {
        const above = up * steps + t
        // `merged` of the node above is its final value by now.
        const open = priorOpen[above] > 0
        const share = open ? mergedOpen[at] / priorOpen[above] : priorVariance[above] > 0 ? mergedVariance[at] / priorVariance[above] : 0
        if (share > 0) merged[at] += share * (merged[above] - prior[above])
      } else if (mergedOpen[at] > 0) merged[at] = NaN
    }
  }
  return merged
}
