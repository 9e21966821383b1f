import type { DatabaseSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { inTransaction } from './in-transaction.ts'

/** What a file is made of, and how each version of it is made of the one before. */
export interface FileShape {
  /** `migrations[n]` leads from version n to n + 1, in one transaction with its number; only ever added to. */
  readonly migrations: readonly string[]
  /**
   * Files of this kind were made before there were numbers: one without a number that has this table, the last that was made then, is
   * version 1. Their first migration must leave what is there as it is (IF NOT EXISTS).
   */
  readonly tableOfUnnumbered?: string
}

/** Version of the shape that this code writes. */
export const newestVersion = ({ migrations }: FileShape): number => migrations.length

/** Version of an open file; 0: nothing in it yet, or not whole. */
export function versionOf(database: DatabaseSync, { tableOfUnnumbered }: Pick<FileShape, 'tableOfUnnumbered'>): number {
  const version = numberOf(database)
  if (version > 0 || tableOfUnnumbered === undefined) return version
  return database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(tableOfUnnumbered) === undefined ? 0 : 1
}

const numberOf = (database: DatabaseSync): number => (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version

/** Throws PF_STORE_NEWER if newer code made this file: whoever does not know its shape neither reads nor writes it. */
export function refuseNewer(database: DatabaseSync, file: string, shape: FileShape): void {
  const [version, ours] = [numberOf(database), newestVersion(shape)]
  if (version > ours) throw new PenfeldError('PF_STORE_NEWER', `This file is version ${version}; this code knows versions up to ${ours}.`, { where: file })
}

/** Brings a file to the newest shape, forward only. A step and its number are one commit: killed anywhere, the file is at one version or the other, never between. */
export function bringForward(database: DatabaseSync, file: string, shape: FileShape): void {
  refuseNewer(database, file, shape)
  for (let next = numberOf(database); next < newestVersion(shape); next += 1) {
    inTransaction(database, () => database.exec(`${shape.migrations[next]!}; PRAGMA user_version = ${next + 1}`))
  }
}
