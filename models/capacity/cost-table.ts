/** What remedies cost, from a dated table with its source. What is not in the table has no price: it is never free. */
import type { Source } from './source.ts'

export interface CostTable {
  readonly source: Source
  /** EUR by item; the unit is part of the item's name: `lv-cable-laid-km`, `transformer-630-kva`, `curtailed-mwh`. */
  readonly prices: Readonly<Record<string, number>>
  /** Makes a present value of what is paid every year; absent: such items have no price. */
  readonly yearly?: { readonly discountPct: number; readonly years: number }
}

export interface CostItem {
  readonly item: string
  readonly quantity: number
  /** Paid each year, and not once. */
  readonly yearly?: boolean
}

export type Price =
  | { readonly priced: true; readonly eur: number; readonly items: readonly CostItem[]; readonly source: Source }
  /** `missing`: items that the table does not have. */
  | { readonly priced: false; readonly missing: readonly string[]; readonly items: readonly CostItem[] }

/** Sum of the items as a present value. One item without a price leaves the whole without one. */
export function priceOf(items: readonly CostItem[], table: CostTable): Price {
  const missing = items.filter(({ item, yearly }) => table.prices[item] === undefined || (yearly === true && table.yearly === undefined)).map(({ item }) => item)
  if (missing.length > 0 || items.length === 0) return { priced: false, missing, items }
  const eur = items.reduce((sum, { item, quantity, yearly }) => sum + quantity * table.prices[item] * (yearly === true && table.yearly !== undefined ? annuity(table.yearly) : 1), 0)
  return { priced: true, eur, items, source: table.source }
}

/** Present value of 1 a year, paid at the end of each year. */
export const annuity = ({ discountPct, years }: { readonly discountPct: number; readonly years: number }): number => {
  const rate = discountPct / 100
  return rate === 0 ? years : (1 - (1 + rate) ** -years) / rate
}

/** German planning prices; no French table was found to be public. Cables with earthworks in town, over 500 inhabitants/km2. */
export const DENA_COSTS: CostTable = {
  source: {
    title: 'dena-Verteilnetzstudie, as carried by eDisGo (edisgo/config/config_grid_expansion_default.cfg)', dated: '2012-12',
    address: 'https://github.com/openego/eDisGo', sure: 'reported',
  },
  prices: { 'lv-cable-laid-km': 100_000, 'mv-cable-laid-km': 140_000, 'transformer-630-kva': 10_000 },
}
