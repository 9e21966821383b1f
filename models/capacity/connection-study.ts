/**
 * The planner's daily question: may this much be connected here? Which limit binds, for how many hours and how much energy, in
 * the normal state and after outages; what fits as it is; and the cheapest remedy that is known to work. Judged is what the
 * request concerns (`concerning`): low-voltage elements that it does not flow through are a matter of their own.
 */
import type { Network } from '#models/district/schema.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { feedingTree, pathToSource } from '#models/grid/topology.ts'
import { atSteps, type CapacityCase, concerning } from './capacity-case.ts'
import { type ConnectionOutcome, connectionOutcome, type ConnectionRequest, MOST_RANKED, rankedSteps, type StepMargin } from './connection-outcome.ts'
import { type CostTable, type Price, priceOf } from './cost-table.ts'
import { headroom, type NormalAndFirm } from './headroom.ts'
import { type Catalogue, type Change, enlarged, movedOpenPoints, otherBuses, type RemedyCandidate, type RemedyKind } from './remedies.ts'
import { LOW_VOLTAGE_LIMIT_KV } from './voltage-bands.ts'

/** Elements enlarged one after the other before a reinforcement is given up. */
const MOST_ENLARGED = 8
const MOST_OPEN_POINTS = 6
const HOURS_A_YEAR = 8760

/** The states a connection is judged in. Made by the caller, who knows loads, ratings and how the network is restored. */
export interface StudyStates {
  readonly normal: CapacityCase
  readonly outages: readonly CapacityCase[]
}

export interface ConnectionStudyInput {
  readonly network: Network
  /** States of the network as it is or as a remedy changes it: the same buses, steps and loads. */
  readonly statesOf: (network: Network) => StudyStates
  readonly busId: string
  readonly kva: number
  readonly tanPhi: number
  /** By step: share of the power asked for; positive drawn, negative delivered. */
  readonly shareOfStep: ArrayLike<number>
  readonly stepS: number
  readonly catalogue: Catalogue
  readonly costs: CostTable
  /** Position of a switch in the normal state. */
  readonly isClosed: (switchId: string) => boolean
  /** True: outages are computed in every step, not only in the most promising ones. */
  readonly everyStep?: boolean
  /** Told the share done, 0 to 1. */
  readonly progress?: (share: number) => void
}

export interface Remedy {
  readonly kind: RemedyKind
  readonly changes: readonly Change[]
  /** False: tried, and a limit is still broken; `remaining` says which. */
  readonly clears: boolean
  readonly remaining: StepMargin | undefined
  readonly price: Price
  /** A flexible connection: what it gives up in a year of the normal state, and the hours at risk after the worst outage. */
  readonly curtailment?: { readonly hoursAYear: number; readonly mwhAYear: number; readonly hoursInWorstOutage: number }
}

export interface ConnectionStudy {
  readonly busId: string
  readonly kva: number
  readonly normal: ConnectionOutcome
  readonly outages: readonly ConnectionOutcome[]
  /** The outage after which least of the request fits. */
  readonly worstOutage: ConnectionOutcome | undefined
  /** In the normal state and after every outage. */
  readonly holds: boolean
  readonly fitsKva: number
  readonly fitsFirmKva: number
  /** State, step and limit that bind first as the request grows. */
  readonly binding: (StepMargin & { readonly caseId: string }) | undefined
  /** For constant power at the bus; the outages at their most promising steps. */
  readonly headroom: NormalAndFirm
  /** Those that work by price, then those that work without one, then those that do not. Empty if the request holds. */
  readonly remedies: readonly Remedy[]
  /** Undefined where none works, or none of those has a price. */
  readonly cheapest: Remedy | undefined
}

/** @throws PenfeldError PF_GRID_REFERENCE where the bus is not there */
export function connectionStudy(input: ConnectionStudyInput): ConnectionStudy {
  const states = input.statesOf(input.network)
  const request = requestAt(input, states, input.busId)
  const ranked = rankedSteps(states.normal, request)
  const verdict = judgeStates(input, states, request, ranked)
  input.progress?.(0.3)
  const promising = ranked.slice(0, MOST_RANKED)
  const delivers = Array.from(input.shareOfStep).reduce((sum, share) => sum + share, 0) < 0
  const room = withSteps(headroom(request.bus, concerning(states.normal, request.bus), states.outages.map((outage) => concerning(atSteps(outage, promising), request.bus)), {
    direction: delivers ? 'generation' : 'demand', tanPhi: input.tanPhi,
  }), states.normal.id, promising)
  input.progress?.(0.4)
  const remedies = verdict.holds ? [] : findRemedies(input, states, verdict, ranked)
  input.progress?.(1)
  return {
    busId: input.busId, kva: input.kva, ...verdict, headroom: room, remedies,
    cheapest: remedies.find((remedy) => remedy.clears && remedy.price.priced),
  }
}

type Verdict = Pick<ConnectionStudy, 'normal' | 'outages' | 'worstOutage' | 'holds' | 'fitsKva' | 'fitsFirmKva' | 'binding'>

function requestAt({ kva, tanPhi, shareOfStep }: ConnectionStudyInput, { normal }: StudyStates, busId: string): ConnectionRequest {
  const bus = normal.judged.elements.busIds.indexOf(busId)
  if (bus < 0) throw new PenfeldError('PF_GRID_REFERENCE', `There is no busbar or junction ${busId}.`, { where: busId })
  return { bus, kva, tanPhi, shareOfStep }
}

function judgeStates(input: ConnectionStudyInput, states: StudyStates, request: ConnectionRequest, ranked: readonly number[]): Verdict {
  const { stepS } = input
  const normal = connectionOutcome(concerning(states.normal, request.bus), request, { stepS })
  const outages = states.outages.map((outage) => connectionOutcome(concerning(outage, request.bus), request, searchOf(input, ranked)))
  const worstOutage = outages.reduce<ConnectionOutcome | undefined>((worst, one) => (worst === undefined || one.fitsKva < worst.fitsKva ? one : worst), undefined)
  const least = worstOutage !== undefined && worstOutage.fitsKva < normal.fitsKva ? worstOutage : normal
  const first = least.unsupplied === undefined ? least.first ?? (least.holds ? undefined : least.worst) : least.worst
  return {
    normal, outages, worstOutage,
    holds: normal.holds && outages.every((one) => one.holds),
    fitsKva: normal.fitsKva, fitsFirmKva: Math.min(normal.fitsKva, worstOutage?.fitsKva ?? Infinity),
    binding: first === undefined ? undefined : { caseId: least.caseId, ...first },
  }
}

const searchOf = ({ stepS, everyStep }: ConnectionStudyInput, ranked: readonly number[]) => (everyStep === true ? { stepS } : { stepS, ranked })

function findRemedies(input: ConnectionStudyInput, states: StudyStates, verdict: Verdict, ranked: readonly number[]): Remedy[] {
  const asItIs: RemedyCandidate = { kind: 'reinforcement', changes: [], network: input.network, busId: input.busId, items: [] }
  const tried = (candidate: RemedyCandidate): Remedy => {
    const remaining = firstRemaining(input, input.statesOf(candidate.network), candidate, ranked)
    return { kind: candidate.kind, changes: candidate.changes, clears: remaining === undefined, remaining, price: priceOf(candidate.items, input.costs) }
  }
  const { normal } = states
  const path = pathSections(normal, input.busId)
  const substation = feedingSubstation(input.network, normal, input.busId)
  const found: Remedy[] = []
  const reinforced = reinforce(input, asItIs, path, ranked)
  if (reinforced !== undefined) found.push(reinforced)
  input.progress?.(0.7)
  if (isOfTheRing(verdict.binding, normal)) {
    for (const candidate of movedOpenPoints(asItIs, input.isClosed, (switchId) => ringSections(input, states, switchId)).slice(0, MOST_OPEN_POINTS)) {
      const moved = tried(candidate)
      if (!moved.clears) continue
      found.push(moved)
      break
    }
  }
  input.progress?.(0.85)
  if (substation !== undefined) found.push(...otherBuses(asItIs, substation).map(tried))
  found.push(flexible(input, states, verdict))
  const rank = (one: Remedy) => (one.clears ? (one.price.priced ? one.price.eur : Number.MAX_VALUE) : Infinity)
  return found.sort((a, b) => rank(a) - rank(b))
}

/** What still breaks with a candidate: the promising steps first, and all of them only if those hold. */
function firstRemaining(input: ConnectionStudyInput, states: StudyStates, candidate: RemedyCandidate, ranked: readonly number[]): StepMargin | undefined {
  const request = requestAt(input, states, candidate.busId)
  const brokenIn = (outcome: ConnectionOutcome): StepMargin | undefined => (outcome.holds ? undefined : outcome.unsupplied === undefined ? outcome.first ?? outcome.worst : outcome.worst)
  const quick = ranked.slice(0, MOST_RANKED)
  const soon = connectionOutcome(concerning(states.normal, request.bus), request, { stepS: input.stepS, ranked: quick })
  if (!soon.holds) return brokenIn(soon)
  for (const outage of states.outages) {
    const outcome = connectionOutcome(concerning(outage, request.bus), request, searchOf(input, ranked))
    if (!outcome.holds) return brokenIn(outcome)
  }
  return brokenIn(connectionOutcome(concerning(states.normal, request.bus), request, { stepS: input.stepS }))
}

/** Enlarges what breaks until nothing does, or nothing larger is known. */
function reinforce(input: ConnectionStudyInput, asItIs: RemedyCandidate, path: readonly string[], ranked: readonly number[]): Remedy | undefined {
  let candidate = asItIs
  let remaining = firstRemaining(input, input.statesOf(candidate.network), candidate, ranked)
  for (let k = 0; k < MOST_ENLARGED && remaining !== undefined; k += 1) {
    const larger = enlarged(candidate, remaining.margin, path, input.catalogue)
    if (larger === undefined) break
    candidate = larger
    remaining = firstRemaining(input, input.statesOf(candidate.network), candidate, ranked)
  }
  if (candidate.changes.length === 0) return undefined
  return { kind: 'reinforcement', changes: candidate.changes, clears: remaining === undefined, remaining, price: priceOf(candidate.items, input.costs) }
}

/** Gives up what breaks a limit in the normal state, and is switched off after an outage. */
function flexible(input: ConnectionStudyInput, states: StudyStates, { normal, outages }: Verdict): Remedy {
  const years = (states.normal.loads.scenarios * input.stepS) / 3600 / HOURS_A_YEAR
  const curtailment = { hoursAYear: normal.beyondHours / years, mwhAYear: normal.beyondMwh / years, hoursInWorstOutage: Math.max(0, ...outages.map((one) => one.beyondHours)) }
  // What is broken or unknown without the request is not mended by giving it up.
  const blocking = [normal, ...outages].find((one) => one.brokenBeforeHours > 0 || one.notComputedHours > 0 || one.unsupplied !== undefined)
  return {
    kind: 'flexible', changes: [], clears: blocking === undefined, remaining: blocking?.worst, curtailment,
    price: priceOf([{ item: 'flexible-connection', quantity: 1 }, { item: 'curtailed-mwh', quantity: curtailment.mwhAYear, yearly: true }], input.costs),
  }
}

/** Whether other switching of the medium-voltage ring could help: not where a transformer or a low-voltage section is full. */
function isOfTheRing(binding: StepMargin | undefined, { judged: { circuit, elements } }: CapacityCase): boolean {
  if (binding?.margin.kind !== 'current' && binding?.margin.kind !== 'power') return true
  const branch = elements.branchIds.indexOf(binding.margin.element ?? '')
  const bus = circuit.branchTo[branch] >= 0 ? circuit.branchTo[branch] : circuit.branchFrom[branch]
  return bus === undefined || bus < 0 || circuit.busBaseKv[bus] > LOW_VOLTAGE_LIMIT_KV
}

/** Sections from the bus up to the transformer that feeds it. */
function pathSections({ judged }: CapacityCase, busId: string): string[] {
  const { circuit, elements } = judged
  const path = pathToSource(feedingTree(circuit), elements.busIds.indexOf(busId))
  const end = path.findIndex((branch) => elements.isTransformer[branch] === 1)
  return (end < 0 ? path : path.slice(0, end)).map((branch) => elements.branchIds[branch])
}

/** Substation of the first busbar met on the way to the source. */
function feedingSubstation(network: Network, { judged }: CapacityCase, busId: string): string | undefined {
  const { circuit, elements } = judged
  const tree = feedingTree(circuit)
  const substations = new Map(network.busbars.map((one) => [one.id, one.substation]))
  for (let bus = elements.busIds.indexOf(busId); bus >= 0; bus = tree.parentBus[bus]) {
    const substation = substations.get(elements.busIds[bus])
    if (substation !== undefined) return substation
  }
  return undefined
}

/** Sections of the ring that a normally open switch would close, its neighbours on both sides first. */
function ringSections({ network }: ConnectionStudyInput, { normal }: StudyStates, switchId: string): string[] {
  const section = network.lineSections.find((one) => one.id === network.switches.find((other) => other.id === switchId)?.lineSection)
  if (section === undefined) return []
  const { circuit, elements } = normal.judged
  const tree = feedingTree(circuit)
  const [one, other] = [section.from, section.to].map((bus) => pathToSource(tree, elements.busIds.indexOf(bus)).map((branch) => elements.branchIds[branch]))
  const shared = new Set(one.filter((id) => other.includes(id)))
  const sides = [one, other].map((side) => side.filter((id) => !shared.has(id) && id !== section.id))
  return Array.from({ length: Math.max(...sides.map((side) => side.length)) }, (_, k) => sides.flatMap((side) => side.slice(k, k + 1))).flat()
}

/** Outages were searched in some steps only: their numbers are turned back into those of the year. */
function withSteps(found: NormalAndFirm, normalId: string, promising: readonly number[]): NormalAndFirm {
  const { normal, firm } = found
  if (firm?.binding === undefined || firm.binding.caseId === normalId) return found
  return { normal, firm: { ...firm, binding: { ...firm.binding, step: promising[firm.binding.step] } } }
}
