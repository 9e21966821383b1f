import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
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
    else if (name.endsWith('.sqlite')) faults.push(...faultsOfDatabase(file).map((fault) => `${name}: ${fault}`))
  }
  if (faults.length === 0) {
    for (const [store, kept] of Object.entries(manifest.stores)) {
      try {
        const found = await contentsOf(join(folder, 'data', store), manifest.timeZone)
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
