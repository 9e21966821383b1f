import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadDistrict } from '#services/config/load-district.ts'
import { readEnvironment } from '#services/config/environment.ts'
import { openControlKey } from '#services/hosts/control-key.ts'
import { KEYS } from '#services/hosts/keys.ts'
import { hostsPresent } from '#services/hosts/presence.ts'
import { closeRedis, openRedis } from '#services/hosts/redis.ts'
import { openReader, storeSettings } from '#services/store/open.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { startChild, type Child } from '../fault/lab/children.ts'
import { startInflux, startRedis, type ServerChild } from '../fault/lab/servers.ts'
import { freePorts } from './service.ts'

/**
 * Four machines on one: a control host (pages, work, the daily files and the simulated field), two collectors with sources of their own
 * that stand by for each other, and a compute host. Each has a folder of its own; they meet in InfluxDB and Redis alone.
 */
const root = resolve(import.meta.dirname, '../..')
const PATIENCE = { timeout: 90_000, interval: 500 }

let folder: string
let redisServer: ServerChild
let influx: ServerChild
let redis: Redis
let reader: TimeSeriesReader
let url: string
let common: NodeJS.ProcessEnv
const hosts = new Map<string, Child>()
const metricsUrls = new Map<string, string>()
const data = (host: string) => join(folder, host)

async function startHost(host: string, roles: string, more: NodeJS.ProcessEnv = {}): Promise<Child> {
  const [http, metrics] = await freePorts(2)
  const child = await startChild({
    name: host, command: process.execPath, cwd: root,
    args: ['--disable-warning=ExperimentalWarning', join(root, 'services/main.ts'), 'run', ...(host === 'control' ? ['--demo'] : []), '--roles', roles],
    env: { ...common, PENFELD_HOST: host, PENFELD_DATA: data(host), PENFELD_PORT: String(http), PENFELD_METRICS_PORT: String(metrics), ...more },
    ready: (output) => output.includes('Ctrl-C stops it.'),
  })
  if (host === 'control') url = `http://127.0.0.1:${http}`
  hosts.set(host, child)
  metricsUrls.set(host, `http://127.0.0.1:${metrics}/metrics`)
  return child
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-hosts-'))
  redisServer = await startRedis(join(folder, 'redis'))
  influx = await startInflux(join(folder, 'influx'))
  redis = openRedis(redisServer.url, silentLogger)
  const [identity, opcua, modbus, mqtt, fieldControl] = await freePorts(5)
  common = {
    NODE_COMPILE_CACHE: join(tmpdir(), 'penfeld-e2e-cache'), INFLUX_URL: influx.url, REDIS_URL: redisServer.url,
    PENFELD_IDENTITY_PORT: String(identity), PENFELD_OPCUA_PORT: String(opcua), PENFELD_MODBUS_PORT: String(modbus), PENFELD_MQTT_PORT: String(mqtt), PENFELD_FIELD_CONTROL_PORT: String(fieldControl),
  }
})
afterAll(async () => {
  await reader?.close()
  await Promise.all([...hosts.values()].map((host) => host.stop()))
  if (redis !== undefined) closeRedis(redis)
  await Promise.all([redisServer?.kill(), influx?.kill()])
  rmSync(folder, { recursive: true, force: true })
})

test('anything less than InfluxDB, Redis and the signed district is refused at the start, in words', async () => {
  let tries = 0
  const refused = async (more: NodeJS.ProcessEnv, roles = 'collect'): Promise<string> => {
    const host = `less-${++tries}`
    const error = await startHost(host, roles, more).then(() => 'it started', (reason: unknown) => String(reason))
    hosts.delete(host)
    return error
  }
  const { publicText } = openControlKey(data('control'))
  const others = openControlKey(data('stranger')).publicText
  const whole = { PENFELD_CONTROL_KEY: publicText, PENFELD_SOURCES: 'city' }
  const [nothing, noDistrict, noRedis, noKey, foreignRole] = await Promise.all([
    refused({ INFLUX_URL: '', REDIS_URL: '' }),
    refused(whole),
    refused({ ...whole, REDIS_URL: 'redis://127.0.0.1:1' }),
    refused({ ...whole, PENFELD_CONTROL_KEY: 'abc' }),
    refused(whole, 'collect,work'),
  ])
  expect(nothing).toMatch(/\(78\)[^]*PF_HOST_INCOMPLETE[^]*PENFELD_CONTROL_KEY[^]*INFLUX_URL[^]*REDIS_URL[^]*PENFELD_SOURCES/)
  expect(noDistrict).toMatch(/\(75\)[^]*PF_HOST_NO_DISTRICT/)
  expect(noRedis).toMatch(/\(75\)[^]*PF_HOST_UNREACHABLE[^]*Redis/)
  expect(noKey).toMatch(/\(78\)[^]*PF_CONFIG_INVALID[^]*PENFELD_CONTROL_KEY/)
  expect(foreignRole).toMatch(/\(78\)[^]*PF_HOST_INCOMPLETE/)

  await startHost('control', 'identity,simulate,collect,work,api', { PENFELD_SOURCES: 'meters', PENFELD_HISTORY_DAYS: '0' })
  const [unsigned, noInflux, unknown] = await Promise.all([
    refused({ ...whole, PENFELD_CONTROL_KEY: others }),
    refused({ ...whole, INFLUX_URL: 'http://127.0.0.1:1' }),
    refused({ ...whole, PENFELD_SOURCES: 'nowhere' }),
  ])
  expect(unsigned).toMatch(/\(78\)[^]*PF_HOST_DISTRICT_UNSIGNED/)
  expect(noInflux).toMatch(/\(75\)[^]*PF_HOST_UNREACHABLE[^]*InfluxDB/)
  expect(unknown).toMatch(/\(78\)[^]*PENFELD_SOURCES names nowhere/)
})

test('collectors and a compute host join with the key alone; what they store is read on the control host', async () => {
  const { publicText } = openControlKey(data('control'))
  const beside = { PENFELD_CONTROL_KEY: publicText }
  for (const host of ['north', 'south']) {
    // What a person does once: the certificate of the control system is brought to the host that connects to it.
    mkdirSync(data(host), { recursive: true })
    symlinkSync(join(data('control'), 'field'), join(data(host), 'field'))
  }
  await startHost('north', 'collect', { ...beside, PENFELD_SOURCES: 'network,buildings,city' })
  await startHost('south', 'collect', { ...beside, PENFELD_SOURCES: 'city,buildings,network' })
  await startHost('calc', 'compute', beside)
  expect(readdirSync(join(data('calc'), 'district'))).toEqual(['district.json'])
  // Secrets and addresses of this machine do not travel: the document is as it was written.
  expect(readFileSync(join(data('calc'), 'district/district.json'), 'utf8')).toContain('${PENFELD_OPCUA_PORT:-48401}')

  const variables = { ...common, PENFELD_DATA: data('control'), PENFELD_SOURCES: 'meters' }
  const environment = readEnvironment(variables)
  const { district } = await loadDistrict(environment.districtFolder, variables)
  reader = await openReader('measured', storeSettings(environment, district))
  for (const name of ['elec.hv.CAP1.p', 'elec.tr.P01.T1.p']) {
    await expect.poll(async () => {
      const [point] = await reader.lookup([name])
      return point > 0 ? (await reader.latest(Int32Array.of(point))).at[0] : NaN
    }, PATIENCE).toBeGreaterThan(Date.now() - 60_000)
  }
  await expect.poll(async () => (await hostsPresent(redis)).map(({ hostId, role }) => `${hostId} ${role}`), PATIENCE).toEqual(['calc compute', 'control collect', 'north collect', 'south collect'])
  // The first to ask serves; the other stands by. Values come once.
  const holders = await Promise.all(['network', 'buildings', 'city'].map((source) => redis.get(KEYS.source(source))))
  expect(new Set(holders)).toEqual(new Set(['north']))
})

test('every metric that an alert on InfluxDB asks for is told by a collector', async () => {
  const rules = readFileSync(join(root, 'infra/prometheus/alerts.yaml'), 'utf8')
  const asked = [...new Set(rules.match(/penfeld_influx_[a-z_]+/g))]
  expect(asked.length).toBeGreaterThan(4)
  await expect.poll(async () => {
    const told = await (await fetch(metricsUrls.get('north')!)).text()
    return asked.filter((name) => !told.includes(`\n${name}{`))
  }, PATIENCE).toEqual([])
})

test('live values, sources and states of the network reach the pages of the control host, computed elsewhere', async () => {
  const head = await reader.headSeq()
  await expect.poll(async () => [...new Set((await reader.tail(head, 10_000)).map(({ source }) => source))].sort(), PATIENCE).toEqual(expect.arrayContaining(['buildings', 'city', 'network']))
  // Work gives its heavy tasks away; the state of the network is kept here.
  expect(hosts.get('calc')!.output()).toContain('Compute: 2 threads')
  await expect.poll(async () => Number((await redis.info('commandstats')).match(/cmdstat_getdel:calls=(\d+)/)?.[1] ?? 0), { timeout: 150_000, interval: 1_000 }).toBeGreaterThan(0)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
})

test('a collector that dies is replaced by the one that stands by; what it had acknowledged reaches InfluxDB when it is back', async () => {
  await hosts.get('north')!.kill()
  await expect.poll(() => redis.get(KEYS.source('network')), { timeout: 60_000, interval: 500 }).toBe('south')
  const [point] = await reader.lookup(['elec.hv.CAP1.p'])
  const since = Date.now()
  await expect.poll(async () => (await reader.latest(Int32Array.of(point))).at[0], PATIENCE).toBeGreaterThan(since)
  await hosts.get('north')!.restart()
  await expect.poll(async () => (await hostsPresent(redis)).some(({ hostId }) => hostId === 'north'), PATIENCE).toBe(true)
  // Whoever holds a source keeps it: nothing goes back and forth.
  expect(await redis.get(KEYS.source('network'))).toBe('south')
  const { at } = await reader.read(point, since - 120_000, Date.now())
  for (let index = 1; index < at.length; index++) expect(at[index]).toBeGreaterThan(at[index - 1])
})

test('a Redis that was emptied is told everything again, and values go on', async () => {
  await redis.flushall()
  await expect.poll(() => redis.get(KEYS.district), PATIENCE).not.toBeNull()
  await expect.poll(async () => (await hostsPresent(redis)).length, PATIENCE).toBe(4)
  const head = await reader.headSeq()
  await expect.poll(async () => (await reader.tail(head, 10_000)).length, PATIENCE).toBeGreaterThan(3)
})
