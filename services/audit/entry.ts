import { createHash } from 'node:crypto'
import { canonicalText } from '#models/district/difference.ts'
import { isSignedBy, parseControlKey } from '#services/hosts/control-key.ts'
import type { AuditHead } from './port.ts'

const FORMAT = 'penfeld-audit-1'
/** What the first entry follows. */
export const BEGINNING = '0'.repeat(64)
const REFERENCE_DIGITS = 32

/** A row of `entry` as it stands in the file. */
export interface EntryRow {
  readonly seq: number
  readonly at: number
  readonly kind: string
  readonly actor: string | null
  readonly act: string
  readonly subject: string | null
  readonly reason: string | null
  readonly text: string
  readonly previous: string
  readonly sha256: string
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The one text of an entry: it holds its place and the sum of the entry before, so that none can be moved. */
export const textOf = ({ seq, at, kind, actor, act, subject, reason, previous }: Omit<EntryRow, 'text' | 'sha256'>): string =>
  canonicalText({ format: FORMAT, seq, at, kind, actor, act, subject, reason, previous })
export const sumOf = sha256

/** What stands in an entry instead of whoever is meant. Without the salt nobody can find out by trying, which is what erasing makes of it. */
export const referenceOf = (salt: string, kind: string, identity: string): string => sha256(`${FORMAT}\n${salt}\n${kind}\n${identity}`).slice(0, REFERENCE_DIGITS)

export const headBytes = ({ seq, at, sha256: sum }: Pick<AuditHead, 'seq' | 'at' | 'sha256'>): Uint8Array => Buffer.from(canonicalText({ format: FORMAT, seq, at, sha256: sum }))

/** False also where key or signature are no such thing at all. */
export function isHeadSigned(head: AuditHead): boolean {
  try {
    return isSignedBy(parseControlKey(head.publicKey), headBytes(head), head.signature)
  } catch {
    return false
  }
}
