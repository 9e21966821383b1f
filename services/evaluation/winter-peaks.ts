import type { DatabaseSync } from 'node:sqlite'
import type { District } from '#models/district/schema.ts'
import { smoothedC, winterOf } from '#models/forecast/cold-day.ts'
import { dailyMeans, dailyPeaks } from '#models/forecast/day-values.ts'
import { dayMarks } from '#models/forecast/day-marks.ts'
import { byCell, slotGrid, type SlotGrid } from '#models/forecast/slot-grid.ts'
import { expectedLoad, LEFT_OUT, type DailyLoads, type TemperatureSensitivity } from '#models/forecast/temperature-sensitivity.ts'
import { winterPeak, WINTER_PEAK_OPTIONS, type WinterPeak } from '#models/forecast/winter-peak.ts'
import { localDayStart } from '#models/units/local-time.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { dayRules } from './day-rules.ts'
import { forecastSeries, partsOf, powersOf, sumOf } from './forecast-series.ts'
import type { EvaluationPlan, PowerSeries } from './plan.ts'
import { readMeans } from './step-inputs.ts'

const DAY_MS = 86_400_000
const HOUR_S = 3600
const HOUR_MS = HOUR_S * 1000
/** Three winters: a district that grows is not what it was before them. */
const LOAD_DAYS = 1100
/** The cold day is told by as many winters as are known. */
const WEATHER_DAYS = 20 * 366
/** A year of hours has few gaps; a counter is read in pieces. */
const PIECE_MS = 30 * DAY_MS
const DRAWN_TEMPERATURES = 33

/** `no-weather`, `no-load`: nothing is measured. The others are the model's. */
export type WinterPeakReason = 'no-weather' | 'no-load' | 'too-few-days' | 'too-few-cold-days' | 'too-few-winters'

/** Daily peaks of hourly means on winter days, ascending in day; in the unit of the series. Empty where the estimate was refused. */
export interface WinterDays {
  /** Local dates as days since 1970-01-01. */
  readonly day: readonly number[]
  /** Daily mean as the series feels it: smoothed over days as the fit found best. */
  readonly temperatureC: readonly number[]
  readonly peakKw: readonly number[]
  /** 0 Monday to Friday, 1 Saturday, 2 Sunday or holiday. */
  readonly dayType: readonly number[]
}

export interface WinterPeakEstimate extends Pick<WinterPeak, 'peakKw' | 'lowKw' | 'highKw' | 'level' | 'dayType' | 'extrapolatedByC' | 'coldDays' | 'fewColdDays' | 'fewWinters' | 'notSignificant'>,
  Pick<TemperatureSensitivity, 'sensitivityKwPerC' | 'standardErrorKwPerC' | 'thresholdC' | 'thresholdOpen' | 'smoothing' | 'coldestC'> {
  readonly returnYears: number
  readonly coldC: number
  readonly winters: number
  /** What is expected of a day of the kind with the highest level, and between what it lies with `level`; ascending in temperature. */
  readonly fit: { readonly temperatureC: readonly number[]; readonly loadKw: readonly number[]; readonly lowKw: readonly number[]; readonly highKw: readonly number[] }
}

export interface WinterPeakReport {
  readonly series: string
  readonly computedAt: number
  readonly refused: { readonly reason: WinterPeakReason; readonly days: number } | null
  readonly estimate: WinterPeakEstimate | null
  readonly days: WinterDays
}

const NO_DAYS: WinterDays = { day: [], temperatureC: [], peakKw: [], dayType: [] }
const refusal = (series: string, computedAt: number, reason: WinterPeakReason, days: number): WinterPeakReport => ({ series, computedAt, refused: { reason, days }, estimate: null, days: NO_DAYS })

/**
 * Peak that a day as cold as one winter in ten brings would have, of the district, of each transformer and feeder head and
 * of the sum of each other carrier, from whole days before `computedAt`. Read from the hourly means that the store keeps.
 */
export async function winterPeaks(reader: TimeSeriesReader, district: District, plan: EvaluationPlan, computedAt: number, progress: (share: number) => void = () => {}): Promise<WinterPeakReport[]> {
  const { timeZone } = district
  const to = localDayStart(computedAt, timeZone)
  const gridOf = (days: number) => {
    const from = localDayStart(to - days * DAY_MS + DAY_MS / 2, timeZone)
    return { from, grid: slotGrid(from, Math.round((to - from) / HOUR_MS), HOUR_S, timeZone) }
  }
  const weather = gridOf(WEATHER_DAYS)
  const load = gridOf(LOAD_DAYS)
  const outside = await dailyTemperatures()
  const marks = dayMarks(load.grid.firstDay, load.grid.days, dayRules(district))
  // A day with a name that is no holiday, a festival or one between the years, is like no other of its kind.
  const dayType = marks.type.map((type, i) => (marks.named[i] !== 0 && marks.holiday[i] === 0 ? LEFT_OUT : type))

  const wanted = [{ series: 'district', parts: powersOf(district, plan, 'district') }, ...forecastSeries(district, plan).filter(({ isDeliveryPoint }) => !isDeliveryPoint).map((one) => ({ series: one.series, parts: partsOf(one) }))]
  const reports: WinterPeakReport[] = []
  for (const [i, { series, parts }] of wanted.entries()) {
    reports.push(await reportOf(series, parts))
    progress((i + 1) / wanted.length)
  }
  return reports

  async function dailyTemperatures(): Promise<Float64Array | undefined> {
    const point = district.weather.temperaturePoint
    if (point === undefined) return undefined
    const hours = await hourlyRates(reader, { pointName: point, kind: 'instant', stepS: HOUR_S, holdS: HOUR_S }, weather.from, to)
    return hours.every(Number.isNaN) ? undefined : dailyMeans(weather.grid, byCell(weather.grid, hours))
  }

  async function reportOf(series: string, parts: readonly PowerSeries[]): Promise<WinterPeakReport> {
    if (outside === undefined) return refusal(series, computedAt, 'no-weather', 0)
    const columns: Float64Array[] = []
    for (const part of parts) columns.push(await hourlyRates(reader, part, load.from, to))
    const peakKw = columns.length === 0 ? new Float64Array(load.grid.days).fill(NaN) : dailyPeaks(load.grid, byCell(load.grid, sumOf(columns)))
    if (peakKw.every(Number.isNaN)) return refusal(series, computedAt, 'no-load', 0)
    const temperatureC = outside.subarray(outside.length - load.grid.days)
    const loads: DailyLoads = { firstDay: load.grid.firstDay, peakKw, temperatureC, dayType }
    const found = winterPeak(loads, { firstDay: weather.grid.firstDay, temperatureC: outside })
    if ('reason' in found) return refusal(series, computedAt, found.reason, found.reason === 'too-few-winters' ? found.sensitivity.days : found.days)
    return { series, computedAt, refused: null, estimate: estimateOf(found), days: winterDays(load.grid, loads, found.sensitivity.smoothing) }
  }
}

function estimateOf(found: WinterPeak): WinterPeakEstimate {
  const { peakKw, lowKw, highKw, level, dayType, extrapolatedByC, coldDays, fewColdDays, fewWinters, notSignificant, cold } = found
  const { sensitivityKwPerC, standardErrorKwPerC, thresholdC, thresholdOpen, smoothing, coldestC, learnedC } = found.sensitivity
  const [from, to] = [Math.min(cold.temperatureC, coldestC), learnedC.at(-1)!]
  const even = Array.from({ length: DRAWN_TEMPERATURES }, (_, i) => from + ((to - from) * i) / (DRAWN_TEMPERATURES - 1))
  // The knee is one of the temperatures: a line through its neighbours would cut it off.
  const temperatureC = [...new Set([...even, thresholdC, coldestC, cold.temperatureC])].filter((value) => value >= from && value <= to).sort((a, b) => a - b)
  const expected = temperatureC.map((value) => (notSignificant ? { loadKw: peakKw, lowKw, highKw } : expectedLoad(found.sensitivity, value, dayType, level)))
  return {
    peakKw, lowKw, highKw, level, dayType, extrapolatedByC, coldDays, fewColdDays, fewWinters, notSignificant, sensitivityKwPerC, standardErrorKwPerC, thresholdC, thresholdOpen, smoothing, coldestC,
    returnYears: WINTER_PEAK_OPTIONS.returnYears, coldC: cold.temperatureC, winters: cold.winters,
    fit: { temperatureC, loadKw: expected.map((one) => one.loadKw), lowKw: expected.map((one) => one.lowKw), highKw: expected.map((one) => one.highKw) },
  }
}

/** The days that were learned from. */
function winterDays({ firstDay }: SlotGrid, { peakKw, temperatureC, dayType }: DailyLoads, smoothing: number): WinterDays {
  const felt = smoothedC(temperatureC, smoothing)
  const kept = [...peakKw.keys()].filter((i) => winterOf(firstDay + i) !== undefined && dayType[i] !== LEFT_OUT && !Number.isNaN(peakKw[i]! + felt[i]!))
  return { day: kept.map((i) => firstDay + i), temperatureC: kept.map((i) => felt[i]!), peakKw: kept.map((i) => peakKw[i]!), dayType: kept.map((i) => dayType[i]!) }
}

/** Hourly means of years: of a counter from its readings, else from the roll-ups. */
async function hourlyRates(reader: TimeSeriesReader, series: PowerSeries, from: number, to: number): Promise<Float64Array> {
  const hours = new Float64Array(Math.round((to - from) / HOUR_MS)).fill(NaN)
  if (series.register !== undefined) {
    for (let start = from; start < to; start += PIECE_MS) hours.set((await readMeans(reader, [series], start, Math.min(to, start + PIECE_MS), { stepS: HOUR_S }))[0]!.values, (start - from) / HOUR_MS)
    return hours
  }
  const [id] = await reader.lookup([series.pointName])
  if (!(id! > 0)) return hours
  const { at, mean } = await reader.rollup(id!, 'hour', from, to)
  at.forEach((time, i) => { hours[Math.round((time - from) / HOUR_MS)] = mean[i]! * (series.factor ?? 1) })
  return hours
}

export function saveWinterPeaks(database: DatabaseSync, reports: readonly WinterPeakReport[]): void {
  const insert = database.prepare('INSERT INTO winter_peak (series, computed_at, body) VALUES (?, ?, ?) ON CONFLICT (series) DO UPDATE SET computed_at = excluded.computed_at, body = excluded.body')
  for (const report of reports) insert.run(report.series, report.computedAt, JSON.stringify(report))
}
