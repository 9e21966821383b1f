import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { killChildren } from './lab/children.ts'
import { FULL, isAsked } from './lab/full.ts'
import { experiment } from './lab/report.ts'
import { startSite } from './lab/site.ts'
import { smallDisk } from './lab/small-disk.ts'

/** `npm run fault -- 27 --minutes N`. */
const MINUTES = Number(process.env['PENFELD_FAULT_MINUTES'] ?? 24)
const EVERY_MS = 5_000
const ROLES = ['collect', 'work', 'api'] as const
const MOST_RSS_BYTES = 512 * 2 ** 20
const FRESH_MS = 60_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const folder = mkdtempSync(join(tmpdir(), 'penfeld-soak-'))
const disk = FULL && isAsked(27) ? smallDisk(join(folder, 'mounted'), 256) : undefined
afterAll(async () => {
  await killChildren()
  disk?.remove()
  rmSync(folder, { recursive: true, force: true })
})

const rssBytes = (pid: number) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1_024
const openFiles = (pid: number) => readdirSync(`/proc/${pid}/fd`).length

test.runIf(FULL && isAsked(27))(`${MINUTES} minutes with a fault every five seconds: nothing lost, memory and open files stay`, () => experiment(27, `${MINUTES} minutes`, async (run) => {
  const site = await startSite({ sources: 3, proxied: true, ...(disk === undefined ? {} : { dataFolder: join(disk.folder, 'data') }) })
  const proxy = site.proxy!
  const producing = site.keepProducing(10)
  const tally: Record<string, number> = {}
  const kill = (role: (typeof ROLES)[number], signal: NodeJS.Signals) => {
    const pid = site.pid(role)
    if (pid !== undefined) process.kill(pid, signal)
    return pid
  }
  const faults: Record<string, () => Promise<void>> = {
    'kill collect': async () => void kill('collect', 'SIGKILL'),
    'kill work': async () => void kill('work', 'SIGKILL'),
    'kill api': async () => void kill('api', 'SIGKILL'),
    'freeze collect': async () => {
      const pid = kill('collect', 'SIGSTOP')
      await pause(run.random.between(500, 4_000))
      if (pid !== undefined && site.pid('collect') === pid) process.kill(pid, 'SIGCONT')
    },
    'kill all': async () => {
      await site.service.kill()
      await site.service.restart()
    },
    stop: async () => {
      expect(await site.service.stop()).toBe(0)
      await site.service.restart()
    },
    'broker restarts': async () => {
      await site.broker.stop()
      await pause(run.random.between(0, 2_000))
      await site.broker.restart()
    },
    cut: async () => {
      proxy.cut({ refuse: true })
      await pause(run.random.between(0, 3_000))
      proxy.heal()
    },
    hole: async () => {
      proxy.set({ hole: true })
      await pause(run.random.between(1_000, 4_000))
      proxy.heal()
    },
    slow: async () => {
      proxy.set({ latencyMs: 300, jitterMs: 200, bytesPerS: 20_000 })
      await pause(3_000)
      proxy.heal()
    },
    slices: async () => {
      proxy.set({ sliceBytes: 5, slicePauseMs: 1 })
      await pause(3_000)
      proxy.heal()
    },
    ...(disk === undefined ? {} : {
      'disk full': async () => {
        const until = performance.now() + run.random.between(500, 4_000)
        while (performance.now() < until) {
          disk.fill()
          await pause(20)
        }
        disk.free()
      },
    }),
  }
  const until = performance.now() + MINUTES * 60_000
  let [mostRss, firstFiles, lastFiles, settledBefore] = [0, 0, 0, 0]
  while (performance.now() < until) {
    const name = run.random.pick(Object.keys(faults))
    const begun = performance.now()
    run.fault()
    tally[name] = (tally[name] ?? 0) + 1
    const head = await site.reader.headSeq()
    await faults[name]()
    const ended = performance.now()
    // Fresh values again, whatever it was.
    await expect.poll(() => site.reader.headSeq(), { timeout: FRESH_MS, interval: 50 }).toBeGreaterThan(head)
    run.recovered(performance.now() - ended)
    for (const role of ROLES) {
      const pid = site.pid(role)
      try {
        if (pid !== undefined) mostRss = Math.max(mostRss, rssBytes(pid))
      } catch { /* ended between the looking and the reading */ }
    }
    if (site.service.pid !== undefined) lastFiles = openFiles(site.service.pid)
    if (firstFiles === 0) firstFiles = lastFiles
    if (performance.now() - settledBefore > 60_000) {
      settledBefore = performance.now()
      const { doubled, invented, different, examples } = await site.compare()
      expect([examples.filter((line) => !line.startsWith('lost')), doubled, invented, different]).toEqual([[], 0, 0, 0])
    }
    await pause(Math.max(0, EVERY_MS - (performance.now() - begun)))
  }
  await producing.stop()
  const { produced, stored, examples, ...wrong } = await site.settled(120_000)
  const counted = await site.counted()
  run.values({ produced, stored, deduplicated: counted.deduplicated, quarantined: counted.quarantined, dropped: counted.dropped })
  run.measure('minutes', MINUTES)
  for (const [name, times] of Object.entries(tally)) run.measure(name, times)
  run.measure('highest RSS of a role MiB', mostRss / 2 ** 20)
  run.measure('open files of the supervisor, first and last', `${firstFiles} ${lastFiles}`)
  expect(examples).toEqual([])
  expect(wrong).toEqual({ lost: 0, doubled: 0, invented: 0, different: 0 })
  expect(counted).toMatchObject({ revised: 0, quarantined: 0, dropped: 0 })
  expect(mostRss).toBeLessThan(MOST_RSS_BYTES)
  expect(Math.abs(lastFiles - firstFiles)).toBeLessThanOrEqual(5)
  expect(await site.stop()).toBe(0)
  await site.remove()
}))
