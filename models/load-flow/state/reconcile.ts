/**
 * Weighted least squares on a tree of zones: the flows and loads nearest to what was assumed and to what was measured, each
 * weighted by its variance, such that every zone balances. On a tree the solution needs two passes: upwards each
 * zone merges what is below it with the measurement of its inflow, downwards each correction is shared out by variance
 * (the Gaussian sum-product of F. R. Kschischang et al., IEEE Trans. Information Theory 47 (2001), section V).
 */
export interface ReconcileWorkspace {
  readonly priorFlow: Float64Array
  readonly priorVariance: Float64Array
  readonly flow: Float64Array
  readonly flowVariance: Float64Array
}

export function reconcileWorkspace(zoneCount: number): ReconcileWorkspace {
  const column = () => new Float64Array(zoneCount)
  return { priorFlow: column(), priorVariance: column(), flow: column(), flowVariance: column() }
}

/**
 * All columns by zone. `load` (own load, without zones below) is replaced by the corrected load; `workspace.flow` holds
 * the reconciled inflow of each zone afterwards.
 * @param measured inflow, NaN where it is not measured; `measuredVariance` beside it
 */
export function reconcile(
  parent: Int32Array, order: Int32Array,
  load: Float64Array, loadVariance: Float64Array, losses: Float64Array, measured: Float64Array, measuredVariance: Float64Array,
  workspace: ReconcileWorkspace,
): void {
  const { priorFlow, priorVariance, flow, flowVariance } = workspace
  for (let z = 0; z < order.length; z += 1) {
    priorFlow[z] = load[z] + losses[z]
    priorVariance[z] = loadVariance[z]
  }
  for (let k = order.length - 1; k >= 0; k -= 1) {
    const z = order[k]
    flow[z] = priorFlow[z]
    flowVariance[z] = priorVariance[z]
    const sum = priorVariance[z] + measuredVariance[z]
    if (measured[z] === measured[z] && sum > 0) {
      flow[z] += (priorVariance[z] / sum) * (measured[z] - priorFlow[z])
      flowVariance[z] = (priorVariance[z] * measuredVariance[z]) / sum
    }
    if (parent[z] >= 0) {
      priorFlow[parent[z]] += flow[z]
      priorVariance[parent[z]] += flowVariance[z]
    }
  }
  for (let k = 0; k < order.length; k += 1) {
    const z = order[k]
    const up = parent[z]
    // The parent's whole correction stands in its `flow - priorFlow`: it came before in the order.
    if (up >= 0 && priorVariance[up] > 0) flow[z] += ((flow[up] - priorFlow[up]) * flowVariance[z]) / priorVariance[up]
    if (priorVariance[z] > 0) load[z] += ((flow[z] - priorFlow[z]) * loadVariance[z]) / priorVariance[z]
  }
}
