/** Prices of the options of a study: dated tables with their source, and what the study puts in their place. */
import { sourceIn } from '#models/district/schema-parts.ts'
import { priceOf, type CostItem, type CostTable } from '#models/capacity/cost-table.ts'
import type { Source } from '#models/capacity/source.ts'
import type { StudyPrice } from '#models/district/schema-study.ts'
import type { OptionCosts } from './measure.ts'
import { stoodFactors, workValue, type Horizon } from './money.ts'
import type { Rates } from './rates.ts'

export type PriceList = ReadonlyMap<string, { readonly eur: number; readonly source: Source }>

/** Where two tables price an item the first one holds; a price of the study holds over both. Prices are not moved from the year of their table to another. */
export function priceList(tables: readonly CostTable[], own: readonly StudyPrice[] = []): PriceList {
  const list = new Map<string, { eur: number; source: Source }>()
  for (const table of tables) for (const [item, eur] of Object.entries(table.prices)) if (!list.has(item)) list.set(item, { eur, source: table.source })
  for (const { item, eur, source, dated } of own) list.set(item, { eur, source: { title: sourceIn(source, 'en'), dated, sure: 'reported' } })
  return list
}

/** EUR at the prices of the list, for one, one unit or one kW. */
export type OptionPrice =
  | { readonly priced: true; readonly onceEur: number; readonly yearlyEur: number; readonly kwYearEur: number; readonly activatedMwhEur: number; readonly items: readonly string[] }
  | { readonly priced: false; readonly missing: readonly string[] }

/** One item without a price leaves the option without one, and so does an option that names no cost at all: nothing is free because nobody knows. */
export function optionPrice(costs: OptionCosts, list: PriceList): OptionPrice {
  const parts = [costs.once, costs.yearly, costs.perKwYear ?? [], costs.perActivatedMwh ?? []]
  const items = [...new Set(parts.flat().map(({ item }) => item))]
  const missing = items.filter((item) => !Number.isFinite(list.get(item)?.eur))
  if (missing.length > 0 || items.length === 0) return { priced: false, missing }
  const [onceEur, yearlyEur, kwYearEur, activatedMwhEur] = parts.map((part) => sumOf(part, list))
  return { priced: true, onceEur, yearlyEur, kwYearEur, activatedMwhEur, items }
}

/** `yearly` says here which list an item stands in; the study discounts year by year, so that no annuity is taken. */
function sumOf(items: readonly CostItem[], list: PriceList): number {
  if (items.length === 0) return 0
  const prices = Object.fromEntries(items.map(({ item }) => [item, list.get(item)!.eur]))
  const price = priceOf(items.map(({ item, quantity }) => ({ item, quantity })), { source: list.get(items[0].item)!.source, prices })
  return price.priced ? price.eur : NaN
}

export interface PresentCosts {
  readonly onceEur: Float64Array
  readonly yearlyEur: Float64Array
  readonly activationEur: Float64Array
}

/** Costs of an option by year of the choice, as `ChoiceOption` has them; what is paid every year for the years that each stands for. */
export function presentCosts(price: OptionPrice & { priced: true }, lifeYears: number, years: readonly number[], horizon: Horizon, rates: Rates): PresentCosts {
  const stood = stoodFactors(years, horizon, rates)
  return {
    onceEur: Float64Array.from(years, (year) => price.onceEur === 0 ? 0 : workValue({ id: 'option', eur: price.onceEur, year, lifeYears }, horizon, rates).netEur),
    yearlyEur: stood.map((factor) => factor * (price.yearlyEur + price.kwYearEur)),
    activationEur: stood.map((factor) => factor * price.activatedMwhEur),
  }
}
