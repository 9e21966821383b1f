import { netEur } from '#models/reinforcement/portfolio.ts'
import type { PortfolioMeasure } from '#models/reinforcement/study-result.ts'
import { number, paragraph, text, type Block, type Section, type Table } from '../content.ts'
import type { Context } from '../context.ts'
import { yearsOfAmounts } from '../measure-amounts.ts'
import { termOf } from '../words/index.ts'

const MOST_MEASURES = 10

export function measuresSection(context: Context): Section {
  const { result, recommended, w, n } = context
  const isNeeded = result.answer.kind !== 'nothing-needed'
  const blocks: Block[] = isNeeded && recommended === null ? [paragraph(w.measures.none)] : recommended === null || recommended.measures.length === 0 ? [paragraph(w.measures.nothing)] : [
    paragraph(w.measures.intro(w.terms.portfolios[recommended.kind], recommended.measures.length, n.eur(recommended.expectedNpvEur))),
    { kind: 'table', table: measuresTable(context, recommended.measures) },
  ]
  return { heading: w.measures.heading, blocks }
}

function measuresTable(context: Context, measures: readonly PortfolioMeasure[]): Table {
  const { w, n, place } = context
  const m = w.measures
  const inOrder = measures.toSorted((a, b) => a.fromYear - b.fromYear)
  const left = inOrder.length - MOST_MEASURES
  return {
    caption: m.caption,
    columns: [text(m.measure), text(m.where), number(m.from), text(m.amount), text(m.use), number(m.once), number(m.yearly), number(m.activation), number(m.residual), number(m.total)],
    rows: inOrder.slice(0, MOST_MEASURES).map((one) => [
      [capital(w.terms.measures[one.measure]), ...one.changes.map(({ into }) => into)].join('\n'), place(one.at), String(one.fromYear), amountSaid(context, one), useSaid(context, one),
      n.eur(one.npvEur.once), n.eur(one.npvEur.yearly), n.eur(one.npvEur.activation), n.eur(one.npvEur.residual), n.eur(netEur(one)),
    ]),
    note: [m.note, ...(left > 0 ? [m.cut(left)] : [])].join(' '),
  }
}

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
  [...(activatedHoursAYear === null ? [] : [w.measures.hours(n.spread(activatedHoursAYear, n.count))]), ...(activatedMwhAYear === null ? [] : [w.measures.energy(n.spread(activatedMwhAYear, n.digits))])].join('\n') || '–'

export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
