import { randomUUID } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { COMPUTE_QUEUE, KEYS } from '#services/hosts/keys.ts'
import { hostsPresent } from '#services/hosts/presence.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { TaskError, type Pool, type TaskMap } from './pool.ts'

/** Inputs and results that nobody fetched are forgotten after this. */
export const TASK_KEPT_S = 3_600
const LOOK_FOR_HOSTS_MS = 5_000

/** Columns as they are in memory, maps and typed arrays included. Redis is trusted like a file of this machine. */
export const packTask = (value: unknown): Buffer => zstdCompressSync(serialize(value))
export const unpackTask = (bytes: Buffer): unknown => deserialize(zstdDecompressSync(bytes))

/** What stands in the queue; the columns lie beside it, for BullMQ keeps JSON only. */
export interface TaskTicket {
  readonly taskId: string
  readonly name: string
  readonly districtVersion: string
}

export type TaskOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string; readonly retryable: boolean }

interface Waiting {
  readonly onProgress: ((share: number) => void) | undefined
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/**
 * Gives heavy tasks to the compute hosts that are there and work with the same district, and to the threads of this machine while there is
 * none or all of them are busy. What a host computes comes back as columns; only this machine keeps them, so a task that is done
 * twice leaves one result.
 */
export function sharePool<Tasks extends TaskMap>(local: Pool<Tasks>, options: { redis: Redis; redisUrl: string; districtVersion: string; log: Logger }): Pool<Tasks> {
  const { redis, redisUrl, districtVersion, log } = options
  const connection = { url: redisUrl, maxRetriesPerRequest: null }
  const queue = new Queue<TaskTicket, TaskOutcome>(COMPUTE_QUEUE, { connection, defaultJobOptions: { removeOnComplete: 1_000, removeOnFail: 1_000 } })
  const events = new QueueEvents(COMPUTE_QUEUE, { connection })
  const waiting = new Map<string, Waiting>()
  let places = 0
  let stopped = false
  queue.on('error', (error) => log.warn({ cause: error.message }, 'queue of the compute hosts'))
  events.on('error', (error) => log.warn({ cause: error.message }, 'queue of the compute hosts'))

  const lost = (why: string) => new PenfeldError('PF_COMPUTE_THREAD_LOST', `A task given to a compute host came to nothing: ${why}.`)
  const take = (taskId: string): Waiting | undefined => {
    const task = waiting.get(taskId)
    waiting.delete(taskId)
    return task
  }
  events.on('progress', ({ jobId, data }) => { if (typeof data === 'number') waiting.get(jobId)?.onProgress?.(data) })
  events.on('failed', ({ jobId, failedReason }) => take(jobId)?.reject(lost(failedReason)))
  events.on('completed', ({ jobId, returnvalue }) => {
    const task = take(jobId)
    if (task === undefined) return
    const outcome = (typeof returnvalue === 'string' ? JSON.parse(returnvalue) : returnvalue) as TaskOutcome
    if (!outcome.ok) {
      task.reject(new TaskError(outcome.message, outcome.retryable))
      return
    }
    redis.getdelBuffer(KEYS.taskResult(jobId)).then(
      (bytes) => (bytes === null ? task.reject(lost('its result is gone')) : task.resolve(unpackTask(bytes) as never)),
      (error: unknown) => task.reject(lost(String(error))),
    )
  })
  const count = async () => {
    const hosts = await hostsPresent(redis)
    places = hosts.reduce((sum, host) => sum + (host.role === 'compute' && host.districtVersion === districtVersion ? host.threads : 0), 0)
    // Every host is gone with what it had: the callers try again, here.
    if (places > 0) return
    for (const taskId of waiting.keys()) {
      take(taskId)?.reject(lost('no compute host is left'))
      await queue.remove(taskId).catch(() => 0)
    }
  }
  const counting = setInterval(() => void count().catch((error: unknown) => { places = 0; log.warn({ cause: String(error) }, 'compute hosts cannot be counted') }), LOOK_FOR_HOSTS_MS)
  void count().catch(() => {})

  const runAway = async (name: string, input: unknown, onProgress: Waiting['onProgress']): Promise<never> => {
    const taskId = randomUUID()
    const answer = new Promise<never>((resolve, reject) => waiting.set(taskId, { onProgress, resolve, reject }))
    // Looked at below; a rejection before that must not count as unhandled.
    answer.catch(() => {})
    try {
      await redis.set(KEYS.taskInput(taskId), packTask(input), 'EX', TASK_KEPT_S)
      await queue.add(name, { taskId, name, districtVersion }, { jobId: taskId })
    } catch (error) {
      take(taskId)
      throw lost(String(error))
    }
    return answer
  }

  return {
    async run(name, input, onProgress) {
      if (stopped || waiting.size >= places) return local.run(name, input, onProgress)
      return runAway(name, input, onProgress)
    },
    async stop() {
      stopped = true
      clearInterval(counting)
      for (const taskId of waiting.keys()) take(taskId)?.reject(lost('the service is stopping'))
      await Promise.all([local.stop(), events.close(), queue.close()])
    },
  }
}
