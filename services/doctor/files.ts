import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { faultsOfDatabase } from '#services/backup/verify.ts'
import { filesBelow } from '#services/backup/backup.ts'
import { newestVersion, versionOf } from '#services/sqlite/migrate.ts'
import { writerOf } from '#services/store/journal/writer-lock.ts'
import { storeFolder } from '#services/store/open.ts'
import { fault, warning, well, type Check } from './check.ts'
import { FILE_SHAPES } from './file-shapes.ts'

const BUSY_MS = 5_000
/** A log before the file larger than this is one that nobody could clear for long: a reader holds it. */
const LARGE_WAL_BYTES = 512 * 2 ** 20

/** Every database below the data folder: its version, and SQLite's quick check, beside the processes that write them. */
export function checkDatabases(dataFolder: string): Check[] {
  const checks: Check[] = []
  for (const file of filesBelow(dataFolder).filter((name) => name.endsWith('.sqlite'))) {
    const path = join(dataFolder, file)
    const faults = faultsOfDatabase(path, 'quick_check')
    const walBytes = existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0
    const { version, trouble } = faults.length > 0 ? { version: '', trouble: undefined } : checkVersion(path, file)
    const found = `${version}${(statSync(path).size / 2 ** 20).toFixed(1)} MiB`
    if (trouble !== undefined) checks.push(trouble)
    else if (faults.length > 0) checks.push(fault(file, faults.join('; '), 'Restore it from the last backup: docs/runbooks/restore.md.'))
    else if (walBytes > LARGE_WAL_BYTES) checks.push(warning(file, `${found}, and ${(walBytes / 2 ** 20).toFixed(0)} MiB not yet written back`, 'A reader holds an old picture: restart the role that has read longest.'))
    else checks.push(well(file, found))
  }
  return checks
}

/** Version of the shape of a file, and what is wrong with it, if anything is. */
function checkVersion(path: string, file: string): { version: string; trouble: Check | undefined } {
  const shape = FILE_SHAPES[file]
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
  try {
    const number = versionOf(database, shape ?? {})
    const ours = shape === undefined ? number : newestVersion(shape)
    const trouble = number > ours ? fault(file, `version ${number}, made by newer code; this code knows versions up to ${ours}`, 'Run that version of Penfeld or a later one, or restore a backup of this version: docs/runbooks/upgrade.md.')
      : number < ours ? warning(file, `version ${number}; this code works with version ${ours}`, 'Its writer brings it forward when it starts: docs/runbooks/upgrade.md.') : undefined
    return { version: `version ${number}, `, trouble }
  } finally {
    database.close()
  }
}

export function checkWriters(dataFolder: string): Check[] {
  const stores = (['measured', 'derived'] as const).flatMap((store) => [storeFolder('', store, 'embedded'), storeFolder('', store, 'influx')])
  return stores.filter((store) => existsSync(join(dataFolder, store))).map((store) => {
    const holder = writerOf(join(dataFolder, store))
    return holder === undefined ? warning(`Writer of ${store}`, 'no process writes it', 'Start the service.') : well(`Writer of ${store}`, `process ${holder}`)
  })
}
