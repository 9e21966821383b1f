import type { Redis } from 'ioredis'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Environment } from '#services/config/environment.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { parseControlKey } from './control-key.ts'
import { followDistrict, keptDistrict, receiveDistrict, type ReceivedDistrict } from './receive.ts'
import { closeRedis, openRedis } from './redis.ts'
import { servedSources } from './requirements.ts'

const REDIS_PATIENCE_MS = 10_000
const INFLUX_PATIENCE_MS = 10_000

/** A host beside the control host: what it was given, and the following of newer versions. */
export interface BesideHost {
  readonly district: ReceivedDistrict
  /** Variables its roles run with: the document's folder and the clock that all hosts share. */
  readonly variables: Readonly<Record<string, string>>
  stop(): void
}

/**
 * Joins the control host through Redis and InfluxDB. Throws PF_HOST_UNREACHABLE while one of them does not answer; a host that was
 * started before goes on with the district it has while Redis is away, for its sources must not wait.
 */
export async function joinAsBeside(environment: Environment, log: Logger, say: (line: string) => void): Promise<BesideHost> {
  const { redisUrl, influxUrl, controlKey, dataFolder } = environment
  const key = parseControlKey(controlKey!)
  const redis = openRedis(redisUrl!, log)
  try {
    const district = await received(redis, () => keptDistrict(key, dataFolder), () => receiveDistrict(redis, key, dataFolder), say)
    await requireInflux(influxUrl!)
    const stopFollowing = followDistrict(redis, key, dataFolder, log)
    const { clock } = district.announcement
    return {
      district,
      variables: { PENFELD_DISTRICT: district.folder, PENFELD_CLOCK: clock.setting, PENFELD_CLOCK_STARTED: String(clock.startedRealMs) },
      stop() {
        stopFollowing()
        closeRedis(redis)
      },
    }
  } catch (error) {
    closeRedis(redis)
    throw error
  }
}

async function received(redis: Redis, kept: () => ReceivedDistrict | undefined, receive: () => Promise<ReceivedDistrict>, say: (line: string) => void): Promise<ReceivedDistrict> {
  const answered = await Promise.race([redis.ping().then(() => true, () => false), new Promise<false>((resolve) => setTimeout(resolve, REDIS_PATIENCE_MS, false))])
  if (answered) return receive()
  const before = kept()
  if (before === undefined) throw new PenfeldError('PF_HOST_UNREACHABLE', 'Redis does not answer, and this host has never been given a district.', { where: 'REDIS_URL' })
  say(`Redis does not answer: this host goes on with version ${before.announcement.version}, which it has.`)
  return before
}

async function requireInflux(url: string): Promise<void> {
  try {
    const { status } = await fetch(new URL('/ping', url), { signal: AbortSignal.timeout(INFLUX_PATIENCE_MS) })
    if (status >= 500) throw new Error(`status ${status}`)
  } catch (cause) {
    throw new PenfeldError('PF_HOST_UNREACHABLE', `InfluxDB does not answer: ${cause instanceof Error ? cause.message : String(cause)}.`, { where: 'INFLUX_URL', cause })
  }
}

/** Every id of PENFELD_SOURCES must be a source of the district. Throws PF_CONFIG_INVALID. */
export function checkServedSources({ district }: LoadedDistrict, variables: Readonly<Record<string, string | undefined>>): void {
  const known = new Set(district.sources.map(({ id }) => id))
  const unknown = [...(servedSources(variables) ?? [])].filter((id) => !known.has(id))
  if (unknown.length > 0) {
    throw new PenfeldError('PF_CONFIG_INVALID', `PENFELD_SOURCES names ${unknown.join(', ')}, which the district has not; it has ${[...known].join(', ')}.`, { where: 'PENFELD_SOURCES' })
  }
}
