/** Process that forecasts delivery points on worker threads and answers what it took. */
import { Worker } from 'node:worker_threads'
import type { PointsOfAThread } from './speed-thread.ts'

export interface PointsAsked {
  readonly curves: PointsOfAThread['curves']
  readonly points: number
  readonly threads: number
}

export interface PointsMeasured {
  /** Points with quantiles of a whole day. */
  readonly whole: number
  readonly seconds: number
  readonly cpuS: number
  readonly peakMiB: number
}

process.once('message', async ({ curves, points, threads }: PointsAsked) => {
  const startedMs = performance.now()
  const since = process.cpuUsage()
  const answered = await Promise.all(Array.from({ length: threads }, (_, thread) => new Promise<number>((resolve, reject) => {
    const work: PointsOfAThread = { curves, points: Array.from({ length: points }, (_, point) => point).filter((point) => point % threads === thread) }
    const worker = new Worker(new URL('speed-thread.ts', import.meta.url), { workerData: work })
    worker.once('message', resolve).once('error', reject)
  })))
  const { user, system } = process.cpuUsage(since)
  const measured: PointsMeasured = {
    whole: answered.reduce((sum, one) => sum + one, 0), seconds: (performance.now() - startedMs) / 1000, cpuS: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024,
  }
  process.send!(measured, () => process.disconnect())
})
