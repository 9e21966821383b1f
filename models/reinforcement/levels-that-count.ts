/** Ends of ranges that change something: many ranges of a scenario are of its last year, or of another scenario. */
import type { Range, StudyScenario } from '#models/district/schema-study.ts'
import { type Levels, pathValue } from './path-value.ts'
import { valueAt } from './rates.ts'

type Amount = number | Range | readonly { readonly year: number; readonly amount: number | Range }[]

/** Of the levels those at which some amount of the scenario is another one in the year: without the others its loads are the same. */
export function levelsThatCount(scenario: StudyScenario, year: number, levels: Levels): Levels {
  return new Map([...levels].filter(([place, level]) => {
    const amount = amountAt(scenario, place)
    if (amount === undefined || typeof amount === 'number') return false
    return 'low' in amount ? valueAt(amount, level) !== amount.likely : pathValue(amount, year, level) !== pathValue(amount, year)
  }))
}

/** Names of load classes are whatever a document calls them: only the first dot parts. */
function amountAt(scenario: StudyScenario, place: string): Amount | undefined {
  const dot = place.indexOf('.')
  const group = scenario[place.slice(0, dot) as keyof StudyScenario] as Readonly<Record<string, Amount | undefined>> | undefined
  return group?.[place.slice(dot + 1)]
}
