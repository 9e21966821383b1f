/** Which futures a study looks at: all of them, or the few that answer a moved slider. */
import type { StudyAsk } from '#models/reinforcement/study-result.ts'
import { stagesOf } from '#models/reinforcement/deciding-days.ts'
import type { FutureAsk } from '#models/reinforcement/study-worker.ts'

const likeliest = <One extends { readonly probability: number }>(all: readonly One[]): number => all.reduce((best, one, k) => (one.probability > all[best]!.probability ? k : best), 0)
/** The weather that a network is built for: the cold spell that is named last, else the first weather. */
const coldest = ({ study: { weatherYears } }: StudyAsk): number => Math.max(weatherYears.findLastIndex(({ kind }) => kind === 'cold-spell'), 0)

/** Of the quick study the likeliest scenario in the coldest weather, at the end and halfway. */
export function futureAsks(ask: StudyAsk): FutureAsk[] {
  const { study, fromYear, toYear } = ask
  if (ask.depth === 'quick') return quickYears(ask).map((year) => ({ scenario: likeliest(study.scenarios), weather: coldest(ask), year }))
  const asks: FutureAsk[] = []
  // The last years first: they take longest.
  for (let year = toYear; year >= fromYear; year -= 1) study.scenarios.forEach((_, scenario) => study.weatherYears.forEach((__, weather) => asks.push({ scenario, weather, year })))
  return asks
}

export function quickYears({ fromYear, toYear }: StudyAsk): number[] {
  const span = toYear - fromYear
  return [...new Set([toYear, fromYear + Math.round(span / 2)])]
}

/** The one future of a year that speaks for it: likeliest scenario, coldest weather. */
export const isLikely = (ask: StudyAsk, { scenario, weather }: FutureAsk): boolean => scenario === likeliest(ask.study.scenarios) && weather === coldest(ask)

/** Stages of the choice over the constrained years; a quick study decides in the years that it has looked at. */
export function stagesAsked(ask: StudyAsk, constrainedYears: readonly number[]): { readonly years: readonly number[]; readonly judged: readonly number[] } {
  if (ask.depth === 'full') return stagesOf(constrainedYears, ask.toYear)
  const years = [...constrainedYears].sort((a, b) => a - b)
  return { years, judged: years }
}
