import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { ChoiceOption, ChoiceProblem } from './choice-problem.ts'

/** Refuses what was not computed, has no price or no end: none of them may be read as "no violation" or "free". */
export function checkChoice({ options, days, notServedEur, years }: ChoiceProblem): void {
  for (const option of options) {
    const costs = [option.onceEur, option.yearlyEur, option.activationEur ?? []]
    if (costs.some((column) => column.some((eur) => !Number.isFinite(eur)))) throw new PenfeldError('PF_STUDY_OPTION_UNPRICED', `${option.id} has no price in some year.`, { where: option.id })
    if (!Number.isFinite(mostOf(option))) throw new PenfeldError('PF_STUDY_OPTION_UNBOUNDED', `${option.id} says no largest ${option.kind === 'units' ? 'number of units' : 'power'}.`, { where: option.id })
  }
  if (notServedEur?.some((eur) => !Number.isFinite(eur))) throw new PenfeldError('PF_STUDY_OPTION_UNPRICED', 'Energy not served has no price in some year.', { where: 'notServedEur' })
  for (const { rows, availableKw, state, year, label, weight } of days) {
    const unknown = (detail: string): PenfeldError => new PenfeldError('PF_STUDY_EXCESS_UNKNOWN', `${detail} is not known in ${state}, ${years[year]}, ${label}.`, { where: state })
    if (!Number.isFinite(weight)) throw unknown('The weight of a day')
    for (const { element, excess, perKw, built } of rows) {
      if (excess.some((kw) => !Number.isFinite(kw))) throw unknown(`What is beyond the limit of ${element}`)
      for (const [option, kw] of perKw) if (!Number.isFinite(kw)) throw unknown(`What ${options[option].id} relieves of ${element}`)
      for (const [option, kw] of built) if (kw.some((each) => !Number.isFinite(each))) throw unknown(`What ${options[option].id} relieves of ${element}`)
    }
    for (const [option, kw] of availableKw) if (kw.some(Number.isNaN)) throw unknown(`What ${options[option].id} can give`)
  }
}

/** Largest amount: 1, units or kW. */
export const mostOf = ({ kind, mostUnits, mostKw }: ChoiceOption): number => (kind === 'built' ? 1 : kind === 'units' ? mostUnits : mostKw) ?? Infinity

/** kW that an amount of 1 holds ready. */
export const heldKwOf = ({ kind, mostKw }: ChoiceOption): number => kind === 'sized' ? 1 : mostKw ?? 0

/** Comes back over so many whole hours, evenly. */
export const reboundHours = ({ rebound }: ChoiceOption): number => rebound === undefined ? 0 : Math.max(1, Math.ceil(rebound.withinH))
