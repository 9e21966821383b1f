import { number, paragraph, text, type Block, type Figure, type Section } from '../content.ts'
import type { Context } from '../context.ts'
import { tornadoChart } from '../figures/tornado-chart.ts'
import { localNumber, parameterSaid } from '../words/index.ts'

const MOST_BARS = 7

/** Where nothing is recommended there is no cost to vary, and no section. */
export function sensitivitySection(context: Context): Section | null {
  const { result, recommended, w, n } = context
  if (recommended === null) return null
  const { breakEven, tornado } = result
  const { factor = NaN, reinforcementEur = NaN } = breakEven ?? {}
  const said = (factor > 1 ? w.sensitivity.breakEvenMore : w.sensitivity.breakEven)(n.decimal(factor, 2), n.eur(reinforcementEur))
  const blocks: readonly Block[] = [tornado.length === 0 ? paragraph(w.sensitivity.none) : { kind: 'figure', figure: tornadoFigure(context, recommended.expectedNpvEur) }]
  // A price at which two ways cost the same is looked for only where works alone hold, and something else too.
  const holding = result.portfolios.filter(({ status }) => status === 'holds').map(({ kind }) => kind)
  const hasTwoWays = holding.includes('reinforce') && holding.some((kind) => kind !== 'reinforce')
  return { heading: w.sensitivity.heading, blocks: [...blocks, ...(hasTwoWays ? [paragraph(breakEven === null ? w.sensitivity.noBreakEven : said)] : [])] }
}

function tornadoFigure({ result, w, n, lang }: Context, expectedEur: number): Figure {
  const s = w.sensitivity
  const sorted = result.tornado.toSorted((a, b) => Math.abs(b.highNpvEur - b.lowNpvEur) - Math.abs(a.highNpvEur - a.lowNpvEur))
  const bars = sorted.slice(0, MOST_BARS).map((one) => ({ ...one, label: parameterSaid(w, one.parameter), lowValue: localNumber(one.lowValue, lang), highValue: localNumber(one.highValue, lang) }))
  // First years may not have been worked out for each end: then there is nothing to say of them.
  const hasYears = bars.some(({ lowFirstYear, highFirstYear }) => lowFirstYear !== null || highFirstYear !== null)
  const year = (value: number | null) => (value === null ? '–' : String(value))
  const isWithin = bars.some(({ lowNpvEur, highNpvEur }) => Math.min(lowNpvEur, highNpvEur) <= expectedEur && expectedEur <= Math.max(lowNpvEur, highNpvEur))
  return {
    title: s.title,
    sentence: s.sentence(bars[0].label, n.eur(Math.min(bars[0].lowNpvEur, bars[0].highNpvEur)), n.eur(Math.max(bars[0].lowNpvEur, bars[0].highNpvEur))),
    alt: s.alt(bars.map((one) => s.bar(one.label, one.lowValue, n.eur(one.lowNpvEur), one.highValue, n.eur(one.highNpvEur))).join(' ')),
    svg: tornadoChart(bars.map((one) => ({ label: one.label, lowEur: one.lowNpvEur, highEur: one.highNpvEur, lowSaid: one.lowValue, highSaid: one.highValue })), isWithin ? { eur: expectedEur, label: `${s.expected} ${n.eur(expectedEur)}` } : null, n.eur),
    table: {
      caption: s.caption,
      columns: [text(s.parameter), number(s.lowValue), number(s.highValue), number(s.lowCost), number(s.highCost), ...(hasYears ? [number(s.lowYear), number(s.highYear)] : [])],
      rows: bars.map((one) => [one.label, one.lowValue, one.highValue, n.eur(one.lowNpvEur), n.eur(one.highNpvEur), ...(hasYears ? [year(one.lowFirstYear), year(one.highFirstYear)] : [])]),
      ...(sorted.length > MOST_BARS ? { note: s.cut(sorted.length - MOST_BARS) } : {}),
    },
  }
}
