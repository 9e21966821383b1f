import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { KEYS } from '#services/hosts/keys.ts'
import { buildApp } from '#services/api/app.ts'
import { ROUTES } from '#services/api/contract/routes.ts'
import { exampleDeps } from '#services/api/example-deps.ts'
import { closeRedis, openRedis } from '#services/hosts/redis.ts'
import { redisUnderTest, type RedisUnderTest } from '#services/jobs/bullmq/redis.testkit.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openDirectory } from './directory.ts'
import { redisSessions } from './redis-sessions.ts'
import { hashOf } from './secrets.ts'
import { sessionContract } from './sessions-contract.ts'
import { IDLE_LIMIT_MS } from './sessions-port.ts'

let server: RedisUnderTest
let redis: Redis
let now: number
let people = 0
beforeAll(async () => {
  server = await redisUnderTest()
  redis = openRedis(server.url, silentLogger)
})
afterAll(async () => {
  if (redis !== undefined) closeRedis(redis)
  await server?.end()
})
beforeEach(() => { now = Date.now() })
const open = () => ({ store: redisSessions(redis, () => now), person: () => ++people, move: (ms: number) => { now += ms }, now: () => now })

describe('sessions in Redis', () => sessionContract(open))

test('two service hosts share them, Redis forgets them by itself, and holds no id that opens a door', async () => {
  const { store, person } = open()
  const personId = person()
  const { sessionId } = await store.begin({ personId, authenticatedAt: now })
  expect(await redisSessions(redis, () => now).find(sessionId)).toBeDefined()
  const [kept, ofPerson] = [KEYS.session(hashOf(sessionId)), KEYS.sessionsOf(personId)]
  const left = await redis.pttl(kept)
  expect(left).toBeGreaterThan(IDLE_LIMIT_MS - 60_000)
  expect(left).toBeLessThanOrEqual(IDLE_LIMIT_MS)
  expect(await redis.pttl(ofPerson)).toBeGreaterThan(0)
  for (const text of [...(await redis.keys('penfeld:*')), (await redis.get(kept))!, ...(await redis.smembers(ofPerson))]) expect(text).not.toContain(sessionId)
})

test('the service with sessions in Redis lets in, goes on under a new id, and shuts out at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-redis-sessions-'))
  const directory = openDirectory(join(folder, 'directory.sqlite'), Date.now, redisSessions(redis))
  const example = exampleDeps({ directory })
  const app = await buildApp(example.deps)
  try {
    const [boss, visitor] = ['boss', 'visitor'].map((subject) => directory.enrol({ issuer: 'i', subject, name: subject, roles: ['resident'], holders: [] })) as [number, number]
    const { sessionId, csrfToken } = await directory.sessions.begin({ personId: visitor, authenticatedAt: Date.now() })
    const { code } = directory.codes.make({ kind: 'letter', holder: 'holder-a', deliveryPoint: 'dp-a', parentLink: null, from: 0, linkEndsAt: Infinity, madeBy: boss })
    const redeemed = await app.inject({ method: 'POST', url: ROUTES.session.code, headers: { cookie: `sid=${sessionId}`, 'x-csrf-token': csrfToken }, payload: { code } })
    const renewed = redeemed.cookies.find(({ name }) => name === 'sid')!.value
    const status = async (sid: string) => (await app.inject({ url: ROUTES.merchant.deliveryPoints, headers: { cookie: `sid=${sid}` } })).statusCode
    expect([redeemed.statusCode, await status(sessionId), await status(renewed)]).toEqual([200, 401, 200])
    await directory.sessions.revoke(visitor)
    expect(await status(renewed)).toBe(401)
  } finally {
    await app.close()
    example.dispose()
    directory.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('while Redis is away the answer is that it is away, not that nobody is signed in', async () => {
  const lost = openRedis('redis://127.0.0.1:1', silentLogger)
  try {
    lost.options.commandTimeout = 200
    const sessions = redisSessions(lost)
    await expect(sessions.find('x')).rejects.toThrow(/PF_SESSIONS_UNAVAILABLE/)
  } finally {
    closeRedis(lost)
  }
})
