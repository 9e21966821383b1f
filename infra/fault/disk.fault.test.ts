import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { killChildren } from './lab/children.ts'
import { counts, isAsked } from './lab/full.ts'
import { experiment } from './lab/report.ts'
import { startSite } from './lab/site.ts'
import { smallDisk } from './lab/small-disk.ts'

const ROLES = ['collect', 'work', 'api'] as const
const FULL_MS = counts(8_000, 60_000)
const RESUME_MS = 10_000
const MEGABYTES = 64
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const folder = mkdtempSync(join(tmpdir(), 'penfeld-disk-'))
const disk = smallDisk(join(folder, 'mounted'), MEGABYTES)
afterAll(async () => {
  await killChildren()
  disk?.remove()
  rmSync(folder, { recursive: true, force: true })
})

test.runIf(isAsked(11) && disk !== undefined)('disk full, freed later: nobody crashes, nothing is damaged, the source waits and nothing is lost', () => experiment(11, 'service', async (run) => {
  const site = await startSite({ dataFolder: join(disk!.folder, 'data') })
  const producing = site.keepProducing(10)
  await expect.poll(() => site.reader.headSeq(), { timeout: 60_000 }).toBeGreaterThan(10)
  const before = ROLES.map((role) => site.pid(role))
  for (let time = 0; time < counts(1, 3); time++) {
    run.fault()
    const untilMs = performance.now() + FULL_MS
    let unready: number | undefined
    const begun = performance.now()
    while (performance.now() < untilMs || unready === undefined) {
      disk!.fill()
      if (unready === undefined && (await site.readyStatus()) === 503) unready = performance.now() - begun
      if (performance.now() > untilMs + 60_000) break
      await pause(20)
    }
    run.measure('not ready after ms', unready ?? NaN)
    expect(unready).toBeLessThan(60_000)
    const head = await site.reader.headSeq()
    disk!.free()
    const freed = performance.now()
    await expect.poll(() => site.reader.headSeq(), { timeout: 60_000, interval: 50 }).toBeGreaterThan(head)
    run.recovered(performance.now() - freed)
    expect(performance.now() - freed).toBeLessThan(RESUME_MS)
    await expect.poll(() => site.readyStatus(), { timeout: 60_000, interval: 100 }).toBe(200)
  }
  await producing.stop()
  const { produced, stored, examples, ...wrong } = await site.settled()
  const counted = await site.counted()
  run.values({ produced, stored, deduplicated: counted.deduplicated, quarantined: counted.quarantined, dropped: counted.dropped })
  expect(examples).toEqual([])
  expect(wrong).toEqual({ lost: 0, doubled: 0, invented: 0, different: 0 })
  expect(ROLES.map((role) => site.pid(role))).toEqual(before)
  expect(await site.stop()).toBe(0)
  const files = globSync('**/*.sqlite', { cwd: disk!.folder })
  expect(files.length).toBeGreaterThan(5)
  for (const file of files) {
    const database = new DatabaseSync(join(disk!.folder, file))
    expect([file, database.prepare('PRAGMA integrity_check').get()]).toEqual([file, { integrity_check: 'ok' }])
    database.close()
  }
  await site.remove()
}))
