/** What a request does to one network state, over all its steps: which hold, how much of it fits, what would be curtailed. */
import { addedAt, type CapacityCase, createProbe, nothingAdded, type Probe, unsuppliedBus } from './capacity-case.ts'
import { holds, type Margin } from './judge.ts'

/** Halvings of the request in each step that it breaks: 0.1 % of it. */
const HALVINGS = 10

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
  /** Steps computed; the others were ruled out by those before them (outages only). */
  readonly computedSteps: number
  readonly steps: number
  readonly notComputedHours: number
  /** Hours in which a limit is broken with the request and without it: what else breaks in them is not told. */
  readonly brokenBeforeHours: number
  /** Hours in which the request breaks one that held. */
  readonly beyondHours: number
  /** Energy that the request would have to give up in them, MWh. */
  readonly beyondMwh: number
  /** Largest part of the request that breaks nothing that held, kVA. */
  readonly fitsKva: number
  /** What breaks first as the request grows, and what is furthest beyond (or nearest to) its limit with the whole request. */
  readonly first: StepMargin | undefined
  readonly worst: StepMargin | undefined
  readonly lowestPu: number
  readonly highestPu: number
}

export interface OutcomeOptions {
  readonly stepS: number
  /** Steps in the order of how much they promise to bind, for a search that may stop early; absent: all of them. */
  readonly ranked?: readonly number[]
}

/** Ranked steps are computed in blocks of this many, and not beyond the first block of which every step holds. */
export const RANK_BLOCK = 256

export function connectionOutcome(one: CapacityCase, request: ConnectionRequest, { stepS, ranked }: OutcomeOptions): ConnectionOutcome {
  const probe = createProbe(one)
  const steps = one.loads.scenarios
  const stepH = stepS / 3600
  const order = ranked ?? Array.from({ length: steps }, (_, step) => step)
  const isSupplied = one.judged.fed[request.bus] === 1
  const seen: Seen = { broken: [], before: 0, notComputed: 0, worst: undefined, lowestPu: Infinity, highestPu: -Infinity }
  let computed = 0
  for (let allHold = false; computed < order.length && !allHold; ) {
    const block = ranked === undefined ? order : order.slice(computed, computed + RANK_BLOCK)
    allHold = look(probe, request, block, seen)
    computed += block.length
  }
  const { shares, first } = isSupplied ? largestShares(probe, request, seen.broken) : { shares: new Float64Array(seen.broken.length), first: undefined }
  const kw = requestedKw(request)
  const unsupplied = unsuppliedBus(one) ?? (isSupplied || one.mayBeUnsupplied === true ? undefined : one.judged.elements.busIds[request.bus])
  return {
    caseId: one.id, unsupplied,
    holds: unsupplied === undefined && seen.broken.length === 0 && seen.before === 0 && seen.notComputed === 0,
    computedSteps: computed, steps,
    notComputedHours: seen.notComputed * stepH, brokenBeforeHours: seen.before * stepH, beyondHours: seen.broken.length * stepH,
    beyondMwh: seen.broken.reduce((sum, step, k) => sum + Math.abs(request.shareOfStep[step]) * kw * (1 - shares[k]) * stepH, 0) / 1000,
    fitsKva: unsupplied === undefined && seen.notComputed === 0 ? request.kva * shares.reduce((least, share) => Math.min(least, share), 1) : 0,
    first, worst: seen.worst,
    lowestPu: seen.lowestPu === Infinity ? NaN : seen.lowestPu, highestPu: seen.highestPu === -Infinity ? NaN : seen.highestPu,
  }
}

interface Seen {
  /** Steps that hold without and break with the request. */
  broken: number[]
  before: number
  notComputed: number
  worst: StepMargin | undefined
  lowestPu: number
  highestPu: number
}

const isUnknown = ({ kind }: Margin): boolean => kind === 'not-solved' || kind === 'not-rated'

/** Steps with the request, and those that break without it; returns whether all hold. */
function look(probe: Probe, request: ConnectionRequest, steps: readonly number[], seen: Seen): boolean {
  const kw = requestedKw(request)
  const beyond: number[] = []
  probe.solve(steps, addedAt(request.bus, (entry) => kw * request.shareOfStep[steps[entry]], request.tanPhi), (flow, first, count, margin) => {
    for (let entry = first; entry < first + count; entry += 1) {
      const step = steps[entry]
      const found = margin(entry)
      if (!holds(found)) beyond.push(step)
      if (seen.worst === undefined || found.share > seen.worst.margin.share) seen.worst = { step, margin: found }
      const voltagePu = flow.voltagePu[(entry - first) * flow.busCount + request.bus]
      if (voltagePu < seen.lowestPu) seen.lowestPu = voltagePu
      if (voltagePu > seen.highestPu) seen.highestPu = voltagePu
    }
  })
  probe.margins(beyond, nothingAdded).forEach((before, k) => {
    if (holds(before)) seen.broken.push(beyond[k])
    else if (isUnknown(before)) seen.notComputed += 1
    else seen.before += 1
  })
  return beyond.length === 0
}

/** Largest share of the request that holds in each of the steps, all halved side by side. */
function largestShares(probe: Probe, request: ConnectionRequest, steps: readonly number[]): { readonly shares: Float64Array; readonly first: StepMargin | undefined } {
  const kw = requestedKw(request)
  const shares = new Float64Array(steps.length)
  const breach: Margin[] = []
  for (let width = 0.5, round = 0; round < HALVINGS; round += 1, width /= 2) {
    const tried = shares.map((share) => share + width)
    probe.margins(steps, addedAt(request.bus, (entry) => kw * request.shareOfStep[steps[entry]] * tried[entry], request.tanPhi)).forEach((margin, k) => {
      if (holds(margin)) shares[k] = tried[k]
      else breach[k] = margin
    })
  }
  let least = -1
  shares.forEach((share, k) => {
    if (least < 0 || share < shares[least]) least = k
  })
  // Where even 99.9 % hold, what breaks is what the whole request broke.
  const margin = least < 0 ? undefined : breach[least] ?? probe.margins([steps[least]], addedAt(request.bus, () => kw * request.shareOfStep[steps[least]], request.tanPhi))[0]
  return { shares, first: margin === undefined ? undefined : { step: steps[least], margin } }
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
