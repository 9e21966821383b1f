/** People, what they may do, and whose figures they may read. Written by the api alone. */

/** `resident`: a household that has signed in, for its own figures and consents. `data-officer`: answers for what is published and for personal rights. `administrator`: who may do what; sees no figures. */
export type RoleName = 'resident' | 'merchant' | 'planner' | 'operator' | 'data-officer' | 'administrator'

/** Who asks. Made from the session at every request, so that a right that was taken away is gone at once. */
export interface Principal {
  readonly personId: number
  readonly name: string
  readonly roles: readonly RoleName[]
  /** Holders this person acts for, and since and until when. */
  readonly holders: readonly HolderLink[]
}

export interface HolderLink {
  readonly holder: string
  readonly from: number
  /** Infinity: until further notice. */
  readonly to: number
}

export interface NewPerson {
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly roles: readonly RoleName[]
  readonly holders: readonly HolderLink[]
}

export interface SessionRecord {
  readonly personId: number
  readonly csrfToken: string
  readonly createdAt: number
  readonly seenAt: number
}

/** A sign-in on its way to the identity provider and back. */
export interface PendingSignIn {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  readonly redirectUri: string
  readonly returnTo: string
}

export interface AccessLogEntry {
  readonly personId: number
  readonly route: string
  /** Whose figures: a delivery point or an element of the network; null where a route reads no single one. */
  readonly subject: string | null
  readonly subjectKind?: 'delivery-point' | 'element'
  /** In the words of who asked, where a reason must be given: each reading is then written down. */
  readonly reason?: string
}

/** Instants here are real time: they are about people, whose day does not run faster in a demonstration. */
export interface Directory {
  /** Adds the person or replaces what is known of (issuer, subject). */
  enrol(person: NewPerson): number
  personId(issuer: string, subject: string): number | undefined
  principal(personId: number): Principal | undefined
  /** Ends every session of the person at once. */
  revoke(personId: number): void

  beginSession(personId: number): { sessionId: string; csrfToken: string }
  /** Undefined when unknown, idle for too long, too old or ended. Counts as activity unless `quietly`. */
  session(sessionId: string, options?: { quietly?: boolean }): SessionRecord | undefined
  endSession(sessionId: string): void

  beginSignIn(pending: PendingSignIn): string
  /** Hands it out once. */
  takeSignIn(id: string): PendingSignIn | undefined

  /** Into the audit log, once an hour for the same person, route and subject. @throws PF_AUDIT_UNAVAILABLE: what is not written down is not given */
  logAccess(entry: AccessLogEntry): void
  accesses(subject: string): readonly (AccessLogEntry & { readonly at: number })[]
  close(): void
}

export const IDLE_LIMIT_MS = 30 * 60_000
export const ABSOLUTE_LIMIT_MS = 12 * 3_600_000
export const SIGN_IN_LIMIT_MS = 10 * 60_000
