import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, realpathSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { DATA_FILES } from '#services/config/role.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import { copyRegisterBeside } from '#services/privacy/restored.ts'
import { MANIFEST, newManifest, sha256Of, type Manifest } from './manifest.ts'
import { contentsOfStores } from './store-contents.ts'

/** All pages in one step: a copy in small steps begins anew at each commit of another process, and collect commits all the time. */
const ALL_PAGES = 2 ** 30
const NAME = /^penfeld-\d{8}T\d{6}Z$/
const PARTIAL = /^penfeld-\d{8}T\d{6}Z\.partial$/
const DAY_MS = 86_400_000
/** What a restore does not need: it is made anew, belongs to a process that runs, or was taken into the store. */
const LEFT_OUT = /(^|\/)(log|cache|done|failed)\/|\.lock$|-(wal|shm)$|(^|\/)backup\.json$|\.(next|partial)$/

export interface BackupOptions {
  readonly dataFolder: string
  readonly district: LoadedDistrict
  /** Folder of backups; each is a folder of its own in it. */
  readonly to: string
  readonly now: () => number
  /** Given up as a whole when it is aborted. */
  readonly signal?: AbortSignal
  say(line: string): void
}

/**
 * Copies everything under PENFELD_DATA while the service runs, then reads the copy back: a backup is called done only when every
 * block of it was read. Returns its folder. Throws PF_BACKUP_FAILED, and has left nothing behind then.
 */
export async function makeBackup({ dataFolder, district, to, now, signal, say }: BackupOptions): Promise<{ folder: string; manifest: Manifest }> {
  const name = `penfeld-${new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '')}`
  const folder = join(to, name)
  const partial = `${folder}.partial`
  if (existsSync(folder)) throw failed('A backup of this second is there already.', folder)
  checkPlaces(dataFolder, to)
  try {
    mkdirSync(partial, { recursive: true, mode: 0o700 })
    dropAbandoned(to, partial, now())
    // The register of erasures is kept apart, beside the backups: what is erased later must be erased from older ones too when they are restored.
    for (const file of inOrder(filesBelow(dataFolder)).filter((one) => one !== DATA_FILES.erasures)) {
      signal?.throwIfAborted()
      await copy(join(dataFolder, file), join(partial, 'data', file))
    }
    for (const file of filesBelow(district.folder).filter((one) => /\.(ya?ml|json)$/.test(one))) await copy(join(district.folder, file), join(partial, 'district', file))
    signal?.throwIfAborted()
    const stores = await contentsOfStores(join(partial, 'data'), district.district.timeZone)
    dropSideFiles(partial)
    const files: Manifest['files'][number][] = []
    for (const file of filesBelow(partial)) {
      signal?.throwIfAborted()
      files.push({ name: file, bytes: statSync(join(partial, file)).size, sha256: await sha256Of(join(partial, file)) })
    }
    const manifest = newManifest({ madeAt: new Date(now()).toISOString(), districtVersion: district.version, timeZone: district.district.timeZone, files, stores })
    writeFileSync(join(partial, MANIFEST), JSON.stringify(manifest, null, 1), { mode: 0o600 })
    // On the disk before it is called a backup.
    for (const file of [...filesBelow(partial), MANIFEST]) reachDisk(join(partial, file))
    await copyRegisterBeside(dataFolder, to)
    renameSync(partial, folder)
    say(`${files.length} files, ${mebibytes(files)} MiB, ${Object.values(stores).reduce((sum, { values }) => sum + values, 0)} values, every block read back: ${folder}`)
    return { folder, manifest }
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    throw signal?.aborted === true ? failed('It was stopped.', to) : faultOf(error, to)
  }
}

const failed = (detail: string, where: string, cause?: unknown) => new PenfeldError('PF_BACKUP_FAILED', detail, { where, cause })

const NO_ROOM = 13
/** What went wrong with the copying, in the words of an operator. */
function faultOf(error: unknown, to: string): unknown {
  const { code, errcode, message } = error as NodeJS.ErrnoException & { errcode?: number }
  if (code === 'ENOSPC' || code === 'EDQUOT' || errcode === NO_ROOM) return failed('The disk is full: free space there, or name another folder.', to, error)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return failed(`This account may not write there, or not read what is to be copied: ${message}.`, to, error)
  return code === undefined || error instanceof PenfeldError ? error : failed(`${message}.`, to, error)
}

/** Before anything is written: there is something to copy, it is not copied into itself, and there is room for it. */
function checkPlaces(dataFolder: string, to: string): void {
  if (!existsSync(dataFolder) || !statSync(dataFolder).isDirectory()) throw failed('PENFELD_DATA is not there: set it to the folder of the service that is to be backed up.', dataFolder)
  const data = realpathSync(dataFolder)
  let parent = resolve(to)
  while (!existsSync(parent)) parent = dirname(parent)
  const place = join(realpathSync(parent), resolve(to).slice(parent.length))
  if (`${place}${sep}`.startsWith(`${data}${sep}`)) throw failed('The backup would lie inside PENFELD_DATA: name a folder outside of it, best on another disk.', to)
  const bytes = filesBelow(dataFolder).reduce((sum, file) => sum + (statSync(join(dataFolder, file), { throwIfNoEntry: false })?.size ?? 0), 0)
  const { bavail, bsize } = statfsSync(parent)
  if (bytes > bavail * bsize) throw failed(`${mib(bytes)} MiB are to be copied and ${mib(bavail * bsize)} MiB are free: free space there, or name another folder.`, to)
}

const mib = (bytes: number) => Math.ceil(bytes / 2 ** 20)

/** What a killed backup has left. */
function dropAbandoned(to: string, current: string, nowMs: number): void {
  for (const name of readdirSync(to).filter((one) => PARTIAL.test(one))) {
    const place = join(to, name)
    if (place !== current && nowMs - statSync(place).mtimeMs > DAY_MS) rmSync(place, { recursive: true, force: true })
  }
}

/** Waits until a file is on the disk. */
export function reachDisk(file: string): void {
  const handle = openSync(file, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const mebibytes = (files: Manifest['files']) => Math.round(files.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20)

/**
 * Whoever follows a file is copied before it. What was packed, forwarded or worked on meanwhile is then in both, and done once more, which
 * changes nothing; the other way round a cursor would stand beyond the end of the copied journal, and what comes after a restore
 * would be taken for done: never packed, never forwarded to InfluxDB, never computed with.
 */
export const inOrder = (files: readonly string[]) => [...files].sort((left, right) => rank(left) - rank(right))
const FOLLOWED = [/^edits\.sqlite$/, /^activation-answers\.sqlite$/, /(^|\/)(samples|forwarding)\.sqlite$/, /(^|\/)journal\.sqlite$/]
const rank = (file: string) => FOLLOWED.findIndex((pattern) => pattern.test(file))

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
    try {
      copyFileSync(from, to)
    } catch (error) {
      // Taken away meanwhile, as an imported file is: what was in it lies in what is copied later.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(from)) return
      throw error
    }
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
