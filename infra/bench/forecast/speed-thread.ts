/** Forecasts delivery points one after the other and answers how many were answered for the whole day by the best rung. */
import { parentPort, workerData } from 'node:worker_threads'
import { forecastDays } from '#models/forecast/day-ahead.ts'
import { england } from './holidays.ts'
import type { MeasuredSeries } from './measured-series.ts'

export interface PointsOfAThread {
  readonly curves: readonly Pick<MeasuredSeries, 'from' | 'stepS' | 'timeZone' | 'values' | 'weather'>[]
  readonly points: readonly number[]
}

const DAYS = 460
const { curves, points } = workerData as PointsOfAThread
let whole = 0
for (const point of points) {
  const { from, stepS, timeZone, values, weather } = curves[point % curves.length]!
  const perDay = 86_400 / stepS
  const variant = Math.floor(point / curves.length)
  // Further back by whole weeks, so that a weekday stays one.
  const last = Math.floor(values.length / perDay) - 21 - 7 * (variant % 50)
  const [first, end] = [(last - DAYS) * perDay, last * perDay]
  const scale = 0.2 + 0.037 * variant
  const forecast = forecastDays({
    timeZone, stepS, from: from + first * stepS * 1000, values: values.subarray(first, end).map((value) => scale * value), issuedAt: from + end * stepS * 1000,
    weather: weather.map(({ kind, values: column }) => ({ kind, values: column.subarray(first) })), rules: { holidayOf: england }, production: false, nonNegative: true, horizonDays: 1, size: 'light',
  })
  if (forecast.quantiles.every((column) => column.length >= 23 && column.every(Number.isFinite))) whole += 1
}
parentPort!.postMessage(whole)
