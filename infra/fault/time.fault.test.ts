import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { openJobQueue } from '#services/jobs/embedded/job-queue.ts'
import { askWhatIsDue, timetable } from '#services/jobs/timetable.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { killChildren } from './lab/children.ts'
import { counts, isAsked } from './lab/full.ts'
import { experiment } from './lab/report.ts'
import { startSite, type Site } from './lab/site.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MINUTE_MS = 60_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const PRELOAD = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].map((place) => join(place, 'faketime/libfaketimeMT.so.1')).find(existsSync)

const folder = mkdtempSync(join(tmpdir(), 'penfeld-time-'))
const clockFile = join(folder, 'clock')
/** Clock of the machine as the service sees it; the devices keep the right time. */
const shiftBy = (seconds: number) => writeFileSync(clockFile, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`)
afterAll(async () => {
  await killChildren()
  rmSync(folder, { recursive: true, force: true })
})

let deviceShiftMs = 0
let started: Promise<Site> | undefined
function site(): Promise<Site> {
  if (PRELOAD === undefined) throw new Error('libfaketime is not installed: apt-get install faketime')
  shiftBy(0)
  return started ??= startSite({
    now: () => Date.now() + deviceShiftMs,
    env: { LD_PRELOAD: PRELOAD, FAKETIME_TIMESTAMP_FILE: clockFile, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1' },
  })
}
/** Something given now, or by who gives all the time, reaches the store. */
const goesOn = async (service: Site, give: () => Promise<unknown> = async () => {}) => {
  const head = await service.reader.headSeq()
  await give()
  await expect.poll(() => service.reader.headSeq(), { timeout: 30_000, interval: 50 }).toBeGreaterThan(head)
}

test.runIf(isAsked(20))('a device whose clock is wrong: put apart as clock_suspect, counted, and in no aggregate', () => experiment(20, 'service', async (run) => {
  const service = await site()
  await goesOn(service, () => service.produce())
  const now = Date.now()
  const wrong = [0, 1, Date.parse('1970-01-01T00:00:00Z') + 86_399_000, Date.parse('2106-02-07T06:28:15Z'), now + DAY_MS, now + 3 * DAY_MS, now + 30 * DAY_MS, now - 401 * DAY_MS, now - 5_000 * DAY_MS]
  const before = await service.counted()
  for (const at of wrong) {
    run.fault()
    await service.publishRaw(0, JSON.stringify({ ts: new Date(at).toISOString(), temperatureC: 39, irradianceWm2: 999 }))
  }
  await expect.poll(async () => (await service.counted()).quarantined - before.quarantined, { timeout: 30_000 }).toBe(wrong.length * 2)
  await service.produce()
  const { produced, stored, examples } = await service.settled()
  const counted = await service.counted()
  run.values({ produced: produced + wrong.length * 2, stored, deduplicated: counted.deduplicated, quarantined: wrong.length * 2, dropped: counted.dropped })
  expect(examples).toEqual([])
  const kept = new DatabaseSync(join(service.dataFolder, 'collect.sqlite'), { readOnly: true })
  expect(kept.prepare('SELECT reason, count(*) AS count FROM quarantine WHERE value IN (39, 999) GROUP BY reason').all().map((row) => ({ ...row }))).toEqual([{ reason: 'clock_suspect', count: wrong.length * 2 }])
  kept.close()
  const [id] = await service.reader.lookup(['weather.s0.temperature'])
  for (const at of wrong) {
    const { count } = await service.reader.rollup(id, 'hour', Math.floor(at / HOUR_MS) * HOUR_MS, Math.floor(at / HOUR_MS) * HOUR_MS + HOUR_MS)
    expect([new Date(at).toISOString(), count[0]]).toEqual([new Date(at).toISOString(), 0])
  }
}))

test.runIf(isAsked(19))('the clock of the machine jumps: values keep the time of their device, and what is put apart is counted', () => experiment(19, 'service', async (run) => {
  const service = await site()
  const rest = counts(1_500, 20_000)
  const before = await service.counted()
  const producing = service.keepProducing(5)
  await goesOn(service)
  const jump = async (seconds: number) => {
    run.fault()
    shiftBy(seconds)
    await pause(rest)
  }
  await jump(7_200)
  await jump(0)
  // Behind by two hours, each value seems to come from the future: it is kept apart, not given another time.
  await jump(-7_200)
  await jump(0)
  for (let second = 1; second <= counts(3, 30); second++) {
    run.fault()
    shiftBy(-second)
    await pause(counts(300, 2_000))
  }
  await jump(0)
  // Both changes of summer time and a leap day, service and devices alike.
  await producing.stop()
  for (const moment of ['2026-10-25T00:59:58Z', '2027-03-28T00:59:58Z', '2028-02-28T23:59:58Z', '2028-02-29T23:59:58Z']) {
    run.fault()
    deviceShiftMs = Date.parse(moment) - Date.now()
    shiftBy(Math.round(deviceShiftMs / 1_000))
    const until = performance.now() + 4_500
    while (performance.now() < until) {
      // The ledger's times only rise: the moments of the past are tried with the devices where they are.
      await service.produce()
      await pause(100)
    }
  }
  deviceShiftMs = 0
  await pause(1_500)
  const comparison = await service.compare()
  const counted = await service.counted()
  const quarantined = counted.quarantined - before.quarantined
  run.values({ produced: comparison.produced, stored: comparison.stored, deduplicated: counted.deduplicated, quarantined, dropped: counted.dropped })
  expect(comparison).toMatchObject({ doubled: 0, invented: 0, different: 0 })
  // Nothing disappeared: what is not in the store is in quarantine, value by value.
  expect(comparison.lost).toBe(quarantined)
  expect(quarantined).toBeGreaterThan(0)
  expect(counted).toMatchObject({ revised: 0, dropped: 0 })
  expect(await service.readyStatus()).toBeGreaterThan(0)
  expect(await service.stop()).toBe(0)
}))

test.runIf(isAsked(19))('a jumping clock asks for each step once, and leaves none out in silence', () => experiment(19, 'ticks', async (run) => {
  const clock = manualClock(Date.parse('2026-10-24T20:00:00Z'))
  const queue = openJobQueue(join(folder, 'jobs.sqlite'), clock)
  const store = await openEmbeddedStore(join(folder, 'ticks'), { timeZone: 'Europe/Paris' })
  const schedules = timetable(clock, 1_800, 'Europe/Paris')
  const skipped: number[] = []
  const watched = { ...queue, async recordSkipped(job: Parameters<typeof queue.recordSkipped>[0], reason: string) { skipped.push(Number(/^(?:.*: )?(\d+) steps/.exec(reason)![1])); await queue.recordSkipped(job, reason) } }
  const look = () => askWhatIsDue(watched, schedules, store, clock.now())
  const minutes = async (count: number, each = MINUTE_MS) => {
    for (let minute = 0; minute < count; minute++) {
      clock.set(clock.now() + each)
      await look()
    }
  }
  const jump = async (ms: number) => {
    run.fault()
    clock.set(clock.now() + ms)
    await look()
  }
  const begun = clock.now()
  await minutes(300)
  await jump(2 * HOUR_MS)
  await minutes(60)
  await jump(-2 * HOUR_MS)
  await minutes(300)
  run.fault()
  await minutes(60, MINUTE_MS - 1_000)
  for (const moment of ['2027-03-27T23:00:00Z', '2028-02-28T22:00:00Z', '2028-10-29T00:00:00Z']) {
    run.fault()
    clock.set(Date.parse(moment))
    await minutes(counts(200, 2_000))
  }
  const database = new DatabaseSync(join(folder, 'jobs.sqlite'), { readOnly: true })
  const jobs = database.prepare("SELECT kind, scope, period, count(*) AS times FROM job WHERE error IS NULL GROUP BY kind, scope, period ORDER BY period").all() as { kind: string; scope: string; period: number; times: number }[]
  expect(jobs.filter(({ times }) => times > 1)).toEqual([])
  const evaluated = jobs.filter(({ kind }) => kind === 'evaluate').map(({ period }) => period)
  const [first, last] = [evaluated[0], evaluated.at(-1)!]
  expect(last).toBeGreaterThan(begun + 365 * DAY_MS)
  const skippedEvaluate = (database.prepare("SELECT error FROM job WHERE kind = 'evaluate' AND error IS NOT NULL").all() as { error: string }[]).reduce((sum, { error }) => sum + Number(/(\d+) steps/.exec(error)![1]), 0)
  expect(evaluated.length + skippedEvaluate).toBe((last - first) / (10 * MINUTE_MS) + 1)
  run.measure('steps asked for', jobs.length)
  run.measure('steps named as skipped', skipped.reduce((sum, count) => sum + count, 0))
  database.close()
  await queue.close()
  await store.close()
}))

test.runIf(isAsked(19))('days of 23 and 25 hours have 92 and 100 quarter hours, a leap day 96', () => experiment(19, 'days', async (run) => {
  const store = await openEmbeddedStore(join(folder, 'days'), { timeZone: 'Europe/Paris' })
  const [id] = await store.register(['load'])
  const days = [['2026-03-28T23:00:00Z', 92], ['2026-10-24T22:00:00Z', 100], ['2028-02-28T23:00:00Z', 96], ['2028-03-25T23:00:00Z', 92], ['2028-10-28T22:00:00Z', 100]] as const
  for (const [start, quarters] of days) {
    run.fault()
    const from = Date.parse(start) - 12 * HOUR_MS
    const at = Float64Array.from({ length: 200 }, (_, quarter) => from + quarter * 15 * MINUTE_MS)
    await store.append({ pointIds: new Int32Array(200).fill(id), at, values: new Float64Array(200).fill(1), quality: new Uint8Array(200) }, { recordedAt: from + 2 * DAY_MS, source: 'meter' })
    for (const packed of [false, true]) {
      if (packed) while (await store.maintain(200)) { /* to its end */ }
      const day = await store.rollup(id, 'day', Date.parse(start), Date.parse(start) + HOUR_MS)
      expect([start, day.at[0], day.count[0], day.sum[0]]).toEqual([start, Date.parse(start), quarters, quarters])
    }
  }
  await store.close()
}))
