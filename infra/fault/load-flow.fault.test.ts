import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { ROUTES, address } from '#contract/routes.ts'
import { watchApi } from '../bench/replay/api-beside.ts'
import { launchBrowser } from '../e2e/browser.ts'
import { startService, type RunningService } from '../e2e/service.ts'
import { signIn } from '../e2e/sign-in.ts'
import { FULL, isAsked } from './lab/full.ts'
import { experiment } from './lab/report.ts'

const STUDIES = 8
const HISTORY_DAYS = 400
const PATIENCE_MS = 600_000

let service: RunningService | undefined
let browser: Browser | undefined
afterAll(async () => {
  await browser?.close()
  await service?.stop()
})

test.runIf(FULL && isAsked(18))('load flows of a year, one study after the other: pages answer meanwhile, and no job loses its lease', () => experiment(18, 'studies', async (run) => {
  service = await startService({ historyDays: HISTORY_DAYS })
  const { url, dataFolder, metricsUrl } = service
  browser = await launchBrowser()
  const page = await browser.newPage()
  await signIn(page, url, '/planification', 'Anne Le Goff')
  const ask = <T>(path: string): Promise<T> => page.evaluate(async (wanted) => (await fetch(wanted)).json() as Promise<T>, path)
  const { busbars } = await ask<{ busbars: { id: string; nominalVoltageKv: number }[] }>(ROUTES.planner.network)
  const nodes = busbars.filter(({ nominalVoltageKv }) => nominalVoltageKv < 1).slice(0, STUDIES).map(({ id }) => id)
  expect(nodes).toHaveLength(STUDIES)
  const studyOf = (node: string) => ask<{ status: string }>(address(ROUTES.planner.connectionStudy, {}, { node, kva: 250 }))

  const watch = watchApi(url)
  const begun = await Promise.all(nodes.map(studyOf))
  for (const { status } of begun) expect(['running', 'done']).toContain(status)
  run.fault(STUDIES)
  const startedMs = performance.now()
  await expect.poll(async () => (await Promise.all(nodes.map(studyOf))).filter(({ status }) => status !== 'done'), { timeout: PATIENCE_MS, interval: 1_000 }).toEqual([])
  const seconds = (performance.now() - startedMs) / 1_000
  const times = await watch.stop()
  const p99 = times[Math.floor(0.99 * times.length)]
  const told = await (await fetch(metricsUrl)).text()
  const failed = [...told.matchAll(/^penfeld_jobs_failed\{[^}]*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
  run.measure('seconds of load flow', seconds)
  run.measure('answers asked for', times.length)
  run.measure('api p99 ms', p99)
  run.measure('api slowest ms', times.at(-1)!)
  // As long as the event loop may be held for it to be called an experiment at all.
  expect(seconds).toBeGreaterThan(10)
  expect(p99).toBeLessThan(500)
  expect(failed).toBe(0)
  expect(readFileSync(join(dataFolder, 'log/work.log'), 'utf8')).not.toContain('PF_JOB_FENCED')
}))
