export interface ReliabilityBin {
  /** Forecast probabilities `from <= p < to`; the last bin has its end too. */
  readonly from: number
  readonly to: number
  readonly count: number
  /** NaN in an empty bin, as the share observed. */
  readonly meanProbability: number
  readonly observedShare: number
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[]
  readonly count: number
  /** Share of all cases in which it happened. */
  readonly observedShare: number
  /** Mean squared difference of probability and what happened (1 or 0): 0 is perfect. */
  readonly brier: number
  /** brier = reliability - resolution + uncertainty + within: how far the bins lie from what happened, how far they tell cases apart, what is there to tell, and what the bins hide. */
  readonly reliability: number
  readonly resolution: number
  readonly uncertainty: number
  readonly within: number
  /** 1 - brier / uncertainty: better than the mere share where above 0; NaN where it always or never happened. */
  readonly skill: number
}

const TENTHS: readonly number[] = Array.from({ length: 11 }, (_, k) => k / 10)

/**
 * What probabilities were worth: how often it happened by how likely it was said to be, the Brier score and its parts
 * (A. H. Murphy, A new vector partition of the probability score, J. Applied Meteorology 12 (1973)). Murphy's three add up only where all
 * probabilities of a bin are equal; `within` is the rest, the variance and covariance inside the bins (D. B. Stephenson, C. A. S. Coelho
 * and I. T. Jolliffe, Weather and Forecasting 23 (2008)).
 * @param happened 1 or 0; pairs with a NaN count for nothing
 * @param edges of the bins, rising from 0 to 1
 */
export function reliabilityOf(probability: ArrayLike<number>, happened: ArrayLike<number>, edges: readonly number[] = TENTHS): Reliability {
  const bins = edges.length - 1
  const count = new Float64Array(bins)
  const sum = new Float64Array(bins)
  const squares = new Float64Array(bins)
  const hits = new Float64Array(bins)
  const hitSum = new Float64Array(bins)
  let total = 0
  let brier = 0
  for (let i = 0; i < probability.length; i += 1) {
    const p = probability[i]
    const happenedOne = happened[i]
    if (Number.isNaN(p + happenedOne)) continue
    let bin = 0
    while (bin < bins - 1 && p >= edges[bin + 1]) bin += 1
    total += 1
    brier += (p - happenedOne) ** 2
    count[bin] += 1
    sum[bin] += p
    squares[bin] += p * p
    hits[bin] += happenedOne
    hitSum[bin] += p * happenedOne
  }
  const share = hits.reduce((all, one) => all + one, 0) / total
  let reliability = 0
  let resolution = 0
  let within = 0
  const table = Array.from(count, (cases, bin): ReliabilityBin => {
    const meanProbability = sum[bin] / cases
    const observedShare = hits[bin] / cases
    if (cases > 0) {
      reliability += (cases * (meanProbability - observedShare) ** 2) / total
      resolution += (cases * (observedShare - share) ** 2) / total
      within += (squares[bin] - cases * meanProbability ** 2 - 2 * (hitSum[bin] - cases * meanProbability * observedShare)) / total
    }
    return { from: edges[bin], to: edges[bin + 1], count: cases, meanProbability, observedShare }
  })
  const uncertainty = share * (1 - share)
  return { bins: table, count: total, observedShare: share, brier: brier / total, reliability, resolution, uncertainty, within, skill: uncertainty > 0 ? 1 - brier / total / uncertainty : NaN }
}
