import { LEVELS } from './conformal.ts'
import { reconcileForecasts, type Hierarchy } from './reconcile.ts'
import { BASIS, type Trajectories } from './trajectories.ts'

/**
 * Trajectories of all nodes from those of some, [scenario][node][step], each scenario coherent: every node is the sum of the nodes
 * below. Each scenario is reconciled as a forecast is (A. Panagiotelis, P. Gamakumara, G. Athanasopoulos and R. J. Hyndman,
 * Probabilistic forecast reconciliation, European J. of Operational Research 306 (2023)). Where only leaves have trajectories, that
 * is the sum up the tree. A node is on an assumed basis where a series below it, or its own, is.
 *
 * @param nodeOf node of each series
 * @param errorVariance by node or [node][step], as for the forecasts
 * @param nonNegative by node; of leaves what falls below 0 becomes 0, and the nodes above are summed anew
 */
export function reconcileTrajectories(
  tree: Hierarchy, own: Trajectories, nodeOf: ArrayLike<number>, errorVariance: Float64Array,
  { shareOfRest, nonNegative }: { readonly shareOfRest?: Float64Array; readonly nonNegative?: ArrayLike<boolean | number> } = {},
): Trajectories {
  const { scenarios, steps } = own
  const { nodes, parent, order, isLeaf } = tree
  const values = new Float32Array(scenarios * nodes * steps)
  const base = new Float64Array(nodes * steps).fill(NaN)
  for (let scenario = 0; scenario < scenarios; scenario += 1) {
    for (let s = 0; s < own.series; s += 1) {
      const from = (scenario * own.series + s) * steps
      base.set(own.values.subarray(from, from + steps), nodeOf[s] * steps)
    }
    const coherent = reconcileForecasts(tree, { steps, values: base, errorVariance, shareOfRest })
    // Sums are taken from the leaves in any case: rounding and clipping never part a node from what is below it.
    for (let k = nodes - 1; k >= 0; k -= 1) {
      const node = order[k]
      for (let at = node * steps; at < (node + 1) * steps; at += 1) {
        if (isLeaf[node] === 1 && coherent[at] < 0 && nonNegative?.[node]) coherent[at] = 0
      }
      if (isLeaf[node] === 0) coherent.fill(0, node * steps, (node + 1) * steps)
    }
    for (let k = nodes - 1; k >= 0; k -= 1) {
      const node = order[k]
      const up = parent[node]
      if (up >= 0) for (let t = 0; t < steps; t += 1) coherent[up * steps + t] += coherent[node * steps + t]
    }
    values.set(coherent, scenario * nodes * steps)
  }
  const basis = new Uint8Array(nodes)
  for (let s = 0; s < own.series; s += 1) if (own.basis[s] === BASIS.assumed) for (let node = nodeOf[s]; node >= 0; node = parent[node]) basis[node] = BASIS.assumed
  return { scenarios, series: nodes, steps, values, basis }
}

/** Quantiles of one series of the trajectories, [level][step]: the scenarios lie evenly, at shares (k + 1/2) / scenarios. NaN where a scenario is. */
export function trajectoryQuantiles({ scenarios, series, steps, values }: Trajectories, which: number, levels: readonly number[] = LEVELS): Float64Array[] {
  const quantiles = levels.map(() => new Float64Array(steps))
  const sorted = new Float64Array(scenarios)
  for (let t = 0; t < steps; t += 1) {
    for (let k = 0; k < scenarios; k += 1) sorted[k] = values[(k * series + which) * steps + t]
    // NaN is sorted last.
    sorted.sort()
    const unknown = Number.isNaN(sorted[scenarios - 1])
    for (const [l, level] of levels.entries()) quantiles[l][t] = unknown ? NaN : evenQuantile(sorted, scenarios, level)
  }
  return quantiles
}

/** Quantile of the first `count` of some values in rising order, which lie evenly, at shares (k + 1/2) / count; NaN of none. */
export function evenQuantile(sorted: ArrayLike<number>, count: number, level: number): number {
  if (count === 0) return NaN
  const place = Math.max(0, Math.min(count - 1, level * count - 0.5))
  const low = Math.floor(place)
  return sorted[low] + (place - low) * (sorted[Math.min(count - 1, low + 1)] - sorted[low])
}
