import { silentLogger } from '#services/telemetry/logger.ts'
import { JOB_KINDS, type Job, type JobKind, type JobKindStatus, type JobState, type JobStatusReader } from '../port.ts'
import { openRedis, redisNotices, type RedisLink, type RedisSettings } from './connection.ts'
import { placeOf, type JobData } from './kind-queues.ts'
import { KEYS } from './scripts.ts'

/** Where BullMQ keeps the ids of each state of ours. */
const STATES = [['wait', 'waiting'], ['active', 'running'], ['completed', 'done'], ['failed', 'failed'], ['prioritized', 'waiting'], ['delayed', 'waiting']] as const
const FIELDS = ['data', 'pfRevision', 'pfStartedAt', 'pfEndedAt', 'pfError', 'ats', 'progress'] as const

const numberOrNull = (text: string | null | undefined): number | null => (text === null || text === undefined || text === '' ? null : Number(text))

/** The two questions of the operator, read from BullMQ's keys in a few round trips. */
export function statusOf({ redis, call }: RedisLink): Pick<JobStatusReader, 'notices' | 'kinds' | 'recent'> {
  return {
    notices: () => call(() => redisNotices(redis)),
    kinds: () => call(async () => {
      const pipeline = redis.pipeline().hgetall(KEYS.last).hgetall(KEYS.schedules).hvals(KEYS.outbox)
      for (const kind of JOB_KINDS) {
        const place = placeOf(kind)
        pipeline.llen(`${place}wait`).zcard(`${place}prioritized`).zcard(`${place}delayed`).llen(`${place}active`).zcard(`${place}failed`).zcard(`${place}completed`)
      }
      const [last, schedules, outbox, ...counts] = answersOf(await pipeline.exec()) as [Record<string, string>, Record<string, string>, string[], ...number[]]
      const handedOver = outbox.map((text) => (JSON.parse(text) as JobData).kind)
      return JOB_KINDS.flatMap((kind, i): JobKindStatus[] => {
        const [wait, prioritized, delayed, active, failed, done] = counts.slice(i * 6) as [number, number, number, number, number, number]
        const due = Object.entries(schedules).filter(([key]) => key.startsWith(`${kind} `)).map(([, position]) => Number(position.split(' ')[1]))
        const ended = last[kind] === undefined ? undefined : (JSON.parse(last[kind]) as { endedAt: string; durationMs: string; failure: string })
        const waiting = wait + prioritized + delayed + handedOver.filter((one) => one === kind).length
        if (waiting + active + failed + done === 0 && due.length === 0 && ended === undefined) return []
        return [{
          kind, waiting, running: active, failed,
          lastEndedAt: numberOrNull(ended?.endedAt),
          lastDurationMs: numberOrNull(ended?.durationMs),
          lastError: ended === undefined || ended.failure === '' ? null : ended.failure,
          nextDueAt: due.length === 0 ? null : Math.min(...due),
        }]
      }).sort((a, b) => (a.kind < b.kind ? -1 : 1))
    }),
    recent: (limit) => call(async () => {
      const lists = redis.pipeline()
      for (const kind of JOB_KINDS) {
        const place = placeOf(kind)
        lists.lrange(`${place}wait`, 0, limit - 1).lrange(`${place}active`, 0, limit - 1).zrevrange(`${place}completed`, 0, limit - 1).zrevrange(`${place}failed`, 0, limit - 1).zrevrange(`${place}prioritized`, 0, limit - 1).zrange(`${place}delayed`, 0, String(limit - 1))
      }
      const found = (answersOf(await lists.exec()) as string[][]).flatMap((ids, i) => ids.map((id) => ({ id, kind: JOB_KINDS[Math.floor(i / STATES.length)]!, state: STATES[i % STATES.length]![1] })))
      const rows = redis.pipeline().hvals(KEYS.outbox)
      for (const { id, kind } of found) rows.hmget(placeOf(kind) + id, ...FIELDS)
      const [outbox, ...hashes] = answersOf(await rows.exec()) as [string[], ...(string | null)[][]]
      // One that is just being handed over stands in both.
      const jobs = new Map(outbox.map((text) => jobOf('waiting', [text])).map((job) => [job.jobId, job]))
      found.forEach(({ state }, i) => {
        const [data] = hashes[i]!
        if (data !== null) jobs.set(Number((JSON.parse(data!) as JobData).number), jobOf(state, hashes[i]!))
      })
      const newest = (job: Job) => job.endedAt ?? job.startedAt ?? job.createdAt
      return [...jobs.values()].sort((a, b) => newest(b) - newest(a) || b.jobId - a.jobId).slice(0, limit)
    }),
  }
}

/** For the api: one connection of its own. */
export function openBullStatus(settings: RedisSettings): JobStatusReader {
  const link = openRedis(settings, silentLogger)
  return {
    ...statusOf(link),
    async close() {
      link.close()
    },
  }
}

function jobOf(state: JobState, [data, revision, startedAt, endedAt, error, attempts, progress]: readonly (string | null | undefined)[]): Job {
  const asked = JSON.parse(data!) as JobData
  return {
    jobId: Number(asked.number),
    kind: asked.kind as JobKind,
    scope: asked.scope,
    period: Number(asked.period),
    inputRevision: Number(revision ?? asked.revision),
    state,
    attempts: Number(attempts ?? 0),
    progress: state === 'done' ? 1 : Number(progress ?? 0),
    createdAt: Number(asked.createdAt),
    startedAt: numberOrNull(startedAt),
    endedAt: numberOrNull(endedAt),
    error: error === undefined || error === null || error === '' ? null : error,
  }
}

/** The answers of a pipeline; the first error of one is thrown. */
function answersOf(answers: [Error | null, unknown][] | null): unknown[] {
  return (answers ?? []).map(([error, answer]) => {
    if (error !== null) throw error
    return answer
  })
}
