import { setTimeout as pause } from 'node:timers/promises'
import { PenfeldError } from '#models/errors/penfeld-error.ts'

const PATIENCE_MS = 10_000
/** Waits between tries: what is still away after them is tried again at the next pass. */
export const BACKOFF_MS: readonly number[] = [1_000, 4_000, 16_000]

/** Posts JSON until it is taken, at most once more than there are waits. @returns what was answered @throws PF_NOTICE_FAILED */
export async function postJson(url: string, headers: Readonly<Record<string, string>>, body: string, backoffMs: readonly number[]): Promise<string> {
  for (let tried = 0; ; tried += 1) {
    const outcome = await once(url, { ...headers, 'content-type': 'application/json' }, body)
    if ('answer' in outcome) return outcome.answer
    if (!outcome.retryable || tried >= backoffMs.length) throw new PenfeldError('PF_NOTICE_FAILED', outcome.problem)
    await pause(backoffMs[tried])
  }
}

async function once(url: string, headers: Record<string, string>, body: string): Promise<{ answer: string } | { problem: string; retryable: boolean }> {
  try {
    // A redirect could lead to where the message must not go.
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
    const answer = await response.text()
    if (response.ok) return { answer }
    return { problem: `The receiver answered ${response.status}.`, retryable: response.status >= 500 || response.status === 429 || response.status === 408 }
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name
    return { problem: `The receiver does not answer (${cause}).`, retryable: true }
  }
}
