import type { PastErrors } from './error-scores.ts'

/** What forecasts of the days before would have been, of one series and some days ahead (`PastDays` of day-ahead.ts): columns by cell of whole local days. */
export interface PastColumns {
  readonly daysAhead: readonly number[]
  /** Local date of the first cell (days since 1970-01-01). */
  readonly firstDate: number
  readonly perDay: number
  readonly values: Float64Array
  readonly spread: Float64Array
  readonly measured: Float64Array
}

/** The steps of a forecast by the clock: how many local days after the issue each lies, and in which slot of its day. */
export interface ForecastCells {
  readonly dayAhead: Int32Array
  readonly slot: Int32Array
}

/** @param dayIndex local date of each step, and @param minuteOfDay its time, as of `localCalendar` */
export function forecastCells(dayIndex: ArrayLike<number>, minuteOfDay: ArrayLike<number>, issueDate: number, stepS: number): ForecastCells {
  return {
    dayAhead: Int32Array.from(dayIndex, (date) => date - issueDate),
    slot: Int32Array.from(minuteOfDay, (minute) => Math.floor((minute * 60) / stepS)),
  }
}

/**
 * Errors that issues of the days before would have made at the steps of an issue of today: (measured - value) / spread.
 * Past issue i is that of local date d; its step t is the same slot of day d + dayAhead[t], told by the group of days ahead that
 * step belongs to now. Paired by local date and slot, so that all series and hours of an issue are of the same weather and that days of 23 or 25
 * hours need no case: a slot that a day lacks is NaN, one that it has twice is told twice. The oldest issue is the
 * first of which anything is known, the last the one whose last day is over.
 * @param series by series its groups of days ahead; none: every error of it is NaN
 */
export function pastErrors(series: readonly (readonly PastColumns[])[], { dayAhead, slot }: ForecastCells): PastErrors {
  const steps = dayAhead.length
  const furthest = dayAhead.reduce((most, days) => Math.max(most, days), 0)
  let first = Infinity
  let last = -Infinity
  for (const { daysAhead, firstDate, perDay, values } of series.flat()) {
    const known = values.findIndex((value) => !Number.isNaN(value))
    if (known < 0 || daysAhead.length === 0) continue
    first = Math.min(first, firstDate + Math.floor(known / perDay) - daysAhead[0]!)
    last = Math.max(last, firstDate + values.length / perDay - 1 - furthest)
  }
  const issues = last >= first ? last - first + 1 : 0
  const shares = new Float32Array(issues * series.length * steps).fill(NaN)
  for (const [s, groups] of series.entries()) {
    const groupOf = (days: number) => groups.find(({ daysAhead }) => daysAhead.includes(days))
    const byDay = Array.from({ length: furthest + 1 }, (_, days) => groupOf(days))
    for (let t = 0; t < steps; t += 1) {
      const group = dayAhead[t]! < 0 ? undefined : byDay[dayAhead[t]!]
      if (group === undefined) continue
      const { firstDate, perDay, values, spread, measured } = group
      for (let i = 0; i < issues; i += 1) {
        const cell = (first + i + dayAhead[t]! - firstDate) * perDay + slot[t]!
        if (cell < 0 || cell >= values.length) continue
        // No expected size, no share: 0 / 0 is NaN as well.
        const share = (measured[cell]! - values[cell]!) / spread[cell]!
        if (Number.isFinite(share)) shares[(i * series.length + s) * steps + t] = share
      }
    }
  }
  return { issues, shares }
}
