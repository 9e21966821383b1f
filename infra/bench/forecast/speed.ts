/**
 * Time and memory of fits, in a process of their own: a series of three years of half hours on one core, and delivery
 * points by the thousand on two worker threads.
 *   node infra/bench/forecast/speed.ts [--json] [--quick]
 * The half hours are Victoria's load with its temperature. The points are ten hourly curves of buildings in Cambridge
 * with temperature and irradiance, each scaled and moved by whole weeks, weather and all: different numbers, the same kinds.
 */
import { Worker } from 'node:worker_threads'
import { forecastDays } from '#models/forecast/day-ahead.ts'
import { measuredSeries, seriesNames } from './measured-series.ts'
import type { PointsOfAThread } from './speed-thread.ts'

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const POINTS = quick ? 60 : 1_000
const THREADS = 2
const DAY_S = 86_400

function told(name: string, value: number, unit: string, aim?: number): void {
  if (json) process.stdout.write(`${JSON.stringify({ bench: 'forecast', case: name, value: Number(value.toPrecision(4)), unit, ...(aim === undefined ? {} : { aim, holds: value <= aim }) })}\n`)
  else process.stdout.write(`forecast: ${name}: ${value.toPrecision(4)} ${unit} ${aim === undefined ? '(shown)' : `(aim <= ${aim}${value <= aim ? '' : ', NOT MET'})`}\n`)
}

// The points first: the peak of the memory is that of the whole process.
const names = seriesNames.filter((name) => /^ucam_.*_electricity$/.test(name) || name === 'ucam_b118_gas')
const curves = names.map((name) => {
  const { from, stepS, timeZone, values, weather } = measuredSeries(name)
  return { from, stepS, timeZone, values, weather }
})
const cpuS = (since?: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}
const startedMs = performance.now()
const before = process.cpuUsage()
const answered = await Promise.all(Array.from({ length: THREADS }, (_, thread) => new Promise<number>((resolve, reject) => {
  const work: PointsOfAThread = { curves, points: Array.from({ length: POINTS }, (_, point) => point).filter((point) => point % THREADS === thread) }
  const worker = new Worker(new URL('speed-thread.ts', import.meta.url), { workerData: work })
  worker.once('message', resolve)
  worker.once('error', reject)
})))
const seconds = (performance.now() - startedMs) / 1000
const whole = answered.reduce((sum, one) => sum + one, 0)
if (whole !== POINTS) throw new Error(`${POINTS - whole} of ${POINTS} points have no forecast of a whole day`)
told(`${POINTS} delivery points of 460 days of hours, fit and 24 h of quantiles, ${THREADS} threads`, seconds, 's', (120 * POINTS) / 1_000)
told('the same, time of the processors a point', cpuS(before) / POINTS, 's')
told(`peak memory of the process with ${THREADS} threads`, process.resourceUsage().maxRSS / 1024, 'MiB')

const { from, stepS, timeZone, values, weather, holidayOf } = measuredSeries('vic')
for (const horizonDays of quick ? [1] : [1, 7]) {
  const history = values.length - ((horizonDays + 1) * DAY_S) / stepS
  const start = performance.now()
  const since = process.cpuUsage()
  const forecast = forecastDays({ timeZone, stepS, from, values: values.subarray(0, history), issuedAt: from + history * stepS * 1000, weather, rules: { holidayOf }, production: false, nonNegative: true, horizonDays, size: 'full' })
  if (forecast.method !== 'blend' || !forecast.values.every(Number.isFinite)) throw new Error('no whole forecast')
  told(`three years of half hours, full refit and ${horizonDays === 1 ? 'the day ahead' : `${horizonDays} days`} with quantiles, one core`, (performance.now() - start) / 1000, 's', 20)
  told('the same, time of the processor', cpuS(since), 's')
}
