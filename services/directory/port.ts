/** People, what they may do, and whose figures they may read. Written by the api alone. */
import type { AccessCodes } from './codes-port.ts'
import type { HolderLinks } from './links-port.ts'
import type { SessionStore } from './sessions-port.ts'

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

export interface PersonSummary {
  readonly personId: number
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly roles: readonly RoleName[]
  /** Null: never yet. */
  readonly signedInAt: number | null
}

/** A sign-in on its way to the identity provider and back. */
export interface PendingSignIn {
  /** The answer must come from this one and no other. */
  readonly provider: string
  readonly state: string
  readonly nonce: string
  /** Undefined where the provider takes no PKCE. */
  readonly codeVerifier?: string
  /** The person must have proved who they are at most so long ago. */
  readonly maxAgeS?: number
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
  readonly sessions: SessionStore
  readonly links: HolderLinks
  readonly codes: AccessCodes

  /** Adds the person or replaces what is known of (issuer, subject); links of other origins stay. */
  enrol(person: NewPerson): number
  /** Notes that somebody came from the provider: a person known under (issuer, subject), or a new one with this role and no link. */
  arrive(person: { readonly issuer: string; readonly subject: string; readonly name: string }, roleOfNew: RoleName): number
  personId(issuer: string, subject: string): number | undefined
  principal(personId: number): Principal | undefined
  people(): readonly PersonSummary[]
  person(personId: number): PersonSummary | undefined
  /** @throws PF_LAST_ADMINISTRATOR where nobody would be left to grant anything. */
  setRoles(personId: number, roles: readonly RoleName[]): void
  /** The account, its links, what it delegated and its sessions are gone; a salted reference stays for the logs. @throws PF_LAST_ADMINISTRATOR */
  remove(personId: number): Promise<void>
  /** Whether a removed person was this one: for whoever brings a complaint and proves who they were. */
  wasRemoved(personId: number, issuer: string, subject: string): boolean

  beginSignIn(pending: PendingSignIn): string
  /** Hands it out once. */
  takeSignIn(id: string): PendingSignIn | undefined

  /** Into the audit log, once an hour for the same person, route and subject. @throws PF_AUDIT_UNAVAILABLE: what is not written down is not given */
  logAccess(entry: AccessLogEntry): void
  accesses(subject: string): readonly (AccessLogEntry & { readonly at: number })[]
  close(): void
}

export const SIGN_IN_LIMIT_MS = 10 * 60_000
