/** A release as text: what is hashed, signed and served, byte for byte. */
import { createHash } from 'node:crypto'
import { canonicalText } from '#models/district/difference.ts'
import { isSignedBy, parseControlKey } from '#services/hosts/control-key.ts'
import type { BodyOf, ReleaseKind } from './port.ts'

export const DOCUMENT_FORMAT = 'penfeld-release-2'
/** What stands before the first release of a chain. */
export const FIRST_PREVIOUS = '0'.repeat(64)

export interface ReleaseDocument<Kind extends ReleaseKind = ReleaseKind> {
  readonly format: typeof DOCUMENT_FORMAT
  readonly releaseId: number
  readonly kind: Kind
  readonly carrier: string
  readonly at: number
  readonly stepS: number
  readonly publishedAt: number
  readonly rules: string
  readonly districtVersion: string
  readonly previousSha256: string
  readonly certificateSha256: string | null
  readonly figures: BodyOf[Kind]
}

export const documentText = (document: ReleaseDocument): string => canonicalText(document)
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The hash is signed and not the document, so that the signature can be checked when the figures have gone. */
export const signedBytes = (sha256: string): Uint8Array => Buffer.from(sha256, 'utf8')

/** False also where key or signature are no such thing at all. */
export function isReleaseSigned(sha256: string, publicKey: string, signature: string): boolean {
  try {
    return isSignedBy(parseControlKey(publicKey), signedBytes(sha256), signature)
  } catch {
    return false
  }
}
