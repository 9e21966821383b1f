import type { Backtest, BacktestWeather } from '#models/forecast/backtest.ts'
import { LEVELS } from '#models/forecast/conformal.ts'
import type { Scores } from '#models/forecast/scores.ts'
import { localDate, type LoadedCurve } from '../load-curve.ts'
import type { LineFault, LineFaults } from '../read-table.ts'
import { numbersOf, WORDS, type Language, type Words } from '../words.ts'
import { reliabilityChart, skillChart, weekChart } from './charts.ts'
import type { ReportContent, ReportSection, ReportTable } from './content.ts'

export interface BacktestReport {
  readonly curve: LoadedCurve
  /** With the weather that was observed, or none; and with weather that is only forecast. Both with the same leads, the longest last. */
  readonly runs: readonly Backtest[]
  readonly refitDays: number
  readonly delayS: number
  readonly seed: number
}

const WEEK_DAYS = 7
/** Days below which the share within the band is mostly chance: the errors of a day hang together. */
const ENOUGH_DAYS = 28

/** Verdict, data, scores, charts and tables of a backtest, in words of the language. */
export function backtestContent(report: BacktestReport, language: Language): ReportContent {
  const { curve, runs, seed } = report
  const words = WORDS[language]
  const [first] = runs
  const hasWeather = first.weather !== 'none'
  return {
    language, title: words.title(curve.name), numbers: words.numbers,
    sections: [
      { heading: words.verdict, paragraphs: verdict(report, language) },
      { heading: words.data, facts: factsOf(report, language) },
      { heading: words.scoresHeading, table: scoresTable(report, language), paragraphs: [words.leadsNote, ...(hasWeather ? [words.perfectNote] : []), ...(runs.length > 1 ? [words.errorNote(String(seed))] : [])] },
      { heading: words.week, paragraphs: [words.weekNote], chart: week(report, language) },
      reliability(report, language), skill(report, language), seasons(report, language),
      { heading: words.howHeading, paragraphs: [`${words.how[first.method === 'blend' ? 'blend' : 'ridge']} ${words.compared} ${numbersOf(language).count(first.leads.at(-1)!.leftOut)}.`] },
      { heading: words.faultsHeading, ...faultsOf(curve, words, language) },
    ],
  }
}

const withUnit = (text: string, unit: string): string => (unit === '' ? text : `${text}\u00A0${unit}`)
const labelOf = (weather: BacktestWeather, words: Words): string => (weather === 'none' ? words.forecast : weather === 'perfect' ? words.perfect : words.withError)

/** The result in a few sentences. */
export function verdict({ curve, runs }: BacktestReport, language: Language): string[] {
  const words = WORDS[language]
  const { value, percent } = numbersOf(language)
  const { scores: { forecast, naive, similarDay }, drift, gaveWay } = runs[0].leads.at(-1)!
  const against = ({ mae }: Scores) => {
    const share = 100 * (1 - forecast.mae / mae)
    return share >= 0 ? words.less(percent(share)) : words.more(percent(-share))
  }
  const amount = (one: number) => withUnit(value(one), curve.unit)
  return [
    [
      words.short(amount(forecast.mae), percent(forecast.nMaePct), percent(forecast.cover90Pct)), runs[0].dayStart.length < ENOUGH_DAYS ? words.bandUnsure : forecast.cover90Pct < 85 ? words.bandNarrow : forecast.cover90Pct > 95 ? words.bandWide : words.bandGood,
      ...(runs.length > 1 ? [words.withErrorShort(amount(runs[1].leads.at(-1)!.scores.forecast.mae))] : []),
    ].join(' '),
    words.better(against(naive), against(similarDay)),
    ...(gaveWay === 0 ? [] : [words.gaveWay(String(gaveWay), String(runs[0].dayStart.length))]),
    Number.isNaN(drift.statistic) ? words.driftUnknown : drift.worse ? words.drifted(amount(drift.recent), amount(drift.before), String(drift.sinceDays)) : words.steady,
  ]
}

function factsOf({ curve, runs: [run], refitDays, delayS }: BacktestReport, language: Language): (readonly [string, string])[] {
  const words = WORDS[language]
  const { tenths, count, percent } = numbersOf(language)
  const { timeZone, stepS, finerStepS, summed, unit } = curve
  const date = (at: number) => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { timeZone, dateStyle: 'long' }).format(at)
  const minutes = (seconds: number) => count(seconds / 60)
  const missing = run.measured.filter(Number.isNaN).length / run.measured.length
  return [
    [words.file, curve.file], [words.series, unit === '' ? curve.name : `${curve.name} (${unit})`],
    [words.period, words.fromTo(date(run.dayStart[0]), date(run.dayStart.at(-1)!), count(run.dayStart.length))],
    [words.history, words.daysOf(count((run.dayStart[0] - curve.from) / 86_400_000))],
    [words.missing, percent(100 * missing)],
    [words.step, finerStepS === undefined ? words.minutes(minutes(stepS)) : words.finer(minutes(finerStepS), minutes(stepS), summed)],
    [words.timeZone, timeZone], [words.holidays, curve.holidays === 'fr' ? words.france : words.none],
    [words.weather, curve.weather.length === 0 ? words.noWeather : curve.weather.map(({ name, unit: own }) => (own === '' ? name : `${name} (${own})`)).join(', ')],
    [words.origin, words.atMidnight], [words.delay, delayS === 0 ? words.atOnce : words.later(tenths(delayS / 3600))], [words.method, words.methods[run.method]], [words.fitted, words.everyDays(count(refitDays))],
  ]
}

/** Scores of every lead, forecast and baseline. */
export function scoresTable({ curve, runs }: BacktestReport, language: Language): ReportTable {
  const words = WORDS[language]
  const { value, tenths } = numbersOf(language)
  const row = (name: string, { mae, rmse, nMaePct, pinballPct, peakErrorPct, cover90Pct }: Scores) => [name, value(mae), value(rmse), tenths(nMaePct), value(pinballPct), tenths(peakErrorPct), tenths(cover90Pct)]
  const rows = runs[0].leads.flatMap(({ leadDays, scores }, k) => {
    const issued = leadDays === 0 ? words.sameDay : leadDays === 1 ? words.dayAhead : words.leadDays(String(leadDays))
    return [
      ...runs.map((run) => row(`${issued}${words.colon}${lower(words.forecast)}${run.weather === 'none' ? '' : `, ${labelOf(run.weather, words)}`}`, run.leads[k].scores.forecast)),
      row(`${issued}${words.colon}${lower(words.naive)}`, scores.naive), row(`${issued}${words.colon}${lower(words.similarDay)}`, scores.similarDay),
    ]
  })
  return { head: ['', withBrackets(words.mae, curve.unit), withBrackets(words.rmse, curve.unit), words.nMae, words.pinball, words.peak, words.cover], rows }
}

const lower = (text: string): string => text[0].toLowerCase() + text.slice(1)
const withBrackets = (text: string, unit: string): string => (unit === '' ? text : `${text} (${unit})`)

function week({ curve, runs: [run] }: BacktestReport, language: Language): string {
  const words = WORDS[language]
  const { perDay, stepS, dayStart, measured } = run
  const { values, quantiles } = run.leads.at(-1)!
  const days = Math.min(WEEK_DAYS, dayStart.length)
  const own = (column: Float64Array) => column.subarray((dayStart.length - days) * perDay)
  const starts = dayStart.slice(-days)
  const name = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { timeZone: curve.timeZone, weekday: 'short', day: 'numeric', month: 'short' })
  return weekChart({
    at: Float64Array.from({ length: days * perDay }, (_, i) => starts[Math.floor(i / perDay)] + (i % perDay) * stepS * 1000),
    measured: own(measured), forecast: own(values), low: own(quantiles[0]), high: own(quantiles.at(-1)!),
    days: Array.from(starts, (at) => ({ at, label: name.format(at) })), unit: curve.unit, write: axisNumber(language),
    labels: { title: words.week, measured: words.measured, forecast: words.forecastLine, band: words.band },
  })
}

const axisNumber = (language: Language) => {
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 })
  return (value: number) => format.format(value)
}

function reliability({ runs }: BacktestReport, language: Language): ReportSection {
  const words = WORDS[language]
  const { tenths, percent } = numbersOf(language)
  const lines = runs.map((run) => ({ label: labelOf(run.weather, words), shares: run.leads.at(-1)!.reliability }))
  return {
    heading: words.reliabilityHeading, paragraphs: [words.reliabilityNote],
    chart: reliabilityChart({ levels: LEVELS, lines, write: (value) => `${axisNumber(language)(value)}\u00A0%`, labels: { title: words.reliabilityHeading, across: words.level, up: words.below, perfect: words.perfectly } }),
    table: { head: [words.level, ...lines.map(({ label }) => `${words.below}, ${label} (%)`)], rows: LEVELS.map((level, k) => [percent(100 * level), ...lines.map(({ shares }) => tenths(100 * shares[k]))]) },
  }
}

function skill({ curve, runs }: BacktestReport, language: Language): ReportSection {
  const words = WORDS[language]
  const { tenths, value } = numbersOf(language)
  const lines = runs.map((run) => ({ label: labelOf(run.weather, words), points: run.skillByHour }))
  return {
    heading: words.skillHeading, paragraphs: [words.skillNote],
    chart: skillChart({ lines, write: (percent) => `${axisNumber(language)(percent)}\u00A0%`, labels: { title: words.skillHeading, across: words.ahead, up: words.skill } }),
    table: {
      head: [words.ahead, ...lines.flatMap(({ label }) => [`${withBrackets(words.mae, curve.unit)}, ${label}`, `${words.skill}, % (${label})`]), withBrackets(words.naiveMae, curve.unit)],
      rows: runs[0].skillByHour.map(({ hourAhead, naiveMae }, k) => [String(hourAhead), ...lines.flatMap(({ points }) => [value(points[k].mae), tenths(100 * points[k].skill)]), value(naiveMae)]),
    },
  }
}

function seasons({ curve, runs }: BacktestReport, language: Language): ReportSection {
  const words = WORDS[language]
  const { value, tenths } = numbersOf(language)
  const rows = runs.flatMap((run) => run.leads.at(-1)!.seasons.map((one) => [
    `${words.seasons[one.season]}${run.weather === 'none' ? '' : `, ${labelOf(run.weather, words)}`}`, String(one.days), value(one.mae), tenths(one.nMaePct), value(one.pinballPct), tenths(one.peakErrorPct), tenths(one.cover90Pct),
  ]))
  return {
    heading: words.seasonsHeading, paragraphs: runs[0].dayStart.length < 365 ? [words.oneSeason] : [],
    table: { head: [words.season, words.days, withBrackets(words.mae, curve.unit), words.nMae, words.pinball, words.peak, words.cover], rows },
  }
}

/** The faults of the lines, the first with their numbers. */
export function faultsOf({ file, faults, weatherFile, weatherFaults }: LoadedCurve, words: Words, language: Language): { readonly paragraphs: readonly string[]; readonly list: readonly string[] } {
  const told = [[file, faults], ...(weatherFaults === undefined ? [] : [[weatherFile!, weatherFaults]])] as [string, LineFaults][]
  const found = told.filter(([, { count }]) => count > 0)
  if (found.length === 0) return { paragraphs: [words.noFaults], list: [] }
  const { count: written } = numbersOf(language)
  return {
    paragraphs: found.map(([name, { count }]) => words.faultCount(written(count), name)),
    list: found.flatMap(([, { first, count }]) => [...first.map(({ line, reason }) => `${words.line} ${line}${words.colon}${words.fault[reason satisfies LineFault]}`), ...(count > first.length ? [words.andMore(written(count - first.length))] : [])]),
  }
}

/** The same in numbers, for another program; what is not known is null. */
export function backtestJson({ curve, runs, refitDays, delayS, seed }: BacktestReport): unknown {
  const day = (at: number) => localDate(at, curve.timeZone)
  const plain = (values: ArrayLike<number>) => Array.from(values)
  const { file, name, unit, timeZone, stepS, finerStepS, holidays, production, weather, faults, weatherFaults } = curve
  const faultsJson = ({ count, first }: LineFaults) => ({ count, first })
  return {
    file, series: name, unit, timeZone, stepS, finerStepS: finerStepS ?? null, holidays, production, weather: weather.map(({ kind, name: own }) => ({ kind, series: own })), delayHours: delayS / 3600, refitDays,
    days: { from: day(runs[0].dayStart[0]), to: day(runs[0].dayStart.at(-1)!), count: runs[0].dayStart.length }, faults: faultsJson(faults), weatherFaults: weatherFaults === undefined ? null : faultsJson(weatherFaults),
    runs: runs.map((run) => ({
      method: run.method, weather: run.weather, weatherErrorSeed: run.weather === 'with-error' ? seed : null,
      leads: run.leads.map(({ leadDays, gaveWay, scores, seasons: bySeason, reliability: shares, dailyMae, drift, leftOut }) => ({
        leadDays, gaveWayDays: gaveWay, scores, seasons: bySeason, reliability: LEVELS.map((level, k) => ({ level, measuredBelow: shares[k] })),
        dailyMae: { forecast: plain(dailyMae.forecast), naive: plain(dailyMae.naive), similarDay: plain(dailyMae.similarDay) }, drift, leftOut,
      })),
      skillByHour: run.skillByHour,
    })),
  }
}
