import type { Balance, BalanceElement, MeteredCurve } from './balance.ts'
import { STEPS_A_DAY, STEPS_A_WEEK } from './balance-statistics.ts'

/** The exchange of two meters as the residuals of their two elements tell it. */
export interface SwapEvidence {
  readonly elementIds: readonly [string, string]
  readonly deliveryPointIds: readonly [string, string]
  /** Slope of each element's residual on the difference of the two curves: 1 on both if the meters are exchanged. */
  readonly slopes: readonly [number, number]
  /** Gain in log-likelihood (twice, natural) of "exchanged" over "not", of the element that believes it less. */
  readonly evidence: number
  /** Lead in evidence over the best other pair of the same two elements: small where another meter has almost the same curve. */
  readonly lead: number
  /** Share of both residuals' fluctuations that the exchange explains, in percent. */
  readonly explainedPct: number
}

/** Fewer common steps than four days say nothing. */
const FEWEST_STEPS = 4 * STEPS_A_DAY
/** A real exchange shows with slope 1; noise of the other points leaves a little. */
const SLOPE_TOLERANCE = 0.4

/**
 * If the meters of i (on element A) and j (on B) are exchanged, A's residual holds x_j - x_i as the meters show it and
 * B's the opposite. For every pair both residuals are set against that difference with slope 1, and both elements must
 * become likelier by it, each for itself: a chance likeness on one of them accuses nobody.
 *
 * Only what is a point's own counts: of residuals and curves the mean of each day and the mean course of the
 * week are taken off, so that slow and systematic errors of estimates are no evidence. (A change of the clock within the
 * period moves the courses by an hour and costs some evidence.)
 *
 * What it cannot see: two meters of the same element (its sum is the same), and which of two meters of an element it is
 * when their own fluctuations are the same (the lead is then near 0).
 * @param since first step that counts
 * @returns each meter at most once, strongest first
 */
export function swapEvidence(elements: readonly BalanceElement[], curves: readonly MeteredCurve[], { residualsKwh }: Balance, since: number, minEvidence: number): readonly SwapEvidence[] {
  const own = curves.map(({ energyKwh }) => fluctuations(energyKwh.subarray(since)))
  const residuals = residualsKwh.map((residual) => fluctuations(residual.subarray(since)))
  const candidates: (SwapEvidence & { readonly pair: readonly [number, number] })[] = []
  for (let a = 0; a < elements.length; a += 1) {
    for (let b = a + 1; b < elements.length; b += 1) {
      const ranked = rankPairs(elements[a]!.metered, elements[b]!.metered, own, residuals[a]!, residuals[b]!)
      const best = ranked[0]
      if (best === undefined || best.evidence < minEvidence || best.slopes.some((slope) => Math.abs(slope - 1) > SLOPE_TOLERANCE)) continue
      const { i, j, slopes, evidence, explainedPct } = best
      candidates.push({
        pair: [i, j], elementIds: [elements[a]!.id, elements[b]!.id], deliveryPointIds: [curves[i]!.deliveryPointId, curves[j]!.deliveryPointId],
        slopes, evidence, explainedPct, lead: evidence - Math.max(0, ranked[1]?.evidence ?? 0),
      })
    }
  }
  // A meter can be exchanged once: of the claims on it the strongest is kept.
  const taken = new Set<number>()
  return candidates
    .sort((x, y) => y.evidence - x.evidence)
    .filter(({ pair }) => {
      if (pair.some((index) => taken.has(index))) return false
      for (const index of pair) taken.add(index)
      return true
    })
    .map(({ pair: _pair, ...evidence }) => evidence)
}

interface PairFit extends Pick<SwapEvidence, 'slopes' | 'evidence' | 'explainedPct'> {
  readonly i: number
  readonly j: number
}

function rankPairs(ofA: readonly number[], ofB: readonly number[], own: readonly Float64Array[], residualA: Float64Array, residualB: Float64Array): PairFit[] {
  const usable = Int32Array.from(residualA.keys()).filter((step) => residualA[step] === residualA[step] && residualB[step] === residualB[step])
  if (usable.length < FEWEST_STEPS) return []
  // The mean course of a week is made of the same steps: of n weeks n - 1 speak freely.
  const freeSteps = usable.length * Math.max(0, 1 - STEPS_A_WEEK / residualA.length)
  const squareA = innerProduct(residualA, residualA, usable)
  const squareB = innerProduct(residualB, residualB, usable)
  const both = [...ofA, ...ofB]
  const withA = new Map(both.map((index) => [index, innerProduct(own[index]!, residualA, usable)]))
  const withB = new Map(both.map((index) => [index, innerProduct(own[index]!, residualB, usable)]))
  const squares = new Map(both.map((index) => [index, innerProduct(own[index]!, own[index]!, usable)]))
  const fits: PairFit[] = []
  for (const i of ofA) {
    for (const j of ofB) {
      // The residuals are explained by d and -d with d = x_j - x_i.
      const crossA = withA.get(j)! - withA.get(i)!
      const crossB = withB.get(i)! - withB.get(j)!
      if (crossA <= 0 || crossB <= 0) continue
      const square = squares.get(i)! + squares.get(j)! - 2 * innerProduct(own[i]!, own[j]!, usable)
      const leftA = squareA - 2 * crossA + square
      const leftB = squareB - 2 * crossB + square
      if (!(square > 0 && leftA > 0 && leftB > 0)) continue
      fits.push({
        i, j, slopes: [crossA / square, crossB / square],
        evidence: freeSteps * Math.min(Math.log(squareA / leftA), Math.log(squareB / leftB)),
        explainedPct: 100 * (1 - (leftA + leftB) / (squareA + squareB)),
      })
    }
  }
  return fits.sort((x, y) => y.evidence - x.evidence)
}

/** A series less the mean of each day and its mean course over a week; NaN stays NaN. */
function fluctuations(series: Float64Array): Float64Array {
  const rest = new Float64Array(series.length).fill(NaN)
  const course = new Float64Array(STEPS_A_WEEK)
  const counted = new Float64Array(course.length)
  for (let first = 0; first < series.length; first += STEPS_A_DAY) {
    const day = series.subarray(first, first + STEPS_A_DAY)
    let sum = 0
    let count = 0
    for (const value of day) if (value === value) { sum += value; count += 1 }
    for (let step = 0; step < day.length; step += 1) rest[first + step] = day[step]! - sum / count
  }
  const place = (step: number) => step % course.length
  for (let step = 0; step < rest.length; step += 1) if (rest[step] === rest[step]) { course[place(step)] += rest[step]!; counted[place(step)] += 1 }
  for (let step = 0; step < rest.length; step += 1) rest[step] -= course[place(step)]! / counted[place(step)]!
  return rest
}

/** Steps at which a curve has no value add nothing. */
function innerProduct(a: Float64Array, b: Float64Array, usable: Int32Array): number {
  let sum = 0
  for (let k = 0; k < usable.length; k += 1) {
    const product = a[usable[k]!]! * b[usable[k]!]!
    if (product === product) sum += product
  }
  return sum
}
