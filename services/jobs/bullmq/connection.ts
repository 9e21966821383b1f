import { Redis } from 'ioredis'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import type { QueueNotice } from '../port.ts'

/** A socket that says nothing for this long is taken for dead, half-open ones too. */
const SILENCE_MS = 10_000
const LONGEST_PAUSE_MS = 2_000

export interface RedisSettings {
  readonly url: string
  readonly silenceMs?: number
}

export interface RedisLink {
  readonly redis: Redis
  /** Runs a call of the queue; whatever the link does to it ends as PF_JOBS_UNAVAILABLE, never as a call that hangs. */
  call<Result>(work: () => Promise<Result>): Promise<Result>
  close(): void
}

/**
 * One connection that is tried again for ever. No command waits in it for Redis to come back or is sent twice: a claim
 * that ran late or twice would hold a job that nobody does.
 */
export function openRedis({ url, silenceMs = SILENCE_MS }: RedisSettings, log: Logger, onAway: (away: boolean) => void = () => {}): RedisLink {
  const redis = new Redis(url, {
    connectionName: 'penfeld-jobs',
    // 0, not BullMQ's null: with null, ioredis leaves a command that was under way when the socket closed unanswered for ever.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    socketTimeout: silenceMs,
    connectTimeout: silenceMs,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), LONGEST_PAUSE_MS),
    // A replica that was promoted or a server that goes down answers so; a new connection finds the right one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  })
  let away = false
  let closed = false
  let lastError = 'no connection yet'
  redis.on('error', (error: Error) => {
    lastError = error.message
  })
  redis.on('close', () => {
    if (away || closed) return
    away = true
    log.warn({ error: lastError }, 'Redis does not answer; tried again until it does')
    onAway(away)
  })
  redis.on('ready', () => {
    if (!away) return
    away = false
    log.warn({}, 'Redis answers again')
    onAway(away)
  })

  const unavailable = (detail: string, cause?: unknown) => new PenfeldError('PF_JOBS_UNAVAILABLE', detail, { where: shown(url), cause })
  return {
    redis,
    async call(work) {
      if (redis.status !== 'ready') await ready(redis).catch((cause: unknown) => { throw unavailable(`Redis is away: ${lastError}.`, cause) })
      try {
        return await within(3 * silenceMs, work())
      } catch (error) {
        if (error instanceof PenfeldError) throw error
        if (error instanceof Error && error.name === 'MaxRetriesPerRequestError') throw unavailable('The connection closed while a command was under way.', error)
        throw unavailable(`${error instanceof Error ? error.message : String(error)}.`, error)
      }
    },
    close() {
      closed = true
      redis.disconnect()
    },
  }
}

/** The last resort: what neither an answer nor a closed socket has ended by then. */
async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer in ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** How long a call waits for the connection before it fails: a restart of Redis passes unnoticed, a long absence does not hold anybody up. */
const PATIENCE_MS = 2_000

async function ready(redis: Redis): Promise<void> {
  if (redis.status === 'end') throw new Error('closed')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error('not ready')), PATIENCE_MS)
  const ended = () => reject(new Error('closed'))
  redis.once('ready', resolve)
  redis.once('end', ended)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    redis.off('ready', resolve)
    redis.off('end', ended)
  }
}

/** The address without user and password. */
export function shown(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

/** What a person has to know about this Redis; nothing when it keeps what it is given. */
export async function redisNotices(redis: Redis): Promise<QueueNotice[]> {
  const setting = async (name: string): Promise<string | undefined> => ((await redis.config('GET', name)) as string[])[1]
  try {
    const notices: QueueNotice[] = []
    if ((await setting('appendonly')) !== 'yes') notices.push('append-log-off')
    if ((await setting('maxmemory-policy')) !== 'noeviction') notices.push('eviction-on')
    return notices
  } catch (error) {
    // Hosted Redis refuses CONFIG; anything else that fails here is said by the calls that follow.
    if (!/unknown command|NOPERM|not allowed|disabled/i.test(error instanceof Error ? error.message : '')) throw error
    return ['settings-unreadable']
  }
}

/** The same for the one who watches the terminal. */
export const NOTICE_SENTENCES: Readonly<Record<QueueNotice, string>> = {
  'append-log-off': 'Redis keeps no append-only file (appendonly no): jobs that wait are lost when it restarts, and are asked for again. Set "appendonly yes" in redis.conf.',
  'eviction-on': 'Redis may drop jobs when its memory is full. Set "maxmemory-policy noeviction" in redis.conf.',
  'settings-unreadable': 'This Redis does not let its settings be read (CONFIG refused): whether it keeps jobs over a restart (appendonly yes, maxmemory-policy noeviction) cannot be checked.',
}
