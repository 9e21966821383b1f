/**
 * A year after an outage: the topology that the restoration plan leaves is factorised once and all steps are solved over it in
 * blocks. What is kept are counts, so that memory is bounded by the blocks and not by the year.
 *
 * Everything goes in and out as plain objects and typed arrays: outages can be spread over threads (columns over a
 * `SharedArrayBuffer` are then not copied).
 */
import type { Network } from '#models/district/schema.ts'
import { type ElementLimits, type LimitOptions, type StepLimits, stepLimits } from '#models/capacity/limits.ts'
import type { GridModel, GridOptions } from '#models/grid/network.ts'
import type { Kernel } from '#models/load-flow/kernel/kernel.ts'
import { prepareLoadFlow } from '#models/load-flow/load-flow.ts'
import type { OperationTimes } from './operation-times.ts'
import { mediumVoltageOutages, type OutageKind } from './outages.ts'
import { type FirmCriterion, planRestoration, type RestorationPlan } from './restoration.ts'
import { gridOfState, type RestorationCase, restorationCase } from './restoration-case.ts'
import { createYearCount, solveYear, type YearCount } from './year-count.ts'

export interface OutageTask {
  /** For a network of many customers: the one drawn together at its transformers (aggregate.ts). */
  readonly network: Network
  /** Ids of the elements that fail, one after the other; absent: all. */
  readonly outageIds?: readonly string[]
  /** Beginning of each step, ms, ascending and evenly spaced; and its local calendar month. */
  readonly at: Float64Array
  readonly month: Uint8Array
  readonly stepS: number
  /** [step * busCount + bus], buses in the order of the grid model, positive when drawn. */
  readonly activeKw: Float64Array
  readonly reactiveKvar: Float64Array
  /** Delivery points by bus. */
  readonly customers: ArrayLike<number>
  /** Steps for which the plan has to hold; absent: those of the largest and of the smallest total. */
  readonly decidingSteps?: readonly number[]
  readonly criterion?: FirmCriterion
  readonly times?: OperationTimes
  readonly grid?: Omit<GridOptions, 'outOfService'>
  readonly limits?: Pick<LimitOptions, 'limitLoadingPct'>
  /** `leave-unsupplied` as in the plan; absent: `supply-and-report`, so that the hours that do not hold are counted. */
  readonly onOverload?: 'leave-unsupplied' | 'supply-and-report'
}

export interface OutageYear extends YearCount {
  readonly id: string
  readonly kind: OutageKind
  readonly firm: boolean
  /** Times, operations and customers of the stages; their powers are those of the first deciding step. */
  readonly plan: Pick<RestorationPlan, 'outage' | 'stages'>
  /** After switching, until the repair: energy if it lasted all year, largest power, and steps with any. */
  readonly unsuppliedMwh: number
  readonly unsuppliedPeakKw: number
  readonly unsuppliedHours: number
  /** Energy not supplied from the fault to the repair, kWh: mean over all steps in which the fault may begin. */
  readonly unsuppliedKwhPerFault: number
  /** Hours with a limit broken, without a result, or with load not supplied that the criterion requires. */
  readonly violationHours: number
  /** False as soon as there is one such hour, or a rating that is not known. */
  readonly holds: boolean
}

/** Deterministic in its input, apart from what the tolerance of the load flow leaves open. */
export function solveOutages(task: OutageTask, kernel?: Kernel): readonly OutageYear[] {
  const planning = planningCase(task, kernel)
  const limits = stepLimits(task.network, planning.grid, task.at, task.month, task.limits)
  return mediumVoltageOutages(task.network, planning.grid, planning.graph, task.outageIds)
    .map((outage) => outageYear(task, planning, limits, planRestoration(planning, outage, task.criterion), kernel))
}

/** Steps of the largest and of the smallest total: the most drawn, and the most produced beside the least use. */
export function extremeSteps(activeKw: Float64Array, steps: number): readonly number[] {
  const busCount = activeKw.length / steps
  let largest = 0
  let smallest = 0
  const totals = Float64Array.from({ length: steps }, (_, step) => {
    let kw = 0
    for (let k = step * busCount; k < (step + 1) * busCount; k += 1) kw += activeKw[k]
    return kw
  })
  totals.forEach((kw, step) => {
    if (kw > totals[largest]) largest = step
    if (kw < totals[smallest]) smallest = step
  })
  return largest === smallest ? [largest] : [largest, smallest]
}

function planningCase(task: OutageTask, kernel: Kernel | undefined): RestorationCase {
  const steps = task.decidingSteps ?? extremeSteps(task.activeKw, task.at.length)
  const busCount = task.activeKw.length / task.at.length
  const chosen = (column: Float64Array) => {
    const part = new Float64Array(steps.length * busCount)
    steps.forEach((step, k) => part.set(column.subarray(step * busCount, (step + 1) * busCount), k * busCount))
    return part
  }
  const loads = { scenarios: steps.length, activeKw: chosen(task.activeKw), reactiveKvar: chosen(task.reactiveKvar) }
  const limits = (grid: GridModel) => stepLimits(task.network, grid, Float64Array.from(steps, (step) => task.at[step]), steps.map((step) => task.month[step]), task.limits)
  const { onOverload = 'supply-and-report', times, grid } = task
  return restorationCase(task.network, task.at[steps[0]], loads, limits, task.stepS, task.customers, { onOverload, ...(times && { times }), ...(grid && { grid }), ...(kernel && { kernel }) })
}

function outageYear(task: OutageTask, planning: RestorationCase, limits: StepLimits, plan: RestorationPlan, kernel: Kernel | undefined): OutageYear {
  const grid = gridOfState(planning, plan.restored)
  const { count, broken } = countSteps(task, planning, grid, limits, kernel)
  const unsupplied = countUnsupplied(task, plan, broken)
  const violationSteps = broken.reduce((sum, one) => sum + one, 0)
  return {
    ...count, ...unsupplied, id: plan.outage.id, kind: plan.outage.kind, firm: plan.firm, plan: { outage: plan.outage, stages: plan.stages },
    violationHours: (violationSteps * task.stepS) / 3600, holds: violationSteps === 0 && count.notRated.length === 0,
  }
}

/** Broken: 1 for each step that is a violation. Every set of limits (a season) is a run of its own, since loadings are shares of ratings. */
function countSteps(task: OutageTask, { elements }: RestorationCase, grid: GridModel, limits: StepLimits, kernel: Kernel | undefined) {
  const count = createYearCount(grid, elements, task.at.length, task.stepS)
  // Without a source nothing is under voltage: there is nothing to solve, and all load is counted as not supplied.
  if (grid.sources.length === 0) return { count: count.result(), broken: count.broken }
  const prepared = prepareLoadFlow(grid, kernel === undefined ? {} : { kernel })
  limits.sets.forEach((set: ElementLimits, season) => {
    const steps = Int32Array.from(limits.setOfStep.keys()).filter((step) => limits.setOfStep[step] === season)
    if (steps.length > 0) solveYear(prepared, task, steps, set, elements, count)
  })
  return { count: count.result(), broken: count.broken }
}

function countUnsupplied(task: OutageTask, plan: RestorationPlan, broken: Uint8Array) {
  const steps = task.at.length
  const busCount = task.activeKw.length / steps
  const stepH = task.stepS / 3600
  const demandOf = (buses: Int32Array, step: number): number => {
    let kw = 0
    for (const bus of buses) kw += Math.max(0, task.activeKw[step * busCount + bus])
    return kw
  }
  const stages = plan.stages.filter((stage) => stage.toS > stage.fromS && stage.darkBuses.length > 0)
  const lasting = plan.stages[plan.stages.length - 2].darkBuses
  const required = plan.firm ? plan.stages.find((stage) => stage.name === (task.criterion?.after ?? 'manual')) : undefined
  let unsuppliedMwh = 0
  let unsuppliedPeakKw = 0
  let unsuppliedHours = 0
  let unsuppliedKwhPerFault = 0
  for (let step = 0; step < steps; step += 1) {
    for (const { darkBuses, fromS, toS } of stages) unsuppliedKwhPerFault += (demandOf(darkBuses, step) * (toS - fromS)) / 3600 / steps
    const kw = demandOf(lasting, step)
    unsuppliedMwh += (kw * stepH) / 1000
    unsuppliedPeakKw = Math.max(unsuppliedPeakKw, kw)
    if (kw > 0) unsuppliedHours += stepH
    if (required !== undefined && demandOf(required.darkBuses, step) > 0) broken[step] = 1
  }
  return { unsuppliedMwh, unsuppliedPeakKw, unsuppliedHours, unsuppliedKwhPerFault }
}
