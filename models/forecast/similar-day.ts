import type { DayMarks } from './day-marks.ts'

const LOOK_BACK_DAYS = 35
const DAYS_OF_TYPE = [5, 3, 3]

/**
 * Mean of the latest days of the same type (working day, Saturday, Sunday or holiday) at each slot of a day, from days
 * that lie at least `leadDays` back; NaN where none is known. The forecaster for a history too short to learn from.
 */
export function similarDay(values: Float64Array, marks: DayMarks, perDay: number, day: number, leadDays: number): Float64Array {
  const type = marks.type[day]!
  return Float64Array.from({ length: perDay }, (_, slot) => {
    let sum = 0
    let count = 0
    for (let back = Math.max(1, leadDays + 1); back <= LOOK_BACK_DAYS && back <= day && count < DAYS_OF_TYPE[type]!; back += 1) {
      const value = values[(day - back) * perDay + slot]!
      if (marks.type[day - back] !== type || Number.isNaN(value)) continue
      sum += value
      count += 1
    }
    return count === 0 ? NaN : sum / count
  })
}
