import { finding, type SeriesFinding } from './finding.ts'

/** A site whose meter showed nothing for at most this share of its past is one that always draws something. */
const MOST_ZERO_SHARE = 0.01
const LEAST_S = 12 * 3600
/** And longer than anything seen before. */
const OVER_LONGEST = 3
const FEWEST_DAYS = 14

/**
 * A meter that shows 0 where use is never 0. Careful, because a closed shop, a well that rests and a summer boiler are 0
 * for good reasons: only a series that was hardly ever 0 in its past (steps before `from`) can be found to have stopped,
 * and only after three times its longest pause. Gaps (NaN) end a pause.
 */
export function stoppedMeter(values: Float64Array, firstAt: number, stepS: number, from: number): SeriesFinding[] {
  let zeros = 0
  let known = 0
  let longest = 0
  for (let i = 0, run = 0; i < from; i += 1) {
    if (Number.isNaN(values[i]!)) { run = 0; continue }
    known += 1
    run = values[i] === 0 ? run + 1 : 0
    if (run > 0) zeros += 1
    longest = Math.max(longest, run)
  }
  if (known * stepS < FEWEST_DAYS * 86_400 || zeros > MOST_ZERO_SHARE * known) return []
  const fewest = Math.max(LEAST_S / stepS, OVER_LONGEST * longest)
  const found: SeriesFinding[] = []
  for (let start = from; start < values.length; start += 1) {
    if (values[start] !== 0) continue
    let end = start
    while (end < values.length && values[end] === 0) end += 1
    if (end - start >= fewest) found.push(finding('stopped', firstAt + start * stepS * 1000, firstAt + end * stepS * 1000, { steps: end - start, longestPauseBefore: longest, zeroSharePct: (100 * zeros) / known }))
    start = end
  }
  return found
}
