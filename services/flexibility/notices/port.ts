import type { FlexibilityContract } from '#models/district/schema-flexibility.ts'

/** What a seller is told. `activation`: please reduce. `safe-state`: we have not heard of you, do as was agreed for that. `cancellation`: nothing is asked of you any more. */
export interface Notice {
  readonly kind: 'activation' | 'safe-state' | 'cancellation'
  readonly contract: FlexibilityContract
  readonly activationId: string
  readonly from: number
  readonly to: number
  readonly kw: number
  /** Answered by then, or it does not take place. */
  readonly answerBy: number
  /** Why the safe state or the cancellation, as in the history of the activation. */
  readonly reason: string | null
  readonly timeZone: string
}

/** What one channel came to. */
export interface NoticeOutcome {
  readonly channel: string
  readonly sent: boolean
  /** The answer of the other side took it on. */
  readonly acknowledged: boolean
  readonly problem: string | null
}

/** One way to reach a seller; says nothing where the contract does not name it. */
export interface NoticeChannel {
  send(notice: Notice, now: number): Promise<NoticeOutcome | undefined>
}

export interface Notices {
  /** Over every channel of the contract at once; a channel that fails is an outcome, never an exception. */
  send(notice: Notice, now: number): Promise<readonly NoticeOutcome[]>
  /** To the operator; never throws. */
  alert(subject: string, text: string): Promise<void>
}
