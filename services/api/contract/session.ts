/** Who is asking. The browser holds an opaque cookie and nothing else. */
import { Type, type Static } from 'typebox'
import { Instant, LocalText, nullable, object, oneOf } from './common.ts'

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

export const ProviderId = oneOf('standard', 'franceconnect', 'proconnect')
export const SignInQuery = object({
  returnTo: Type.Optional(Type.String({ maxLength: 500, description: 'a path of this site' })),
  provider: Type.Optional(ProviderId),
  /** Prove anew who you are: for acts that need a sign-in that is only minutes old. */
  fresh: Type.Optional(Type.Boolean()),
})
export type SignInQuery = Static<typeof SignInQuery>
export const CallbackParams = object({ provider: ProviderId })
export const SignInProviders = object({ providers: Type.Array(object({ provider: ProviderId, label: LocalText, whom: LocalText })) })
export type SignInProviders = Static<typeof SignInProviders>
/** How long a sign-in is fresh enough to grant or take away rights. */
export const FRESH_MS = 15 * 60_000
/** Answers of the identity provider; unknown parameters (`iss`, `session_state`) are let through to be checked there. */
export const CallbackQuery = Type.Object(
  { state: Type.Optional(Type.String({ maxLength: 500 })), code: Type.Optional(Type.String({ maxLength: 2000 })), error: Type.Optional(Type.String({ maxLength: 200 })) },
  { additionalProperties: true },
)
export const SignedOutQuery = object({ state: Type.Optional(Type.String({ maxLength: 500 })) })
export const SignedOut = object({
  signedIn: Type.Literal(false),
  home: Type.String(),
  /** Where the browser signs out at the provider as well; null: there is no such place. */
  endSessionUrl: nullable(Type.String()),
})
export type SignedOut = Static<typeof SignedOut>
