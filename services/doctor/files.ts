import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { faultsOfDatabase } from '#services/backup/verify.ts'
import { filesBelow } from '#services/backup/backup.ts'
import { writerOf } from '#services/store/journal/writer-lock.ts'
import { fault, warning, well, type Check } from './check.ts'

/** A log before the file larger than this is one that nobody could clear for long: a reader holds it. */
const LARGE_WAL_BYTES = 512 * 2 ** 20

/** Every database below the data folder, by SQLite's quick check, beside the processes that write them. */
export function checkDatabases(dataFolder: string): Check[] {
  const checks: Check[] = []
  for (const file of filesBelow(dataFolder).filter((name) => name.endsWith('.sqlite'))) {
    const path = join(dataFolder, file)
    const faults = faultsOfDatabase(path, 'quick_check')
    const walBytes = existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0
    const found = `${(statSync(path).size / 2 ** 20).toFixed(1)} MiB`
    if (faults.length > 0) checks.push(fault(file, faults.join('; '), 'Restore it from the last backup: docs/runbooks/restore.md.'))
    else if (walBytes > LARGE_WAL_BYTES) checks.push(warning(file, `${found}, and ${(walBytes / 2 ** 20).toFixed(0)} MiB not yet written back`, 'A reader holds an old picture: restart the role that has read longest.'))
    else checks.push(well(file, found))
  }
  return checks
}

export function checkWriters(dataFolder: string): Check[] {
  return ['measured', 'derived'].filter((store) => existsSync(join(dataFolder, store))).map((store) => {
    const holder = writerOf(join(dataFolder, store))
    return holder === undefined ? warning(`Writer of ${store}`, 'no process writes it', 'Start the service.') : well(`Writer of ${store}`, `process ${holder}`)
  })
}
