import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { FILE_SHAPES } from '#services/doctor/file-shapes.ts'
import { refuseNewer } from '#services/sqlite/migrate.ts'
import { dropSideFiles } from './backup.ts'
import { readManifest, sha256Of, type Manifest } from './manifest.ts'
import { contentsOf } from './store-contents.ts'

export interface Verification {
  readonly manifest: Manifest
  /** Everything that is wrong, in words; empty: the backup can be restored. */
  readonly faults: readonly string[]
}

/** Reads a backup whole: each file's checksum, SQLite's own check of each database, every block of values, the counts of every day. */
export async function verifyBackup(folder: string): Promise<Verification> {
  const manifest = readManifest(folder)
  const faults: string[] = []
  for (const { name, bytes, sha256 } of manifest.files) {
    const file = join(folder, name)
    if (!existsSync(file)) faults.push(`${name} is missing`)
    else if (statSync(file).size !== bytes) faults.push(`${name} has ${statSync(file).size} bytes, not ${bytes}`)
    else if ((await sha256Of(file)) !== sha256) faults.push(`${name} was changed: its checksum is another`)
    else if (name.endsWith('.sqlite')) faults.push(...[...faultsOfDatabase(file), ...newerThanOurs(file, name.replace(/^data\//, ''))].map((fault) => `${name}: ${fault}`))
  }
  if (faults.length === 0) {
    for (const [store, kept] of Object.entries(manifest.stores)) {
      try {
        const found = await contentsOf(join(folder, 'data', store), store.endsWith('-influx') ? 'influx' : 'embedded', manifest.timeZone)
        // Of an older version: its bytes are those that were read back when it was made.
        if (found === undefined) continue
        const days = new Set([...Object.keys(kept.valuesByDay), ...Object.keys(found.valuesByDay)])
        for (const day of days) if (kept.valuesByDay[day] !== found.valuesByDay[day]) faults.push(`${store}: ${day} has ${found.valuesByDay[day] ?? 0} values, not ${kept.valuesByDay[day] ?? 0}`)
        if (found.digest !== kept.digest) faults.push(`${store}: its values are not those that were backed up`)
      } catch (error) {
        faults.push(`${store}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    dropSideFiles(folder)
  }
  return { manifest, faults }
}

/** What newer code has made cannot be used by this one. */
function newerThanOurs(file: string, name: string): string[] {
  const shape = FILE_SHAPES[name]
  if (shape === undefined) return []
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  try {
    refuseNewer(database, name, shape)
    return []
  } catch (error) {
    if (!(error instanceof PenfeldError)) throw error
    return [error.detail]
  } finally {
    database.close()
  }
}

/** SQLite's own check; empty if the file is sound. */
export function faultsOfDatabase(file: string, check: 'integrity_check' | 'quick_check' = 'integrity_check'): string[] {
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
    try {
      return (database.prepare(`PRAGMA ${check}(5)`).all() as Record<string, string>[]).map((row) => Object.values(row)[0]!).filter((text) => text !== 'ok')
    } finally {
      database.close()
    }
  } catch (error) {
    return [(error as Error).message]
  }
}
