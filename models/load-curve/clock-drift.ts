import { finding, type SeriesFinding } from './finding.ts'

const DAY_MS = 86_400_000
const FEWEST_DAYS = 5
const FEWEST_VALUES_A_DAY = 4
/** Later than this a value came by import or after a cut: it says nothing of the clock. */
const LONGEST_DELAY_MS = 6 * 3_600_000
/** Of the delays of a day the fast ones tell the clock, the slow ones the network. */
const FAST_SHARE = 0.1
const LEAST_GROWTH_S = 20
const LEAST_SLOPE_S = 1
/** Share of pairs of days that agree on the direction: of noise about half do. */
const LEAST_AGREEMENT = 0.85
/** Time tolerance of a metering device, Californian rules for interval data (time check). */
const TOLERANCE_S = 180

/**
 * A device whose clock runs away: what lies between its own time of a value and the arrival grows (it is slow) or shrinks
 * (it is fast), day by day. The slope is the median over all pairs of days (Theil-Sen), so that one bad day decides
 * nothing. `at`: the device's own times, ascending; `recordedAt`: when we had the value, to the second. A constant
 * delay, whatever it is, is not found: a daily file may come when it likes. `clockSpeed`: at an accelerated clock what
 * takes a second on its way takes so many.
 */
export function clockDrift(at: Float64Array, recordedAt: Float64Array, clockSpeed = 1): SeriesFinding[] {
  const days: { day: number; delayS: number }[] = []
  for (let start = 0; start < at.length; ) {
    const day = Math.floor(at[start]! / DAY_MS)
    const delays: number[] = []
    let end = start
    for (; end < at.length && Math.floor(at[end]! / DAY_MS) === day; end += 1) {
      const delay = recordedAt[end]! - at[end]!
      if (Math.abs(delay) <= LONGEST_DELAY_MS) delays.push(delay)
    }
    start = end
    if (delays.length < FEWEST_VALUES_A_DAY) continue
    delays.sort((a, b) => a - b)
    days.push({ day, delayS: delays[Math.floor(FAST_SHARE * delays.length)]! / 1000 })
  }
  if (days.length < FEWEST_DAYS) return []
  const slopes: number[] = []
  for (let a = 0; a < days.length; a += 1) for (let b = a + 1; b < days.length; b += 1) slopes.push((days[b]!.delayS - days[a]!.delayS) / (days[b]!.day - days[a]!.day))
  slopes.sort((a, b) => a - b)
  const slope = slopes[Math.floor(slopes.length / 2)]!
  const growth = slope * (days.at(-1)!.day - days[0]!.day)
  const agreement = slopes.filter((one) => one * slope > 0).length / slopes.length
  if (Math.abs(slope) < LEAST_SLOPE_S * clockSpeed || Math.abs(growth) < LEAST_GROWTH_S * clockSpeed || agreement < LEAST_AGREEMENT) return []
  const evidence = { secondsPerDay: slope, grownS: growth, delayS: days.at(-1)!.delayS, days: days.length }
  return [finding('clock-drift', days[0]!.day * DAY_MS, (days.at(-1)!.day + 1) * DAY_MS, evidence, Math.abs(growth) > TOLERANCE_S ? 'fault' : 'doubt')]
}
