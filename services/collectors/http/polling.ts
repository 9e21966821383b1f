import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { DriverContext } from '../port.ts'
import type { ReadingQueue } from '../reading-queue.ts'
import { ask, AskError, type Answer } from './ask.ts'
import { metersOf, readAnswer, type PolledMeter } from './meter-poll.ts'
import { LONG_WAIT_MS, Quota, retryAfterMs } from './quota.ts'
import { isVariableName, secretOf } from './secret.ts'
import { fillPath, type AskedWindow } from './template.ts'
import { TokenSource } from './token.ts'
import { Walked } from './walked.ts'
import { windowsFor } from './windows.ts'

const DEFAULT_TIME_ZONE = 'Europe/Paris'
const DAY_MS = 86_400_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15 * 60_000
const MOST_ETAGS = 1_000
const FAILURES_SHOWN = 3
/** While an allowance is waited for, it is looked at again so often: the clock may be set. */
const LOOK_AGAIN_MS = 10_000

/** The meters of one source, asked in turn; one that fails is left alone for a while and holds up no other. */
export class Polling {
  readonly #context: DriverContext
  readonly #queue: ReadingQueue
  readonly #stopping: AbortSignal
  readonly #meters: readonly PolledMeter[]
  readonly #walked: Walked
  readonly #quotas = new Map<string, Quota>()
  readonly #tokens = new Map<string, TokenSource>()
  readonly #etags = new Map<string, string>()
  readonly #timeZone: string
  readonly #options: Readonly<Record<string, unknown>>
  readonly #periodMs: number
  #waits: string | undefined
  #hasAnswered = false

  constructor(context: DriverContext, queue: ReadingQueue, stopping: AbortSignal) {
    this.#context = context
    this.#queue = queue
    this.#stopping = stopping
    this.#meters = metersOf(context)
    this.#options = context.source.options ?? {}
    this.#timeZone = String(this.#options['timeZone'] ?? DEFAULT_TIME_ZONE)
    this.#periodMs = Math.max(1_000, (context.source.periodS * 1_000) / context.clock.speed)
    mkdirSync(context.stateFolder, { recursive: true })
    this.#walked = new Walked(join(context.stateFolder, 'walked.json'))
  }

  async run(): Promise<void> {
    while (!this.#stopping.aborted) {
      await this.#round().catch((error: unknown) => {
        // The store or the disk, not the service: nothing was asked, the next round asks.
        this.#context.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a round of polls failed')
        this.#context.status('reconnecting', error instanceof Error ? error.message : String(error))
      })
      const nextMs = Math.min(...this.#meters.map(({ dueMs }) => dueMs), performance.now() + this.#periodMs)
      await this.#rest(Math.max(FIRST_PAUSE_MS / 2, nextMs - performance.now()))
    }
  }

  /** Asks each meter that is due; one that failed has its own pause, the others keep their period. */
  async #round(): Promise<void> {
    const newest = await this.#context.lastStoredAt()
    for (const meter of this.#meters) {
      if (this.#stopping.aborted) return
      const startedMs = performance.now()
      if (startedMs < meter.dueMs) continue
      try {
        await this.#poll(meter, newest)
        meter.failures = 0
        meter.lastFailure = undefined
        meter.dueMs = startedMs + this.#periodMs
      } catch (error) {
        if (this.#stopping.aborted) return
        this.#afterFailure(meter, error)
      }
    }
    const failing = this.#meters.filter(({ lastFailure }) => lastFailure !== undefined)
    const detail = failing.length === 0 ? undefined : failing.slice(0, FAILURES_SHOWN).map(({ id, lastFailure }) => `${id}: ${lastFailure}`).join('; ')
    this.#context.status(failing.length === this.#meters.length && failing.length > 0 ? 'reconnecting' : 'connected', detail)
  }

  #afterFailure(meter: PolledMeter, error: unknown): void {
    const { reason, message, status, retryAfter } = error instanceof AskError ? error : new AskError('failed', error instanceof Error ? error.message : String(error))
    if (!(error instanceof AskError)) this.#context.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a poll failed')
    // What the service refuses it will mostly refuse again: a consent that ended is not asked for every quarter of an hour.
    const isRefused = status !== undefined && status >= 400 && status < 500
    const longest = Math.min(isRefused ? Math.max(LONGEST_PAUSE_MS, this.#periodMs) : LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(30, meter.failures++))
    // Half of the pause is chance, so that many who failed together do not come back together.
    meter.dueMs = performance.now() + longest / 2 + (Math.random() * longest) / 2
    meter.lastFailure = message
    if (status === 429 || status === 503) this.#quotaOf(meter).blockUntil(Date.now() + (retryAfterMs(retryAfter, Date.now()) ?? longest))
    if (reason !== 'unreachable' && reason !== 'too-slow') this.#context.log.warn({ meter: meter.id, reason, status }, 'a request was refused')
  }

  async #poll(meter: PolledMeter, newest: Float64Array): Promise<void> {
    const { request } = meter.service
    if (request.window === undefined) return await this.#askAndTake(meter, undefined)
    // Of several channels the one that is furthest behind decides; one that never had a value does not.
    const stored = meter.indexes.map((index) => newest[index]).filter((at) => !Number.isNaN(at))
    const newestAt = stored.length === 0 ? NaN : Math.min(...stored)
    const now = this.#context.clock.now()
    for (const window of windowsFor(request.window, newestAt, this.#walked.to(meter.id), now, this.#timeZone)) {
      if (this.#stopping.aborted) return
      await this.#askAndTake(meter, window)
      // A long past takes many requests: the source answers, although the round has not ended.
      if (!this.#hasAnswered) this.#context.status('connected', 'brings the past')
      this.#hasAnswered = true
      this.#walked.set(meter.id, Math.min(window.to, now))
    }
  }

  async #askAndTake(meter: PolledMeter, window: AskedWindow | undefined): Promise<void> {
    const { request } = meter.service
    const url = new URL(this.#context.source.url.replace(/\/$/, '') + fillPath(request, meter.address, window, this.#options, this.#timeZone)).href
    let answer: Answer
    try {
      answer = await this.#ask(meter, url)
    } catch (error) {
      if (error instanceof AskError && error.status !== undefined && request.emptyStatus?.includes(error.status)) return
      throw error
    }
    if (answer.status === 304) return
    const until = this.#context.clock.now() + (request.window?.aheadDays ?? 0) * DAY_MS
    const { channels, faults } = readAnswer(answer.text, meter, { timeZone: this.#timeZone, until })
    for (const [place, { at, values, quality }] of channels.entries()) {
      const before = meter.seen[place]
      for (let row = 0; row < at.length; row++) {
        if (Object.is(before.get(at[row]), values[row])) continue
        while (!this.#queue.push(meter.indexes[place], at[row], values[row], quality[row])) {
          if (this.#stopping.aborted) return
          await this.#queue.empty()
        }
      }
    }
    await this.#queue.empty()
    if (this.#stopping.aborted) return
    // Only what is safe counts as brought: what was not taken is asked for again.
    for (const [place, { at, values }] of channels.entries()) {
      meter.seen[place].clear()
      for (let row = 0; row < at.length; row++) meter.seen[place].set(at[row], values[row])
    }
    for (const [reason, count] of faults) this.#context.reject(reason, count, meter.id)
    if (faults.has('not-json')) throw new AskError('not-json', 'the answer is not JSON')
    if (answer.etag !== null && this.#etags.size < MOST_ETAGS) this.#etags.set(url, answer.etag)
  }

  /** One request with sign-in; a token that is no longer taken is renewed once. */
  async #ask(meter: PolledMeter, url: string): Promise<Answer> {
    const { auth, request } = meter.service
    const tokens = auth?.kind === 'client-credentials' ? this.#tokensOf(meter, auth) : undefined
    for (let isSecond = false; ; isSecond = true) {
      const token = await tokens?.token(this.#stopping)
      const etag = this.#etags.get(url)
      const headers = {
        accept: request.accept ?? (request.format === 'csv' ? 'text/csv' : 'application/json'),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(auth?.kind === 'key' ? { [auth.header]: `${auth.prefix ?? ''}${this.#secret('keyVariable')}` } : {}),
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
      }
      await this.#allowed(meter)
      try {
        return await ask(url, { headers, stopping: this.#stopping, timeoutMs: timeoutOf(this.#options) })
      } catch (error) {
        if (tokens === undefined || token === undefined || isSecond || !(error instanceof AskError) || error.status !== 401) throw error
        tokens.forget(token)
      }
    }
  }

  /** Waits for the service's allowance and uses one call of it. */
  async #allowed(meter: PolledMeter): Promise<void> {
    const quota = this.#quotaOf(meter)
    for (let waitMs = quota.waitMs(); waitMs > 0; waitMs = quota.waitMs()) {
      if (this.#stopping.aborted) throw new AskError('stopped', 'stopped')
      const until = new Date(Date.now() + waitMs).toISOString().slice(0, 16)
      if (waitMs > LONG_WAIT_MS && this.#waits !== until) this.#context.status('connected', `waits until ${(this.#waits = until)}Z for the allowance of the service`)
      await this.#rest(Math.min(waitMs, LOOK_AGAIN_MS))
    }
    quota.take()
  }

  /** One for each profile: it is the service's, whatever meter is asked for. */
  #quotaOf(meter: PolledMeter): Quota {
    const profile = this.#context.channels[meter.indexes[0]].device.profile
    let quota = this.#quotas.get(profile)
    if (quota === undefined) this.#quotas.set(profile, (quota = new Quota(meter.service.quota, join(this.#context.stateFolder, `quota-${profile}.json`))))
    return quota
  }

  #tokensOf(meter: PolledMeter, auth: Extract<NonNullable<PolledMeter['service']['auth']>, { kind: 'client-credentials' }>): TokenSource {
    const url = String(this.#options['tokenUrl'] ?? new URL(auth.tokenPath!, this.#context.source.url).href)
    const key = `${url} ${auth.scope ?? ''}`
    let tokens = this.#tokens.get(key)
    if (tokens === undefined) {
      tokens = new TokenSource({ url, credentials: () => ({ clientId: this.#secret('clientIdVariable'), clientSecret: this.#secret('clientSecretVariable') }), scope: auth.scope, secretIn: auth.secretIn ?? 'header' })
      this.#tokens.set(key, tokens)
    }
    return tokens
  }

  #secret(option: string): string {
    const variable = this.#options[option]
    const secret = isVariableName(variable) ? secretOf(variable) : undefined
    if (secret === undefined) throw new AskError('no-secret', `the variable that option ${option} names is empty`)
    return secret
  }

  async #rest(ms: number): Promise<void> {
    await pause(Math.max(0, ms), undefined, { signal: this.#stopping }).catch(() => {})
  }
}

const timeoutOf = (options: Readonly<Record<string, unknown>>): number | undefined => (typeof options['timeoutMs'] === 'number' && options['timeoutMs'] > 0 ? options['timeoutMs'] : undefined)
