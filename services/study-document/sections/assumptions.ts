import type { Range, StudyWeather } from '#models/district/schema-study.ts'
import { capped, list, number, paragraph, text, type Section, type Table } from '../content.ts'
import type { Context } from '../context.ts'
import { localNumber, priceSaid, termOf } from '../words/index.ts'
import { rangeOf, rangeSaid } from './range.ts'
import { scenariosTable } from './scenarios.ts'

const MOST_PRICES = 8
const MOST_CHANGES = 6

export function assumptionsSection(context: Context): Section {
  const { result, w, lang } = context
  const { money } = result.ask.study
  const { changed } = result.ask
  return {
    heading: w.assumptions.heading,
    blocks: [
      paragraph(w.assumptions.intro(money.pricesOf, w.assumptions.rates[money.rates])),
      ...(changed.length === 0 ? [] : [paragraph(w.assumptions.changed), ...list(capped(changed.map(({ path, from, to }) => w.assumptions.change(path, localNumber(from, lang), localNumber(to, lang))), MOST_CHANGES, w.other))]),
      { kind: 'table', table: scenariosTable(context) },
      { kind: 'table', table: weatherTable(context) },
      { kind: 'table', table: moneyTable(context) },
      ...(result.prices.length === 0 ? [] : [{ kind: 'table' as const, table: pricesTable(context) }]),
    ],
  }
}

function weatherTable(context: Context): Table {
  const { result, w, n, lang } = context
  const a = w.assumptions
  const made = (id: string) => result.weather.find((one) => one.id === id)
  return {
    caption: a.weatherCaption,
    columns: [text(a.weather), text(a.made), number(a.probability), number(a.coldest), number(a.mean), text(a.source)],
    rows: result.ask.study.weatherYears.map((one) => [one.name[lang], howMade(context, one), n.probability(one.probability), n.decimal(made(one.id)?.coldestDayC ?? null, 1), n.decimal(made(one.id)?.meanC ?? null, 1), one.source]),
  }
}

function howMade({ w, n }: Context, { kind, shiftC, coldSpell }: StudyWeather): string {
  if (kind === 'shifted' && shiftC !== undefined) return w.assumptions.shift(`${shiftC > 0 ? '+' : ''}${n.decimal(shiftC, 1)}`)
  if (kind === 'cold-spell' && coldSpell !== undefined) return w.assumptions.spell(n.decimal(coldSpell.returnYears, 0), coldSpell.days)
  return w.terms.weather[kind]
}

function moneyTable({ result, w, n }: Context): Table {
  const { money } = result.ask.study
  const a = w.assumptions
  const range = (value: number | Range) => rangeSaid(rangeOf(value), n.digits)
  return {
    caption: a.moneyCaption,
    columns: [text(a.assumption), number(a.value)],
    rows: [
      [a.discount, range(money.discountPct)], ...(money.inflationPct === undefined ? [] : [[a.inflation, n.digits(money.inflationPct)]]),
      [a.losses, range(money.energyLossEurPerMwh)], [a.notServed, range(money.energyNotServedEurPerMwh)], [a.co2Price, range(money.co2EurPerTonne)], [a.co2, n.digits(money.co2KgPerMwh)],
    ],
    note: `${a.source}${w.colon}${money.source}`,
  }
}

function pricesTable({ result, w, n }: Context): Table {
  const a = w.assumptions
  const left = result.prices.length - MOST_PRICES
  return {
    caption: a.pricesCaption,
    columns: [text(a.item), number(a.eur), text(a.source), text(a.dated), text(a.sure)],
    rows: result.prices.slice(0, MOST_PRICES).map(({ item, eur, source, dated, sure }) => [priceSaid(w, item), n.price(eur), source, dated, termOf(w.terms.sure, sure)]),
    ...(left > 0 ? { note: a.cut(left) } : {}),
  }
}
