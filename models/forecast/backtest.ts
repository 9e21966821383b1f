import { calibrate, errorQuantile, LEVELS } from './conformal.ts'
import { learningRung, membersOf, wholeDays, type Method } from './day-ahead.ts'
import { dayMarks, type DayRules } from './day-marks.ts'
import { driftOf, type Drift } from './drift.ts'
import { rollingForecast, ROLLING_OPTIONS, type RollingForecast, type RollingInputs, type RollingOptions } from './rolling.ts'
import { scores, type Scores } from './scores.ts'
import { similarDay } from './similar-day.ts'
import { dailyErrors, seasonScores, sharesBelow, skillByHour, type HourSkill, type SeasonScores } from './skill.ts'
import { byCell, slotGrid, type SlotGrid } from './slot-grid.ts'
import { irradianceForecast, temperatureForecast } from './weather-error.ts'
import type { Site } from './sun-terms.ts'
import { temperatureKnots, type WeatherInput } from './weather-terms.ts'

/** A measured series on which forecasts are tried as they would have been issued. */
export interface BacktestProblem {
  readonly timeZone: string
  readonly stepS: number
  /** Start of the first step (UTC ms). */
  readonly from: number
  /** Mean of each step; NaN where nothing was measured. */
  readonly values: Float64Array
  /** When each value became available (UTC ms); without it at the end of its step. */
  readonly availableAt?: Float64Array
  /** Seconds after the end of its step before which no value is available: meters that are read once a day deliver a day later. */
  readonly deliveryDelayS?: number
  /** Observed, by step from `from` on. */
  readonly weather: readonly Pick<WeatherInput, 'kind' | 'values'>[]
  readonly rules: DayRules
  readonly production: boolean
  /** Where it is measured: with it a production knows the sun, not the irradiance alone. */
  readonly site?: Site
}

export interface BacktestOptions {
  /** Last whole local days of the series, each forecast once per lead. */
  readonly days: number
  /** Days from the day of issue (at its midnight) to the day that is forecast: 0 is the same day. */
  readonly leads: readonly number[]
  /**
   * The weather of each day is made into a forecast issued at the day's origin, with the error a real one has
   * (weather-error.ts), in what is learned from as in what is forecast. Kinds for which no error is known stay observed.
   */
  readonly weatherError?: { readonly seed: number }
  /** Without `members` those of the rung of the ladder that the history before the first day bears. */
  readonly rolling?: Partial<RollingOptions>
  readonly progress?: (share: number) => void
}

/** `perfect`: with observed weather, which flatters; `with-error`: with a weather forecast as it would have been. */
export type BacktestWeather = 'none' | 'perfect' | 'with-error'

export interface LeadBacktest {
  readonly leadDays: number
  /** Days on which the mean of similar days answered instead of the rung, as it had been better over the four weeks before the issue. */
  readonly gaveWay: number
  /** By cell of the days tried. */
  readonly values: Float64Array
  /** [level][cell] by LEVELS. */
  readonly quantiles: readonly Float64Array[]
  /** The same slot of the week before, or of the latest of four weeks of which it had arrived. */
  readonly naive: Float64Array
  readonly similarDay: Float64Array
  /** On the same cells: those that were measured and that all three forecast. */
  readonly scores: { readonly forecast: Scores; readonly naive: Scores; readonly similarDay: Scores }
  readonly seasons: readonly SeasonScores[]
  /** Share of the measured values below the quantile of each of the LEVELS. */
  readonly reliability: Float64Array
  readonly dailyMae: { readonly forecast: Float64Array; readonly naive: Float64Array; readonly similarDay: Float64Array }
  /** Whether the last days tried were worse than those before them, the days of the warm-up included. */
  readonly drift: Drift
  /** Measured cells that one of the three could not forecast; they count for no score. */
  readonly leftOut: number
}

export interface Backtest {
  /** Rung of the ladder that the history before the days bears; it gives way as in service. */
  readonly method: Method
  readonly weather: BacktestWeather
  readonly stepS: number
  readonly perDay: number
  /** Local date (days since 1970-01-01) of the first day tried, and the start (UTC ms) of each day. */
  readonly firstDay: number
  readonly dayStart: Float64Array
  /** By cell of the days tried. */
  readonly measured: Float64Array
  readonly leads: readonly LeadBacktest[]
  /** Of all leads, by hour ahead; against the naive forecast of the week before. */
  readonly skillByHour: readonly HourSkill[]
}

/** Days of history before the first day tried without which nothing can be learned. */
export const LEAST_HISTORY_DAYS = 56
const NAIVE_WEEKS = 4
/** Share of the slots of the last day that must be measured. */
const WHOLE = 0.9
/** Days before an issue by which a rung is judged. */
const JUDGED_DAYS = 28

/** Whole local days that can be tried on a series: the days after the least history, up to the last one that is whole. */
export function daysToTry(problem: Pick<BacktestProblem, 'from' | 'values' | 'stepS' | 'timeZone'>): number {
  const grid = slotGrid(problem.from, problem.values.length, problem.stepS, problem.timeZone)
  const values = byCell(grid, problem.values)
  const first = values.findIndex((value) => !Number.isNaN(value))
  return first < 0 ? 0 : Math.max(0, lastWholeDay(grid, values) + 1 - Math.ceil(first / grid.perDay) - LEAST_HISTORY_DAYS)
}

/**
 * Rolling origins over the last whole days of a series: every day is forecast at the midnight `leadDays` before it with
 * what was available then, beside the value of the week before and the mean of similar days. A rung that was worse than the
 * latter over the four weeks before an issue gives way to it, judged at the shortest lead, as in service (day-ahead.ts).
 * @throws RangeError when `options.days` is not between 1 and `daysToTry(problem)`
 */
export function backtest(problem: BacktestProblem, options: BacktestOptions): Backtest {
  const { from, stepS, timeZone } = problem
  const grid = slotGrid(from, problem.values.length, stepS, timeZone)
  const { perDay } = grid
  const values = byCell(grid, problem.values)
  const possible = daysToTry(problem)
  if (!(options.days >= 1 && options.days <= possible)) throw new RangeError(`${options.days} days cannot be tried, at most ${possible} can.`)
  const toDay = lastWholeDay(grid, values) + 1
  const fromDay = toDay - options.days
  const availableAt = availabilityOf(problem, grid)
  const marks = dayMarks(grid.firstDay, grid.days, problem.rules)
  const measured = values.slice(fromDay * perDay, toDay * perDay)
  const observed = problem.weather.map(({ kind, values: column }) => ({ kind, values: byCell(grid, column.subarray(0, grid.cellOf.length)) }))
  const method = learningRung(wholeDays(values.subarray(0, fromDay * perDay), perDay)) ?? 'ridge'
  const rolling: RollingOptions = { ...ROLLING_OPTIONS, members: membersOf(method, 'full'), ...options.rolling }
  const warmUpDays = Math.min(rolling.warmUpDays, Math.floor(fromDay / 2))

  let gaveWay: Uint8Array | undefined
  const leads = options.leads.toSorted((a, b) => a - b).map((leadDays, k): LeadBacktest => {
    const origin = (fromDay - leadDays) * perDay
    const weather = observed.map(({ kind, values: column }): WeatherInput => {
      const told = options.weatherError === undefined ? column : issuedWeather(kind, column, grid, leadDays, options.weatherError.seed)
      return { kind, values: told, knots: kind === 'temperature' ? temperatureKnots(told.subarray(0, origin)) : [] }
    })
    const nonNegative = values.subarray(0, origin).every((value) => !(value < 0))
    const inputs: RollingInputs = { grid, marks, values, availableAt, weather, production: problem.production, nonNegative, pastWeather: true, originMinute: 0, leadDays, ...(problem.site === undefined ? {} : { site: problem.site }) }
    const rolled = rollingForecast(inputs, fromDay, toDay, { ...rolling, warmUpDays, progress: (share) => options.progress?.((k + share) / options.leads.length) })
    gaveWay ??= givesWay(inputs, rolled, fromDay - Math.max(...options.leads), toDay)
    return judged(inputs, rolled, measured, fromDay, toDay, gaveWay)
  })
  return {
    method,
    weather: observed.length === 0 ? 'none' : options.weatherError === undefined ? 'perfect' : 'with-error',
    stepS, perDay, firstDay: grid.firstDay + fromDay, dayStart: grid.dayStart.slice(fromDay, toDay), measured, leads,
    skillByHour: leads.flatMap(({ leadDays, values: own, naive }) => skillByHour(own, naive, measured, perDay, leadDays)),
  }
}

/** By day of issue, 1 where the errors of the weeks before, as far as they were known then, are larger than those of the mean of similar days. */
function givesWay(inputs: RollingInputs, { warmUp, values }: RollingForecast, fromDay: number, toDay: number): Uint8Array {
  const { grid: { perDay }, marks, leadDays } = inputs
  const own = new Float64Array(warmUp.values.length + values.length)
  own.set(warmUp.values)
  own.set(values, warmUp.values.length)
  const ways = new Uint8Array(toDay)
  for (let issue = Math.max(warmUp.fromDay, fromDay); issue < toDay; issue += 1) {
    const known = knownAt(inputs, issue)
    let [sum, similarSum, count, similarCount] = [0, 0, 0, 0]
    for (let day = Math.max(warmUp.fromDay, issue - JUDGED_DAYS); day < issue; day += 1) {
      const similar = similarDay(known, marks, perDay, day, leadDays)
      for (let slot = 0; slot < perDay; slot += 1) {
        const value = known[day * perDay + slot]
        const error = Math.abs(own[(day - warmUp.fromDay) * perDay + slot] - value)
        const similarError = Math.abs(similar[slot] - value)
        if (!Number.isNaN(error)) [sum, count] = [sum + error, count + 1]
        if (!Number.isNaN(similarError)) [similarSum, similarCount] = [similarSum + similarError, similarCount + 1]
      }
    }
    ways[issue] = sum / count > similarSum / similarCount ? 1 : 0
  }
  return ways
}

/** The quantiles of the mean of similar days from its own errors before the issue. */
function similarQuantiles({ grid: { perDay }, marks, nonNegative }: RollingInputs, known: Float64Array, issue: number, values: Float64Array): Float64Array[] {
  const calibration = calibrate(Array.from({ length: Math.min(JUDGED_DAYS, issue) }, (_, k) => {
    const day = issue - Math.min(JUDGED_DAYS, issue) + k
    return similarDay(known, marks, perDay, day, 0).map((value, slot) => known[day * perDay + slot] - value)
  }))
  return LEVELS.map((level) => values.map((value) => {
    const quantile = value + errorQuantile(calibration, level)
    return nonNegative && quantile < 0 ? 0 : quantile
  }))
}

function judged(inputs: RollingInputs, rolled: RollingForecast, measured: Float64Array, fromDay: number, toDay: number, gaveWay: Uint8Array): LeadBacktest {
  const { grid: { perDay, firstDay }, leadDays, marks } = inputs
  // Copies: what was rolled also holds the features of the whole history.
  const forecast = rolled.values.slice()
  const quantiles = rolled.quantiles.map((column) => column.slice())
  const naive = new Float64Array(measured.length).fill(NaN)
  const similar = new Float64Array(measured.length).fill(NaN)
  let given = 0
  for (let day = fromDay; day < toDay; day += 1) {
    const known = knownAt(inputs, day - leadDays)
    const at = (day - fromDay) * perDay
    const ofDay = similarDay(known, marks, perDay, day, leadDays)
    similar.set(ofDay, at)
    if (gaveWay[day - leadDays] === 1) {
      given += 1
      forecast.set(ofDay, at)
      similarQuantiles(inputs, known, day - leadDays, ofDay).forEach((column, k) => quantiles[k].set(column, at))
    }
    for (let slot = 0; slot < perDay; slot += 1) {
      for (let week = 1; week <= NAIVE_WEEKS && Number.isNaN(naive[at + slot]); week += 1) naive[at + slot] = known[(day - 7 * week) * perDay + slot] ?? NaN
    }
  }
  const compared = measured.map((value, i) => (Number.isNaN(forecast[i] + naive[i] + similar[i]) ? NaN : value))
  const known = (column: Float64Array) => column.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
  const dailyMae = { forecast: dailyErrors(forecast, compared, perDay), naive: dailyErrors(naive, compared, perDay), similarDay: dailyErrors(similar, compared, perDay) }
  const before = dailyErrors(rolled.warmUp.values, inputs.values.subarray(rolled.warmUp.fromDay * perDay, fromDay * perDay), perDay)
  return {
    leadDays, gaveWay: given, values: forecast, quantiles, naive, similarDay: similar,
    scores: { forecast: scores(forecast, quantiles, compared, perDay), naive: scores(naive, [], compared, perDay), similarDay: scores(similar, [], compared, perDay) },
    seasons: seasonScores(forecast, quantiles, compared, perDay, firstDay + fromDay),
    reliability: sharesBelow(quantiles, compared),
    dailyMae, drift: driftOf(Float64Array.of(...before, ...dailyMae.forecast)),
    leftOut: known(measured) - known(compared),
  }
}

/** When each cell became available; of an hour that comes twice when both had. */
function availabilityOf({ from, stepS, values, availableAt, deliveryDelayS = 0 }: BacktestProblem, grid: SlotGrid): Float64Array {
  const available = new Float64Array(grid.days * grid.perDay).fill(Infinity)
  for (let step = 0; step < values.length; step += 1) {
    if (Number.isNaN(values[step])) continue
    const earliest = from + ((step + 1) * stepS + deliveryDelayS) * 1000
    const at = Math.max(earliest, availableAt?.[step] ?? earliest)
    const cell = grid.cellOf[step]
    available[cell] = available[cell] === Infinity ? at : Math.max(available[cell], at)
  }
  return available
}

function knownAt({ grid, values, availableAt }: RollingInputs, originDay: number): Float64Array {
  const origin = grid.dayStart[originDay]
  return values.map((value, cell) => (availableAt[cell] <= origin ? value : NaN))
}

function lastWholeDay({ days, perDay }: SlotGrid, values: Float64Array): number {
  let last = days - 1
  while (last >= 0 && values.subarray(last * perDay, (last + 1) * perDay).filter((value) => !Number.isNaN(value)).length < WHOLE * perDay) last -= 1
  return last
}

/** Weather by cell of which each day is the forecast that was issued at the origin of the day. */
function issuedWeather(kind: WeatherInput['kind'], observed: Float64Array, { perDay, days, dayStart, stepS }: SlotGrid, leadDays: number, seed: number): Float64Array {
  if (kind === 'other') return observed
  const told = new Float64Array(observed.length)
  const highest = kind === 'irradiance' ? clearestOf(observed, perDay) : observed
  for (let day = 0; day < days; day += 1) {
    const cells = [day * perDay, (day + 1) * perDay] as const
    const issue = { issuedAt: dayStart[Math.max(0, day - leadDays)], from: dayStart[day], stepS, seed }
    told.set(kind === 'temperature' ? temperatureForecast(observed.subarray(...cells), issue) : irradianceForecast(observed.subarray(...cells), highest.subarray(...cells), issue), cells[0])
  }
  return told
}

const CLEAR_DAYS = 15

/** Where the place is not known: the brightest of the days around at the same time of day stands for the cloudless sky. */
function clearestOf(observed: Float64Array, perDay: number): Float64Array {
  return observed.map((own, cell) => {
    let highest = Number.isNaN(own) ? 0 : own
    for (let other = cell % perDay + Math.max(0, Math.floor(cell / perDay) - CLEAR_DAYS) * perDay; other <= Math.min(observed.length - 1, cell + CLEAR_DAYS * perDay); other += perDay) if (observed[other] > highest) highest = observed[other]
    return highest
  })
}
