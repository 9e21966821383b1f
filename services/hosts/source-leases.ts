import type { Redis } from 'ioredis'
import type { Logger } from '#services/telemetry/logger.ts'
import { KEYS } from './keys.ts'

const LEASE_MS = 15_000
const RENEW_EVERY_MS = 4_000

/** Renews a lease that is ours, takes one that is free; the holder it leaves, if it is another. */
const TAKE = `
local holder = redis.call('GET', KEYS[1])
if holder == false or holder == ARGV[1] then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return ARGV[1] end
return holder`
const GIVE_BACK = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`

export interface SourceLeases {
  /** The host that serves a source; this one while nobody could be asked yet. */
  holderOf(sourceId: string): string
  stop(): Promise<void>
}

/**
 * One collector a source: a lease in Redis, renewed while the holder lives. A second host that names the same source stands by and
 * takes over when the first is gone. While Redis is away everything stays as it was last known: sources must not wait, and the store
 * knows a value that comes twice. Resolves when Redis was asked once for each source, or did not answer.
 */
export async function openSourceLeases(redis: Redis, hostId: string, sourceIds: readonly string[], log: Logger): Promise<SourceLeases> {
  const holders = new Map<string, string>()
  const ask = async (sourceId: string): Promise<void> => {
    try {
      holders.set(sourceId, String(await redis.eval(TAKE, 1, KEYS.source(sourceId), hostId, LEASE_MS)))
    } catch (error) {
      log.warn({ source: sourceId, cause: String(error) }, 'Redis could not be asked who serves a source')
    }
  }
  const askAll = () => Promise.all(sourceIds.map(ask))
  await askAll()
  const timer = setInterval(() => void askAll(), RENEW_EVERY_MS)
  return {
    holderOf: (sourceId) => holders.get(sourceId) ?? hostId,
    async stop() {
      clearInterval(timer)
      const mine = sourceIds.filter((sourceId) => holders.get(sourceId) === hostId)
      await Promise.all(mine.map((sourceId) => redis.eval(GIVE_BACK, 1, KEYS.source(sourceId), hostId).catch(() => 0)))
    },
  }
}
