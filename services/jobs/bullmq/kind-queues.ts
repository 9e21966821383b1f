import { createRedisBackend, Queue, Worker, type Job as BullJob, type RedisQueueBackend } from 'bullmq'
import type { Redis } from 'ioredis'
import type { JobKind } from '../port.ts'
import { PREFIX } from './scripts.ts'

/** Ended jobs that stay to be looked at, of each kind: BullMQ drops what is beyond. */
const KEEP_DONE = 2_000
const KEEP_FAILED = 1_000
const MOST_ATTEMPTS = 5
/** Events nobody of ours listens to; BullMQ's default keeps 10,000 a kind. */
const KEEP_EVENTS = 100

/** As an entry of the outbox holds it; numbers travel as text. */
export interface JobData {
  readonly kind: JobKind
  readonly scope: string
  readonly period: string
  readonly revision: string
  readonly subject: string
  readonly number: string
  readonly createdAt: string
}

export type HeldJob = BullJob<JobData>

export interface KindQueue {
  readonly queue: Queue<JobData>
  readonly worker: Worker<JobData, null>
  readonly backend: RedisQueueBackend
}

/** What the keys of a kind begin with. */
export const placeOf = (kind: JobKind): string => `${PREFIX}:${kind}:`

/** BullMQ's priorities are 1 to 2^21: ten-minute steps, going round every forty years (next in 2049). Lower comes first. */
const PRIORITY_STEP_MS = 600_000
const PRIORITIES = 2 ** 21
export function priorityOf(period: number): number {
  const step = Math.floor(period / PRIORITY_STEP_MS) % PRIORITIES
  return 1 + Math.min(step < 0 ? 0 : step, PRIORITIES - 1)
}

/**
 * One queue a kind. Jobs are fetched by hand: BullMQ's own loop and its blocking connection, which threads report dead
 * after a restart of Redis, do not run. All share one connection.
 */
export function openKindQueue(redis: Redis, kind: JobKind, leaseMs: number, onError: (error: Error) => void): KindQueue {
  const shared = { connection: redis, prefix: PREFIX, skipVersionCheck: true }
  const queue = new Queue<JobData>(kind, { ...shared, streams: { events: { maxLen: KEEP_EVENTS } } })
  // Any number of lost leases is tried again, as in the embedded queue; 1 ms: the check runs when we ask for it.
  const worker = new Worker<JobData, null>(kind, null, { ...shared, autorun: false, lockDuration: leaseMs, maxStalledCount: 2 ** 31, stalledInterval: 1 }, (name, options) => createRedisBackend(name, options))
  queue.on('error', onError)
  worker.on('error', onError)
  return { queue, worker, backend: worker.getBackend() }
}

/** What BullMQ is told with a job. */
export const bullJob = (id: string, data: JobData, firstPauseMs: number) => ({
  name: data.kind,
  data,
  opts: {
    jobId: id,
    priority: priorityOf(Number(data.period)),
    attempts: MOST_ATTEMPTS,
    backoff: { type: 'exponential', delay: firstPauseMs },
    removeOnComplete: { count: KEEP_DONE },
    removeOnFail: { count: KEEP_FAILED },
    stackTraceLimit: 0,
  },
})
