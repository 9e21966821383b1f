/**
 * Headroom of a bus: the largest active power that could be added there, and only there, with all other loads unchanged and
 * no limit broken in any step given, in the normal state and after each outage given. Headrooms of several buses do not add
 * up: each takes the room that the others count on.
 */
import { type CapacityCase, addedAt, createProbe, nothingAdded, type Probe, unsuppliedBus } from './capacity-case.ts'
import { holds, type Margin } from './judge.ts'
import { largestHolding } from './section-search.ts'
import { type BusSensitivity, busSensitivities, complexVoltages, estimatedHeadroomKw } from './sensitivity.ts'

const DEFAULT_MOST_KW = 50_000
/** Steps whose estimate is within this factor of the smallest one are tried exactly. */
const DEFAULT_SCREENING = 1.1

export interface HeadroomOptions {
  readonly direction: 'demand' | 'generation'
  /**
   * Reactive over active power of what is added, both positive when drawn. For generation, whose active power is negative, a
   * negative value draws reactive power and so holds the voltage down.
   */
  readonly tanPhi: number
  /** Not searched beyond. */
  readonly mostKw?: number
  /** True: the answer is tried in every step, and not only in those that the linear estimate does not rule out. */
  readonly everyStep?: boolean
  readonly screening?: number
}

export interface BusHeadroom {
  /** A reminder in the type: never sum headrooms. */
  readonly additive: false
  readonly busId: string
  readonly direction: 'demand' | 'generation'
  readonly tanPhi: number
  readonly activeKw: number
  /** Why not more: a limit; one that is broken without any addition; nothing known (0 then); or the end of the search. */
  readonly reason: 'limit' | 'already-broken' | 'not-solved' | 'not-rated' | 'not-supplied' | 'most'
  /** What breaks just beyond, or is broken already. */
  readonly binding: { readonly caseId: string; readonly step: number; readonly margin: Margin } | undefined
  /** Steps tried exactly with the answer, of all steps of all cases; every step was computed without the addition. */
  readonly checkedSteps: number
  readonly steps: number
}

export interface NormalAndFirm {
  /** In the normal state. */
  readonly normal: BusHeadroom
  /** And after each outage too; undefined if no outage was given. */
  readonly firm: BusHeadroom | undefined
}

/** Headroom of each of the buses (indices of the circuit) in the normal state and after the outages. */
export function headrooms(buses: readonly number[], normal: CapacityCase, outages: readonly CapacityCase[], options: HeadroomOptions): NormalAndFirm[] {
  const searches = buses.map((bus): Search => ({ bus, busId: normal.judged.elements.busIds[bus], kw: options.mostKw ?? DEFAULT_MOST_KW, reason: 'most', binding: undefined, checkedSteps: 0, steps: 0 }))
  searchCase(searches, normal, options)
  const inNormal = searches.map((search) => toHeadroom(search, options))
  for (const outage of outages) searchCase(searches, outage, options)
  return searches.map((search, k) => ({ normal: inNormal[k], firm: outages.length === 0 ? undefined : toHeadroom(search, options) }))
}

/** Headroom of one bus. */
export const headroom = (bus: number, normal: CapacityCase, outages: readonly CapacityCase[], options: HeadroomOptions): NormalAndFirm => headrooms([bus], normal, outages, options)[0]

interface Search {
  readonly bus: number
  readonly busId: string
  kw: number
  reason: BusHeadroom['reason']
  binding: BusHeadroom['binding']
  checkedSteps: number
  steps: number
}

const toHeadroom = (search: Search, { direction, tanPhi }: HeadroomOptions): BusHeadroom => ({
  additive: false, busId: search.busId, direction, tanPhi, activeKw: search.kw, reason: search.reason, binding: search.binding, checkedSteps: search.checkedSteps, steps: search.steps,
})

function stop(search: Search, reason: BusHeadroom['reason'], binding: BusHeadroom['binding']): void {
  search.kw = 0
  search.reason = reason
  search.binding = binding
}

/** Lowers the searches to what this case allows too. */
function searchCase(all: readonly Search[], one: CapacityCase, options: HeadroomOptions): void {
  const steps = one.loads.scenarios
  for (const search of all) search.steps += steps
  const isFed = (search: Search) => one.judged.fed[search.bus] === 1
  const dark = unsuppliedBus(one)
  for (const search of all) {
    if (search.kw === 0 || (dark === undefined && (isFed(search) || one.mayBeUnsupplied === true))) continue
    stop(search, 'not-supplied', { caseId: one.id, step: 0, margin: { kind: 'not-supplied', element: dark ?? search.busId, value: NaN, share: Infinity } })
  }
  const open = all.filter((search) => search.kw > 0 && isFed(search))
  if (open.length === 0) return
  const probe = createProbe(one)
  const estimates = open.map(() => new Float64Array(steps))
  const broken = estimateSteps(open, estimates, one, probe, options)
  if (broken !== undefined) {
    const { kind } = broken.margin
    for (const search of open) stop(search, kind === 'not-solved' || kind === 'not-rated' ? kind : 'already-broken', { caseId: one.id, ...broken })
    return
  }
  open.forEach((search, k) => lower(search, estimates[k], one, probe, options))
}

/** Computes every step as it is; returns the first in which a limit is broken already. */
function estimateSteps(open: readonly Search[], estimates: readonly Float64Array[], one: CapacityCase, probe: Probe, options: HeadroomOptions): { step: number; margin: Margin } | undefined {
  const answers: readonly (BusSensitivity | undefined)[] = busSensitivities(one.judged, one.prepared, open.map((search) => search.bus))
  const every = Array.from({ length: one.loads.scenarios }, (_, step) => step)
  const sign = options.direction === 'demand' ? 1 : -1
  let broken: { step: number; margin: Margin } | undefined
  probe.solve(every, nothingAdded, (flow, first, count, margin) => {
    for (let step = first; step < first + count && broken === undefined; step += 1) {
      const found = margin(step)
      if (!holds(found)) {
        broken = { step, margin: found }
        return
      }
      const voltages = complexVoltages(one.judged, flow, step - first)
      const limits = one.limits.sets[one.limits.setOfStep[step]]
      open.forEach((search, k) => {
        const answer = answers[k]
        // Without an estimate the step is tried.
        estimates[k][step] = answer === undefined ? 0 : estimatedHeadroomKw(one.judged, limits, answer, flow, step - first, voltages, {
          sign, tanPhi: options.tanPhi, mostKw: options.mostKw ?? DEFAULT_MOST_KW, ...(one.lift === undefined ? {} : { lift: one.lift, baseScenario: step - first }),
        })
      })
    }
  })
  return broken
}

/** Tries the answer so far in the steps that may bind, and searches again in the worst of those that break. */
function lower(search: Search, estimates: Float64Array, one: CapacityCase, probe: Probe, options: HeadroomOptions): void {
  const sign = options.direction === 'demand' ? 1 : -1
  let leastKw = Infinity
  for (const kw of estimates) leastKw = Math.min(leastKw, kw)
  const largestIn = (step: number) => largestHolding((values) => probe.margins(values.map(() => step), addedAt(search.bus, (entry) => sign * values[entry], options.tanPhi)).map((margin) => (holds(margin) ? undefined : margin)), search.kw, { expected: estimates[step] })

  // The likely one first: the rest then has a small value to hold.
  for (let step = estimates.indexOf(leastKw); step >= 0; ) {
    const { value, breach } = largestIn(step)
    if (breach !== undefined) {
      search.kw = value
      search.reason = 'limit'
      search.binding = { caseId: one.id, step, margin: breach }
    }
    if (search.kw === 0) return
    const candidates = stepsWorthTrying(estimates, Math.max(search.kw, leastKw), options)
    const worst = worstBroken(candidates, probe.margins(candidates, addedAt(search.bus, () => sign * search.kw, options.tanPhi)))
    if (worst < 0) search.checkedSteps += candidates.length
    step = worst
  }
}

function stepsWorthTrying(estimates: Float64Array, kw: number, { everyStep, screening = DEFAULT_SCREENING }: HeadroomOptions): number[] {
  const steps: number[] = []
  estimates.forEach((estimate, step) => {
    if (everyStep === true || estimate <= screening * kw) steps.push(step)
  })
  return steps
}

function worstBroken(steps: readonly number[], margins: readonly Margin[]): number {
  let worst = -1
  margins.forEach((margin, k) => {
    if (!holds(margin) && (worst < 0 || margin.share > margins[worst].share)) worst = k
  })
  return worst < 0 ? -1 : steps[worst]
}
