import { isReinforcing } from '#models/reinforcement/portfolio.ts'
import type { PortfolioMeasure } from '#models/reinforcement/study-result.ts'
import { firstWorkYear, type Context } from './context.ts'

/** Measures named in the sentence, the costliest; more are counted. */
const MOST_NAMED = 2
const MOST_WITHOUT_COUNT = 3

/** The answer of the study in one sentence. It says no more than the result does: where nothing holds, nothing is recommended. */
export function answerSentence(context: Context): string {
  const { result, recommended, w, n, constrained } = context
  const { answer, ask, portfolios } = result
  const elements = w.answer.elements(elementsOf(context), ask.toYear)
  if (answer.kind === 'none-holds' || (recommended === null && answer.kind !== 'nothing-needed')) return w.answer.noneHolds(answer.firstYear ?? ask.fromYear, elements, portfolios.length)
  if (answer.kind === 'nothing-needed' || recommended === null) {
    return constrained.length === 0 ? w.answer.nothing(ask.toYear, ask.study.scenarios.length * ask.study.weatherYears.length) : w.answer.nothingLikely(ask.toYear)
  }
  const first = answer.firstYear ?? ask.fromYear
  const work = firstWorkYear(recommended)
  const cost = n.eur(recommended.expectedNpvEur)
  const works = named(context, recommended.measures.filter(isReinforcing))
  const flexible = named(context, recommended.measures.filter((one) => !isReinforcing(one)))
  if (answer.kind === 'reinforce') return w.answer.reinforce(elements, first, cost, work ?? first)
  if (work === null) return w.answer.flexibility(ask.toYear, first, flexible, cost, saving(context))
  return work > first ? w.answer.combine(work, works, flexible, cost, saving(context)) : w.answer.combineNow(work, works, flexible, cost, saving(context))
}

/** What is avoided, what is only put off, and what that makes in all: three amounts that must not be taken for one another. */
export function eurosApart({ result, w, n }: Context): readonly string[] {
  const { kind, avoidedEur, deferredEur, deferredWorksEur, savedEur } = result.answer
  if (kind === 'none-holds' || kind === 'nothing-needed') return []
  // Without a plan of works that holds there is nothing that could be avoided or put off.
  if (!result.portfolios.some((one) => one.kind === 'reinforce' && one.status === 'holds')) return [w.answer.noReference]
  return [
    avoidedEur > 0 ? w.answer.avoided(n.eur(avoidedEur), result.ask.toYear) : w.answer.noneAvoided(result.ask.toYear),
    deferredWorksEur > 0 ? w.answer.deferred(n.eur(deferredWorksEur), n.eur(deferredEur)) : w.answer.noneDeferred,
    ...(savedEur > 0 ? [w.answer.saved(n.eur(savedEur))] : []),
  ]
}

const saving = ({ result, w, n }: Context): string => {
  const { savedEur } = result.answer
  return savedEur > 0 ? w.answer.less(n.eur(savedEur)) : savedEur < 0 ? w.answer.more(n.eur(-savedEur)) : ''
}

/** Those that are too small more likely than not; where there are none, those that may be. */
const elementsOf = ({ constrained }: Context): number => constrained.filter(({ firstLikelyYear }) => firstLikelyYear !== null).length || constrained.length

function named({ w, n, site }: Context, measures: readonly PortfolioMeasure[]): string {
  const most = measures.length <= MOST_WITHOUT_COUNT ? MOST_WITHOUT_COUNT : MOST_NAMED
  const shown = measures.toSorted((a, b) => spentEur(b) - spentEur(a)).slice(0, most).toSorted((a, b) => a.fromYear - b.fromYear)
  const said = shown.map(({ measure, at, fromYear }) => w.answer.at(w.terms.aMeasure[measure], site(at), fromYear))
  return n.list(measures.length > most ? [...said, w.otherMeasures(measures.length - most)] : said)
}

/** What is paid, before what is left at the end: a work of the last years would weigh nothing after it. */
const spentEur = ({ npvEur: { once, yearly, activation } }: PortfolioMeasure): number => once + yearly + activation
