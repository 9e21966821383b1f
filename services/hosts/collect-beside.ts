import type { SourceCounters, SourceStatus } from '#services/collectors/status.ts'
import type { Environment } from '#services/config/environment.ts'
import { collectsWithOthers, storeFolder } from '#services/store/open.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { tellCollectStatus } from './collect-status.ts'
import { startPresence } from './presence.ts'
import { closeRedis, openRedis } from './redis.ts'
import { openSourceLeases } from './source-leases.ts'
import { tellTail } from './tell-tail.ts'

/** What a collector has to do with other hosts. */
export interface CollectBeside {
  /** The host that serves a source. */
  holderOf(sourceId: string): string
  tell(sources: readonly SourceStatus[], counters: readonly SourceCounters[]): void
  stop(): Promise<void>
}

/** Which host serves a source is agreed on in Redis; one machine alone serves them all and tells nobody. */
export async function collectBeside(environment: Environment, sourceIds: readonly string[], districtVersion: string, log: Logger): Promise<CollectBeside> {
  const { redisUrl, hostId, dataFolder } = environment
  if (redisUrl === undefined) return { holderOf: () => hostId, tell() {}, async stop() {} }
  const redis = openRedis(redisUrl, log)
  const endPresence = startPresence(redis, { hostId, role: 'collect', districtVersion, startedRealMs: Date.now(), threads: 0 }, log)
  const telling = collectsWithOthers(environment) ? tellTail({ redis, hostId, storeFolder: storeFolder(dataFolder, 'measured', 'influx'), stateFolder: dataFolder, log }) : undefined
  const leases = await openSourceLeases(redis, hostId, sourceIds, log)
  return {
    holderOf: (sourceId) => leases.holderOf(sourceId),
    tell: tellCollectStatus(redis, hostId, log),
    async stop() {
      await Promise.all([telling?.stop(), leases.stop(), endPresence()])
      closeRedis(redis)
    },
  }
}
