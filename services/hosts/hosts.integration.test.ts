import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SourceCounters, SourceStatus } from '#services/collectors/status.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { startRedis, type ServerChild } from '../../infra/fault/lab/servers.ts'
import { startAnnouncing, type Announcer } from './announce.ts'
import { readCollectStatus, tellCollectStatus } from './collect-status.ts'
import { openControlKey, parseControlKey } from './control-key.ts'
import { KEYS } from './keys.ts'
import { hostsPresent, startPresence } from './presence.ts'
import { followDistrict, keptDistrict, receiveDistrict } from './receive.ts'
import { closeRedis, openRedis } from './redis.ts'
import { openSourceLeases } from './source-leases.ts'

const PATIENCE = { timeout: 25_000, interval: 100 }
let server: ServerChild
let redis: Redis
let folder: string
let announcer: Announcer | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-hosts-redis-'))
  server = await startRedis(folder)
})
afterAll(async () => {
  await server.kill()
  rmSync(folder, { recursive: true, force: true })
})
let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'penfeld-hosts-'))
  redis = openRedis(server.url, silentLogger)
})
afterEach(async () => {
  await announcer?.stop()
  announcer = undefined
  await redis.flushall()
  closeRedis(redis)
  rmSync(data, { recursive: true, force: true })
})
const announcement = (text: string) => ({ version: text, document: { id: text }, clock: { setting: '', startedRealMs: 1 } })

test('a host takes the signed district, follows newer ones, and refuses one that is put back or signed by another', async () => {
  const key = openControlKey(join(data, 'control'))
  const told = parseControlKey(key.publicText)
  const mine = join(data, 'beside')
  mkdirSync(mine)
  await expect(receiveDistrict(redis, told, mine)).rejects.toThrow(/PF_HOST_NO_DISTRICT/)
  announcer = startAnnouncing(redis, key, silentLogger)
  announcer.announce(announcement('v1'))
  await expect.poll(() => redis.get(KEYS.district), PATIENCE).not.toBeNull()
  const first = (await redis.get(KEYS.district))!
  const { folder: district } = await receiveDistrict(redis, told, mine)
  const taken = () => (JSON.parse(readFileSync(join(district, 'district.json'), 'utf8')) as { id: string }).id
  expect(taken()).toBe('v1')

  const stop = followDistrict(redis, told, mine, silentLogger)
  announcer.announce(announcement('v2'))
  await expect.poll(taken, PATIENCE).toBe('v2')
  await announcer.stop()
  await redis.set(KEYS.district, first)
  await expect(receiveDistrict(redis, told, mine)).rejects.toThrow(/PF_HOST_DISTRICT_UNSIGNED.*older/)
  const stranger = startAnnouncing(redis, openControlKey(join(data, 'stranger')), silentLogger)
  stranger.announce(announcement('v3'))
  await expect.poll(() => redis.get(KEYS.district), PATIENCE).not.toBe(first)
  await expect(receiveDistrict(redis, told, mine)).rejects.toThrow(/PF_HOST_DISTRICT_UNSIGNED/)
  await stranger.stop()
  stop()
  expect(taken()).toBe('v2')
  // What it took stays usable while Redis is away; not with another key.
  expect(keptDistrict(told, mine)?.announcement.version).toBe('v2')
  expect(keptDistrict(parseControlKey(openControlKey(join(data, 'stranger')).publicText), mine)).toBeUndefined()
  writeFileSync(join(mine, 'district-signed.json'), 'x')
  expect(keptDistrict(told, mine)).toBeUndefined()
})

test('an emptied Redis is told the district again', async () => {
  announcer = startAnnouncing(redis, openControlKey(data), silentLogger)
  announcer.announce(announcement('v1'))
  await expect.poll(() => redis.get(KEYS.district), PATIENCE).not.toBeNull()
  const before = await redis.get(KEYS.district)
  await redis.flushall()
  await expect.poll(() => redis.get(KEYS.district), PATIENCE).toBe(before)
})

test('one host serves a source; the one that stands by takes over when the first is gone', async () => {
  const first = await openSourceLeases(redis, 'host-a', ['s1', 's2'], silentLogger)
  const second = await openSourceLeases(redis, 'host-b', ['s2', 's3'], silentLogger)
  expect([first.holderOf('s1'), first.holderOf('s2')]).toEqual(['host-a', 'host-a'])
  expect([second.holderOf('s2'), second.holderOf('s3')]).toEqual(['host-a', 'host-b'])
  await first.stop()
  await expect.poll(() => second.holderOf('s2'), PATIENCE).toBe('host-b')
  await second.stop()
  expect(await redis.keys(KEYS.source('*'))).toEqual([])
})

test('a host that says nothing any more is gone from the list', async () => {
  const own = { hostId: 'host-a', role: 'compute', districtVersion: 'v', startedRealMs: 1, threads: 2 }
  const end = startPresence(redis, own, silentLogger)
  await expect.poll(() => hostsPresent(redis), PATIENCE).toEqual([own])
  expect(await redis.pttl(KEYS.host('host-a', 'compute'))).toBeGreaterThan(0)
  await end()
  expect(await hostsPresent(redis)).toEqual([])
})

test('the sources of all hosts are one list: the one that serves speaks, what was counted adds up, a silent host is stale', async () => {
  const status = (sourceId: string, newestStoredAt: number | null): SourceStatus => ({ sourceId, state: 'connected', detail: null, newestAt: newestStoredAt, newestStoredAt, stale: false, reconnects: 0, certificateExpiresAt: null })
  const counts = (sourceId: string, stored: number): SourceCounters => ({ sourceId, produced: stored + 1, stored, deduplicated: 0, revised: 0, quarantined: { clock_suspect: 1 }, dropped: {} })
  const local = { sources: async () => [status('s1', null), status('s2', 5)], counters: async () => [counts('s1', 10)], wroteAtRealMs: async () => undefined, close: async () => {} }
  const all = readCollectStatus(redis, local, 'control')
  tellCollectStatus(redis, 'host-a', silentLogger)([status('s1', 9), status('s3', 1)], [counts('s1', 20), counts('s3', 3)])
  await expect.poll(async () => (await all.sources()).map(({ sourceId, newestStoredAt, stale }) => [sourceId, newestStoredAt, stale]), PATIENCE).toEqual([['s1', 9, false], ['s2', 5, false], ['s3', 1, false]])
  expect(await all.counters()).toEqual([{ ...counts('s1', 30), produced: 32, quarantined: { clock_suspect: 2 } }, counts('s3', 3)])
  await redis.hset(KEYS.collectStatus, 'host-a', JSON.stringify({ toldRealMs: 0, sources: [status('s1', 9)], counters: [] }))
  expect((await all.sources())[0]).toMatchObject({ sourceId: 's1', stale: true, detail: 'the host host-a says nothing' })
})
