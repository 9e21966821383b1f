import type { JobKind } from './port.ts'

/** When a kind of work is due: for the step [period, period + everyS) at its end plus `delayS`, by the Clock. */
export interface Schedule {
  readonly kind: JobKind
  readonly scope: string
  readonly everyS: number
  /** Time for the last values of a step to arrive. */
  readonly delayS: number
  /** Most steps that are made up for after a time in which the service was down. */
  readonly mostMissed: number
  /** Whether steps beyond that are written down as not done; false where only the newest step matters. */
  readonly recordsSkipped: boolean
}

export interface DueSteps {
  /** Starts of the steps that are due, oldest first. */
  readonly periods: readonly number[]
  /** Steps that are too many to be made up for: written down, never skipped in silence. */
  readonly skipped: { readonly from: number; readonly to: number; readonly count: number } | undefined
  readonly nextDueAt: number
}

/** The steps after `lastPeriod` (undefined: never run) that have come due by `now`. */
export function dueSteps(schedule: Schedule, lastPeriod: number | undefined, now: number): DueSteps {
  const everyMs = schedule.everyS * 1000
  const newest = Math.floor((now - schedule.delayS * 1000) / everyMs) * everyMs - everyMs
  const oldestKept = newest - (schedule.mostMissed - 1) * everyMs
  const first = lastPeriod === undefined ? oldestKept : lastPeriod + everyMs
  const from = Math.max(first, oldestKept)
  const periods: number[] = []
  for (let period = from; period <= newest; period += everyMs) periods.push(period)
  const newestDone = periods.at(-1) ?? lastPeriod ?? newest
  return {
    periods,
    skipped: first < oldestKept ? { from: first, to: oldestKept, count: Math.round((oldestKept - first) / everyMs) } : undefined,
    nextDueAt: newestDone + 2 * everyMs + schedule.delayS * 1000,
  }
}
