import type { LoadCalendar } from './day-type.ts'
import { finding, type SeriesFinding } from './finding.ts'
import { dayRuns, profileCell, type OwnProfile } from './own-profile.ts'

/** A mistaken clock change is one hour, a mistaken time zone one or two. */
const MOST_SHIFT_S = 2 * 3600
/** So many days in a row must say the same, each for itself. */
const FEWEST_DAYS = 4
const LEAST_KNOWN_SHARE = 0.9
/** Correlation of the rises and falls of all these days with those of the shifted profile, and how much better than unshifted. */
const LEAST_CORRELATION = 0.5
const LEAST_GAIN = 0.2

/**
 * Days whose curve is the usual one, shifted by whole steps: a device set to the wrong hour, a file read in the wrong
 * time zone. What tells the time of a load is when it rises and falls, so the differences of neighbouring steps of each
 * day are correlated with those of the series' own profile at every shift. Days in a row that all are best at the same
 * shift are found where together they are clearly better there than at none; the level does not count. A load that follows
 * the sun (lighting, photovoltaics) moves by itself at a clock change: leave it out.
 */
export function shiftedDays(values: Float64Array, firstAt: number, calendar: LoadCalendar, profile: OwnProfile, from: number): SeriesFinding[] {
  const stepMs = profile.stepS * 1000
  const most = Math.round(MOST_SHIFT_S / profile.stepS)
  const days = dayRuns(calendar, from, values.length).flatMap((day) => {
    const sums = isKnown(values, day, profile.slots) ? Array.from({ length: 2 * most + 1 }, (_, k) => productSums(values, calendar, profile, day, k - most)) : undefined
    return sums === undefined ? [] : [{ ...day, sums, best: sums.reduce((top, one, k) => (correlation(one) > correlation(sums[top]!) ? k : top), most) }]
  })
  const found: SeriesFinding[] = []
  for (let first = 0, next = 1; first < days.length; first = next, next += 1) {
    const { best } = days[first]!
    while (next < days.length && days[next]!.best === best) next += 1
    const run = days.slice(first, next)
    if (best === most || run.length < FEWEST_DAYS) continue
    const pooled = (k: number) => correlation(run.reduce<ProductSums>((sum, { sums }) => ({ xx: sum.xx + sums[k]!.xx, yy: sum.yy + sums[k]!.yy, xy: sum.xy + sums[k]!.xy }), { xx: 0, yy: 0, xy: 0 }))
    const [shifted, unshifted] = [pooled(best), pooled(most)]
    if (shifted < LEAST_CORRELATION || shifted - unshifted < LEAST_GAIN) continue
    const evidence = { shiftMinutes: ((best - most) * profile.stepS) / 60, days: run.length, correlation: shifted, correlationUnshifted: unshifted }
    found.push(finding('shifted', firstAt + run[0]!.from * stepMs, firstAt + run.at(-1)!.to * stepMs, evidence))
  }
  return found
}

interface ProductSums { readonly xx: number; readonly yy: number; readonly xy: number }
const correlation = ({ xx, yy, xy }: ProductSums): number => (xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0)

function isKnown(values: Float64Array, { from, to }: { from: number; to: number }, slots: number): boolean {
  let known = 0
  for (let i = from; i < to; i += 1) if (!Number.isNaN(values[i]!)) known += 1
  return known >= LEAST_KNOWN_SHARE * slots
}

/** Products of the rises of a day with those of the profile `shift` steps before (positive: the day comes later than usual). */
function productSums(values: Float64Array, calendar: LoadCalendar, { mean, slots, stepS }: OwnProfile, { from, to }: { from: number; to: number }, shift: number): ProductSums {
  const expected = (i: number): number => {
    const cell = profileCell(calendar, i, stepS, slots)
    const slot = cell % slots
    return mean[cell - slot + ((slot - shift + slots) % slots)]!
  }
  let xx = 0, yy = 0, xy = 0
  for (let i = from + 1; i < to; i += 1) {
    const x = values[i]! - values[i - 1]!
    const y = expected(i) - expected(i - 1)
    if (Number.isNaN(x) || Number.isNaN(y)) continue
    xx += x * x
    yy += y * y
    xy += x * y
  }
  return { xx, yy, xy }
}
