import type { Portfolio, UnpricedOption } from '#models/reinforcement/study-result.ts'
import { capped, list, number, paragraph, text, type Block, type Figure, type Section, type Table } from '../content.ts'
import { firstWorkYear, hasFigures, notServedMwh, type Context } from '../context.ts'
import { optionsChart } from '../figures/options-chart.ts'
import { priceSaid } from '../words/index.ts'

const MOST_UNPRICED = 4

/** Where nothing is needed no way of doing was looked for, and there is no section. */
export function optionsSection(context: Context): Section | null {
  const { result, w } = context
  if (result.portfolios.length === 0) return null
  return {
    heading: w.options.heading,
    blocks: [
      paragraph(w.options.intro(result.ask.fromYear, result.ask.study.money.pricesOf)),
      { kind: 'figure', figure: optionsFigure(context) },
      ...list(result.portfolios.filter(({ status }) => status !== 'holds').map((one) => whyNot(context, one))),
      ...leftOut(context),
      { kind: 'table', table: scenariosTable(context) },
    ],
  }
}

/** What nobody could weigh. */
function leftOut(context: Context): readonly Block[] {
  const { result: { unpriced = [] }, w, n } = context
  return unpriced.length === 0 ? [] : [paragraph(w.options.unpriced(unpriced.length, n.list(capped(unpriced.map((one) => unpricedSaid(context, one)), MOST_UNPRICED, w.other))))]
}

function unpricedSaid({ w, n, site }: Context, { option, measure, at, missing }: UnpricedOption): string {
  const prices = n.list(missing.map((item) => priceSaid(w, item)))
  return measure === undefined || at === undefined ? w.options.unpricedOther(option, prices) : w.options.unpricedOne(w.terms.measures[measure], site(at), prices)
}

function optionsFigure(context: Context): Figure {
  const { result, recommended, w, n } = context
  const bars = result.portfolios.map((one) => ({
    label: w.terms.portfolios[one.kind], eur: hasFigures(one) ? one.expectedNpvEur : null, holds: one.status === 'holds', said: [...(hasFigures(one) ? [n.eur(one.expectedNpvEur)] : []), ...(one.status === 'holds' ? [] : [w.terms.status[one.status]])].join(', '),
  }))
  return {
    title: w.options.title,
    sentence: recommended === null ? w.options.sentenceNone : w.options.sentence(w.terms.portfolios[recommended.kind], n.eur(recommended.expectedNpvEur)),
    alt: w.options.alt(bars.map(({ label, said }) => `${label}${w.colon}${said}.`).join(' ')),
    svg: optionsChart(bars, n.eur),
    table: optionsTable(context),
  }
}

function optionsTable({ result, recommended, w, n }: Context): Table {
  const o = w.options
  return {
    caption: o.caption,
    columns: [text(o.option), text(o.status), number(o.cost), number(o.regret), number(o.notServed), number(o.losses), number(o.co2), number(o.works)],
    rows: result.portfolios.map((one) => {
      const figures = hasFigures(one) ? [n.eur(one.expectedNpvEur), n.eur(one.worstRegretEur), n.digits(notServedMwh(one)), n.count(one.lossesMwh), n.count(one.co2Tonnes), firstWorkYear(one)?.toString() ?? w.none] : Array<string>(6).fill('–')
      return [one === recommended ? `${w.terms.portfolios[one.kind]}\n(${o.recommended})` : w.terms.portfolios[one.kind], w.terms.status[one.status], ...figures]
    }),
    note: o.regretNote,
  }
}

function scenariosTable({ result, w, n, scenario }: Context): Table {
  const ids = result.ask.study.scenarios.map(({ id }) => id)
  return {
    caption: w.options.scenarioCaption,
    columns: [text(w.options.option), ...ids.map((id) => number(scenario(id)))],
    rows: result.portfolios.map(({ kind, npvOfScenarioEur }) => [w.terms.portfolios[kind], ...ids.map((id) => n.eur(npvOfScenarioEur.find((one) => one.scenario === id)?.eur ?? null))]),
  }
}

/** A portfolio that does not hold is never only a cheaper one: what is left is said. */
function whyNot({ w, n, state, scenario, weather, place }: Context, { kind, status, remaining, rounds }: Portfolio): string {
  const worst = remaining.toSorted((a, b) => (b.worstPct ?? 0) - (a.worstPct ?? 0) || b.hours - a.hours)[0]
  const unmet = worst !== undefined && status === 'infeasible' ? w.options.unmet(place(worst.element), state(worst.state), worst.year, scenario(worst.scenario)) : undefined
  const left = unmet ?? (worst === undefined ? w.options.noReason : w.options.remaining(remaining.length, w.options.one(place(worst.element), state(worst.state), worst.year, scenario(worst.scenario), weather(worst.weather), n.count(worst.hours), worst.worstPct === null ? '' : w.options.pct(n.percent(worst.worstPct)))))
  return [w.options.fails(w.terms.portfolios[kind], w.terms.status[status]), left, ...(rounds > 1 ? [w.options.rounds(rounds)] : [])].join(' ')
}
