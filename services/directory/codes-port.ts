import type { LinkRecord } from './links-port.ts'

/** One-time codes that make a link: in a letter to a holder, or handed over by one who delegates. */
export interface NewCode {
  readonly kind: 'letter' | 'delegation'
  readonly holder: string
  /** Of a letter: where it goes. Whoever lives there later must not be able to use it. */
  readonly deliveryPoint: string | null
  /** Of a delegation: the link it is made from. */
  readonly parentLink: number | null
  /** Figures from here on. */
  readonly from: number
  /** When the link that it makes is over; Infinity: when somebody ends it. */
  readonly linkEndsAt: number
  readonly madeBy: number
}

export interface CodeRecord extends NewCode {
  readonly codeId: number
  readonly madeAt: number
  readonly expiresAt: number
}

export interface AccessCodes {
  /** The code itself is told this once and kept nowhere. A new letter to the same place makes the former one worthless. */
  make(code: NewCode): CodeRecord & { readonly code: string }
  /**
   * Makes the link, once. What is unknown, used, withdrawn, too old or no longer right answers alike, and each such answer counts against the person.
   * @throws PF_CODE_REFUSED, PF_TOO_MANY_CODES
   */
  redeem(personId: number, code: string, stillRight: (code: CodeRecord) => boolean): LinkRecord
  /** Codes that could still be used. */
  open(): readonly CodeRecord[]
  withdraw(codeId: number): boolean
  /** Codes that were refused since then, of all people together. */
  refusedSince(at: number): number
}

export const CODE_LIMIT_MS = { letter: 30 * 86_400_000, delegation: 7 * 86_400_000 } as const
/** A person who copies a letter errs a few times; who guesses needs 10^24. */
export const WRONG_CODES_A_PERSON = 5
export const WRONG_CODES_WINDOW_MS = 3_600_000
