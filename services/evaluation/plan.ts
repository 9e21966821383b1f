import type { DeliveryPoint, District, MeasurementPoint } from '#models/district/schema.ts'
import type { RegisterRules } from '#models/load-curve/registers.ts'
import { carrierLoads, type CarrierLoad } from './carrier-loads.ts'

/** The step in which the network is evaluated. */
export const EVALUATION_STEP_S = 600

/** A stored series that says the power of something, and for how long one of its values holds. */
export interface PowerSeries {
  readonly pointName: string
  readonly kind: MeasurementPoint['kind']
  readonly stepS: number
  /** An instant holds for one evaluation step at most (history may come no closer), an interval value for its step. */
  readonly holdS: number
  /** Of a counter: how it counts. Its increase over time is the rate. */
  readonly register?: RegisterRules
  /** What makes the unit of the series (kW or m3/h) of a value, or of an increase an hour; 1 if absent. */
  readonly factor?: number
}

/** A sensor in the network: what it measures and on which element. */
export interface NetworkSensor extends PowerSeries {
  readonly on: string
  readonly quantity: MeasurementPoint['quantity']
  readonly end: MeasurementPoint['end']
}

export interface LoadPlan {
  readonly deliveryPoint: DeliveryPoint
  /** -1 for production: its power is negative at the delivery point, its yearly energy is given positive. */
  readonly sign: 1 | -1
  /** The series of its active power; undefined: no meter that we may read. */
  readonly power: PowerSeries | undefined
  readonly annualEnergyKwh: number
}

/** What an evaluation of this district reads; made once for each version of the document. */
export interface EvaluationPlan {
  readonly sensors: readonly NetworkSensor[]
  readonly loads: readonly LoadPlan[]
  /** What is metered of heat, cooling, gas and water, which no network carries here. */
  readonly carriers: readonly CarrierLoad[]
  readonly temperaturePoint: string | undefined
}

const NETWORK_QUANTITIES = new Set<MeasurementPoint['quantity']>(['active-power', 'reactive-power', 'current', 'voltage', 'position'])
/** Full-load hours of a subscribed power when nothing says the energy of a year: a coarse guess, corrected by the sensors. */
const GUESSED_HOURS = 900

export function evaluationPlan(district: District): EvaluationPlan {
  const seriesOf = ({ id, kind, stepS }: MeasurementPoint): PowerSeries => ({ pointName: id, kind, stepS, holdS: kind === 'interval' ? stepS : Math.max(stepS, EVALUATION_STEP_S) })

  const loadPoints = district.deliveryPoints.filter(({ carrier, node }) => (carrier === 'electricity' || carrier === 'production') && node !== undefined)
  const loadIds = new Set(loadPoints.map(({ id }) => id))
  const powerOf = new Map<string, MeasurementPoint>()
  const sensors: NetworkSensor[] = []
  for (const point of district.measurementPoints) {
    if (loadIds.has(point.on)) {
      if (point.quantity !== 'active-power' || point.kind === 'register') continue
      // The live value before the curve that comes the next day; of several the first, whose followers measure parts of it (luminaires of a cabinet).
      if (powerOf.get(point.on)?.kind !== 'instant') powerOf.set(point.on, point)
    } else if (point.carrier === 'electricity' && NETWORK_QUANTITIES.has(point.quantity)) {
      sensors.push({ ...seriesOf(point), on: point.on, quantity: point.quantity, end: point.end })
    }
  }
  return {
    sensors,
    temperaturePoint: district.weather.temperaturePoint,
    carriers: carrierLoads(district),
    loads: loadPoints.map((deliveryPoint) => {
      const point = powerOf.get(deliveryPoint.id)
      return {
        deliveryPoint,
        sign: deliveryPoint.carrier === 'production' ? -1 : 1,
        power: point && seriesOf(point),
        annualEnergyKwh: deliveryPoint.annualEnergyKwh ?? GUESSED_HOURS * (deliveryPoint.subscribedPowerKva ?? deliveryPoint.ratedPowerKw ?? 0),
      }
    }),
  }
}
