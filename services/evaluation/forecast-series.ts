import type { Carrier, District } from '#models/district/schema.ts'
import { feederHeads } from '#models/grid/topology.ts'
import { isOtherCarrier, type CarrierLoad, type RateUnit } from './carrier-loads.ts'
import type { EvaluationPlan, PowerSeries } from './plan.ts'

export interface ForecastSeries {
  readonly series: string
  readonly power: PowerSeries
  /** Of a sum: its other parts. */
  readonly others?: readonly PowerSeries[]
  readonly carrier: Carrier
  readonly unit: RateUnit
  /** Of one delivery point: there are many of these, and they are fitted with less effort. */
  readonly isDeliveryPoint: boolean
  /** Follows the sun, and is negative: + is drawn from the network. */
  readonly isProduction: boolean
}

/**
 * What is forecast: each transformer, each feeder head of a primary substation, every metered delivery point of a firm or
 * public body, and of heat, cooling, gas and water the sum of what is metered in the district.
 */
export function forecastSeries(district: District, plan: EvaluationPlan): ForecastSeries[] {
  const transformers = new Set(district.network.transformers.map(({ id }) => id))
  const heads = headSections(district)
  // A lamp follows the sun and nobody plans by it: luminaires are forecast within their transformer.
  const lighting = new Set(district.sites.filter(({ kind }) => kind === 'lighting').map(({ id }) => id))
  const active = plan.sensors.filter(({ quantity }) => quantity === 'active-power')
  const ofNetwork = (series: string, power: PowerSeries): ForecastSeries => ({ series, power, carrier: 'electricity', unit: 'kW', isDeliveryPoint: false, isProduction: false })
  return [
    ...active.filter(({ on }) => transformers.has(on)).map((power) => ofNetwork(power.on, power)),
    ...active.flatMap((power) => (heads.has(power.on) ? [ofNetwork(heads.get(power.on)!, power)] : [])),
    ...carrierTotals(district, plan),
    ...plan.loads.flatMap(({ deliveryPoint, power }) => (power !== undefined && deliveryPoint.category !== 'residential' && !lighting.has(deliveryPoint.site) ? [{ series: deliveryPoint.id, power, carrier: deliveryPoint.carrier, unit: 'kW' as const, isDeliveryPoint: true, isProduction: deliveryPoint.carrier === 'production' }] : [])),
    ...plan.carriers.filter(isOfNoHousehold).map(({ deliveryPoint: { id, carrier }, power, unit }): ForecastSeries => ({ series: id, power, carrier, unit, isDeliveryPoint: true, isProduction: false })),
  ]
}

/**
 * Households in a sum below which it would tell of one of them: the points of firms are forecast beside it, and may be
 * taken from it.
 */
const FEWEST_HOUSEHOLDS = 11

const isOfNoHousehold = ({ deliveryPoint }: CarrierLoad): boolean => deliveryPoint.category !== 'residential'
export const carrierTotalName = (carrier: Carrier): string => `district-${carrier}`

/** Sum of the metered delivery points of each carrier, where all are told in one unit and none is a household by itself. */
function carrierTotals(district: District, plan: EvaluationPlan): ForecastSeries[] {
  return district.carriers.filter(isOtherCarrier).flatMap((carrier): ForecastSeries[] => {
    const own = plan.carriers.filter(({ deliveryPoint }) => deliveryPoint.carrier === carrier)
    const households = own.filter((one) => !isOfNoHousehold(one)).length
    const [first, ...others] = own
    if (first === undefined || others.length === 0 || others.some(({ unit }) => unit !== first.unit) || (households > 0 && households < FEWEST_HOUSEHOLDS)) return []
    return [{ series: carrierTotalName(carrier), power: first.power, others: others.map(({ power }) => power), carrier, unit: first.unit, isDeliveryPoint: false, isProduction: false }]
  })
}

export const partsOf = ({ power, others = [] }: ForecastSeries): readonly PowerSeries[] => [power, ...others]

/** The district itself first, then all that is forecast. */
export const dayAheadSeries = (district: District, plan: EvaluationPlan): string[] => [...new Set(['district', ...forecastSeries(district, plan).map(({ series }) => series)])]

/** Those whose sum is the district; the feeder heads also carry the boundary load. Empty if one of them is not measured. */
export function transformerSeries(district: District, plan: EvaluationPlan): ForecastSeries[] {
  const all = new Map(forecastSeries(district, plan).map((one) => [one.series, one]))
  const parts = district.network.transformers.flatMap(({ id }) => all.get(id) ?? [])
  return parts.length === district.network.transformers.length ? parts : []
}

/** What measures a series: one sensor, for the district those of all its transformers, for a carrier all its meters. Empty: nothing does. */
export const powersOf = (district: District, plan: EvaluationPlan, series: string): readonly PowerSeries[] =>
  (series === 'district' ? transformerSeries(district, plan) : forecastSeries(district, plan).filter((one) => one.series === series)).flatMap(partsOf)

export const isProductionSeries = (district: District, plan: EvaluationPlan, series: string): boolean => forecastSeries(district, plan).some((one) => one.series === series && one.isProduction)

/** NaN where one of them is not known. At least one column. */
export const sumOf = (columns: readonly Float64Array[]): Float64Array => columns[0]!.map((_, step) => columns.reduce((sum, column) => sum + column[step]!, 0))

/** Line section at the head of each feeder of a primary substation, by every id a sensor may name it with. */
function headSections(district: District): ReadonlyMap<string, string> {
  return new Map(feederHeads(district.network).flatMap(({ feederId, section }) => [[feederId, section] as const, [section, section] as const]))
}
