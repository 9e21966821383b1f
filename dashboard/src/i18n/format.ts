/**
 * Numbers, units and times as people of each language write them. Units that Intl does not know (kW, kWh, kvar) are put
 * behind the number with a narrow no-break space, so that a value never breaks over two lines.
 */
export type Locale = 'fr' | 'en'

const TAGS: Record<Locale, string> = { fr: 'fr-FR', en: 'en-GB' }
const NARROW_SPACE = '\u202f'

export interface Format {
  readonly locale: Locale
  /** Fixed decimals; `null` and NaN are written as a dash, never as 0. */
  number(value: number | null | undefined, decimals?: number): string
  /** Power: whole kW from 100 up, one decimal below. */
  power(kw: number | null | undefined): string
  energy(kwh: number | null | undefined): string
  current(ampere: number | null | undefined): string
  voltage(volt: number | null | undefined): string
  apparent(kva: number | null | undefined): string
  percent(value: number | null | undefined, decimals?: number): string
  /** In the size that reads best: `840 €`, `46 k€`, `1,14 M€`. */
  money(eur: number | null | undefined): string
  unit(value: number | null | undefined, unit: string, decimals?: number): string
  /** Signed, for margins and differences. */
  signed(value: number | null | undefined, unit: string, decimals?: number): string
  count(value: number | null | undefined): string
  time(at: number): string
  day(at: number): string
  dayShort(at: number): string
  month(at: number): string
  /** With its year: of things that hold for years. */
  date(at: number): string
  dateTime(at: number): string
  dateTimeSeconds(at: number): string
  /** `il y a 12 min`; a time a few seconds ahead counts as now. */
  age(seconds: number): string
  duration(milliseconds: number): string
  list(items: readonly string[]): string
}

const MISSING = '–'
/** How units of the contract are written for people. */
const WRITTEN: Readonly<Record<string, string>> = { degC: '°C', m3: 'm³', 'm3/h': 'm³/h', 'W/m2': 'W/m²', '1': '' }
const known = (value: number | null | undefined): value is number => value !== null && value !== undefined && Number.isFinite(value)

export function makeFormat(locale: Locale, timeZone = 'Europe/Paris'): Format {
  const tag = TAGS[locale]
  const numbers = new Map<number, Intl.NumberFormat>()
  const decimal = (decimals: number) => {
    let found = numbers.get(decimals)
    if (!found) numbers.set(decimals, (found = new Intl.NumberFormat(tag, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })))
    return found
  }
  const number = (value: number | null | undefined, decimals = 0) =>
    // A rounding to zero must not leave a minus sign behind.
    known(value) ? decimal(decimals).format(Math.abs(value) < 0.5 / 10 ** decimals ? 0 : value) : MISSING
  const unit = (value: number | null | undefined, name: string, decimals = 0) =>
    known(value) ? `${number(value, decimals)}${NARROW_SPACE}${WRITTEN[name] ?? name}`.trimEnd() : MISSING
  const adaptive = (name: string) => (value: number | null | undefined) => unit(value, name, known(value) && Math.abs(value) < 99.95 ? 1 : 0)
  const clock = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(tag, { timeZone, ...options })
    return (at: number) => format.format(at)
  }
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'always', style: 'short' })
  const lists = new Intl.ListFormat(tag, { type: 'conjunction' })
  return {
    locale,
    number,
    unit,
    power: adaptive('kW'),
    energy: adaptive('kWh'),
    current: (value) => unit(value, 'A'),
    voltage: (value) => unit(value, 'V'),
    apparent: (value) => unit(value, 'kVA'),
    money: (eur) => {
      const size = known(eur) ? Math.abs(eur) : 0
      return (size >= 999_500 ? unit(eur! / 1e6, 'M€', 2) : size >= 10_000 ? unit(eur! / 1000, 'k€') : unit(eur, '€')).replace('-', '−')
    },
    percent: (value, decimals = 0) => (known(value) ? `${number(value, decimals)}${locale === 'fr' ? NARROW_SPACE : ''}%` : MISSING),
    signed: (value, name, decimals = 0) => (known(value) && value > 0 ? '+' : '') + unit(value, name, decimals).replace('-', '−'),
    count: (value) => number(value),
    time: clock({ hour: '2-digit', minute: '2-digit' }),
    day: clock({ weekday: 'long', day: 'numeric', month: 'long' }),
    dayShort: clock({ weekday: 'short', day: 'numeric', month: 'short' }),
    month: clock({ month: 'long', year: 'numeric' }),
    date: clock({ day: 'numeric', month: 'short', year: 'numeric' }),
    dateTime: clock({ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
    dateTimeSeconds: clock({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    age: (seconds) => {
      const past = Math.max(0, Math.round(seconds))
      if (past < 90) return relative.format(-past, 'second')
      if (past < 90 * 60) return relative.format(-Math.round(past / 60), 'minute')
      if (past < 36 * 3600) return relative.format(-Math.round(past / 3600), 'hour')
      return relative.format(-Math.round(past / 86_400), 'day')
    },
    duration: (milliseconds) =>
      milliseconds < 1000 ? unit(milliseconds, 'ms') : milliseconds < 90_000 ? unit(milliseconds / 1000, 's', 1) : unit(milliseconds / 60_000, 'min'),
    list: (items) => lists.format(items),
  }
}
