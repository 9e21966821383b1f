import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { findingsOf } from '#services/evaluation/findings.ts'
import { openRunStore } from '#services/evaluation/run-store.ts'
import type { WinterPeakReport } from '#services/evaluation/winter-peaks.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openJobQueue } from './embedded/job-queue.ts'
import { runOnce } from './lanes.ts'
import { timetable } from './timetable.ts'
import { createWorkers, type WorkerParts } from './workers.ts'

test('the winter peaks are made once a night, and each pass takes the place of the last', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-winter-job-'))
  const clock = manualClock(Date.parse('2026-01-12T03:00:00Z'))
  const queue = openJobQueue(join(folder, 'jobs.sqlite'), clock)
  const runs = openRunStore(join(folder, 'runs.sqlite'))
  onTestFinished(async () => {
    await queue.close()
    await runs.close()
    rmSync(folder, { recursive: true })
  })
  expect(timetable(clock, 1800, 'Europe/Paris').filter(({ scope }) => scope === 'winter-peak').map(({ kind, everyS, mostMissed }) => [kind, everyS, mostMissed])).toEqual([['roll-up', 86_400, 1]])

  const report = (series: string, computedAt: number): WinterPeakReport => ({ series, computedAt, refused: { reason: 'no-load', days: 0 }, estimate: null, days: { day: [], temperatureC: [], peakKw: [], dayType: [] } })
  const run = async (name: string, { issuedAt }: { issuedAt: number }) => (name === 'winter-peaks' ? [report('district', issuedAt), report('T1', issuedAt)] : [])
  // Of all that workers stand on, this needs no more.
  const workers = createWorkers({ queue, pool: { run, stop: async () => {} }, runs, timeZone: 'Europe/Paris', clock, log: silentLogger } as unknown as WorkerParts)
  for (const time of ['2026-01-12T03:00:00Z', '2026-01-13T03:00:00Z']) {
    clock.set(Date.parse(time))
    await queue.ask({ kind: 'roll-up', scope: 'winter-peak', period: clock.now(), inputRevision: 0 })
    await runOnce({ queue, effects: runs.effects, workers, log: silentLogger }, ['roll-up'])
    for (const series of ['district', 'T1']) expect(findingsOf(runs.database).winterPeak(series)).toEqual(report(series, clock.now()))
  }
  expect((await queue.kinds()).find(({ kind }) => kind === 'roll-up')).toMatchObject({ waiting: 0, failed: 0 })
})
