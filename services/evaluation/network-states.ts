import type { District } from '#models/district/schema.ts'
import { closurePct } from '#models/load-flow/load-flow.ts'
import { QUALITY } from '#models/units/quality.ts'
import type { SolvedSteps } from './network-solver.ts'
import type { NetworkState, RunLayout } from './port.ts'

/** Order of the columns of every run of a district version; the same as in models/grid/network.ts. */
export function runLayout({ network }: District): RunLayout {
  const ids = (elements: readonly { readonly id: string }[]) => elements.map(({ id }) => id)
  return { lineSections: ids(network.lineSections), transformers: ids(network.transformers), buses: [...ids(network.busbars), ...ids(network.junctions)] }
}

/** Takes the columns that a run keeps out of a solved group; `quality` overrides measured and estimated for forecasts. */
export function networkStates({ grid, ratings, at, state }: SolvedSteps, quality?: number): NetworkState[] {
  const { flow } = state
  const { busCount, sectionCount } = grid
  const branchCount = grid.branchFrom.length
  return Array.from(at, (time, step) => {
    const base = step * branchCount
    const settled = flow.settled[step] === 1
    const inService = (branch: number) => grid.branchFrom[branch]! >= 0 || grid.branchTo[branch]! >= 0
    const column = (length: number, value: (index: number) => number) => Float32Array.from({ length }, (_, index) => value(index))
    const current = (k: number) => Math.max(flow.currentFromA[base + k]!, flow.currentToA[base + k]!)
    const apparent = (k: number) => Math.max(Math.hypot(flow.activeFromKw[base + k]!, flow.reactiveFromKvar[base + k]!), Math.hypot(flow.activeToKw[base + k]!, flow.reactiveToKvar[base + k]!))
    const codes = (first: number, length: number) =>
      Uint8Array.from({ length }, (_, index) => (!settled || !inService(first + index) ? QUALITY.missing : (quality ?? state.branchQuality[base + first + index]!)))
    const transformers = grid.transformerIds.length
    const buses = grid.busIds.length
    return {
      at: time,
      settled,
      sectionCurrentA: column(sectionCount, current),
      sectionLoadingPct: column(sectionCount, (k) => (100 * current(k)) / ratings.sectionA[k]!),
      sectionPowerKw: column(sectionCount, (k) => (grid.branchFrom[k]! >= 0 ? flow.activeFromKw[base + k]! : -flow.activeToKw[base + k]!)),
      transformerLoadKva: column(transformers, (k) => apparent(sectionCount + k)),
      transformerLoadingPct: column(transformers, (k) => (100 * apparent(sectionCount + k)) / ratings.transformerKva[k]!),
      busVoltagePu: Float32Array.from(flow.voltagePu.subarray(step * busCount, step * busCount + buses)),
      busLoadKw: settled ? Float32Array.from(state.busLoadKw.subarray(step * busCount, step * busCount + buses)) : new Float32Array(buses).fill(NaN),
      sectionQuality: codes(0, sectionCount),
      transformerQuality: codes(sectionCount, transformers),
      lossesKw: flow.lossesKw[step]!,
      districtKw: flow.injectionKw[step]! - state.boundaryKw[step]!,
      boundaryKw: state.boundaryKw[step]!,
      unmeteredKw: state.unmeteredKw[step]!,
      residualKw: state.residualKw[step]!,
    }
  })
}

/** How good a run is, gathered group by group. */
export function createRunQuality() {
  let largestClosurePct = 0
  let residualKwSum = 0
  let headKwSum = 0
  let settledSteps = 0
  return {
    add({ at, state }: SolvedSteps): void {
      for (let step = 0; step < at.length; step += 1) {
        if (state.flow.settled[step] !== 1) continue
        settledSteps += 1
        largestClosurePct = Math.max(largestClosurePct, closurePct(state.flow, step))
        if (Number.isNaN(state.residualKw[step]!)) continue
        residualKwSum += state.residualKw[step]!
        // The estimate respects the measured heads: what is injected is what they measure.
        headKwSum += state.flow.injectionKw[step]!
      }
    },
    get closurePct(): number {
      return settledSteps === 0 ? NaN : largestClosurePct
    },
    get residualPct(): number {
      return headKwSum === 0 ? NaN : (100 * residualKwSum) / headKwSum
    },
    get settledSteps(): number {
      return settledSteps
    },
  }
}
