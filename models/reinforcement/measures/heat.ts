import type { Measure, MeasureContext, MeasureOption } from '../measure.ts'
import { offersOf } from './offer-dispatch.ts'
import { coldPart, partedPlaces, savedPart } from './parted-places.ts'

/** Of the electrically heated dwellings of a place, beyond what the scenarios connect anyhow; assumed. */
const REACHED_SHARE = 0.3
const LIFE_YEARS = 40
const stored = offersOf('heat')

/** Heat from elsewhere: offers that store it or switch to another source for some hours, and dwellings that move to the heat network for good. */
export const heat: Measure = { kind: 'heat', propose: (context) => [...connections(context), ...stored.propose(context)] }

/** Where there is a heat network. What the dwelling pays for its heat is not counted, neither before nor after. */
function connections(context: MeasureContext): MeasureOption[] {
  if (!context.district.carriers.includes('heat')) return []
  return partedPlaces(context).flatMap(({ element, buses }): MeasureOption[] => {
    const cold = coldPart(context.base, buses, (loadClass) => loadClass === 'dwelling-electric-heating')
    const mostUnits = Math.floor((cold?.dwellings ?? 0) * REACHED_SHARE)
    if (cold === undefined || mostUnits === 0) return []
    return [{
      id: `heat ${element.id}`, measure: 'heat', at: element.id, effect: { kind: 'load', hourly: savedPart(cold.kwByBus, 1), mostUnits, unit: 'dwelling' },
      costs: { once: [{ item: 'heat-network-dwelling', quantity: 1 }], lifeYears: LIFE_YEARS, yearly: [] },
    }]
  })
}
