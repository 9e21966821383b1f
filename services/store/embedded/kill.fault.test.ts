import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { acknowledged, batchOf, POINTS, STEP_MS } from './kill-writer.testkit.ts'
import { openEmbeddedStore } from './store.ts'

const KILLS = 20
const HOUR_MS = 3_600_000
const folder = mkdtempSync(join(tmpdir(), 'penfeld-kill-'))
const ledger = join(folder, 'ledger')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test(`kill -9 ${KILLS} times while appending, packing and rolling up: every acknowledged value is there, once`, async () => {
  let state = 1_123
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
  for (let kill = 0; kill < KILLS; kill++) {
    const before = acknowledged(ledger)
    const victim = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'kill-writer.testkit.ts'), join(folder, 'store'), ledger], { stdio: ['ignore', 'ignore', 'inherit'] })
    const exited = new Promise((resolve) => victim.once('exit', resolve))
    await expect.poll(() => acknowledged(ledger), { timeout: 20_000, interval: 20 }).toBeGreaterThan(before + 20)
    await new Promise((resolve) => setTimeout(resolve, random() * 700))
    victim.kill('SIGKILL')
    await exited
  }

  // The batch after the last acknowledged one may be stored or not: given once more, as a driver would, it is surely there.
  const store = await openEmbeddedStore(join(folder, 'store'), { timeZone: 'Europe/Paris', packSamples: 1_500 })
  const last = acknowledged(ledger) + 1
  await store.append(batchOf(last), { recordedAt: last * STEP_MS, source: 'again' })
  const expected = Array.from({ length: POINTS + 1 }, () => new Map<number, number>())
  for (let number = 1; number <= last; number++) {
    const { pointIds, at, values } = batchOf(number)
    for (let row = 0; row < pointIds.length; row++) expected[pointIds[row]].set(at[row], values[row])
  }
  // Once as it was left, once with everything packed and rolled up.
  for (const packed of [false, true]) {
    if (packed) while (await store.maintain(500)) { /* to its end */ }
    for (let point = 1; point <= POINTS; point++) {
      const { at, values } = await store.read(point, 0, (last + 1) * STEP_MS)
      expect([packed, point, at.length]).toEqual([packed, point, expected[point].size])
      at.forEach((time, row) => { if (values[row] !== expected[point].get(time)) expect.fail(`point ${point} at ${time}: ${values[row]} instead of ${expected[point].get(time)}`) })
      const hours = await store.rollup(point, 'hour', 0, last * STEP_MS)
      const hour = Math.floor(hours.at.length / 2)
      const inside = [...expected[point]].filter(([time]) => Math.floor(time / HOUR_MS) === hour).map(([, value]) => value)
      expect([hours.count[hour], hours.max[hour]]).toEqual([inside.length, Math.max(...inside)])
    }
  }
  expect((await store.revisions(2, 0, last * STEP_MS)).filter(({ revision }) => revision === 1).length).toBe(Math.floor(last / 5))
  await store.close()
  expect(last).toBeGreaterThan(KILLS * 20)
})
