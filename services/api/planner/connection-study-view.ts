import type { Margin } from '#models/capacity/judge.ts'
import type { ConnectionOutcome } from '#models/capacity/connection-outcome.ts'
import type { DistrictConnectionStudy } from '#services/evaluation/connection-study.ts'
import { orNull } from '../columns.ts'
import type { BindingLimit, ConnectionOutcomeView, ConnectionStudyView } from '../contract/connection-study.ts'

/** A study as pages read it: instants instead of steps, null instead of what is not known. */
export function connectionStudyView(study: DistrictConnectionStudy): ConnectionStudyView {
  const { at, stepS, ask, headroom, remedies, cheapest } = study
  const limitOf = (state: string, bound: { readonly step: number; readonly margin: Margin } | undefined): BindingLimit | null =>
    bound === undefined ? null : { state, at: at[bound.step]!, kind: bound.margin.kind, element: bound.margin.element ?? null, value: orNull(bound.margin.value) }
  const outcome = (one: ConnectionOutcome): ConnectionOutcomeView => ({
    state: one.caseId, holds: one.holds, unsupplied: one.unsupplied ?? null, computedHours: (one.computedSteps * stepS) / 3600, notComputedHours: one.notComputedHours,
    brokenBeforeHours: one.brokenBeforeHours, beyondHours: one.beyondHours, beyondMwh: one.beyondMwh, fitsKva: one.fitsKva,
    first: limitOf(one.caseId, one.first), worst: limitOf(one.caseId, one.worst), lowestPu: orNull(one.lowestPu), highestPu: orNull(one.highestPu),
  })
  const room = (one: typeof headroom.normal | undefined) =>
    one === undefined ? null : { activeKw: one.activeKw, reason: one.reason, binding: limitOf(one.binding?.caseId ?? '', one.binding) }
  const { from, to } = { from: at[0] ?? NaN, to: (at[at.length - 1] ?? NaN) + stepS * 1000 }
  return {
    node: ask.node, kva: ask.kva, profile: ask.profile, tanPhi: ask.tanPhi, from, to, stepS, hours: (at.length * stepS) / 3600, measuredHours: study.measuredHours,
    peakFactor: study.peakFactor, holds: study.holds, fitsKva: study.fitsKva, fitsFirmKva: study.fitsFirmKva,
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
