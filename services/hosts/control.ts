import type { Environment } from '#services/config/environment.ts'
import type { LoadedDistrict } from '#services/config/district-folder.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { startAnnouncing } from './announce.ts'
import { openControlKey } from './control-key.ts'
import { closeRedis, openRedis } from './redis.ts'

/** The control host's side: says in Redis, signed, which district and which clock every host works with. */
export function announceFrom(environment: Environment, first: LoadedDistrict, log: Logger): { announce(next: LoadedDistrict): void; stop(): Promise<void> } {
  const redis = openRedis(environment.redisUrl!, log)
  const announcer = startAnnouncing(redis, openControlKey(environment.dataFolder), log)
  const announce = ({ version, written }: LoadedDistrict) =>
    announcer.announce({ version, document: written, clock: { setting: environment.clockSetting ?? '', startedRealMs: environment.clockStartedRealMs } })
  announce(first)
  return {
    announce,
    async stop() {
      await announcer.stop()
      closeRedis(redis)
    },
  }
}
