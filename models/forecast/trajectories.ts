import { seeded } from '#models/capacity/random.ts'
import { LEVELS } from './conformal.ts'
import { errorScores, type ErrorScores, type PastErrors } from './error-scores.ts'
import { normals } from './normal.ts'
import { tailPlace } from './quantile-curve.ts'

export interface SeriesForecast {
  /** [level][step] by LEVELS, rising with the level. */
  readonly quantiles: readonly Float64Array[]
  /** Whether values below 0 are impossible: they become 0. */
  readonly nonNegative: boolean
}

/** Where the dependence of a series on others and over time comes from: its own past errors, or an assumption because they are too few. */
export const BASIS = { measured: 0, assumed: 1 } as const

export interface TrajectoryOptions {
  readonly scenarios: number
  readonly seed: number
  /** Only needed where past errors are too few. */
  readonly stepS: number
  /** Past issues below which the dependence is assumed. */
  readonly minimumIssues: number
}
export const TRAJECTORY_OPTIONS: TrajectoryOptions = { scenarios: 200, seed: 1, stepS: 3600, minimumIssues: 20 }

export interface Trajectories {
  readonly scenarios: number
  readonly series: number
  readonly steps: number
  /** Value [scenario][series][step], in the unit of the quantiles: one scenario is one `subarray`. NaN where a quantile is. */
  readonly values: Float32Array
  /** By series, one of BASIS. */
  readonly basis: Uint8Array
}

/**
 * Where nothing better is known: correlation of errors an hour apart, and of two series at the same time. Of a simple
 * forecast two days ahead the measured curves of fixtures/load-curves have a median of 0.81 and (11 buildings of one owner) 0.21.
 */
const ASSUMED_HOURLY = 0.85
const ASSUMED_SHARED = 0.2

/**
 * Scenarios of many series over many steps, equally likely, that have at each series and step the distribution of its
 * quantiles and between them the rank correlation of the errors made before.
 *
 * Each scenario is a random combination of past issues in normal scores (P. Pinson and R. Girard, Evaluating the quality
 * of scenarios of short-term wind power generation, Applied Energy 96 (2012), with the covariance kept as its past
 * issues, never as a matrix). The combinations are drawn orthogonal, so that the scenarios' correlations are the
 * measured ones and not a sample of them (D. T. Pham, Mon. Weather Rev. 129 (2001)). Then at each series and step the
 * values in the order of the scores are replaced by evenly spaced quantiles, (k + 1/2) / scenarios (M. Clark et al., The
 * Schaake shuffle, J. Hydrometeorology 5 (2004)): the marginals are exact. What the copula is not: more dependent in
 * the tails than a normal one.
 *
 * Between the levels the quantile is linear; beyond the outer ones it follows the exponential tail through the two
 * outermost levels.
 *
 * The latest `scenarios - 1` issues at most count. A series with fewer known issues than `minimumIssues` is marked
 * `assumed`: its errors fade by the hour and have a part in common with what all series have in common.
 * @param past errors of the same series and steps (`[issue][series][step]`, measured less forecast); the same sign throughout is all that matters
 * @throws RangeError where lengths do not fit, or fewer than 2 scenarios are asked for
 */
export function trajectories(forecasts: readonly SeriesForecast[], past: PastErrors, options: Partial<TrajectoryOptions> = {}): Trajectories {
  const { scenarios, seed, stepS, minimumIssues } = { ...TRAJECTORY_OPTIONS, ...options }
  const series = forecasts.length
  const steps = forecasts[0]?.quantiles[0]?.length ?? 0
  if (!(scenarios >= 2 && scenarios <= MOST_SCENARIOS)) throw new RangeError(`2 to ${MOST_SCENARIOS} scenarios can be drawn`)
  if (past.shares.length !== past.issues * series * steps) throw new RangeError('past errors are not those of these series and steps')
  if (forecasts.some(({ quantiles }) => quantiles.length !== LEVELS.length || quantiles.some((level) => level.length !== steps))) throw new RangeError('each series needs every level at every step')
  const errors = errorScores(past, series, steps, Math.min(past.issues, scenarios - 1), Math.ceil(minimumIssues / 2))
  const random = normals(seeded(seed))
  const draws = orthogonalDraws(errors.issues, scenarios, random)
  const shared = new Float64Array(steps * scenarios)
  const fading = ASSUMED_HOURLY ** (stepS / 3600)
  if (isKnown(errors)) combine(errors.common, draws, errors.stride, steps, scenarios, shared)
  else fade(shared, steps, scenarios, fading, random)

  const values = new Float32Array(scenarios * series * steps)
  const basis = new Uint8Array(series)
  const scores = new Float64Array(steps * scenarios)
  const ranked = evenQuantiles(scenarios)
  for (const [s, forecast] of forecasts.entries()) {
    if (errors.knownIssues[s] >= minimumIssues) combine(errors.scores.subarray(s * steps * errors.stride, (s + 1) * steps * errors.stride), draws, errors.stride, steps, scenarios, scores)
    else {
      basis[s] = BASIS.assumed
      // A generator of its own: what a series is assumed to do does not depend on how many others are assumed.
      fade(scores, steps, scenarios, fading, normals(seeded(seed + 7_919 * (s + 1))))
      for (let k = 0; k < scores.length; k += 1) scores[k] = Math.sqrt(1 - ASSUMED_SHARED) * scores[k] + Math.sqrt(ASSUMED_SHARED) * shared[k]
    }
    writeByRank(forecast, scores, ranked, values, s * steps, series * steps)
  }
  return { scenarios, series, steps, values, basis }
}

const isKnown = ({ common }: ErrorScores): boolean => common.some((score) => score !== 0)

/** Standard normal draws [issue][scenario], each of mean 0 and mean square 1 over the scenarios, any two of them orthogonal. */
function orthogonalDraws(issues: number, scenarios: number, random: () => number): Float64Array[] {
  const draws: Float64Array[] = []
  const even = new Float64Array(scenarios).fill(1)
  for (let i = 0; i < issues; i += 1) {
    const row = Float64Array.from({ length: scenarios }, random)
    for (const other of [even, ...draws]) {
      let product = 0
      for (let k = 0; k < scenarios; k += 1) product += row[k] * other[k]
      for (let k = 0; k < scenarios; k += 1) row[k] -= (product / scenarios) * other[k]
    }
    const scale = Math.sqrt(scenarios / row.reduce((sum, value) => sum + value * value, 0))
    draws.push(row.map((value) => value * scale))
  }
  return draws
}

/** scores[step][scenario] = sum over the issues of cells[step][issue] * draws[issue][scenario]. */
function combine(cells: Float32Array, draws: readonly Float64Array[], stride: number, steps: number, scenarios: number, scores: Float64Array): void {
  const none = new Float64Array(scenarios)
  scores.fill(0)
  // Four issues at a time, so that a score is read and written a quarter as often.
  for (let i = 0; i < stride; i += 4) {
    const a = draws[i]
    const b = draws[i + 1] ?? none
    const c = draws[i + 2] ?? none
    const d = draws[i + 3] ?? none
    for (let t = 0; t < steps; t += 1) {
      const at = t * stride + i
      const wa = cells[at]
      const wb = cells[at + 1]
      const wc = cells[at + 2]
      const wd = cells[at + 3]
      const to = t * scenarios
      for (let k = 0; k < scenarios; k += 1) scores[to + k] += wa * a[k] + wb * b[k] + wc * c[k] + wd * d[k]
    }
  }
}

/** Scores [step][scenario] that keep the share `fading` of themselves from one step to the next. */
function fade(scores: Float64Array, steps: number, scenarios: number, fading: number, random: () => number): void {
  const fresh = Math.sqrt(1 - fading * fading)
  for (let k = 0; k < steps * scenarios; k += 1) scores[k] = k < scenarios ? random() : fading * scores[k - scenarios] + fresh * random()
}

/** For each rank the two levels between (or beyond) which its quantile lies, and how far from the lower to the upper one. */
interface RankedQuantiles {
  readonly lower: Uint8Array
  readonly part: Float64Array
}

function evenQuantiles(scenarios: number): RankedQuantiles {
  const last = LEVELS.length - 1
  const lower = new Uint8Array(scenarios)
  const part = new Float64Array(scenarios)
  for (let rank = 0; rank < scenarios; rank += 1) {
    const share = (rank + 0.5) / scenarios
    const level = Math.min(last - 1, LEVELS.findLastIndex((one) => one <= share))
    const place = tailPlace(LEVELS, share) ?? { lower: level, part: (share - LEVELS[level]) / (LEVELS[level + 1] - LEVELS[level]) }
    lower[rank] = place.lower
    part[rank] = place.part
  }
  return { lower, part }
}

/** Room in one exact number for a score (at most the root of the scenarios, by the orthogonal draws) and the scenario it belongs to. */
const MOST_SCENARIOS = 2_048
const SCORE_UNITS = 2 ** 33
const FURTHEST_SCORE = 60

/** Writes one series: at each step the scenario with the lowest score gets the lowest quantile, and so on. */
function writeByRank({ quantiles, nonNegative }: SeriesForecast, scores: Float64Array, { lower, part }: RankedQuantiles, values: Float32Array, first: number, apart: number): void {
  const scenarios = lower.length
  const steps = scores.length / scenarios
  const order = new Float64Array(scenarios)
  const own = new Float64Array(LEVELS.length)
  for (let t = 0; t < steps; t += 1) {
    for (let level = 0; level < own.length; level += 1) own[level] = level > 0 ? Math.max(quantiles[level][t], own[level - 1]) : quantiles[level][t]
    // Numbers alone are sorted far faster than by a comparison: the scenario is carried in the last digits of its score.
    for (let k = 0; k < scenarios; k += 1) order[k] = Math.round((scores[t * scenarios + k] + FURTHEST_SCORE) * SCORE_UNITS) * MOST_SCENARIOS + k
    order.sort()
    const unknown = Number.isNaN(own[own.length - 1])
    for (let rank = 0; rank < scenarios; rank += 1) {
      const scenario = order[rank] % MOST_SCENARIOS
      const low = own[lower[rank]]
      const value = low + part[rank] * (own[lower[rank] + 1] - low)
      values[scenario * apart + first + t] = unknown ? NaN : nonNegative && value < 0 ? 0 : value
    }
  }
}
