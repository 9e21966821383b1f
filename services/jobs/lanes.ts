import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { TaskError } from '#services/compute/pool.ts'
import type { EffectClaim, EffectLedger } from '#services/sqlite/effect-ledger.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import type { Job, JobKind, JobQueue } from './port.ts'

/** What a worker has of the jobs it was given, besides the jobs. */
export interface WorkContext {
  progress(share: number): void
  /** Asks, right before an effect outside the ledger's file, whether the jobs are still ours; throws PF_JOB_FENCED if not. */
  keep(): Promise<void>
  /** Writes the effect of some of the jobs in one transaction with the proof that they are still ours; throws PF_JOB_FENCED if not. */
  commit<Result>(jobs: readonly Job[], write: () => Result): Result | undefined
  claimsOf(jobs: readonly Job[]): readonly EffectClaim[]
}

/** What does the work of one kind. Several waiting jobs of the kind come together, so that a backlog is one pass. */
export interface Worker {
  readonly mostAtOnce: number
  /** Does the jobs; one whose effect it does not commit by itself is committed at the end without a writing. */
  run(jobs: readonly Job[], context: WorkContext): Promise<void>
  /** Asks for what stands on it: also where the effect was there already, because a crash may have come between. */
  followUp?(jobs: readonly Job[]): Promise<void>
}

export type Workers = Readonly<Partial<Record<JobKind, Worker>>>

export interface LaneParts {
  readonly queue: JobQueue
  readonly effects: EffectLedger
  readonly workers: Workers
  readonly log: Logger
  /** How often the leases of a running pass are renewed, also when it tells no progress. */
  readonly renewMs?: number
}

/** Several times in a lease of two minutes. A process that is frozen renews nothing. */
const RENEW_MS = 20_000

interface Claimed extends EffectClaim {
  readonly job: Job
}

/** Claims and does the oldest due work of the kinds; false if there was none. */
export async function runOnce(parts: LaneParts, kinds: readonly JobKind[]): Promise<boolean> {
  const { queue, effects, workers, log } = parts
  const claimed = await claimTogether(queue, workers, kinds)
  if (claimed.length === 0) return false
  const { kind } = claimed[0]!.job
  const worker = workers[kind]!
  const { pending, done, stale } = effects.begin(claimed)
  if (done.length > 0) log.info({ kind, jobs: done.length }, 'done before; only to be ended')
  await failAll(queue, stale, 'PF_JOB_FENCED: a newer worker holds it.', true)

  const ours = [...pending, ...done]
  const tell = async (told: number) => (await Promise.all(pending.map(({ job, token }) => queue.progress(job.jobId, token, told)))).every(Boolean)
  let share = 0
  const note = () => void tell(share).catch((error: unknown) => log.debug({ kind, error: String(error) }, 'progress was not noted'))
  const renewing = setInterval(note, parts.renewMs ?? RENEW_MS)
  const committed = new Set<number>()
  const claimsOf = (jobs: readonly Job[]) => pending.filter(({ job }) => jobs.some(({ jobId }) => jobId === job.jobId))
  const context: WorkContext = {
    progress(now) {
      share = now
      note()
    },
    async keep() {
      if (!(await tell(0.99))) throw new PenfeldError('PF_JOB_FENCED', `${kind}: another worker has taken over.`)
      effects.check(pending)
    },
    commit(jobs, write) {
      const claims = claimsOf(jobs)
      const result = effects.commit(claims, write)
      for (const { job } of claims) committed.add(job.jobId)
      return result
    },
    claimsOf,
  }
  try {
    if (pending.length > 0) {
      await worker.run(pending.map(({ job }) => job), context)
      const rest = pending.filter(({ job }) => !committed.has(job.jobId))
      if (rest.length > 0) effects.commit(rest, () => undefined)
    }
    await worker.followUp?.(ours.map(({ job }) => job))
  } catch (error) {
    const { message, retryable } = failureOf(error)
    log.warn({ kind, jobs: ours.length, error: message, retryable }, 'job failed')
    await failAll(queue, ours, message, retryable)
    return true
  } finally {
    clearInterval(renewing)
  }
  // What is not told here is claimed again and found done.
  for (const { job, token } of ours) await queue.complete(job.jobId, token)
  return true
}

/** The oldest job and more of its kind; a queue that fails after the first leaves it with what it has. */
async function claimTogether(queue: JobQueue, workers: Workers, kinds: readonly JobKind[]): Promise<Claimed[]> {
  const claimed: Claimed[] = []
  const take = (one: { job: Job; token: number }) => claimed.push({ ...one, kind: one.job.kind, scope: one.job.scope, period: one.job.period, inputRevision: one.job.inputRevision })
  const first = await queue.claim(kinds)
  if (first === undefined) return claimed
  take(first)
  while (claimed.length < workers[first.job.kind]!.mostAtOnce) {
    const more = await queue.claim([first.job.kind]).catch(() => undefined)
    if (more === undefined) break
    take(more)
  }
  return claimed
}

async function failAll(queue: JobQueue, claims: readonly Claimed[], message: string, retryable: boolean): Promise<void> {
  for (const { job, token } of claims) await queue.fail(job.jobId, token, message, { retryable })
}

function failureOf(error: unknown): { message: string; retryable: boolean } {
  if (error instanceof TaskError || error instanceof PenfeldError) return { message: error.message, retryable: error.retryable }
  return { message: `PF_INTERNAL: ${error instanceof Error ? error.message : String(error)}`, retryable: true }
}

/** Works through the kinds until stopped, pausing when there is nothing to do or the queue does not answer. */
export function startLane(parts: LaneParts, kinds: readonly JobKind[], pauseMs: number): { stop(): Promise<void> } {
  let stopping = false
  let wake = () => {}
  let failing = false
  const once = async (): Promise<boolean> => {
    try {
      const worked = await runOnce(parts, kinds)
      failing = false
      return worked
    } catch (error) {
      // Said once for each time the queue is away: the lane lives on.
      if (!failing && !stopping) parts.log.error({ kinds, error: error instanceof Error ? error.message : String(error) }, 'the queue of jobs failed; tried again')
      failing = true
      return false
    }
  }
  const loop = async () => {
    while (!stopping) {
      if (await once()) continue
      if (stopping) return
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
