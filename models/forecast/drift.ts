import { studentQuantile } from './student.ts'

/** Days that are looked at for a change. */
export const DRIFT_DAYS = 14
const FEWEST_DAYS_BEFORE = 28
/** In standard deviations: half the change that is looked for, and where the sum tells. */
const ALLOWANCE = 0.5
const LIMIT = 5
/** A change that is certain but smaller than this share of the usual error moves nobody. */
const LEAST_CHANGE = 0.1

export interface Drift {
  readonly worse: boolean
  /** Highest sum over the recent days in standard deviations; above `limit` the errors have grown. NaN: too little is known. */
  readonly statistic: number
  readonly limit: number
  /** Typical (geometric mean) daily error of the recent days and of those before. */
  readonly recent: number
  readonly before: number
  /** Days before the end at which the errors began to grow, where `worse`. */
  readonly sinceDays: number | undefined
}

/**
 * Whether a forecaster has become worse: a one-sided cumulative sum over the logarithms of the daily errors of the last 14
 * days, against the mean and deviation of the days before. The deviation is that of the long run, so that a few bad days
 * which hang together are no alarm. Where nothing changes and the days are independent, a sum with this allowance and
 * limit passes it once in about 940 days.
 * E. S. Page, Continuous inspection schemes, Biometrika 41 (1954); run length by D. Siegmund, Sequential Analysis (1985).
 * @param errors daily errors (any unit, above 0), the latest day last; NaN where a day is not known
 */
export function driftOf(errors: Float64Array): Drift {
  const split = Math.max(0, errors.length - DRIFT_DAYS)
  const logs = errors.map((error) => (error > 0 ? Math.log(error) : NaN))
  const [past, recent] = [logs.subarray(0, split), logs.subarray(split)]
  const { mean, deviation, count } = longRun(past)
  const typical = meanOf(recent)
  const unknown = { worse: false, statistic: NaN, limit: LIMIT, recent: Math.exp(typical), before: Math.exp(mean), sinceDays: undefined }
  if (count < FEWEST_DAYS_BEFORE || !(deviation > 0)) return unknown
  let sum = 0
  let start = 0
  let highest = 0
  let since = 0
  for (const [day, value] of recent.entries()) {
    if (Number.isNaN(value)) continue
    if (sum === 0) start = day
    sum = Math.max(0, sum + (value - mean) / deviation - ALLOWANCE)
    if (sum > highest) [highest, since] = [sum, start]
  }
  const worse = highest > LIMIT && typical - mean > Math.log(1 + LEAST_CHANGE)
  return { ...unknown, worse, statistic: highest, sinceDays: worse ? recent.length - since : undefined }
}

/** Mean, and the deviation that independent days with the same scatter of their sums would have: by the first autocorrelation. */
function longRun(values: Float64Array): { mean: number; deviation: number; count: number } {
  const mean = meanOf(values)
  let [square, count, product] = [0, 0, 0]
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    square += (value - mean) ** 2
    count += 1
    if (i > 0 && !Number.isNaN(values[i - 1])) product += (value - mean) * (values[i - 1] - mean)
  }
  const carried = square === 0 ? 0 : Math.max(0, Math.min(0.9, product / square))
  return { mean, deviation: Math.sqrt((square / (count - 1)) * ((1 + carried) / (1 - carried))), count }
}

export interface Comparison {
  readonly better: boolean
  /** Days on which both are known. */
  readonly days: number
  /** Share of the error of the one in service that the candidate saves; below 0 it is worse. */
  readonly gain: number
  /** How many standard errors the gain lies above the margin; NaN where too few days are known. */
  readonly statistic: number
}

export interface ComparisonOptions {
  /** Share of the error in service that a candidate must save beyond doubt. */
  readonly margin: number
  /** How sure one must be, one-sided. */
  readonly level: number
  readonly leastDays: number
}
export const COMPARISON_OPTIONS: ComparisonOptions = { margin: 0.01, level: 0.95, leastDays: 14 }

/**
 * Whether a new fit beat the one in service on the same days, by more than a margin and by more than chance: the mean of
 * the paired differences against its standard error, errors of neighbouring days hanging together (Bartlett weights).
 * F. X. Diebold and R. S. Mariano, Comparing predictive accuracy, J. Business & Economic Statistics 13 (1995), against
 * Student's quantile as D. Harvey, S. Leybourne and P. Newbold, Int. J. Forecasting 13 (1997), advise.
 * @param candidate daily errors by day; `inService` those of the same days; a day that is NaN in either counts for nothing
 */
export function betterThan(candidate: Float64Array, inService: Float64Array, { margin, level, leastDays }: ComparisonOptions = COMPARISON_OPTIONS): Comparison {
  const gains: number[] = []
  let own = 0
  let theirs = 0
  for (let day = 0; day < Math.min(candidate.length, inService.length); day += 1) {
    if (Number.isNaN(candidate[day] + inService[day])) continue
    gains.push(inService[day] * (1 - margin) - candidate[day])
    own += candidate[day]
    theirs += inService[day]
  }
  const days = gains.length
  const gain = theirs > 0 ? 1 - own / theirs : NaN
  if (days < leastDays) return { better: false, days, gain, statistic: NaN }
  const mean = gains.reduce((sum, one) => sum + one, 0) / days
  const lags = Math.floor(Math.cbrt(days))
  let variance = 0
  for (let lag = 0; lag <= lags; lag += 1) {
    let sum = 0
    for (let day = lag; day < days; day += 1) sum += (gains[day] - mean) * (gains[day - lag] - mean)
    variance += ((lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * sum) / days
  }
  const error = Math.sqrt(Math.max(0, variance) / (days - 1))
  const statistic = error > 0 ? mean / error : mean > 0 ? Infinity : mean < 0 ? -Infinity : 0
  return { better: statistic > studentQuantile(level, days - 1), days, gain, statistic }
}

function meanOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.length === 0 ? NaN : known.reduce((sum, value) => sum + value, 0) / known.length
}
