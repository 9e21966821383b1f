import { Redis } from 'ioredis'
import type { Logger } from '#services/telemetry/logger.ts'

const LONGEST_PAUSE_MS = 2_000
/** A command is given up after this: whoever asked tries again in its own time. */
const COMMAND_PATIENCE_MS = 10_000

/** A connection that comes back by itself for as long as the process lives. Commands fail while it is away, and never hang. */
export function openRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    commandTimeout: COMMAND_PATIENCE_MS,
    retryStrategy: (attempt) => Math.min(100 * attempt, LONGEST_PAUSE_MS),
    connectionName: 'penfeld',
  })
  // Without a listener an error of the connection would end the process.
  redis.on('error', (error: Error) => log.warn({ cause: error.message }, 'Redis'))
  return redis
}

/** Closes without waiting for a server that is away. */
export const closeRedis = (redis: Redis): void => redis.disconnect()
