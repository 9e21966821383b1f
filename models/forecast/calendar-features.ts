import type { DayMarks } from './day-marks.ts'
import type { SlotGrid } from './slot-grid.ts'

export const CALENDAR = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday', 'weekday', 'holiday', 'before-holiday', 'after-holiday', 'bridge', 'school', 'named', 'year-sin', 'year-cos', 'half-year-sin', 'half-year-cos', 'slot', 'named-effect']

/** Writes the calendar of a cell from `at` on; answers where the next feature goes. */
export function putCalendar(features: Float32Array, at: number, marks: DayMarks, day: number, slot: number, namedEffect: Float64Array | undefined): number {
  // A holiday is a Sunday that falls on another day.
  const weekday = marks.holiday[day] === 1 ? 7 : marks.weekday[day]!
  for (let d = 1; d <= 7; d += 1) features[at + d - 1] = weekday === d ? 1 : 0
  const angle = 2 * Math.PI * marks.yearShare[day]!
  features[at + 7] = weekday
  features[at + 8] = marks.holiday[day]!
  features[at + 9] = marks.dayBefore[day]!
  features[at + 10] = marks.dayAfter[day]!
  features[at + 11] = marks.bridge[day]!
  features[at + 12] = marks.school[day]!
  features[at + 13] = marks.named[day] === 0 || marks.holiday[day] === 1 ? 0 : 1
  features[at + 14] = Math.sin(angle)
  features[at + 15] = Math.cos(angle)
  features[at + 16] = Math.sin(2 * angle)
  features[at + 17] = Math.cos(2 * angle)
  features[at + 18] = slot
  features[at + 19] = namedEffect?.[slot] ?? 0
  return at + CALENDAR.length
}

/** Days before and after the day that a day of the same name is compared with. */
const AROUND_DAYS = 28
const HALF_A_YEAR = 180

/**
 * What was unlike the alike days around it on days of the same name in earlier years, by slot: `knownFor(day)` answers
 * what was available at the origin of a day, NaN for the rest. Only what is older than half a year counts: a name that
 * comes twice in a winter tells of the next one.
 */
export function namedEffects(grid: SlotGrid, marks: DayMarks, knownFor: (day: number) => (cell: number) => number): ReadonlyMap<number, Float64Array> {
  const { perDay, days } = grid
  const byName = new Map<number, number[]>()
  const effects = new Map<number, Float64Array>()
  const usualOf = (day: number, slot: number, known: (cell: number) => number) => {
    let sum = 0
    let count = 0
    for (let from = Math.max(0, day - AROUND_DAYS); from < Math.min(days, day + AROUND_DAYS + 1); from += 1) {
      if (marks.named[from] !== 0 || marks.type[from] !== marks.type[day]) continue
      const value = known(from * perDay + slot)
      if (Number.isNaN(value)) continue
      sum += value
      count += 1
    }
    return count === 0 ? NaN : sum / count
  }
  for (let day = 0; day < days; day += 1) {
    const name = marks.named[day]!
    if (name === 0) continue
    const earlier = (byName.get(name) ?? []).filter((one) => day - one > HALF_A_YEAR)
    if (earlier.length > 0) {
      const known = knownFor(day)
      effects.set(day, Float64Array.from({ length: perDay }, (_, slot) => {
        const unlike = earlier.map((one) => known(one * perDay + slot) - usualOf(one, slot, known)).filter((one) => !Number.isNaN(one))
        return unlike.length === 0 ? 0 : unlike.reduce((sum, one) => sum + one, 0) / unlike.length
      }))
    }
    byName.set(name, [...(byName.get(name) ?? []), day])
  }
  return effects
}
