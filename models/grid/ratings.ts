import type { Network } from '#models/district/schema.ts'
import { validAt } from './dated.ts'

/** Ratings in the order of the grid model; NaN where none holds. */
export interface Ratings {
  /** Ampacity of the whole section (all its parallel cables), A. */
  readonly sectionA: Float64Array
  /** Rated power times the dated limit, kVA: 100 % loading is what is allowed, not what the plate says. */
  readonly transformerKva: Float64Array
}

/** Ratings that hold at an instant (ms) of a local calendar month (1-12): winter ones in the document's winter months. */
export function ratingsAt(network: Network, at: number, month: number): Ratings {
  const winter = network.winterMonths.includes(month)
  const sectionA = Float64Array.from(network.lineSections, (section) => {
    const rating = validAt(section.ratings, at)
    return rating === undefined ? NaN : (winter ? rating.winterA : rating.summerA) * (rating.derating ?? 1) * (section.parallel ?? 1)
  })
  const transformerKva = Float64Array.from(network.transformers, (transformer) => {
    const rating = validAt(transformer.ratings, at)
    return rating === undefined ? NaN : (transformer.ratedKva * rating.limitPct) / 100
  })
  return { sectionA, transformerKva }
}
