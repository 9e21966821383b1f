import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { backtest as tried, daysToTry, LEAST_HISTORY_DAYS, type Backtest } from '#models/forecast/backtest.ts'
import { ROLLING_OPTIONS } from '#models/forecast/rolling.ts'
import { loadCurve } from '#services/curves/load-curve.ts'
import { backtestContent, backtestJson, faultsOf, scoresTable, verdict, type BacktestReport } from '#services/curves/report/backtest-report.ts'
import { htmlOf, markdownOf, tableLines } from '#services/curves/report/write.ts'
import { WORDS } from '#services/curves/words.ts'
import { CURVE_OPTIONS, curveArguments, daysOf } from './curve-arguments.ts'
import { progressBar } from './progress-bar.ts'
import { WrongArguments } from './wrong-arguments.ts'

const DEFAULT_DAYS = 28
const MOST_DAYS = 3660
/** Over longer times the fits are made anew less often, as nothing much changes within a month. */
const OFTEN_DAYS = 56
const SELDOM_REFIT_DAYS = 28
const LEADS = [0, 1]
const SEED = 1

/** `penfeld backtest FILE.csv`: how well a measured curve would have been forecast over its last days, told as a summary, as JSON, and as a report. */
export async function backtest(args: string[], write: (line: string) => void): Promise<number> {
  const options = readArguments(args)
  const { json, language, delayS } = options
  const words = WORDS[language]
  const curve = await loadCurve({ ...options, aheadDays: 0 })
  const problem = { ...curve, deliveryDelayS: delayS }
  const possible = daysToTry(problem)
  if (possible < (options.days ?? 1)) {
    const detail = possible === 0 ? `Its history is too short: ${LEAST_HISTORY_DAYS} days and one to try are the least.` : `Of it at most ${possible} days can be tried: the ${LEAST_HISTORY_DAYS} before them are learned from.`
    throw new PenfeldError('PF_CURVE_INVALID', detail, { where: options.file })
  }
  const days = options.days ?? Math.min(DEFAULT_DAYS, possible)
  const refitDays = days > OFTEN_DAYS ? SELDOM_REFIT_DAYS : ROLLING_OPTIONS.refitDays
  const passes = options.weatherError ? [undefined, { seed: SEED }] : [undefined]
  const bar = json ? undefined : progressBar(curve.name)
  const runs = passes.map((weatherError, k): Backtest => tried(problem, { days, leads: LEADS, weatherError, rolling: { refitDays }, progress: (share) => bar?.((k + share) / passes.length) }))
  if (bar !== undefined && process.stdout.isTTY) process.stdout.write('\n')
  const report: BacktestReport = { curve, runs, refitDays, delayS, seed: SEED }
  if (options.report !== undefined) {
    const content = backtestContent(report, language)
    const text = options.report.endsWith('.md') ? markdownOf(content) : htmlOf(content)
    await writeFile(options.report, text).catch((error: NodeJS.ErrnoException) => {
      throw new WrongArguments(`--report ${options.report} cannot be written (${error.code}).`)
    })
  }
  if (json) write(JSON.stringify(backtestJson(report)))
  else {
    for (const line of verdict(report, language)) write(line)
    for (const line of tableLines(scoresTable(report, language))) write(line)
    const { paragraphs, list } = faultsOf(curve, words, language)
    for (const line of paragraphs) write(line)
    for (const line of list) write(`  ${line}`)
    if (options.report !== undefined) write(words.written(options.report))
  }
  return 0
}

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { ...CURVE_OPTIONS, days: { type: 'string' }, 'weather-error': { type: 'boolean' }, report: { type: 'string' } } })
  const shared = curveArguments(positionals, values)
  if (values['weather-error'] === true && values.weather === undefined) throw new WrongArguments('--weather-error needs --weather.')
  if (values.report !== undefined && !/\.(html|md)$/.test(values.report)) throw new WrongArguments(`--report is "${values.report}", expected a name that ends in .html or .md.`)
  return { ...shared, days: values.days === undefined ? undefined : daysOf('--days', values.days, 1, MOST_DAYS), weatherError: values['weather-error'] === true, report: values.report }
}
