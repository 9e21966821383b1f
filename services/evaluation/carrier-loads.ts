import type { Carrier, DeliveryPoint, District, MeasurementPoint, Quantity } from '#models/district/schema.ts'
import { conversion } from '#models/units/convert.ts'
import type { PowerSeries } from './plan.ts'
import { registerRulesOf } from './validate.ts'

/** In what a series is told: power, or the flow of a volume whose energy nobody measures. */
export const RATE_UNITS = ['kW', 'm3/h'] as const
export type RateUnit = (typeof RATE_UNITS)[number]

/** A delivery point of heat, cooling, gas or water and the series of its rate. */
export interface CarrierLoad {
  readonly deliveryPoint: DeliveryPoint
  readonly power: PowerSeries
  readonly unit: RateUnit
}

const POWER = ['thermal-power', 'active-power'] as const
const ENERGY = ['thermal-energy', 'active-energy'] as const
const FLOW = ['flow'] as const
const VOLUME = ['volume'] as const
/** What tells the use of a carrier, best first. The volume through a heat meter is that of the network's water. */
const QUANTITIES: Readonly<Record<string, readonly Quantity[]>> = { heat: [...POWER, ...ENERGY], cooling: [...POWER, ...ENERGY], gas: [...POWER, ...ENERGY, ...FLOW, ...VOLUME], water: [...FLOW, ...VOLUME] }
const AMOUNTS = new Set<Quantity>([...ENERGY, ...VOLUME])
const VOLUMES = new Set<Quantity>([...FLOW, ...VOLUME])
/** A day's total says nothing of its hours. */
const LONGEST_STEP_S = 3600
/** Heat, gas and water change slowly, and their past is mostly kept by the hour, whatever the step of the live values. */
const LEAST_HOLD_S = 3600

export const isOtherCarrier = (carrier: Carrier): boolean => carrier in QUANTITIES

/** Metered delivery points of the carriers that no network carries, each with the best of its series that tells at least hours. */
export function carrierLoads(district: District): CarrierLoad[] {
  const pointsOn = Map.groupBy(district.measurementPoints, ({ on }) => on)
  return district.deliveryPoints.flatMap((deliveryPoint): CarrierLoad[] => {
    const quantities = QUANTITIES[deliveryPoint.carrier] ?? []
    const points = (pointsOn.get(deliveryPoint.id) ?? []).filter(({ quantity, stepS }) => quantities.includes(quantity) && stepS <= LONGEST_STEP_S)
    const [best] = points.sort((a, b) => quantities.indexOf(a.quantity) - quantities.indexOf(b.quantity))
    return best === undefined ? [] : [{ deliveryPoint, power: rateOf(district, best), unit: VOLUMES.has(best.quantity) ? 'm3/h' : 'kW' }]
  })
}

function rateOf(district: District, point: MeasurementPoint): PowerSeries {
  const { id, kind, stepS, quantity, unit } = point
  const isAmount = AMOUNTS.has(quantity)
  const factor = VOLUMES.has(quantity) ? conversion(unit, isAmount ? 'm3' : 'm3/h') : conversion(unit, isAmount ? 'kWh' : 'kW')
  if (kind === 'register') return { pointName: id, kind, stepS, holdS: 2 * stepS, factor, register: registerRulesOf(district, point) }
  return { pointName: id, kind, stepS, holdS: kind === 'interval' ? stepS : Math.max(stepS, LEAST_HOLD_S), factor: isAmount ? (factor * 3600) / stepS : factor }
}
