/** Who is asking. The browser holds an opaque cookie and nothing else. */
import { Type, type Static } from 'typebox'
import { Instant, nullable, object, oneOf } from './common.ts'

export const RoleName = oneOf('resident', 'merchant', 'planner', 'operator', 'data-officer', 'administrator')
export type RoleName = Static<typeof RoleName>

export const Session = object({
  signedIn: Type.Boolean(),
  name: nullable(Type.String()),
  roles: Type.Array(RoleName),
  /** Address of the page this person starts at; `/quartier` for anonymous. */
  home: Type.String(),
  /** To be sent back in the header `x-csrf-token` with every unsafe method. */
  csrfToken: nullable(Type.String()),
  /** End of the session at the latest; it ends earlier when idle. */
  expiresAt: nullable(Instant()),
})
export type Session = Static<typeof Session>

export const SignInQuery = object({ returnTo: Type.Optional(Type.String({ maxLength: 500, description: 'a path of this site' })) })
/** Answers of the identity provider; unknown parameters (`iss`, `session_state`) are let through to be checked there. */
export const CallbackQuery = Type.Object(
  { state: Type.Optional(Type.String({ maxLength: 500 })), code: Type.Optional(Type.String({ maxLength: 2000 })), error: Type.Optional(Type.String({ maxLength: 200 })) },
  { additionalProperties: true },
)
export const SignedOut = object({ signedIn: Type.Literal(false), home: Type.String() })
export type SignedOut = Static<typeof SignedOut>
