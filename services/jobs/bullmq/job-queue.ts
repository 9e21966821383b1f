import { randomUUID } from 'node:crypto'
import { ErrorCode, UnrecoverableError } from 'bullmq'
import type { Clock } from '#services/clock/port.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { JOB_KINDS, type AskedJob, type Job, type JobKind, type QueueNotice, type SchedulingQueue } from '../port.ts'
import { openAskedMirror, type Asking } from './asked-mirror.ts'
import { openRedis, redisNotices, type RedisSettings } from './connection.ts'
import { bullJob, openKindQueue, placeOf, type HeldJob, type JobData, type KindQueue } from './kind-queues.ts'
import { statusOf } from './job-status.ts'
import { defineScripts, KEYS } from './scripts.ts'

const LEASE_MS = 120_000
const FIRST_PAUSE_MS = 1000
/** Pieces of work whose highest revision Redis remembers; asking for an older one again does it again, which changes nothing. */
const KEEP_KNOWN = 20_000
/** Jobs told in one script: Redis serves nobody else meanwhile. */
const TOLD_AT_ONCE = 500
const MOST_TELLINGS = 3

export interface BullQueueOptions extends RedisSettings {
  /** asked.sqlite of this process. */
  readonly mirrorFile: string
  readonly clock: Clock
  readonly log: Logger
  readonly leaseMs?: number
  readonly firstPauseMs?: number
  /** Highest token that effects were kept with. */
  readonly tokenFloor?: number
  /** What a person has to know about this Redis, each time it has been looked at (at the start and after each return). */
  onNotices?(notices: readonly QueueNotice[]): void
  /** Redis does not answer, or answers again. */
  onAway?(away: boolean): void
}

interface Held {
  readonly job: HeldJob
  readonly lock: string
  readonly asked: AskedJob
  readonly begunRealMs: number
}

/**
 * The queue on Redis. BullMQ keeps the jobs, their order, locks, pauses and retention; scripts of ours beside it keep
 * what it does not promise: jobs together with the position they were asked from, one job for a piece of work with the
 * highest revision, and a token that grows. What was asked for and has not ended stands in a file too: a Redis that was
 * emptied, or came back older than it was, is told again.
 */
export function openBullQueue(options: BullQueueOptions): SchedulingQueue {
  const { clock, log, leaseMs = LEASE_MS, firstPauseMs = FIRST_PAUSE_MS, tokenFloor = 0 } = options
  const link = openRedis(options, log, options.onAway)
  const { redis } = link
  const script = defineScripts(redis)
  const mirror = openAskedMirror(options.mirrorFile)
  const held = new Map<number, Held>()
  const queues = new Map<JobKind, KindQueue>()
  let highestToken = tokenFloor
  // True at the start and after a failed asking: what Redis knows is not known.
  let unsure = true

  redis.on('ready', () => {
    redisNotices(redis).then((notices) => options.onNotices?.(notices), (error: unknown) => log.warn({ error: String(error) }, 'settings of Redis could not be looked at'))
  })

  const queueOf = (kind: JobKind): KindQueue => {
    const known = queues.get(kind)
    if (known !== undefined) return known
    const opened = openKindQueue(redis, kind, leaseMs, (error) => log.debug({ kind, error: error.message }, 'BullMQ'))
    queues.set(kind, opened)
    // One that failed while it was set up would fail for ever: the next call makes another.
    opened.worker.waitUntilReady().catch(() => queues.delete(kind))
    opened.queue.waitUntilReady().catch(() => queues.delete(kind))
    return opened
  }

  const tell = (acknowledged: number, jobs: readonly AskedJob[], moves: readonly (readonly [string, string, string])[]) =>
    script('penfeldAsk', mirror.asker, acknowledged, String(clock.now()), KEEP_KNOWN, JSON.stringify(moves), JSON.stringify(jobs.map(scriptJob))) as Promise<number>

  /** Tells everything that has not ended, and the positions, which only go forward by it. */
  const tellAgain = async () => {
    const jobs = mirror.open()
    const moves = [...mirror.cursors().map(cursorMove), ...mirror.schedules().map(scheduleMove)]
    for (let from = 0; from < jobs.length; from += TOLD_AT_ONCE) await tell(-1, jobs.slice(from, from + TOLD_AT_ONCE), [])
    await tell(-1, [], moves)
    mirror.acknowledge((await script('penfeldReconcile', mirror.asker, mirror.acknowledged)) as number)
    unsure = false
    if (jobs.length > 0) log.info({ jobs: jobs.length }, 'Redis was told again what has not ended')
  }

  /** Runs a script that answers -1 where Redis has forgotten; it is told again first then. */
  const remembered = async <Answer>(ask: () => Promise<Answer | number>): Promise<Answer> => {
    if (unsure) await tellAgain()
    for (let tries = 0; tries < MOST_TELLINGS; tries += 1) {
      const answer = await ask()
      if (answer !== -1) return answer as Answer
      log.warn({}, 'Redis has forgotten jobs (emptied, or restarted without its last second): told again')
      await tellAgain()
    }
    throw new Error('Redis forgets faster than it can be told')
  }

  const ask = async (asking: Asking) => {
    const moves = [...(asking.cursor === undefined ? [] : [cursorMove(asking.cursor)]), ...(asking.schedule === undefined ? [] : [scheduleMove(asking.schedule)])]
    const jobs = asking.jobs.map(checked)
    await link.call(async () => {
      if (unsure) await tellAgain()
      mirror.note({ ...asking, jobs })
      try {
        mirror.acknowledge(await remembered(() => tell(mirror.acknowledged, jobs, moves)))
      } catch (error) {
        unsure = true
        throw error
      }
    })
  }

  const handOver = async () => {
    const waiting = Object.entries(await redis.hgetall(KEYS.outbox)).map(([id, text]) => ({ id, data: JSON.parse(text) as JobData }))
    for (const [kind, entries] of Map.groupBy(waiting, ({ data }) => data.kind)) {
      for (let from = 0; from < entries.length; from += TOLD_AT_ONCE) {
        const some = entries.slice(from, from + TOLD_AT_ONCE)
        // Handing over twice changes nothing: BullMQ knows the id.
        await queueOf(kind).queue.addBulk(some.map(({ id, data }) => bullJob(id, data, firstPauseMs)))
        await redis.hdel(KEYS.outbox, ...some.map(({ id }) => id))
      }
    }
  }

  /** Kinds that have work, oldest period first. */
  const kindsWithWork = async (kinds: readonly JobKind[]): Promise<JobKind[]> => {
    const look = async () => (await script('penfeldLook', ...kinds.map(placeOf))) as [number, [string, number][]]
    const first = await look()
    let found = first[1]
    if (first[0] > 0) {
      await handOver()
      found = (await look())[1]
    }
    const scored = found.flatMap(([score, stalled], i) => (score === '' ? [] : [{ kind: kinds[i]!, stalled: stalled === 1, priority: score === '-inf' ? -1 : score === '+inf' ? Infinity : Math.floor(Number(score) / 2 ** 32) }]))
    for (const { kind, stalled } of scored) if (stalled) await queueOf(kind).backend.moveStalledJobsToWait()
    return scored.sort((a, b) => a.priority - b.priority).map(({ kind }) => kind)
  }

  const claimOf = async (kind: JobKind): Promise<{ job: Job; token: number } | undefined> => {
    const lock = randomUUID()
    const job = (await queueOf(kind).worker.getNextJob(lock, { block: false })) as HeldJob | undefined
    if (job === undefined) return undefined
    const now = clock.now()
    const begun = (await script('penfeldBegin', placeOf(kind), job.id!, lock, highestToken, String(now))) as [string, string] | null
    if (begun === null) return undefined
    const token = Number(begun[0])
    highestToken = Math.max(highestToken, token)
    const { number, scope, period, createdAt } = job.data
    const asked = { kind, scope, period: Number(period), inputRevision: Number(begun[1]) }
    held.set(token, { job, lock, asked, begunRealMs: Date.now() })
    return { token, job: { ...asked, jobId: Number(number), state: 'running', attempts: job.attemptsStarted, progress: 0, createdAt: Number(createdAt), startedAt: now, endedAt: null, error: null } }
  }

  const holding = (jobId: number, token: number): Held | undefined => {
    const one = held.get(token)
    return one !== undefined && Number(one.job.data.number) === jobId ? one : undefined
  }
  const end = async ({ job, asked, begunRealMs }: Held, failure: string) => {
    await script('penfeldEnded', placeOf(asked.kind), job.id!, asked.kind, job.data.subject, String(clock.now()), String(Date.now() - begunRealMs), failure)
  }

  const status = statusOf(link)
  return {
    ask: (job) => ask({ jobs: [job] }),
    askAll: (jobs, cursor) => ask({ jobs, cursor }),
    askScheduled: (schedule, jobs) => ask({ jobs, schedule }),
    cursor: (name) => link.call(async () => {
      const text = await remembered<string>(() => script('penfeldCursor', mirror.asker, mirror.acknowledged, name) as Promise<string | number>)
      return text === '' ? undefined : Number(text)
    }),
    lastScheduled: (kind, scope) => link.call(async () => {
      const text = await remembered<string>(() => script('penfeldSchedule', mirror.asker, mirror.acknowledged, `${kind} ${scope}`) as Promise<string | number>)
      return text === '' ? undefined : Number(text.split(' ')[0])
    }),
    recordSkipped: (job, reason) => link.call(async () => {
      const { kind, scope, period, inputRevision } = checked(job)
      await script('penfeldSkip', placeOf(kind), kind, scope, String(period), String(inputRevision), subjectOf(job), String(clock.now()), Date.now(), reason)
    }),
    claim: (kinds) => link.call(async () => {
      for (const kind of await kindsWithWork(kinds)) {
        const claimed = await claimOf(kind)
        if (claimed !== undefined) return claimed
      }
      return undefined
    }),
    progress: (jobId, token, share) => link.call(async () => {
      const one = holding(jobId, token)
      if (one === undefined || (await one.job.extendLock(one.lock, leaseMs)) !== 1) return false
      await one.job.updateProgress(share)
      return true
    }),
    complete: (jobId, token) => link.call(async () => {
      const one = holding(jobId, token)
      if (one === undefined) return false
      held.delete(token)
      if (!(await stillHeld(() => one.job.moveToCompleted(null, one.lock, false)))) return false
      mirror.ended(one.asked)
      await end(one, '')
      return true
    }),
    fail: (jobId, token, error, { retryable }) => link.call(async () => {
      const one = holding(jobId, token)
      if (one === undefined) return false
      held.delete(token)
      if (!(await stillHeld(() => one.job.moveToFailed(retryable ? new Error(error) : new UnrecoverableError(error), one.lock, false)))) return false
      // BullMQ notes the end of a job only where it is not tried again.
      if (one.job.finishedOn !== undefined) mirror.ended(one.asked)
      await end(one, error)
      return true
    }),
    notices: status.notices,
    kinds: status.kinds,
    recent: status.recent,
    async close() {
      link.close()
      mirror.close()
    },
  }
}

/** False where the lock is gone, another's, or the job itself is gone. */
async function stillHeld(move: () => Promise<unknown>): Promise<boolean> {
  try {
    await move()
    return true
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === ErrorCode.JobNotExist || code === ErrorCode.JobLockNotExist || code === ErrorCode.JobLockMismatch || code === ErrorCode.JobNotInState) return false
    throw error
  }
}

/** BullMQ takes no colon in an id. */
const subjectOf = ({ kind, scope, period }: Pick<Job, 'kind' | 'scope' | 'period'>): string => `${kind}|${encodeURIComponent(scope)}|${period}`
const scriptJob = (job: AskedJob): string[] => [job.kind, job.scope, String(job.period), String(job.inputRevision), subjectOf(job), placeOf(job.kind)]
const cursorMove = ({ name, seq }: { name: string; seq: number }) => ['cursor', name, String(seq)] as const
const scheduleMove = ({ kind, scope, lastPeriod, nextDueAt }: { kind: string; scope: string; lastPeriod: number; nextDueAt: number }) => ['schedule', `${kind} ${scope}`, `${lastPeriod} ${nextDueAt}`] as const

function checked(job: AskedJob): AskedJob {
  if (!JOB_KINDS.includes(job.kind)) throw new TypeError(`No kind of job: ${String(job.kind)}`)
  return job
}
