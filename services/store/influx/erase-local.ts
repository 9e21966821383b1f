import type { DatabaseSync } from 'node:sqlite'
import { emptySideFiles, rewriteJournal } from '../journal/erase-entries.ts'
import { PointNames } from '../journal/point-names.ts'
import { openForWriting, type InfluxFiles } from './files.ts'

/** What lies on this machine of some points; that of the server is deleted by the writer, in its own words. Returns how many revisions and quarantined lines. */
export async function eraseFromFiles({ journal, forwarding }: InfluxFiles, pointIds: ReadonlySet<number>, from: number, to: number): Promise<number> {
  forwarding.exec('PRAGMA secure_delete = ON')
  const drop = (database: DatabaseSync, table: 'revisions' | 'quarantine', pointId: number) =>
    Number(database.prepare(`DELETE FROM ${table} WHERE pointId = ? AND at >= ? AND at < ?`).run(pointId, from, to).changes)
  let removed = 0
  for (const pointId of pointIds) removed += drop(journal, 'revisions', pointId) + drop(forwarding, 'quarantine', pointId)
  await rewriteJournal(journal, pointIds, from, to)
  await emptySideFiles([journal, forwarding])
  return removed
}

/** The same for a folder that no process writes, after a restore. */
export async function eraseLocally(folder: string, names: readonly string[], from: number, to: number): Promise<number> {
  const files = openForWriting(folder)
  try {
    const points = new PointNames(files.journal)
    return await eraseFromFiles(files, new Set(names.flatMap((name) => points.idOf(name) ?? [])), from, to)
  } finally {
    files.close()
  }
}
