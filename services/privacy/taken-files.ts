import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { District } from '#models/district/schema.ts'

/** Where files lie after they were taken. */
const TAKEN = ['done', 'failed']
/** A larger file is not looked into: what was taken from it is in the store, so it goes. */
const LOOKED_INTO_BYTES = 64 * 2 ** 20

/** Folders that bring files: of every source of files, and of imports. */
export const bringingFolders = (district: Pick<District, 'sources'>, importInbox: string): string[] =>
  [importInbox, ...district.sources.filter(({ protocol }) => protocol === 'files').map(({ url }) => (url.startsWith('file:///') ? fileURLToPath(url) : url.replace(/^file:/, '')))]

/** What the meters of these measurement points are called in files. */
export function namesInFiles({ measurementPoints, devices }: Pick<District, 'measurementPoints' | 'devices'>, points: readonly string[]): string[] {
  const wanted = new Set(points)
  const fed = new Set(measurementPoints.flatMap(({ id, feed }) => (wanted.has(id) && feed !== undefined ? [feed.device] : [])))
  return [...points, ...devices.filter(({ id }) => fed.has(id)).map(({ address }) => String(address))]
}

/** Deletes taken files that tell of one of these names; returns how many. What was in them is in the store, and for whom it may be. */
export function dropFilesNaming(folders: readonly string[], names: readonly string[]): number {
  return dropTaken(folders, (file) => statSync(file).size > LOOKED_INTO_BYTES || tells(file, names))
}

/** Deletes taken files older than so many days of real time. */
export const dropFilesOlderThan = (folders: readonly string[], days: number, nowRealMs: number): number =>
  dropTaken(folders, (file) => nowRealMs - statSync(file).mtimeMs > days * 86_400_000)

function dropTaken(folders: readonly string[], isMeant: (file: string) => boolean): number {
  let dropped = 0
  for (const folder of folders.flatMap((one) => TAKEN.map((name) => join(one, name))).filter((one) => existsSync(one))) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isFile() || !isMeant(join(folder, entry.name))) continue
      rmSync(join(folder, entry.name))
      dropped += 1
    }
  }
  return dropped
}

function tells(file: string, names: readonly string[]): boolean {
  const bytes = readFileSync(file)
  try {
    const text = file.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: 4 * LOOKED_INTO_BYTES }) : bytes
    return names.some((name) => text.includes(name))
  } catch {
    // Damaged, or too much to unpack: nobody can say that it does not.
    return true
  }
}
