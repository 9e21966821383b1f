import type { ConsentLine, Granularity, Purpose } from '#models/consent/standing.ts'

/**
 * The ledger of consents: written by the api alone, read by collect and work. Nothing in it is ever changed; a withdrawal is a line of its
 * own. `from` and `to` are times of figures (the Clock's), `at` is real time, since it is about a person.
 */

/** How a person said it. */
export const CONSENT_WAYS = ['own-page', 'agent', 'paper'] as const
export type ConsentWay = (typeof CONSENT_WAYS)[number]

export interface NewConsent {
  readonly holder: string
  readonly deliveryPoint: string
  readonly purpose: Purpose
  readonly granularity: Granularity
  readonly from: number
  readonly to: number
  /** The text that was shown, so that it can be proved what somebody agreed to. */
  readonly textVersion: string
  readonly textSha256: string
  readonly language: 'fr' | 'en'
  readonly way: ConsentWay
  /** Person of the directory; no name is kept here. */
  readonly personRef: string
}

export type Withdrawal = Pick<NewConsent, 'holder' | 'deliveryPoint' | 'purpose' | 'granularity' | 'way' | 'personRef'>

/** A line as it was written; the text columns of a withdrawal are null. */
export interface LedgerLine extends ConsentLine {
  readonly at: number
  readonly textVersion: string | null
  readonly textSha256: string | null
  readonly language: 'fr' | 'en' | null
  readonly way: ConsentWay
  readonly personRef: string
}

export interface ConsentReader {
  /** Number of the newest line; 0 before the first. */
  headSeq(): number
  /** Oldest first. */
  after(seq: number): readonly LedgerLine[]
  ofHolder(holder: string): readonly LedgerLine[]
  close(): void
}

export interface ConsentLedger extends ConsentReader {
  /** Resolved when it is safe on disk. @throws PF_CONSENT_INVALID for an interval that is empty or longer than three years. */
  give(consent: NewConsent, at: number): LedgerLine
  withdraw(withdrawal: Withdrawal, at: number): LedgerLine
}
