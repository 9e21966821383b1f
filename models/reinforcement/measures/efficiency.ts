import type { Measure, MeasureContext, MeasureOption } from '../measure.ts'
import { likelyScenario } from './likely-scenario.ts'
import { offersBehind, takenBelow } from './offer-dispatch.ts'
import { coldPart, partedPlaces, savedPart } from './parted-places.ts'
import { atAndBelow } from './places.ts'
import { availabilityItem } from './prices.ts'

/** Of its answer to cold, where the study does not say what a renovation saves; assumed. */
const SAVED_SHARE = 0.4
/** Of the dwellings of a place that a programme reaches beyond what the scenarios renovate anyhow; assumed. */
const REACHED_SHARE = 0.3
const LIFE_YEARS = 40

/** Dwellings renovated for the sake of the network, at their full price, and programmes that the document offers. */
export const efficiency: Measure = { kind: 'efficiency', propose: (context) => [...renovations(context), ...programmes(context)] }

function renovations(context: MeasureContext): MeasureOption[] {
  const share = likelyScenario(context)?.renovation?.savedColdShare ?? SAVED_SHARE
  return partedPlaces(context).flatMap(({ element, buses }): MeasureOption[] => {
    const cold = coldPart(context.base, buses, (loadClass) => loadClass.startsWith('dwelling'))
    const mostUnits = Math.floor((cold?.dwellings ?? 0) * REACHED_SHARE)
    if (cold === undefined || mostUnits === 0 || share === 0) return []
    return [{
      id: `efficiency ${element.id}`, measure: 'efficiency', at: element.id, effect: { kind: 'load', hourly: savedPart(cold.kwByBus, share), mostUnits, unit: 'dwelling' },
      costs: { once: [{ item: 'renovation-dwelling', quantity: 1 }], lifeYears: LIFE_YEARS, yearly: [] },
    }]
  })
}

/** One unit is the whole programme; it is paid for the most that it saves. */
function programmes(context: MeasureContext): MeasureOption[] {
  return offersBehind(context, 'efficiency').flatMap(({ offer, bus }): MeasureOption[] => {
    const kw = takenBelow(context.base, atAndBelow(context.grid, bus), offer.loadClasses).map((taken) => (taken > 0 ? -Math.min(offer.mostKw, taken * offer.share) : 0))
    const mostKw = -kw.reduce((least, one) => Math.min(least, one), 0)
    if (mostKw === 0) return []
    return [{
      id: `efficiency ${offer.id}`, measure: 'efficiency', at: offer.node, offer: offer.id, effect: { kind: 'load', hourly: [{ bus, kw }], mostUnits: 1, unit: 'programme' },
      costs: { once: [], lifeYears: 1, yearly: [{ item: availabilityItem(offer), quantity: mostKw }] },
    }]
  })
}
