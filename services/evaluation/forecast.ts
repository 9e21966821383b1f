import type { District } from '#models/district/schema.ts'
import { feederHeads } from '#models/grid/topology.ts'
import { seasonalNaive } from '#models/forecast/seasonal-naive.ts'
import type { Forecaster, ForecastRequest } from '#models/forecast/forecaster.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { ForecastReason, IssuedForecast } from './port.ts'
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

export interface ForecastSeries {
  readonly series: string
  readonly power: PowerSeries
}

/** What is forecast: each transformer, each feeder head of a primary substation, every metered delivery point of a firm or public body. */
export function forecastSeries(district: District, plan: EvaluationPlan): ForecastSeries[] {
  const transformers = new Set(district.network.transformers.map(({ id }) => id))
  const heads = headSections(district)
  // A lamp follows the sun and nobody plans by it: luminaires are forecast within their transformer.
  const lighting = new Set(district.sites.filter(({ kind }) => kind === 'lighting').map(({ id }) => id))
  const active = plan.sensors.filter(({ quantity }) => quantity === 'active-power')
  return [
    ...active.filter(({ on }) => transformers.has(on)).map((power) => ({ series: power.on, power })),
    ...active.flatMap((power) => (heads.has(power.on) ? [{ series: heads.get(power.on)!, power }] : [])),
    ...plan.loads.flatMap(({ deliveryPoint, power }) => (power !== undefined && deliveryPoint.category !== 'residential' && !lighting.has(deliveryPoint.site) ? [{ series: deliveryPoint.id, power }] : [])),
  ]
}

/** Line section at the head of each feeder of a primary substation, by every id a sensor may name it with. */
function headSections(district: District): ReadonlyMap<string, string> {
  return new Map(feederHeads(district.network).flatMap(({ feederId, section }) => [[feederId, section] as const, [section, section] as const]))
}

/**
 * Forecasts of the next 48 hours as of `issuedAt`: only what had been recorded by then is read. The district total is
 * the sum over its transformers: the feeder heads also carry the boundary load. Its band comes from the errors of the
 * sum, never from a sum of quantiles.
 */
export async function issueForecasts(
  reader: TimeSeriesReader,
  district: District,
  plan: EvaluationPlan,
  issuedAt: number,
  progress: (share: number) => void = () => {},
  forecaster: Forecaster = seasonalNaive,
): Promise<IssuedForecast[]> {
  const from = Math.ceil(issuedAt / STEP_MS) * STEP_MS
  // The running step is not whole yet.
  const historyTo = Math.floor(issuedAt / STEP_MS) * STEP_MS
  const historyFrom = historyTo - HISTORY_STEPS * STEP_MS
  const wanted = forecastSeries(district, plan)
  const issued: IssuedForecast[] = []
  const transformers = new Set(district.network.transformers.map(({ id }) => id))
  const transformerKw = new Map<string, Float64Array>()
  for (const [i, { series, power }] of wanted.entries()) {
    const [history] = await readMeans(reader, [power], historyFrom, historyTo, { asOf: issuedAt })
    const historyKw = history!.values
    if (transformers.has(series)) transformerKw.set(series, historyKw)
    const request = requestOf(historyKw)
    const { valuesKw } = forecaster.forecast(request)
    if (valuesKw.some((value) => !Number.isNaN(value))) issued.push(withBand(series, request, valuesKw))
    progress((i + 1) / wanted.length)
  }
  const totalKw = districtTotal(district, issued)
  return totalKw === undefined ? issued : [...issued, withBand('district', requestOf(sumOf([...transformerKw.values()])), totalKw)]

  function requestOf(historyKw: Float64Array): ForecastRequest {
    return { issuedAt, from, steps: HORIZON_STEPS, stepS: EVALUATION_STEP_S, timeZone: district.timeZone, historyFrom, historyKw }
  }
  function withBand(series: string, request: ForecastRequest, valuesKw: Float64Array): IssuedForecast {
    return {
      series, issuedAt, from, stepS: EVALUATION_STEP_S, forecaster: forecaster.name, method: 'seasonal-naive', reason: whyNaive(request.historyKw),
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

function districtTotal(district: District, issued: readonly IssuedForecast[]): Float64Array | undefined {
  const bySeries = new Map(issued.map((one) => [one.series, one.valuesKw]))
  const parts = district.network.transformers.map(({ id }) => bySeries.get(id))
  if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined
  return sumOf(parts as Float64Array[])
}

/** NaN where one of them is not known. At least one column. */
const sumOf = (columns: readonly Float64Array[]): Float64Array => columns[0]!.map((_, step) => columns.reduce((sum, column) => sum + column[step]!, 0))
