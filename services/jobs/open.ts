import { join } from 'node:path'
import type { Clock } from '#services/clock/port.ts'
import type { Environment } from '#services/config/environment.ts'
import { DATA_FILES } from '#services/config/role.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { NOTICE_SENTENCES, shown } from './bullmq/connection.ts'
import { openBullQueue } from './bullmq/job-queue.ts'
import { openBullStatus } from './bullmq/job-status.ts'
import { openJobQueue } from './embedded/job-queue.ts'
import { openJobStatus as openEmbeddedStatus } from './embedded/job-status.ts'
import type { JobStatusReader, QueueNotice, SchedulingQueue } from './port.ts'

export interface OpenedJobs {
  readonly queue: SchedulingQueue
  /** Where, for the person who watches the terminal. */
  readonly kept: string
}

/** The one place that opens a queue: on Redis where REDIS_URL is set, else in a file. Does not wait for Redis to be there. */
export function openJobs({ environment, clock, log, tokenFloor, notice }: {
  environment: Environment
  clock: Clock
  log: Logger
  /** Highest token that effects were kept with. */
  tokenFloor: number
  /** Told what a person has to know about this Redis, once for each new thing, and when it goes or comes back. */
  notice(message: string): void
}): OpenedJobs {
  const { redisUrl: url } = environment
  if (url === undefined) return { queue: openJobQueue(join(environment.dataFolder, DATA_FILES.jobs), clock, { tokenFloor }), kept: 'in a file' }
  let said: ReadonlySet<QueueNotice> = new Set()
  const queue = openBullQueue({
    url, clock, log, tokenFloor,
    mirrorFile: join(environment.dataFolder, DATA_FILES.asked),
    onNotices(notices) {
      for (const one of notices) if (!said.has(one)) notice(NOTICE_SENTENCES[one])
      said = new Set(notices)
    },
    onAway: (away) => notice(away ? `Redis at ${shown(url)} does not answer: jobs wait until it does.` : `Redis at ${shown(url)} answers again.`),
  })
  return { queue, kept: `on Redis at ${shown(url)}` }
}

/** What the api reads about jobs. */
export function openJobStatus(environment: Environment): JobStatusReader {
  const { redisUrl: url } = environment
  return url === undefined ? openEmbeddedStatus(join(environment.dataFolder, DATA_FILES.jobs)) : openBullStatus({ url })
}
