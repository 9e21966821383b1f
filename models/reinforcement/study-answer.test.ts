import { describe, expect, it } from 'vitest'
import { worksSaving } from './deferral.ts'
import { realPct } from './rates.ts'
import { recommendedOf, studyAnswer } from './study-answer.ts'
import type { Portfolio, PortfolioMeasure } from './study-result.ts'

const measure = (kind: PortfolioMeasure['measure']) => ({ measure: kind }) as PortfolioMeasure
const portfolio = (kind: Portfolio['kind'], status: Portfolio['status'], expectedNpvEur: number, ...measures: PortfolioMeasure['measure'][]) => ({ kind, status, expectedNpvEur, measures: measures.map(measure) }) as unknown as Portfolio

describe('what is recommended', () => {
  it('is the cheapest of those that hold, of equal ones the first', () => {
    expect(recommendedOf([portfolio('nothing', 'violates', 0), portfolio('reinforce', 'holds', 50), portfolio('least-cost', 'holds', 40), portfolio('least-regret', 'holds', 40), portfolio('without-reinforcement', 'infeasible', 0)])).toBe(2)
  })

  it('is none where none holds, however cheap', () => {
    expect(recommendedOf([portfolio('nothing', 'violates', 0), portfolio('reinforce', 'not-settled', 1), portfolio('least-cost', 'infeasible', 0)])).toBeNull()
  })
})

describe('the answer of a study', () => {
  const reference = portfolio('reinforce', 'holds', 90, 'parallel-cable')
  const answer = (chosen: Portfolio, of = reference) => studyAnswer({ portfolios: [of, chosen], recommended: 1, firstYear: 2031 })

  it.each([
    ['reinforce', portfolio('least-cost', 'holds', 80, 'larger-cable', 'transformer')],
    ['combine', portfolio('least-cost', 'holds', 70, 'larger-cable', 'battery')],
    ['flexibility', portfolio('least-cost', 'holds', 60, 'curtailment', 'heat')],
  ] as const)('is to %s by what is in the plan', (kind, chosen) => {
    expect(answer(chosen)).toEqual({ kind, firstYear: 2031, avoidedEur: 0, deferredEur: 0, deferredWorksEur: 0, savedEur: 90 - chosen.expectedNpvEur })
  })

  it('saves nothing against a reference that does not hold', () => {
    expect(answer(portfolio('least-cost', 'holds', 60, 'battery'), portfolio('reinforce', 'not-settled', 90)).savedEur).toBe(0)
  })

  it('is that nothing is needed only where nothing is constrained', () => {
    expect(studyAnswer({ portfolios: [], recommended: null, firstYear: null }).kind).toBe('nothing-needed')
    expect(studyAnswer({ portfolios: [portfolio('nothing', 'violates', 1)], recommended: null, firstYear: null }).kind).toBe('none-holds')
    expect(studyAnswer({ portfolios: [portfolio('nothing', 'violates', 1)], recommended: null, firstYear: 2031 })).toMatchObject({ kind: 'none-holds', firstYear: 2031, savedEur: 0 })
  })

  it('tells what is avoided from what only comes later', () => {
    const work = (id: string, eur: number, year: number) => ({ id, eur, year, lifeYears: 40 })
    const horizon = { fromYear: 2030, toYear: 2039 }
    const rates = { discount: realPct(0) }
    const saving = worksSaving([work('L', 40_000, 2031), work('T', 20_000, 2031), work('K', 8000, 2035)], [work('L', 40_000, 2036), work('K', 8000, 2035)], horizon, rates)
    // Without interest a work costs what of its life is used up within the horizon: a fortieth a year.
    expect(saving.works.map(({ id, kind, savedEur }) => [id, kind, savedEur])).toEqual([['L', 'deferred', 5000], ['T', 'avoided', 4500], ['K', 'kept', 0]])
    expect(studyAnswer({ portfolios: [reference, portfolio('least-cost', 'holds', 60, 'parallel-cable', 'battery')], recommended: 1, firstYear: 2031, saving }))
      .toEqual({ kind: 'combine', firstYear: 2031, avoidedEur: 4500, deferredEur: 5000, deferredWorksEur: 40_000, savedEur: 30 })
  })
})
