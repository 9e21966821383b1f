import type { Circuit } from './circuit.ts'
import type { BranchRatings } from './scenarios.ts'

const SQRT3 = Math.sqrt(3)

/** What 1 pu of current (or of power, where the rating is one) is of the rating, squared, at both ends. NaN without a rating. */
export interface RatingSquares {
  readonly from: Float64Array
  readonly to: Float64Array
  readonly byPower: Uint8Array
}

export function ratingSquares({ branchFrom, branchTo, busBaseKv, basePowerKva }: Circuit, ratings: BranchRatings): RatingSquares {
  const ampere = (bus: number) => (bus >= 0 ? basePowerKva / (SQRT3 * busBaseKv[bus]) : 0)
  const byPower = Uint8Array.from(branchFrom, (_, k) => Number(ratings.apparentKva[k] === ratings.apparentKva[k]))
  const square = (ends: Int32Array) => Float64Array.from(ends, (bus, k) => (byPower[k] === 1 ? basePowerKva / ratings.apparentKva[k] : ampere(bus) / ratings.currentA[k]) ** 2)
  return { from: square(branchFrom), to: square(branchTo), byPower }
}

/** Loading in percent from the squares of current and voltage at both ends, pu: the larger of both. What is not known is NaN. */
export function loadingPct(squares: RatingSquares, branch: number, fromI: number, fromV: number, toI: number, toV: number): number {
  const byPower = squares.byPower[branch] === 1
  return 100 * Math.sqrt(Math.max(squares.from[branch] * fromI * (byPower ? fromV : 1), squares.to[branch] * toI * (byPower ? toV : 1)))
}
