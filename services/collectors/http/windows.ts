import { localDayStart, nextLocalDayStart } from '#models/units/local-time.ts'
import type { HttpRequest } from './profile.ts'
import type { AskedWindow } from './template.ts'

const DAY_MS = 86_400_000
type WindowRule = NonNullable<HttpRequest['window']>

/**
 * What is to be asked of a meter: from its last stored value (or as far back as the profile says) to now, in pieces the
 * service accepts, or to as far ahead as it foretells. `walkedTo` is how far it was asked with success, also where there was nothing: a meter that is silent for
 * a year is not walked through again each time, only its last piece is.
 */
export function windowsFor(rule: WindowRule, newestAt: number, walkedTo: number | undefined, now: number, timeZone: string): AskedWindow[] {
  const longestMs = rule.mostDays * DAY_MS
  const earliest = now - rule.backfillDays * DAY_MS
  // What is foretold lies ahead of the clock: it is asked for again from now on.
  const stored = Number.isNaN(newestAt) ? earliest : Math.max(Math.min(newestAt, now), earliest)
  const base = walkedTo === undefined ? stored : Math.min(walkedTo, Math.max(stored, walkedTo - longestMs))
  const isDays = rule.format === 'date'
  const from = isDays ? localDayStart(base - rule.overlapDays * DAY_MS, timeZone) : base - rule.overlapDays * DAY_MS
  const until = now + (rule.aheadDays ?? 0) * DAY_MS
  // Whole days where the service counts in days: today's begins to be answered while it lasts.
  const end = rule.endedDays === true ? localDayStart(now, timeZone) : isDays ? nextLocalDayStart(until, timeZone) : until
  const windows: AskedWindow[] = []
  for (let start = from; start < end; ) {
    // A day of 25 hours must not make a piece of seven days into one of eight.
    const to = Math.min(end, isDays ? localDayStart(start + longestMs + DAY_MS / 24, timeZone) : start + longestMs)
    windows.push({ from: start, to })
    start = to
  }
  return windows
}
