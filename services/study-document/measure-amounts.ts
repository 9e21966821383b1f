import type { PortfolioMeasure, StudyAsk } from '#models/reinforcement/study-result.ts'

/** Amounts with their years: one for each year of the study, or from the first year of the measure on. */
export function yearsOfAmounts({ amounts, fromYear }: PortfolioMeasure, ask: StudyAsk): readonly { readonly year: number; readonly amount: number }[] {
  const start = amounts.length === ask.toYear - ask.fromYear + 1 ? ask.fromYear : fromYear
  return amounts.map((amount, k) => ({ year: start + k, amount })).filter(({ year }) => year <= ask.toYear)
}
