import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { smallDistrict } from '#services/evaluation/small-district.testkit.ts'
import { openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { smallDisk } from '../../infra/fault/lab/small-disk.ts'
import { makeBackup } from './backup.ts'
import { restoreBackup } from './restore.ts'

/** A backup that cannot be made says why, by its code, and leaves nothing half behind. */
const NOW = Date.parse('2026-02-01T03:00:00Z')
const probe = mkdtempSync(join(tmpdir(), 'penfeld-mount-'))
const probed = smallDisk(probe, 1)
probed?.remove()
const mayMount = probed !== undefined

let root: string
let data: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'penfeld-refused-'))
  data = join(root, 'data')
  mkdirSync(join(root, 'district'))
  mkdirSync(data)
  const database = openAsWriter(join(data, 'jobs.sqlite'), ['CREATE TABLE job (text TEXT) STRICT'])
  database.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO job SELECT hex(randomblob(400)) FROM n")
  database.close()
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const take = (to: string, more: object = {}) => makeBackup({ dataFolder: data, district: { ...smallDistrict(), folder: join(root, 'district') }, to, now: () => NOW, say: () => {}, ...more })

test('PENFELD_DATA that is not there', async () => {
  await expect(take(join(root, 'backups'), { dataFolder: join(root, 'nowhere') })).rejects.toThrow(/^PF_BACKUP_FAILED \[.*nowhere\]: PENFELD_DATA is not there/)
  expect(existsSync(join(root, 'backups'))).toBe(false)
})

test('a target inside PENFELD_DATA, also by another name for it', async () => {
  symlinkSync(data, join(root, 'alias'))
  for (const to of [data, join(data, 'backups'), join(root, 'alias/deep/backups')]) await expect(take(to)).rejects.toThrow(/^PF_BACKUP_FAILED.*inside PENFELD_DATA/)
  expect(readdirSync(data)).toEqual(['jobs.sqlite'])
  // Beside it, with a name that begins the same, is another folder.
  await expect(take(join(root, 'data-backups'))).resolves.toBeDefined()
})

// Only who may mount can have a disk so small.
test.runIf(mayMount)('not enough room is seen before anything is written', async () => {
  const disk = smallDisk(join(root, 'small'), 1)!
  try {
    await expect(take(join(disk.folder, 'backups'))).rejects.toThrow(/^PF_BACKUP_FAILED.*\d+ MiB are to be copied and 1 MiB are free/)
    expect(readdirSync(disk.folder)).toEqual([])
  } finally {
    disk.remove()
  }
})

test.runIf(mayMount).each(['a plain file', 'a database'])('room that goes while %s is copied', async (what) => {
  const disk = smallDisk(join(root, 'small'), 8)!
  const to = join(disk.folder, 'backups')
  try {
    // There was room when it was looked at; the plain file comes late, the database finds what another writer has taken meanwhile.
    if (what === 'a plain file') writeFileSync(join(root, 'district/district.json'), 'x'.repeat(9_000_000))
    const taken = () => {
      if (what === 'a database' && existsSync(to)) writeFileSync(join(disk.folder, 'other'), 'x'.repeat(7_000_000))
      return NOW
    }
    await expect(take(to, { now: taken })).rejects.toThrow(/^PF_BACKUP_FAILED.*The disk is full/)
    expect(readdirSync(to)).toEqual([])
  } finally {
    disk.remove()
  }
})

test.runIf(mayMount)('a restore that finds no room leaves what is there and nothing half', async () => {
  const { folder } = await take(join(root, 'backups'))
  const disk = smallDisk(join(root, 'small'), 1)!
  try {
    await expect(restoreBackup({ backup: folder, dataFolder: join(disk.folder, 'data'), replace: false, now: () => NOW })).rejects.toThrow(/^PF_RESTORE_REFUSED.*The disk is full/)
    expect(readdirSync(disk.folder)).toEqual([])
  } finally {
    disk.remove()
  }
})

test('a target that nobody may write to', async () => {
  // As root nothing is forbidden; a plain file in the place of the folder is refused to everybody.
  writeFileSync(join(root, 'backups'), '')
  await expect(take(join(root, 'backups'))).rejects.toThrow(/^PF_BACKUP_FAILED/)
})

test('stopped: nothing is left; abandoned by a killed one long ago: taken away, younger ones are somebody\'s', async () => {
  const to = join(root, 'backups')
  await expect(take(to, { signal: AbortSignal.abort() })).rejects.toThrow(/^PF_BACKUP_FAILED.*It was stopped/)
  expect(readdirSync(to)).toEqual([])
  for (const name of ['penfeld-20260101T000000Z.partial', 'penfeld-20260131T235959Z.partial', 'penfeld-notes.partial']) mkdirSync(join(to, name))
  const longAgo = new Date(NOW - 2 * 86_400_000)
  for (const name of ['penfeld-20260101T000000Z.partial', 'penfeld-notes.partial']) utimesSync(join(to, name), longAgo, longAgo)
  const { folder } = await take(to)
  expect(readdirSync(to).sort()).toEqual([folder.split('/').at(-1), 'penfeld-20260131T235959Z.partial', 'penfeld-notes.partial'].sort())
})

test('the command says it in one line, and by its exit code', () => {
  const penfeld = (...args: string[]) => spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', resolve(import.meta.dirname, '../main.ts'), ...args], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', PENFELD_DATA: join(root, 'nowhere') } })
  const { status, stderr, stdout } = penfeld('backup', '--to', join(root, 'backups'))
  expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
  expect(stderr).toMatch(/^PF_BACKUP_FAILED [^\n]*PENFELD_DATA is not there[^\n]*\n$/)
  expect(existsSync(join(root, 'nowhere'))).toBe(false)
})
