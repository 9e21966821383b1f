import { climatologyOf } from '#models/forecast/climatology.ts'
import { LEVELS } from '#models/forecast/conformal.ts'
import { forecastDays, type SeriesForecast, type SeriesProblem } from '#models/forecast/day-ahead.ts'
import { fillWeather } from '#models/forecast/fill-weather.ts'
import { correction } from '#models/forecast/intraday.ts'
import { byCell, slotGrid } from '#models/forecast/slot-grid.ts'
import { endOf, type LoadedCurve, type LoadedWeather } from './load-curve.ts'

export interface CurveForecast extends SeriesForecast {
  readonly issuedAt: number
  /** Weather that the file does not reach far enough to tell, with the time (UTC ms) from which the usual one stands in. */
  readonly usualWeather: readonly { readonly name: string; readonly from: number }[]
}

/**
 * Forecast of a curve from its last value on, over whole local days: what the day of issue has shown so far corrects its
 * rest. With late meters the issue is as much later, and the rest of its day is not corrected.
 */
export function forecastCurve(curve: LoadedCurve, horizonDays: number, delayS: number): CurveForecast {
  const { from, stepS, values, production } = curve
  const issuedAt = endOf(curve) + delayS * 1000
  const { problem, usualWeather } = curveProblem(curve, { issuedAt, horizonDays, delayS })
  const { nonNegative } = problem
  const told = forecastDays(problem)
  const first = Math.round((issuedAt - told.from) / (stepS * 1000))
  const today = Float64Array.from({ length: first }, (_, i) => told.values[i] - (values[Math.round((told.from - from) / (stepS * 1000)) + i] ?? NaN))
  const taken = delayS === 0 && first > 0 ? correction(today, told.carried, stepS) : new Float64Array(0)
  // At night nothing is produced, whatever the last hours were wrong by.
  const off = (i: number) => (production && told.values[first + i] === 0 ? 0 : (taken[i] ?? 0))
  const corrected = (column: Float64Array) => column.subarray(first).map((value, i) => Math.max(nonNegative ? 0 : -Infinity, value - off(i)))
  const left = (i: number) => (taken.length === 0 || production ? 1 : (told.left[i] ?? 1))
  const narrowed = (column: Float64Array) => corrected(column.map((value, step) => told.values[step] + left(step - first) * (value - told.values[step])))
  const rest = (column: Float64Array, group: number) => column.subarray(first).map((value, i) => value - (group === RECENT ? off(i) : 0))
  return { ...told, from: told.from + first * stepS * 1000, values: corrected(told.values), quantiles: told.quantiles.map(narrowed), spread: told.spread.subarray(first), contributions: told.contributions.map(rest), issuedAt, usualWeather }
}

/** What is known of a curve at an issue, and the weather of which its files tell too little. */
export function curveProblem(curve: LoadedCurve, { issuedAt, horizonDays, delayS }: { readonly issuedAt: number; readonly horizonDays: number; readonly delayS: number }): { readonly problem: SeriesProblem; readonly usualWeather: CurveForecast['usualWeather'] } {
  const { from, stepS, timeZone, values, rules, production, site } = curve
  const usualWeather: { name: string; from: number }[] = []
  const weather = curve.weather.map((one) => {
    const last = one.values.findLastIndex((value) => !Number.isNaN(value))
    const until = from + (last + 1) * stepS * 1000
    if (until < issuedAt + horizonDays * 86_400_000) usualWeather.push({ name: one.name, from: until })
    return { kind: one.kind, values: filled(one, curve) }
  })
  return {
    usualWeather,
    problem: {
      timeZone, stepS, from, values, availableAt: values.map((_, step) => from + ((step + 1) * stepS + delayS) * 1000), issuedAt, weather, rules, production, ...(site === undefined ? {} : { site }), nonNegative: values.every((value) => !(value < 0)), horizonDays, size: 'full',
    },
  }
}

/** Place of the recent days among the groups a forecast is made of. */
const RECENT = 2

/** Weather without holes: of temperature the usual one of the season and what is left of its anomaly, of other kinds the usual one alone. */
function filled({ kind, values }: LoadedWeather, { from, stepS, timeZone }: LoadedCurve): Float64Array {
  const grid = slotGrid(from, values.length, stepS, timeZone)
  const observed = byCell(grid, values)
  const nothing = new Float64Array(observed.length).fill(NaN)
  const climatology = climatologyOf(grid, observed)
  const whole = fillWeather({ grid, observed: kind === 'temperature' ? observed : nothing, forecast: nothing, climatology }).values
  return values.map((value, step) => (Number.isNaN(value) ? whole[grid.cellOf[step]] : value))
}

/** Tidy rows, a quantile a series beside the mean: what import and every table program read. */
export function* forecastCsv({ from, stepS, values, quantiles }: Pick<CurveForecast, 'from' | 'stepS' | 'values' | 'quantiles'>, { name, unit }: Pick<LoadedCurve, 'name' | 'unit'>, beside: readonly { readonly series: string; readonly column: Float64Array }[] = []): Generator<string> {
  yield `timestamp,series,value,unit`
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const columns = [{ series: name, column: values }, ...beside, ...LEVELS.map((level, k) => ({ series: `${name}_q${String(Math.round(100 * level)).padStart(2, '0')}`, column: quantiles[k] }))]
  for (const { series, column } of columns) for (let i = 0; i < column.length; i += 1) yield `${new Date(from + i * stepS * 1000).toISOString()},${quoted(series)},${Number.isNaN(column[i]) ? '' : Number(column[i].toPrecision(6))},${quoted(unit)}`
}
