import type { ChoiceDay, ChoiceOption, ChoiceProblem, ChoiceRow } from '#models/reinforcement/choice-problem.ts'

/** Options, days and problems of one year and one scenario, unless told otherwise. */
export const option = (id: string, more: Partial<ChoiceOption> & { kind: ChoiceOption['kind']; once?: number[]; yearly?: number[]; activation?: number[] }, years = 1): ChoiceOption => {
  const { once, yearly, activation, ...rest } = more
  const column = (values: number[] | undefined): Float64Array => values === undefined ? new Float64Array(years) : Float64Array.from({ length: years }, (_, year) => values[year] ?? values[0])
  return { id, onceEur: column(once), yearlyEur: column(yearly), ...(activation === undefined ? {} : { activationEur: column(activation) }), ...rest }
}

export const row = (excess: number[], perKw: Record<number, number> = {}, built: Record<number, number> = {}, element = 'line'): ChoiceRow => ({
  element, excess: Float64Array.from(excess),
  perKw: new Map(Object.entries(perKw).map(([index, relief]) => [Number(index), relief])),
  built: new Map(Object.entries(built).map(([index, relief]) => [Number(index), new Float64Array(excess.length).fill(relief)])),
})

export const day = (rows: readonly ChoiceRow[], availableKw: Record<number, number> = {}, more: Partial<ChoiceDay> = {}): ChoiceDay => ({
  year: 0, scenario: 0, state: 'N', weight: 1, label: 'cold', rows,
  availableKw: new Map(Object.entries(availableKw).map(([index, kw]) => [Number(index), new Float64Array(rows[0].excess.length).fill(kw)])), ...more,
})

export const problem = (options: readonly ChoiceOption[], days: readonly ChoiceDay[], more: Partial<ChoiceProblem> = {}): ChoiceProblem => ({
  years: [2030], scenarios: [{ id: 'likely', probability: 1 }], options, days, objective: { kind: 'expected' }, ...more,
})
