import type { District, MeasurementPoint } from '#models/district/schema.ts'
import { MOST_SLOTS, SLOT_MS } from './truth/calendar.ts'
import { hashOf, uniform } from './truth/hash.ts'
import { amountOfSlots } from './truth/truth.ts'
import type { Truth, TruthDay } from './truth/truth.ts'

interface Mounted {
  readonly from: number
  readonly to: number
  /** What the register showed when it was mounted, and where it starts anew. */
  readonly startReading: number
  readonly rollsAt: number
}

const FIRST_COUNTED = Date.UTC(2020, 0, 2)
const USUAL_DIGITS = 9
const HOUR_MS = 3_600_000

/**
 * A counter of what passed since its meter was mounted. It did not start at 0, rolls over at its digits, and a meter
 * change begins another. `perUnit` turns what is true (kWh, or m3) into what it counts.
 */
export function createRegister(point: MeasurementPoint, { meters }: District, truth: Truth, index: number, perUnit: number): (day: TruthDay, at: number) => number {
  const subject = truth.points[index]
  const mounted: Mounted[] = meters
    .filter((meter) => (point.meter === undefined ? true : sameDevice(meters, point.meter, meter.id, point.on)))
    .flatMap((meter) => meter.mounted.filter(({ on }) => on === point.on).map(({ validFrom, validTo }) => {
      const rollsAt = 10 ** (meter.registerDigits ?? USUAL_DIGITS)
      const isOld = Date.parse(validFrom) < FIRST_COUNTED
      return { from: Date.parse(validFrom), to: validTo === undefined ? Infinity : Date.parse(validTo), rollsAt, startReading: isOld ? Math.floor(uniform(hashOf(meter.id), 21, 0) * Math.min(rollsAt, 60_000)) : 0 }
    }))
  if (mounted.length === 0) mounted.push({ from: -Infinity, to: Infinity, startReading: Math.floor(uniform(hashOf(point.id), 22, 0) * 40_000), rollsAt: 10 ** USUAL_DIGITS })

  const countedAt = new Map<Mounted, number>()
  const countedWhenMounted = (one: Mounted): number => {
    let counted = countedAt.get(one)
    if (counted === undefined) {
      counted = one.from < FIRST_COUNTED ? 0 : countedAtInstant(one.from)
      countedAt.set(one, counted)
    }
    return counted
  }
  const countedAtInstant = (at: number): number => {
    const day = truth.days.at(at)
    const power = new Float64Array(MOST_SLOTS)
    subject.fillDay(day, power)
    return subject.amountBefore(day) + amountUntil(power, 0, at - day.start)
  }
  let beforeDay = NaN
  let before = 0
  return (day, at) => {
    const meter = mounted.find(({ from, to }) => from <= at && at < to)
    if (meter === undefined) return NaN
    if (beforeDay !== day.day.epochDay) [beforeDay, before] = [day.day.epochDay, subject.amountBefore(day.day)]
    const counted = before + amountUntil(day.power, index * day.day.slots, at - day.day.start)
    return (meter.startReading + Math.max(0, counted - countedWhenMounted(meter)) * perUnit) % meter.rollsAt
  }
}

/** Amount from the start of the day on, the running slot in part. */
function amountUntil(power: Float64Array, offset: number, sinceStartMs: number): number {
  const slot = Math.floor(sinceStartMs / SLOT_MS)
  return amountOfSlots(power, offset, slot) + (power[offset + slot] * (sinceStartMs - slot * SLOT_MS)) / HOUR_MS
}

/** A delivery point may have had several meters in turn; the point names one of them and means whichever is mounted. */
const sameDevice = (meters: District['meters'], named: string, id: string, on: string): boolean =>
  named === id || (meters.find((meter) => meter.id === named)?.mounted.some((mount) => mount.on === on) ?? false)

