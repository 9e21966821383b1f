import type { LineSection } from '#models/district/schema.ts'
import type { Measure } from '../measure.ts'
import { sectionEffect } from './network-effect.ts'
import { sectionIsMedium, sectionsTooSmall } from './places.ts'

/** What a cable that is watched may carry beyond its rating: assumed, and careful, as it counts in every hour and not only in those whose soil is cool. */
const MORE = 0.05
/** The document allows no more; laid in air or with soil known to be good it is at its end already. */
const MOST_DERATING = 1.5
/** Of electronics. */
const LIFE_YEARS = 15

/** Medium voltage only: below, one sensor costs what a new cable does. */
export const dynamicRating: Measure = {
  kind: 'dynamic-rating',
  propose: (context) => sectionsTooSmall(context).filter((section) => sectionIsMedium(context, section) && largestDerating(section) * (1 + MORE) <= MOST_DERATING).map((section) => ({
    id: `dynamic-rating ${section.id}`, measure: 'dynamic-rating', at: section.id, group: `rating ${section.id}`, lifts: [section.id],
    effect: sectionEffect(section.id, `x ${1 + MORE}`, (one) => ({ ...one, ratings: one.ratings.map((rating) => ({ ...rating, derating: (rating.derating ?? 1) * (1 + MORE) })) })),
    costs: { once: [{ item: 'cable-monitoring', quantity: 1 }], lifeYears: LIFE_YEARS, yearly: [{ item: 'cable-monitoring-year', quantity: 1 }] },
  })),
}

const largestDerating = ({ ratings }: LineSection) => Math.max(...ratings.map(({ derating = 1 }) => derating))
