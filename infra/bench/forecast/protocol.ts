/** One protocol for all: origin 00:00 local, 24 h, rolling over the last days; nothing after the origin is known but calendar and weather. */
import { dayPeak, peakShares } from '#models/forecast/day-peak.ts'
import { dayMarks } from '#models/forecast/day-marks.ts'
import { ROLLING_OPTIONS, rollingForecast, type RollingInputs, type RollingOptions } from '#models/forecast/rolling.ts'
import { scores, type Scores } from '#models/forecast/scores.ts'
import { byCell, slotGrid } from '#models/forecast/slot-grid.ts'
import { temperatureKnots } from '#models/forecast/weather-terms.ts'
import type { MeasuredSeries } from './measured-series.ts'

export interface Window {
  /** Days before the last window of the series; 0 is the window of the comparison. */
  readonly back: number
  readonly days: number
}

export const windowOf = ({ kind }: MeasuredSeries, back = 0): Window => ({ back, days: kind === 'building' ? 28 : 56 })

/** A series as a rolling forecast takes it, and the days of a window. */
export function rollingInputs(series: MeasuredSeries, { back, days }: Window): { readonly inputs: RollingInputs; readonly fromDay: number; readonly toDay: number } {
  const { stepS, timeZone, from } = series
  const grid = slotGrid(from, series.values.length, stepS, timeZone)
  const { perDay } = grid
  const values = byCell(grid, series.values)
  const availableAt = new Float64Array(values.length).fill(Infinity)
  series.values.forEach((value, step) => {
    if (!Number.isNaN(value)) availableAt[grid.cellOf[step]!] = from + (step + 1) * stepS * 1000
  })
  const marks = dayMarks(grid.firstDay, grid.days, { holidayOf: series.holidayOf })
  const weather = series.weather.map((one) => {
    const cells = byCell(grid, one.values)
    return { kind: one.kind, values: cells, knots: one.kind === 'temperature' ? temperatureKnots(cells) : [] }
  })
  let last = grid.days - 1
  while (!isWhole(values.subarray(last * perDay, (last + 1) * perDay))) last -= 1
  const toDay = last - series.daysAfter - back + 1
  return {
    fromDay: toDay - days, toDay,
    inputs: { grid, marks, values, availableAt, weather, pastWeather: true, originMinute: 0, leadDays: 0, production: series.kind === 'pv', nonNegative: series.values.every((value) => !(value < 0)), ...(series.site === undefined ? {} : { site: series.site }) },
  }
}

export function run(series: MeasuredSeries, window: Window, options: RollingOptions = ROLLING_OPTIONS): Scores & { readonly naive: Scores; readonly seconds: number; readonly ownPeakErrorPct: number; readonly cover90OfBandPct: number; readonly members: readonly { readonly name: string; readonly mae: number }[] } {
  const startedMs = performance.now()
  const { inputs, fromDay, toDay } = rollingInputs(series, window)
  const { values, grid: { perDay } } = inputs
  const { days } = window
  const forecast = rollingForecast(inputs, fromDay, toDay, options)
  const measured = values.subarray(fromDay * perDay, toDay * perDay)
  // The forecast of the peak, each day from the days before it: the warm-up first.
  const { fromDay: firstDay, values: before } = forecast.warmUp
  const shares = peakShares(Float64Array.of(...before, ...forecast.values), values.subarray(firstDay * perDay, toDay * perDay), perDay)
  const peaks = Float64Array.from({ length: days }, (_, day) => {
    const highest = highestOf(forecast.values.subarray(day * perDay, (day + 1) * perDay), measured.subarray(day * perDay, (day + 1) * perDay))
    return dayPeak(highest, shares.subarray(0, fromDay - firstDay + day))?.value ?? highest
  })
  const naive = values.subarray((fromDay - 7) * perDay, (toDay - 7) * perDay)
  return {
    ...scores(forecast.values, forecast.quantiles, measured, perDay), naive: scores(naive, [], measured, perDay), ownPeakErrorPct: peakErrorPct(peaks, measured, perDay), cover90OfBandPct: coverOfBandPct(forecast.quantiles, measured), seconds: (performance.now() - startedMs) / 1000,
    members: forecast.members.map((column, m) => ({ name: forecast.fitted.members[m]!.name, mae: scores(column, [], measured, perDay).mae })),
  }
}

const isWhole = (day: Float64Array) => day.filter((value) => !Number.isNaN(value)).length >= 0.9 * day.length

/** Highest forecast value where something was measured: what the peers are judged by. */
const highestOf = (forecast: Float64Array, measured: Float64Array) => forecast.reduce((highest, value, i) => (Number.isNaN(measured[i]!) || value <= highest ? highest : value), -Infinity)

/** As in `scores`, of a peak that is forecast itself. */
function peakErrorPct(peaks: Float64Array, measured: Float64Array, perDay: number): number {
  const shares = Array.from(peaks, (peak, day) => {
    const highest = highestOf(measured.subarray(day * perDay, (day + 1) * perDay), measured.subarray(day * perDay, (day + 1) * perDay))
    return highest > 0 ? Math.abs(peak - highest) / highest : NaN
  }).filter((share) => !Number.isNaN(share))
  return (100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length
}

/** Share of measured values within the 5 % and 95 % quantiles where these are apart, %: at night a production is 0 for certain, and no interval is tried. */
function coverOfBandPct(quantiles: readonly Float64Array[], measured: Float64Array): number {
  const [low, high] = [quantiles[0]!, quantiles.at(-1)!]
  let [covered, count] = [0, 0]
  for (const [i, value] of measured.entries()) {
    if (Number.isNaN(value) || !(high[i]! > low[i]!)) continue
    count += 1
    if (value >= low[i]! && value <= high[i]!) covered += 1
  }
  return (100 * covered) / count
}
