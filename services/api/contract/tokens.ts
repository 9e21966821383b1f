/** Tokens for machines that have no browser, made and revoked by an administrator. */
import { Type, type Static } from 'typebox'
import { Instant, nullable, object, oneOf } from './common.ts'

export const TokenScopeName = oneOf('planner:read', 'operator:read', 'imports:write')
export type TokenScopeName = Static<typeof TokenScopeName>

export const TokenView = object({
  tokenId: Type.Integer(),
  name: Type.String(),
  prefix: Type.String({ description: 'its first characters; the rest is kept by nobody' }),
  scopes: Type.Array(TokenScopeName),
  createdAt: Type.Number(),
  createdBy: Type.String(),
  expiresAt: Type.Number(),
  state: oneOf('valid', 'expired', 'revoked'),
  revokedAt: nullable(Type.Number()),
  revokedBy: nullable(Type.String()),
  usedAt: nullable(Type.Number({ description: 'to the minute' })),
})
export type TokenView = Static<typeof TokenView>
export const Tokens = object({ tokens: Type.Array(TokenView) })
export type Tokens = Static<typeof Tokens>

export const NewTokenBody = object({
  name: Type.String({ minLength: 3, maxLength: 80, pattern: '\\S' }),
  scopes: Type.Array(TokenScopeName, { minItems: 1, maxItems: 3, uniqueItems: true }),
  expiresAt: Instant('at most a year from now, real time'),
})
export type NewTokenBody = Static<typeof NewTokenBody>
/** `secret` is told here and never again. It goes into the header `authorization: Bearer`, never into an address. */
export const MadeToken = object({ token: TokenView, secret: Type.String() })
export type MadeToken = Static<typeof MadeToken>
export const TokenParams = object({ id: Type.Integer({ minimum: 1 }) })
