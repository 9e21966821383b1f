import { DAY_TYPES, type LoadCalendar } from './day-type.ts'

/** What a series usually is at each (day type, slot of the local day): its own past, no class and no weather. */
export interface OwnProfile {
  readonly stepS: number
  readonly slots: number
  /** NaN where that slot was never seen. */
  readonly mean: Float64Array
  /** Mean absolute distance of the values it was made from, over all of them, in the unit of the values. */
  readonly spread: number
  /** Values it was made from. */
  readonly count: number
}

export const profileCell = (calendar: LoadCalendar, i: number, stepS: number, slots: number): number =>
  calendar.dayType[i]! * slots + Math.floor((calendar.minuteOfDay[i]! * 60) / stepS)

/** The profile of the steps `from` to `to` (indices); NaN is left out. */
export function ownProfile(values: Float64Array, calendar: LoadCalendar, stepS: number, from: number, to: number): OwnProfile {
  const slots = Math.round(86_400 / stepS)
  const mean = new Float64Array(DAY_TYPES * slots)
  const seen = new Float64Array(mean.length)
  let count = 0
  for (let i = from; i < to; i += 1) {
    if (Number.isNaN(values[i]!)) continue
    const cell = profileCell(calendar, i, stepS, slots)
    mean[cell] += values[i]!
    seen[cell] += 1
    count += 1
  }
  for (let cell = 0; cell < mean.length; cell += 1) mean[cell] = seen[cell] === 0 ? NaN : mean[cell]! / seen[cell]!
  let distance = 0
  for (let i = from; i < to; i += 1) if (!Number.isNaN(values[i]!)) distance += Math.abs(values[i]! - mean[profileCell(calendar, i, stepS, slots)]!)
  return { stepS, slots, mean, spread: count === 0 ? NaN : distance / count, count }
}

/** What the profile says for a step; NaN where it knows nothing. */
export const profileAt = ({ mean, slots, stepS }: OwnProfile, calendar: LoadCalendar, i: number): number => mean[profileCell(calendar, i, stepS, slots)]!

/** Runs of steps of one local day each, as [from, to) indices within [from, to). */
export function dayRuns({ dayIndex }: LoadCalendar, from: number, to: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = []
  for (let start = from; start < to; ) {
    let end = start + 1
    while (end < to && dayIndex[end] === dayIndex[start]) end += 1
    runs.push({ from: start, to: end })
    start = end
  }
  return runs
}
