import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { LEVELS } from '#models/forecast/conformal.ts'
import { GROUPS } from '#models/forecast/members.ts'
import { forecastCsv, forecastCurve, type CurveForecast } from '#services/curves/days-ahead.ts'
import { loadCurve, type LoadedCurve } from '#services/curves/load-curve.ts'
import { faultsOf } from '#services/curves/report/backtest-report.ts'
import { forecastNetOf, forecastNetSplit } from '#services/curves/net-ahead.ts'
import { tableLines } from '#services/curves/report/write.ts'
import { numbersOf, WORDS, type Language } from '#services/curves/words.ts'
import { CURVE_OPTIONS, curveArguments, daysOf } from './curve-arguments.ts'
import { dayHighs, timesOf } from './day-highs.ts'
import { netJson, netSummary } from './forecast-net.ts'
import { WrongArguments } from './wrong-arguments.ts'

const DEFAULT_HORIZON_DAYS = 2
/** The furthest day for which a fit is made. */
const MOST_HORIZON_DAYS = 7

/**
 * `penfeld forecast FILE.csv`: the days after a measured curve with their band; the day of its last value is the first. With
 * `--production COLUMN` the net of the curve less that production, with `--behind` a net split into load and the
 * photovoltaics behind its meter.
 */
export async function forecast(args: string[], write: (line: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { ...CURVE_OPTIONS, horizon: { type: 'string' }, out: { type: 'string' }, production: { type: 'string' }, behind: { type: 'boolean' } } })
  const options = curveArguments(positionals, values)
  const horizonDays = values.horizon === undefined ? DEFAULT_HORIZON_DAYS : daysOf('--horizon', values.horizon, 1, MOST_HORIZON_DAYS)
  const aheadDays = horizonDays + 1 + options.delayS / 86_400
  if (values.production !== undefined && values.behind === true) throw new WrongArguments('--production is a meter of its own, --behind stands for one that is missing: give one of them.')
  const curve = await loadCurve({ ...options, aheadDays })
  if (values.production !== undefined || values.behind === true) {
    const asked = { horizonDays, delayS: options.delayS }
    const words = WORDS[options.language]
    const production = values.production ?? words.behindName
    const net = values.production === undefined ? forecastNetSplit(curve, asked, words.splitRefused) : forecastNetOf(curve, await loadCurve({ ...options, column: values.production, aheadDays }), asked)
    const lines = netSummary(net, curve, production, options.language)
    await writeOut(values.out, () => forecastCsv(net, { ...curve, name: 'net' }, [{ series: curve.name, column: net.load.values }, { series: production, column: net.production.values }]))
    for (const line of options.json ? [JSON.stringify(netJson(net, curve, production))] : lines) write(line)
    return 0
  }
  const told = forecastCurve(curve, horizonDays, options.delayS)
  if (told.values.every(Number.isNaN)) throw new PenfeldError('PF_CURVE_INVALID', 'Its history says nothing of the days after it.', { where: options.file })
  await writeOut(values.out, () => forecastCsv(told, curve))
  if (options.json) write(JSON.stringify(forecastJson(told, curve)))
  else for (const line of summary(told, curve, options.language)) write(line)
  return 0
}

async function writeOut(file: string | undefined, lines: () => Iterable<string>): Promise<void> {
  if (file === undefined) return
  await writeFile(file, `${[...lines()].join('\n')}\n`).catch((error: NodeJS.ErrnoException) => {
    throw new WrongArguments(`--out ${file} cannot be written (${error.code}).`)
  })
}

function summary(told: CurveForecast, curve: LoadedCurve, language: Language): string[] {
  const words = WORDS[language]
  const { value } = numbersOf(language)
  const { timeZone, unit } = curve
  const { time } = timesOf(timeZone, language)
  const inUnit = unit === '' ? '' : ` (${unit})`
  const rows = dayHighs(told, timeZone, language).map(({ day, own, highest, clock }) => {
    const mean = own.reduce((sum, i) => sum + told.values[i], 0) / own.length
    return [day, value(mean), value(told.values[highest]), clock, `${value(told.quantiles[0][highest])} – ${value(told.quantiles.at(-1)![highest])}`]
  })
  const reason = told.reason === undefined ? '' : ` (${words.reasons[told.reason]})`
  const { paragraphs, list } = faultsOf(curve, words, language)
  return [
    `${words.forecastTitle(curve.name)}. ${words.issuedAt}${words.colon}${time(told.issuedAt)}. ${words.method}${words.colon}${words.methods[told.method]}${reason}.`,
    ...(Number.isNaN(told.lately.mae) ? [] : [words.lately(`${value(told.lately.mae)} ${unit}`.trim(), `${value(told.lately.similarDayMae)} ${unit}`.trim())]),
    ...told.usualWeather.map(({ name, from }) => words.usualWeather(name, time(from))),
    ...tableLines({ head: [words.day, `${words.mean}${inUnit}`, `${words.highest}${inUnit}`, words.atTime, words.band90], rows }),
    ...paragraphs, ...list.map((one) => `  ${one}`),
  ]
}

function forecastJson(told: CurveForecast, { file, name, unit, timeZone }: LoadedCurve): unknown {
  const plain = (column: Float64Array) => Array.from(column)
  return {
    file, series: name, unit, timeZone, issuedAt: new Date(told.issuedAt).toISOString(), from: new Date(told.from).toISOString(), stepS: told.stepS, method: told.method, reason: told.reason ?? null, lately: told.lately,
    usualWeather: told.usualWeather.map(({ name: series, from }) => ({ series, from: new Date(from).toISOString() })), values: plain(told.values), levels: LEVELS, quantiles: told.quantiles.map(plain),
    contributions: told.contributions.map((column, g) => ({ group: GROUPS[g], values: plain(column) })),
  }
}
