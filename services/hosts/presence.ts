import type { Redis } from 'ioredis'
import type { Logger } from '#services/telemetry/logger.ts'
import { KEYS } from './keys.ts'

const EVERY_MS = 5_000
const GONE_AFTER_S = 15

/** A role of a host as the others see it. */
export interface HostPresence {
  readonly hostId: string
  readonly role: string
  readonly districtVersion: string
  readonly startedRealMs: number
  /** Heavy tasks it takes at once; 0 for other roles. */
  readonly threads: number
}

/** Says every few seconds that this role of this host is there; gone by itself when it dies. */
export function startPresence(redis: Redis, own: HostPresence, log: Logger): () => Promise<void> {
  const tell = () => redis.set(KEYS.host(own.hostId, own.role), JSON.stringify(own), 'EX', GONE_AFTER_S).catch((error: unknown) => log.warn({ cause: String(error) }, 'presence could not be told'))
  void tell()
  const timer = setInterval(() => void tell(), EVERY_MS)
  return async () => {
    clearInterval(timer)
    await redis.del(KEYS.host(own.hostId, own.role)).catch(() => 0)
  }
}

export async function hostsPresent(redis: Redis): Promise<HostPresence[]> {
  const names: string[] = []
  let cursor = '0'
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', KEYS.hosts, 'COUNT', 100)
    names.push(...found)
    cursor = next
  } while (cursor !== '0')
  if (names.length === 0) return []
  return (await redis.mget(names)).flatMap((text) => (text === null ? [] : [JSON.parse(text) as HostPresence])).sort((left, right) => (`${left.hostId} ${left.role}` < `${right.hostId} ${right.role}` ? -1 : 1))
}
