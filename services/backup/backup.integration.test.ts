import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleFrozen, sampleResult } from '#models/reinforcement/sample-study.testkit.ts'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { batchOf } from '#services/store/contract.ts'
import { openEmbeddedReader, openEmbeddedStore } from '#services/store/embedded/index.ts'
import { basisOf } from '#services/studies/district-basis.ts'
import { openStudyReader, openStudyStore } from '#services/studies/study-store.ts'
import { forgetOldBackups, makeBackup } from './backup.ts'
import { restoreBackup } from './restore.ts'
import { verifyBackup } from './verify.ts'

const loaded = smallDistrict()
const zone = { timeZone: loaded.district.timeZone }
const T0 = Date.parse('2026-01-12T00:00:00Z')
const NOW = Date.parse('2026-02-01T03:00:00Z')
const POINTS = 20

let root: string
let data: string
let districtFolder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'penfeld-backup-'))
  data = join(root, 'data')
  districtFolder = join(root, 'district')
  mkdirSync(join(data, 'keys'), { recursive: true })
  mkdirSync(join(data, 'log'))
  mkdirSync(districtFolder)
  writeFileSync(join(data, 'keys/control.pem'), 'secret', { mode: 0o600 })
  writeFileSync(join(data, 'log/collect.log'), 'x')
  writeFileSync(join(districtFolder, 'district.yaml'), 'id: d')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const take = (now = NOW) => makeBackup({ dataFolder: data, district: { ...loaded, folder: districtFolder }, to: join(root, 'backups'), now: () => now, say: () => {} })

/** A store with blocks, a journal that is not packed yet, revisions and roll-ups. */
async function fillStore(): Promise<void> {
  const store = await openEmbeddedStore(join(data, 'measured'), { ...zone, packSamples: 500 })
  const points = await store.register(Array.from({ length: POINTS }, (_, index) => `p${index}`))
  for (let minute = 0; minute < 300; minute++) await store.append(batchOf([...points].map((point) => [point, T0 + minute * 60_000, Math.sin(point + minute)])), { recordedAt: T0, source: 's' })
  while (await store.maintain(100));
  await store.append(batchOf([[points[3], T0, 99]]), { recordedAt: T0 + 1, source: 'anne', reason: 'wrong' })
  await store.append(batchOf([[points[0], T0 + 3_600_000_000, 5]]), { recordedAt: T0 + 2, source: 's' })
  await store.close()
}

/** A hundred questions to a store, as one text. */
async function hundredAnswers(folder: string): Promise<string> {
  const reader = await openEmbeddedReader(folder, zone)
  const ids = await reader.lookup(Array.from({ length: POINTS }, (_, index) => `p${index}`))
  const answers: unknown[] = []
  for (let question = 0; question < 100; question++) {
    const point = ids[question % POINTS]
    const from = T0 + question * 90_000
    const series = await reader.read(point, from, from + 3_600_000)
    const hours = await reader.rollup(point, 'hour', T0, T0 + 6 * 3_600_000)
    answers.push([[...series.at], [...series.values], [...series.quality], [...hours.sum], await reader.revisions(point, T0, T0 + 1), [...(await reader.latest(ids)).values]])
  }
  await reader.close()
  return JSON.stringify(answers)
}

test('a signed study is restored with the key that it was signed with, while its writer still holds the file', async () => {
  const studies = openStudyStore(data)
  const person = { personId: 1, name: 'Anne' }
  const { studyId } = studies.keep({ title: 'Halles', note: '', runId: 'run-1', result: sampleResult(), frozen: sampleFrozen(), basis: basisOf(loaded.district) }, person, NOW)
  studies.sign(studyId, person, NOW)
  const { folder } = await take()
  expect((await verifyBackup(folder)).faults).toEqual([])
  const elsewhere = join(root, 'restored')
  await restoreBackup({ backup: folder, dataFolder: elsewhere, replace: false, now: () => NOW })
  const restored = openStudyReader(elsewhere)
  expect(restored.list()).toEqual(studies.list())
  expect(restored.verify(studyId)).toBe('holds')
  expect(restored.frozen(studyId)).toEqual(sampleFrozen())
  restored.close()
  studies.close()
  truncateSync(join(folder, 'data/studies.sqlite'), 4096)
  expect((await verifyBackup(folder)).faults).toEqual([expect.stringContaining('data/studies.sqlite has 4096 bytes')])
})

test('a backup is restored to the same answers, with keys, and without logs', async () => {
  await fillStore()
  const { folder, manifest } = await take()
  expect(manifest.stores['measured']).toMatchObject({ points: POINTS, values: POINTS * 300 + 1, valuesByDay: { '2026-01-12': POINTS * 300, '2026-02-22': 1 } })
  expect((await verifyBackup(folder)).faults).toEqual([])
  expect(statSync(folder).mode & 0o077).toBe(0)
  const elsewhere = join(root, 'restored')
  await restoreBackup({ backup: folder, dataFolder: elsewhere, replace: false, now: () => NOW })
  expect(await hundredAnswers(join(elsewhere, 'measured'))).toBe(await hundredAnswers(join(data, 'measured')))
  expect(readFileSync(join(elsewhere, 'keys/control.pem'), 'utf8')).toBe('secret')
  expect(existsSync(join(elsewhere, 'log'))).toBe(false)
  expect(readFileSync(join(folder, 'district/district.yaml'), 'utf8')).toBe('id: d')
  // It goes on from there.
  const store = await openEmbeddedStore(join(elsewhere, 'measured'), zone)
  expect((await store.append(batchOf([[1, T0, Math.sin(1)]]), { recordedAt: NOW, source: 's' })).deduplicated).toBe(1)
  await store.close()
})

test('while values come in and are packed, a backup holds everything that was acknowledged before it began, each once', async () => {
  await fillStore()
  const store = await openEmbeddedStore(join(data, 'measured'), { ...zone, packSamples: 200 })
  const points = await store.lookup(['p0', 'p1'])
  let stopping = false
  let given = 0
  const giving = (async () => {
    while (!stopping) {
      const at = T0 + 7_200_000_000 + given * 1_000
      await store.append(batchOf([[points[0], at, given], [points[1], at, -given]]), { recordedAt: NOW, source: 'live' })
      given++
      await store.maintain(2)
    }
  })()
  await new Promise((resolve) => setTimeout(resolve, 200))
  const before = given
  const { folder } = await take()
  stopping = true
  await giving
  await store.close()
  expect((await verifyBackup(folder)).faults).toEqual([])
  const reader = await openEmbeddedReader(join(folder, 'data/measured'), zone)
  const { values } = await reader.read(points[0], T0 + 7_200_000_000, Infinity)
  await reader.close()
  expect(values.length).toBeGreaterThanOrEqual(before)
  expect([...values]).toEqual(Array.from({ length: values.length }, (_, index) => index))
})

test('a changed byte, a missing file, an unfinished backup: each is found and none is restored', async () => {
  await fillStore()
  const { folder } = await take()
  const copyOf = (name: string) => {
    const copy = join(root, name)
    cpSync(folder, copy, { recursive: true })
    return copy
  }
  const flipped = copyOf('flipped')
  const handle = openSync(join(flipped, 'data/measured/samples.sqlite'), 'r+')
  writeSync(handle, Buffer.from([0x55]), 0, 1, 40_000)
  closeSync(handle)
  expect((await verifyBackup(flipped)).faults).toEqual([expect.stringContaining('samples.sqlite was changed')])
  const missing = copyOf('missing')
  rmSync(join(missing, 'data/keys/control.pem'))
  expect((await verifyBackup(missing)).faults).toEqual(['data/keys/control.pem is missing'])
  const unfinished = copyOf('unfinished')
  rmSync(join(unfinished, 'manifest.json'))
  await expect(verifyBackup(unfinished)).rejects.toThrow(/PF_BACKUP_INVALID.*no manifest/)
  for (const backup of [flipped, missing, unfinished]) {
    await expect(restoreBackup({ backup, dataFolder: join(root, 'nowhere'), replace: false, now: () => NOW })).rejects.toThrow(/PF_BACKUP_INVALID/)
  }
  expect(existsSync(join(root, 'nowhere'))).toBe(false)
})

test('a backup that newer code has made is not restored by this one, and the message names the file and both versions', async () => {
  await fillStore()
  openAsWriter(join(data, 'jobs.sqlite'), Array.from({ length: 90 }, (_, version) => `CREATE TABLE t${version} (x INTEGER) STRICT`)).close()
  const { folder } = await take()
  expect((await verifyBackup(folder)).faults).toEqual([expect.stringMatching(/^data\/jobs\.sqlite: This file is version 90; this code knows versions up to \d+\.$/)])
  await expect(restoreBackup({ backup: folder, dataFolder: join(root, 'nowhere'), replace: false, now: () => NOW })).rejects.toThrow(/PF_BACKUP_INVALID.*version 90/)
})

test('what is there is never overwritten: refused while it is written, refused without being told, set aside when told', async () => {
  await fillStore()
  const { folder } = await take()
  const restore = (replace: boolean) => restoreBackup({ backup: folder, dataFolder: data, replace, now: () => NOW })
  await expect(restore(false)).rejects.toThrow(/PF_RESTORE_REFUSED.*not empty/)
  const store = await openEmbeddedStore(join(data, 'measured'), zone)
  await expect(restore(true)).rejects.toThrow(/PF_RESTORE_REFUSED.*stop the service/)
  await store.close()
  const { setAside } = await restore(true)
  expect(existsSync(join(setAside!, 'measured/samples.sqlite'))).toBe(true)
  expect(await hundredAnswers(join(data, 'measured'))).toBe(await hundredAnswers(join(setAside!, 'measured')))
})

test('old backups go, the newest stays, strangers are left alone', async () => {
  await fillStore()
  const first = await take(NOW)
  const second = await take(NOW + 1_000)
  mkdirSync(join(root, 'backups/penfeld-notes'))
  const longAgo = new Date(NOW - 100 * 86_400_000)
  for (const { folder } of [first, second]) utimesSync(folder, longAgo, longAgo)
  expect(forgetOldBackups(join(root, 'backups'), 35, NOW)).toEqual([first.folder.split('/').at(-1)])
  expect(readdirSync(join(root, 'backups')).sort()).toEqual([second.folder.split('/').at(-1), 'penfeld-notes'].sort())
})
