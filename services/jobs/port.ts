/** Work that is done once for each (kind, scope, period, input revision), however often it is asked for. */
export const JOB_KINDS = ['validate', 'roll-up', 'forecast', 'forecast-days', 'evaluate', 'evaluate-ahead', 'congest', 'activate', 'replay', 'publish', 'publish-energies'] as const
export type JobKind = (typeof JOB_KINDS)[number]
export type JobState = 'waiting' | 'running' | 'done' | 'failed'

export interface Job {
  readonly jobId: number
  readonly kind: JobKind
  /** What it is about: `network`, a point, `district`, a carrier. */
  readonly scope: string
  /** Start of the period it works on (UTC ms), e.g. the 10-minute step or the local day. */
  readonly period: number
  /** Sequence number of the measured journal it must have seen; a later one makes a new job. */
  readonly inputRevision: number
  readonly state: JobState
  readonly attempts: number
  readonly progress: number
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly error: string | null
}

/** What names a job. */
export type AskedJob = Pick<Job, 'kind' | 'scope' | 'period' | 'inputRevision'>

/** For the operator: one line a kind. */
export interface JobKindStatus {
  readonly kind: JobKind
  readonly waiting: number
  readonly running: number
  readonly failed: number
  readonly lastEndedAt: number | null
  readonly lastDurationMs: number | null
  readonly lastError: string | null
  readonly nextDueAt: number | null
}

/** What the operator has to know about the place where jobs are kept. */
export const QUEUE_NOTICES = ['append-log-off', 'eviction-on', 'settings-unreadable'] as const
export type QueueNotice = (typeof QUEUE_NOTICES)[number]

export interface JobStatusReader {
  /** Nothing where jobs are kept as they should be. */
  notices(): Promise<readonly QueueNotice[]>
  kinds(): Promise<readonly JobKindStatus[]>
  recent(limit: number): Promise<readonly Job[]>
  close(): Promise<void>
}

export interface JobQueue extends JobStatusReader {
  /** Asking again for the same (kind, scope, period, inputRevision) changes nothing; a higher revision asks again. */
  ask(job: AskedJob): Promise<void>
  /** Takes the oldest due job of one of the kinds. The token fences off a worker that was given up for dead: it grows with each claim. */
  claim(kinds: readonly JobKind[]): Promise<{ job: Job; token: number } | undefined>
  progress(jobId: number, token: number, share: number): Promise<boolean>
  /** False: the token is stale, the effect must not be kept. */
  complete(jobId: number, token: number): Promise<boolean>
  fail(jobId: number, token: number, error: string, options: { retryable: boolean }): Promise<boolean>
}

/** How far a schedule has come, and when it is due next (by the Clock). */
export interface SchedulePosition {
  readonly kind: JobKind
  readonly scope: string
  readonly lastPeriod: number
  readonly nextDueAt: number
}

/** What the one who asks needs beyond: jobs together with the position they were asked from, so that a crash loses neither. */
export interface SchedulingQueue extends JobQueue {
  /** Asks for jobs and moves a cursor, both or neither. */
  askAll(jobs: readonly AskedJob[], cursor?: { name: string; seq: number }): Promise<void>
  cursor(name: string): Promise<number | undefined>
  lastScheduled(kind: JobKind, scope: string): Promise<number | undefined>
  /** Asks for the jobs of a schedule and remembers how far it has come, both or neither. */
  askScheduled(schedule: SchedulePosition, jobs: readonly AskedJob[]): Promise<void>
  /** Writes down, as failed, work that will not be done, so that it is seen. */
  recordSkipped(job: AskedJob, reason: string): Promise<void>
}
