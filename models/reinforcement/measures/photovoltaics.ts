import type { Measure, MeasureOption } from '../measure.ts'
import { likelyScenario } from './likely-scenario.ts'
import { partedPlaces } from './parted-places.ts'

/** Where the study does not say it: a roof in the north-west of France; assumed. */
const KWH_A_KWP = 1000
/** Room on the roofs of a dense district, kWp for each delivery point below them; assumed. */
const KWP_A_DELIVERY_POINT = 1
const LIFE_YEARS = 25
const HOURS_A_YEAR = 8760

/** Roofs behind what is constrained. What they produce comes when the sun shines: against an evening peak it does nothing, and the choice sees it. */
export const photovoltaics: Measure = {
  kind: 'photovoltaics',
  propose(context) {
    const { base } = context
    const curve = base.curveOfClass.get('pv')
    if (curve === undefined) return []
    const annualKwh = likelyScenario(context)?.photovoltaics?.annualKwhPerKw ?? KWH_A_KWP
    return partedPlaces(context).flatMap(({ element, buses }): MeasureOption[] => {
      const pointsAt = new Map<number, number>()
      for (const { bus, deliveryPoints } of base.parts) if (buses.has(bus) && deliveryPoints > 0) pointsAt.set(bus, (pointsAt.get(bus) ?? 0) + deliveryPoints)
      const points = [...pointsAt.values()].reduce((sum, one) => sum + one, 0)
      const mostUnits = Math.floor(points * KWP_A_DELIVERY_POINT)
      if (mostUnits === 0) return []
      const hourly = [...pointsAt].map(([bus, here]) => ({ bus, kw: curve.relative.map((relative) => -(relative * annualKwh * here) / points / HOURS_A_YEAR) }))
      return [{
        id: `photovoltaics ${element.id}`, measure: 'photovoltaics', at: element.id, effect: { kind: 'load', hourly, mostUnits, unit: 'kWp' },
        costs: { once: [{ item: 'photovoltaics-kwp', quantity: 1 }], lifeYears: LIFE_YEARS, yearly: [{ item: 'photovoltaics-kwp-year', quantity: 1 }] },
      }]
    })
  },
}
