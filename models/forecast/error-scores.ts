import { normalQuantile } from './normal.ts'

/** Hours without an error that are bridged by a straight line within one issue. */
const BRIDGED_STEPS = 3

/** Errors of past forecasts: value [issue][series][step], latest issue last, measured less forecast as a share of its expected size; NaN where unknown. */
export interface PastErrors {
  readonly issues: number
  readonly shares: Float32Array
}

/**
 * Past errors as normal scores, each cell (series, step) scaled to length 1: the scalar product of two cells is the rank
 * correlation of their errors (van der Waerden's).
 */
export interface ErrorScores {
  /** Issues that count; the scores are padded with 0 to `stride`, a multiple of 4. */
  readonly issues: number
  readonly stride: number
  /** [series][step][stride]. */
  readonly scores: Float32Array
  /** [step][stride]: of the mean over all series, what they have in common; all 0 where nothing is known. */
  readonly common: Float32Array
  /** By series: issues of which at least half the steps are known. */
  readonly knownIssues: Int32Array
}

/**
 * Scores of the latest `issues` issues. What is unknown is bridged over up to three steps; a longer gap takes the series' own errors at
 * another issue, the one at which the mean of all series went most alike, so that a new or late meter keeps what it has
 * in common with the others. A step with fewer than `minimum` known errors follows the nearest step that has them.
 */
export function errorScores(past: PastErrors, series: number, steps: number, issues: number, minimum: number): ErrorScores {
  const stride = Math.ceil(issues / 4) * 4
  const scores = new Float32Array(series * steps * stride).fill(NaN)
  const first = past.issues - issues
  const sorted = new Float64Array(issues)
  const tables = new Map<number, Float64Array>()
  for (let cell = 0; cell < series * steps; cell += 1) {
    let known = 0
    for (let i = 0; i < issues; i += 1) {
      const share = past.shares[(first + i) * series * steps + cell]
      if (share === share) sorted[known++] = share
    }
    if (known < minimum) continue
    const own = sorted.subarray(0, known).sort()
    let table = tables.get(known)
    if (table === undefined) tables.set(known, (table = scoreTable(known)))
    for (let i = 0; i < issues; i += 1) {
      const share = past.shares[(first + i) * series * steps + cell]
      // Errors that are alike share their ranks.
      if (share === share) scores[cell * stride + i] = table[countBelow(own, share, false) + countBelow(own, share, true)]
    }
  }
  const common = commonScores(scores, series, steps, issues, stride)
  const knownIssues = fillGaps(scores, common, series, steps, issues, stride)
  for (let s = 0; s < series; s += 1) toUnitLength(scores.subarray(s * steps * stride, (s + 1) * steps * stride), steps, stride)
  toUnitLength(common, steps, stride)
  return { issues, stride, scores, common, knownIssues }
}

/** Normal score by the sum of the ranks (from 0) before and after a value among `count`. */
const scoreTable = (count: number): Float64Array => Float64Array.from({ length: 2 * count + 1 }, (_, both) => (both === 0 || both === 2 * count ? 0 : normalQuantile(both / 2 / count)))

/** How many of the sorted values lie below a value, or with `orEqual` not above it. */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let low = 0
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >> 1
    if (sorted[middle] < value || (orEqual && sorted[middle] === value)) low = middle + 1
    else high = middle
  }
  return low
}

/** Mean over the series, [step][stride], NaN where none is known. */
function commonScores(scores: Float32Array, series: number, steps: number, issues: number, stride: number): Float32Array {
  const common = new Float32Array(steps * stride)
  const count = new Int32Array(steps * stride)
  for (let s = 0; s < series; s += 1) {
    for (let k = 0; k < steps * stride; k += 1) {
      const score = scores[s * steps * stride + k]
      if (score !== score) continue
      common[k] += score
      count[k] += 1
    }
  }
  for (let k = 0; k < common.length; k += 1) common[k] = k % stride < issues && count[k] > 0 ? common[k] / count[k] : NaN
  return common
}

/** Fills what is unknown; returns by series the issues that are known by half. */
function fillGaps(scores: Float32Array, common: Float32Array, series: number, steps: number, issues: number, stride: number): Int32Array {
  const knownIssues = new Int32Array(series)
  const distance = distances(common, steps, issues, stride)
  const knownSteps = new Int32Array(issues)
  for (let s = 0; s < series; s += 1) {
    const own = scores.subarray(s * steps * stride, (s + 1) * steps * stride)
    knownSteps.fill(0)
    for (let t = 0; t < steps; t += 1) for (let i = 0; i < issues; i += 1) if (own[t * stride + i] === own[t * stride + i]) knownSteps[i] += 1
    for (let i = 0; i < issues; i += 1) if (2 * knownSteps[i] >= steps) knownIssues[s] += 1
    for (let i = 0; i < issues; i += 1) {
      if (knownSteps[i] === steps) continue
      bridge(own, i, steps, stride)
      let donor = -1
      for (let j = 0; j < issues; j += 1) {
        const apart = distance[i * issues + j]
        if (j !== i && 2 * knownSteps[j] >= steps && apart === apart && (donor < 0 || apart < distance[i * issues + donor])) donor = j
      }
      if (donor < 0) continue
      for (let t = 0; t < steps; t += 1) if (own[t * stride + i] !== own[t * stride + i]) own[t * stride + i] = own[t * stride + donor]
    }
  }
  return knownIssues
}

/** How unlike two issues went in the mean over all series: mean square over the steps known of both, NaN where none is. */
function distances(common: Float32Array, steps: number, issues: number, stride: number): Float64Array {
  const distance = new Float64Array(issues * issues).fill(NaN)
  for (let i = 0; i < issues; i += 1) {
    for (let j = 0; j < i; j += 1) {
      let sum = 0
      let count = 0
      for (let t = 0; t < steps; t += 1) {
        const apart = common[t * stride + i] - common[t * stride + j]
        if (apart !== apart) continue
        sum += apart * apart
        count += 1
      }
      if (count > 0) distance[i * issues + j] = distance[j * issues + i] = sum / count
    }
  }
  return distance
}

function bridge(own: Float32Array, issue: number, steps: number, stride: number): void {
  let last = -1
  for (let t = 0; t < steps; t += 1) {
    const score = own[t * stride + issue]
    if (score !== score) continue
    if (last >= 0 && t - last - 1 <= BRIDGED_STEPS) {
      const from = own[last * stride + issue]
      for (let gap = last + 1; gap < t; gap += 1) own[gap * stride + issue] = from + ((score - from) * (gap - last)) / (t - last)
    }
    last = t
  }
}

/** Scales each cell of a series to length 1, what is still unknown to 0; a cell of which nothing is known takes the nearest one's. */
function toUnitLength(cells: Float32Array, steps: number, stride: number): void {
  const known = new Uint8Array(steps)
  for (let t = 0; t < steps; t += 1) {
    let squares = 0
    for (let k = t * stride; k < (t + 1) * stride; k += 1) {
      if (cells[k] !== cells[k]) cells[k] = 0
      squares += cells[k] * cells[k]
    }
    if (squares === 0) continue
    known[t] = 1
    const scale = 1 / Math.sqrt(squares)
    for (let k = t * stride; k < (t + 1) * stride; k += 1) cells[k] *= scale
  }
  for (let t = 0; t < steps; t += 1) {
    if (known[t] === 1) continue
    for (let away = 1; away < steps; away += 1) {
      const nearest = t >= away && known[t - away] === 1 ? t - away : t + away < steps && known[t + away] === 1 ? t + away : -1
      if (nearest < 0) continue
      cells.copyWithin(t * stride, nearest * stride, (nearest + 1) * stride)
      break
    }
  }
}
