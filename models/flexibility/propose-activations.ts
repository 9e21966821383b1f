/**
 * Which contracts to call on the day ahead. Where an element passes its limit with at least the chosen probability, what is to be
 * taken off it is the mean excess of those scenarios that pass it: energy above the limit, by the hour, over the probability. A contract
 * below several elements relieves them all, kW by kW: losses saved on the way are left aside, which errs to the safe side.
 */
import { byEnergy, NOTHING_KW, richest, runs } from './step-spans.ts'

/** Columns [element * steps + step] as the congestion forecast has them, of the limit (not of the threshold of watching). */
export interface CongestionAhead {
  /** UTC ms of the first step. */
  readonly from: number
  readonly stepS: number
  readonly steps: number
  readonly elements: readonly string[]
  /** 0 to 1 over the scenarios with a loading; NaN where none has one. */
  readonly probability: ArrayLike<number>
  /** Mean over these scenarios; NaN without rating. */
  readonly energyAboveKwh: ArrayLike<number>
  /** Share of the scenarios without a loading. */
  readonly unknownShare: ArrayLike<number>
}

export interface ContractAhead {
  readonly contractId: string
  readonly kw: number
  readonly activationEurPerMwh: number
  /** Of this year, what is planned already taken off. */
  readonly hoursLeft: number
  readonly noticeH: number
  /** Infinity: as long as hours are left. */
  readonly mostHours: number
  readonly validFrom: number
  /** Infinity: until further notice. */
  readonly validTo: number
  /** Elements between its node and the source. */
  readonly elements: readonly string[]
}

export interface ProposalAsk {
  /** The day, UTC ms, `to` excluded. */
  readonly from: number
  readonly to: number
  readonly now: number
  /** Act where the probability of passing the limit is at least this, 0 < p <= 1. */
  readonly actAtProbability: number
}

export interface ProposedActivation {
  readonly contractId: string
  readonly from: number
  readonly to: number
  readonly kw: number
  /** Elements it was chosen for, and the largest probability among them. */
  readonly elements: readonly string[]
  readonly probability: number
}

export interface Shortfall {
  readonly element: string
  readonly from: number
  readonly to: number
  /** Largest power that is left to be taken off; NaN where the element has no rating in kW. */
  readonly mostKw: number
  readonly energyKwh: number
  /** `no-contract`: none lies below it. `not-enough`: those there are do not reach, or cannot be called any more. `no-rating`: nobody knows how much. */
  readonly why: 'no-contract' | 'not-enough' | 'no-rating'
}

/** Too many scenarios have no loading for "no violation" to be said. */
export interface Unjudged {
  readonly element: string
  readonly from: number
  readonly to: number
}

export interface Proposal {
  readonly activations: readonly ProposedActivation[]
  readonly shortfalls: readonly Shortfall[]
  readonly unjudged: readonly Unjudged[]
}

const HOUR_MS = 3_600_000

/**
 * Cheapest contracts first, each over the steps in which one of its elements is still in need, within its notice, validity, longest
 * activation and hours left; where these do not reach for all, the steps of most energy are kept. What is not covered is said.
 * @throws RangeError where the probability to act at is not above 0 and at most 1
 */
export function proposeActivations(ahead: CongestionAhead, contracts: readonly ContractAhead[], ask: ProposalAsk): Proposal {
  if (!(ask.actAtProbability > 0 && ask.actAtProbability <= 1)) throw new RangeError('the probability to act at lies above 0 and is at most 1')
  const stepMs = ahead.stepS * 1000
  const first = Math.max(0, Math.ceil((ask.from - ahead.from) / stepMs))
  const end = Math.min(ahead.steps, Math.floor((ask.to - ahead.from) / stepMs))
  const stepAt = (step: number) => ahead.from + step * stepMs
  const needKw = ahead.elements.map((_, e) => needs(ahead, e, first, end, ask.actAtProbability))
  const left = needKw.map((column) => column.slice())
  const place = new Map(ahead.elements.map((id, e) => [id, e]))

  const activations: ProposedActivation[] = []
  const ordered = [...contracts].sort((a, b) => a.activationEurPerMwh - b.activationEurPerMwh || b.kw - a.kw || (a.contractId < b.contractId ? -1 : 1))
  for (const contract of ordered) {
    const own = contract.elements.flatMap((id) => place.get(id) ?? [])
    const isOpen = (step: number) => stepAt(step) >= ask.now + contract.noticeH * HOUR_MS && stepAt(step) >= contract.validFrom && stepAt(step + 1) <= contract.validTo
    const wanted = Float64Array.from({ length: Math.max(0, end - first) }, (_, t) => (isOpen(first + t) ? Math.min(contract.kw, own.reduce((most, e) => Math.max(most, orZero(left[e]![t]!)), 0)) : 0))
    let hoursLeft = contract.hoursLeft
    for (const { from, to } of byEnergy(runs(wanted), wanted)) {
      const mostSteps = Math.floor((Math.min(hoursLeft, contract.mostHours) * HOUR_MS) / stepMs + 1e-9)
      if (mostSteps < 1) continue
      const window = richest(wanted, from, to, mostSteps)
      const kw = Math.max(...wanted.subarray(window.from, window.to))
      const helped = own.filter((e) => left[e]!.subarray(window.from, window.to).some((need) => need > NOTHING_KW))
      hoursLeft -= ((window.to - window.from) * stepMs) / HOUR_MS
      activations.push({
        contractId: contract.contractId, from: stepAt(first + window.from), to: stepAt(first + window.to), kw,
        elements: helped.map((e) => ahead.elements[e]!), probability: Math.max(...helped.map((e) => highest(ahead, e, first + window.from, first + window.to))),
      })
      for (const e of own) for (let t = window.from; t < window.to; t += 1) left[e]![t] = Math.max(0, left[e]![t]! - kw)
    }
  }
  const covered = new Set(contracts.flatMap(({ elements }) => elements))
  return {
    activations: activations.sort((a, b) => a.from - b.from),
    shortfalls: ahead.elements.flatMap((element, e) => runs(left[e]!.map((kw) => (Number.isNaN(kw) ? Infinity : kw))).map(({ from, to }): Shortfall => {
      const column = left[e]!.subarray(from, to)
      const mostKw = Math.max(...column)
      return { element, from: stepAt(first + from), to: stepAt(first + to), mostKw, energyKwh: column.reduce((sum, kw) => sum + (kw * ahead.stepS) / 3600, 0), why: Number.isNaN(mostKw) ? 'no-rating' : covered.has(element) ? 'not-enough' : 'no-contract' }
    })),
    unjudged: ahead.elements.flatMap((element, e) => runs(doubts(ahead, e, first, end, ask.actAtProbability)).map(({ from, to }) => ({ element, from: stepAt(first + from), to: stepAt(first + to) }))),
  }
}

/** kW to be taken off by step; 0 where nothing is, NaN where something is and nobody knows how much. */
function needs({ probability, energyAboveKwh, steps, stepS }: CongestionAhead, e: number, first: number, end: number, level: number): Float64Array {
  return Float64Array.from({ length: Math.max(0, end - first) }, (_, t) => {
    const cell = e * steps + first + t
    return probability[cell]! >= level ? (energyAboveKwh[cell]! * 3600) / stepS / probability[cell]! : 0
  })
}

/** 1 where the scenarios without a loading could lift the probability over the level. */
function doubts({ probability, unknownShare, steps }: CongestionAhead, e: number, first: number, end: number, level: number): Float64Array {
  return Float64Array.from({ length: Math.max(0, end - first) }, (_, t) => {
    const cell = e * steps + first + t
    const [p, unknown] = [probability[cell]!, unknownShare[cell]!]
    if (p >= level) return 0
    return Number.isNaN(p) || Number.isNaN(unknown) || p * (1 - unknown) + unknown >= level ? 1 : 0
  })
}

const orZero = (value: number): number => (Number.isNaN(value) ? 0 : value)
const highest = ({ probability, steps }: CongestionAhead, e: number, from: number, to: number): number => {
  let most = 0
  for (let step = from; step < to; step += 1) most = Math.max(most, orZero(probability[e * steps + step]!))
  return most
}
