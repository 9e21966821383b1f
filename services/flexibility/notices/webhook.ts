import { createHmac, timingSafeEqual } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { isSafeAddress } from '#models/district/check-flexibility.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { FlexibilitySettings } from '../settings.ts'
import type { Notice, NoticeChannel } from './port.ts'

const PATIENCE_MS = 10_000
/** Waits between tries: what is still away after them is tried again at the next pass. */
const BACKOFF_MS: readonly number[] = [1_000, 4_000, 16_000]
const LARGEST_ANSWER = 16 * 1024

/**
 * HMAC-SHA256 over `timestamp.body`, hex. The time is part of what is signed, so that an old message cannot be sent again: who
 * receives it refuses one that is more than a few minutes old.
 */
export const signature = (secret: string, timestampS: number, body: string): string => createHmac('sha256', secret).update(`${timestampS}.${body}`).digest('hex')

/** For receivers that are ours, and for tests. */
export function isSigned(secret: string, timestampS: number, body: string, signed: string): boolean {
  const [ours, theirs] = [Buffer.from(signature(secret, timestampS, body)), Buffer.from(signed)]
  return ours.length === theirs.length && timingSafeEqual(ours, theirs)
}

/** Answers 2xx are taken; one with `{"acknowledged": true}` also takes the activation on. */
export function webhookChannel(settings: Pick<FlexibilitySettings, 'secret'>, backoffMs = BACKOFF_MS): NoticeChannel {
  return {
    async send(notice, now) {
      const webhook = notice.contract.notices.webhook
      if (webhook === undefined) return undefined
      const secret = settings.secret(webhook.secret)
      if (secret === undefined) throw new PenfeldError('PF_NOTICE_FAILED', `${webhook.secret} is not set.`, { where: notice.contract.id })
      // Checked with the document already; looked at again because a message in the clear cannot be taken back.
      if (!isSafeAddress(webhook.url)) throw new PenfeldError('PF_NOTICE_FAILED', 'The address is neither https nor on this machine.', { where: notice.contract.id })
      const body = JSON.stringify(bodyOf(notice))
      const timestampS = Math.floor(now / 1000)
      const headers = { 'content-type': 'application/json', 'penfeld-timestamp': String(timestampS), 'penfeld-signature': `v1=${signature(secret, timestampS, body)}`, 'penfeld-message': `${notice.activationId}.${notice.kind}` }
      const acknowledged = await deliver(webhook.url, headers, body, backoffMs)
      return { channel: 'webhook', sent: true, acknowledged, problem: null }
    },
  }
}

const bodyOf = ({ kind, contract, activationId, from, to, kw, answerBy, reason }: Notice) => ({
  kind, activationId, contractId: contract.id, buyer: contract.buyer, from: new Date(from).toISOString(), to: new Date(to).toISOString(), kw,
  answerBy: new Date(answerBy).toISOString(), safeState: contract.safeState, heartbeatS: contract.heartbeatS ?? null, reason,
})

async function deliver(url: string, headers: Record<string, string>, body: string, backoffMs: readonly number[]): Promise<boolean> {
  for (let tried = 0; ; tried += 1) {
    const outcome = await once(url, headers, body)
    if ('acknowledged' in outcome) return outcome.acknowledged
    if (!outcome.retryable || tried >= backoffMs.length) throw new PenfeldError('PF_NOTICE_FAILED', outcome.problem)
    await pause(backoffMs[tried])
  }
}

async function once(url: string, headers: Record<string, string>, body: string): Promise<{ acknowledged: boolean } | { problem: string; retryable: boolean }> {
  try {
    // A redirect could lead to where the message must not go.
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
    const answer = await response.text()
    if (response.ok) return { acknowledged: saysYes(answer) }
    return { problem: `The receiver answered ${response.status}.`, retryable: response.status >= 500 || response.status === 429 || response.status === 408 }
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name
    return { problem: `The receiver does not answer (${cause}).`, retryable: true }
  }
}

function saysYes(answer: string): boolean {
  if (answer.length > LARGEST_ANSWER) return false
  try {
    return (JSON.parse(answer) as { acknowledged?: unknown } | null)?.acknowledged === true
  } catch {
    return false
  }
}
