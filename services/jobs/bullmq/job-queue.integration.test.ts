import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { Redis } from 'ioredis'
import { silentLogger } from '#services/telemetry/logger.ts'
import { jobQueueContract } from '../contract.ts'
import { openBullQueue } from './job-queue.ts'
import { redisUnderTest, type RedisUnderTest } from './redis.testkit.ts'

let server: RedisUnderTest
let redis: Redis
let place: string
beforeAll(async () => {
  server = await redisUnderTest()
  redis = new Redis(server.url)
  place = mkdtempSync(join(tmpdir(), 'penfeld-bull-'))
})
beforeEach(async () => {
  await redis.flushall()
})
afterAll(async () => {
  redis.disconnect()
  await server.end()
  rmSync(place, { recursive: true })
})
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

describe('queue on Redis', () => {
  let files = 0
  jobQueueContract(async (clock) => {
    files += 1
    const mirrorFile = join(place, `asked-${files}.sqlite`)
    // Long enough for a busy machine, short enough to be waited for: here leases run out in real time.
    const open = () => openBullQueue({ url: server.url, mirrorFile, clock, log: silentLogger, leaseMs: 2_000, firstPauseMs: 200 })
    let current = open()
    return {
      queue: current,
      leaseMs: 2_000,
      pauseMs: 200,
      async reopen() {
        await current.close()
        current = open()
        return current
      },
      passRealTime: pause,
      end: () => current.close(),
    }
  })
})
