import { LEVELS } from './conformal.ts'
import { normalQuantile, normalShare } from './normal.ts'

/**
 * Quantiles at other levels from a few given ones. Between two levels the value is linear in the normal score of the level, which a
 * normal distribution follows exactly and every other one without a kink in the middle; beyond the outer levels it
 * follows the exponential tail through the two outermost ones. Never falling with the level.
 * @param levels 0..1, ascending, at least two
 * @param columns [level][step], in any unit; a column that falls below the one before is lifted to it; NaN stays NaN
 * @param wanted levels to tell, ascending
 * @returns [wanted level][step]
 */
export function atLevels(levels: readonly number[], columns: readonly Float64Array[], wanted: readonly number[] = LEVELS): Float64Array[] {
  const steps = columns[0]?.length ?? 0
  if (levels.length < 2 || columns.length !== levels.length) throw new RangeError('a distribution needs a column for each of at least two levels')
  const places = wanted.map((level) => placeOf(levels, level))
  const answer = wanted.map(() => new Float64Array(steps))
  const own = new Float64Array(levels.length)
  for (let t = 0; t < steps; t += 1) {
    risingAt(columns, t, own)
    for (const [k, { lower, part }] of places.entries()) answer[k][t] = own[lower] + part * (own[lower + 1] - own[lower])
  }
  return answer
}

/**
 * Share of the distribution above a threshold at each step, 0 to 1: the inverse of `atLevels`. NaN where the distribution is
 * not known.
 * @param threshold in the unit of the columns
 */
export function sharesAbove(levels: readonly number[], columns: readonly Float64Array[], threshold: number): Float64Array {
  const steps = columns[0]?.length ?? 0
  const last = levels.length - 1
  if (last < 1 || columns.length !== levels.length) throw new RangeError('a distribution needs a column for each of at least two levels')
  const own = new Float64Array(levels.length)
  return Float64Array.from({ length: steps }, (_, t) => {
    risingAt(columns, t, own)
    if (Number.isNaN(own[last] + own[0])) return NaN
    if (threshold >= own[last]) {
      const size = own[last] - own[last - 1]
      const beyond = size > 0 ? (threshold - own[last]) / size : threshold > own[last] ? Infinity : 0
      return (1 - levels[last]) * ((1 - levels[last]) / (1 - levels[last - 1])) ** beyond
    }
    if (threshold < own[0]) {
      const size = own[1] - own[0]
      const beyond = size > 0 ? (own[0] - threshold) / size : Infinity
      return 1 - levels[0] * (levels[0] / levels[1]) ** beyond
    }
    const lower = own.findLastIndex((value) => value <= threshold)
    const part = (threshold - own[lower]) / (own[lower + 1] - own[lower])
    const [from, to] = [normalQuantile(levels[lower]), normalQuantile(levels[lower + 1])]
    return 1 - normalShare(from + part * (to - from))
  })
}

/** Beyond the outer levels: level `lower` and how far from it to the next one a level lies on the exponential tail through the two outermost ones. */
export function tailPlace(levels: readonly number[], level: number): { lower: number; part: number } | undefined {
  const last = levels.length - 1
  if (level < levels[0]) return { lower: 0, part: -Math.log(levels[0] / level) / Math.log(levels[1] / levels[0]) }
  if (level > levels[last]) return { lower: last - 1, part: 1 + Math.log((1 - levels[last]) / (1 - level)) / Math.log((1 - levels[last - 1]) / (1 - levels[last])) }
  return undefined
}

/** Level `lower` and how far from it to the next one a level lies; below 0 or above 1 in the tails. */
function placeOf(levels: readonly number[], level: number): { lower: number; part: number } {
  const tail = tailPlace(levels, level)
  if (tail !== undefined) return tail
  const last = levels.length - 1
  const lower = Math.min(last - 1, levels.findLastIndex((one) => one <= level))
  const [from, to] = [normalQuantile(levels[lower]), normalQuantile(levels[lower + 1])]
  return { lower, part: (normalQuantile(level) - from) / (to - from) }
}

function risingAt(columns: readonly Float64Array[], step: number, into: Float64Array): void {
  for (let k = 0; k < into.length; k += 1) into[k] = k > 0 ? Math.max(columns[k][step], into[k - 1]) : columns[k][step]
}
