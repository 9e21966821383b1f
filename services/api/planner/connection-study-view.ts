import type { Margin } from '#models/capacity/judge.ts'
import type { ConnectionOutcome } from '#models/capacity/connection-outcome.ts'
import type { DistrictConnectionStudy } from '#services/evaluation/connection-study.ts'
import { orNull } from '../columns.ts'
import type { BindingLimit, ConnectionOutcomeView, ConnectionStudyView } from '../contract/connection-study.ts'

/** Of a place behind few holders powers are told in such steps: how much more fits, less finely than anybody could be read from it. */
const COARSE_KVA = 10

/** A study as pages read it: instants instead of steps, null instead of what is not known; coarse where few holders are behind an element or the place itself. */
export function connectionStudyView(study: DistrictConnectionStudy, isHidden: (element: string) => boolean = () => false, isPlaceHidden = false): ConnectionStudyView {
  const { at, stepS, ask, headroom, remedies, cheapest } = study
  const limitOf = (state: string, bound: { readonly step: number; readonly margin: Margin } | undefined): BindingLimit | null =>
    bound === undefined ? null : { state, ...coarseLimit(at[bound.step]!, bound.margin, isPlaceHidden || (bound.margin.element !== undefined && isHidden(bound.margin.element))), kind: bound.margin.kind, element: bound.margin.element ?? null }
  const fits = (kva: number) => (isPlaceHidden ? Math.floor(kva / COARSE_KVA) * COARSE_KVA : kva)
  const outcome = (one: ConnectionOutcome): ConnectionOutcomeView => ({
    state: one.caseId, holds: one.holds, unsupplied: one.unsupplied ?? null, computedHours: (one.computedSteps * stepS) / 3600, notComputedHours: one.notComputedHours,
    brokenBeforeHours: one.brokenBeforeHours, beyondHours: one.beyondHours, beyondMwh: one.beyondMwh, fitsKva: fits(one.fitsKva),
    first: limitOf(one.caseId, one.first), worst: limitOf(one.caseId, one.worst), lowestPu: orNull(one.lowestPu), highestPu: orNull(one.highestPu),
  })
  const room = (one: typeof headroom.normal | undefined) =>
    one === undefined ? null : { activeKw: fits(one.activeKw), reason: one.reason, binding: limitOf(one.binding?.caseId ?? '', one.binding) }
  const { from, to } = { from: at[0] ?? NaN, to: (at[at.length - 1] ?? NaN) + stepS * 1000 }
  return {
    node: ask.node, kva: ask.kva, profile: ask.profile, tanPhi: ask.tanPhi, from, to, stepS, hours: (at.length * stepS) / 3600, measuredHours: study.measuredHours,
    peakFactor: study.peakFactor, holds: study.holds, fitsKva: fits(study.fitsKva), fitsFirmKva: fits(study.fitsFirmKva),
    binding: limitOf(study.binding?.caseId ?? '', study.binding),
    normal: outcome(study.normal), outages: study.outages.map(outcome), worstOutage: study.worstOutage?.caseId ?? null,
    headroom: room(headroom.normal), headroomFirm: room(headroom.firm),
    remedies: remedies.map((one) => ({
      kind: one.kind, changes: one.changes.map((change) => ({ ...change })), clears: one.clears, remaining: limitOf('', one.remaining),
      eur: one.price.priced ? one.price.eur : null, missingPrices: one.price.priced ? [] : [...one.price.missing], isCheapest: one === cheapest,
      curtailment: one.curtailment === undefined ? null : { ...one.curtailment },
    })),
    brokenAnyway: study.brokenAnyway.map((one) => ({ ...one })),
    sources: study.sources.map(({ title, dated, address, sure }) => ({ title, dated, address: address ?? null, sure })),
  }
}

const DAY_MS = 86_400_000
const COARSE_PCT = 10
const COARSE_PU = 0.01

/** The worst hour of a year is what a connection is judged by; where it is few holders' own hour, its day and a rounded value are enough. */
function coarseLimit(at: number, { kind, value }: Margin, isCoarse: boolean): { at: number; value: number | null } {
  if (!isCoarse) return { at, value: orNull(value) }
  const step = kind.startsWith('voltage') ? COARSE_PU : COARSE_PCT
  return { at: Math.floor(at / DAY_MS) * DAY_MS, value: orNull(Number((Math.ceil(value / step) * step).toFixed(2))) }
}
