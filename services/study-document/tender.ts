/**
 * The sheet by which the flexibility of the recommended portfolio is asked for. What the study does not know is said to be open: a
 * tender must not make up a time, a price or a seller.
 */
import type { FlexibilityOffer } from '#models/district/schema-study.ts'
import { netEur } from '#models/reinforcement/portfolio.ts'
import type { PortfolioMeasure, StudyResult } from '#models/reinforcement/study-result.ts'
import { list, paragraph, text, type DocumentContent, type DocumentLanguage, type Section, type DocumentHead, type Table } from './content.ts'
import { lastYearOf, makeContext, type Context } from './context.ts'
import { yearsOfAmounts } from './measure-amounts.ts'
import { stateSaid, stripOf } from './study-content.ts'
import { typeset } from './typeset.ts'

/** Worst hours that are named. */
const MOST_TIMES = 4
const SEPARATOR: Readonly<Record<DocumentLanguage, string>> = { fr: ' ; ', en: '; ' }

export function tenderContent(result: StudyResult, lang: DocumentLanguage, head: DocumentHead): DocumentContent {
  const context = makeContext(result, lang, head)
  const { w, district } = context
  return typeset({
    lang, title: w.tender.title(district), subject: w.tender.subject, madeAt: result.computedAt, state: stateSaid(context), strip: stripOf(context), pageOf: w.pageOf, sections: sectionsOf(context),
  }, lang)
}

/** Measures that are called when they are needed: a contract or a battery has a notice or activations, a cable has neither. A flexible connection is agreed with whoever is connected, and not bought. */
export const lotsOf = ({ recommended }: Pick<Context, 'recommended'>): readonly PortfolioMeasure[] =>
  (recommended?.measures ?? []).filter(({ measure, noticeH, activatedMwhAYear }) => measure !== 'flexible-connection' && (noticeH !== null || activatedMwhAYear !== null)).toSorted((a, b) => a.fromYear - b.fromYear)

/**
 * Factor on all prices of the lots at which they cost as much as the reinforcement whose place they take: 1 + saving / cost of the lots,
 * both present values. null: they save nothing, or cost nothing that could grow.
 */
export function capFactor(lots: readonly PortfolioMeasure[], savedEur: number): number | null {
  const cost = lots.reduce((sum, one) => sum + netEur(one), 0)
  return savedEur > 0 && cost > 0 ? 1 + savedEur / cost : null
}

function sectionsOf(context: Context): readonly Section[] {
  const { result, recommended, w, n, lang } = context
  const t = w.tender
  const notice = result.district.notice?.[lang]
  const notices = notice === undefined ? [] : [{ kind: 'notice' as const, text: w.question.illustrative(notice) }]
  const lots = lotsOf(context)
  if (lots.length === 0) return [{ heading: t.lotsHeading, blocks: [...notices, paragraph(recommended === null && result.answer.kind !== 'nothing-needed' ? t.noRecommendation : t.none)] }]
  const factor = capFactor(lots, result.answer.savedEur)
  return [
    { heading: t.lotsHeading, blocks: [...notices, paragraph(t.intro(result.ask.study.buyer ?? t.noBuyer, lots.length, Math.min(...lots.map(({ fromYear }) => fromYear)), result.ask.toYear)), ...lots.map((lot, k) => ({ kind: 'table' as const, table: lotTable(context, lot, k + 1, factor) }))] },
    { heading: t.rulesHeading, blocks: [...list(t.rules(n.eur(factor === null ? null : result.answer.savedEur))), paragraph(t.draftNote)] },
  ]
}

function lotTable(context: Context, lot: PortfolioMeasure, index: number, factor: number | null): Table {
  const { result, w, n, lang, site, place } = context
  const t = w.tender
  const offer = result.ask.study.offers?.find(({ id }) => id === lot.offer)
  const hours = n.spread(lot.activatedHoursAYear, n.count)
  const said = (value: number | undefined) => (value === undefined ? t.unknown : n.unit(n.digits(value), 'h'))
  const inMegawatt = lot.unit === 'kW'
  const amounts = yearsOfAmounts(lot, result.ask).filter(({ amount }) => amount > 0)
  return {
    caption: t.lot(index, [w.terms.measures[lot.measure], offer?.name[lang] ?? site(lot.at)].join(', ')),
    columns: [text(t.term), text(t.value)],
    rows: [
      [t.buyer, result.ask.study.buyer ?? t.open], [t.seller, offer?.seller ?? t.open], [t.aggregator, offer?.aggregator ?? t.open], [t.perimeter, place(lot.at)],
      [t.power(inMegawatt ? 'MW' : lot.unit), runsOf(amounts.map(({ year, amount }) => ({ year, said: n.decimal(inMegawatt ? amount / 1000 : amount, 3) }))).map(({ years, said: power }) => t.powerIn(years, power)).join(SEPARATOR[lang])],
      [t.hours, offer === undefined ? n.unit(hours, 'h') : t.hoursAtMost(n.unit(hours, 'h'), said(offer.hoursAYear))], [t.energy, n.unit(n.spread(lot.activatedMwhAYear, n.digits), 'MWh')], [t.times, timesSaid(context)],
      [t.notice, lot.noticeH === null ? t.unknown : t.noticeOf(said(lot.noticeH))], [t.longest, said(offer?.mostHoursAnActivation)], [t.rebound, offer?.rebound === undefined ? t.unknown : t.reboundOf(n.percent(100 * offer.rebound.share), said(offer.rebound.withinH))],
      ...pricesSaid(context, lot, offer, factor),
    ],
  }
}

/** Years one after the other in which the same is asked for are said once. */
function runsOf(years: readonly { readonly year: number; readonly said: string }[]): readonly { readonly years: string; readonly said: string }[] {
  const runs: { from: number; to: number; readonly said: string }[] = []
  for (const { year, said } of years) {
    const last = runs.at(-1)
    if (last !== undefined && last.said === said && last.to === year - 1) last.to = year
    else runs.push({ from: year, to: year, said })
  }
  return runs.map(({ from, to, said }) => ({ years: from === to ? String(from) : `${from}–${to}`, said }))
}

function pricesSaid({ w: { tender: t }, n }: Context, lot: PortfolioMeasure, offer: FlexibilityOffer | undefined, factor: number | null): string[][] {
  const total = n.eur(netEur(lot))
  const totalSaid = factor === null ? t.noCap(total) : t.cap(total, n.eur(factor * netEur(lot)))
  if (offer === undefined) return [[t.availability, t.unknown], [t.activation, t.unknown], [t.total, totalSaid]]
  const capped = (eur: number, per: string) => (factor === null ? t.noCap(`${n.price(eur)} ${per}`) : t.cap(`${n.price(eur)} ${per}`, n.price(Math.floor(100 * factor * eur) / 100)))
  return [[t.availability, capped(offer.availabilityEurPerKwYear, t.perKwYear)], [t.activation, capped(offer.activationEurPerMwh, t.perMwh)], [t.total, totalSaid]]
}

/** Of what is too small: the month and hour of its worst in the last year, each once. */
function timesSaid({ constrained, lang, w: { tender: t }, n }: Context): string {
  const times = new Set(constrained.flatMap((one) => lastYearOf(one)?.worstAt ?? []).map(n.monthAndHour))
  return times.size === 0 ? t.unknown : t.timesOf([...times].slice(0, MOST_TIMES).join(SEPARATOR[lang]))
}
