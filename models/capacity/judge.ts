/** Whether one computed step holds its limits. What was not computed never holds. */
import type { Circuit } from '#models/load-flow/circuit.ts'
import { fedBuses } from '#models/load-flow/circuit.ts'
import { ALL_OUTPUTS, type LoadFlowResult, type WantedOutputs } from '#models/load-flow/load-flow.ts'
import { BASIS, type ElementLimits, type Elements } from './limits.ts'
import type { PeakLift } from './peak-factor.ts'

/** Outputs of the load flow that a judgement reads. */
export const JUDGED_OUTPUTS: WantedOutputs = ALL_OUTPUTS

export type BreachKind = 'current' | 'power' | 'voltage-low' | 'voltage-high' | 'not-solved' | 'not-rated' | 'not-supplied'

/** The limit that is nearest, or furthest exceeded. */
export interface Margin {
  readonly kind: BreachKind
  readonly element: string | undefined
  /** Loading in % of the limit, or voltage in pu; NaN where not known. */
  readonly value: number
  /** How much of the limit is used: above 1 it is broken. Infinity where it was not computed. */
  readonly share: number
}

/** A circuit and what of it is judged. */
export interface Judged {
  readonly circuit: Circuit
  readonly elements: Elements
  /** 1: a source reaches the bus; what is not fed has no voltage to judge. */
  readonly fed: Uint8Array
  /** 1: one end at least is connected to a fed bus. */
  readonly energised: Uint8Array
  /** 1: left out of the judgement by the caller. */
  readonly ignoredBranch: Uint8Array
  readonly ignoredBus: Uint8Array
}

/** @param ignored ids that are not judged, because their limits are known to be broken and are dealt with elsewhere */
export function judged(circuit: Circuit, elements: Elements, ignored: ReadonlySet<string> = new Set()): Judged {
  const fed = fedBuses(circuit)
  const isFed = (bus: number) => bus >= 0 && fed[bus] === 1
  return {
    circuit, elements, fed,
    energised: Uint8Array.from(elements.branchIds, (_, k) => Number(isFed(circuit.branchFrom[k]) || isFed(circuit.branchTo[k]))),
    ignoredBranch: Uint8Array.from(elements.branchIds, (id) => Number(ignored.has(id))),
    ignoredBus: Uint8Array.from(elements.busIds, (id) => Number(ignored.has(id))),
  }
}

/** Loading of a branch in % of its limit; NaN where it was not computed or has no rating, 0 where nothing limits it. */
export function branchLoadingPct({ elements }: Judged, limits: ElementLimits, flow: LoadFlowResult, scenario: number, branch: number): number {
  const at = scenario * flow.branchCount + branch
  const byPower = elements.basis[branch] === BASIS.power
  const from = byPower ? Math.sqrt(flow.activeFromKw[at] ** 2 + flow.reactiveFromKvar[at] ** 2) : flow.currentFromA[at]
  const to = byPower ? Math.sqrt(flow.activeToKw[at] ** 2 + flow.reactiveToKvar[at] ** 2) : flow.currentToA[at]
  return 100 * Math.max(from / limits.branchFrom[branch], to / limits.branchTo[branch])
}

/**
 * The margin of a scenario that is nearest to its limit, or furthest beyond it.
 * @param lift peak factor of a coarse source, on what flows in `baseScenario` (the loads without what a study adds)
 */
export function nearestMargin(one: Judged, limits: ElementLimits, flow: LoadFlowResult, scenario: number, lift?: PeakLift, baseScenario = scenario): Margin {
  if (flow.settled[scenario] !== 1 || (lift !== undefined && flow.settled[baseScenario] !== 1)) return { kind: 'not-solved', element: undefined, value: NaN, share: Infinity }
  const { elements, fed, energised } = one
  let share = -Infinity
  let index = -1
  let kind: BreachKind = 'current'
  for (let k = 0; k < flow.branchCount; k += 1) {
    if (energised[k] === 0 || one.ignoredBranch[k] === 1) continue
    let used = branchLoadingPct(one, limits, flow, scenario, k) / 100
    if (lift !== undefined && lift.branchFactor[k] !== 1) used += (lift.branchFactor[k] - 1) * (branchLoadingPct(one, limits, flow, baseScenario, k) / 100)
    // Written so that a NaN is the worst there is.
    if (!(used <= share)) {
      index = k
      if (used !== used) return { kind: 'not-rated', element: elements.branchIds[k], value: NaN, share: Infinity }
      share = used
      kind = elements.basis[k] === BASIS.power ? 'power' : 'current'
    }
  }
  let voltagePu = NaN
  const drops = lift?.extraDropPu(flow, baseScenario)
  for (let bus = 0; bus < flow.busCount; bus += 1) {
    if (fed[bus] === 0 || one.ignoredBus[bus] === 1) continue
    const pu = flow.voltagePu[scenario * flow.busCount + bus] - (drops === undefined ? 0 : drops[bus])
    // Of a fed bus; a lift that leaves no voltage is no answer either.
    if (!(pu > 0)) return { kind: 'not-solved', element: elements.busIds[bus], value: NaN, share: Infinity }
    const low = limits.lowestPu[bus] / pu
    const high = pu / limits.highestPu[bus]
    const used = low > high ? low : high
    if (used > share) {
      share = used
      index = bus
      kind = low > high ? 'voltage-low' : 'voltage-high'
      voltagePu = pu
    }
  }
  const isVoltage = kind === 'voltage-low' || kind === 'voltage-high'
  return { kind, element: index < 0 ? undefined : (isVoltage ? elements.busIds : elements.branchIds)[index], value: isVoltage ? voltagePu : 100 * share, share }
}

/** A share this little above 1 is rounding of the load flow, not a breach. */
const ROUNDING = 1e-9
export const holds = (margin: Margin): boolean => margin.share <= 1 + ROUNDING
