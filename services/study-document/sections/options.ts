import type { Portfolio } from '#models/reinforcement/study-result.ts'
import { list, number, paragraph, text, type Figure, type Section, type Table } from '../content.ts'
import { firstWorkYear, type Context } from '../context.ts'
import { optionsChart } from '../figures/options-chart.ts'

export function optionsSection(context: Context): Section {
  const { result, w } = context
  return {
    heading: w.options.heading,
    blocks: [
      paragraph(w.options.intro(result.ask.fromYear, result.ask.study.money.pricesOf)),
      { kind: 'figure', figure: optionsFigure(context) },
      ...list(result.portfolios.filter(({ status }) => status !== 'holds').map((one) => whyNot(context, one))),
      { kind: 'table', table: scenariosTable(context) },
    ],
  }
}

function optionsFigure(context: Context): Figure {
  const { result, recommended, w, n } = context
  const bars = result.portfolios.map(({ kind, status, expectedNpvEur }) => ({
    label: w.terms.portfolios[kind], eur: expectedNpvEur, holds: status === 'holds', said: status === 'holds' ? n.eur(expectedNpvEur) : `${n.eur(expectedNpvEur)}, ${w.terms.status[status]}`,
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
    rows: result.portfolios.map((one) => [
      one === recommended ? `${w.terms.portfolios[one.kind]}\n(${o.recommended})` : w.terms.portfolios[one.kind], w.terms.status[one.status], n.eur(one.expectedNpvEur), n.eur(one.worstRegretEur),
      n.digits(one.notServedMwh), n.count(one.lossesMwh), n.count(one.co2Tonnes), firstWorkYear(one)?.toString() ?? w.none,
    ]),
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
  const left = worst === undefined ? w.options.noReason : w.options.remaining(remaining.length, w.options.one(place(worst.element), state(worst.state), worst.year, scenario(worst.scenario), weather(worst.weather), n.count(worst.hours), worst.worstPct === null ? '' : w.options.pct(n.percent(worst.worstPct))))
  return [w.options.fails(w.terms.portfolios[kind], w.terms.status[status]), left, ...(rounds > 1 ? [w.options.rounds(rounds)] : [])].join(' ')
}
