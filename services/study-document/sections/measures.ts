import { netEur } from '#models/reinforcement/portfolio.ts'
import type { Portfolio, PortfolioMeasure } from '#models/reinforcement/study-result.ts'
import { number, paragraph, text, type Block, type Section, type Table } from '../content.ts'
import type { Context } from '../context.ts'
import { yearsOfAmounts } from '../measure-amounts.ts'
import { termOf } from '../words/index.ts'

const MOST_MEASURES = 8

export function measuresSection(context: Context): Section {
  const { result, recommended, w, n } = context
  const isNeeded = result.answer.kind !== 'nothing-needed'
  const blocks: Block[] = isNeeded && recommended === null ? [paragraph(w.measures.none)] : recommended === null || recommended.measures.length === 0 ? [paragraph(w.measures.nothing)] : [
    paragraph(w.measures.intro(w.terms.portfolios[recommended.kind], recommended.measures.length, n.eur(recommended.expectedNpvEur))),
    { kind: 'table', table: measuresTable(context, recommended) },
  ]
  return { heading: w.measures.heading, blocks }
}

/** The costliest, in the order of their years; what is left out, what losses and CO2 make of it, and the sum stand below, so that the column adds up. */
function measuresTable(context: Context, { measures, expectedNpvEur }: Portfolio): Table {
  const { w, n, place, change } = context
  const m = w.measures
  const weightiest = measures.toSorted((a, b) => b.npvEur.once + b.npvEur.yearly - a.npvEur.once - a.npvEur.yearly)
  const [shown, others] = [weightiest.slice(0, MOST_MEASURES).toSorted((a, b) => a.fromYear - b.fromYear), weightiest.slice(MOST_MEASURES)]
  const parts = (of: readonly PortfolioMeasure[]) => [...(['once', 'yearly', 'activation', 'residual'] as const).map((part) => sum(of, ({ npvEur }) => npvEur[part])), sum(of, netEur)]
  const money = (of: readonly PortfolioMeasure[]) => parts(of).map((eur, k) => n.eur(k === RESIDUAL ? -eur : eur))
  const beside = expectedNpvEur - sum(measures, netEur)
  const isCalled = shown.some((one) => useSaid(context, one) !== NO_USE)
  const below = (name: string, eur: readonly string[]) => [name, '', '', '', ...(isCalled ? [''] : []), ...eur]
  return {
    caption: m.caption,
    columns: [text(m.measure), text(m.where), number(m.from), text(m.amount), ...(isCalled ? [text(m.use)] : []), number(m.once), number(m.yearly), number(m.activation), number(m.residual), number(m.total)],
    rows: [
      ...shown.map((one) => [[capital(w.terms.measures[one.measure]), ...one.changes.map(({ into }) => change(into))].join('\n'), place(one.at), String(one.fromYear), amountSaid(context, one), ...(isCalled ? [useSaid(context, one)] : []), ...money([one])]),
      ...(others.length > 0 ? [below(capital(w.otherMeasures(others.length)), money(others))] : []),
      ...(Math.round(beside) === 0 ? [] : [below(m.beside, ['', '', '', '', n.eur(beside)])]),
      below(m.total, ['', '', '', '', n.eur(expectedNpvEur)]),
    ],
    note: [m.note, ...(others.length > 0 ? [m.cut(others.length)] : [])].join(' '),
  }
}

const RESIDUAL = 3
const NO_USE = '–'
const sum = (of: readonly PortfolioMeasure[], eur: (one: PortfolioMeasure) => number): number => of.reduce((all, one) => all + eur(one), 0)

/** What is sized on two lines, first and last year; what is built is there once. */
export function amountSaid({ result, w, n }: Context, measure: PortfolioMeasure): string {
  const years = yearsOfAmounts(measure, result.ask)
  const there = years.filter(({ amount }) => amount > 0)
  const [first, last] = [there[0], there.at(-1)]
  if (first === undefined || last === undefined) return '–'
  const said = (amount: number) => n.unit(n.digits(amount), termOf(w.terms.units, measure.unit))
  return last.amount === first.amount ? said(first.amount) : w.measures.grows(said(first.amount), said(last.amount), last.year)
}

const useSaid = ({ w, n }: Context, { activatedHoursAYear, activatedMwhAYear }: PortfolioMeasure): string =>
  [...(activatedHoursAYear === null ? [] : [w.measures.hours(n.spread(activatedHoursAYear, n.count))]), ...(activatedMwhAYear === null ? [] : [w.measures.energy(n.spread(activatedMwhAYear, n.digits))])].join('\n') || NO_USE

export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
