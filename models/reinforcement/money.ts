/**
 * Present values of a study, at the beginning of its first year and at the prices of `money.pricesOf`. What is paid in a year is paid at
 * its beginning: a work must stand before the winter that needs it, and every option is counted by the same rule.
 */
import type { Range, StudyMoney } from '#models/district/schema-study.ts'
import { ratesOf, valueAt, yearFactor, type Rates } from './rates.ts'

export interface Horizon {
  readonly fromYear: number
  /** Last year that counts; what stands after it has its residual value at its end. */
  readonly toYear: number
}

export interface Work {
  /** The same in every plan, so that two plans can be laid side by side. */
  readonly id: string
  readonly eur: number
  readonly year: number
  readonly lifeYears: number
}

export interface WorkValue {
  /** Paid once, and again where its life ends inside the horizon. */
  readonly onceEur: number
  /** Not used up at the end of the horizon, straight line over the life of the last one that was built; positive. */
  readonly residualEur: number
  readonly netEur: number
}

/** Factor on what is paid in `year`. */
export const discountFactor = (rates: Rates, fromYear: number, year: number): number => yearFactor(rates) ** (year - fromYear)

/** Present value of a work and of what replaces it. A work outside the horizon costs nothing inside it. */
export function workValue(work: Work, { fromYear, toYear }: Horizon, rates: Rates): WorkValue {
  if (!(work.lifeYears > 0)) throw new RangeError(`${work.id}: a life of ${work.lifeYears} years`)
  if (work.year < fromYear || work.year > toYear) return { onceEur: 0, residualEur: 0, netEur: 0 }
  const end = toYear + 1
  let onceEur = 0
  let built = work.year
  for (let year = work.year; year < end; year += work.lifeYears) {
    onceEur += work.eur * discountFactor(rates, fromYear, year)
    built = year
  }
  const residualEur = work.eur * Math.max(0, 1 - (end - built) / work.lifeYears) * discountFactor(rates, fromYear, end)
  return { onceEur, residualEur, netEur: onceEur - residualEur }
}

/** Present value of so much a year, from `sinceYear` to the end of the horizon. */
export function yearlyValue(eurAYear: number, sinceYear: number, { fromYear, toYear }: Horizon, rates: Rates): number {
  let sum = 0
  for (let year = Math.max(sinceYear, fromYear); year <= toYear; year++) sum += eurAYear * discountFactor(rates, fromYear, year)
  return sum
}

/** What it is worth to build `years` later: C (1 - ((1+i)/(1+r))^n) with nominal rates, C (1 - (1+r)^-n) with real ones. */
export const deferralValue = (eur: number, years: number, rates: Rates): number => eur * (1 - yearFactor(rates) ** years)

export interface EnergyPrices {
  /** EUR a MWh, present value, by year; losses carry their CO2. */
  readonly lossEur: Float64Array
  readonly notServedEur: Float64Array
  /** EUR a MWh for the CO2 alone. */
  readonly co2Eur: Float64Array
}

/** By year that is named; ends of the ranges as asked, `likely` where not. */
export function energyPrices(money: StudyMoney, years: readonly number[], fromYear: number, ends: Partial<Record<keyof StudyMoney, keyof Range>> = {}): EnergyPrices {
  const rates = ratesOf(money, ends.discountPct)
  const co2 = valueAt(money.co2EurPerTonne, ends.co2EurPerTonne) * money.co2KgPerMwh / 1000
  const loss = valueAt(money.energyLossEurPerMwh, ends.energyLossEurPerMwh) + co2
  const notServed = valueAt(money.energyNotServedEurPerMwh, ends.energyNotServedEurPerMwh)
  const byYear = (eur: number): Float64Array => Float64Array.from(years, (year) => eur * discountFactor(rates, fromYear, year))
  return { lossEur: byYear(loss), notServedEur: byYear(notServed), co2Eur: byYear(co2) }
}

export interface PlanValue {
  /** Present value of what is paid to reinforce, and of all the rest. */
  readonly reinforcementEur: number
  readonly otherEur: number
}

/** Factor on the prices of reinforcement at which two plans cost the same; null: at none above 0. */
export function breakEvenFactor(reference: PlanValue, chosen: PlanValue): number | null {
  const factor = (chosen.otherEur - reference.otherEur) / (reference.reinforcementEur - chosen.reinforcementEur)
  return Number.isFinite(factor) && factor > 0 ? factor : null
}
