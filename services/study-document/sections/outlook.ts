import type { ElementOutlook, Spread } from '#models/reinforcement/study-result.ts'
import { capped, number, paragraph, text, type Block, type Section, type Table } from '../content.ts'
import { lastYearOf, type Context } from '../context.ts'
import { networkFigure } from './network.ts'

/** A council reads a page of them; all are in the workbook. */
export const MOST_ELEMENTS = 8
const MOST_OUTAGES = 4

export function outlookSection(context: Context): Section {
  const { result, constrained, w } = context
  const { toYear } = result.ask
  const likely = constrained.filter(({ firstLikelyYear }) => firstLikelyYear !== null).length
  const blocks: Block[] = constrained.length === 0 ? [paragraph(w.outlook.none)] : [
    paragraph(w.outlook.some(w.outlook.elements(constrained.length), w.outlook.likely(likely), toYear)),
    { kind: 'table', table: elementsTable(context) },
  ]
  return { heading: w.outlook.heading, blocks: [...blocks, ...darkAfterOutages(context), { kind: 'figure', figure: networkFigure(context, constrained.slice(0, MOST_ELEMENTS)) }] }
}

/** Of a study that did not look, nothing is said. */
function darkAfterOutages({ result: { unsupplied }, w, n, place }: Context): readonly Block[] {
  if (unsupplied === undefined) return []
  if (unsupplied.length === 0) return [paragraph(w.outlook.noneDark)]
  const kw = (value: number) => n.unit(n.count(value), 'kW')
  const worst = unsupplied.toSorted((a, b) => b.peakKw - a.peakKw)
  return [paragraph(w.outlook.dark(worst.length, kw(worst[0].peakKw), n.list(capped(worst.map((one) => w.outlook.darkOf(place(one.outage), kw(one.peakKw))), MOST_OUTAGES, w.other))))]
}

function elementsTable({ result, constrained, w, n, state, place }: Context): Table {
  const o = w.outlook
  const left = constrained.length - MOST_ELEMENTS
  // On two lines: names need the room.
  const spreadBelow = (value: Spread | undefined, write: (value: number) => string) => n.spread(value ?? null, write).replace('\u00a0(', '\n(')
  return {
    caption: o.caption(result.ask.toYear),
    columns: [number(o.number), text(o.element), number(o.limit), number(o.possible), number(o.likelyFrom), number(o.probability), number(o.hours), number(o.energy), number(o.peak), text(o.state)],
    rows: constrained.slice(0, MOST_ELEMENTS).map((one, k) => {
      const last = lastYearOf(one)
      const year = (value: number | null) => (value === null ? w.never : String(value))
      return [
        String(k + 1), `${place(one.id)}\n${w.terms.kinds[one.kind]}`, limitOf(one, n.decimal), year(one.firstPossibleYear), year(one.firstLikelyYear),
        n.probability(last?.probability ?? null), spreadBelow(last?.hours, n.count), spreadBelow(last?.energyMwh, n.digits), spreadBelow(last?.peakPct, n.count), last === undefined ? '–' : state(last.worstState),
      ]
    }),
    note: [o.probabilityNote, ...(left > 0 ? [o.cut(left)] : [])].join(' '),
  }
}

const limitOf = ({ limit, limitUnit }: ElementOutlook, write: (value: number, decimals: number) => string): string =>
  (limitUnit === 'pu' ? `${write(100 * limit, 1)}\u00a0% Un` : `${write(limit, 0)}\u00a0${limitUnit}`)
