import { createHmac, timingSafeEqual } from 'node:crypto'
import { isSafeAddress } from '#models/district/check-flexibility.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { FlexibilitySettings } from '../settings.ts'
import type { Notice, NoticeChannel } from './port.ts'
import { BACKOFF_MS, postJson } from './post.ts'

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

const LARGEST_ANSWER = 16 * 1024

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
      const headers = { 'penfeld-timestamp': String(timestampS), 'penfeld-signature': `v1=${signature(secret, timestampS, body)}`, 'penfeld-message': `${notice.activationId}.${notice.kind}` }
      const acknowledged = saysYes(await postJson(webhook.url, headers, body, backoffMs))
      return { channel: 'webhook', sent: true, acknowledged, problem: null }
    },
  }
}

const bodyOf = ({ kind, contract, activationId, from, to, kw, answerBy, reason }: Notice) => ({
  kind, activationId, contractId: contract.id, buyer: contract.buyer, from: new Date(from).toISOString(), to: new Date(to).toISOString(), kw,
  answerBy: new Date(answerBy).toISOString(), safeState: contract.safeState, heartbeatS: contract.heartbeatS ?? null, reason,
})

function saysYes(answer: string): boolean {
  if (answer.length > LARGEST_ANSWER) return false
  try {
    return (JSON.parse(answer) as { acknowledged?: unknown } | null)?.acknowledged === true
  } catch {
    return false
  }
}
