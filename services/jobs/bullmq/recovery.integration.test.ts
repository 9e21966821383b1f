import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Redis } from 'ioredis'
import { OPCUACertificateManager } from 'node-opcua'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { effectLedger, EFFECT_TABLE } from '#services/sqlite/effect-ledger.ts'
import { openAsWriter } from '#services/sqlite/one-writer-file.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { freePort } from '../../../infra/fault/lab/children.ts'
import { startLane } from '../lanes.ts'
import { openJobs, openJobStatus } from '../open.ts'
import type { QueueNotice, SchedulingQueue } from '../port.ts'
import { openRedis } from './connection.ts'
import { openBullQueue } from './job-queue.ts'
import { openBullStatus } from './job-status.ts'
import { priorityOf } from './kind-queues.ts'
import { redisUnderTest, type RedisUnderTest } from './redis.testkit.ts'

const STEP = 600_000
const clock = manualClock(1_000_000)
const asked = (period = 0, inputRevision = 1) => ({ kind: 'evaluate' as const, scope: 'network', period, inputRevision })
const endings: (() => unknown)[] = []
let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'penfeld-recovery-'))
})
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
  rmSync(place, { recursive: true })
})

async function startServer(settings: Parameters<typeof redisUnderTest>[0] = {}): Promise<RedisUnderTest> {
  const server = await redisUnderTest(settings)
  endings.push(() => server.end())
  return server
}
function open(url: string, more: Partial<Parameters<typeof openBullQueue>[0]> = {}): SchedulingQueue {
  const queue = openBullQueue({ url, mirrorFile: join(place, 'asked.sqlite'), clock, log: silentLogger, leaseMs: 1_000, firstPauseMs: 100, silenceMs: 2_000, ...more })
  endings.push(() => queue.close())
  return queue
}
async function claimed(queue: SchedulingQueue): Promise<number[]> {
  const periods: number[] = []
  for (;;) {
    const one = await queue.claim(['evaluate'])
    if (one === undefined) return periods
    periods.push(one.job.period)
    await queue.complete(one.job.jobId, one.token)
  }
}
/** The answer of the first call that succeeds. */
async function eventually<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      if (tries === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

test('an emptied Redis is told again what has not ended, and from where: nothing that is done comes back', async () => {
  const server = await startServer()
  const queue = open(server.url)
  await queue.askAll([asked(0), asked(STEP), asked(2 * STEP)], { name: 'measured', seq: 12 })
  await queue.askScheduled({ kind: 'evaluate', scope: 'network', lastPeriod: 3 * STEP, nextDueAt: 5 * STEP }, [asked(3 * STEP)])
  const done = (await queue.claim(['evaluate']))!
  expect(await queue.complete(done.job.jobId, done.token)).toBe(true)
  const running = (await queue.claim(['evaluate']))!
  const redis = new Redis(server.url)
  endings.push(() => redis.disconnect())
  await redis.flushall()

  expect(await queue.complete(running.job.jobId, running.token)).toBe(false)
  expect(await queue.cursor('measured')).toBe(12)
  expect(await queue.lastScheduled('evaluate', 'network')).toBe(3 * STEP)
  const again = (await queue.claim(['evaluate']))!
  expect(again.job.period).toBe(STEP)
  expect(again.token).toBeGreaterThan(running.token)
  await queue.complete(again.job.jobId, again.token)
  expect(await claimed(queue)).toEqual([2 * STEP, 3 * STEP])
  expect(await queue.kinds()).toMatchObject([{ kind: 'evaluate', waiting: 0, running: 0, nextDueAt: 5 * STEP }])
  // Once more, with nothing open: only the positions come back.
  await redis.flushall()
  await queue.ask(asked(4 * STEP))
  expect(await queue.cursor('measured')).toBe(12)
  expect(await claimed(queue)).toEqual([4 * STEP])
})

test('one whose askings were forgotten sees it, whatever others have asked since', async () => {
  const server = await startServer()
  const queue = open(server.url)
  for (let period = 0; period < 5; period += 1) await queue.ask(asked(period * STEP))
  const other = open(server.url, { mirrorFile: join(place, 'other.sqlite') })
  const redis = new Redis(server.url)
  endings.push(() => redis.disconnect())
  await redis.flushall()
  for (let period = 10; period < 30; period += 1) await other.ask(asked(period * STEP))
  expect(await queue.cursor('measured')).toBeUndefined()
  expect((await claimed(queue)).length).toBe(25)
})

test('killed in the middle of everything, Redis is found again; calls fail retryably meanwhile and none hangs', async () => {
  const server = await startServer()
  const queue = open(server.url)
  await queue.ask(asked(0))
  const held = (await queue.claim(['evaluate']))!
  // Calls under way when the socket closes.
  const many = Promise.allSettled(Array.from({ length: 200 }, (_, i) => queue.ask(asked((i + 1) * STEP))))
  await server.server.kill()
  for (const outcome of await many) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'PF_JOBS_UNAVAILABLE', retryable: true })
  await expect(queue.claim(['evaluate'])).rejects.toMatchObject({ code: 'PF_JOBS_UNAVAILABLE' })
  await server.server.restart()
  await eventually(() => queue.ask(asked(STEP)))
  // The first job's lease ran out meanwhile or runs out now; all that was asked for comes, once.
  const periods = new Set<number>()
  await expect.poll(async () => {
    for (const period of await claimed(queue)) {
      expect(periods.has(period)).toBe(false)
      periods.add(period)
    }
    return periods.size
  }, { timeout: 20_000 }).toBe(201)
  expect(await queue.complete(held.job.jobId, held.token)).toBe(false)
})

test('a Redis that hangs without closing its socket is left, and found again when it goes on', async () => {
  const server = await startServer()
  const queue = open(server.url)
  await queue.ask(asked(0))
  server.server.signal('SIGSTOP')
  await expect(queue.claim(['evaluate'])).rejects.toMatchObject({ code: 'PF_JOBS_UNAVAILABLE' })
  server.server.signal('SIGCONT')
  // The claim may have reached Redis after all: then its lock runs out first.
  await expect.poll(() => eventually(() => claimed(queue)), { timeout: 10_000 }).toEqual([0])
})

test('a lane starts before Redis does, outlives its restart, and each effect is there once', async () => {
  const port = await freePort()
  const database = openAsWriter(join(place, 'effects.sqlite'), [`${EFFECT_TABLE}; CREATE TABLE result (period REAL) STRICT`])
  endings.push(() => database.close())
  const queue = open(`redis://127.0.0.1:${port}`)
  const insert = database.prepare('INSERT INTO result VALUES (?)')
  const rows = () => (database.prepare('SELECT period FROM result ORDER BY period').all() as { period: number }[]).map(({ period }) => period)
  const lane = startLane({
    queue, effects: effectLedger(database), log: silentLogger,
    workers: { evaluate: { mostAtOnce: 3, run: async (jobs, { commit }) => { for (const job of jobs) commit([job], () => insert.run(job.period)) } } },
  }, ['evaluate'], 50)
  endings.push(() => lane.stop())
  await expect(queue.ask(asked(0))).rejects.toMatchObject({ code: 'PF_JOBS_UNAVAILABLE' })
  const server = await startServer({ port })
  await eventually(() => queue.askAll([asked(0), asked(STEP)]))
  await expect.poll(rows, { timeout: 10_000 }).toEqual([0, STEP])
  await server.server.kill()
  await server.server.restart()
  const backMs = performance.now()
  await eventually(() => queue.askAll([asked(STEP), asked(2 * STEP)]))
  await expect.poll(rows, { timeout: 20_000 }).toEqual([0, STEP, 2 * STEP])
  expect(performance.now() - backMs).toBeLessThan(60_000)
})

test('what a person must know about this Redis is said: no log, memory policy, settings that may not be read', async () => {
  const noticesOf = async (settings: Parameters<typeof redisUnderTest>[0], url = (one: RedisUnderTest) => one.url) => {
    const server = await startServer(settings)
    const { promise, resolve } = Promise.withResolvers<readonly QueueNotice[]>()
    open(url(server), { mirrorFile: join(place, `${server.port}.sqlite`), onNotices: resolve })
    return promise
  }
  expect(await noticesOf({})).toEqual([])
  expect(await noticesOf({ appendonly: false, more: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] })).toEqual(['append-log-off', 'eviction-on'])
  expect(await noticesOf({ more: ['--rename-command', 'CONFIG', ''] })).toEqual(['settings-unreadable'])
  // As a managed Redis does it: a user who may do everything but that.
  expect(await noticesOf({ more: ['--user', 'penfeld', 'on', '>s3cret', '~*', '&*', '+@all', '-config'] }, ({ port }) => `redis://penfeld:s3cret@127.0.0.1:${port}`)).toEqual(['settings-unreadable'])
})

test('the password may stand in a file; a wrong one is an error that does not show it', async () => {
  const server = await startServer({ appendonly: false, more: ['--requirepass', 'open sesame'] })
  const notices: string[] = []
  writeFileSync(join(place, 'secret'), 'open sesame\n')
  const environment = readEnvironment({ PENFELD_DATA: place, REDIS_URL: server.url, REDIS_PASSWORD_FILE: join(place, 'secret') })
  const { queue, kept } = openJobs({ environment, clock, log: silentLogger, tokenFloor: 5e15, notice: (message) => { notices.push(message) } })
  endings.push(() => queue.close())
  expect(kept).toBe(`on Redis at ${server.url}`)
  await queue.ask(asked(0))
  expect((await queue.claim(['evaluate']))!.token).toBeGreaterThan(5e15)
  const status = openJobStatus(environment)
  endings.push(() => status.close())
  expect(await status.kinds()).toMatchObject([{ kind: 'evaluate', running: 1 }])
  expect(await status.recent(5)).toMatchObject([{ state: 'running' }])
  expect(await status.notices()).toEqual(['append-log-off'])
  // Said once, however often the connection comes back.
  await server.server.kill()
  await server.server.restart()
  await eventually(() => queue.kinds())
  await expect.poll(() => notices).toEqual([expect.stringContaining('appendonly no'), `Redis at ${server.url} does not answer: jobs wait until it does.`, `Redis at ${server.url} answers again.`])

  const wrong = openBullStatus({ url: server.url.replace('//', '//:sesame@') })
  endings.push(() => wrong.close())
  const error = await wrong.kinds().then(() => undefined, (reason: Error) => reason)
  expect(error!.message).toContain('PF_JOBS_UNAVAILABLE')
  expect(error!.message).toContain('WRONGPASS')
  expect(error!.message).not.toContain('sesame')
})

test('a command under way when the socket closes is answered with an error, not left', async () => {
  const server = await startServer()
  const link = openRedis({ url: server.url }, silentLogger)
  endings.push(() => link.close())
  await link.call(() => link.redis.ping())
  const underWay = expect(link.call(() => link.redis.blpop('nothing', 0))).rejects.toMatchObject({ code: 'PF_JOBS_UNAVAILABLE' })
  await server.server.kill()
  await underWay
})

test('rediss:// is spoken, and a certificate that nobody vouches for is refused', async () => {
  const certificates = new OPCUACertificateManager({ rootFolder: join(place, 'pki'), automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true })
  await certificates.initialize()
  const certificate = join(place, 'tls.pem')
  await certificates.createSelfSignedCertificate({ applicationUri: 'urn:penfeld:redis', subject: '/CN=127.0.0.1', dns: ['localhost'], ip: ['127.0.0.1'], startDate: new Date(Date.now() - 60_000), validity: 2, outputFile: certificate })
  const keys = join(place, 'pki/own/private')
  const key = join(keys, readdirSync(keys)[0]!)
  const port = await freePort()
  await startServer({ port, more: ['--port', '0', '--tls-port', String(port), '--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no', '--requirepass', 'sesame'] })
  const url = `rediss://:sesame@127.0.0.1:${port}`
  await expect(open(url).ask(asked(0))).rejects.toThrow(/self-signed|certificate/)
  const known = getCACertificates('default')
  setDefaultCACertificates([...known, readFileSync(certificate, 'utf8')])
  endings.push(() => setDefaultCACertificates(known))
  const queue = open(url, { mirrorFile: join(place, 'tls.sqlite') })
  await queue.ask(asked(0))
  expect(await claimed(queue)).toEqual([0])
})

test('priorities follow the period', () => {
  const periods = [0, STEP, Date.UTC(2009, 0), Date.UTC(2026, 10, 28), Date.UTC(2026, 10, 28) + STEP, Date.UTC(2049, 0)]
  expect(periods.slice(0, 3).map(priorityOf)).toEqual([1, 2, expect.any(Number)])
  expect(priorityOf(periods[4]!)).toBe(priorityOf(periods[3]!) + 1)
  expect(priorityOf(periods[5]!)).toBeGreaterThan(priorityOf(periods[4]!))
  for (const period of [...periods, -STEP]) {
    expect(priorityOf(period)).toBeGreaterThanOrEqual(1)
    expect(priorityOf(period)).toBeLessThanOrEqual(2 ** 21)
  }
})
