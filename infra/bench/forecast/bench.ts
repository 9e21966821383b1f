/**
 * Day-ahead forecasts of measured series beside what the peers scored on the same days under the same protocol.
 *   npm run bench:forecast -- [--json] [--quick] [--series NAME,...] [--back DAYS] [--refit DAYS] | --speed
 * `--back` moves the window to earlier days: there choices are made, never on the days of the comparison, and no peer is
 * printed beside it. `--speed`: nothing but the time and memory of fits (speed.ts), which end a run of all series too.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ROLLING_OPTIONS } from '#models/forecast/rolling.ts'
import { measuredSeries, seriesNames } from './measured-series.ts'
import { run, windowOf } from './protocol.ts'

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}
const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const QUICK = ['ucam_b118_gas', 'water_dma_03', 'rsf_heating', 'Fox_lodging_Wallace']
const chosen = argument('series')?.split(',') ?? (quick ? QUICK : seriesNames)
const back = Number(argument('back') ?? 0)
const YEAR_REFIT_DAYS = 28
const refitDays = Number(argument('refit') ?? (quick ? 28 : ROLLING_OPTIONS.refitDays))

if (process.argv.includes('--speed')) {
  measureSpeed()
  process.exit()
}

interface Peer {
  readonly series: string
  readonly method: string
  readonly mae: number
  readonly peakErrorPct: number
  readonly pinballPct: number
}
const RECIPE = 'gradient boosting, OpenSTEF recipe (xgboost)'
const WEEK = 'seasonal naive, week'
const peers = peerScores()
const of = (series: string, method: string): Peer | undefined => peers.find((peer) => peer.series === series && peer.method === method)
const bestOf = (series: string, score: (peer: Peer) => number): number => Math.min(...peers.filter((peer) => peer.series === series).map(score).filter((value) => Number.isFinite(value)))

const say = (text: string) => {
  if (!json) process.stdout.write(`${text}\n`)
}
const told = (name: string, value: number, unit: string, aim?: number) => {
  if (json) process.stdout.write(`${JSON.stringify({ bench: 'forecast', case: name, value, unit, ...(aim === undefined ? {} : { aim, holds: value <= aim }) })}\n`)
  else process.stdout.write(`forecast: ${name}: ${value.toPrecision(4)} ${unit} ${aim === undefined ? '(shown)' : `(aim <= ${aim}${value <= aim ? '' : ', NOT MET'})`}\n`)
}

const ours = new Map<string, ReturnType<typeof run>>()
say(`day-ahead at 00:00 with observed ("perfect") weather, ${back === 0 ? 'the days of the comparison' : `${back} days before them`}, refit every ${refitDays} days`)
say('series                      MAE   of week  of recipe  of best   peak %  of line  pinball %  of best  cover 90 %    s')
for (const name of chosen) {
  const series = measuredSeries(name)
  const scores = run(series, windowOf(series, back), { ...ROLLING_OPTIONS, refitDays })
  ours.set(name, scores)
  const beside = back === 0
  const ratio = (value: number) => (beside ? value.toFixed(3) : '-').padStart(8)
  say([
    name.padEnd(24), scores.mae.toPrecision(4).padStart(7), (scores.mae / scores.naive.mae).toFixed(3).padStart(8), ratio(scores.mae / (of(name, RECIPE)?.mae ?? NaN)), ratio(scores.mae / bestOf(name, ({ mae }) => mae)),
    scores.ownPeakErrorPct.toFixed(2).padStart(8), scores.peakErrorPct.toFixed(2).padStart(7), scores.pinballPct.toFixed(3).padStart(9), ratio(scores.pinballPct / bestOf(name, ({ pinballPct }) => pinballPct)), scores.cover90Pct.toFixed(1).padStart(8), scores.seconds.toFixed(0).padStart(6),
  ].join('  '))
  if (process.argv.includes('--members')) say(`    ${scores.members.map(({ name: member, mae }) => `${member} ${mae.toPrecision(4)}`).join(', ')}`)
  if (beside && process.argv.includes('--peers')) for (const peer of peers.filter((one) => one.series === name)) say(`    ${peer.method.padEnd(50)} MAE ${peer.mae.toPrecision(4)}  peak ${peer.peakErrorPct.toFixed(2)}  pinball ${peer.pinballPct.toFixed(3)}`)
}

if (back === 0) {
  const kinds = { regional: chosen.filter((name) => ['vic', 'wpd', 'wpd_pv'].includes(name)), buildings: chosen.filter((name) => !['vic', 'wpd', 'wpd_pv'].includes(name)) }
  for (const name of kinds.regional) {
    const { mae, pinballPct } = ours.get(name)!
    told(`${name}, MAE of the xgboost recipe's`, mae / of(name, RECIPE)!.mae, '1', 0.9)
    told(`${name}, MAE of the best peer's`, mae / bestOf(name, (peer) => peer.mae), '1', 1)
    told(`${name}, pinball of the xgboost recipe's`, pinballPct / of(name, RECIPE)!.pinballPct, '1', 0.9)
    told(`${name}, pinball of the best peer's`, pinballPct / bestOf(name, (peer) => peer.pinballPct), '1', 1)
  }
  for (const name of quick ? [] : kinds.regional) {
    const { cover90Pct, cover90OfBandPct } = run(measuredSeries(name), { back: 0, days: 365 }, { ...ROLLING_OPTIONS, refitDays: YEAR_REFIT_DAYS })
    told(`${name}, a year of origins, refit every ${YEAR_REFIT_DAYS} days: values within the 90 % interval`, cover90Pct, '%')
    // The nights of a production are certain: an interval without width that always holds says nothing of the others.
    told(`${name}, a year of origins: the same where the interval has a width`, cover90OfBandPct, '%')
    told(`${name}, a year of origins: distance of that from 90 %`, Math.abs(cover90OfBandPct - 90), 'points', 3)
  }
  if (kinds.regional.length > 0) {
    told('regional and PV, geometric mean MAE of the best peer', geometricMean(kinds.regional, (name) => ours.get(name)!.mae / bestOf(name, (peer) => peer.mae)), '1', 0.93)
    told('regional and PV, geometric mean pinball of the best peer', geometricMean(kinds.regional, (name) => ours.get(name)!.pinballPct / bestOf(name, (peer) => peer.pinballPct)), '1', 0.93)
  }
  if (kinds.buildings.length > 0) {
    told(`${kinds.buildings.length} buildings, geometric mean MAE of the xgboost recipe`, geometricMean(kinds.buildings, (name) => ours.get(name)!.mae / of(name, RECIPE)!.mae), '1', 0.88)
    told(`${kinds.buildings.length} buildings, geometric mean MAE of the weekly naive`, geometricMean(kinds.buildings, (name) => ours.get(name)!.mae / of(name, WEEK)!.mae), '1', 0.52)
    told(`${kinds.buildings.length} buildings, geometric mean MAE of the best peer of each`, geometricMean(kinds.buildings, (name) => ours.get(name)!.mae / bestOf(name, (peer) => peer.mae)), '1')
    told(`${kinds.buildings.length} buildings, geometric mean pinball of the xgboost recipe`, geometricMean(kinds.buildings, (name) => ours.get(name)!.pinballPct / of(name, RECIPE)!.pinballPct), '1')
  }
  // A forecast of the peak itself; beside it the highest value of the forecast line, which is all that the peers have.
  const peaked = chosen.filter((name) => Number.isFinite(of(name, RECIPE)!.peakErrorPct))
  told('daily peak, geometric mean error of the xgboost recipe', geometricMean(peaked, (name) => ours.get(name)!.ownPeakErrorPct / of(name, RECIPE)!.peakErrorPct), '1', 0.85)
  told('daily peak by the highest value of the forecast line, of the xgboost recipe', geometricMean(peaked, (name) => ours.get(name)!.peakErrorPct / of(name, RECIPE)!.peakErrorPct), '1')
  // The same days and the same naive forecast: the protocol is the peers'.
  told('protocol: largest difference of the weekly naive MAE from the peers’ table', Math.max(...chosen.map((name) => Math.abs(ours.get(name)!.naive.mae / of(name, WEEK)!.mae - 1))), '1', 0.01)
}

if (back !== 0 && chosen.length > 1) {
  // What choices are made by: no peer was scored on these days.
  told(`${chosen.length} series, geometric mean MAE of the weekly naive on the same days`, geometricMean(chosen, (name) => ours.get(name)!.mae / ours.get(name)!.naive.mae), '1')
  told(`${chosen.length} series, geometric mean error of the daily peak`, geometricMean(chosen, (name) => ours.get(name)!.ownPeakErrorPct), '%')
  told(`${chosen.length} series, the same by the highest value of the forecast line`, geometricMean(chosen, (name) => ours.get(name)!.peakErrorPct), '%')
}

if (back === 0 && argument('series') === undefined) measureSpeed()

/** In a process of its own, whose peak memory is that of the fits alone. */
function measureSpeed(): void {
  const { status } = spawnSync(process.execPath, [resolve(import.meta.dirname, 'speed.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

function geometricMean(names: readonly string[], of: (name: string) => number): number {
  return Math.exp(names.reduce((sum, name) => sum + Math.log(of(name)), 0) / names.length)
}

function peerScores(): Peer[] {
  const lines = readFileSync(resolve(import.meta.dirname, '../../../../shared/facts/forecast-peers.csv'), 'utf8').trim().split('\n')
  const head = fields(lines[0]!)
  const column = (row: readonly string[], name: string) => row[head.indexOf(name)]!
  const number = (text: string) => (text === '' ? NaN : Number(text))
  return lines.slice(1).map(fields).map((row) => ({
    series: column(row, 'series'), method: column(row, 'method'), mae: number(column(row, 'MAE')), peakErrorPct: number(column(row, 'peak_MAE_pct')), pinballPct: number(column(row, 'pinball_pct')),
  }))
}

function fields(line: string): string[] {
  return [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map(([, plain, quoted]) => quoted ?? plain!)
}
