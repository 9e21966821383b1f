import { createHash } from 'node:crypto'
import { canonicalText } from '#models/district/difference.ts'
import type { StudyResult } from '#models/reinforcement/study-result.ts'
import { isSignedBy, parseControlKey } from '#services/hosts/control-key.ts'

const FORMAT = 'penfeld-study-1'

/** A result as the text that is kept: the same result has the same text. */
export const resultText = (result: StudyResult): string => canonicalText(result)

/** One sum over what a study says and what it stands on. `frozen` and `basis`: the bytes as they are kept. */
export function sumOf(text: string, { frozen, basis }: { readonly frozen: Uint8Array; readonly basis: Uint8Array }, districtVersion: string): string {
  const [frozenSum, basisSum] = [frozen, basis].map((bytes) => createHash('sha256').update(bytes).digest('hex'))
  return createHash('sha256').update(`${FORMAT}\n${districtVersion}\n${basisSum}\n${frozenSum}\n`).update(text).digest('hex')
}

/** What a person puts a name under. */
export interface Statement {
  readonly studyId: string
  readonly title: string
  readonly version: number
  readonly note: string
  readonly createdAt: number
  readonly createdBy: string
  readonly sha256: string
  readonly signedAt: number
  readonly signedBy: string
}

export const statementBytes = ({ studyId, title, version, note, createdAt, createdBy, sha256, signedAt, signedBy }: Statement): Uint8Array =>
  Buffer.from(canonicalText({ format: FORMAT, studyId, title, version, note, createdAt, createdBy, sha256, signedAt, signedBy }))

/** False also where key or signature are no such thing at all. */
export function isStatementSigned(statement: Statement, publicKey: string, signature: string): boolean {
  try {
    return isSignedBy(parseControlKey(publicKey), statementBytes(statement), signature)
  } catch {
    return false
  }
}
