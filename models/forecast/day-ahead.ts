import { calibrate, errorQuantile, LEVELS, type Calibration } from './conformal.ts'
import { dayMarks, type DayRules } from './day-marks.ts'
import type { FeatureInputs } from './features.ts'
import { fitToServe, isJudged, hasBeaten, type Fit } from './fit-choice.ts'
import { carriedOver, leftOver } from './intraday.ts'
import { contributions, GROUPS, LIGHT_MEMBER_OPTIONS, MEMBER_OPTIONS, type MemberOptions } from './members.ts'
import { rollingForecast, type RollingForecast } from './rolling.ts'
import { similarDay } from './similar-day.ts'
import { dailyErrors } from './skill.ts'
import { byCell, slotGrid, type SlotGrid } from './slot-grid.ts'
import type { Site } from './sun-terms.ts'
import { temperatureKnots, type WeatherInput } from './weather-terms.ts'

/** Everything that is known of a series when a forecast is issued. */
/** Weather by step of a problem, as it was told when each day began; of the day of issue and those after it, at the issue. */
export interface ToldWeather extends Pick<WeatherInput, 'kind' | 'values'> {
  /** By number of days (`FORECAST_LEAD_DAYS`): as it was told so many days before each day, as the forecast that looks so far ahead knew it. Where absent, `values`. */
  readonly before?: ReadonlyMap<number, Float64Array>
}

export interface SeriesProblem {
  readonly timeZone: string
  readonly stepS: number
  /** Start of the first step of the history (UTC ms). */
  readonly from: number
  /** Mean of each step of the history; NaN where nothing has arrived. What lies after `issuedAt` is not looked at. */
  readonly values: Float64Array
  /** When each value became available (UTC ms); without it at the end of its step. */
  readonly availableAt?: Float64Array
  readonly issuedAt: number
  /** By step from `from` on, over the history and what is forecast: observed before, forecast after the issue. */
  readonly weather: readonly ToldWeather[]
  readonly rules: DayRules
  readonly production: boolean
  /** Where it is measured: with it a production knows the sun, not the irradiance alone. */
  readonly site?: Site
  readonly nonNegative: boolean
  /** Local days that are forecast: 1 is the day of issue. */
  readonly horizonDays: number
  readonly size: 'full' | 'light'
  /** What the newest fits said on the days before; without it nobody knows how they did. */
  readonly record?: FitRecord
}

/** The record of the fits of each night, where there is another fit beside the newest. */
export interface FitRecord {
  /** Local date (days since 1970-01-01) of each day, the rung, and what the newest fit said of it before it began: by cell of the day. */
  readonly said: readonly { readonly date: number; readonly method: Method; readonly values: Float64Array }[]
  /** The fit that answered last. */
  readonly inService: Fit
}

/** Rungs of the ladder, the best first. */
export type Method = 'blend' | 'ridge' | 'similar-day' | 'constant'
export type MethodReason = 'history-short' | 'simpler-was-better' | 'older-fit-was-better'

/**
 * Days before the issue, forecast as they would have been issued then, by what serves now: no value is in it that became
 * available after the origin of its day. Columns by cell of whole local days.
 */
export interface PastDays {
  /** Days from the issue to the day that is forecast of which this tells: 0 is the day of issue. */
  readonly daysAhead: readonly number[]
  /** Local date of the first cell (days since 1970-01-01). */
  readonly firstDate: number
  readonly perDay: number
  readonly values: Float64Array
  /** [level][cell] by LEVELS, NaN on the first days. */
  readonly quantiles: readonly Float64Array[]
  /** Expected size of the error; 1 where the rung expects none. Errors in units of it are alike on all days. NaN where there is no value. */
  readonly spread: Float64Array
  /** What had arrived by the issue, NaN elsewhere. */
  readonly measured: Float64Array
}

export interface SeriesForecast {
  /** Start of the first step: that of the local day of issue. */
  readonly from: number
  readonly stepS: number
  readonly values: Float64Array
  /** [level][step] by LEVELS, rising with the level. */
  readonly quantiles: readonly Float64Array[]
  /** Expected size of the error by step; 1 where none was expected, as in `past`. */
  readonly spread: Float64Array
  readonly method: Method
  /** Why no better rung answered. */
  readonly reason: MethodReason | undefined
  /** [group][step] by GROUPS, together the values; empty where the rung cannot tell. */
  readonly contributions: readonly Float64Array[]
  /** Share of the error of the last two hours that is still there after each step of a day: for corrections during the day. */
  readonly carried: Float64Array
  /** Share of the size of an error that is left at each step of a day after such a correction: so much narrower is its band. */
  readonly left: Float64Array
  /** Mean absolute errors over the last weeks: of this rung and of the mean of similar days. NaN where unknown. */
  readonly lately: { readonly mae: number; readonly similarDayMae: number }
  /** What the newest fit says of the day of issue, whoever answers: for the record. Undefined where there is no fit beside it. */
  readonly newest: { readonly method: Method; readonly values: Float64Array } | undefined
  /** By group of days ahead, none twice; ends with the last day before the issue whose forecast was issued in the past. */
  readonly past: readonly PastDays[]
}

const BLEND_DAYS = 120
const RIDGE_DAYS = 42
const JUDGED_DAYS = 28
/** Days ahead of which one fit serves: the last of each group has its lags. */
const LEADS: readonly { readonly leadDays: number; readonly days: readonly number[] }[] = [
  { leadDays: 0, days: [0] }, { leadDays: 1, days: [1] }, { leadDays: 3, days: [2, 3] }, { leadDays: 6, days: [4, 5, 6] },
]

/** Days ahead for which a fit of its own is made: it learns from what was known so many days before. */
export const FORECAST_LEAD_DAYS: readonly number[] = LEADS.map(({ leadDays }) => leadDays)

/** Learning rung that so many whole days of history bear; undefined: none. */
export const learningRung = (knownDays: number): 'blend' | 'ridge' | undefined => (knownDays >= BLEND_DAYS ? 'blend' : knownDays >= RIDGE_DAYS ? 'ridge' : undefined)

/** Members of a rung; a short history bears fewer terms that are held more firmly. */
export function membersOf(rung: 'blend' | 'ridge', size: SeriesProblem['size']): MemberOptions {
  if (rung === 'ridge') return { ...LIGHT_MEMBER_OPTIONS, names: ['ridge'], penalty: 0.03, poolSlots: 2 }
  return size === 'full' ? MEMBER_OPTIONS : LIGHT_MEMBER_OPTIONS
}

/**
 * Forecast of whole local days from the day of issue on, by the best rung of the ladder that the history bears: blend,
 * ridge alone, mean of similar days, quantiles of all that was measured. A rung that was worse than the mean of similar
 * days over the last four weeks gives way to it: the newest fit is judged by its own record where there are two weeks of it, else by
 * the fit of the warm-up, which is older and has been tried on all days since. Where that one was better beyond doubt, it answers.
 */
export function forecastDays(problem: SeriesProblem): SeriesForecast {
  const { stepS, timeZone, horizonDays } = problem
  const steps = stepsOf(problem)
  const grid = slotGrid(problem.from, steps, stepS, timeZone)
  const { perDay } = grid
  const issueDay = grid.dayStart.findLastIndex((start) => start <= problem.issuedAt)
  const inputs = inputsOf(problem, grid)
  const known = inputs.values.map((value, cell) => (inputs.availableAt[cell]! <= grid.dayStart[issueDay]! ? value : NaN))
  const knownDays = wholeDays(known, perDay)
  const cells = horizonDays * perDay
  const similar = byRule(inputs, known, issueDay, horizonDays)
  const similarErrors = errorsOf(inputs, known, issueDay)
  const similarDayMae = meanSize(similarErrors)

  let result: Omit<SeriesForecast, 'from' | 'stepS'> | undefined
  const method = learningRung(knownDays)
  let newest: SeriesForecast['newest']
  if (method !== undefined) {
    const learned = learnedForecast(inputs, problem, known, method, knownDays, issueDay, cells)
    newest = learned.newestDay && { method, values: learned.newestDay }
    const mae = meanSize(learned.errors)
    const record = saidErrors(problem.record, method, known, grid, issueDay)
    const similarDaily = sizesByDay(similarErrors, perDay)
    const givesWay = learned.fit === 'newest' && isJudged(record, similarDaily) ? hasBeaten(similarDaily, record) : mae > similarDayMae
    const reason = learned.fit === 'older' ? 'older-fit-was-better' : method === 'blend' ? undefined : 'history-short'
    if (!givesWay) result = { ...learned, method, reason, lately: { mae, similarDayMae }, newest }
  }
  result ??= {
    values: similar.values, quantiles: similar.quantiles, spread: new Float64Array(cells).fill(1), method: similar.method, reason: method !== undefined ? 'simpler-was-better' : 'history-short', contributions: [],
    ...carrying(similarErrors, stepS), lately: { mae: similarDayMae, similarDayMae }, newest,
    past: similar.method === 'similar-day' ? pastByRule(inputs, known, issueDay, horizonDays) : [],
  }
  // From cells of local days back to steps: the hour that a day lacks is left out, the one it has twice is said twice.
  const first = grid.cellOf.findIndex((cell) => cell >= issueDay * perDay)
  const asked = grid.cellOf.subarray(first).filter((cell) => cell < (issueDay + horizonDays) * perDay)
  const toSteps = (column: Float64Array) => Float64Array.from(asked, (cell) => column[cell - issueDay * perDay]!)
  return { ...result, from: problem.from + first * stepS * 1000, stepS, values: toSteps(result.values), quantiles: result.quantiles.map(toSteps), spread: toSteps(result.spread), contributions: result.contributions.map(toSteps) }
}

/** What corrections during the day can make of errors like these. */
function carrying(errors: Float64Array, stepS: number): Pick<SeriesForecast, 'carried' | 'left'> {
  const carried = carriedOver(errors, stepS, Math.round(86_400 / stepS))
  return { carried, left: leftOver(errors, carried, stepS) }
}

/** Steps from the start of the history to the end of the last day that is forecast, at most 25 hours a day. */
function stepsOf({ from, stepS, issuedAt, horizonDays }: SeriesProblem): number {
  return Math.ceil((issuedAt - from) / (stepS * 1000)) + Math.ceil((horizonDays + 1) * (90_000 / stepS))
}

function inputsOf({ from, stepS, values, availableAt, weather, rules, production, site, nonNegative, issuedAt, size }: SeriesProblem, grid: SlotGrid): FeatureInputs & { readonly nonNegative: boolean } {
  const own = new Float64Array(grid.cellOf.length).fill(NaN)
  const available = new Float64Array(grid.days * grid.perDay).fill(Infinity)
  for (let step = 0; step < Math.min(values.length, own.length); step += 1) {
    const at = availableAt?.[step] ?? from + (step + 1) * stepS * 1000
    if (Number.isNaN(values[step]!) || at > issuedAt) continue
    own[step] = values[step]!
    // Of an hour that comes twice the mean is known when both are.
    const cell = grid.cellOf[step]!
    available[cell] = available[cell] === Infinity ? at : Math.max(available[cell]!, at)
  }
  return {
    grid, marks: dayMarks(grid.firstDay, grid.days, rules), values: byCell(grid, own), availableAt: available, production, nonNegative, pastWeather: size === 'full', originMinute: 0, leadDays: 0,
    ...(site === undefined ? {} : { site }),
    weather: weather.map(({ kind, values: column }) => {
      const cells = byCell(grid, column.subarray(0, grid.cellOf.length))
      return { kind, values: cells, knots: kind === 'temperature' ? temperatureKnots(cells) : [] }
    }),
  }
}

/** The inputs of forecasts that look so many days ahead, with the weather as they knew it. */
function atLead<Inputs extends FeatureInputs>(inputs: Inputs, { weather }: Pick<SeriesProblem, 'weather'>, leadDays: number): Inputs {
  return { ...inputs, leadDays, weather: inputs.weather.map((one, k) => {
    const before = weather[k]!.before?.get(leadDays)
    return before === undefined ? one : { ...one, values: byCell(inputs.grid, before.subarray(0, inputs.grid.cellOf.length)) }
  }) }
}

function learnedForecast(inputs: FeatureInputs & { readonly nonNegative: boolean }, problem: SeriesProblem, known: Float64Array, method: 'blend' | 'ridge', knownDays: number, issueDay: number, cells: number) {
  const { size, horizonDays, stepS, record } = problem
  const { perDay } = inputs.grid
  const members = membersOf(method, size)
  // One fit for the warm-up and one for the days asked for; for points by the thousand the first has to do for both.
  const warmUpDays = method !== 'blend' ? Math.floor((knownDays - 14) / 2) : size === 'full' ? 56 : 28
  const refitDays = size === 'full' || method !== 'blend' ? 7 : Infinity
  // A ridge is quick, and of a short history a fit of weeks ago knows so much less that it tells nothing of the newest one.
  const warmUpRefitDays = method === 'blend' ? warmUpDays : 7
  const values = new Float64Array(cells).fill(NaN)
  const spread = new Float64Array(cells).fill(NaN)
  const quantiles = LEVELS.map(() => new Float64Array(cells).fill(NaN))
  const parts = GROUPS.map(() => new Float64Array(cells).fill(NaN))
  const past: PastDays[] = []
  let errors = new Float64Array(0)
  let fit: Fit = 'newest'
  let newestDay: Float64Array | undefined
  for (const { leadDays, days } of LEADS) {
    const asked = days.filter((day) => day < horizonDays)
    if (asked.length === 0) continue
    const [fromDay, toDay] = [issueDay + asked[0]!, issueDay + asked.at(-1)! + 1]
    const roll = (): RollingForecast => rollingForecast(atLead(inputs, problem, leadDays), fromDay, toDay, { refitDays: fit === 'older' ? Infinity : refitDays, warmUpRefitDays, warmUpDays, members })
    let rolled = roll()
    if (leadDays === 0 && refitDays !== Infinity) {
      newestDay = rolled.values.slice(0, perDay)
      const { fromDay: firstDay, values: older } = rolled.warmUp
      const since = Math.max(firstDay, issueDay - JUDGED_DAYS)
      const olderDaily = dailyErrors(older.subarray((since - firstDay) * perDay), known.subarray(since * perDay, issueDay * perDay), perDay)
      fit = fitToServe(saidErrors(record, method, known, inputs.grid, issueDay).subarray(since - issueDay + JUDGED_DAYS), olderDaily, record?.inService ?? 'newest')
      // The fit of the warm-up goes on where it was the better one.
      if (fit === 'older') rolled = roll()
    }
    const at = asked[0]! * perDay
    values.set(rolled.values, at)
    spread.set(rolled.spread, at)
    for (const [k, column] of rolled.quantiles.entries()) quantiles[k]!.set(column, at)
    for (const [g, column] of contributions(rolled.fitted, rolled.weights, rolled.rows, perDay, fromDay * perDay, toDay * perDay).entries()) {
      // What is dark is made of nothing.
      parts[g]!.set(column.map((part, i) => (rolled.rows.dark?.[fromDay * perDay + i] === 1 ? 0 : part)), at)
    }
    // What was missed lately, and what is cut at zero, belongs to the recent days.
    const recent = parts[GROUPS.indexOf('recent')]!
    for (let i = at; i < at + rolled.values.length; i += 1) recent[i]! += values[i]! - parts.reduce((sum, part) => sum + part[i]!, 0)
    const { fromDay: firstDay, values: pastValues, quantiles: pastQuantiles, spread: pastSpread } = rolled.warmUp
    // The warm-up goes on to the eve of the days asked for; of those from the issue on nothing is measured.
    const before = (column: Float64Array) => column.slice(0, Math.max(0, issueDay - firstDay) * perDay)
    past.push({ daysAhead: asked, firstDate: inputs.grid.firstDay + firstDay, perDay, values: before(pastValues), quantiles: pastQuantiles.map(before), spread: before(pastSpread), measured: known.slice(firstDay * perDay, Math.max(firstDay, issueDay) * perDay) })
    if (leadDays === 0) {
      const from = Math.max(rolled.warmUp.fromDay, issueDay - JUDGED_DAYS)
      errors = Float64Array.from({ length: (issueDay - from) * perDay }, (_, i) => rolled.warmUp.values[(from - rolled.warmUp.fromDay) * perDay + i]! - inputs.values[from * perDay + i]!)
    }
  }
  return { values, quantiles, spread, contributions: parts, errors, ...carrying(errors, stepS), past, fit, newestDay }
}

/** Errors of the newest fits on each of the days before the issue that are judged, NaN where nothing was said by the same rung. */
function saidErrors(record: FitRecord | undefined, method: Method, known: Float64Array, { firstDay, perDay }: SlotGrid, issueDay: number): Float64Array {
  const since = issueDay - JUDGED_DAYS
  const said = new Float64Array(JUDGED_DAYS * perDay).fill(NaN)
  for (const one of record?.said ?? []) {
    const day = one.date - firstDay - since
    if (one.method === method && day >= 0 && day < JUDGED_DAYS) said.set(one.values.subarray(0, perDay), day * perDay)
  }
  return dailyErrors(said, said.map((_, cell) => known[since * perDay + cell] ?? NaN), perDay)
}

/** Mean size of the errors of each day that is judged, the latest last. */
function sizesByDay(errors: Float64Array, perDay: number): Float64Array {
  const daily = dailyErrors(errors, new Float64Array(errors.length), perDay)
  const padded = new Float64Array(JUDGED_DAYS).fill(NaN)
  padded.set(daily, JUDGED_DAYS - daily.length)
  return padded
}

/** The mean of similar days and its band as they would have been issued on the days before, each group of days ahead with what had arrived by then. */
function pastByRule(inputs: FeatureInputs & { readonly nonNegative: boolean }, known: Float64Array, issueDay: number, horizonDays: number): PastDays[] {
  const { grid: { perDay, firstDay, dayStart }, marks, availableAt, nonNegative } = inputs
  const from = Math.max(0, issueDay - JUDGED_DAYS)
  const measured = known.slice(from * perDay, issueDay * perDay)
  return LEADS.flatMap(({ leadDays, days }) => {
    const daysAhead = days.filter((day) => day < horizonDays)
    if (daysAhead.length === 0) return []
    const values = new Float64Array(measured.length)
    const quantiles = LEVELS.map(() => new Float64Array(measured.length))
    for (let day = from; day < issueDay; day += 1) {
      const origin = Math.max(0, day - leadDays)
      const knownThen = known.map((value, cell) => (availableAt[cell]! <= dayStart[origin]! ? value : NaN))
      const own = similarDay(knownThen, marks, perDay, day, leadDays)
      values.set(own, (day - from) * perDay)
      const band = calibrationOf(errorsOf(inputs, knownThen, origin), perDay)
      for (const [k, level] of LEVELS.entries()) {
        const off = errorQuantile(band, level)
        quantiles[k]!.set(own.map((value) => (nonNegative && value + off < 0 ? 0 : value + off)), (day - from) * perDay)
      }
    }
    return [{ daysAhead, firstDate: firstDay + from, perDay, values, quantiles, spread: new Float64Array(measured.length).fill(1), measured }]
  })
}

/** From errors (forecast less measured) by cell of the days before, the latest day last. */
const calibrationOf = (errors: Float64Array, perDay: number): Calibration =>
  calibrate(Array.from({ length: errors.length / perDay }, (_, day) => errors.subarray(day * perDay, (day + 1) * perDay).map((error) => -error)))

/** Mean of similar days with the quantiles of its own errors; where it knows nothing, quantiles of all that was measured. */
function byRule(inputs: FeatureInputs & { readonly nonNegative: boolean }, known: Float64Array, issueDay: number, horizonDays: number) {
  const { perDay } = inputs.grid
  const values = new Float64Array(horizonDays * perDay).fill(NaN)
  for (let ahead = 0; ahead < horizonDays; ahead += 1) values.set(similarDay(known, inputs.marks, perDay, issueDay + ahead, ahead), ahead * perDay)
  const errors = errorsOf(inputs, known, issueDay)
  const clipped = (value: number) => (inputs.nonNegative && value < 0 ? 0 : value)
  if (values.every((value) => !Number.isNaN(value)) && errors.some((error) => !Number.isNaN(error))) {
    const calibration = calibrationOf(errors, perDay)
    return { values, quantiles: LEVELS.map((level) => values.map((value) => clipped(value + errorQuantile(calibration, level)))), method: 'similar-day' as const }
  }
  const all = calibrate([known.filter((value) => !Number.isNaN(value))])
  const constant = (level: number) => new Float64Array(values.length).fill(errorQuantile(all, level))
  return { values: constant(0.5), quantiles: LEVELS.map(constant), method: 'constant' as const }
}

/** Errors of the mean of similar days over the last weeks, as it would have been issued each day. */
function errorsOf({ grid: { perDay }, marks }: FeatureInputs, known: Float64Array, issueDay: number): Float64Array {
  const from = Math.max(0, issueDay - JUDGED_DAYS)
  const errors = new Float64Array((issueDay - from) * perDay)
  for (let day = from; day < issueDay; day += 1) similarDay(known, marks, perDay, day, 0).forEach((value, slot) => (errors[(day - from) * perDay + slot] = value - known[day * perDay + slot]!))
  return errors
}

/** Days of which four fifths are known. */
export function wholeDays(known: Float64Array, perDay: number): number {
  let days = 0
  for (let from = 0; from < known.length; from += perDay) if (known.subarray(from, from + perDay).filter((value) => !Number.isNaN(value)).length >= 0.8 * perDay) days += 1
  return days
}

function meanSize(errors: Float64Array): number {
  const sizes = errors.filter((error) => !Number.isNaN(error))
  return sizes.length === 0 ? NaN : sizes.reduce((sum, error) => sum + Math.abs(error), 0) / sizes.length
}
