/** A network state with its steps (the normal one, or one after an outage), and the steps tried with something added. */
import { createLoadFlowResult, type LoadFlowResult, type LoadScenarios, type PreparedLoadFlow, solveLoadFlow } from '#models/load-flow/load-flow.ts'
import { feedingTree, pathToSource } from '#models/grid/topology.ts'
import { JUDGED_OUTPUTS, type Judged, judged, type Margin, nearestMargin } from './judge.ts'
import type { StepLimits } from './limits.ts'
import type { PeakLift } from './peak-factor.ts'
import { LOW_VOLTAGE_LIMIT_KV } from './voltage-bands.ts'

/** Steps solved in one go: bounds the memory whatever the length of the year. */
export const BLOCK = 64

const PARTS = ['activeKw', 'reactiveKvar', 'currentKw', 'currentKvar', 'impedanceKw', 'impedanceKvar'] as const
type Columns = { -readonly [P in (typeof PARTS)[number]]?: Float64Array }

export interface CapacityCase {
  /** `N`, or what is out of service. */
  readonly id: string
  readonly judged: Judged
  readonly prepared: PreparedLoadFlow
  /** One scenario a step; buses in the order of the circuit. */
  readonly loads: LoadScenarios
  readonly limits: StepLimits
  readonly lift?: PeakLift
  /** True where no firm criterion applies (an outage at low voltage): load may then be left without supply. */
  readonly mayBeUnsupplied?: boolean
}

/** A bus that asks for power in some step and that no source reaches, though the criterion requires it. */
export function unsuppliedBus({ judged: { circuit, elements, fed }, loads, mayBeUnsupplied }: CapacityCase): string | undefined {
  if (mayBeUnsupplied === true) return undefined
  const { busCount } = circuit
  for (let bus = 0; bus < busCount; bus += 1) {
    if (fed[bus] === 1) continue
    for (let step = 0; step < loads.scenarios; step += 1) if (loads.activeKw[step * busCount + bus] !== 0) return elements.busIds[bus]
  }
  return undefined
}

/** Some of the steps of loads, in the order asked for. */
export function stepsOf(loads: LoadScenarios, steps: readonly number[], busCount: number): LoadScenarios {
  const chosen: Columns = {}
  for (const part of PARTS) {
    const column = loads[part]
    if (column === undefined) continue
    const some = new Float64Array(steps.length * busCount)
    steps.forEach((step, k) => some.set(column.subarray(step * busCount, (step + 1) * busCount), k * busCount))
    chosen[part] = some
  }
  return { ...(chosen as LoadScenarios), scenarios: steps.length }
}

/** Steps that follow each other, without a copy. */
export function sliceOf(loads: LoadScenarios, first: number, count: number, busCount: number): LoadScenarios {
  const slice: Columns = {}
  for (const part of PARTS) if (loads[part] !== undefined) slice[part] = loads[part].subarray(first * busCount, (first + count) * busCount)
  return { ...(slice as LoadScenarios), scenarios: count }
}

/** The same state with only some of its steps. */
export const atSteps = (one: CapacityCase, steps: readonly number[]): CapacityCase => ({
  ...one, loads: stepsOf(one.loads, steps, one.judged.circuit.busCount),
  limits: { sets: one.limits.sets, setOfStep: Uint8Array.from(steps, (step) => one.limits.setOfStep[step]) },
})

/**
 * The same state, judged for what is connected at one bus: low-voltage sections and transformers that none of its power
 * flows through are left out. Their currents change with the voltage alone, by less than a percent, and where one is full
 * already that is no reason against a connection elsewhere. Voltages and the medium-voltage network stay judged. With a loop
 * at low voltage nothing is left out.
 */
export function concerning(one: CapacityCase, bus: number): CapacityCase {
  const { circuit, elements, ignoredBranch, ignoredBus } = one.judged
  const tree = feedingTree(circuit)
  const isLow = (branch: number) => Math.min(...[circuit.branchFrom[branch], circuit.branchTo[branch]].map((end) => (end < 0 ? Infinity : circuit.busBaseKv[end]))) <= LOW_VOLTAGE_LIMIT_KV
  if (tree.loopBranches.some(isLow)) return one
  const path = new Set(pathToSource(tree, bus))
  const ignored = new Set<string>()
  elements.branchIds.forEach((id, branch) => {
    if (ignoredBranch[branch] === 1 || (isLow(branch) && !path.has(branch))) ignored.add(id)
  })
  elements.busIds.forEach((id, k) => {
    if (ignoredBus[k] === 1) ignored.add(id)
  })
  return { ...one, judged: judged(circuit, elements, ignored) }
}

/** Adds power to the columns of one scenario, whose first bus is at `offset`. `entry` counts the entries of the call. */
export type Addition = (activeKw: Float64Array, reactiveKvar: Float64Array, offset: number, entry: number) => void

export interface Probe {
  /** The nearest margin of each of the steps, each with its addition. */
  margins(steps: ArrayLike<number>, add: Addition): Margin[]
  /** Hands over each solved block: entries first .. first + count - 1. Base scenarios of the lift are not shown. */
  solve(steps: ArrayLike<number>, add: Addition, take: (flow: LoadFlowResult, first: number, count: number, margin: (entry: number) => Margin) => void): void
}

/** Owns its columns and result; not re-entrant, as the prepared load flow is not. */
export function createProbe(one: CapacityCase): Probe {
  const { loads, lift, limits, prepared } = one
  const { busCount } = one.judged.circuit
  // With a lift each entry is solved without the addition too, since only the loads that are there are lifted.
  const entries = lift === undefined ? BLOCK : BLOCK / 2
  const columns: Columns = {}
  for (const part of PARTS) if (loads[part] !== undefined) columns[part] = new Float64Array(BLOCK * busCount)
  const { activeKw, reactiveKvar } = columns as { activeKw: Float64Array; reactiveKvar: Float64Array }
  const into = createLoadFlowResult(one.judged.circuit, BLOCK, JUDGED_OUTPUTS)

  const copyStep = (step: number, scenario: number): void => {
    for (const part of PARTS) columns[part]?.set((loads[part] as Float64Array).subarray(step * busCount, (step + 1) * busCount), scenario * busCount)
  }
  // By entry of a block: the scenario of its step as it is.
  const baseOf = new Int32Array(BLOCK)
  const solve: Probe['solve'] = (steps, add, take) => {
    for (let first = 0; first < steps.length; first += entries) {
      const count = Math.min(entries, steps.length - first)
      let scenarios = count
      for (let k = 0; k < count; k += 1) {
        copyStep(steps[first + k], k)
        add(activeKw, reactiveKvar, k * busCount, first + k)
        if (lift === undefined) continue
        if (add === nothingAdded) baseOf[k] = k
        else if (k > 0 && steps[first + k] === steps[first + k - 1]) baseOf[k] = baseOf[k - 1]
        else {
          baseOf[k] = scenarios
          copyStep(steps[first + k], scenarios++)
        }
      }
      // A trial that the fixed point does not settle is far below any band: Newton-Raphson would only take long to say so.
      const flow = solveLoadFlow(prepared, { ...(columns as LoadScenarios), scenarios }, { into, fallBack: add === nothingAdded || prepared.fixedPoint === undefined })
      take(flow, first, count, (entry) => {
        const k = entry - first
        return nearestMargin(one.judged, limits.sets[limits.setOfStep[steps[entry]]], flow, k, lift, baseOf[k])
      })
    }
  }
  return {
    solve,
    margins(steps, add) {
      const found: Margin[] = []
      solve(steps, add, (_, first, count, margin) => {
        for (let entry = first; entry < first + count; entry += 1) found.push(margin(entry))
      })
      return found
    },
  }
}

export const nothingAdded: Addition = () => undefined

/** Active power at one bus, by entry, with reactive power in proportion: both positive when drawn. */
export const addedAt = (bus: number, kw: (entry: number) => number, tanPhi: number): Addition => (activeKw, reactiveKvar, offset, entry) => {
  const added = kw(entry)
  activeKw[offset + bus] += added
  reactiveKvar[offset + bus] += added * tanPhi
}
