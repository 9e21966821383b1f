import type { Activation } from './activation.ts'

/** What of a contract sets the times of an activation. */
export interface DueRules {
  readonly noticeH: number
  readonly heartbeatS?: number | undefined
}

export type Due =
  | { readonly what: 'notify' }
  | { readonly what: 'tell-safe-state' }
  | { readonly what: 'tell-cancellation' }
  | { readonly what: 'settle' }
  | { readonly what: 'change'; readonly kind: 'refused' | 'running' | 'done' | 'failed'; readonly reason: DueReason | null }
export type DueReason = 'not-decided' | 'not-notified' | 'not-acknowledged' | 'heartbeat-lost'

/** After the end: curves that are fetched once a day have arrived by then. */
export const SETTLE_AFTER_MS = 36 * 3_600_000

/** By then it is decided, told and acknowledged, or it does not take place. */
export const answerBy = ({ from }: Pick<Activation, 'from'>, { noticeH }: DueRules): number => from - noticeH * 3_600_000

/**
 * The next thing that the passing of time makes of an activation; undefined: nothing yet. Asked again after each, so that what was missed while the
 * service was down is made up for in order. Where the seller was not heard of as agreed it fails, and he is told of the safe state.
 */
export function dueOf(activation: Activation, rules: DueRules, now: number): Due | undefined {
  const { state, from, to, heardAt, wasNotified, safeStateTold, cancellationTold } = activation
  const isLate = now >= answerBy(activation, rules)
  const change = (kind: 'refused' | 'running' | 'done' | 'failed', reason: DueReason | null = null): Due => ({ what: 'change', kind, reason })
  switch (state) {
    case 'proposed': return isLate ? change('refused', 'not-decided') : undefined
    case 'approved': return isLate ? change('failed', 'not-notified') : { what: 'notify' }
    case 'notified': return isLate ? change('failed', 'not-acknowledged') : undefined
    case 'acknowledged': return now >= from ? change('running') : undefined
    case 'running': {
      const silentMs = Math.min(now, to) - Math.max(from, Number.isNaN(heardAt) ? from : heardAt)
      if (rules.heartbeatS !== undefined && silentMs > rules.heartbeatS * 1000) return change('failed', 'heartbeat-lost')
      return now >= to ? change('done') : undefined
    }
    case 'failed':
      // What was never asked of the seller needs no safe state, and is not settled either.
      if (wasNotified && !safeStateTold && now < to) return { what: 'tell-safe-state' }
      return wasNotified && now >= to + SETTLE_AFTER_MS ? { what: 'settle' } : undefined
    case 'done': return now >= to + SETTLE_AFTER_MS ? { what: 'settle' } : undefined
    // Who was never asked need not be told.
    case 'cancelled': return wasNotified && !cancellationTold && now < to ? { what: 'tell-cancellation' } : undefined
    case 'refused':
    case 'settled': return undefined
  }
}
