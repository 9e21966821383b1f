import { sourceIn } from '#models/district/schema-parts.ts'
import type { Range, StudyWeather } from '#models/district/schema-study.ts'
import { capped, list, number, paragraph, text, type Section, type Table } from '../content.ts'
import type { Context } from '../context.ts'
import { localNumber, priceSaid, termOf } from '../words/index.ts'
import { rangeOf, rangeSaid } from './range.ts'
import { scenariosTable } from './scenarios.ts'
import { usedPrices } from './used-prices.ts'

const MOST_PRICES = 10
const MOST_CHANGES = 4

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
    rows: result.ask.study.weatherYears.map((one) => [one.name[lang], howMade(context, one), n.probability(one.probability), n.decimal(made(one.id)?.coldestDayC ?? null, 1), n.decimal(made(one.id)?.meanC ?? null, 1), sourceIn(one.source, lang)]),
  }
}

function howMade({ w, n }: Context, { kind, shiftC, coldSpell }: StudyWeather): string {
  if (kind === 'shifted' && shiftC !== undefined) return w.assumptions.shift(`${shiftC > 0 ? '+' : ''}${n.decimal(shiftC, 1)}`)
  if (kind === 'cold-spell' && coldSpell !== undefined) return w.assumptions.spell(n.decimal(coldSpell.returnYears, 0), coldSpell.days)
  return w.terms.weather[kind]
}

function moneyTable({ result, w, n, lang }: Context): Table {
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
    note: `${a.source}${w.colon}${sourceIn(money.source, lang)}`,
  }
}

/** Those that something is paid by, where anything is. The source of our own prices is said in the reader's language; any other is named as it was given. */
function pricesTable({ result, w, n, lang }: Context): Table {
  const a = w.assumptions
  const used = usedPrices(result)
  const shown = (used.length === 0 ? result.prices : used).slice(0, MOST_PRICES)
  const left = result.prices.length - shown.length
  const offerOf = (id: string) => result.ask.study.offers?.find((one) => one.id === id)?.name[lang] ?? id
  return {
    caption: used.length === 0 ? a.pricesCaption : a.usedPricesCaption,
    columns: [text(a.item), number(a.eur), text(a.source), text(a.dated), text(a.sure)],
    rows: shown.map(({ item, eur, source, dated, sure }) => [priceSaid(w, item, offerOf), n.price(eur), (sure === 'given' ? undefined : w.terms.ownPrices[item]) ?? sourceIn(source, lang), dated, termOf(w.terms.sure, sure)]),
    ...(left > 0 ? { note: a.cut(left) } : {}),
  }
}
