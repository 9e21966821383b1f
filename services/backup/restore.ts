import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { eraseFromRestored } from '#services/privacy/restored.ts'
import { writerOf } from '#services/store/journal/writer-lock.ts'
import { storeFolder } from '#services/store/open.ts'
import { reachDisk } from './backup.ts'
import type { Manifest } from './manifest.ts'
import { verifyBackup } from './verify.ts'

export interface RestoreOptions {
  readonly backup: string
  readonly dataFolder: string
  /** What is there already is set aside, not deleted. */
  readonly replace: boolean
  readonly now: () => number
}

const storeFolders = (kind: 'embedded' | 'influx') => (['measured', 'derived'] as const).map((store) => storeFolder('', store, kind))

/**
 * Puts a backup in the place of PENFELD_DATA, as a whole or not at all: it is verified first, copied beside, then moved. Returns where
 * the former contents lie now. Throws PF_RESTORE_REFUSED and PF_BACKUP_INVALID.
 */
export async function restoreBackup({ backup, dataFolder, replace, now }: RestoreOptions): Promise<{ manifest: Manifest; setAside: string | undefined; erased: number }> {
  for (const store of [...storeFolders('embedded'), ...storeFolders('influx')]) {
    const holder = writerOf(join(dataFolder, store))
    if (holder !== undefined) throw new PenfeldError('PF_RESTORE_REFUSED', `Process ${holder} writes there: stop the service first.`, { where: dataFolder })
  }
  const isThere = existsSync(dataFolder) && readdirSync(dataFolder).length > 0
  if (isThere && !replace) throw new PenfeldError('PF_RESTORE_REFUSED', 'The folder is not empty; --replace sets what is there aside.', { where: dataFolder })
  const { manifest, faults } = await verifyBackup(backup)
  if (faults.length > 0) throw new PenfeldError('PF_BACKUP_INVALID', `${faults.length} faults: ${faults.slice(0, 5).join('; ')}.`, { where: backup })

  // Nobody reads the copy before it is in its place: what was erased since the backup is gone by then.
  const beside = `${dataFolder}.restoring`
  rmSync(beside, { recursive: true, force: true })
  let erased = 0
  try {
    for (const { name } of manifest.files) if (name.startsWith('data/')) copyFile(join(backup, name), join(beside, name.slice('data/'.length)))
    mkdirSync(beside, { recursive: true, mode: 0o700 })
    erased = await eraseFromRestored(beside, { former: dataFolder, backups: dirname(backup), timeZone: manifest.timeZone })
  } catch (cause) {
    rmSync(beside, { recursive: true, force: true })
    const isFull = (cause as NodeJS.ErrnoException).code === 'ENOSPC'
    if (cause instanceof PenfeldError) throw cause
    throw new PenfeldError('PF_RESTORE_REFUSED', isFull ? 'The disk is full: free space beside PENFELD_DATA.' : `${(cause as Error).message}.`, { where: dataFolder, cause })
  }
  const setAside = isThere ? `${dataFolder}.before-${new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '')}` : undefined
  if (setAside !== undefined) renameSync(dataFolder, setAside)
  else rmSync(dataFolder, { recursive: true, force: true })
  renameSync(beside, dataFolder)
  return { manifest, setAside, erased }
}

function copyFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  copyFileSync(from, to)
  reachDisk(to)
}
