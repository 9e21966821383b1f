import type { Measure } from '../measure.ts'
import { sectionEffect } from './network-effect.ts'
import { sectionsTooSmall } from './places.ts'

/**
 * Ampacity in soil of 10 degC against 20 degC. The losses that the soil takes away grow with the rise over it: sqrt((90 - 10) / (90 - 20))
 * for a conductor of 90 degC (IEC 60287, steady state). One of 70 degC gains more (1.095); the smaller is taken for all.
 */
const WINTER_FACTOR = Math.sqrt((90 - 10) / (90 - 20))
const LIFE_YEARS = 40

/** A winter rating for a cable of which one rating for the whole year is declared. */
export const seasonalRating: Measure = {
  kind: 'seasonal-rating',
  propose: (context) => (context.network.winterMonths.length === 0 ? [] : sectionsTooSmall(context).filter(({ ratings }) => ratings.every(({ summerA, winterA }) => summerA === winterA)).map((section) => ({
    id: `seasonal-rating ${section.id}`, measure: 'seasonal-rating', at: section.id, group: `rating ${section.id}`, lifts: [section.id],
    effect: sectionEffect(section.id, `winter x ${WINTER_FACTOR.toFixed(2)}`, (one) => ({ ...one, ratings: one.ratings.map((rating) => ({ ...rating, winterA: Math.max(rating.winterA, rating.summerA * WINTER_FACTOR) })) })),
    costs: { once: [{ item: 'rating-study', quantity: 1 }], lifeYears: LIFE_YEARS, yearly: [] },
  }))),
}
