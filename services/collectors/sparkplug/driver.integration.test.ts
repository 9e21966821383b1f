import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { endBroker, startBroker } from '../broker.testkit.ts'
import { driverContract } from '../contract.ts'
import { testChannel } from '../driver.testkit.ts'
import { freePort } from '../opcua/field.testkit.ts'
import { sparkplugDriver } from './driver.ts'
import { encodePayload, startEdgeNode } from './edge-node.testkit.ts'

const HOST = 'penfeld'
const METERS = { 'meter-1': ['Power', 'Energy'], 'meter-2': ['Power'] }
const channels = [testChannel('field', 'City/Gateway/meter-1', { unit: 'W', metric: 'Power' }), testChannel('field', 'City/Gateway/meter-2', { unit: 'W', metric: 'Power' })]
const sourceAt = (port: number, options: Record<string, string> = {}): Source => ({ id: 'field', protocol: 'sparkplug', url: `mqtt://127.0.0.1:${port}`, periodS: 1, staleAfterS: 4, options })
const QUALITY_CODES: Readonly<Record<number, number>> = { [QUALITY.measured]: 192, [QUALITY.uncertain]: 500, [QUALITY.bad]: 0 }

driverContract('sparkplug', async (folder) => {
  const port = await freePort()
  return {
    factory: sparkplugDriver, source: sourceAt(port, { hostId: HOST }), channels, stateFolder: join(folder, 'state'), gives: { time: true, quality: true, history: true },
    async startServer() {
      // The gateway keeps its values while its primary host says it is away; the broker keeps those of QoS 0 while the host's line is broken.
      const broker = await startBroker(folder, port, ['queue_qos0_messages true'])
      const gateway = await startEdgeNode({ port, node: 'City/Gateway', devices: METERS, primaryHost: HOST })
      return {
        publish: (channel, at, value, quality) => gateway.measure(`meter-${channel + 1}`, 'Power', { value, at, quality: QUALITY_CODES[quality] }),
        async stop() {
          await gateway.stop()
          await endBroker(broker, 'SIGTERM')
        },
      }
    },
  }
})

async function watch(options: Record<string, string> = {}, primaryHost?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-sparkplug-'))
  const port = await freePort()
  const broker = await startBroker(folder, port)
  const rows: { channel: number; at: number; value: number; quality: number }[] = []
  const rejected: string[] = []
  const states: string[] = []
  const start = () => sparkplugDriver.start({
    source: sourceAt(port, options), channels, stateFolder: folder, log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async (readings) => readings.channels.forEach((channel, row) => rows.push({ channel, at: readings.at[row], value: readings.values[row], quality: readings.quality[row] })),
    reject: (reason, count) => void rejected.push(`${reason} ${count}`),
    lastStoredAt: async () => new Float64Array(2).fill(NaN),
    status: (state, detail) => void states.push(detail === undefined ? state : `${state}: ${detail}`),
  })
  const gateway = await startEdgeNode({ port, node: 'City/Gateway', devices: METERS, ...(primaryHost === undefined ? {} : { primaryHost }) })
  await expect.poll(() => gateway.births, { timeout: 10_000 }).toBe(primaryHost === undefined ? 1 : 0)
  // Everything anybody says, as an onlooker hears it.
  const heard: { topic: string; payload: string; atMs: number }[] = []
  const onlooker = await connectAsync(`mqtt://127.0.0.1:${port}`)
  onlooker.on('message', (topic, payload) => void heard.push({ topic, payload: String(payload), atMs: performance.now() }))
  await onlooker.subscribeAsync('spBv1.0/#')
  const driver = await start()
  onTestFinished(async () => {
    await driver.stop()
    await gateway.stop()
    await onlooker.endAsync()
    await endBroker(broker, 'SIGTERM')
    await rm(folder, { recursive: true, force: true })
  })
  await expect.poll(() => states.at(-1), { timeout: 15_000 }).toBe('connected')
  return { rows, rejected, states, heard, gateway, driver, port, values: () => rows.filter(({ quality }) => quality !== QUALITY.missing).map(({ channel, value }) => [channel, value]) }
}

test('a gateway that was there first is asked for its birth; a hole in the sequence asks again, but not at once; nothing else is ever sent', { timeout: 60_000 }, async () => {
  const { gateway, rejected, values, states, heard } = await watch()
  await gateway.measure('meter-1', 'Power', { value: 1, at: 1_000 })
  await expect.poll(values, { timeout: 10_000 }).toContainEqual([0, 1])
  const { births } = gateway
  expect([births, gateway.commands]).toEqual([2, ['Node Control/Rebirth']])
  gateway.loseOne()
  gateway.dealAliases()
  await gateway.measure('meter-1', 'Power', { value: 2, at: 2_000 })
  await gateway.measure('meter-2', 'Power', { value: 3, at: 2_000 })
  // The aliases are others by now: believed, the values would have gone to the wrong meters.
  await expect.poll(() => rejected, { timeout: 10_000 }).toEqual(['out-of-sequence 1', 'out-of-sequence 1'])
  expect(states.at(-1)).toBe('connected: asked for birth: City/Gateway')
  await expect.poll(() => gateway.births, { timeout: 20_000 }).toBe(births + 1)
  await expect.poll(values, { timeout: 10_000 }).toContainEqual([1, 3])
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected')
  expect(values()).toContainEqual([0, 2])
  expect(gateway.commands).toEqual(['Node Control/Rebirth', 'Node Control/Rebirth'])
  const [first, second] = heard.filter(({ topic }) => topic.includes('/NCMD/'))
  expect(second.atMs - first.atMs).toBeGreaterThan(5_000)
  const isOfTheGateway = (topic: string) => /^spBv1\.0\/City\/[ND](BIRTH|DATA|DEATH)\/Gateway/.test(topic)
  expect([...new Set(heard.map(({ topic }) => topic).filter((topic) => !isOfTheGateway(topic)))]).toEqual(['spBv1.0/City/NCMD/Gateway'])
})

test('a gateway whose line breaks is said to be offline, its values are not invented, and it comes back with a birth', async () => {
  const { gateway, rows, states, values } = await watch()
  await gateway.measure('meter-1', 'Power', { value: 1, at: 1_000 })
  await expect.poll(values, { timeout: 10_000 }).toContainEqual([0, 1])
  const count = rows.length
  gateway.breakLine({ comesBack: false })
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected: offline: City/Gateway')
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(rows).toHaveLength(count)
})

test('a gateway that comes back by itself is heard again', async () => {
  const { gateway, states, values } = await watch()
  const births = gateway.births
  gateway.breakLine({ comesBack: true })
  await expect.poll(() => states, { timeout: 10_000 }).toContain('connected: offline: City/Gateway')
  await expect.poll(() => gateway.births, { timeout: 10_000 }).toBeGreaterThan(births)
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected')
  await gateway.measure('meter-2', 'Power', { value: 7, at: 1_000 })
  await expect.poll(values, { timeout: 10_000 }).toContainEqual([1, 7])
})

test('what cannot be read is counted with its reason and does not stop the rest', async () => {
  const { gateway, rejected, values } = await watch()
  await gateway.publish('DDATA', 'meter-1', Uint8Array.of(1, 2, 3), 1)
  await gateway.publish('DDATA', 'meter-1', encodePayload({ seq: 99, metrics: [{ timestamp: 1 }] }), 1)
  await gateway.measure('meter-1', 'Power', { value: 4, at: 1_000 })
  await expect.poll(values, { timeout: 10_000 }).toContainEqual([0, 4])
  expect(rejected).toEqual(['not-sparkplug 1', 'metric-without-name 1'])
})

test('a primary host says when it listens and when it does not, also against an old will of its own', async () => {
  const { gateway, states, heard, driver, port, values } = await watch({ hostId: HOST }, HOST)
  await gateway.measure('meter-1', 'Power', { value: 1, at: 1_000 })
  await expect.poll(values, { timeout: 10_000 }).toContainEqual([0, 1])
  const said = () => heard.filter(({ topic }) => topic === `spBv1.0/STATE/${HOST}`).map(({ payload }) => JSON.parse(payload) as { online: boolean; timestamp: number })
  expect(said().at(-1)).toMatchObject({ online: true })
  expect(Math.abs(said().at(-1)!.timestamp - Date.now())).toBeLessThan(60_000)
  const other = await connectAsync(`mqtt://127.0.0.1:${port}`)
  await other.publishAsync(`spBv1.0/STATE/${HOST}`, JSON.stringify({ online: false, timestamp: Date.now() }), { qos: 1, retain: true })
  await expect.poll(() => said().slice(-2).map(({ online }) => online), { timeout: 10_000 }).toEqual([false, true])
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected')
  await driver.stop()
  await expect.poll(() => said().at(-1)?.online, { timeout: 10_000 }).toBe(false)
  const kept: string[] = []
  other.on('message', (_topic, payload, { retain }) => { if (retain) kept.push(String(payload)) })
  await other.subscribeAsync(`spBv1.0/STATE/${HOST}`)
  await expect.poll(() => kept.map((payload) => (JSON.parse(payload) as { online: boolean }).online), { timeout: 10_000 }).toEqual([false])
  await other.endAsync()
})

test('an address that is none and a host that cannot stand in a topic are named', () => {
  const bad = testChannel('field', 'City', { unit: 'W', metric: 'Power' })
  expect(sparkplugDriver.check({ ...sourceAt(1, { hostId: 'a/b' }), url: 'http://x' }, [...channels, bad])).toEqual([
    'device field-City: "City" is not GROUP/NODE or GROUP/NODE/DEVICE', 'option hostId "a/b" cannot stand in a topic', 'url http://x is not mqtt://HOST:PORT',
  ])
})
