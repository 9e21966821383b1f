/** The options of the measures as the choice sees them: amounts and present values by year. What has no price cannot be chosen, and is named. */
import type { ChoiceOption } from './choice-problem.ts'
import type { MeasureKind, MeasureOption } from './measure.ts'
import type { Horizon } from './money.ts'
import { type OptionPrice, optionPrice, presentCosts, type PriceList } from './prices.ts'
import type { Rates } from './rates.ts'
import type { UnpricedOption } from './study-result.ts'

export interface PricedOption {
  readonly option: MeasureOption
  readonly price: OptionPrice & { readonly priced: true }
  readonly choice: ChoiceOption
}

export interface PricedOptions {
  readonly options: readonly PricedOption[]
  readonly unpriced: readonly UnpricedOption[]
}

/** Works that make the network itself stronger. */
export const REINFORCING: readonly MeasureKind[] = ['parallel-cable', 'larger-cable', 'transformer', 'new-substation']

/** @param years of the choice, ascending; each stands for those until the next */
export function pricedOptions(options: readonly MeasureOption[], list: PriceList, years: readonly number[], horizon: Horizon, rates: Rates): PricedOptions {
  const unpriced: UnpricedOption[] = []
  const priced = options.flatMap((option): PricedOption[] => {
    const price = optionPrice(option.costs, list)
    if (!price.priced) {
      unpriced.push({ option: option.id, measure: option.measure, at: option.at, missing: price.missing })
      return []
    }
    return [{ option, price, choice: choiceOption(option, price, years, horizon, rates) }]
  })
  return { options: priced, unpriced }
}

function choiceOption({ id, effect, costs, group, firstYear }: MeasureOption, price: OptionPrice & { priced: true }, years: readonly number[], horizon: Horizon, rates: Rates): ChoiceOption {
  const { onceEur, yearlyEur, activationEur } = presentCosts(price, costs.lifeYears, years, horizon, rates)
  const first = firstYear === undefined ? 0 : years.findIndex((year) => year >= firstYear)
  const common = { id, onceEur, yearlyEur, ...(group === undefined ? {} : { group }), ...(first > 0 ? { firstYear: first } : {}) }
  switch (effect.kind) {
    case 'network': return { ...common, kind: 'built' }
    case 'load': return { ...common, kind: 'units', mostUnits: effect.mostUnits }
    case 'dispatch': return {
      ...common, kind: 'sized', mostKw: effect.mostKw, activationEur, hoursAYear: effect.hoursAYear, mostHoursAnActivation: effect.mostHoursAnActivation,
      rebound: effect.rebound, ...(effect.storage === undefined ? {} : { storage: effect.storage }),
    }
  }
}

/** What of them a way of doing it may use. */
export const only = (options: readonly PricedOption[], kinds: (kind: MeasureKind) => boolean): readonly PricedOption[] => options.filter(({ option }) => kinds(option.measure))
