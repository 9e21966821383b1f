import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '#services/clock/port.ts'
import { inTransaction, openAsWriter } from '#services/sqlite/one-writer-file.ts'
import type { AskedJob, SchedulingQueue } from '../port.ts'
import { jobOf, statusQueries, type JobRow } from './job-status.ts'
import { JOBS_MIGRATIONS } from './schema.ts'

const LEASE_MS = 120_000
const MOST_ATTEMPTS = 5
const FIRST_PAUSE_MS = 1000
/** Jobs that have ended stay to be looked at; asking for one that has gone does the work again, which changes nothing. */
const KEEP_ENDED = 20_000
const PRUNE_EVERY = 2_000

export interface QueueTiming {
  readonly leaseMs?: number
  readonly firstPauseMs?: number
  readonly realNow?: () => number
  /** Highest token that effects were kept with. */
  readonly tokenFloor?: number
}

/**
 * The queue in one SQLite file. Work is done at least once: a worker that dies or hangs loses its lease, the next one
 * gets a higher token, and the old token is refused from then on.
 */
export function openJobQueue(file: string, clock: Clock, timing: QueueTiming = {}): SchedulingQueue {
  const database = openAsWriter(file, JOBS_MIGRATIONS)
  const realNow = timing.realNow ?? Date.now
  const leaseMs = timing.leaseMs ?? LEASE_MS
  const firstPauseMs = timing.firstPauseMs ?? FIRST_PAUSE_MS
  // The file has one writer: whatever runs at its opening belonged to a process that is gone.
  database.exec("UPDATE job SET state = 'waiting', lease_until_real_ms = NULL WHERE state = 'running'")
  const statements = prepare(database)
  const queries = statusQueries(database)
  // Above real time in microseconds, so that tokens grow even over a file that was lost or exchanged for Redis.
  let lastToken = Math.max((statements.highestToken.get() as { token: number }).token, timing.tokenFloor ?? 0)
  const nextToken = () => (lastToken = Math.max(lastToken + 1, Math.trunc(realNow() * 1000)))
  let ended = 0

  const askOne = ({ kind, scope, period, inputRevision }: AskedJob) => {
    // A job that nobody has begun will see the newer input anyway: it is asked for once, with the higher revision.
    const known = statements.newest.get(kind, scope, period) as { job_id: number; state: string; input_revision: number } | undefined
    if (known !== undefined && known.input_revision >= inputRevision) return
    if (known?.state === 'waiting') statements.raise.run(inputRevision, known.job_id)
    else statements.insert.run(kind, scope, period, inputRevision, clock.now())
  }
  const prune = () => {
    ended += 1
    if (ended % PRUNE_EVERY === 0) statements.prune.run(KEEP_ENDED)
  }

  return {
    async ask(job) {
      inTransaction(database, () => askOne(job))
    },
    async askAll(jobs, cursor) {
      inTransaction(database, () => {
        for (const job of jobs) askOne(job)
        if (cursor !== undefined) statements.setCursor.run(cursor.name, cursor.seq)
      })
    },
    async cursor(name) {
      return (statements.getCursor.get(name) as { seq: number } | undefined)?.seq
    },
    async lastScheduled(kind, scope) {
      return (statements.getSchedule.get(kind, scope) as { last_period: number } | undefined)?.last_period
    },
    async askScheduled({ kind, scope, lastPeriod, nextDueAt }, jobs) {
      inTransaction(database, () => {
        for (const job of jobs) askOne(job)
        statements.setSchedule.run(kind, scope, lastPeriod, nextDueAt)
      })
    },
    async recordSkipped({ kind, scope, period, inputRevision }, reason) {
      statements.skip.run(kind, scope, period, inputRevision, clock.now(), clock.now(), reason)
    },
    async claim(kinds) {
      return inTransaction(database, () => {
        const now = realNow()
        statements.giveUp.run(now)
        const row = statements.oldest.get(now, JSON.stringify(kinds)) as { job_id: number } | undefined
        if (row === undefined) return undefined
        const claimed = statements.claim.get(nextToken(), clock.now(), now, now + leaseMs, row.job_id) as unknown as JobRow & { token: number }
        return { job: jobOf(claimed), token: claimed.token }
      })
    },
    async progress(jobId, token, share) {
      return statements.progress.run(share, realNow() + leaseMs, jobId, token).changes === 1
    },
    async complete(jobId, token) {
      prune()
      return statements.complete.run(clock.now(), realNow(), jobId, token).changes === 1
    },
    async fail(jobId, token, error, { retryable }) {
      prune()
      const row = statements.attempts.get(jobId, token) as { attempts: number } | undefined
      if (row === undefined) return false
      const again = retryable && row.attempts < MOST_ATTEMPTS
      const dueRealMs = realNow() + firstPauseMs * 2 ** (row.attempts - 1)
      statements.fail.run(again ? 'waiting' : 'failed', error, clock.now(), realNow(), dueRealMs, jobId, token)
      return true
    },
    notices: async () => [],
    kinds: queries.kinds,
    recent: queries.recent,
    async close() {
      database.close()
    },
  }
}

function prepare(database: DatabaseSync) {
  const running = "job_id = ? AND token = ? AND state = 'running'"
  return {
    newest: database.prepare('SELECT job_id, state, input_revision FROM job WHERE kind = ? AND scope = ? AND period = ? ORDER BY input_revision DESC LIMIT 1'),
    raise: database.prepare('UPDATE job SET input_revision = ? WHERE job_id = ?'),
    insert: database.prepare('INSERT INTO job (kind, scope, period, input_revision, created_at) VALUES (?, ?, ?, ?, ?)'),
    skip: database.prepare("INSERT OR IGNORE INTO job (kind, scope, period, input_revision, created_at, ended_at, error, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'failed')"),
    giveUp: database.prepare("UPDATE job SET state = 'waiting', lease_until_real_ms = NULL WHERE state = 'running' AND lease_until_real_ms < ?"),
    oldest: database.prepare("SELECT job_id FROM job WHERE state = 'waiting' AND due_real_ms <= ? AND kind IN (SELECT value FROM json_each(?)) ORDER BY period, job_id LIMIT 1"),
    claim: database.prepare("UPDATE job SET state = 'running', attempts = attempts + 1, token = ?, progress = 0, started_at = ?, started_real_ms = ?, lease_until_real_ms = ? WHERE job_id = ? RETURNING *"),
    highestToken: database.prepare('SELECT coalesce(max(token), 0) AS token FROM job'),
    progress: database.prepare(`UPDATE job SET progress = ?, lease_until_real_ms = ? WHERE ${running}`),
    complete: database.prepare(`UPDATE job SET state = 'done', progress = 1, error = NULL, ended_at = ?, duration_ms = ? - started_real_ms WHERE ${running}`),
    attempts: database.prepare(`SELECT attempts FROM job WHERE ${running}`),
    fail: database.prepare(`UPDATE job SET state = ?, error = ?, ended_at = ?, duration_ms = ? - started_real_ms, due_real_ms = ? WHERE ${running}`),
    prune: database.prepare("DELETE FROM job WHERE state IN ('done', 'failed') AND job_id <= (SELECT max(job_id) FROM job) - ?"),
    setCursor: database.prepare('INSERT INTO cursor (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq'),
    getCursor: database.prepare('SELECT seq FROM cursor WHERE name = ?'),
    setSchedule: database.prepare('INSERT INTO schedule (kind, scope, last_period, next_due_at) VALUES (?, ?, ?, ?) ON CONFLICT (kind, scope) DO UPDATE SET last_period = excluded.last_period, next_due_at = excluded.next_due_at'),
    getSchedule: database.prepare('SELECT last_period FROM schedule WHERE kind = ? AND scope = ?'),
  }
}
