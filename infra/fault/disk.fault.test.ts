import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { killChildren, programPath, startChild } from './lab/children.ts'
import { counts, FULL, isAsked } from './lab/full.ts'
import { experiment } from './lab/report.ts'
import { startSite } from './lab/site.ts'
import { loopDisk, smallDisk } from './lab/small-disk.ts'

const ROLES = ['collect', 'work', 'api'] as const
const FULL_MS = counts(8_000, 60_000)
const RESUME_MS = 10_000
const UNREADY_MS = 5_000
const MEGABYTES = 64
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const folder = mkdtempSync(join(tmpdir(), 'penfeld-disk-'))
const disk = isAsked(11) ? smallDisk(join(folder, 'mounted'), MEGABYTES) : undefined
const loop = FULL && isAsked(12) ? loopDisk(join(folder, 'loop'), MEGABYTES) : undefined
afterAll(async () => {
  await killChildren()
  disk?.remove()
  loop?.remove()
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

test.runIf(loop !== undefined)('a file system that turns read-only: not ready, and after its repair nothing is lost', () => experiment(12, 'service', async (run) => {
  const site = await startSite({ dataFolder: join(loop!.folder, 'data') })
  const producing = site.keepProducing(10)
  await expect.poll(() => site.reader.headSeq(), { timeout: 60_000 }).toBeGreaterThan(10)
  run.fault()
  loop!.makeReadOnly()
  const begun = performance.now()
  await expect.poll(() => site.readyStatus(), { timeout: 60_000, interval: 20 }).not.toBe(200)
  const unreadyMs = performance.now() - begun
  run.measure('not ready after ms', unreadyMs)
  // It stays so, and whoever supervises goes on.
  for (let look = 0; look < 20; look++) {
    await pause(500)
    expect(await site.readyStatus()).not.toBe(200)
    expect(site.service.pid).toBeDefined()
  }
  expect(await site.service.stop()).toBe(0)
  await site.letGo()
  loop!.repair()
  const repaired = performance.now()
  await site.service.restart()
  run.recovered(performance.now() - repaired)
  await producing.stop()
  const { produced, stored, examples, ...wrong } = await site.settled()
  run.values({ produced, stored })
  expect(unreadyMs).toBeLessThan(UNREADY_MS)
  expect(examples).toEqual([])
  expect(wrong).toEqual({ lost: 0, doubled: 0, invented: 0, different: 0 })
  expect(await site.stop()).toBe(0)
}))

test.runIf(FULL && isAsked(10))('fsync of the running collector answers EIO: it ends, starts anew, and nothing is lost', () => experiment(10, 'service', async (run) => {
  const site = await startSite()
  const producing = site.keepProducing(10)
  await expect.poll(() => site.reader.headSeq(), { timeout: 60_000 }).toBeGreaterThan(10)
  for (let time = 0; time < 5; time++) {
    const pid = site.pid('collect')!
    run.fault()
    const strace = await startChild({ name: 'strace', command: programPath('strace'), args: ['-f', '-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO', '-p', String(pid)], ready: (output) => output.includes('attached') })
    const begun = performance.now()
    let unreadyMs = NaN
    while (site.pid('collect') === pid && performance.now() - begun < 60_000) {
      if (Number.isNaN(unreadyMs) && (await site.readyStatus()) === 503) unreadyMs = performance.now() - begun
      await pause(10)
    }
    await strace.exited
    if (Number.isNaN(unreadyMs)) unreadyMs = (await site.readyStatus()) === 503 ? performance.now() - begun : NaN
    const head = await site.reader.headSeq()
    await expect.poll(() => site.reader.headSeq(), { timeout: 60_000, interval: 50 }).toBeGreaterThan(head)
    run.recovered(performance.now() - begun)
    run.measure('not ready after ms', unreadyMs)
    expect(unreadyMs).toBeLessThan(UNREADY_MS)
    await expect.poll(() => site.readyStatus(), { timeout: 60_000 }).toBe(200)
  }
  expect(site.service.output()).toContain('collect ended (code 75)')
  await producing.stop()
  const { produced, stored, examples, ...wrong } = await site.settled()
  const counted = await site.counted()
  run.values({ produced, stored, deduplicated: counted.deduplicated, quarantined: counted.quarantined, dropped: counted.dropped })
  expect(examples).toEqual([])
  expect(wrong).toEqual({ lost: 0, doubled: 0, invented: 0, different: 0 })
  expect(await site.stop()).toBe(0)
  await site.remove()
}))
