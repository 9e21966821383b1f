/**
 * What the items of options cost: EUR without VAT, of the year each price is dated, not indexed. No French table of unit costs was
 * found to be public. What is assumed here is an order of size, says so, and is to be replaced by `study.prices` of the document.
 */
import type { SourceText } from '#models/district/schema-parts.ts'
import type { CostItem } from '#models/capacity/cost-table.ts'
import type { Source } from '#models/capacity/source.ts'
import type { FlexibilityOffer, Study } from '#models/district/schema-study.ts'
import { likelyAmount } from './likely-scenario.ts'

export interface UnitPrice {
  /** The unit is part of the name: `battery-kwh`, `mv-cable-laid-km`; without one it is for one piece. `-year`: every year. */
  readonly item: string
  readonly eur: number
  readonly source: SourceText
  readonly dated: string
  readonly address?: string
  /** As of `Source`; assumed: an order of size of ours. given: by the document. */
  readonly sure: Source['sure'] | 'assumed' | 'given'
}

const DENA = { source: 'dena-Verteilnetzstudie (Germany), as carried by eDisGo (edisgo/config/config_grid_expansion_default.cfg)', dated: '2012-12', address: 'https://github.com/openego/eDisGo', sure: 'reported' } as const
const assumed = (item: string, eur: number, source: string): UnitPrice => ({ item, eur, source: `Order of size, assumed: ${source}`, dated: '2026-11', sure: 'assumed' })
const NO_TABLE = 'no French public table was found'

export const UNIT_PRICES: readonly UnitPrice[] = [
  { item: 'mv-cable-laid-km', eur: 140_000, ...DENA },
  { item: 'lv-cable-laid-km', eur: 100_000, ...DENA },
  { item: 'transformer-630-kva', eur: 10_000, ...DENA },
  { item: 'transformer-40000-kva', eur: 1_000_000, ...DENA },
  assumed('transformer-63000-kva', 1_400_000, 'in proportion to the 40 MVA one of dena'),
  assumed('transformer-250-kva', 7_000, 'in proportion to the 630 kVA one of dena'),
  assumed('transformer-400-kva', 8_500, 'in proportion to the 630 kVA one of dena'),
  assumed('transformer-1000-kva', 15_000, 'in proportion to the 630 kVA one of dena'),
  assumed('secondary-substation', 40_000, `cabin with its switchgear, without transformer and cable; ${NO_TABLE}`),
  assumed('lv-feeder-moved', 3_000, `joints and work to bring one feeder to another busbar; ${NO_TABLE}`),
  assumed('switching', 500, 'a visit to two switches and the change of the plans'),
  assumed('rating-study', 2_000, 'some days of an engineer: soil, depth and grouping of one cable'),
  assumed('cable-monitoring', 15_000, `temperature along one section, fitted and connected; ${NO_TABLE}`),
  assumed('cable-monitoring-year', 1_500, 'a tenth of the equipment'),
  assumed('battery-kw', 200, `converter and connection of a stationary battery; ${NO_TABLE}`),
  assumed('battery-kwh', 350, `cells, container and works of a stationary battery; ${NO_TABLE}`),
  assumed('battery-kw-year', 10, `upkeep and insurance; ${NO_TABLE}`),
  assumed('photovoltaics-kwp', 1_300, `on roofs of buildings, some ten kWp each; ${NO_TABLE}`),
  assumed('photovoltaics-kwp-year', 20, `upkeep; ${NO_TABLE}`),
  assumed('renovation-dwelling', 25_000, `envelope of a flat; ${NO_TABLE}`),
  assumed('heat-network-dwelling', 8_000, `branch and exchanger shared, water circuit in a flat that has none; ${NO_TABLE}`),
  {
    item: 'flexible-connection-mwh', eur: 700, source: 'Highest utilisation price paid by UK distribution operators for a reduction, GBP 600/MWh (Modo, axle.energy), at about 1.16 EUR a GBP', dated: '2023', sure: 'reported',
  },
]

/** Items that an offer brings with it. */
export const availabilityItem = (offer: Pick<FlexibilityOffer, 'id'>): string => `offer ${offer.id} kw-year`
export const activationItem = (offer: Pick<FlexibilityOffer, 'id'>): string => `offer ${offer.id} mwh`
/** Electricity that a battery loses. */
export const LOSSES_ITEM = 'losses-mwh'

/** By item: our own table, then what the study says of money and offers, then the prices it gives in place of ours. */
export function studyPrices(study?: Pick<Study, 'money' | 'prices' | 'offers'>): ReadonlyMap<string, UnitPrice> {
  const table = new Map(UNIT_PRICES.map((price) => [price.item, price]))
  if (study === undefined) return table
  const { money, offers = [], prices = [] } = study
  const given = (item: string, eur: number, source: SourceText, dated: string) => table.set(item, { item, eur, source, dated, sure: 'given' })
  given(LOSSES_ITEM, likelyAmount(money.energyLossEurPerMwh), money.source, String(money.pricesOf))
  for (const offer of offers) {
    given(availabilityItem(offer), offer.availabilityEurPerKwYear, offer.source, String(money.pricesOf))
    given(activationItem(offer), offer.activationEurPerMwh, offer.source, String(money.pricesOf))
  }
  for (const { item, eur, source, dated } of prices) given(item, eur, source, dated)
  return table
}

/** Sum of items, EUR; NaN with the names of the missing ones where one has no price: it is never free. No items cost nothing. */
export function itemsEur(items: readonly CostItem[], prices: ReadonlyMap<string, UnitPrice>): { readonly eur: number; readonly missing: readonly string[] } {
  const missing = items.map(({ item }) => item).filter((item) => !prices.has(item))
  return { eur: missing.length > 0 ? NaN : items.reduce((sum, { item, quantity }) => sum + quantity * (prices.get(item)?.eur ?? NaN), 0), missing }
}
