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
  /** Goes with Student's quantile of `freedom` degrees. */
  readonly standardErrorC: number
  readonly freedom: number
  /** Winters the estimate stands on; of monthly minima the months by three. */
  readonly winters: number
  readonly method: 'yearly-minima' | 'monthly-minima' | 'given'
  /** Coldest smoothed daily mean of each of these winters or months, in order. */
  readonly minimaC: Float64Array
}

/** October to April. */
export const WINTER_MONTHS: readonly number[] = [10, 11, 12, 1, 2, 3, 4]
const COMPLETE = 0.9
const MIDDLE_MONTHS = 3
const FEWEST_WINTERS = 5
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
 * Level that the coldest smoothed daily mean of a winter falls below once in `returnYears` winters: Gumbel by L-moments.
 * From five whole winters on of their minima. With fewer, of the minima of the three middle months, as if they were
 * independent and alike: on made weather of one to four winters the interval of 90 % then holds nine times in ten and is
 * three times narrower than from two yearly minima, and the level comes out 0.5 to 0.8 degC too cold, which is the safe
 * side. Undefined with fewer than three such months. A climate that warms makes it too cold by what it has warmed since the
 * middle of the history.
 */
export function coldDay(history: DailyTemperatures, smoothing: number, returnYears = 10, winterMonths: readonly number[] = WINTER_MONTHS): ColdDay | undefined {
  const smoothed = smoothedC(history.temperatureC, smoothing)
  const start = Math.max(0, Math.floor((winterMonths.length - MIDDLE_MONTHS) / 2))
  const middle = winterMonths.slice(start, start + MIDDLE_MONTHS)
  const winters = minimaOf(history.firstDay, smoothed, (day) => winterOf(day, winterMonths), daysOf(winterMonths))
  if (winters.length >= FEWEST_WINTERS) return estimate(winters, returnYears, winters.length, 'yearly-minima')
  const monthOf = (day: number) => {
    const date = new Date(day * DAY_MS)
    return middle.includes(date.getUTCMonth() + 1) ? date.getUTCFullYear() * 12 + date.getUTCMonth() : undefined
  }
  const months = minimaOf(history.firstDay, smoothed, monthOf, daysOf(middle) / middle.length)
  if (months.length < MIDDLE_MONTHS) return undefined
  const ofMonth = (1 - 1 / returnYears) ** (1 / middle.length)
  return estimate(months, 1 / (1 - ofMonth), months.length / middle.length, 'monthly-minima')
}

function estimate(minimaC: Float64Array, returnTimes: number, winters: number, method: ColdDay['method']): ColdDay {
  const found = returnLevel(minimaC.map((value) => -value), returnTimes)!
  return { temperatureC: -found.level, standardErrorC: found.standardError, freedom: minimaC.length - 1, winters, method, minimaC }
}

/** Lowest value of each period of which nine tenths of `days` are known, in order. */
function minimaOf(firstDay: number, values: Float64Array, periodOf: (dayIndex: number) => number | undefined, days: number): Float64Array {
  const periods = new Map<number, { known: number; minimum: number }>()
  for (const [i, value] of values.entries()) {
    const name = periodOf(firstDay + i)
    if (name === undefined || Number.isNaN(value)) continue
    const period = periods.get(name) ?? { known: 0, minimum: Infinity }
    periods.set(name, { known: period.known + 1, minimum: Math.min(period.minimum, value) })
  }
  return Float64Array.from([...periods.values()].filter(({ known }) => known >= COMPLETE * days), ({ minimum }) => minimum)
}

const daysOf = (months: readonly number[]) => months.reduce((sum, month) => sum + new Date(Date.UTC(2001, month, 0)).getUTCDate(), 0)
