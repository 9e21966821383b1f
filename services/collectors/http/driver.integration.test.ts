import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import { driverContract } from '../contract.ts'
import { freePort } from '../opcua/field.testkit.ts'
import { httpDriver } from './driver.ts'
import type { HttpAuth, HttpMapping, HttpRequest } from './profile.ts'
import { startStandIn, type Call, type StandIn } from './service.testkit.ts'
import { channelOf, temporaryFolder, watch } from './watch.testkit.ts'

const SECOND_IN_DAYS = 1 / 86_400
const QUALITIES: Readonly<Record<number, string>> = { [QUALITY.measured]: 'M', [QUALITY.uncertain]: 'U', [QUALITY.bad]: 'B' }
const request: HttpRequest = { path: '/meters/{address}?from={from}&to={to}', window: { format: 'epoch-ms', mostDays: 1, backfillDays: 600 * SECOND_IN_DAYS, overlapDays: 60 * SECOND_IN_DAYS } }
const mapping: HttpMapping = { rows: '/values', time: { pointer: '/at', format: 'epoch-ms' }, qualityOf: { pointer: '/q', uncertain: ['U'], bad: ['B'] } }
const auth: HttpAuth = { kind: 'client-credentials', tokenPath: '/token' }
const channelAt = (address: string, more: object = {}, ids: { id?: string; profile?: string } = {}) => channelOf(address, { unit: 'kW', pointer: '/v', request, mapping, auth, ...more }, ids)
const sourceAt = (url: string, options: Source['options'] = {}): Source => ({ id: 'web', protocol: 'http', url, periodS: 1, staleAfterS: 4, options: { clientIdVariable: 'HTTP_TEST_ID', clientSecretVariable: 'HTTP_TEST_SECRET', ...options } })
const SECRET = { id: 'id with space', secret: 's3cr:et&', lifeS: 3_600, in: 'header' } as const

beforeEach(() => {
  process.env['HTTP_TEST_ID'] = SECRET.id
  process.env['HTTP_TEST_SECRET'] = SECRET.secret
  process.env['HTTP_TEST_KEY'] = 'the-key'
})
afterEach(() => {
  for (const name of ['HTTP_TEST_ID', 'HTTP_TEST_SECRET', 'HTTP_TEST_KEY', 'HTTP_TEST_KEY_FILE']) delete process.env[name]
})

interface Held { at: number; v: number; q: string }
/** Answers with what it holds of the asked interval, as a service with history does. */
const history = (held: Map<string, Held[]>) => (call: Call) => {
  const [from, to] = [Number(call.query.get('from')), Number(call.query.get('to'))]
  return { body: { values: (held.get(call.path.split('/').at(-1)!) ?? []).filter(({ at }) => at >= from && at < to) } }
}

driverContract('http', async (folder) => {
  const port = await freePort()
  const held = new Map<string, Held[]>([['m0', []], ['m1', []]])
  return {
    factory: httpDriver, source: sourceAt(`http://127.0.0.1:${port}`), channels: [channelAt('m0'), channelAt('m1')], stateFolder: join(folder, 'state'),
    gives: { time: true, quality: true, history: true },
    async startServer() {
      const server = await startStandIn({ port, answer: history(held), secret: SECRET })
      return {
        publish: (channel, at, value, quality) => void held.get(`m${channel}`)!.push({ at, v: value, q: QUALITIES[quality] }),
        stop: () => server.stop(),
      }
    },
  }
})

const started = (standIn: StandIn, more: object = {}, options: Source['options'] = {}) => watch({ source: sourceAt(standIn.url, options), channels: [channelAt('m0', more)] })
const plain: { request: HttpRequest; auth: undefined } = { request: { path: '/now' }, auth: undefined }
const one = (value: number) => ({ body: { values: [{ at: 1_000, v: value }] } })

describe('sign-in', () => {
  test('one token for many requests and meters, renewed before its end', async () => {
    const standIn = await startStandIn({ answer: () => one(1), secret: { ...SECRET, lifeS: 2 } })
    await watch({ source: sourceAt(standIn.url), channels: [channelAt('m0'), channelAt('m1'), channelAt('m2')] })
    await expect.poll(() => standIn.tokens.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2)
    await pause(1_500)
    expect(standIn.asked().length).toBeGreaterThanOrEqual(3 * standIn.tokens.length)
    // Never with one that had ended.
    expect(new Set(standIn.asked().map(({ headers }) => headers.authorization)).size).toBe(standIn.tokens.length)
  })

  test('a token that is no longer taken is renewed once, not without end', async () => {
    let refuse = false
    const standIn = await startStandIn({ answer: () => (refuse ? { status: 401 } : one(1)), secret: SECRET })
    const { states } = await started(standIn)
    await expect.poll(() => standIn.asked().length, { timeout: 10_000 }).toBeGreaterThan(0)
    standIn.valid.clear()
    await expect.poll(() => standIn.tokens.length, { timeout: 10_000 }).toBe(2)
    await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected')
    refuse = true
    const [calls, tokens] = [standIn.asked().length, standIn.tokens.length]
    await expect.poll(() => states.at(-1), { timeout: 10_000 }).toMatch(/^reconnecting: .*401/)
    expect(standIn.asked().length - calls).toBeLessThanOrEqual(2 * (standIn.tokens.length - tokens) + 2)
  })

  test('a secret that is refused, or absent, is said without being shown', async () => {
    process.env['HTTP_TEST_SECRET'] = 'wrong-secret'
    const standIn = await startStandIn({ answer: () => one(1), secret: SECRET })
    const refused = await started(standIn)
    await expect.poll(() => refused.states.at(-1), { timeout: 10_000 }).toMatch(/reconnecting: .*no token/)
    // A secret that is put right while we run is taken.
    process.env['HTTP_TEST_SECRET'] = SECRET.secret
    await expect.poll(() => refused.states.at(-1), { timeout: 20_000 }).toBe('connected')
    await refused.stop()
    const before = standIn.asked().length
    const absent = await started(standIn, {}, { clientSecretVariable: 'HTTP_TEST_NOTHING' })
    await expect.poll(() => absent.states.at(-1), { timeout: 10_000 }).toMatch(/clientSecretVariable/)
    for (const text of [...refused.states, ...refused.logged, ...absent.states, ...absent.logged]) expect(text).not.toMatch(/wrong-secret|s3cr:et/)
    expect(standIn.asked()).toHaveLength(before)
  })

  test('a key in a header, from a variable or from a file', async () => {
    const standIn = await startStandIn({ answer: () => one(1) })
    const key: HttpAuth = { kind: 'key', header: 'X-Api-Key', prefix: 'Token ' }
    await started(standIn, { ...plain, auth: key }, { keyVariable: 'HTTP_TEST_KEY' })
    await expect.poll(() => standIn.calls[0]?.headers['x-api-key'], { timeout: 10_000 }).toBe('Token the-key')
    delete process.env['HTTP_TEST_KEY']
    const file = join(temporaryFolder(), 'key')
    writeFileSync(file, 'from-file\n')
    process.env['HTTP_TEST_KEY_FILE'] = file
    await started(standIn, { ...plain, auth: key }, { keyVariable: 'HTTP_TEST_KEY' })
    await expect.poll(() => standIn.calls.some(({ headers }) => headers['x-api-key'] === 'Token from-file'), { timeout: 10_000 }).toBe(true)
  })
})

describe('what a service allows', () => {
  test('is never exceeded, also over a restart of the driver', async () => {
    const standIn = await startStandIn({ answer: () => one(1) })
    const more = { ...plain, quota: [{ calls: 2, perS: 4 }] }
    const channels = ['a', 'b', 'c'].map((address) => channelAt(address, more))
    const first = await watch({ source: sourceAt(standIn.url), channels })
    await expect.poll(() => standIn.calls.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2)
    await first.stop()
    await watch({ source: sourceAt(standIn.url), channels, stateFolder: first.stateFolder })
    await pause(6_000)
    const times = standIn.calls.map(({ atMs }) => atMs)
    expect(times.length).toBeGreaterThanOrEqual(3)
    // The stand-in measures when a call arrives, which may be some milliseconds later than it was made.
    for (const at of times) expect(times.filter((other) => other >= at && other < at + 3_900).length).toBeLessThanOrEqual(2)
  })

  test('429 with Retry-After is heeded to the second, without it the pauses grow', async () => {
    let served = 0
    const standIn = await startStandIn({ answer: () => (++served === 1 ? { status: 429, headers: { 'retry-after': '3' } } : one(5)) })
    const { said } = await started(standIn, plain)
    await expect.poll(said, { timeout: 20_000 }).toEqual(['0 1970-01-01T00:00 5'])
    expect(standIn.calls[1].atMs - standIn.calls[0].atMs).toBeGreaterThanOrEqual(2_950)
    const dead = await startStandIn({ answer: () => ({ status: 500 }) })
    await started(dead, plain)
    await pause(4_000)
    expect(dead.calls.length).toBeGreaterThanOrEqual(2)
    expect(dead.calls.length).toBeLessThanOrEqual(7)
  })

  test('an answer that did not change is not sent again', async () => {
    const standIn = await startStandIn({ answer: (call) => (call.headers['if-none-match'] === '"1"' ? { status: 304 } : { ...one(1), headers: { etag: '"1"' } }) })
    const { rows, states } = await started(standIn, plain)
    await expect.poll(() => standIn.calls.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3)
    expect(standIn.calls.slice(1).every(({ headers }) => headers['if-none-match'] === '"1"')).toBe(true)
    expect([rows.length, states.at(-1)]).toEqual([1, 'connected'])
  })
})

describe('a service that misbehaves', () => {
  test('leads nowhere else: redirections to another origin are refused, within it they are followed', async () => {
    const other = await startStandIn({ answer: () => one(666) })
    const standIn = await startStandIn({ answer: ({ path }) => (path === '/now' ? { status: 302, headers: { location: '/later' } } : path === '/later' ? one(7) : { status: 302, headers: { location: `${other.url}/now` } }) })
    const inside = await started(standIn, plain)
    await expect.poll(inside.said, { timeout: 10_000 }).toEqual(['0 1970-01-01T00:00 7'])
    const outside = await started(standIn, { ...plain, request: { path: '/away' } })
    await expect.poll(() => outside.states.at(-1), { timeout: 10_000 }).toMatch(/reconnecting: .*redirected to http:\/\/127\.0\.0\.1:\d+: refused/)
    const endless = await startStandIn({ answer: () => ({ status: 307, headers: { location: '/now' } }) })
    const turning = await started(endless, plain)
    await expect.poll(() => turning.states.at(-1), { timeout: 10_000 }).toMatch(/without end/)
    expect(other.calls).toEqual([])
  })

  test('is cut off when it is too slow or says too much, and one bad meter does not hold up the others', async () => {
    const standIn = await startStandIn({
      answer: ({ path }) => (path === '/slow' ? { raw: (response) => { response.writeHead(200); response.write('{"values":[') } }
        : path === '/large' ? { raw: (response) => { response.on('error', () => {}); const more = () => { while (!response.destroyed && response.write(' '.repeat(65_536))) { /* until it is full */ } response.once('drain', more) }; more() } }
        : path === '/html' ? { body: '<html>' } : path === '/odd' ? { body: { values: { at: 1 } } } : one(1)),
    })
    const at = (path: string) => channelAt(path, { ...plain, request: { path } }, { id: path.slice(1), profile: path.slice(1) })
    const { said, states, rejected } = await watch({ source: sourceAt(standIn.url, { timeoutMs: 1_000 }), channels: ['/slow', '/large', '/html', '/odd', '/good'].map(at) })
    await expect.poll(said, { timeout: 20_000 }).toEqual(['4 1970-01-01T00:00 1'])
    await expect.poll(() => states.at(-1), { timeout: 20_000 }).toMatch(/^connected: slow: no whole answer within 1 s; large: .*(16384 KiB|no whole answer).*; html: the answer is not JSON$/)
    expect(new Set(rejected)).toEqual(new Set(['not-json 1', 'no-rows 1']))
  })
})

test('a meter that fails is asked again after its own pauses, the others keep their period', async () => {
  const standIn = await startStandIn({ answer: ({ path }) => (path === '/bad' ? { status: 500 } : one(1)) })
  const at = (path: string) => channelAt(path, { ...plain, request: { path } }, { id: path.slice(1), profile: path.slice(1) })
  await watch({ source: { ...sourceAt(standIn.url), periodS: 60 }, channels: [at('/good'), at('/bad')] })
  const count = (path: string) => standIn.calls.filter((call) => call.path === path).length
  await expect.poll(() => count('/bad'), { timeout: 20_000 }).toBeGreaterThanOrEqual(4)
  expect(count('/good')).toBe(1)
})

test('the past is asked for in pieces from what is stored; an interval without values is not walked through again', async () => {
  const DAY = 86_400_000
  const now = Date.UTC(2026, 2, 31, 12)
  const days: HttpRequest = { path: '/meters/{usagePointId}?from={from}&to={to}', window: { format: 'date', mostDays: 7, backfillDays: 20, overlapDays: 1, endedDays: true }, emptyStatus: [404] }
  const standIn = await startStandIn({ answer: ({ query }) => (query.get('from')! < '2026-03-20' ? { status: 404 } : { body: { values: [{ at: Date.parse(`${query.get('from')}T10:00Z`), v: 3 }] } }) })
  const more = { request: days, auth: undefined }
  const windows = () => standIn.calls.map(({ query }) => `${query.get('from')} ${query.get('to')}`)
  const first = await watch({ source: sourceAt(standIn.url), channels: [channelAt('12 34/5', more)], now: () => now })
  // The fourth is the last piece once more, a day earlier; the hour of the change to summer time makes it two.
  await expect.poll(() => windows().slice(0, 4), { timeout: 10_000 }).toEqual(['2026-03-10 2026-03-17', '2026-03-17 2026-03-24', '2026-03-24 2026-03-31', '2026-03-22 2026-03-29'])
  expect(standIn.calls[0].path).toBe('/meters/12%2034%2F5')
  await expect.poll(() => [...new Set(first.said())], { timeout: 10_000 }).toEqual(['0 2026-03-24T10:00 3', '0 2026-03-22T10:00 3', '0 2026-03-29T10:00 3'])
  await first.stop()
  standIn.calls.length = 0
  // Started anew: the state says how far it was asked, and the store what there is.
  const second = await watch({ source: sourceAt(standIn.url), channels: [channelAt('12 34/5', more)], now: () => now, stateFolder: first.stateFolder, lastStoredAt: Float64Array.of(now - 2 * DAY) })
  await expect.poll(windows, { timeout: 10_000 }).toContain('2026-03-28 2026-03-31')
  await second.stop()
  expect(windows().every((window) => window === '2026-03-28 2026-03-31')).toBe(true)
})

test('an answer in CSV, and nothing of the future', async () => {
  const now = Date.UTC(2026, 0, 1, 12)
  const standIn = await startStandIn({ answer: () => ({ headers: { 'content-type': 'text/csv' }, body: 'time;p (kW)\n2026-01-01T11:00:00Z;1,5\n2026-01-01T13:00:00Z;2\nx;1\n' }) })
  const table = { layout: 'columns', time: { columns: ['time'], format: 'iso' }, decimal: ',' }
  const { said, rejected, stop } = await watch({ source: sourceAt(standIn.url), channels: [channelAt('m0', { ...plain, request: { path: '/csv', format: 'csv' }, mapping: undefined, table, column: 'p (kW)' })], now: () => now })
  await expect.poll(said, { timeout: 10_000 }).toEqual(['0 2026-01-01T11:00 1.5'])
  await stop()
  expect(new Set(rejected)).toEqual(new Set(['bad-time 1']))
})

test('what is wrong with a source is found before anything is asked', () => {
  const faults = (url: string, options: Source['options'], more: object = {}) => httpDriver.check({ ...sourceAt(url), options }, [channelAt('m', more)])
  const good = { clientIdVariable: 'HTTP_TEST_ID', clientSecretVariable: 'HTTP_TEST_SECRET' }
  expect(faults('https://example.org', good)).toEqual([])
  expect(faults('http://127.0.0.1:1', good)).toEqual([])
  for (const url of ['http://example.org', 'file:///etc/passwd', 'https://user:pass@example.org', 'http://127.0.0.1.example.org', 'nonsense']) expect(faults(url, good)).toHaveLength(1)
  expect(faults('https://example.org', { clientIdVariable: 'my id' })).toHaveLength(2)
  expect(faults('https://example.org', { ...good, clientSecretVariable: 'HTTP_TEST_NOTHING' })[0]).toMatch(/HTTP_TEST_NOTHING.*empty/)
  expect(faults('https://example.org', { ...good, tokenUrl: 'http://example.org' })[0]).toMatch(/tokenUrl/)
  expect(faults('https://example.org', good, { request: { path: '/{latitude}' } })[0]).toMatch(/latitude/)
  expect(faults('https://example.org', good, { request: { path: '/', format: 'csv' } })[0]).toMatch(/table/)
  expect(faults('https://example.org', good, { mapping: undefined })[0]).toMatch(/mapping/)
  expect(faults('https://example.org', good, { request: undefined })).toEqual(['profile test: it is no profile of the protocol http'])
})
