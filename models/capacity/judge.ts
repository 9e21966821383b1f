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

/** What a branch carries at its ends, in the unit of its limit. */
interface EndLoads {
  from: number
  to: number
}

function readEnds(basis: number, flow: LoadFlowResult, at: number, into: EndLoads): void {
  if (basis === BASIS.power) {
    into.from = Math.sqrt(flow.activeFromKw[at] * flow.activeFromKw[at] + flow.reactiveFromKvar[at] * flow.reactiveFromKvar[at])
    into.to = Math.sqrt(flow.activeToKw[at] * flow.activeToKw[at] + flow.reactiveToKvar[at] * flow.reactiveToKvar[at])
  } else {
    into.from = flow.currentFromA[at]
    into.to = flow.currentToA[at]
  }
}

/** Loading of a branch in % of its limit; NaN where it was not computed or has no rating, 0 where nothing limits it. */
export function branchLoadingPct({ elements }: Judged, { branchFrom, branchTo }: ElementLimits, flow: LoadFlowResult, scenario: number, branch: number): number {
  const load: EndLoads = { from: 0, to: 0 }
  readEnds(elements.basis[branch], flow, scenario * flow.branchCount + branch, load)
  return 100 * Math.max(load.from / branchFrom[branch], load.to / branchTo[branch])
}

/**
 * The margin of a scenario that is nearest to its limit, or furthest beyond it.
 * @param lift peak factor of a coarse source, on what flows in `baseScenario` (the loads without what a study adds)
 */
export function nearestMargin(one: Judged, limits: ElementLimits, flow: LoadFlowResult, scenario: number, lift?: PeakLift, baseScenario = scenario): Margin {
  if (flow.settled[scenario] !== 1 || (lift !== undefined && flow.settled[baseScenario] !== 1)) return { kind: 'not-solved', element: undefined, value: NaN, share: Infinity }
  const { elements, fed, energised, ignoredBranch, ignoredBus } = one
  const { branchFrom, branchTo, lowestPu, highestPu } = limits
  const { branchCount, busCount, voltagePu } = flow
  const factors = lift?.branchFactor
  const load: EndLoads = { from: 0, to: 0 }
  const base: EndLoads = { from: 0, to: 0 }
  let share = -Infinity
  let index = -1
  let kind: BreachKind = 'current'
  for (let k = 0; k < branchCount; k += 1) {
    if (energised[k] === 0 || ignoredBranch[k] === 1) continue
    const basis = elements.basis[k]
    readEnds(basis, flow, scenario * branchCount + k, load)
    if (factors !== undefined && factors[k] !== 1) {
      readEnds(basis, flow, baseScenario * branchCount + k, base)
      load.from += (factors[k] - 1) * base.from
      load.to += (factors[k] - 1) * base.to
    }
    // No division where the element is not the nearest so far; a NaN never passes.
    if (load.from <= share * branchFrom[k] && load.to <= share * branchTo[k]) continue
    const used = Math.max(load.from / branchFrom[k], load.to / branchTo[k])
    if (used !== used) return { kind: 'not-rated', element: elements.branchIds[k], value: NaN, share: Infinity }
    if (used <= share) continue
    index = k
    share = used
    kind = basis === BASIS.power ? 'power' : 'current'
  }
  let nearestPu = NaN
  const drops = lift?.extraDropPu(flow, baseScenario)
  for (let bus = 0; bus < busCount; bus += 1) {
    if (fed[bus] === 0 || ignoredBus[bus] === 1) continue
    const pu = voltagePu[scenario * busCount + bus] - (drops === undefined ? 0 : drops[bus])
    if (pu > 0 && pu * share >= lowestPu[bus] && pu <= share * highestPu[bus]) continue
    // Of a fed bus; a lift that leaves no voltage is no answer either.
    if (!(pu > 0)) return { kind: 'not-solved', element: elements.busIds[bus], value: NaN, share: Infinity }
    const low = lowestPu[bus] / pu
    const high = pu / highestPu[bus]
    const used = low > high ? low : high
    if (used <= share) continue
    share = used
    index = bus
    kind = low > high ? 'voltage-low' : 'voltage-high'
    nearestPu = pu
  }
  const isVoltage = kind === 'voltage-low' || kind === 'voltage-high'
  return { kind, element: index < 0 ? undefined : (isVoltage ? elements.busIds : elements.branchIds)[index], value: isVoltage ? nearestPu : 100 * share, share }
}

/** A share this little above 1 is rounding of the load flow, not a breach. */
const ROUNDING = 1e-9
export const holds = (margin: Margin): boolean => margin.share <= 1 + ROUNDING
