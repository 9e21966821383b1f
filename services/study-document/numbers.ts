import type { Spread } from '#models/reinforcement/study-result.ts'
import type { DocumentLanguage } from './content.ts'

const TAGS: Readonly<Record<DocumentLanguage, string>> = { fr: 'fr-FR', en: 'en-GB' }
const NO_BREAK = '\u00a0'
const MISSING = '–'

/** Numbers as a council reads them: rounded to what counts, the unit never on a line of its own, a dash for what is not known. */
export interface Numbers {
  count(value: number | null): string
  /** At most so many decimals. */
  decimal(value: number | null, decimals: number): string
  /** Three digits that count, whole above 100. */
  digits(value: number | null): string
  percent(value: number | null, decimals?: number): string
  /** Of a probability between 0 and 1; what is rare is not written as never. */
  probability(value: number | null): string
  /** Rounded: `9 850 €`, `121 000 €`, `1,14 M€`. */
  eur(value: number | null): string
  /** A price of one thing, to the cent where it is small. */
  price(value: number | null): string
  unit(written: string, unit: string): string
  /** Expected, and from least to most behind it where they differ. */
  spread(value: Spread | null, write: (value: number) => string): string
  date(iso: string): string
  monthAndHour(iso: string): string
  list(items: readonly string[]): string
}

export function makeNumbers(lang: DocumentLanguage, timeZone = 'Europe/Paris'): Numbers {
  const tag = TAGS[lang]
  const written = (value: number, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(tag, options).format(Object.is(value, -0) ? 0 : value).replace(/^-/, '−')
  const known = (value: number | null): value is number => value !== null && Number.isFinite(value)
  const orDash = (write: (value: number) => string) => (value: number | null) => (known(value) ? write(value) : MISSING)
  const decimal = (value: number | null, decimals: number) => orDash((one) => written(roundedTo(one, decimals), { maximumFractionDigits: decimals }))(value)
  const digits = orDash((value) => decimal(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2))
  const percent = (value: number | null, decimals = 0) => orDash((one) => `${decimal(one, decimals)}${lang === 'fr' ? NO_BREAK : ''}%`)(value)
  const money = (value: number, options: Intl.NumberFormatOptions) => written(value, { style: 'currency', currency: 'EUR', ...options })
  const millions = (value: number) => {
    const scaled = new Intl.NumberFormat(tag, { maximumSignificantDigits: 3 }).format(Math.abs(value) / 1e6)
    return (value < 0 ? '−' : '') + (lang === 'fr' ? `${scaled}${NO_BREAK}M€` : `€${scaled}m`)
  }
  const lists = new Intl.ListFormat(tag, { type: 'conjunction' })
  return {
    decimal, digits, percent,
    count: (value) => decimal(value, 0),
    probability: orDash((share) => (share > 0 && share < 0.01 ? `<${NO_BREAK}${percent(1)}` : share < 1 && share > 0.99 ? `>${NO_BREAK}${percent(99)}` : percent(100 * share))),
    eur: orDash((value) => (Math.abs(value) >= 999_500 ? millions(value) : money(significant(value), { maximumFractionDigits: 0 }))),
    price: orDash((value) => money(value, Math.abs(value) < 100 && !Number.isInteger(value) ? {} : { maximumFractionDigits: 0 })),
    unit: (value, unit) => (value === MISSING || unit === '' ? value : `${value}${NO_BREAK}${unit}`),
    spread: (value, write) => {
      if (value === null) return MISSING
      const [least, expected, most] = [write(value.least), write(value.expected), write(value.most)]
      return least === most ? expected : `${expected}${NO_BREAK}(${least}–${most})`
    },
    // Intl writes the first of a month in French as any other day.
    date: (iso) => new Intl.DateTimeFormat(tag, { timeZone, day: 'numeric', month: 'long', year: 'numeric' }).format(new Date(iso)).replace(/^1 (?=\p{Ll})/u, '1er '),
    monthAndHour: (iso) => {
      const parts = new Intl.DateTimeFormat(tag, { timeZone, month: 'long', hour: '2-digit', hourCycle: 'h23' }).formatToParts(new Date(iso))
      const part = (type: string) => parts.find((one) => one.type === type)!.value
      return lang === 'fr' ? `${part('month')}, ${Number(part('hour'))}${NO_BREAK}h` : `${part('month')}, ${part('hour')}:00`
    },
    list: (items) => lists.format(items),
  }
}

/** To three digits that count. */
const significant = (value: number): number => (value === 0 ? 0 : Number(value.toPrecision(3)))
const roundedTo = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals
