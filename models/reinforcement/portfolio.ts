/** A chosen and checked plan in the figures of the study. */
import type { Choice } from './choice-problem.ts'
import type { PricedOption } from './choice-options.ts'
import type { Horizon, Work } from './money.ts'
import { discountFactor, workValue, yearlyValue } from './money.ts'
import { spread } from './outlook.ts'
import { amountIn } from './plan-in-force.ts'
import type { Rates } from './rates.ts'
import { REINFORCING } from './choice-options.ts'
import type { Portfolio, PortfolioMeasure } from './study-result.ts'
import type { UnitResult } from './study-worker.ts'

export interface CheckedPlan {
  readonly choice: Choice
  readonly options: readonly PricedOption[]
  readonly stages: readonly number[]
  /** Of the check, one for each future that was looked at; with the probability of each. */
  readonly units: readonly (UnitResult & { readonly probability: number })[]
}

export interface MoneyTerms {
  readonly horizon: Horizon
  readonly rates: Rates
  readonly years: readonly number[]
  readonly lossEurPerMwh: number
  readonly co2KgPerMwh: number
}

/** Energy called in a year, by interpolating nothing: a year that was not checked is counted like the next one that was. */
export function measuresOf({ choice, options, stages, units }: CheckedPlan, { horizon, rates, years }: MoneyTerms): PortfolioMeasure[] {
  const checkedYears = [...new Set(units.map(({ ask }) => ask.year))].sort((a, b) => a - b)
  return choice.chosen.flatMap(({ option: index, amount }): PortfolioMeasure[] => {
    const { option, price } = options[index]
    const amounts = years.map((year) => amountIn(amount, stages, year))
    const fromYear = years[amounts.findIndex((now) => now > 0)]
    if (fromYear === undefined) return []
    const isDispatch = option.effect.kind === 'dispatch'
    const activatedIn = (year: number) => units.filter(({ ask }) => ask.year === year).map(({ probability, activated }) => ({ probability, told: activated.find((one) => one.option === option.id) }))
    const ofYear = (year: number) => spread(activatedIn(checkedYears.find((checked) => checked >= year) ?? year), ({ told }) => (told?.kwh ?? 0) / 1000)
    const active = years.filter((_, k) => amounts[k] > 0)
    const once = onceOf(amounts, years, price.onceEur, option.costs.lifeYears, horizon, rates)
    const kwEur = price.yearlyEur + price.kwYearEur
    return [{
      option: option.id, measure: option.measure, at: option.at, changes: option.effect.kind === 'network' ? option.effect.changes : [],
      fromYear, amounts, unit: option.effect.kind === 'load' ? option.effect.unit : isDispatch ? 'kW' : '',
      npvEur: {
        once: once.onceEur, residual: once.residualEur,
        yearly: years.reduce((sum, year, k) => sum + amounts[k] * kwEur * discountFactor(rates, horizon.fromYear, year), 0),
        activation: isDispatch ? active.reduce((sum, year) => sum + ofYear(year).expected * price.activatedMwhEur * discountFactor(rates, horizon.fromYear, year), 0) : 0,
      },
      activatedMwhAYear: isDispatch ? ofYear(active[active.length - 1]) : null,
      activatedHoursAYear: isDispatch ? spread(activatedIn(checkedYears.findLast((checked) => active.includes(checked)) ?? active[active.length - 1]), ({ told }) => told?.hours ?? 0) : null,
      noticeH: option.effect.kind === 'dispatch' ? option.effect.noticeH : null, offer: option.offer ?? null,
    }]
  })
}

/** What is added in a year is paid in that year. */
function onceOf(amounts: readonly number[], years: readonly number[], eur: number, lifeYears: number, horizon: Horizon, rates: Rates): { readonly onceEur: number; readonly residualEur: number } {
  let [onceEur, residualEur, most] = [0, 0, 0]
  amounts.forEach((amount, k) => {
    if (!(amount > most) || eur === 0) return
    const value = workValue({ id: '', eur: eur * (amount - most), year: years[k], lifeYears }, horizon, rates)
    onceEur += value.onceEur
    residualEur += value.residualEur
    most = amount
  })
  return { onceEur, residualEur }
}

export const netEur = ({ npvEur: { once, yearly, activation, residual } }: PortfolioMeasure): number => once + yearly + activation - residual
export const isReinforcing = ({ measure }: Pick<PortfolioMeasure, 'measure'>): boolean => REINFORCING.includes(measure)

/** Expected change of losses by year against those without the plan, MWh; none before its first year. */
export function lossChangeMwh(checked: CheckedPlan['units'], before: ReadonlyMap<string, UnitResult>, years: readonly number[], firstYear: number): { readonly mwh: number; readonly byYear: readonly number[] } {
  const checkedYears = [...new Set(checked.map(({ ask }) => ask.year))].sort((a, b) => a - b)
  const changeIn = (year: number) => {
    const units = checked.filter(({ ask }) => ask.year === year)
    return spread(units.map((unit) => ({ probability: unit.probability, change: unit.lossesMwh - (before.get(futureKey(unit.ask))?.lossesMwh ?? NaN) })), ({ change }) => change).expected
  }
  const byYear = years.map((year) => {
    const next = checkedYears.find((checkedYear) => checkedYear >= year)
    return next === undefined || year < firstYear ? 0 : changeIn(next)
  })
  return { mwh: byYear.reduce((sum, mwh) => sum + mwh, 0), byYear }
}

export const futureKey = ({ scenario, weather, year }: { readonly scenario: number; readonly weather: number; readonly year: number }): string => `${scenario} ${weather} ${year}`

/** Present value of a change of losses. */
export const lossValueEur = (byYear: readonly number[], { horizon, rates, years, lossEurPerMwh }: MoneyTerms): number =>
  byYear.reduce((sum, mwh, k) => sum + mwh * (yearlyValue(lossEurPerMwh, years[k], { fromYear: horizon.fromYear, toYear: years[k] }, rates)), 0)

/** Works of a plan, by what they are about: the same place reinforced otherwise is the same work at another time. */
export function worksOf(portfolio: Pick<Portfolio, 'measures'>, onceEurOf: (option: string) => number, lifeYearsOf: (option: string) => number): Work[] {
  const byPlace = new Map<string, number>()
  return portfolio.measures.filter(isReinforcing).map(({ option, at, fromYear }) => {
    const earlier = byPlace.get(at) ?? 0
    byPlace.set(at, earlier + 1)
    return { id: earlier === 0 ? at : `${at} ${earlier + 1}`, eur: onceEurOf(option), year: fromYear, lifeYears: lifeYearsOf(option) }
  })
}
