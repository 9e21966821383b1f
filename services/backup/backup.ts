import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { MANIFEST, newManifest, sha256Of, type Manifest } from './manifest.ts'
import { contentsOf } from './store-contents.ts'

/** All pages in one step: a copy in small steps begins anew at each commit of another process, and collect commits all the time. */
const ALL_PAGES = 2 ** 30
const NAME = /^penfeld-\d{8}T\d{6}Z$/
const DAY_MS = 86_400_000
/** What a restore does not need: it is made anew, or belongs to a process that runs. */
const LEFT_OUT = /(^|\/)(log|cache)\/|\.lock$|-(wal|shm)$|(^|\/)backup\.json$|\.(next|partial)$/

export interface BackupOptions {
  readonly dataFolder: string
  readonly district: LoadedDistrict
  /** Folder of backups; each is a folder of its own in it. */
  readonly to: string
  readonly now: () => number
  say(line: string): void
}

/**
 * Copies everything under PENFELD_DATA while the service runs, then reads the copy back: a backup is called done only when every
 * block of it was read. Returns its folder.
 */
export async function makeBackup({ dataFolder, district, to, now, say }: BackupOptions): Promise<{ folder: string; manifest: Manifest }> {
  const name = `penfeld-${new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '')}`
  const folder = join(to, name)
  const partial = `${folder}.partial`
  if (existsSync(folder)) throw new PenfeldError('PF_BACKUP_INVALID', 'A backup of this second is there already.', { where: folder })
  mkdirSync(partial, { recursive: true, mode: 0o700 })
  try {
    for (const file of inOrder(filesBelow(dataFolder))) await copy(join(dataFolder, file), join(partial, 'data', file))
    for (const file of filesBelow(district.folder).filter((one) => /\.(ya?ml|json)$/.test(one))) await copy(join(district.folder, file), join(partial, 'district', file))
    const stores: Record<string, Manifest['stores'][string]> = {}
    for (const store of ['measured', 'derived']) {
      const place = join(partial, 'data', store)
      if (existsSync(join(place, 'samples.sqlite'))) stores[store] = await contentsOf(place, district.district.timeZone)
    }
    dropSideFiles(partial)
    const files: Manifest['files'][number][] = []
    for (const file of filesBelow(partial)) files.push({ name: file, bytes: statSync(join(partial, file)).size, sha256: await sha256Of(join(partial, file)) })
    const manifest = newManifest({ madeAt: new Date(now()).toISOString(), districtVersion: district.version, timeZone: district.district.timeZone, files, stores })
    writeFileSync(join(partial, MANIFEST), JSON.stringify(manifest, null, 1), { mode: 0o600 })
    renameSync(partial, folder)
    say(`${files.length} files, ${mebibytes(files)} MiB, ${Object.values(stores).reduce((sum, { values }) => sum + values, 0)} values, every block read back: ${folder}`)
    return { folder, manifest }
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    throw error
  }
}

const mebibytes = (files: Manifest['files']) => Math.round(files.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20)

/** Blocks before the journal: what is packed meanwhile is then in both, and never in neither. */
const inOrder = (files: readonly string[]) => [...files].sort((left, right) => rank(left) - rank(right))
const rank = (file: string) => (file.endsWith('samples.sqlite') ? 0 : file.endsWith('journal.sqlite') ? 1 : 2)

/** Plain files below a folder, as paths from it. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((file) => !LEFT_OUT.test(file))
    .sort()
}

async function copy(from: string, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  if (!from.endsWith('.sqlite')) {
    copyFileSync(from, to)
    chmodSync(to, 0o600)
    return
  }
  const database = new DatabaseSync(from, { readOnly: true, timeout: 10_000 })
  try {
    await copyDatabase(database, to, { rate: ALL_PAGES })
  } finally {
    database.close()
  }
  chmodSync(to, 0o600)
}

/** What reading the copies has left beside them. */
export function dropSideFiles(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) if (/-(wal|shm)$/.test(name)) rmSync(join(folder, name), { force: true })
}

/** Deletes whole backups older than so many days; the newest stays whatever its age, and nothing else is touched. */
export function forgetOldBackups(to: string, keepDays: number, nowMs: number): string[] {
  const backups = readdirSync(to).filter((name) => NAME.test(name) && existsSync(join(to, name, MANIFEST))).sort()
  const old = backups.slice(0, -1).filter((name) => nowMs - statSync(join(to, name)).mtimeMs > keepDays * DAY_MS)
  for (const name of old) rmSync(join(to, name), { recursive: true })
  return old
}
