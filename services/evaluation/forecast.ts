import type { District } from '#models/district/schema.ts'
import { seasonalNaive } from '#models/forecast/seasonal-naive.ts'
import type { Forecaster, ForecastRequest } from '#models/forecast/forecaster.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { RateUnit } from './carrier-loads.ts'
import { correctedForecast, covers } from './corrected-forecast.ts'
import { forecastSeries, partsOf, sumOf, transformerSeries, type ForecastSeries } from './forecast-series.ts'
import type { DayAheadForecast, ForecastReason, IssuedForecast } from './port.ts'
import { EVALUATION_STEP_S, type EvaluationPlan, type PowerSeries } from './plan.ts'
import { readMeans } from './step-inputs.ts'
import { trailingBand } from './trailing-band.ts'

const STEP_MS = EVALUATION_STEP_S * 1000
export const HORIZON_STEPS = 288
/** Five weeks: four weeks before, and the alike days around them. */
const HISTORY_STEPS = 35 * 144

/** Whose history is shorter could not be forecast better than by last week's value. */
const ENOUGH_STEPS = 28 * 144
/** Of a history that is long enough, the share that must be known. */
const ENOUGH_SHARE = 0.8

/** A forecast of days serves this long; yesterday's may stand in until the one of today is made. */
export const DAY_AHEAD_SERVES_MS = 36 * 3_600_000

/**
 * Forecasts of the next 48 hours as of `issuedAt`: only what had been recorded by then is read. Where there is a forecast
 * of days in service (`dayAhead`, at most 36 hours old) it is that, corrected by what has been measured since; the others
 * get the seasonal naive with the band of its own errors. The district total is the sum over its transformers: the feeder
 * heads also carry the boundary load. Its band comes from the errors of the sum, never from a sum of quantiles.
 */
export async function issueForecasts(
  reader: TimeSeriesReader,
  district: District,
  plan: EvaluationPlan,
  issuedAt: number,
  dayAhead: readonly DayAheadForecast[] = [],
  progress: (share: number) => void = () => {},
  forecaster: Forecaster = seasonalNaive,
): Promise<IssuedForecast[]> {
  const from = Math.ceil(issuedAt / STEP_MS) * STEP_MS
  // The running step is not whole yet.
  const historyTo = Math.floor(issuedAt / STEP_MS) * STEP_MS
  const historyFrom = historyTo - HISTORY_STEPS * STEP_MS
  const asked = { issuedAt, from, steps: HORIZON_STEPS, stepS: EVALUATION_STEP_S }
  const daysOf = new Map(dayAhead.filter((days) => days.issuedAt <= issuedAt && days.issuedAt >= issuedAt - DAY_AHEAD_SERVES_MS).map((days) => [days.series, days]))
  const inService = (series: string, unit: RateUnit = 'kW') => {
    const days = daysOf.get(series)
    // A meter of another kind since: what was said of it was said in another unit.
    return days !== undefined && (days.unit ?? 'kW') === unit && covers(days, asked) ? days : undefined
  }
  const wanted = forecastSeries(district, plan)
  const transformers = transformerSeries(district, plan)
  const issued: IssuedForecast[] = []
  for (const [i, own] of wanted.entries()) {
    const { series, isProduction, unit } = own
    const days = inService(series, unit)
    const one = days === undefined ? naive(series, await sumOfParts(own, historyOf)) : correctedForecast(days, await sumOfParts(own, (power) => sinceStart(power, days)), asked, isProduction)
    if (one !== undefined) issued.push({ ...one, unit })
    progress((i + 1) / (wanted.length + 1))
  }
  const total = transformers.length === 0 ? undefined : await districtTotal()
  progress(1)
  return total === undefined ? issued : [...issued, total]

  async function districtTotal(): Promise<IssuedForecast | undefined> {
    const days = inService('district')
    if (days !== undefined) {
      const measured: Float64Array[] = []
      for (const { power } of transformers) measured.push(await sinceStart(power, days))
      return correctedForecast(days, sumOf(measured), asked, false)
    }
    const histories: Float64Array[] = []
    for (const { power } of transformers) histories.push(await historyOf(power))
    const valuesKw = sumOf(histories.map((historyKw) => forecaster.forecast(requestOf(historyKw)).valuesKw))
    return valuesKw.some((value) => !Number.isNaN(value)) ? withBand('district', requestOf(sumOf(histories)), valuesKw) : undefined
  }
  async function sumOfParts(one: ForecastSeries, read: (power: PowerSeries) => Promise<Float64Array>): Promise<Float64Array> {
    const columns: Float64Array[] = []
    for (const power of partsOf(one)) columns.push(await read(power))
    return sumOf(columns)
  }
  async function historyOf(power: PowerSeries): Promise<Float64Array> {
    return (await readMeans(reader, [power], historyFrom, historyTo, { asOf: issuedAt }))[0]!.values
  }
  /** Half hours of the forecast of days that are over. */
  async function sinceStart(power: PowerSeries, { from: start, stepS }: DayAheadForecast): Promise<Float64Array> {
    const to = start + Math.floor((issuedAt - start) / (stepS * 1000)) * stepS * 1000
    return (await readMeans(reader, [power], start, to, { asOf: issuedAt, stepS }))[0]!.values
  }
  function naive(series: string, historyKw: Float64Array): IssuedForecast | undefined {
    const request = requestOf(historyKw)
    const { valuesKw } = forecaster.forecast(request)
    return valuesKw.some((value) => !Number.isNaN(value)) ? withBand(series, request, valuesKw) : undefined
  }
  function requestOf(historyKw: Float64Array): ForecastRequest {
    return { issuedAt, from, steps: HORIZON_STEPS, stepS: EVALUATION_STEP_S, timeZone: district.timeZone, historyFrom, historyKw }
  }
  function withBand(series: string, request: ForecastRequest, valuesKw: Float64Array): IssuedForecast {
    return {
      series, issuedAt, from, stepS: EVALUATION_STEP_S, forecaster: forecaster.name, method: 'seasonal-naive', weather: 'none',
      reason: daysOf.get(series)?.valuesKw.length === 0 ? 'fit-failed' : whyNaive(request.historyKw),
      valuesKw, quantilesKw: trailingBand(forecaster, request, valuesKw),
    }
  }
}

/** Why the seasonal naive forecaster answers, which needs no fit and asks for little. */
function whyNaive(historyKw: Float64Array): ForecastReason {
  const first = historyKw.findIndex((value) => !Number.isNaN(value))
  const steps = first < 0 ? 0 : historyKw.length - first
  if (steps < ENOUGH_STEPS) return 'history-short'
  const known = historyKw.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
  return known < ENOUGH_SHARE * steps ? 'history-gaps' : 'not-fitted'
}
