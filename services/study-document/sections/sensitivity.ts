import { netEur } from '#models/reinforcement/portfolio.ts'
import { number, paragraph, text, type Block, type Figure, type Section } from '../content.ts'
import type { Context } from '../context.ts'
import { tornadoChart } from '../figures/tornado-chart.ts'
import { localNumber, parameterSaid } from '../words/index.ts'
import { capital } from './measures.ts'

const MOST_BARS = 6
/** Ends that differ by less than this share of the cost are within what the choice itself leaves open. */
const SAME = 0.002

/** Where nothing is recommended there is no cost to vary, and no section. */
export function sensitivitySection(context: Context): Section | null {
  const { result, recommended, w, n } = context
  if (recommended === null) return null
  const { breakEven, tornado } = result
  const { factor = NaN, reinforcementEur = NaN } = breakEven ?? {}
  const said = (factor > 1 ? w.sensitivity.breakEvenMore : w.sensitivity.breakEven)(n.decimal(factor, 2), n.eur(reinforcementEur))
  const blocks: readonly Block[] = [tornado.length === 0 ? paragraph(w.sensitivity.none) : { kind: 'figure', figure: tornadoFigure(context) }]
  // A price at which two ways cost the same is looked for only where works alone hold, and something else too.
  const holding = result.portfolios.filter(({ status }) => status === 'holds').map(({ kind }) => kind)
  const hasTwoWays = holding.includes('reinforce') && holding.some((kind) => kind !== 'reinforce')
  return { heading: w.sensitivity.heading, blocks: [...blocks, ...(hasTwoWays ? [paragraph(breakEven === null ? w.sensitivity.noBreakEven : said)] : [])] }
}

/** The ends are costs of measures alone; what they are read against is the same of the least-cost way, without losses and CO2. */
function tornadoFigure({ result, recommended, w, n, lang }: Context): Figure {
  const s = w.sensitivity
  const expectedEur = (result.portfolios.find(({ kind, status }) => kind === 'least-cost' && status === 'holds') ?? recommended)!.measures.reduce((sum, one) => sum + netEur(one), 0)
  const moves = result.tornado.filter(({ lowNpvEur, highNpvEur }) => Math.abs(highNpvEur - lowNpvEur) > SAME * Math.max(Math.abs(lowNpvEur), Math.abs(highNpvEur)))
  const same = moves.length === 0 ? 0 : result.tornado.length - moves.length
  const sorted = (moves.length === 0 ? result.tornado : moves).toSorted((a, b) => Math.abs(b.highNpvEur - b.lowNpvEur) - Math.abs(a.highNpvEur - a.lowNpvEur))
  const bars = sorted.slice(0, MOST_BARS).map((one) => ({ ...one, label: capital(parameterSaid(w, one.parameter)), lowValue: localNumber(one.lowValue, lang), highValue: localNumber(one.highValue, lang) }))
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
      ...(sorted.length > MOST_BARS || same > 0 ? { note: [...(sorted.length > MOST_BARS ? [s.cut(sorted.length - MOST_BARS)] : []), ...(same > 0 ? [s.same(same)] : [])].join(' ') } : {}),
    },
  }
}
