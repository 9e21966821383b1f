import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acknowledged, batchOf, POINTS, STEP_MS } from '../embedded/kill-writer.testkit.ts'
import { startInfluxd, type Influxd } from './influxd.testkit.ts'
import { storeOptions } from './kill-writer.testkit.ts'
import { openInfluxReader, openInfluxStore } from './store.ts'

const KILLS = 12
const folder = mkdtempSync(join(tmpdir(), 'penfeld-influx-kill-'))
const ledger = join(folder, 'ledger')
let influxd: Influxd
beforeAll(async () => { influxd = await startInfluxd(join(folder, 'influxd')) })
afterAll(async () => {
  await influxd.kill()
  rmSync(folder, { recursive: true, force: true })
})

test(`kill -9 of the writer ${KILLS} times, of influxd now and then: every acknowledged value is at the server, once, revisions as given`, async () => {
  let state = 2_311
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
  for (let kill = 0; kill < KILLS; kill++) {
    const before = acknowledged(ledger)
    const victim = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'kill-writer.testkit.ts'), join(folder, 'store'), ledger, influxd.url], { stdio: ['ignore', 'ignore', 'inherit'] })
    const exited = new Promise((resolve) => victim.once('exit', resolve))
    await expect.poll(() => acknowledged(ledger), { timeout: 20_000, interval: 20 }).toBeGreaterThan(before + 20)
    if (kill % 3 === 1) {
      await influxd.kill()
      // Late and revised values come while nobody can say what was there.
      await expect.poll(() => acknowledged(ledger), { timeout: 20_000, interval: 20 }).toBeGreaterThan(before + 60)
      if (kill % 2 === 0) await influxd.start()
    }
    await new Promise((resolve) => setTimeout(resolve, random() * 500))
    victim.kill('SIGKILL')
    await exited
    if (kill % 3 === 1 && kill % 2 !== 0) await influxd.start()
  }
  const store = await openInfluxStore(join(folder, 'store'), storeOptions(influxd.url))
  const last = acknowledged(ledger) + 1
  await store.append(batchOf(last), { recordedAt: last * STEP_MS, source: 'again' })
  await store.forwarded()
  const expected = Array.from({ length: POINTS + 1 }, () => new Map<number, number>())
  for (let number = 1; number <= last; number++) {
    const { pointIds, at, values } = batchOf(number)
    for (let row = 0; row < pointIds.length; row++) expected[pointIds[row]].set(at[row], values[row])
  }
  const elsewhere = await openInfluxReader(join(folder, 'nowhere'), storeOptions(influxd.url))
  const names = Array.from({ length: POINTS }, (_, index) => `p${index}`)
  for (const side of [store, elsewhere]) {
    const ids = await side.lookup(names)
    for (let point = 1; point <= POINTS; point++) {
      const { at, values } = await side.read(ids[point - 1], 0, Infinity)
      expect([point, at.length]).toEqual([point, expected[point].size])
      at.forEach((time, row) => { if (values[row] !== expected[point].get(time)) expect.fail(`point ${point} at ${time}: ${values[row]} instead of ${expected[point].get(time)}`) })
    }
  }
  const revisions = await store.revisions(2, 0, Infinity)
  expect(revisions.filter(({ revision }) => revision === 1).length).toBe(Math.floor(last / 5))
  for (const { at, revision, value } of revisions) expect(value).toBe(revision === 0 ? (at / STEP_MS * 7 + 1) % 1_000 : 5_000 + at / STEP_MS + 2)
  expect(store.status()).toMatchObject({ state: 'well', backlogEntries: 0, quarantined: 0 })
  await Promise.all([store.close(), elsewhere.close()])
  expect(last).toBeGreaterThan(KILLS * 20)
})
