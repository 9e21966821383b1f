/**
 * Counts over the steps of one topology, made while the blocks of results pass. Only voltages and loadings are computed for
 * every step; the power that flows, which the energy above a limit needs, for those steps alone in which there is any.
 */
import type { Circuit } from '#models/load-flow/circuit.ts'
import { BASIS, type ElementLimits, type Elements } from '#models/capacity/limits.ts'
import type { GridModel } from '#models/grid/network.ts'
import { solveInBlocks } from '#models/load-flow/blocks.ts'
import type { BranchRatings, LoadFlowResult, LoadScenarios, PreparedLoadFlow } from '#models/load-flow/load-flow.ts'

export const WATCH_PCT = 80
/** So little above a limit is rounding of the load flow. */
const ROUNDING = 1e-9

export interface YearCount {
  /** By branch of the grid model; NaN and -1 where it was never under voltage or computed. */
  readonly peakPct: Float64Array
  readonly peakStep: Int32Array
  readonly hoursAboveWatch: Float64Array
  readonly hoursAboveLimit: Float64Array
  /** Active energy carried beyond the limit. */
  readonly aboveLimitMwh: Float64Array
  /** By bus; NaN where it was never under voltage. */
  readonly lowestPu: Float64Array
  readonly highestPu: Float64Array
  readonly hoursOutsideBand: Float64Array
  /** The largest loading of all, with its branch and step; -1 where nothing was computed. */
  readonly worstBranch: number
  readonly worstStep: number
  /** Hours without a result: violations of their own kind, `not-solved`. */
  readonly notSolvedHours: number
  /** Branches under voltage whose rating is not known in some step: no violation can be denied for them. */
  readonly notRated: readonly string[]
}

/** Told of everything beyond a limit while it is counted; element by its index in the grid model. */
export interface ExcessListener {
  /** Active power that the branch carries beyond its limit, kW, and its loading. */
  branch(step: number, branch: number, excessKw: number, pct: number): void
  bus(step: number, bus: number, voltagePu: number): void
}

export interface YearCounting {
  /** 1: a limit is broken in the step, or it has no result. */
  readonly broken: Uint8Array
  /** Whether a branch whose energy is of interest was above its limit. */
  readonly needsEnergy: () => boolean
  /** Adds results of consecutive entries of `steps`, from `first` on. Steps to look at closer are put on `above`. */
  add(flow: LoadFlowResult, steps: Int32Array, first: number, count: number, limits: ElementLimits, above: number[]): void
  /** Energy of steps above a limit, from results with powers; `steps` from `first` on, as in `add`. */
  addEnergy(flow: LoadFlowResult, steps: Int32Array, first: number, count: number): void
  result(): YearCount
}

/** @param energyOf 1: branches whose energy above the limit is of interest; absent: all */
export function createYearCount(grid: GridModel, elements: Elements, stepCount: number, stepS: number, listener?: ExcessListener, energyOf?: Uint8Array): YearCounting {
  const { busCount, fed } = grid
  const branchCount = grid.branchFrom.length
  const stepH = stepS / 3600
  const isFed = (bus: number) => bus >= 0 && fed[bus] === 1
  const liveBranches = Int32Array.from(grid.branchFrom.keys()).filter((k) => isFed(grid.branchFrom[k]) || isFed(grid.branchTo[k]))
  const liveBuses = Int32Array.from(fed.keys()).filter((bus) => fed[bus] === 1)
  const perBranch = () => new Float64Array(branchCount)
  const perBus = () => new Float64Array(busCount)
  const peakPct = perBranch().fill(NaN), peakStep = new Int32Array(branchCount).fill(-1)
  const watchH = perBranch(), limitH = perBranch(), aboveMwh = perBranch()
  const lowestPu = perBus().fill(NaN), highestPu = perBus().fill(NaN), outsideH = perBus()
  const broken = new Uint8Array(stepCount)
  const notRated = new Set<number>()
  const limitPct = 100 * (1 + ROUNDING)
  let notSolved = 0
  let energyIsNeeded = false

  // Between these a value is no new extreme and breaks nothing: what nearly all values are is settled by one look.
  const quietPct = perBranch().fill(-Infinity), quietLowPu = perBus().fill(Infinity), quietHighPu = perBus().fill(-Infinity)
  let quietFor: ElementLimits | undefined

  /** @returns true if it is above its limit */
  const addBranch = (k: number, pct: number, step: number): boolean => {
    if (pct !== pct) {
      notRated.add(k)
      return false
    }
    if (!(pct <= peakPct[k])) {
      peakPct[k] = pct
      peakStep[k] = step
      quietPct[k] = Math.min(pct, WATCH_PCT)
    }
    if (pct <= WATCH_PCT) return false
    watchH[k] += stepH
    if (pct <= limitPct) return false
    limitH[k] += stepH
    if (energyOf === undefined || energyOf[k] === 1) energyIsNeeded = true
    return true
  }
  const addBus = (bus: number, pu: number, step: number, limits: ElementLimits): void => {
    const bandLowPu = limits.lowestPu[bus] * (1 - ROUNDING)
    const bandHighPu = limits.highestPu[bus] * (1 + ROUNDING)
    if (!(pu >= lowestPu[bus])) lowestPu[bus] = pu
    if (!(pu <= highestPu[bus])) highestPu[bus] = pu
    quietLowPu[bus] = Math.max(lowestPu[bus], bandLowPu)
    quietHighPu[bus] = Math.min(highestPu[bus], bandHighPu)
    if (pu >= bandLowPu && pu <= bandHighPu) return
    outsideH[bus] += stepH
    broken[step] = 1
    listener?.bus(step, bus, pu)
  }
  const beginLimits = (limits: ElementLimits): void => {
    quietFor = limits
    quietLowPu.fill(Infinity)
    quietHighPu.fill(-Infinity)
  }

  return {
    broken, needsEnergy: () => energyIsNeeded,
    add({ settled, loadingPct, voltagePu }, steps, first, count, limits, above) {
      if (limits !== quietFor) beginLimits(limits)
      for (let scenario = 0; scenario < count; scenario += 1) {
        const step = steps[first + scenario]
        if (settled[scenario] !== 1) {
          notSolved += 1
          broken[step] = 1
          continue
        }
        let isAbove = false
        const firstBranch = scenario * branchCount
        for (let j = 0; j < liveBranches.length; j += 1) {
          const k = liveBranches[j]
          const pct = loadingPct[firstBranch + k]
          if (pct <= quietPct[k]) continue
          if (addBranch(k, pct, step)) isAbove = true
        }
        if (isAbove) {
          broken[step] = 1
          above.push(step)
        }
        const firstBus = scenario * busCount
        for (let j = 0; j < liveBuses.length; j += 1) {
          const bus = liveBuses[j]
          const pu = voltagePu[firstBus + bus]
          if (pu >= quietLowPu[bus] && pu <= quietHighPu[bus]) continue
          addBus(bus, pu, step, limits)
        }
      }
    },
    addEnergy({ loadingPct, activeFromKw, activeToKw }, steps, first, count) {
      for (let scenario = 0; scenario < count; scenario += 1) {
        for (const k of liveBranches) {
          const at = scenario * branchCount + k
          if (!(loadingPct[at] > limitPct)) continue
          const carriedKw = Math.max(Math.abs(activeFromKw[at]), Math.abs(activeToKw[at]))
          const excessKw = carriedKw * (1 - 100 / loadingPct[at])
          aboveMwh[k] += (excessKw * stepH) / 1000
          listener?.branch(steps[first + scenario], k, excessKw, loadingPct[at])
        }
      }
    },
    result() {
      let worstBranch = -1
      for (const k of liveBranches) if (peakStep[k] >= 0 && (worstBranch < 0 || peakPct[k] > peakPct[worstBranch])) worstBranch = k
      return {
        peakPct, peakStep, hoursAboveWatch: watchH, hoursAboveLimit: limitH, aboveLimitMwh: aboveMwh, lowestPu, highestPu, hoursOutsideBand: outsideH,
        worstBranch, worstStep: worstBranch < 0 ? -1 : peakStep[worstBranch], notSolvedHours: notSolved * stepH, notRated: [...notRated].map((k) => elements.branchIds[k]),
      }
    },
  }
}

/** Solves the given steps over one topology and adds them to the count. All steps have the same limits. */
export function solveYear(prepared: PreparedLoadFlow, loads: Pick<LoadScenarios, 'activeKw' | 'reactiveKvar'>, steps: Int32Array, limits: ElementLimits, elements: Elements, count: YearCounting): void {
  const ratings = branchRatings(limits, elements)
  const above: number[] = []
  const lean = { angles: false, currents: false, powers: false, totals: false, loadings: ratings }
  solveInBlocks(prepared, { scenarios: steps.length, fill: fillFrom(prepared.circuit, loads, steps), take: (first, entries, flow) => count.add(flow, steps, first, entries, limits, above) }, { wanted: lean, inTimeOrder: true })
  if (above.length === 0 || !count.needsEnergy()) return
  const aboveSteps = Int32Array.from(above).sort()
  solveInBlocks(prepared, { scenarios: above.length, fill: fillFrom(prepared.circuit, loads, aboveSteps), take: (first, entries, flow) => count.addEnergy(flow, aboveSteps, first, entries) }, { wanted: { ...lean, powers: true }, inTimeOrder: true })
}

/** Loads of the steps as the blocks ask for them; what is asked of buses without supply is left out by the load flow. */
export function fillFrom({ busCount }: Circuit, { activeKw, reactiveKvar }: Pick<LoadScenarios, 'activeKw' | 'reactiveKvar'>, steps: Int32Array) {
  return (first: number, count: number, into: LoadScenarios): void => {
    for (let k = 0; k < count;) {
      // Steps that follow each other are copied in one go.
      const step = steps[first + k]
      let run = 1
      while (k + run < count && steps[first + k + run] === step + run) run += 1
      into.activeKw.set(activeKw.subarray(step * busCount, (step + run) * busCount), k * busCount)
      into.reactiveKvar.set(reactiveKvar.subarray(step * busCount, (step + run) * busCount), k * busCount)
      k += run
    }
  }
}

/** Of a section both ends have the same ampacity, of a transformer both windings the same apparent power (`OutageTask` admits no other basis). */
export function branchRatings({ branchFrom }: ElementLimits, { basis }: Elements): BranchRatings {
  const by = (wanted: number) => branchFrom.map((limit, k) => (basis[k] === wanted ? limit : NaN))
  return { currentA: by(BASIS.current), apparentKva: by(BASIS.power) }
}
