import { localCalendar } from '../units/local-time.ts'

const WEEK = 7

/** What one meter usually measures: means by weekday and minute of the local day, and by minute alone. */
export interface OwnUsual {
  readonly byWeekday: ReadonlyMap<number, number>
  readonly byMinute: ReadonlyMap<number, number>
}

/**
 * The usual energy of a step by a meter's own past: the mean of the same weekday and time of day, else of the time of day.
 * @param at starts of steps (UTC ms) @param kwh energy of each, NaN where nothing was measured
 */
export function ownUsual(at: Float64Array, kwh: ArrayLike<number>, timeZone: string): OwnUsual {
  const { minuteOfDay, isoWeekday } = localCalendar(at, timeZone)
  const [byWeekday, byMinute] = [new Map<number, [number, number]>(), new Map<number, [number, number]>()]
  for (let i = 0; i < at.length; i += 1) {
    const value = kwh[i]!
    if (Number.isNaN(value)) continue
    for (const [means, key] of [[byWeekday, minuteOfDay[i]! * (WEEK + 1) + isoWeekday[i]!], [byMinute, minuteOfDay[i]!]] as const) {
      const sum = means.get(key) ?? [0, 0]
      means.set(key, [sum[0] + value, sum[1] + 1])
    }
  }
  const mean = (sums: ReadonlyMap<number, [number, number]>) => new Map([...sums].map(([key, [sum, count]]) => [key, sum / count]))
  return { byWeekday: mean(byWeekday), byMinute: mean(byMinute) }
}

/** Of each step the usual energy; NaN where the past never had that time of day. */
export function usualOf({ byWeekday, byMinute }: OwnUsual, at: Float64Array, timeZone: string): Float64Array {
  const { minuteOfDay, isoWeekday } = localCalendar(at, timeZone)
  return Float64Array.from(at, (_, i) => byWeekday.get(minuteOfDay[i]! * (WEEK + 1) + isoWeekday[i]!) ?? byMinute.get(minuteOfDay[i]!) ?? NaN)
}
