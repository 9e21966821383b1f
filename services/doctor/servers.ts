import type { Redis } from 'ioredis'
import type { ForwardingStatus } from '#services/store/influx/status.ts'
import { hostsPresent } from '#services/hosts/presence.ts'
import { fault, warning, well, type Check } from './check.ts'

const PATIENCE_MS = 5_000

/** Redis: there, with its log on, and refusing to forget jobs when it is full. */
export async function checkRedis(redis: Pick<Redis, 'ping' | 'config' | 'scan' | 'mget'>): Promise<Check[]> {
  await redis.ping()
  const checks: Check[] = [well('Redis', 'answers')]
  const setting = async (name: string): Promise<string | undefined> => {
    const answer = await redis.config('GET', name).catch(() => undefined) as readonly string[] | undefined
    return answer?.[1]
  }
  const log = await setting('appendonly')
  if (log === undefined) checks.push(warning('Log of Redis', 'the server does not say', 'Ask who runs it whether appendonly is on and maxmemory-policy is noeviction.'))
  else checks.push(log === 'yes' ? well('Log of Redis', 'on') : fault('Log of Redis', 'off: schedules and jobs are gone after its next restart', '`redis-cli config set appendonly yes`, and in its settings: infra/redis/redis.conf.'))
  const policy = await setting('maxmemory-policy')
  if (policy !== undefined) checks.push(policy === 'noeviction' ? well('Memory of Redis', 'noeviction') : fault('Memory of Redis', `${policy}: it forgets jobs when it is full`, '`redis-cli config set maxmemory-policy noeviction`.'))
  const hosts = await hostsPresent(redis as Redis)
  for (const { hostId, role, districtVersion } of hosts) checks.push(well(`Host ${hostId}`, `${role}, district ${districtVersion}`))
  return checks
}

export async function checkInflux(url: string): Promise<Check[]> {
  const answer = await fetch(new URL('/ping', url), { signal: AbortSignal.timeout(PATIENCE_MS) })
  const version = answer.headers.get('x-influxdb-version')
  return answer.ok ? [well('InfluxDB', version ?? 'answers')] : [fault('InfluxDB', `answers ${answer.status}`, 'docs/runbooks/store-away.md')]
}

/** How far the server has taken what lies in the journal of this machine. */
export function checkForwarding(store: string, status: ForwardingStatus | undefined): Check[] {
  if (status === undefined) return []
  const { state, lastError, backlogEntries, backlogBytes, lagMs, quarantined, refusedFull } = status
  const found = `${backlogEntries} entries wait (${(backlogBytes / 2 ** 20).toFixed(1)} MiB, the oldest for ${(lagMs / 1_000).toFixed(0)} s), ${quarantined} values refused${lastError === undefined ? '' : `; ${lastError}`}`
  const subject = `Forwarding of ${store}`
  if (state === 'denied' || refusedFull > 0) return [fault(subject, found, 'docs/runbooks/store-away.md')]
  return [state === 'away' || quarantined > 0 ? warning(subject, found, 'docs/runbooks/store-away.md') : well(subject, found)]
}

/** Whether the pages answer, and are ready. */
export async function checkPages(url: string): Promise<Check[]> {
  const ready = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => undefined)
  if (ready === undefined) return [warning('Pages', `nothing answers at ${url}`, 'Start the service.')]
  return [ready.ok ? well('Pages', 'ready') : fault('Pages', `not ready: ${(await ready.text()).slice(0, 300)}`, 'docs/runbooks/role-down.md')]
}
