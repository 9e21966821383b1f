import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

export const MANIFEST = 'manifest.json'
const FORMAT = 1

/** Values of one store: how many each day (UTC), and one sum over every name, time, value and quality. */
export interface StoreContents {
  readonly points: number
  readonly values: number
  readonly valuesByDay: Readonly<Record<string, number>>
  readonly digest: string
}

/** What a backup holds, written last: a folder without it is none. */
export interface Manifest {
  readonly format: number
  readonly madeAt: string
  readonly districtVersion: string
  readonly timeZone: string
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[]
  readonly stores: Readonly<Record<string, StoreContents>>
}

export const newManifest = (rest: Omit<Manifest, 'format'>): Manifest => ({ format: FORMAT, ...rest })

/** Throws PF_BACKUP_INVALID. */
export function readManifest(folder: string): Manifest {
  const file = join(folder, MANIFEST)
  if (!existsSync(file)) throw new PenfeldError('PF_BACKUP_INVALID', `There is no ${MANIFEST}: this is no backup, or one that was not finished.`, { where: folder })
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
    if (manifest.format !== FORMAT || !Array.isArray(manifest.files)) throw new Error(`its format is ${String(manifest.format)}, this version reads ${FORMAT}`)
    return manifest
  } catch (cause) {
    throw new PenfeldError('PF_BACKUP_INVALID', `${MANIFEST} cannot be read: ${(cause as Error).message}.`, { where: folder, cause })
  }
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
