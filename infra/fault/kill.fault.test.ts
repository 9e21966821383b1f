import { afterAll, expect, test } from 'vitest'
import type { RoleName } from '#services/supervisor/roles.ts'
import { killChildren } from './lab/children.ts'
import { counts, isAsked } from './lab/full.ts'
import { experiment, percentiles } from './lab/report.ts'
import { startSite } from './lab/site.ts'

/** Collect is where values are lost, if anywhere; its supervisor too may be killed at any moment. */
const VICTIMS: readonly (RoleName | 'supervisor')[] = ['collect', 'collect', 'collect', 'collect', 'collect', 'work', 'api', 'supervisor']
const RECOVERY_MS = 5_000
const PATIENCE = { timeout: 60_000, interval: 25 }
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

afterAll(killChildren)

test.runIf(isAsked(7))('any process killed at any moment: every value of the ledger is in the store, once, and nothing else', () => experiment(7, 'service', async (run) => {
  const site = await startSite({ sources: counts(3, 8), devicesPerSource: 5 })
  const producing = site.keepProducing(counts(10, 25))
  await expect.poll(() => site.reader.headSeq(), PATIENCE).toBeGreaterThan(10)
  const recoveries: number[] = []
  const kills = counts(20, 200)
  for (let kill = 0; kill < kills; kill++) {
    await pause(run.random.between(0, counts(400, 2_000)))
    const victim = run.random.pick(VICTIMS)
    const pid = victim === 'supervisor' ? site.service.pid : site.pid(victim)
    if (pid === undefined) continue
    run.fault()
    const begun = performance.now()
    if (victim === 'supervisor') {
      await site.service.kill()
      await site.service.restart()
      continue
    }
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => site.pid(victim), PATIENCE).not.toBe(pid)
    if (victim === 'collect') {
      const head = await site.reader.headSeq()
      await expect.poll(() => site.reader.headSeq(), PATIENCE).toBeGreaterThan(head)
    }
    if (victim === 'api') await expect.poll(() => fetch(`${site.url}/livez`).then(({ status }) => status, () => 0), PATIENCE).toBe(200)
    if (victim !== 'work') {
      recoveries.push(performance.now() - begun)
      run.recovered(recoveries.at(-1)!)
    }
  }
  await producing.stop()
  const { produced, stored, examples, ...wrong } = await site.settled()
  const counted = await site.counted()
  run.values({ produced, stored, deduplicated: counted.deduplicated, quarantined: counted.quarantined, dropped: counted.dropped })
  expect(examples).toEqual([])
  expect(wrong).toEqual({ lost: 0, doubled: 0, invented: 0, different: 0 })
  // What is counted agrees with itself, and nothing was put apart.
  expect(counted).toMatchObject({ revised: 0, quarantined: 0, dropped: 0, produced: counted.stored + counted.deduplicated })
  expect(produced).toBeGreaterThan(counts(1_000, 20_000))
  expect(recoveries.length).toBeGreaterThan(kills / 4)
  expect(percentiles(recoveries)!.p50).toBeLessThan(RECOVERY_MS)
  expect(await site.stop()).toBe(0)
  await site.remove()
}))
