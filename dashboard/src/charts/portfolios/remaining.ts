import type { Portfolio, StudyResult } from '#contract/study-shapes.ts'
import { nameOf, scenarioName, stateName } from '../study-names.ts'
import type { Speech } from '../shaped.ts'

const MOST_LINES = 6
/** Why a portfolio does not hold: of each element the limit that is passed longest, by the names the elements have. */
export function remainingLines(portfolio: Portfolio, result: StudyResult, { t, f }: Speech): string[] {
  const words = t.reinforcement.portfolios
  const sorted = [...portfolio.remaining].sort((a, b) => b.hours - a.hours || (b.worstPct ?? 0) - (a.worstPct ?? 0))
  const lines = sorted.filter(({ element }, place) => sorted.findIndex((one) => one.element === element) === place)
    .map((one) => words.remaining(nameOf(one.element, result), words.inFuture(stateName(one.state, result, { t }), String(one.year), scenarioName(one.scenario, result, { f })), f.unit(one.hours, 'h'), f.percent(one.worstPct)))
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES), words.more(f.count(lines.length - MOST_LINES))]
}
