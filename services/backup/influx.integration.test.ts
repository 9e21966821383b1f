import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { batchOf } from '#services/store/contract.ts'
import { openInfluxStore, openServerReader, readInfluxSettings } from '#services/store/influx/index.ts'
import { startInfluxd, type Influxd } from '#services/store/influx/influxd.testkit.ts'
import { inOrder, makeBackup } from './backup.ts'
import { restoreBackup } from './restore.ts'
import { verifyBackup } from './verify.ts'

/** Before a real InfluxDB: what it has not taken is in the backup, and goes there after a restore. */
const T0 = Date.parse('2026-01-12T00:00:00Z')
let root: string
let influxd: Influxd
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'penfeld-backup-influx-'))
  mkdirSync(join(root, 'district'))
  influxd = await startInfluxd(join(root, 'influxd'))
})
afterAll(async () => {
  await influxd?.kill()
  rmSync(root, { recursive: true, force: true })
})

const optionsOf = (database: string) => ({ timeZone: 'Europe/Paris', measurement: 'measured', settings: readInfluxSettings(influxd.url, { INFLUX_DATABASE: database }) })
const take = (data: string, now: number) => makeBackup({ dataFolder: data, district: { ...smallDistrict(), folder: join(root, 'district') }, to: join(root, 'backups'), now: () => now, say: () => {} })
const ask = <T>(file: string, sql: string) => {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  try {
    return database.prepare(sql).get() as T
  } finally {
    database.close()
  }
}

test('a restored folder sends what the server had not taken, and what comes afterwards', async () => {
  const data = join(root, 'lost')
  const store = await openInfluxStore(join(data, 'measured-influx'), optionsOf('restored'))
  const points = await store.register(['a', 'b', 'c'])
  const minute = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => batchOf([...points].map((point) => [point, T0 + (from + index) * 60_000, point * 1_000 + from + index])))
  for (const batch of minute(0, 50)) await store.append(batch, { recordedAt: T0, source: 's' })
  await store.forwarded()
  await influxd.kill()
  for (const batch of minute(50, 120)) await store.append(batch, { recordedAt: T0, source: 's' })
  const { folder, manifest } = await take(data, T0)
  expect(manifest.stores['measured-influx']).toMatchObject({ points: 3, values: 360, valuesByDay: { '2026-01-12': 360 } })
  expect((await verifyBackup(folder)).faults).toEqual([])
  await expect(restoreBackup({ backup: folder, dataFolder: data, replace: true, now: () => T0 })).rejects.toThrow(/PF_RESTORE_REFUSED.*stop the service/)
  // The machine is lost, and with it what came after the backup.
  for (const batch of minute(120, 130)) await store.append(batch, { recordedAt: T0, source: 's' })
  await store.close()
  rmSync(data, { recursive: true })

  await restoreBackup({ backup: folder, dataFolder: data, replace: false, now: () => T0 })
  await influxd.start()
  const restored = await openInfluxStore(join(data, 'measured-influx'), optionsOf('restored'))
  await restored.forwarded()
  // Sources that can deliver again do so; what comes next has numbers after those of the backup and is sent as well.
  for (const batch of minute(115, 140)) await restored.append(batch, { recordedAt: T0, source: 's' })
  await restored.forwarded()
  await restored.close()
  const reader = openServerReader(optionsOf('restored'))
  const ids = await reader.lookup(['a', 'b', 'c'])
  for (const [index, id] of ids.entries()) {
    const { at, values } = await reader.read(id, T0, T0 + 86_400_000)
    expect([...at]).toEqual(Array.from({ length: 140 }, (_, step) => T0 + step * 60_000))
    expect([...values]).toEqual(Array.from({ length: 140 }, (_, step) => points[index] * 1_000 + step))
  }
  await reader.close()
})

test('copied while values come in and are taken: never is more called taken than lies in the journal of the copy', async () => {
  const data = join(root, 'busy')
  const store = await openInfluxStore(join(data, 'measured-influx'), optionsOf('busy'))
  const [point] = await store.register(['a'])
  let stopping = false
  let given = 0
  const giving = (async () => {
    while (!stopping) {
      await store.append(batchOf([[point, T0 + given * 1_000, given]]), { recordedAt: T0, source: 's' })
      given++
      if (given % 5 === 0) await store.forwarded()
    }
  })()
  await expect.poll(() => given, { timeout: 30_000 }).toBeGreaterThan(20)
  for (let round = 1; round <= 8; round++) {
    const before = given
    const { folder } = await take(data, T0 + round * 1_000)
    const place = join(folder, 'data/measured-influx')
    const { head } = ask<{ head: number }>(join(place, 'journal.sqlite'), "SELECT seq AS head FROM sqlite_sequence WHERE name = 'journal'")
    const { takenTo } = ask<{ takenTo: number }>(join(place, 'forwarding.sqlite'), 'SELECT takenTo FROM cursor')
    const { spansTo } = ask<{ spansTo: number }>(join(place, 'forwarding.sqlite'), 'SELECT coalesce(max(toSeq), 0) AS spansTo FROM taken_spans')
    expect(head).toBeGreaterThanOrEqual(before)
    expect(takenTo).toBeLessThanOrEqual(head)
    expect(spansTo).toBeLessThanOrEqual(head)
    expect(takenTo).toBeGreaterThan(0)
  }
  stopping = true
  await giving
  await store.close()
  expect(existsSync(join(data, 'measured'))).toBe(false)
})

test('whoever follows a file is copied before it', () => {
  const order = inOrder(['derived/journal.sqlite', 'derived/samples.sqlite', 'edits-applied.sqlite', 'edits.sqlite', 'jobs.sqlite', 'measured-influx/forwarding.sqlite', 'measured-influx/journal.sqlite', 'measured/journal.sqlite', 'measured/samples.sqlite', 'runs.sqlite'])
  for (const [follower, followed] of [
    ['measured/samples.sqlite', 'measured/journal.sqlite'], ['derived/samples.sqlite', 'derived/journal.sqlite'], ['measured-influx/forwarding.sqlite', 'measured-influx/journal.sqlite'],
    ['jobs.sqlite', 'measured/journal.sqlite'], ['jobs.sqlite', 'measured-influx/journal.sqlite'], ['runs.sqlite', 'measured/journal.sqlite'], ['edits-applied.sqlite', 'edits.sqlite'], ['edits.sqlite', 'measured/journal.sqlite'],
  ]) expect(order.indexOf(follower), `${follower} before ${followed}`).toBeLessThan(order.indexOf(followed))
})
