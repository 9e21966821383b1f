/** Decisions of a choice, common to all scenarios: how much of each option stands in each year. */
import { mostOf } from './choice-check.ts'
import type { ChoiceOption, ChoiceProblem } from './choice-problem.ts'
import type { ProgramBuilder } from './linear-program.ts'

/** A part of the costs: EUR for one of a column, in one scenario or (-1) in all. */
export interface CostEntry { readonly column: number; readonly scenario: number; readonly eur: number }

/** Up to so many units are whole; more are continuous, since a rounded unit is then less than the error of linear reliefs, and far quicker to decide. */
const MOST_WHOLE_UNITS = 10

export const isWhole = (option: ChoiceOption): boolean => option.kind === 'built' || (option.kind === 'units' && mostOf(option) <= MOST_WHOLE_UNITS)
/** What was built is not taken away, and a storage is not made smaller; a contract may be. */
export const neverShrinks = (option: ChoiceOption): boolean => option.kind !== 'sized' || option.storage !== undefined

/** Columns by option and year. */
export function decisionColumns({ options, years }: ChoiceProblem, builder: ProgramBuilder, costs: CostEntry[]): Int32Array[] {
  const amounts = options.map((option) => Int32Array.from(years, (_, year) => builder.column(year < (option.firstYear ?? 0) ? 0 : mostOf(option), isWhole(option))))
  options.forEach((option, index) => {
    if (neverShrinks(option)) staysOnce(option, amounts[index], builder, costs)
    else comesAndGoes(option, amounts[index], builder, costs)
  })
  excludeEachOther(options, amounts, builder)
  return amounts
}

function staysOnce(option: ChoiceOption, amounts: Int32Array, builder: ProgramBuilder, costs: CostEntry[]): void {
  amounts.forEach((column, year) => {
    // What is added in a year is the difference of two amounts, so that each amount saves what one decided a year later would cost.
    costs.push({ column, scenario: -1, eur: option.yearlyEur[year] + option.onceEur[year] - (option.onceEur[year + 1] ?? 0) })
    if (year > 0) builder.row(0, Infinity, [[column, 1], [amounts[year - 1], -1]])
  })
}

function comesAndGoes(option: ChoiceOption, amounts: Int32Array, builder: ProgramBuilder, costs: CostEntry[]): void {
  amounts.forEach((column, year) => {
    costs.push({ column, scenario: -1, eur: option.yearlyEur[year] })
    if (option.onceEur[year] <= 0) return
    const added = builder.column(mostOf(option))
    costs.push({ column: added, scenario: -1, eur: option.onceEur[year] })
    builder.row(0, Infinity, year === 0 ? [[added, 1], [column, -1]] : [[added, 1], [column, -1], [amounts[year - 1], 1]])
  })
}

/** At most one of a group in a year. */
function excludeEachOther(options: readonly ChoiceOption[], amounts: readonly Int32Array[], builder: ProgramBuilder): void {
  for (const members of Map.groupBy(options.keys(), (option) => options[option].group).entries()) {
    if (members[0] === undefined || members[1].length < 2) continue
    for (let year = 0; year < amounts[0].length; year++) builder.row(-Infinity, 1, members[1].map((option) => [isThere(options[option], amounts[option][year], builder), 1]))
  }
}

function isThere(option: ChoiceOption, amount: number, builder: ProgramBuilder): number {
  if (option.kind === 'built') return amount
  const there = builder.column(1, true)
  builder.row(-Infinity, 0, [[amount, 1], [there, -mostOf(option)]])
  return there
}
