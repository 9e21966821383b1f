import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { localParts } from '#models/units/local-time.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { memoryStore } from '#services/evaluation/memory-store.testkit.ts'
import { openJobQueue } from './embedded/job-queue.ts'
import { askWhatIsDue, timetable } from './timetable.ts'

const HOUR = 3_600_000
let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'penfeld-timetable-')) })
afterEach(() => rmSync(folder, { recursive: true }))

/** Local times at which the forecast of days is asked for, looked at each quarter of an hour; after `restartsAfter` hours by a new process. */
async function askedAt(begin: string, hours: number, timeZone: string, restartsAfter = Infinity): Promise<string[]> {
  const clock = manualClock(Date.parse(begin))
  const measured = memoryStore()
  const open = () => ({ queue: openJobQueue(join(folder, 'jobs.sqlite'), clock), schedules: timetable(clock, 1800, timeZone).filter(({ kind }) => kind === 'forecast-days') })
  let { queue, schedules } = open()
  const found: string[] = []
  for (let quarter = 0; quarter < 4 * hours; quarter += 1) {
    if (quarter === 4 * restartsAfter) {
      await queue.close()
      ;({ queue, schedules } = open())
    }
    await askWhatIsDue(queue, schedules, measured, clock.now())
    for (let job = await queue.claim(['forecast-days']); job !== undefined; job = await queue.claim(['forecast-days'])) {
      const { day, hour, minute } = localParts(clock.now(), timeZone)
      found.push(`${day}. ${hour}:${String(minute).padStart(2, '0')}`)
      await queue.complete(job.job.jobId, job.token)
    }
    clock.set(clock.now() + HOUR / 4)
  }
  await queue.close()
  return found
}

test('the days are forecast at the first start, and then once a day when a local day has begun', async () => {
  expect(await askedAt('2026-05-12T15:00:00+02:00', 60, 'Europe/Paris')).toEqual(['12. 15:00', '13. 1:15', '14. 1:15', '15. 1:15'])
})

test('a new start on the same day asks for nothing, one after days of silence once', async () => {
  expect(await askedAt('2026-05-12T15:00:00+02:00', 8, 'Europe/Paris', 4)).toEqual(['12. 15:00'])
  expect(await askedAt('2026-05-20T15:00:00+02:00', 8, 'Europe/Paris', 4)).toEqual(['20. 15:00'])
})

test.each([['Europe/Paris', '2026-10-24T12:00:00Z'], ['Europe/Paris', '2026-03-27T12:00:00Z'], ['America/New_York', '2026-10-30T12:00:00Z'], ['Asia/Kathmandu', '2026-05-12T12:00:00Z'], ['Pacific/Auckland', '2026-04-03T12:00:00Z']])('in %s from %s never before midnight, and at most an hour and a half after it', async (timeZone, begin) => {
  const [, ...nights] = await askedAt(begin, 96, timeZone)
  expect(nights.length).toBeGreaterThanOrEqual(3)
  for (const night of nights) expect(night).toMatch(/^\d+\. [01]:/)
})

test('what is due to holders of flexibility contracts is looked at each minute', () => {
  const schedule = timetable(manualClock(Date.parse('2026-06-16T10:00:00Z')), 1800, 'Europe/Paris').find(({ kind, scope }) => kind === 'activate' && scope === 'due')!
  expect(schedule.everyS + schedule.delayS).toBeLessThanOrEqual(60)
})
