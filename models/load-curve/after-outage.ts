import { profileAt, type OwnProfile } from './own-profile.ts'
import type { LoadCalendar } from './day-type.ts'
import { finding, type SeriesFinding } from './finding.ts'

/** The first value must stand above its own slot by this share of what the gap would have used. */
const LEAST_SHARE = 0.5
const MOST_SHARE = 2
/** Less than this many usual distances above the slot is nothing special. */
const FEWEST_SPREADS = 4

/**
 * Energy after an outage: a meter or its radio comes back and puts what was used meanwhile (or what was kept back) into
 * the first step. Found where the first step after a gap holds its own usual use and about that of the gap as well; the
 * value stays, because the energy is real, only its time is not.
 */
export function energyAfterOutage(values: Float64Array, firstAt: number, stepS: number, calendar: LoadCalendar, profile: OwnProfile, from: number): SeriesFinding[] {
  const found: SeriesFinding[] = []
  for (let i = Math.max(1, from); i < values.length; i += 1) {
    if (Number.isNaN(values[i]!) || !Number.isNaN(values[i - 1]!)) continue
    let start = i
    let expected = 0
    while (start > 0 && Number.isNaN(values[start - 1]!)) {
      start -= 1
      expected += profileAt(profile, calendar, start)
    }
    const excess = values[i]! - profileAt(profile, calendar, i)
    if (start === 0 || !(excess > FEWEST_SPREADS * profile.spread) || !(excess >= LEAST_SHARE * expected && excess <= MOST_SHARE * expected)) continue
    found.push(finding('after-outage', firstAt + start * stepS * 1000, firstAt + (i + 1) * stepS * 1000, { gapSteps: i - start, value: values[i]!, excess, expectedInGap: expected }))
  }
  return found
}
