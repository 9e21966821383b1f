/** Sessions of browsers: an opaque id that is kept as a hash. In SQLite, or in Redis where several machines share one. */
type Soon<T> = T | Promise<T>

export interface NewSession {
  readonly personId: number
  /** The identity provider the person came by; undefined in tests and for nobody else. */
  readonly provider?: string
  /** Kept for the logout at the provider and for nothing else; it never leaves the service but there. */
  readonly idToken?: string
  /** When the person last proved who they are. */
  readonly authenticatedAt: number
  /** Of a session that goes on under a new id: it grows no younger. Default: now. */
  readonly createdAt?: number
}

export interface SessionRecord extends NewSession {
  readonly csrfToken: string
  readonly createdAt: number
  readonly seenAt: number
}

export interface BegunSession {
  readonly sessionId: string
  readonly csrfToken: string
}

export interface SessionStore {
  begin(session: NewSession): Soon<BegunSession>
  /** Undefined when unknown, idle for too long, too old or ended. Counts as activity unless `quietly`. */
  find(sessionId: string, options?: { readonly quietly?: boolean }): Soon<SessionRecord | undefined>
  end(sessionId: string): Soon<void>
  /** Ends every session of the person at once. */
  revoke(personId: number): Soon<void>
}

export const IDLE_LIMIT_MS = 30 * 60_000
export const ABSOLUTE_LIMIT_MS = 12 * 3_600_000
/** Activity is written at most so often: a page that polls must not make a write of every read. */
export const SEEN_STEP_MS = 30_000

export const isOver = ({ createdAt, seenAt }: Pick<SessionRecord, 'createdAt' | 'seenAt'>, now: number): boolean => now - seenAt > IDLE_LIMIT_MS || now - createdAt > ABSOLUTE_LIMIT_MS
