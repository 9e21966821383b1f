/** What a request does to one network state, over all its steps: which hold, how much of it fits, what would be curtailed. */
import { addedAt, type CapacityCase, createProbe, nothingAdded, type Probe, unsuppliedBus } from './capacity-case.ts'
import { holds, type Margin } from './judge.ts'

/** What fits of a request is found to this share of it. */
const SHARE_WIDTH = 1e-3
/** Rounds that interpolate between what holds and what breaks; halving needs no more than ten after them. */
const INTERPOLATED_ROUNDS = 4

export interface ConnectionRequest {
  /** Bus of the circuit. */
  readonly bus: number
  readonly kva: number
  /** Reactive over active power, both positive when drawn. */
  readonly tanPhi: number
  /** Power at each step as a share of what is asked for: positive drawn, negative delivered; between -1 and 1. */
  readonly shareOfStep: ArrayLike<number>
}

/** Active power at full use. */
export const requestedKw = ({ kva, tanPhi }: ConnectionRequest): number => kva / Math.sqrt(1 + tanPhi * tanPhi)

export interface StepMargin {
  readonly step: number
  readonly margin: Margin
}

export interface ConnectionOutcome {
  readonly caseId: string
  /** Every step was computed, and no limit is broken that the request is the cause of, nor any other. */
  readonly holds: boolean
  /** A bus that the criterion requires and that has no supply in this state. */
  readonly unsupplied: string | undefined
  /** Steps computed. Of an outage fewer than all: hours and energy are then those of the computed ones, at least. */
  readonly computedSteps: number
  readonly steps: number
  readonly notComputedHours: number
  /** Hours in which a limit is broken with the request and without it: what else breaks in them is not told. */
  readonly brokenBeforeHours: number
  /** Hours in which the request breaks one that held. */
  readonly beyondHours: number
  /** Energy that the request would have to give up in them, MWh. */
  readonly beyondMwh: number
  /** Largest part of the request with which every computed step holds, kVA: 0 where a limit is broken without it already. */
  readonly fitsKva: number
  /** What is broken already, else what breaks first as the request grows; and what is furthest beyond (or nearest to) its limit with the whole request. */
  readonly first: StepMargin | undefined
  readonly worst: StepMargin | undefined
  readonly lowestPu: number
  readonly highestPu: number
}

export interface OutcomeOptions {
  readonly stepS: number
  /** Steps in the order of how much they promise to bind: only the first of them are computed. Absent: all are. */
  readonly ranked?: readonly number[]
}

/** Ranked steps that are computed of an outage. */
export const MOST_RANKED = 256

export function connectionOutcome(one: CapacityCase, request: ConnectionRequest, { stepS, ranked }: OutcomeOptions): ConnectionOutcome {
  const probe = createProbe(one)
  const steps = one.loads.scenarios
  const stepH = stepS / 3600
  const isSupplied = one.judged.fed[request.bus] === 1
  const seen: Seen = { broken: [], shareBefore: [], shareWith: [], before: 0, brokenBefore: undefined, notComputed: 0, worst: undefined, lowestPu: Infinity, highestPu: -Infinity }
  const order = (ranked ?? Array.from({ length: steps }, (_, step) => step)).slice(0, ranked === undefined ? steps : MOST_RANKED)
  look(probe, request, order, seen)
  const { shares, first } = isSupplied ? largestShares(probe, request, seen) : { shares: new Float64Array(seen.broken.length), first: undefined }
  const kw = requestedKw(request)
  const unsupplied = unsuppliedBus(one) ?? (isSupplied || one.mayBeUnsupplied === true ? undefined : one.judged.elements.busIds[request.bus])
  return {
    caseId: one.id, unsupplied,
    holds: unsupplied === undefined && seen.broken.length === 0 && seen.before === 0 && seen.notComputed === 0,
    computedSteps: order.length, steps,
    notComputedHours: seen.notComputed * stepH, brokenBeforeHours: seen.before * stepH, beyondHours: seen.broken.length * stepH,
    beyondMwh: seen.broken.reduce((sum, step, k) => sum + Math.abs(request.shareOfStep[step]) * kw * (1 - shares[k]) * stepH, 0) / 1000,
    fitsKva: unsupplied === undefined && seen.notComputed === 0 && seen.before === 0 ? request.kva * shares.reduce((least, share) => Math.min(least, share), 1) : 0,
    first: seen.brokenBefore ?? first, worst: unsupplied === undefined ? seen.worst : { step: 0, margin: { kind: 'not-supplied', element: unsupplied, value: NaN, share: Infinity } },
    lowestPu: seen.lowestPu === Infinity ? NaN : seen.lowestPu, highestPu: seen.highestPu === -Infinity ? NaN : seen.highestPu,
  }
}

interface Seen {
  /** Steps that hold without and break with the request. */
  broken: number[]
  /** Of the limit used in each of them, without and with the request. */
  shareBefore: number[]
  shareWith: number[]
  before: number
  /** The worst of what is broken without the request. */
  brokenBefore: StepMargin | undefined
  notComputed: number
  worst: StepMargin | undefined
  lowestPu: number
  highestPu: number
}

const isUnknown = ({ kind }: Margin): boolean => kind === 'not-solved' || kind === 'not-rated'

/** Steps with the request, and of those that break the same without it. */
function look(probe: Probe, request: ConnectionRequest, steps: readonly number[], seen: Seen): void {
  const kw = requestedKw(request)
  const beyond: number[] = []
  const shareBeyond: number[] = []
  probe.solve(steps, addedAt(request.bus, (entry) => kw * request.shareOfStep[steps[entry]], request.tanPhi), (flow, first, count, margin) => {
    for (let entry = first; entry < first + count; entry += 1) {
      const step = steps[entry]
      const found = margin(entry)
      if (!holds(found)) {
        beyond.push(step)
        shareBeyond.push(found.share)
      }
      if (seen.worst === undefined || found.share > seen.worst.margin.share) seen.worst = { step, margin: found }
      const voltagePu = flow.voltagePu[(entry - first) * flow.busCount + request.bus]
      if (voltagePu < seen.lowestPu) seen.lowestPu = voltagePu
      if (voltagePu > seen.highestPu) seen.highestPu = voltagePu
    }
  })
  probe.margins(beyond, nothingAdded).forEach((before, k) => {
    if (holds(before)) {
      seen.broken.push(beyond[k])
      seen.shareBefore.push(before.share)
      seen.shareWith.push(shareBeyond[k])
    } else if (isUnknown(before)) seen.notComputed += 1
    else {
      seen.before += 1
      if (seen.brokenBefore === undefined || before.share > seen.brokenBefore.margin.share) seen.brokenBefore = { step: beyond[k], margin: before }
    }
  })
}

/**
 * Largest share of the request that holds in each of the steps it breaks, all searched side by side: first where the line
 * between what is used without and with the request crosses the limit, then, where that does not close in, by halves.
 */
function largestShares(probe: Probe, request: ConnectionRequest, { broken: steps, shareBefore, shareWith }: Seen): { readonly shares: Float64Array; readonly first: StepMargin | undefined } {
  const kw = requestedKw(request)
  const low = new Float64Array(steps.length)
  const high = new Float64Array(steps.length).fill(1)
  const usedLow = Float64Array.from(shareBefore)
  const usedHigh = Float64Array.from(shareWith)
  const breach: (Margin | undefined)[] = []
  const addedOf = (open: readonly number[], tried: ArrayLike<number>) => addedAt(request.bus, (entry) => kw * request.shareOfStep[steps[open[entry]]] * tried[entry], request.tanPhi)
  let open = steps.map((_, k) => k)
  for (let round = 0; open.length > 0; round += 1) {
    const tried = open.map((k) => {
      const crossing = low[k] + ((1 - usedLow[k]) / (usedHigh[k] - usedLow[k])) * (high[k] - low[k])
      // A little below the crossing, so that one trial holds and the next one, a little above, breaks.
      const aimed = crossing + (round % 2 === 0 ? -0.4 : 0.4) * SHARE_WIDTH
      return round < INTERPOLATED_ROUNDS && aimed > low[k] && aimed < high[k] ? aimed : (low[k] + high[k]) / 2
    })
    probe.margins(open.map((k) => steps[k]), addedOf(open, tried)).forEach((margin, entry) => {
      const k = open[entry]
      if (holds(margin)) {
        low[k] = tried[entry]
        usedLow[k] = margin.share
      } else {
        high[k] = tried[entry]
        usedHigh[k] = margin.share
        breach[k] = margin
      }
    })
    open = open.filter((k) => high[k] - low[k] > SHARE_WIDTH)
  }
  let least = -1
  low.forEach((share, k) => {
    if (least < 0 || share < low[least]) least = k
  })
  if (least < 0) return { shares: low, first: undefined }
  const margin = breach[least] ?? probe.margins([steps[least]], addedOf([least], [1]))[0]
  return { shares: low, first: { step: steps[least], margin } }
}

/**
 * Steps in which an outage promises to bind, most promising first: by the power drawn in all (for a request that delivers,
 * the least drawn first), set against the ampacity of the season.
 */
export function rankedSteps(normal: CapacityCase, request: ConnectionRequest): number[] {
  const { loads, limits, judged } = normal
  const { busCount } = judged.circuit
  const scale = limits.sets.map(({ branchFrom }) => branchFrom.reduce((sum, limit, k) => (judged.elements.isTransformer[k] === 0 && Number.isFinite(limit) ? sum + limit : sum), 0))
  const delivers = Array.from(request.shareOfStep).reduce((sum, share) => sum + share, 0) < 0
  const promise = new Float64Array(loads.scenarios)
  for (let step = 0; step < loads.scenarios; step += 1) {
    let kw = requestedKw(request) * request.shareOfStep[step]
    for (let bus = 0; bus < busCount; bus += 1) kw += loads.activeKw[step * busCount + bus]
    promise[step] = (delivers ? -kw : kw) / scale[limits.setOfStep[step]]
  }
  return Array.from(promise, (_, step) => step).sort((a, b) => promise[b] - promise[a])
}
