/** What it means to do nothing: energy that flows beyond limits in the normal state, as if all of it had to be left unserved. */
import type { MoneyTerms } from './portfolio.ts'
import { discountFactor } from './money.ts'
import type { ElementOutlook } from './study-result.ts'
import type { FutureAsk, UnitResult } from './study-worker.ts'

export interface BeyondLimits {
  /** Over the horizon, expected. */
  readonly mwh: number
  readonly expectedEur: number
  readonly ofScenario: readonly { readonly scenario: string; readonly eur: number }[]
}

/**
 * Of elements of one group (a feeder or a substation) the largest is taken, since what flows through one flows through the others; groups
 * are summed. After outages nothing is counted: that would need how often they are. Years without a future of their own are counted like
 * the next one that has.
 */
export function beyondLimits(futures: readonly { readonly ask: FutureAsk; readonly counts: UnitResult['counts']; readonly probability: number }[], elements: readonly ElementOutlook[], elementIds: readonly string[], { years, horizon, rates }: MoneyTerms, notServedEurPerMwh: number, scenarioIds: readonly string[]): BeyondLimits {
  const place = new Map(elementIds.map((id, k) => [id, k]))
  const groups = Map.groupBy(elements, ({ group }) => group)
  const mwhOf = ({ mwhNormal }: UnitResult['counts']) => [...groups.values()].reduce((sum, of) => sum + Math.max(0, ...of.map(({ id }) => mwhNormal[place.get(id)!])), 0)
  const known = [...new Set(futures.map(({ ask }) => ask.year))].sort((a, b) => a - b)
  const expectedIn = (year: number, scenario?: number) => {
    const of = futures.filter(({ ask }) => ask.year === (known.find((one) => one >= year) ?? known[known.length - 1]) && (scenario === undefined || ask.scenario === scenario))
    const total = of.reduce((sum, { probability }) => sum + probability, 0)
    return of.reduce((sum, { counts, probability }) => sum + (probability * mwhOf(counts)) / total, 0)
  }
  const eur = (scenario?: number) => years.reduce((sum, year) => sum + expectedIn(year, scenario) * notServedEurPerMwh * discountFactor(rates, horizon.fromYear, year), 0)
  const scenarios = [...new Set(futures.map(({ ask }) => ask.scenario))].sort((a, b) => a - b)
  return { mwh: years.reduce((sum, year) => sum + expectedIn(year), 0), expectedEur: eur(), ofScenario: scenarios.map((scenario) => ({ scenario: scenarioIds[scenario], eur: eur(scenario) })) }
}
