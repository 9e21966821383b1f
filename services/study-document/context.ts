import { isReinforcing } from '#models/reinforcement/portfolio.ts'
import type { ElementOutlook, ElementYear, Portfolio, StudyResult } from '#models/reinforcement/study-result.ts'
import { studyPlaces, type StudyPlaces } from '#contract/study-places.ts'
import type { DocumentLanguage, DocumentHead } from './content.ts'
import { makeNumbers, type Numbers } from './numbers.ts'
import { localNumber, WORDS, type Words } from './words/index.ts'

/** What every section writes from: the study, its language, and the names behind its ids. */
export interface Context extends StudyPlaces {
  readonly result: StudyResult
  readonly head: DocumentHead
  readonly lang: DocumentLanguage
  readonly w: Words
  readonly n: Numbers
  readonly district: string
  /** Elements that are too small in some future, the earliest first. */
  readonly constrained: readonly ElementOutlook[]
  readonly recommended: Portfolio | null
  scenario(id: string): string
  weather(id: string): string
  /** `N` or the outage of an element. */
  state(state: string): string
  /** What a change makes of an element: `2 x 240 Al`, `winter x 1.07`. */
  change(into: string): string
}

/** Of a portfolio that no allowed amount of anything makes hold there are no figures: its zeros must not be read as free. */
export const hasFigures = ({ status }: Portfolio): boolean => status !== 'infeasible'
/** Energy not served is worked out where limits hold or nothing is done; elsewhere nobody knows how much it would be. */
export const notServedMwh = (portfolio: Portfolio): number | null => (portfolio.status === 'holds' || portfolio.kind === 'nothing' || portfolio.notServedMwh > 0 ? portfolio.notServedMwh : null)
export const firstWorkYear = ({ measures }: Portfolio): number | null => {
  const years = measures.filter(isReinforcing).map(({ fromYear }) => fromYear)
  return years.length === 0 ? null : Math.min(...years)
}

export function makeContext(result: StudyResult, lang: DocumentLanguage, head: DocumentHead): Context {
  const w: Words = WORDS[lang]
  const { scenarios, weatherYears } = result.ask.study
  const places = studyPlaces(result)
  const named = (list: readonly { readonly id: string; readonly name: { readonly fr: string; readonly en: string } }[], id: string) => list.find((one) => one.id === id)?.name[lang] ?? id
  return {
    result, head, lang, w, ...places,
    n: makeNumbers(lang),
    district: result.district.name[lang],
    constrained: result.elements.filter((one) => one.firstPossibleYear !== null).toSorted((a, b) => earliness(a) - earliness(b) || worstPct(b) - worstPct(a)),
    recommended: result.recommended === null ? null : result.portfolios[result.recommended],
    scenario: (id) => named(scenarios, id),
    weather: (id) => named(weatherYears, id),
    state: (state) => (state === 'N' ? w.outlook.normal : w.outlook.outage(places.place(state))),
    change: (into) => localNumber(into, lang).replace(/^winter\b/, w.terms.winter).replace(/(^|\s)x(?=\s)/, '$1×'),
  }
}

const earliness = ({ firstLikelyYear, firstPossibleYear }: ElementOutlook): number => (firstLikelyYear ?? 10_000) + (firstPossibleYear ?? 10_000) / 10_000
const worstPct = ({ years }: ElementOutlook): number => Math.max(0, ...years.map(({ peakPct }) => peakPct.most))

/** Figures of an element in the last year that was computed. */
export const lastYearOf = ({ years }: ElementOutlook): ElementYear | undefined => years.at(-1)
