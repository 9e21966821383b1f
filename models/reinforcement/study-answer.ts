/** What a study says in the end: whether to reinforce, and what another way avoids or only puts off. */
import { isReinforcing } from './portfolio.ts'
import type { WorksSaving } from './deferral.ts'
import type { Portfolio, StudyResult } from './study-result.ts'

export interface AnswerParts {
  readonly portfolios: readonly Portfolio[]
  readonly recommended: number | null
  readonly firstYear: number | null
  readonly saving?: WorksSaving
}

export function studyAnswer({ portfolios, recommended, firstYear, saving }: AnswerParts): StudyResult['answer'] {
  const chosen = recommended === null ? undefined : portfolios[recommended]
  const reference = portfolios.find(({ kind }) => kind === 'reinforce')
  const money = {
    avoidedEur: saving?.avoidedEur ?? 0, deferredEur: saving?.deferredEur ?? 0, deferredWorksEur: saving?.deferredWorksEur ?? 0,
    savedEur: chosen !== undefined && reference?.status === 'holds' ? reference.expectedNpvEur - chosen.expectedNpvEur : 0,
  }
  if (firstYear === null && portfolios.length === 0) return { kind: 'nothing-needed', firstYear: null, ...money }
  if (chosen === undefined) return { kind: 'none-holds', firstYear, ...money }
  const works = chosen.measures.filter(isReinforcing).length
  return { kind: works === chosen.measures.length ? 'reinforce' : works === 0 ? 'flexibility' : 'combine', firstYear, ...money }
}

/** The cheapest of those that hold; of equal ones the first. */
export function recommendedOf(portfolios: readonly Portfolio[]): number | null {
  let best: number | null = null
  portfolios.forEach(({ status, expectedNpvEur }, k) => {
    if (status === 'holds' && (best === null || expectedNpvEur < portfolios[best].expectedNpvEur)) best = k
  })
  return best
}
