/** Energies of delivery points as the measured store has them. */
import type { Carrier, GuardSolver } from '#models/disclosure/guard-shapes.ts'
import { isPublicHolder, rulesInForce } from '#models/disclosure/live-rules.ts'
import type { DeliveryPoint, District } from '#models/district/schema.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { EvaluationPlan, PowerSeries } from '#services/evaluation/plan.ts'
import { readMeans } from '#services/evaluation/step-inputs.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { PublisherParts } from './freeze-quarter.ts'
import { STEP_S, type HeldPoint, type PublicationSource, type SourceHolder } from './source.ts'
import { zoneDistance } from './zone-distance.ts'

/** Up to this much the law speaks of a curve of a person. */
const SMALL_KVA = 36
/** Values every ten minutes of hundreds of points: read in pieces of so many. */
const POINTS_AT_ONCE = 64

interface MeasuredPoint {
  readonly deliveryPoint: DeliveryPoint
  readonly series: PowerSeries
  readonly sign: 1 | -1
}

export function measuredSource(measured: TimeSeriesReader, district: District, plan: EvaluationPlan): PublicationSource {
  const zoneOf = new Map(district.sites.map(({ id, zone }) => [id, zone]))
  const isPublic = new Set(district.holders.filter(isPublicHolder).map(({ id }) => id))
  const points = measuredPoints(plan)
  const pointOf = new Map([...points.values()].flat().map((point) => [point.deliveryPoint.id, point]))
  const isVolume = (carrier: Carrier) => plan.carriers.some(({ deliveryPoint, unit }) => deliveryPoint.carrier === carrier && unit === 'm3/h')
  return {
    unitOf: (carrier) => (points.has(carrier) ? (isVolume(carrier) ? 'm3' : 'kWh') : undefined),
    async holders(carrier, at) {
      const held = new Map<string, HeldPoint[]>()
      for (const { deliveryPoint } of points.get(carrier) ?? []) {
        const holder = tenuresOf(deliveryPoint).find(({ from, to }) => from <= at && at < to)?.holderId
        if (holder === undefined) continue
        held.set(holder, [...(held.get(holder) ?? []), heldPoint(deliveryPoint, zoneOf.get(deliveryPoint.site)!)])
      }
      return [...held].map(([holderId, deliveryPoints]): SourceHolder => ({ holderId, isPublic: isPublic.has(holderId), deliveryPoints }))
    },
    async energies(_carrier, deliveryPoints, from, to) {
      const steps = Math.round((to - from) / (STEP_S * 1000))
      const energies = new Float64Array(steps * deliveryPoints.length).fill(NaN)
      for (let first = 0; first < deliveryPoints.length; first += POINTS_AT_ONCE) {
        const some = deliveryPoints.slice(first, first + POINTS_AT_ONCE)
        const means = await readMeans(measured, some.map((id) => pointOf.get(id)?.series), from, to, { stepS: STEP_S })
        for (const [k, { values }] of means.entries()) {
          const sign = pointOf.get(some[k]!)?.sign ?? 1
          // What flows the other way is not use of this carrier.
          for (let step = 0; step < steps; step += 1) energies[step * deliveryPoints.length + first + k] = Number.isNaN(values[step]!) ? NaN : Math.max(0, (sign * values[step]! * STEP_S) / 3600)
        }
      }
      return { at: Float64Array.from({ length: steps }, (_, step) => from + step * STEP_S * 1000), energies }
    },
    tenures: (id) => (pointOf.has(id) ? tenuresOf(pointOf.get(id)!.deliveryPoint) : []),
  }
}

/** The publisher of a district over its own store. */
export const measuredPublisher = (measured: TimeSeriesReader, { district, version }: LoadedDistrict, plan: EvaluationPlan, solver: GuardSolver): PublisherParts => ({
  source: measuredSource(measured, district, plan), zones: district.zones.map(({ id }) => id), timeZone: district.timeZone, districtVersion: version,
  distance: zoneDistance(district), rulesAt: (at) => rulesInForce(district.publicationRules, at), solver,
})

/** By carrier. Of a carrier that is told in volumes and in energies only the volumes count, so that a sum is of one thing. */
function measuredPoints({ loads, carriers }: EvaluationPlan): Map<Carrier, MeasuredPoint[]> {
  const hasVolume = new Set(carriers.filter(({ unit }) => unit === 'm3/h').map(({ deliveryPoint }) => deliveryPoint.carrier))
  const electric = loads.flatMap(({ deliveryPoint, power, sign }): MeasuredPoint[] => (power === undefined ? [] : [{ deliveryPoint, series: power, sign }]))
  const others = carriers.filter(({ deliveryPoint, unit }) => unit === 'm3/h' || !hasVolume.has(deliveryPoint.carrier)).map(({ deliveryPoint, power }): MeasuredPoint => ({ deliveryPoint, series: power, sign: 1 }))
  return Map.groupBy([...electric, ...others], ({ deliveryPoint }) => deliveryPoint.carrier)
}

const tenuresOf = ({ holders }: DeliveryPoint) =>
  holders.map(({ holder, validFrom, validTo }) => ({ holderId: holder, from: Date.parse(validFrom), to: validTo === undefined ? Infinity : Date.parse(validTo) }))

const heldPoint = ({ id, category, subscribedPowerKva, ratedPowerKw, carrier }: DeliveryPoint, zone: string): HeldPoint => ({
  id, zone, category: category === 'residential' ? 'residential' : 'professional',
  highestKwhPerHour: carrier === 'electricity' || carrier === 'production' ? (subscribedPowerKva ?? ratedPowerKw ?? Infinity) : Infinity,
  isLarge: (subscribedPowerKva ?? 0) > SMALL_KVA,
})

/** Carriers of which there is anything to publish. */
export const publishedCarriers = (plan: EvaluationPlan): readonly Carrier[] => [...measuredPoints(plan).keys()]
