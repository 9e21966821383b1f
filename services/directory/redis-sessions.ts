import type { ChainableCommander, Redis } from 'ioredis'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { KEYS } from '#services/hosts/keys.ts'
import { hashOf, newSecret } from './secrets.ts'
import { ABSOLUTE_LIMIT_MS, IDLE_LIMIT_MS, SEEN_STEP_MS, isOver, type SessionRecord, type SessionStore } from './sessions-port.ts'

/** A session may not outlive Redis' own memory of it: it is told the nearer of the two limits. */
const livesMs = ({ createdAt, seenAt }: SessionRecord, now: number): number => Math.max(1, Math.ceil(Math.min(seenAt + IDLE_LIMIT_MS, createdAt + ABSOLUTE_LIMIT_MS) - now))

/** Sessions in Redis, which forgets by itself what is over. While it is away nobody is signed in and nobody is let in. */
export function redisSessions(redis: Redis, realNow: () => number = Date.now): SessionStore {
  const asked = async <T>(answer: Promise<T>): Promise<T> => answer.catch((cause: unknown) => {
    throw new PenfeldError('PF_SESSIONS_UNAVAILABLE', 'Redis, where sessions are kept, did not answer.', { cause })
  })
  /** Several commands as one; one that fails fails them all. */
  const together = async (commands: ChainableCommander): Promise<void> => {
    const failed = (await asked(commands.exec()))?.find(([error]) => error !== null)
    if (failed !== undefined) await asked(Promise.reject(failed[0]))
  }
  const read = async (hash: string): Promise<SessionRecord | undefined> => {
    const text = await asked(redis.get(KEYS.session(hash)))
    if (text === null) return undefined
    const session = JSON.parse(text) as SessionRecord
    return isOver(session, realNow()) ? undefined : session
  }
  const write = async (hash: string, session: SessionRecord): Promise<void> => {
    const of = KEYS.sessionsOf(session.personId)
    await together(redis.multi().set(KEYS.session(hash), JSON.stringify(session), 'PX', livesMs(session, realNow())).sadd(of, hash).pexpire(of, ABSOLUTE_LIMIT_MS))
  }
  const drop = (hash: string, personId: number): Promise<void> => together(redis.multi().del(KEYS.session(hash)).srem(KEYS.sessionsOf(personId), hash))

  return {
    async begin(session) {
      const now = realNow()
      const [sessionId, csrfToken] = [newSecret(), newSecret()]
      await write(hashOf(sessionId), { ...session, csrfToken, createdAt: session.createdAt ?? now, seenAt: now })
      return { sessionId, csrfToken }
    },
    async find(sessionId, { quietly = false } = {}) {
      const hash = hashOf(sessionId)
      const session = await read(hash)
      // XX: a session that was revoked in between must not come back.
      if (session !== undefined && !quietly && realNow() - session.seenAt > SEEN_STEP_MS) {
        const seen = { ...session, seenAt: realNow() }
        await asked(redis.set(KEYS.session(hash), JSON.stringify(seen), 'PX', livesMs(seen, realNow()), 'XX'))
      }
      return session
    },
    async end(sessionId) {
      const hash = hashOf(sessionId)
      const session = await read(hash)
      if (session !== undefined) await drop(hash, session.personId)
    },
    async revoke(personId) {
      const of = KEYS.sessionsOf(personId)
      const hashes = await asked(redis.smembers(of))
      await asked(redis.del(of, ...hashes.map((hash) => KEYS.session(hash))))
    },
  }
}
