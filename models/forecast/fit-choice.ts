import { betterThan, COMPARISON_OPTIONS } from './drift.ts'

/** `newest`: learned from everything up to the issue. `older`: learned weeks ago, and tried since on every day. */
export type Fit = 'newest' | 'older'

/** Days that are looked at; fewer than two weeks say nothing (drift.ts). */
export const CHOICE_DAYS = 28
/** A day on which both were wrong by so many times their usual tells of the day, not of the fits. */
const ODD_DAY = 3

/**
 * Which fit serves tonight, by the errors that both made on the same days, each told before the day. The newest knows
 * more, so it serves until the older one is better beyond doubt (Diebold and Mariano's test, as `betterThan`); from then on it must beat
 * the older one, over all days that are looked at, before it replaces it.
 * @param newest daily errors by day, the latest day last; `older` those of the same days; NaN where one is not known
 */
export function fitToServe(newest: Float64Array, older: Float64Array, inService: Fit): Fit {
  if (inService === 'newest') {
    const [ofNewest, ofOlder] = withoutOddDays(newest, older)
    return betterThan(ofOlder, ofNewest).better ? 'older' : 'newest'
  }
  return hasBeaten(newest, older) || !isJudged(newest, older) ? 'newest' : 'older'
}

/** Whether a challenger was less wrong than the one in service, over at least two of the last four weeks. Errors as in `fitToServe`. */
export function hasBeaten(challenger: Float64Array, inService: Float64Array): boolean {
  const { days, gain } = betterThan(...withoutOddDays(challenger, inService))
  return days >= COMPARISON_OPTIONS.leastDays && gain > 0
}

/** Whether there are days enough to tell which of two was the better. */
export const isJudged = (a: Float64Array, b: Float64Array): boolean => comparedDays(a, b) >= COMPARISON_OPTIONS.leastDays

const comparedDays = (a: Float64Array, b: Float64Array): number => betterThan(...withoutOddDays(a, b)).days
const lately = (errors: Float64Array): Float64Array => errors.subarray(Math.max(0, errors.length - CHOICE_DAYS))

function withoutOddDays(first: Float64Array, second: Float64Array): [Float64Array, Float64Array] {
  const [a, b] = [lately(first), lately(second)]
  const [usualA, usualB] = [medianOf(a), medianOf(b)]
  const isOdd = (day: number) => a[day] > ODD_DAY * usualA && b[day] > ODD_DAY * usualB
  return [a.map((error, day) => (isOdd(day) ? NaN : error)), b]
}

function medianOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  return known.length === 0 ? NaN : (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2
}
