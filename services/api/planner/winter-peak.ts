import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { WinterPeakEstimate, WinterPeakReport } from '#services/evaluation/winter-peaks.ts'
import type { WinterPeak } from '../contract/winter-peak.ts'
import { isoTime, type Table } from '../csv.ts'
import type { MeasuredForecastSeries } from './forecast.ts'

const DAY_MS = 86_400_000
const DAY_TYPES = ['working-day', 'saturday', 'sunday-or-holiday'] as const

/** The estimate of a series, or why there is none, or that none was made yet. @throws PF_NOT_FOUND for the points of single holders */
export function winterPeakView({ series, kind, name, carrier, unit }: MeasuredForecastSeries, report: WinterPeakReport | undefined): WinterPeak {
  if (kind === 'delivery-point') throw new PenfeldError('PF_NOT_FOUND', 'A winter peak is estimated of the district, of transformers and of feeder heads.', { where: 'querystring.series' })
  const { computedAt = null, refused = null, estimate = null, days = { day: [], temperatureC: [], peakKw: [], dayType: [] } } = report ?? {}
  return {
    readiness: report === undefined ? 'starting' : 'ready', series, kind, name, carrier, unit, computedAt, refused,
    estimate: estimate === null ? null : estimateView(estimate),
    days: {
      date: days.day.map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10)), temperatureC: days.temperatureC.map(hundredth), peakKw: days.peakKw.map(hundredth),
      dayType: days.dayType.map((type) => DAY_TYPES[type]!),
    },
  }
}

function estimateView(one: WinterPeakEstimate): NonNullable<WinterPeak['estimate']> {
  const { peakKw, lowKw, highKw, level, returnYears, coldC, winters, sensitivityKwPerC, standardErrorKwPerC, thresholdC, coldestC, extrapolatedByC, coldDays, fit } = one
  const flags = [['extrapolated', extrapolatedByC > 0], ['few-cold-days', one.fewColdDays], ['few-winters', one.fewWinters], ['not-significant', one.notSignificant], ['threshold-open', one.thresholdOpen]] as const
  return {
    peakKw, lowKw: orNone(lowKw), highKw: orNone(highKw), level, returnYears, coldC, winters, sensitivityKwPerC, standardErrorKwPerC: orNone(standardErrorKwPerC), thresholdC, coldestC, extrapolatedByC, coldDays,
    flags: flags.flatMap(([name, holds]) => (holds ? [name] : [])), dayType: DAY_TYPES[one.dayType]!,
    fit: { temperatureC: fit.temperatureC.map(hundredth), loadKw: fit.loadKw.map(hundredth), lowKw: fit.lowKw.map(orNone), highKw: fit.highKw.map(orNone) },
  }
}

const hundredth = (value: number): number => Math.round(value * 100) / 100

/** What JSON kept as null was no number. */
const orNone = (value: number | null): number | null => (value === null ? null : hundredth(value))

/** The days that were learned from, and the cold day as the last row, whose date is that of the estimate. */
export function winterPeakTable({ days, estimate, unit, computedAt }: WinterPeak): { header: readonly string[]; rows: Table } {
  const suffix = unit === 'kW' ? 'kw' : 'm3h'
  return {
    header: ['date', 'temperature_c', `peak_${suffix}`, 'day_type', 'origin', `low_${suffix}`, `high_${suffix}`],
    rows: [
      ...days.date.map((date, i) => [date, days.temperatureC[i]!, days.peakKw[i]!, days.dayType[i]!, 'measured', null, null]),
      ...(estimate === null ? [] : [[isoTime(computedAt), estimate.coldC, estimate.peakKw, estimate.dayType, 'estimated', estimate.lowKw, estimate.highKw]]),
    ],
  }
}
