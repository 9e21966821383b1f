/** What would have been drawn without the activation. Powers in kW, + drawn from the network; missing is NaN. */

/** Steps of a span that ends with the activation: first those by which today is compared, then a gap, then the activation. */
export interface BaselineSpan {
  readonly adjustSteps: number
  readonly gapSteps: number
  readonly activeSteps: number
}

export interface Baseline {
  /** By step of the activation; NaN where nothing can be said. */
  readonly kw: Float64Array
  /** Factor that was put on the mean of the days: 1 where none could be told. */
  readonly adjustment: number
  readonly isAdjusted: boolean
  /** Days of the mean. */
  readonly days: number
}

const DAYS = 10
/** Of fewer than these no mean is made. */
const FEWEST_DAYS = 5
/** The adjustment stays within a fifth. */
const LEAST_FACTOR = 0.8
const MOST_FACTOR = 1.2

/**
 * Mean of the ten latest like days without an activation, step by step, times what today is above or below them before the activation
 * begins, within +-20 %: "10 of 10" with a same-day adjustment, as the California ISO settles demand response (California ISO Baseline
 * Accuracy Work Group Proposal, 4 April 2017, section 1; AEMO's Baseline Methodology Register builds on the same). Days with
 * fewer than half of the steps of the activation are passed over; of fewer than five nothing is said. The steps between the
 * comparison and the activation are left out because who prepares for it (charges, heats or cools beforehand) would raise his own baseline.
 * @param likeDays newest first, each as long as the span
 * @param today the same span of the day itself
 * @throws RangeError where a column is not as long as the span
 */
export function tenOfTen(likeDays: readonly Float64Array[], today: Float64Array, span: BaselineSpan): Baseline {
  const length = span.adjustSteps + span.gapSteps + span.activeSteps
  if ([...likeDays, today].some((column) => column.length !== length)) throw new RangeError('each day is as long as the span')
  const activeFrom = length - span.activeSteps
  const chosen = likeDays.filter((day) => 2 * known(day.subarray(activeFrom)) >= span.activeSteps).slice(0, DAYS)
  if (chosen.length < FEWEST_DAYS) return { kw: new Float64Array(span.activeSteps).fill(NaN), adjustment: 1, isAdjusted: false, days: chosen.length }
  const mean = Float64Array.from({ length }, (_, t) => meanOf(chosen.map((day) => day[t]!)))
  const factor = sameDayFactor(mean.subarray(0, span.adjustSteps), today.subarray(0, span.adjustSteps))
  return { kw: mean.subarray(activeFrom).map((kw) => kw * (factor ?? 1)), adjustment: factor ?? 1, isAdjusted: factor !== undefined, days: chosen.length }
}

/** The forecast that was issued before the seller was told, as it is: nobody could do anything for it. */
export const forecastBaseline = (issuedKw: Float64Array): Baseline => ({ kw: issuedKw, adjustment: 1, isAdjusted: false, days: 0 })

/** Of the steps that both know; undefined where that is less than half of them, or where not both are a load. */
function sameDayFactor(mean: Float64Array, today: Float64Array): number | undefined {
  let [usual, now, both] = [0, 0, 0]
  for (let t = 0; t < mean.length; t += 1) {
    if (Number.isNaN(mean[t]!) || Number.isNaN(today[t]!)) continue
    usual += mean[t]!
    now += today[t]!
    both += 1
  }
  if (both === 0 || 2 * both < mean.length || !(usual > 0) || !(now >= 0)) return undefined
  return Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, now / usual))
}

const known = (column: Float64Array): number => column.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
const meanOf = (values: readonly number[]): number => {
  const told = values.filter((value) => !Number.isNaN(value))
  return told.reduce((sum, value) => sum + value, 0) / told.length
}
