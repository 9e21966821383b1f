import type { Portfolio, StudyResult } from '#contract/study-shapes.ts'
import type { Speech } from '../../../charts/shaped.ts'
import { scenarioName, weatherName } from '../../../charts/study-names.ts'

export const recommendedOf = ({ portfolios, recommended }: StudyResult): Portfolio | undefined => (recommended === null ? undefined : portfolios[recommended])

/** Years that the study has computed, the earliest first. */
export const yearsLooked = ({ futures }: StudyResult): number[] => [...new Set(futures.map(({ year }) => year))].sort((a, b) => a - b)

/** What a quick answer looked at. */
export function quickSentence(result: StudyResult, { t, f }: Speech): string {
  const [one] = result.futures
  return one === undefined ? '' : t.reinforcement.run.quick(f.list(yearsLooked(result).map(String)), scenarioName(one.scenario, result, { f }), weatherName(one.weather, result, { f }))
}

/** The answer in a sentence or two, then when it becomes tight and what it saves. Without a solution that holds, nothing is recommended. */
export function answerSentence(result: StudyResult, { t, f }: Speech): string {
  const words = t.reinforcement.answer
  const { answer, ask } = result
  const chosen = recommendedOf(result)
  const until = String(ask.toYear)
  // A quick study does not look at the years before its first one.
  const isFirstLooked = ask.depth === 'quick' && answer.firstYear === yearsLooked(result)[0]
  const first = answer.firstYear === null ? [] : [(isFirstLooked ? words.firstLooked : words.first)(String(answer.firstYear))]
  if (answer.kind === 'nothing-needed') return words.nothingNeeded(until)
  if (answer.kind === 'none-holds' || chosen?.status !== 'holds') return [words.noneHolds(until), ...first].join(' ')
  const cost = f.money(chosen.expectedNpvEur)
  const saved = answer.kind !== 'reinforce' && answer.savedEur > 0 ? [words.saved(f.money(answer.savedEur))] : []
  return [words[answer.kind](until, cost), ...first, ...saved].join(' ')
}

/** The same in a few words, for where there is no room. */
export function shortAnswer(result: StudyResult, { t, f }: Speech): string {
  const words = t.reinforcement.answer
  const chosen = recommendedOf(result)
  if (result.answer.kind === 'nothing-needed') return words.short['nothing-needed']
  return chosen?.status === 'holds' ? words.shortWith(words.short[result.answer.kind], f.money(chosen.expectedNpvEur)) : words.short['none-holds']
}

export interface Figure { readonly label: string; readonly value: string; readonly note: string }

/** What is avoided and what is only deferred, apart: a work that comes later is not a work that never comes. */
export function answerFigures(result: StudyResult, { t, f }: Speech): Figure[] {
  const words = t.reinforcement.answer
  const { answer } = result
  const chosen = recommendedOf(result)
  if (chosen?.status !== 'holds' || answer.kind === 'nothing-needed') return []
  return [
    { label: words.cost, value: f.money(chosen.expectedNpvEur), note: t.reinforcement.portfolios.kinds[chosen.kind] },
    { label: words.avoided, value: f.money(answer.avoidedEur), note: words.avoidedNote },
    { label: words.deferred, value: f.money(answer.deferredEur), note: answer.deferredWorksEur > 0 ? words.deferredNote(f.money(answer.deferredWorksEur)) : words.deferredNone },
    { label: words.savedLabel, value: f.money(answer.savedEur), note: words.savedNote },
  ]
}
