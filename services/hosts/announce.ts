import type { Redis } from 'ioredis'
import type { Logger } from '#services/telemetry/logger.ts'
import { signAnnouncement, type Announcement } from './announcement.ts'
import type { ControlKey } from './control-key.ts'
import { KEYS } from './keys.ts'

const AGAIN_EVERY_MS = 5_000

export interface Announcer {
  announce(next: Omit<Announcement, 'serial'>): void
  stop(): Promise<void>
}

/** The control host's word, put into Redis and put there again whenever it is gone or another: an emptied Redis heals by itself. */
export function startAnnouncing(redis: Redis, key: ControlKey, log: Logger): Announcer {
  let signed: string | undefined
  let underway: Promise<void> | undefined
  const put = async (): Promise<void> => {
    const mine = signed
    if (mine === undefined) return
    try {
      if ((await redis.get(KEYS.district)) !== mine) await redis.set(KEYS.district, mine)
    } catch (error) {
      log.warn({ cause: String(error) }, 'the district could not be announced: tried again')
    }
  }
  const look = () => void (underway ??= put().finally(() => (underway = undefined)))
  const timer = setInterval(look, AGAIN_EVERY_MS)
  return {
    announce(next) {
      signed = signAnnouncement({ ...next, serial: Date.now() }, key)
      look()
    },
    async stop() {
      clearInterval(timer)
      await underway
    },
  }
}
