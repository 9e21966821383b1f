import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { District } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import { forecastSeries, partsOf } from '#services/evaluation/forecast-series.ts'
import { EVALUATION_STEP_S, evaluationPlan, type PowerSeries } from '#services/evaluation/plan.ts'
import { readMeans } from '#services/evaluation/step-inputs.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { emptyColumns, pushValue } from '../columns.ts'
import type { SeriesColumns } from '../contract/common.ts'
import type { ForecastSeries } from '../contract/forecast.ts'
import { DAY_MS, breathe } from '../interval.ts'

const STEP_MS = EVALUATION_STEP_S * 1000

/** A series that is forecast, and what measures it: one sensor, or for the district those of all its transformers (none if one has none), or all meters of a carrier. */
export interface MeasuredForecastSeries extends ForecastSeries {
  readonly power: readonly PowerSeries[]
}

/** The list is made by the document alone: a series stands in it before its first forecast was issued. */
export function plannerForecastSeries(district: District): readonly MeasuredForecastSeries[] {
  const { network } = district
  const transformerName = new Map(network.transformers.map(({ id, name }) => [id, name]))
  const feederOf = new Map(network.feeders.flatMap(({ name, lineSections }) => lineSections.map((section) => [section, name] as const)))
  const siteName = new Map(district.sites.map(({ id, name }) => [id, name]))
  const siteOf = new Map(district.deliveryPoints.map(({ id, site }) => [id, siteName.get(site) ?? site]))
  const kindOf = (series: string, isSum: boolean) => (isSum ? 'district' as const : transformerName.has(series) ? 'transformer' as const : siteOf.has(series) ? 'delivery-point' as const : 'line-section' as const)
  const seen = new Map(forecastSeries(district, evaluationPlan(district)).map((one) => {
    const { series, carrier, unit } = one
    const kind = kindOf(series, one.others !== undefined)
    const name = kind === 'district' ? null : (transformerName.get(series) ?? siteOf.get(series) ?? feederOf.get(series) ?? series)
    return [series, { series, kind, name, carrier, unit, power: partsOf(one) }] as const
  }))
  const of = (kind: ForecastSeries['kind']) => [...seen.values()].filter((one) => one.kind === kind)
  const transformers = of('transformer')
  // The total is forecast, and measured, only if every transformer is.
  const isWhole = transformers.length === network.transformers.length
  const total = { series: 'district', kind: 'district' as const, name: null, carrier: 'electricity', unit: 'kW' as const, power: isWhole ? transformers.flatMap(({ power }) => power) : [] }
  return [total, ...of('district'), ...of('line-section'), ...transformers, ...of('delivery-point')]
}

/** @throws PF_NOT_FOUND */
export function chosenSeries(all: readonly MeasuredForecastSeries[], series: string): MeasuredForecastSeries {
  const found = all.find((one) => one.series === series)
  if (found === undefined) throw new PenfeldError('PF_NOT_FOUND', 'No series with this id is forecast; the list says which are.', { where: 'querystring.series' })
  return found
}

/** Ten-minute means of a series over whole steps, a day at a time; a sum is missing where one of its parts is, and as good as its worst. */
export async function measuredMeans(reader: TimeSeriesReader, power: readonly PowerSeries[], from: number, to: number): Promise<SeriesColumns> {
  const columns = emptyColumns()
  if (power.length === 0) return columns
  const end = Math.floor(to / STEP_MS) * STEP_MS
  for (let day = Math.ceil(from / STEP_MS) * STEP_MS; day < end; day += DAY_MS) {
    const means = await readMeans(reader, power, day, Math.min(end, day + DAY_MS))
    for (let step = 0; step < means[0]!.values.length; step += 1) {
      const value = means.reduce((sum, { values }) => sum + values[step]!, 0)
      const quality = means.reduce((worst, one) => Math.max(worst, one.quality[step]!), 0)
      pushValue(columns, day + step * STEP_MS, value, Number.isNaN(value) ? QUALITY.missing : quality)
    }
    await breathe()
  }
  return columns
}
