import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditHead } from './port.ts'

/** Folder of heads within the data folder, where PENFELD_AUDIT_HEADS names none on another disk or host. */
export const OWN_HEADS = 'audit-heads'
const FILE = 'heads.jsonl'

/** Where the second copy of the heads lies. */
export const headsFolder = (dataFolder: string, named: string | undefined): string => (named === undefined || named === '' ? join(dataFolder, OWN_HEADS) : named)

/** Adds heads, each a line; on the disk when it returns. */
export function appendOutside(folder: string, heads: readonly AuditHead[]): void {
  if (heads.length === 0) return
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = openSync(join(folder, FILE), 'a', 0o600)
  try {
    writeSync(file, heads.map((head) => `${JSON.stringify(head)}\n`).join(''))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

export interface OutsideHeads {
  /** False: the second place has no file. */
  readonly found: boolean
  readonly heads: readonly AuditHead[]
  /** Lines that are no head; the last one may have been cut off by a loss of power. */
  readonly unreadable: number
}

export function readOutside(folder: string): OutsideHeads {
  const file = join(folder, FILE)
  if (!existsSync(file)) return { found: false, heads: [], unreadable: 0 }
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '')
  const heads = lines.flatMap((line) => headOf(line) ?? [])
  return { found: true, heads, unreadable: lines.length - heads.length }
}

function headOf(line: string): AuditHead | undefined {
  try {
    const { seq, at, sha256, publicKey, signature } = JSON.parse(line) as AuditHead
    return Number.isInteger(seq) && typeof at === 'number' && [sha256, publicKey, signature].every((text) => typeof text === 'string') ? { seq, at, sha256, publicKey, signature } : undefined
  } catch {
    return undefined
  }
}
