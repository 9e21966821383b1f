import type { DayMarks } from './day-marks.ts'
import type { SlotGrid } from './slot-grid.ts'

export const DEVIATIONS = ['1', '2', '7', 'alike', 'week', 'day-1', 'day-2', 'day-alike', 'days-week', 'two-hours', 'six-hours']

/** How the days before an origin deviated from what was expected of them. */
export interface PastDeviations {
  /** Takes up the days before the day `day` whose forecast is issued on `originDay`. */
  look(day: number, originDay: number): void
  /** Writes the features of a slot from `at` on; answers where the next feature goes. */
  put(features: Float32Array, at: number, slot: number): number
  /** Days back of the latest ordinary day, of all its slots and of one; `reachOf(leadDays)` when there is none. */
  readonly latestDay: number
  latestSlot(slot: number): number
}

const LATEST_DAYS = 14
/** Days back from the day that is forecast within which the latest ones are looked for. */
export const reachOf = (leadDays: number): number => LATEST_DAYS + leadDays + 1

/** What the days before are compared with. */
export interface ExpectedDays {
  /** NaN for what was not available at the origin. */
  known(day: number, slot: number): number
  /** What was expected of a cell, of `back` days before the one that is forecast. */
  expectedAt(day: number, slot: number, back: number): number
  /** By day, the time (UTC ms) from which neither can change any more; without it all days are looked at anew each time. */
  readonly settledAt?: Float64Array
  /** Told when what was known of the days back is that of one day further back, and when a day back is looked at anew. */
  readonly moveOn?: () => void
  readonly startAnew?: (back: number) => void
}

export function pastDeviations(grid: SlotGrid, marks: DayMarks, leadDays: number, originMinute: number, { known, expectedAt, settledAt, moveOn, startAnew }: ExpectedDays): PastDeviations {
  const { perDay } = grid
  const reach = reachOf(leadDays)
  const nearest = Math.max(1, leadDays)
  const lagSeven = Math.ceil(Math.max(7, leadDays) / 7) * 7
  const deviation = new Float64Array(reach * perDay).fill(NaN)
  const dayMean = new Float64Array(reach).fill(NaN)
  const lately = new Float64Array(2)
  // Origin at which each day back was looked at last, NaN where it must be anew.
  const lookedAt = new Float64Array(reach).fill(NaN)
  let [day, furthest, latestDay, secondDay, alikeDay, weekMean] = [0, 0, 0, 0, 0, 0]
  // After a holiday one looks further back; before another holiday every day may count.
  const ordinary = (back: number) => marks.holiday[day - back] === 0 || marks.holiday[day] === 1
  const alike = (back: number) => marks.type[day - back] === marks.type[day]
  const dayFrom = (wanted: (back: number) => boolean, from: number) => {
    let back = from
    while (back < furthest && !(!Number.isNaN(dayMean[back]!) && wanted(back))) back += 1
    return back < furthest ? back : reach
  }
  const slotFrom = (wanted: (back: number) => boolean, from: number, slot: number) => {
    let back = from
    while (back < furthest && !(!Number.isNaN(deviation[back * perDay + slot]!) && wanted(back))) back += 1
    return back < furthest ? back : reach
  }
  const orZero = (value: number) => (Number.isNaN(value) ? 0 : value)
  const ofDay = (back: number) => (back < reach ? dayMean[back]! : 0)
  const ofSlot = (back: number, slot: number) => (back < furthest ? orZero(deviation[back * perDay + slot]!) : 0)
  return {
    get latestDay() {
      return latestDay
    },
    latestSlot: (slot) => slotFrom(ordinary, nearest, slot),
    look(asked, originDay) {
      const origin = grid.dayStart[originDay]! + originMinute * 60_000
      if (asked === day + 1) {
        deviation.copyWithin(perDay, 0)
        dayMean.copyWithin(1, 0)
        lookedAt.copyWithin(1, 0)
        moveOn?.()
      } else {
        deviation.fill(NaN)
        dayMean.fill(NaN)
        lookedAt.fill(NaN)
      }
      day = asked
      furthest = Math.min(reach, day + 1)
      for (let back = nearest; back < furthest; back += 1) {
        if (settledAt !== undefined && lookedAt[back]! >= settledAt[day - back]!) continue
        lookedAt[back] = origin
        startAnew?.(back)
        deviation.fill(NaN, back * perDay, (back + 1) * perDay)
        let sum = 0
        let count = 0
        for (let slot = 0; slot < perDay; slot += 1) {
          const value = known(day - back, slot)
          if (Number.isNaN(value)) continue
          const one = value - expectedAt(day - back, slot, back)
          if (Number.isNaN(one)) continue
          deviation[back * perDay + slot] = one
          sum += one
          count += 1
        }
        dayMean[back] = count > 0 ? sum / count : NaN
      }
      latestDay = dayFrom(ordinary, nearest)
      secondDay = dayFrom(ordinary, latestDay + 1)
      alikeDay = dayFrom(alike, nearest)
      weekMean = meanOver(latestDay, (back) => (ordinary(back) ? dayMean[back]! : NaN))
      // The hours just before the origin tell of the level at which the next ones begin.
      const originCell = originDay * perDay + Math.floor((originMinute * 60) / grid.stepS)
      for (const [k, hours] of [2, 6].entries()) {
        let sum = 0
        let count = 0
        for (let cell = originCell - 1; cell >= originCell - Math.round((hours * 3_600) / grid.stepS); cell -= 1) {
          const one = deviation[(day - Math.floor(cell / perDay)) * perDay + (cell % perDay)] ?? NaN
          if (Number.isNaN(one)) continue
          sum += one
          count += 1
        }
        lately[k] = count === 0 ? 0 : sum / count
      }
    },
    put(features, at, slot) {
      const lag1 = slotFrom(ordinary, nearest, slot)
      features[at] = ofSlot(lag1, slot)
      features[at + 1] = ofSlot(slotFrom(ordinary, lag1 + 1, slot), slot)
      features[at + 2] = ofSlot(lagSeven, slot)
      features[at + 3] = ofSlot(slotFrom(alike, nearest, slot), slot)
      features[at + 4] = orZero(meanOver(lag1, (back) => (ordinary(back) ? deviation[back * perDay + slot]! : NaN)))
      features[at + 5] = ofDay(latestDay)
      features[at + 6] = ofDay(secondDay)
      features[at + 7] = ofDay(alikeDay)
      features[at + 8] = orZero(weekMean)
      features[at + 9] = lately[0]!
      features[at + 10] = lately[1]!
      return at + DEVIATIONS.length
    },
  }

  /** Mean over seven days from `from` back. */
  function meanOver(from: number, of: (back: number) => number): number {
    let sum = 0
    let count = 0
    for (let back = from; back < Math.min(furthest, from + 7); back += 1) {
      const one = of(back)
      if (Number.isNaN(one)) continue
      sum += one
      count += 1
    }
    return count === 0 ? NaN : sum / count
  }
}
