import type { ForecastSeries } from '#contract/forecast.ts'
import type { Format, Messages } from '../i18n/index.ts'

/** The electricity of the whole district: what is shown until something else is chosen. */
export const DISTRICT_SERIES = 'district'

const isElectric = (carrier: string): boolean => carrier === 'electricity' || carrier === 'production'

/** What a series is called in sentences and lists: its carrier is said unless it is electricity. */
export function seriesName({ series, kind, name, carrier }: Pick<ForecastSeries, 'series' | 'kind' | 'name' | 'carrier'>, t: Messages): string {
  const of = t.merchant.carriers[carrier as keyof typeof t.merchant.carriers] ?? carrier
  if (kind === 'district') return isElectric(carrier) ? t.forecast.district : t.forecast.districtOf(of)
  const own = name === null || name === series ? series : t.forecast.named(name, series)
  return isElectric(carrier) ? own : t.forecast.namedOf(own, of)
}

type Unit = ForecastSeries['unit']
/** As people write it. */
export const writtenUnit = (unit: Unit): string => (unit === 'm3/h' ? 'm³/h' : unit)
/** Writes values of a series in its unit. */
export const rateOf = (unit: Unit, f: Format) => (value: number | null | undefined): string => (unit === 'kW' ? f.power(value) : f.unit(value, unit, 2))
