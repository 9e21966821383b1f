import { returnLevel } from './return-level.ts'

/** Daily mean temperatures in degC of consecutive local days; NaN where not known. */
export interface DailyTemperatures {
  /** Days since 1970-01-01 of the first. */
  readonly firstDay: number
  readonly temperatureC: Float64Array
}

/** How cold the coldest day of one winter in so many is, as a smoothed daily mean. */
export interface ColdDay {
  readonly temperatureC: number
  readonly standardErrorC: number
  /** Winters the estimate stands on; each is known on nine days out of ten. */
  readonly winters: number
  readonly method: 'gumbel' | 'given'
  /** Coldest smoothed daily mean of each of these winters, in order. */
  readonly minimaC: Float64Array
}

/** October to April. */
export const WINTER_MONTHS: readonly number[] = [10, 11, 12, 1, 2, 3, 4]
const COMPLETE = 0.9
const DAY_MS = 86_400_000
/** Days before a smoothed value counts after a gap: what is left of the unknown past is then small. */
const RUN_UP_DAYS = 3

/**
 * Temperature as walls feel it: E(d) = (1 - s) T(d) + s E(d - 1) with `smoothing` s from 0 (none) to below 1. With 0.5 it
 * is the effective temperature of Britain's gas demand forecasts (National Grid, Gas Demand Forecasting Methodology,
 * 2016). NaN where the day or one of the two before is not known.
 */
export function smoothedC(temperatureC: Float64Array, smoothing: number): Float64Array {
  let before = NaN
  let known = 0
  return temperatureC.map((own) => {
    known = Number.isNaN(own) ? 0 : known + 1
    before = Number.isNaN(before) ? own : (1 - smoothing) * own + smoothing * before
    return smoothing > 0 && known < RUN_UP_DAYS ? NaN : before
  })
}

/** Winter a day belongs to, named by the year in which it ends; undefined outside `winterMonths` (1 to 12). */
export function winterOf(dayIndex: number, winterMonths: readonly number[] = WINTER_MONTHS): number | undefined {
  const date = new Date(dayIndex * DAY_MS)
  const month = date.getUTCMonth() + 1
  if (!winterMonths.includes(month)) return undefined
  const overNewYear = winterMonths.includes(12) && winterMonths.includes(1)
  return date.getUTCFullYear() + (overNewYear && month > 6 ? 1 : 0)
}

/**
 * Level that the coldest smoothed daily mean of a winter falls below once in `returnYears` winters: Gumbel by L-moments
 * of the yearly minima. Undefined with fewer than two whole winters. A climate that warms makes it too cold by what it has
 * warmed since the middle of the history.
 */
export function coldDay(history: DailyTemperatures, smoothing: number, returnYears = 10, winterMonths: readonly number[] = WINTER_MONTHS): ColdDay | undefined {
  const smoothed = smoothedC(history.temperatureC, smoothing)
  const winters = new Map<number, { known: number; minimum: number }>()
  for (const [i, value] of smoothed.entries()) {
    const name = winterOf(history.firstDay + i, winterMonths)
    if (name === undefined || Number.isNaN(value)) continue
    const winter = winters.get(name) ?? { known: 0, minimum: Infinity }
    winters.set(name, { known: winter.known + 1, minimum: Math.min(winter.minimum, value) })
  }
  const days = winterMonths.reduce((sum, month) => sum + new Date(Date.UTC(2001, month, 0)).getUTCDate(), 0)
  const minimaC = Float64Array.from([...winters.values()].filter(({ known }) => known >= COMPLETE * days), ({ minimum }) => minimum)
  const found = returnLevel(minimaC.map((value) => -value), returnYears)
  return found && { temperatureC: -found.level, standardErrorC: found.standardError, winters: found.years, method: 'gumbel', minimaC }
}
