/** Tokens for machines that have no browser. Written by the api alone; instants are real time. */
import type { TokenScope } from './scopes.ts'

export interface TokenRecord {
  readonly tokenId: number
  readonly name: string
  /** Its first characters: enough to find it again in a configuration, too few to use. */
  readonly prefix: string
  readonly scopes: readonly TokenScope[]
  readonly createdAt: number
  readonly createdBy: string
  readonly expiresAt: number
  readonly revokedAt: number | null
  readonly revokedBy: string | null
  /** Written down once a minute. */
  readonly usedAt: number | null
}

export interface NewToken {
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly expiresAt: number
  readonly createdBy: string
}

export interface TokenStore {
  /** The secret is told here and never again. @throws PF_REQUEST_INVALID beyond a year or in the past */
  make(token: NewToken): { readonly record: TokenRecord; readonly secret: string }
  /** Undefined: not known, expired or revoked; which of them is not told. */
  valid(secret: string): TokenRecord | undefined
  /** Undefined: there is none. Revoked already: as it was. */
  revoke(tokenId: number, by: string): TokenRecord | undefined
  /** Newest first. */
  list(): readonly TokenRecord[]
  close(): void
}

export const LONGEST_LIFE_MS = 365 * 86_400_000
