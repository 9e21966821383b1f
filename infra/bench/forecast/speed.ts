/**
 * Time and memory of fits: a series of three years of half hours on one core, and delivery points by the thousand on two
 * worker threads of a process of their own.
 *   node infra/bench/forecast/speed.ts [--json] [--quick]
 * The half hours are Victoria's load with its temperature. The points are ten hourly curves of buildings in Cambridge
 * with temperature and irradiance, each scaled and moved by whole weeks, weather and all: different numbers, the same kinds.
 */
import { fork } from 'node:child_process'
import { forecastDays } from '#models/forecast/day-ahead.ts'
import { measuredSeries, seriesNames } from './measured-series.ts'
import type { PointsAsked, PointsMeasured } from './speed-points.ts'

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const POINTS = quick ? 30 : 1_000
const THREADS = 2
const DAY_S = 86_400

function told(name: string, value: number, unit: string, aim?: number): void {
  if (json) process.stdout.write(`${JSON.stringify({ bench: 'forecast', case: name, value: Number(value.toPrecision(4)), unit, ...(aim === undefined ? {} : { aim, holds: value <= aim }) })}\n`)
  else process.stdout.write(`forecast: ${name}: ${value.toPrecision(4)} ${unit} ${aim === undefined ? '(shown)' : `(aim <= ${aim}${value <= aim ? '' : ', NOT MET'})`}\n`)
}

const names = seriesNames.filter((name) => /^ucam_.*_electricity$/.test(name) || ['ucam_b118_gas', 'ucam_b19_gas', 'ucam_b25_gas', 'ucam_b40_gas'].includes(name))
const curves = names.map((name) => {
  const { from, stepS, timeZone, values, weather } = measuredSeries(name)
  return { from, stepS, timeZone, values, weather }
})
// Reading the curves takes more memory than forecasting them: what is measured begins with the curves at hand.
const points = await new Promise<PointsMeasured>((resolve, reject) => {
  const child = fork(new URL('speed-points.ts', import.meta.url), { serialization: 'advanced' })
  child.once('message', resolve).once('error', reject).once('exit', (code) => reject(new Error(`the points ended with ${code}`)))
  child.send({ curves, points: POINTS, threads: THREADS } satisfies PointsAsked)
})
if (points.whole !== POINTS) throw new Error(`${POINTS - points.whole} of ${POINTS} points have no forecast of a whole day`)
// A few points are mostly the start of the threads and of the compiler.
told(`${POINTS} delivery points of 460 days of hours, fit and 24 h of quantiles, ${THREADS} threads`, points.seconds, 's', quick ? undefined : 120)
told('the same, time of the processors a point', points.cpuS / POINTS, 's')
told('the same, peak memory of the process', points.peakMiB, 'MiB')

const { from, stepS, timeZone, values, weather, holidayOf } = measuredSeries('vic')
for (const horizonDays of quick ? [1] : [1, 7]) {
  const history = values.length - ((horizonDays + 1) * DAY_S) / stepS
  const start = performance.now()
  const since = process.cpuUsage()
  const forecast = forecastDays({ timeZone, stepS, from, values: values.subarray(0, history), issuedAt: from + history * stepS * 1000, weather, rules: { holidayOf }, production: false, nonNegative: true, horizonDays, size: 'full' })
  if (forecast.method !== 'blend' || !forecast.values.every(Number.isFinite)) throw new Error('no whole forecast')
  told(`three years of half hours, full refit and ${horizonDays === 1 ? 'the day ahead' : `${horizonDays} days`} with quantiles, one core`, (performance.now() - start) / 1000, 's', 20)
  const { user, system } = process.cpuUsage(since)
  told('the same, time of the processor', (user + system) / 1e6, 's')
}
