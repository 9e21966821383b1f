/** Contracts of the document that are called when they are needed. */
import type { FlexibilityOffer } from '#models/district/schema-study.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { BaseYear } from '../base-year.ts'
import type { DispatchEffect, Measure, MeasureContext, MeasureOption } from '../measure.ts'
import { atAndBelow, busesBehindAny } from './places.ts'
import { activationItem, availabilityItem } from './prices.ts'

/** The choice looks at days one by one. */
const HOURS_A_DAY = 24

/** A measure that consists of the document's offers of a kind which lie behind something constrained. */
export const offersOf = (kind: 'curtailment' | 'smart-charging' | 'heat' | 'tariff'): Measure => ({
  kind,
  propose: (context) => offersBehind(context, kind).flatMap(({ offer, bus }) => dispatchOption(context, offer, bus, kind)),
})

/** @throws PenfeldError PF_GRID_REFERENCE where an offer names a busbar or junction that is not there */
export function offersBehind(context: MeasureContext, kind: FlexibilityOffer['kind']): readonly { readonly offer: FlexibilityOffer; readonly bus: number }[] {
  const behind = busesBehindAny(context)
  return context.offers.filter((offer) => offer.kind === kind).flatMap((offer) => {
    const bus = context.grid.busIndex.get(offer.node)
    if (bus === undefined) throw new PenfeldError('PF_GRID_REFERENCE', `The offer ${offer.id} is at ${offer.node}, which is no busbar or junction.`, { where: `/study/offers/${offer.id}` })
    return behind.has(bus) ? [{ offer, bus }] : []
  })
}

function dispatchOption({ grid, base }: MeasureContext, offer: FlexibilityOffer, bus: number, measure: 'curtailment' | 'smart-charging' | 'heat' | 'tariff'): MeasureOption[] {
  const takenKw = takenBelow(base, atAndBelow(grid, bus), offer.loadClasses)
  // What is not known, or takes nothing in any hour of the measured year, can promise nothing.
  const availableKw = takenKw.map((kw) => (kw > 0 ? Math.min(offer.mostKw, kw * offer.share) : 0))
  if (!availableKw.some((kw) => kw > 0)) return []
  const effect: DispatchEffect = {
    kind: 'dispatch', bus, mostKw: offer.mostKw, availableKw, hoursAYear: offer.hoursAYear, mostHoursAnActivation: offer.mostHoursAnActivation ?? Math.min(HOURS_A_DAY, offer.hoursAYear),
    noticeH: offer.noticeH, rebound: offer.rebound ?? { share: 0, withinH: 1 },
  }
  return [{
    id: `${measure} ${offer.id}`, measure, at: offer.node, offer: offer.id, effect,
    costs: { once: [], lifeYears: 1, yearly: [], perKwYear: [{ item: availabilityItem(offer), quantity: 1 }], perActivatedMwh: [{ item: activationItem(offer), quantity: 1 }] },
  }]
}

/** kW that some load classes take at some buses, by hour of the base year; NaN where a part is not known. */
export function takenBelow({ at, parts }: BaseYear, buses: ReadonlySet<number>, loadClasses: readonly string[]): Float64Array {
  const taken = new Float64Array(at.length)
  for (const part of parts) {
    if (!buses.has(part.bus) || !loadClasses.includes(part.loadClass)) continue
    for (let hour = 0; hour < taken.length; hour += 1) taken[hour] += part.powerKw[hour]
  }
  return taken
}
