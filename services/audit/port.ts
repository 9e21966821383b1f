/** Who did what, and who read whose figures, in an order that nobody changes unseen. Written by the api alone; instants are real time, for they are about people. */

export const AUDIT_KINDS = [
  'reading', 'sign-in', 'sign-out', 'sign-in-refused', 'sessions-ended', 'rights', 'consent', 'edit', 'import', 'study', 'signature', 'release',
  'activation', 'token-made', 'token-used', 'token-revoked', 'token-refused', 'export', 'erasure', 'audit-read', 'act', 'not-done', 'log-broken',
] as const
/** `act`: something was asked to be done that has no kind of its own. `not-done`: what was asked for in the entry that the reason names was refused. */
export type AuditKind = (typeof AUDIT_KINDS)[number]

/** Somebody, or what figures are of. What is told here can be erased; the entry keeps a reference that then leads nowhere. */
export interface Party {
  readonly kind: 'person' | 'token' | 'delivery-point' | 'holder' | 'element' | 'record'
  readonly id: string
  /** As it was when it was last written. */
  readonly name?: string
}

export interface NewEntry {
  readonly kind: AuditKind
  /** null: the service itself, or somebody who is not known. */
  readonly actor: Party | null
  /** A route (never with ids in it) or what was done. */
  readonly act: string
  readonly subject: Party | null
  /** In the words of who asked, or a code. */
  readonly reason?: string
  /** When it was, where that is not now. */
  readonly at?: number
}

export interface AuditEntry {
  readonly seq: number
  readonly at: number
  readonly kind: AuditKind
  readonly actor: Party | ErasedParty | null
  readonly act: string
  readonly subject: Party | ErasedParty | null
  /** null: none was given, or it was erased. */
  readonly reason: string | null
  readonly sha256: string
}

export interface ErasedParty {
  readonly kind: 'erased'
  /** Tells two erased ones apart and nothing more. */
  readonly id: string
}

export interface AuditFilter {
  /** Id of the subject, or its name. */
  readonly subject?: string
  /** Id of who did it, or the name. */
  readonly actor?: string
  readonly kind?: AuditKind
  /** Of `at`; `to` is not included. */
  readonly from?: number
  readonly to?: number
  /** Only entries before this one. */
  readonly before?: number
  readonly limit: number
}

/** What vouches for everything up to an entry. */
export interface AuditHead {
  readonly seq: number
  readonly at: number
  readonly sha256: string
  readonly publicKey: string
  readonly signature: string
}

export interface AuditReader {
  /** Newest first. */
  list(filter: AuditFilter): readonly AuditEntry[]
  newestHead(): AuditHead | undefined
  close(): void
}

export interface AuditLog extends AuditReader {
  /** On the disk, all or none, when it returns the number of the last one. @throws PF_AUDIT_UNAVAILABLE */
  append(entries: readonly NewEntry[]): number
  /** As `append`, but without those of which the same (kind, actor, act, subject) was written within the last hour: a page that polls reads once. */
  appendOnceAnHour(entries: readonly NewEntry[]): void
  /**
   * Takes away who the parties are and every reason given in entries about or by them, and writes down that this was done. The chain stays whole.
   * Returns how many references now lead nowhere.
   */
  erase(parties: readonly Party[], by: Pick<NewEntry, 'actor' | 'act'>): number
  /** Erases every party that no entry since `before` names, and every older reason: the end of the time for which the log says who. */
  forgetBefore(before: number): number
  /** A head every 1,000 entries or every hour, whatever comes first; called now and then. */
  sealIfDue(): void
  /** Brings over what another file held, once: `take` is called with how far it was brought and says how far it is now. */
  bringOver(name: string, take: (doneUpTo: number) => { readonly entries: readonly NewEntry[]; readonly upTo: number } | undefined): void
}
