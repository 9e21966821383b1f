import type { District, MeasurementPoint } from '#models/district/schema.ts'
import type { LocalDay } from './truth/calendar.ts'
import { hash, hashOf, uniform } from './truth/hash.ts'
import type { Truth } from './truth/truth.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LOST_SHARE = 0.01
const LATE_SHARE = 0.03

/** When the values of a day reach the one who reads them. */
export interface Delivery {
  /** UTC epoch milliseconds; -Infinity for meters that are read at once, Infinity for a day that is lost or not consented. */
  deliveredAt(day: LocalDay): number
}

const AT_ONCE: Delivery = { deliveredAt: () => -Infinity }

/**
 * Meters read through files deliver a local day the next morning between six and eight; a few a day later, one in a
 * hundred not at all. Without a consent for the curve, or for the day, nothing leaves the meter.
 */
export function createDelivery(point: MeasurementPoint, district: District, { days }: Truth): Delivery {
  const device = district.devices.find(({ id }) => id === point.feed?.device)
  const source = district.sources.find(({ id }) => id === device?.source)
  if (device === undefined || source?.protocol !== 'files') return AT_ONCE
  const needsCurve = point.quantity === 'active-power'
  const consents = (district.deliveryPoints.find(({ id }) => id === point.on)?.consents ?? [])
    .filter(({ granularity }) => !needsCurve || granularity === 'load-curve')
    .map(({ validFrom, validTo }) => ({ from: Date.parse(validFrom), to: validTo === undefined ? Infinity : Date.parse(validTo) }))
  const seed = hash(hashOf(String(device.address)), 11, 0)
  return {
    deliveredAt(day) {
      if (!consents.some(({ from, to }) => from <= day.start && day.end <= to)) return Infinity
      const chance = uniform(seed, day.epochDay, 0)
      if (chance < LOST_SHARE) return Infinity
      const late = chance < LOST_SHARE + LATE_SHARE ? DAY_MS : 0
      // Batches of meters come in twelve files over the two hours.
      return days.day(day.epochDay + 1).start + 6 * HOUR_MS + late + batchOf(String(device.address)) * 600_000
    },
  }
}

export const BATCHES = 12
/** The daily file a meter is in. */
export const batchOf = (prm: string): number => hash(hashOf(prm), 12, 0) % BATCHES
