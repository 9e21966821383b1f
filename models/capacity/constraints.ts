/**
 * Constraint statistics of a run over equal steps: how far, how long and by how much energy each element is beyond its
 * limits. Results come in blocks, so that a year needs no more memory than one of them.
 */
import { createLoadFlowResult, type LoadFlowResult, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { BLOCK, type CapacityCase, sliceOf } from './capacity-case.ts'
import { branchLoadingPct, JUDGED_OUTPUTS, type Judged } from './judge.ts'
import type { StepLimits, TimeLimitedOverload } from './limits.ts'
import type { PeakLift } from './peak-factor.ts'

const DEFAULT_WATCH_PCT = 80

export interface BranchConstraint {
  readonly id: string
  readonly kind: 'section' | 'transformer'
  /** NaN and -1 where it was never computed. */
  readonly peakPct: number
  readonly peakStep: number
  readonly hoursAboveWatch: number
  readonly hoursAboveLimit: number
  /** Active energy carried beyond 80 % (watch) and 100 % of the limit. */
  readonly aboveWatchMwh: number
  readonly aboveLimitMwh: number
  /** Of the hours above the limit, those that a declared time-limited overload allows. */
  readonly toleratedHours: number
  /** Hours without a result or a rating. They are never counted as hours within the limit. */
  readonly notComputedHours: number
  /** What the peak of a coarse source was multiplied by; 1: nothing. */
  readonly peakFactor: number
}

export interface BusConstraint {
  readonly id: string
  readonly lowestPu: number
  readonly lowestStep: number
  readonly highestPu: number
  readonly highestStep: number
  readonly hoursBelow: number
  readonly hoursAbove: number
  readonly notComputedHours: number
}

export interface Constraints {
  readonly hours: number
  /** Hours whose load flow did not settle. */
  readonly notComputedHours: number
  /** False: something was not computed or has no rating, so that "no violation" cannot be said. */
  readonly complete: boolean
  /** Hours in which at least one limit was broken, without tolerated overloads of transformers. */
  readonly violationHours: number
  readonly holds: boolean
  readonly lossesMwh: number
  /** Energy asked for at buses that no source reaches. */
  readonly unsuppliedMwh: number
  readonly branches: readonly BranchConstraint[]
  readonly buses: readonly BusConstraint[]
  readonly lift: PeakLift | undefined
}

export interface ConstraintOptions {
  readonly watchPct?: number
  readonly overload?: TimeLimitedOverload
  readonly lift?: PeakLift
}

export interface ConstraintCount {
  /** Adds the next `flow.scenarios` steps, or the first `steps` of them. `activeKw` is what was asked for in them. */
  add(flow: LoadFlowResult, activeKw: Float64Array, steps?: number): void
  result(): Constraints
}

/** @param stepS length of every step */
export function countConstraints(one: Judged, limits: StepLimits, stepS: number, options: ConstraintOptions = {}): ConstraintCount {
  const { elements, fed, energised, circuit } = one
  const { overload, lift } = options
  const watchPct = options.watchPct ?? DEFAULT_WATCH_PCT
  const stepH = stepS / 3600
  const branchCount = elements.branchIds.length
  const busCount = elements.busIds.length
  const perBranch = () => new Float64Array(branchCount)
  const perBus = () => new Float64Array(busCount)
  const peakPct = perBranch().fill(NaN), peakStep = new Int32Array(branchCount).fill(-1)
  const watchH = perBranch(), limitH = perBranch(), watchKwh = perBranch(), limitKwh = perBranch(), toleratedH = perBranch(), missingH = perBranch()
  // Hours of the overload that is running: only when it ends is it known whether it was short enough.
  const running = Array.from({ length: branchCount }, () => ({ steps: [] as number[], pct: 0 }))
  const lowestPu = perBus().fill(NaN), highestPu = perBus().fill(NaN), lowestStep = new Int32Array(busCount).fill(-1), highestStep = new Int32Array(busCount).fill(-1)
  const belowH = perBus(), aboveH = perBus(), busMissingH = perBus()
  const brokenBy = new Uint32Array(limits.setOfStep.length)
  let stepsDone = 0, missing = 0, lossesKwh = 0, unsuppliedKwh = 0

  const closeOverload = (k: number): void => {
    const run = running[k]
    const tolerated = overload !== undefined && elements.isTransformer[k] === 1 && run.pct <= 100 * overload.factor && run.steps.length * stepH <= overload.hours
    for (const step of run.steps) {
      if (tolerated) toleratedH[k] += stepH
      else brokenBy[step] += 1
    }
    run.steps = []
    run.pct = 0
  }

  function addBranch(k: number, flow: LoadFlowResult, scenario: number, step: number): void {
    const limit = limits.sets[limits.setOfStep[step]]
    const loadingPct = branchLoadingPct(one, limit, flow, scenario, k) * (lift?.branchFactor[k] ?? 1)
    if (!(loadingPct === loadingPct)) {
      missingH[k] += stepH
      closeOverload(k)
      return
    }
    if (!(loadingPct <= peakPct[k])) {
      peakPct[k] = loadingPct
      peakStep[k] = step
    }
    const at = scenario * flow.branchCount + k
    const carriedKw = Math.max(Math.abs(flow.activeFromKw[at]), Math.abs(flow.activeToKw[at])) * (lift?.branchFactor[k] ?? 1)
    if (loadingPct > watchPct) {
      watchH[k] += stepH
      watchKwh[k] += carriedKw * (1 - watchPct / loadingPct) * stepH
    }
    if (loadingPct > 100) {
      limitH[k] += stepH
      limitKwh[k] += carriedKw * (1 - 100 / loadingPct) * stepH
      running[k].steps.push(step)
      running[k].pct = Math.max(running[k].pct, loadingPct)
    } else closeOverload(k)
  }

  function addBus(bus: number, pu: number, step: number): void {
    if (!(pu > 0)) {
      busMissingH[bus] += stepH
      return
    }
    if (!(pu >= lowestPu[bus])) {
      lowestPu[bus] = pu
      lowestStep[bus] = step
    }
    if (!(pu <= highestPu[bus])) {
      highestPu[bus] = pu
      highestStep[bus] = step
    }
    const limit = limits.sets[limits.setOfStep[step]]
    const below = pu < limit.lowestPu[bus]
    const above = pu > limit.highestPu[bus]
    if (below) belowH[bus] += stepH
    if (above) aboveH[bus] += stepH
    if (below || above) brokenBy[step] += 1
  }

  return {
    add(flow, activeKw, steps = flow.scenarios) {
      if (stepsDone + steps > limits.setOfStep.length) throw new RangeError('there are more steps than limits')
      for (let scenario = 0; scenario < steps; scenario += 1) {
        const step = stepsDone + scenario
        const settled = flow.settled[scenario] === 1
        if (settled) lossesKwh += flow.lossesKw[scenario] * stepH
        else missing += 1
        for (let k = 0; k < branchCount; k += 1) if (energised[k] === 1) addBranch(k, flow, scenario, step)
        const drops = settled ? lift?.extraDropPu(flow, scenario) : undefined
        for (let bus = 0; bus < busCount; bus += 1) {
          if (fed[bus] === 1) addBus(bus, flow.voltagePu[scenario * busCount + bus] - (drops?.[bus] ?? 0), step)
          else unsuppliedKwh += Math.max(0, activeKw[scenario * circuit.busCount + bus]) * stepH
        }
      }
      stepsDone += steps
    },
    result() {
      for (let k = 0; k < branchCount; k += 1) closeOverload(k)
      const branches = elements.branchIds.flatMap((id, k): BranchConstraint[] => (energised[k] === 0 ? [] : [{
        id, kind: elements.isTransformer[k] === 1 ? 'transformer' : 'section', peakPct: peakPct[k], peakStep: peakStep[k],
        hoursAboveWatch: watchH[k], hoursAboveLimit: limitH[k], aboveWatchMwh: watchKwh[k] / 1000, aboveLimitMwh: limitKwh[k] / 1000,
        toleratedHours: toleratedH[k], notComputedHours: missingH[k], peakFactor: lift?.branchFactor[k] ?? 1,
      }]))
      const buses = elements.busIds.flatMap((id, bus): BusConstraint[] => (fed[bus] === 0 ? [] : [{
        id, lowestPu: lowestPu[bus], lowestStep: lowestStep[bus], highestPu: highestPu[bus], highestStep: highestStep[bus],
        hoursBelow: belowH[bus], hoursAbove: aboveH[bus], notComputedHours: busMissingH[bus],
      }]))
      const complete = missing === 0 && branches.every((one) => one.notComputedHours === 0) && buses.every((one) => one.notComputedHours === 0)
      const violationHours = brokenBy.reduce((sum, breaches) => sum + (breaches > 0 ? stepH : 0), 0)
      return {
        hours: stepsDone * stepH, notComputedHours: missing * stepH, complete, violationHours, holds: complete && violationHours === 0 && unsuppliedKwh === 0,
        lossesMwh: lossesKwh / 1000, unsuppliedMwh: unsuppliedKwh / 1000, branches, buses, lift,
      }
    },
  }
}

/** Counts a whole run, solved in blocks: memory does not grow with its length. */
export function constraintsOf(one: Pick<CapacityCase, 'judged' | 'prepared' | 'loads' | 'limits' | 'lift'>, stepS: number, options: Omit<ConstraintOptions, 'lift'> = {}): Constraints {
  const { judged: { circuit }, loads, prepared } = one
  const count = countConstraints(one.judged, one.limits, stepS, one.lift === undefined ? options : { ...options, lift: one.lift })
  const into = createLoadFlowResult(circuit, BLOCK, JUDGED_OUTPUTS)
  for (let first = 0; first < loads.scenarios; first += BLOCK) {
    const block = sliceOf(loads, first, Math.min(BLOCK, loads.scenarios - first), circuit.busCount)
    count.add(solveLoadFlow(prepared, block, { into, inTimeOrder: true }), block.activeKw, block.scenarios)
  }
  return count.result()
}
