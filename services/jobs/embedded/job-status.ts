import type { DatabaseSync } from 'node:sqlite'
import { openQuestions } from '#services/sqlite/one-writer-file.ts'
import type { Job, JobKind, JobKindStatus, JobState, JobStatusReader } from '../port.ts'
import { JOBS_MIGRATIONS } from './schema.ts'

export interface JobRow {
  job_id: number
  kind: string
  scope: string
  period: number
  input_revision: number
  state: string
  attempts: number
  progress: number
  created_at: number
  started_at: number | null
  ended_at: number | null
  error: string | null
}

export const jobOf = (row: JobRow): Job => ({
  jobId: row.job_id,
  kind: row.kind as JobKind,
  scope: row.scope,
  period: row.period,
  inputRevision: row.input_revision,
  state: row.state as JobState,
  attempts: row.attempts,
  progress: row.progress,
  createdAt: row.created_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  error: row.error,
})

interface KindRow {
  kind: JobKind
  waiting: number
  running: number
  failed: number
  last_ended_at: number | null
  last_duration_ms: number | null
  last_error: string | null
  next_due_at: number | null
}

const KINDS = `
  WITH kinds AS (SELECT DISTINCT kind FROM job UNION SELECT kind FROM schedule)
  SELECT kinds.kind,
    (SELECT count(*) FROM job WHERE job.kind = kinds.kind AND state = 'waiting') AS waiting,
    (SELECT count(*) FROM job WHERE job.kind = kinds.kind AND state = 'running') AS running,
    (SELECT count(*) FROM job WHERE job.kind = kinds.kind AND state = 'failed') AS failed,
    last.ended_at AS last_ended_at, last.duration_ms AS last_duration_ms, last.error AS last_error,
    (SELECT min(next_due_at) FROM schedule WHERE schedule.kind = kinds.kind) AS next_due_at
  FROM kinds LEFT JOIN job AS last ON last.job_id =
    (SELECT job_id FROM job WHERE job.kind = kinds.kind AND ended_at IS NOT NULL ORDER BY ended_at DESC, job_id DESC LIMIT 1)
  ORDER BY kinds.kind`

/** The two questions of the operator; the writer and every reader ask them the same way. */
export function statusQueries(database: DatabaseSync): Pick<JobStatusReader, 'kinds' | 'recent'> {
  const kinds = database.prepare(KINDS)
  const recent = database.prepare('SELECT * FROM job ORDER BY coalesce(ended_at, started_at, created_at) DESC, job_id DESC LIMIT ?')
  return {
    async kinds() {
      return (kinds.all() as unknown as KindRow[]).map((row): JobKindStatus => ({
        kind: row.kind,
        waiting: row.waiting,
        running: row.running,
        failed: row.failed,
        lastEndedAt: row.last_ended_at,
        lastDurationMs: row.last_duration_ms,
        lastError: row.last_error,
        nextDueAt: row.next_due_at,
      }))
    },
    async recent(limit) {
      return (recent.all(limit) as unknown as JobRow[]).map(jobOf)
    },
  }
}

/** For the api: answers with empty lists until work has made the file. */
export function openJobStatus(file: string): JobStatusReader {
  const awaited = openQuestions(file, JOBS_MIGRATIONS, statusQueries)
  return {
    notices: async () => [],
    async kinds() {
      return (await awaited.ready()?.kinds()) ?? []
    },
    async recent(limit) {
      return (await awaited.ready()?.recent(limit)) ?? []
    },
    async close() {
      awaited.close()
    },
  }
}
