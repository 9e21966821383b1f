import type { District } from '#models/district/schema.ts'
import type { MeasuredCurves } from '../curves.ts'
import { createLocalDays, MOST_SLOTS, SLOTS_PER_HOUR } from './calendar.ts'
import type { LocalDay, LocalDays } from './calendar.ts'
import { hash, hashOf } from './hash.ts'
import type { FlowResult } from './radial-flow.ts'
import { composeFor } from './load-classes.ts'
import { createNetworkTruth } from './network-truth.ts'
import { createPointTruth } from './point-truth.ts'
import type { PointTruth } from './point-truth.ts'
import type { NetworkIndex } from './radial-network.ts'
import { createWeather } from './weather.ts'
import type { DayWeather } from './weather.ts'

export const DEFAULT_SEED = 20_260
/** Days kept, so that a history read of the last fortnight solves each day once. */
const DAYS_KEPT = 16

export interface TruthOptions {
  readonly seed?: number
  /** A load that nobody meters, planted for tests of detection: a share of what the LV feeder carries. */
  readonly plantedLoss?: { readonly feeder: string; readonly sharePct: number }
  /** Two delivery points whose meters were exchanged by mistake. */
  readonly swappedMeters?: readonly [string, string]
}

/** Everything that is true on one local day. A function of the day and the seed alone. */
export interface TruthDay {
  readonly day: LocalDay
  /** `point * slots + slot`: kW drawn or produced (never negative), m3 per hour for gas and water. */
  readonly power: Float64Array
  readonly flow: FlowResult
  readonly weather: DayWeather
}

export interface Truth {
  readonly days: LocalDays
  readonly points: readonly PointTruth[]
  /** Index of a delivery point in `points`. */
  indexOf(deliveryPoint: string): number | undefined
  readonly network: NetworkIndex
  on(epochDay: number): TruthDay
  at(instant: number): TruthDay
}

/** What really happens in the district, at any time and in any order. Penfeld's models are not asked. */
export function createTruth(district: District, curves: MeasuredCurves, options: TruthOptions = {}): Truth {
  const seed = options.seed ?? DEFAULT_SEED
  const days = createLocalDays(district.timeZone)
  const weather = createWeather(curves, days, district, seed)
  const surroundings = { curves, days, weather }
  const sites = new Map(district.sites.map((site) => [site.id, site]))
  const points = district.deliveryPoints.map((point) =>
    createPointTruth(point, composeFor(point.loadClass, `deliveryPoints/${point.id}/loadClass`), sites.get(point.site), hash(seed, hashOf(point.id), 0), surroundings))
  const boundaries = district.network.boundaryLoads.map((load) =>
    createPointTruth({ ...load, carrier: 'electricity' }, composeFor(load.loadClass, `network/boundaryLoads/${load.id}/loadClass`), undefined, hash(seed, hashOf(load.id), 0), surroundings))
  const network = createNetworkTruth(district, points, boundaries, seed, options.plantedLoss)

  const kept = new Map<number, TruthDay>()
  const scratch = new Float64Array(MOST_SLOTS)
  const make = (epochDay: number): TruthDay => {
    const day = days.day(epochDay)
    const { slots } = day
    const fill = (ones: readonly PointTruth[]): Float64Array => {
      const power = new Float64Array(ones.length * slots)
      ones.forEach((one, index) => {
        one.fillDay(day, scratch)
        power.set(scratch.subarray(0, slots), index * slots)
      })
      return power
    }
    const power = fill(points)
    return { day, power, weather: weather.on(day), flow: network.solve(day, power, fill(boundaries)) }
  }
  const indices = new Map(points.map(({ id }, index) => [id, index]))
  const on = (epochDay: number): TruthDay => {
    let one = kept.get(epochDay)
    if (one !== undefined) return one
    one = make(epochDay)
    if (kept.size >= DAYS_KEPT) kept.delete(kept.keys().next().value!)
    kept.set(epochDay, one)
    return one
  }
  return {
    days, points, network: network.index, on,
    at: (instant) => on(days.at(instant).epochDay),
    indexOf: (deliveryPoint) => indices.get(deliveryPoint),
  }
}

/** Amount (kWh or m3) of the first `slots` slots of a day. */
export function amountOfSlots(power: Float64Array, offset: number, slots: number): number {
  let sum = 0
  for (let slot = 0; slot < slots; slot++) sum += power[offset + slot]
  return sum / SLOTS_PER_HOUR
}
