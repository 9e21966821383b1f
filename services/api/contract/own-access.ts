/** What an account may read and by whose hand, and what its person may do about it. No figure stands in any of these answers. */
import { Type, type Static } from 'typebox'
import { Instant, nullable, object, oneOf } from './common.ts'
import { RoleName } from './session.ts'

export const LinkOrigin = oneOf('enrolled', 'siret', 'letter', 'administrator', 'delegation')
export type LinkOrigin = Static<typeof LinkOrigin>

export const HolderName = object({
  holder: Type.String(),
  /** Null for households: their names are not kept. */
  name: nullable(Type.String()),
  kind: oneOf('household', 'business', 'public-body', 'operator', 'unknown'),
  /** Names of the places where the holder has or had a delivery point. */
  places: Type.Array(Type.String()),
})
export type HolderName = Static<typeof HolderName>

export const AccessLink = object({
  linkId: Type.Integer(),
  personName: Type.String(),
  holder: HolderName,
  origin: LinkOrigin,
  /** Null: nobody did, or somebody who is gone. */
  grantedByName: nullable(Type.String()),
  grantedAt: nullable(Type.Number()),
  /** When the link is over; null: when somebody ends it. */
  endsAt: nullable(Type.Number()),
})
export type AccessLink = Static<typeof AccessLink>

export const OpenCode = object({ codeId: Type.Integer(), kind: oneOf('letter', 'delegation'), holder: HolderName, madeByName: nullable(Type.String()), madeAt: Type.Number(), expiresAt: Type.Number(), linkEndsAt: nullable(Type.Number()) })
export type OpenCode = Static<typeof OpenCode>

export const OwnAccess = object({
  name: Type.String(),
  /** To tell an administrator which account this is. */
  issuer: Type.String(),
  subject: Type.String(),
  roles: Type.Array(RoleName),
  links: Type.Array(AccessLink),
  /** What others may read by this person's hand. */
  delegations: Type.Array(AccessLink),
  codes: Type.Array(OpenCode),
})
export type OwnAccess = Static<typeof OwnAccess>

export const RedeemBody = object({ code: Type.String({ minLength: 1, maxLength: 60 }) })
export const Redeemed = object({ holder: HolderName, home: Type.String(), csrfToken: Type.String() })
export type Redeemed = Static<typeof Redeemed>

export const LONGEST_DELEGATION_MS = 366 * 86_400_000
export const DelegationBody = object({ linkId: Type.Integer({ minimum: 1 }), endsAt: Instant('the last instant of the delegation') })
export const MadeCode = object({ codeId: Type.Integer(), code: Type.String({ description: 'told this once' }), expiresAt: Type.Number() })
export type MadeCode = Static<typeof MadeCode>

export const NumberedParams = object({ id: Type.Integer({ minimum: 1, maximum: 2 ** 53 - 1 }) })
export const Done = object({ done: Type.Literal(true) })
export type Done = Static<typeof Done>
