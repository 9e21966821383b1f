import type { District } from '#models/district/schema.ts'
import { feederHeads } from '#models/grid/topology.ts'
import type { EvaluationPlan, PowerSeries } from './plan.ts'

export interface ForecastSeries {
  readonly series: string
  readonly power: PowerSeries
  /** Of one delivery point: there are many of these, and they are fitted with less effort. */
  readonly isDeliveryPoint: boolean
  /** Follows the sun, and is negative: + is drawn from the network. */
  readonly isProduction: boolean
}

/** What is forecast: each transformer, each feeder head of a primary substation, every metered delivery point of a firm or public body. */
export function forecastSeries(district: District, plan: EvaluationPlan): ForecastSeries[] {
  const transformers = new Set(district.network.transformers.map(({ id }) => id))
  const heads = headSections(district)
  // A lamp follows the sun and nobody plans by it: luminaires are forecast within their transformer.
  const lighting = new Set(district.sites.filter(({ kind }) => kind === 'lighting').map(({ id }) => id))
  const active = plan.sensors.filter(({ quantity }) => quantity === 'active-power')
  const ofNetwork = (series: string, power: PowerSeries): ForecastSeries => ({ series, power, isDeliveryPoint: false, isProduction: false })
  return [
    ...active.filter(({ on }) => transformers.has(on)).map((power) => ofNetwork(power.on, power)),
    ...active.flatMap((power) => (heads.has(power.on) ? [ofNetwork(heads.get(power.on)!, power)] : [])),
    ...plan.loads.flatMap(({ deliveryPoint, power }) => (power !== undefined && deliveryPoint.category !== 'residential' && !lighting.has(deliveryPoint.site) ? [{ series: deliveryPoint.id, power, isDeliveryPoint: true, isProduction: deliveryPoint.carrier === 'production' }] : [])),
  ]
}

/** The district itself first, then all that is forecast. */
export const dayAheadSeries = (district: District, plan: EvaluationPlan): string[] => [...new Set(['district', ...forecastSeries(district, plan).map(({ series }) => series)])]

/** Those whose sum is the district; the feeder heads also carry the boundary load. Empty if one of them is not measured. */
export function transformerSeries(district: District, plan: EvaluationPlan): ForecastSeries[] {
  const all = new Map(forecastSeries(district, plan).map((one) => [one.series, one]))
  const parts = district.network.transformers.flatMap(({ id }) => all.get(id) ?? [])
  return parts.length === district.network.transformers.length ? parts : []
}

/** What measures a series: one sensor, or for the district those of all its transformers. Empty: nothing does. */
export const powersOf = (district: District, plan: EvaluationPlan, series: string): readonly ForecastSeries[] =>
  series === 'district' ? transformerSeries(district, plan) : forecastSeries(district, plan).filter((one) => one.series === series)

/** NaN where one of them is not known. At least one column. */
export const sumOf = (columns: readonly Float64Array[]): Float64Array => columns[0]!.map((_, step) => columns.reduce((sum, column) => sum + column[step]!, 0))

/** Line section at the head of each feeder of a primary substation, by every id a sensor may name it with. */
function headSections(district: District): ReadonlyMap<string, string> {
  return new Map(feederHeads(district.network).flatMap(({ feederId, section }) => [[feederId, section] as const, [section, section] as const]))
}
