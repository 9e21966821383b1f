import type { StudyResult } from '#contract/study-shapes.ts'
import type { Speech } from '../shaped.ts'
import { nameOf, priceName } from '../study-names.ts'

/** Each option without a price, with the prices that are missing; one of an older study keeps its id. */
export const unpricedLines = (result: StudyResult, speech: Speech): string[] => {
  const words = speech.t.reinforcement.portfolios
  return (result.unpriced ?? []).map(({ option, measure, at, missing }) => words.missing(
    measure === undefined || at === undefined ? option : words.unpricedAt(words.measure[measure], nameOf(at, result)), speech.f.list(missing.map((item) => priceName(item, result, speech)))))
}
