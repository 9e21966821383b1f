import type { Circuit } from './circuit.ts'
import type { BranchRatings } from './scenarios.ts'

const SQRT3 = Math.sqrt(3)

/** What 1 pu of current (or of power, where the rating is one) is of the rating, squared, at both ends. NaN without a rating. */
export interface RatingSquares {
  readonly from: Float64Array
  readonly to: Float64Array
  readonly byPower: Uint8Array
}

/** Written as loops: every batch over every topology asks for it. */
export function ratingSquares({ branchFrom, branchTo, busBaseKv, basePowerKva }: Circuit, { currentA, apparentKva }: BranchRatings): RatingSquares {
  const count = branchFrom.length
  const byPower = new Uint8Array(count)
  const from = new Float64Array(count)
  const to = new Float64Array(count)
  const ampere = (bus: number) => (bus >= 0 ? basePowerKva / (SQRT3 * busBaseKv[bus]) : 0)
  for (let k = 0; k < count; k += 1) {
    if (apparentKva[k] === apparentKva[k]) {
      byPower[k] = 1
      from[k] = (basePowerKva / apparentKva[k]) ** 2
      to[k] = from[k]
    } else {
      from[k] = (ampere(branchFrom[k]) / currentA[k]) ** 2
      to[k] = (ampere(branchTo[k]) / currentA[k]) ** 2
    }
  }
  return { from, to, byPower }
}

/** Loading in percent from the squares of current and voltage at both ends, pu: the larger of both. What is not known is NaN. */
export function loadingPct(squares: RatingSquares, branch: number, fromI: number, fromV: number, toI: number, toV: number): number {
  const byPower = squares.byPower[branch] === 1
  return 100 * Math.sqrt(Math.max(squares.from[branch] * fromI * (byPower ? fromV : 1), squares.to[branch] * toI * (byPower ? toV : 1)))
}
