import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { TaskError } from '#services/compute/pool.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import type { Job, JobKind, JobQueue } from './port.ts'

export interface Claimed {
  readonly job: Job
  readonly token: number
}

/** What does the work of one kind. Several waiting jobs of the kind come together, so that a backlog is one pass. */
export interface Worker {
  readonly mostAtOnce: number
  /**
   * Does the jobs. `keep` asks whether the tokens are still good right before an effect is written; false: another worker
   * has taken over, write nothing.
   */
  run(jobs: readonly Job[], context: { progress(share: number): void; keep(): Promise<boolean> }): Promise<void>
}

export type Workers = Readonly<Partial<Record<JobKind, Worker>>>

/** Claims and does the oldest due work of the kinds; false if there was none. */
export async function runOnce(queue: JobQueue, workers: Workers, kinds: readonly JobKind[], log: Logger): Promise<boolean> {
  const first = await queue.claim(kinds)
  if (first === undefined) return false
  const { kind } = first.job
  const worker = workers[kind]!
  const claimed: Claimed[] = [first]
  while (claimed.length < worker.mostAtOnce) {
    const more = await queue.claim([kind])
    if (more === undefined) break
    claimed.push(more)
  }
  const tell = async (share: number) => (await Promise.all(claimed.map(({ job, token }) => queue.progress(job.jobId, token, share)))).every(Boolean)
  try {
    await worker.run(claimed.map(({ job }) => job), { progress: (share) => void tell(share), keep: () => tell(0.99) })
    for (const { job, token } of claimed) await queue.complete(job.jobId, token)
  } catch (error) {
    const { message, retryable } = failureOf(error)
    log.warn({ kind, jobs: claimed.length, error: message, retryable }, 'job failed')
    for (const { job, token } of claimed) await queue.fail(job.jobId, token, message, { retryable })
  }
  return true
}

function failureOf(error: unknown): { message: string; retryable: boolean } {
  if (error instanceof TaskError || error instanceof PenfeldError) return { message: error.message, retryable: error.retryable }
  return { message: `PF_INTERNAL: ${error instanceof Error ? error.message : String(error)}`, retryable: true }
}

/** Works through the kinds until stopped, pausing when there is nothing to do. */
export function startLane(queue: JobQueue, workers: Workers, kinds: readonly JobKind[], pauseMs: number, log: Logger): { stop(): Promise<void> } {
  let stopping = false
  let wake = () => {}
  const loop = async () => {
    while (!stopping) {
      if (await runOnce(queue, workers, kinds, log)) continue
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, pauseMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      await promise
    }
  }
  const done = loop()
  return {
    async stop() {
      stopping = true
      wake()
      await done
    },
  }
}
