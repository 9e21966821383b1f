/** Limits of a constraint analysis by hour. At low voltage an hour hides peaks of a few customers: limits are lowered by what it hides. */
import type { Network } from '#models/district/schema.ts'
import { type ElementLimits, type StepLimits, stepLimits } from '#models/capacity/limits.ts'
import type { PeakLift } from '#models/capacity/peak-factor.ts'
import type { GridModel } from '#models/grid/network.ts'

export interface ConstraintLimits {
  readonly whole: StepLimits
  readonly drawn: StepLimits
}

/**
 * Loadings are judged against limit / peak factor, which is the same as lifting them. The drop of low-voltage lines is not lifted.
 * @param at instants for which dated ratings are looked up
 */
export function limitsOf(network: Network, whole: GridModel, drawnNetwork: Network, drawn: GridModel, lift: PeakLift, at: Float64Array, month: ArrayLike<number>, limitLoadingPct?: number): ConstraintLimits {
  const drawnFactor = Float64Array.from(drawn.branchFrom, (_, k) => {
    const id = k < drawn.sectionCount ? drawn.sectionIds[k] : drawn.transformerIds[k - drawn.sectionCount]
    return lift.branchFactor[whole.branchIndex.get(id ?? '') ?? -1] ?? 1
  })
  return { whole: liftedLimits(network, whole, lift.branchFactor, at, month, limitLoadingPct), drawn: liftedLimits(drawnNetwork, drawn, drawnFactor, at, month, limitLoadingPct) }
}

/** @param factor by branch of `grid`: peak over mean of an hour */
export const liftedLimits = (network: Network, grid: GridModel, factor: Float64Array, at: Float64Array, month: ArrayLike<number>, limitLoadingPct?: number): StepLimits =>
  lowered(stepLimits(network, grid, at, month, limitLoadingPct === undefined ? {} : { limitLoadingPct }), factor)

const lowered = ({ sets, setOfStep }: StepLimits, factor: Float64Array): StepLimits => ({
  setOfStep,
  sets: sets.map((set): ElementLimits => ({ ...set, branchFrom: set.branchFrom.map((limit, k) => limit / factor[k]), branchTo: set.branchTo.map((limit, k) => limit / factor[k]) })),
})
