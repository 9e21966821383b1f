import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { endBroker, startBroker } from '../broker.testkit.ts'
import { driverContract } from '../contract.ts'
import { testChannel } from '../driver.testkit.ts'
import { freePort } from '../opcua/field.testkit.ts'
import { mqttDriver } from './driver.ts'

const channels = ['lamp/1', 'lamp/2'].map((topic) => testChannel('city', topic, { unit: 'W', pointer: '/powerW', timePointer: '/ts' }))
const sourceAt = (port: number): Source => ({ id: 'city', protocol: 'mqtt', url: `mqtt://127.0.0.1:${port}`, periodS: 1, staleAfterS: 4 })
const message = (at: number, powerW: number) => JSON.stringify({ ts: new Date(at).toISOString(), powerW })

driverContract('mqtt', async (folder) => {
  const port = await freePort()
  return {
    factory: mqttDriver, source: sourceAt(port), channels, stateFolder: join(folder, 'state'), gives: { time: true, quality: false, history: true },
    async startServer() {
      const broker = await startBroker(folder, port)
      const publisher = await connectAsync(`mqtt://127.0.0.1:${port}`)
      return {
        // Retained, so that a driver whose session the broker has not met yet gets the newest.
        publish: async (channel, at, value) => void (await publisher.publishAsync(`lamp/${channel + 1}`, message(at, value), { qos: 1, retain: true })),
        async stop() {
          await publisher.endAsync()
          await endBroker(broker, 'SIGTERM')
        },
      }
    },
  }
})

async function watch() {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-mqtt-'))
  const port = await freePort()
  let broker = await startBroker(folder, port)
  const values: number[] = []
  const rejected: string[] = []
  const states: string[] = []
  let refusing = false
  let deliveries = 0
  let before = async () => {}
  const driver = await mqttDriver.start({
    source: sourceAt(port), channels, stateFolder: folder, log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async (readings) => {
      deliveries++
      await before()
      if (refusing) throw new Error('the journal takes nothing')
      values.push(...readings.values)
    },
    reject: (reason, count) => void rejected.push(`${reason} ${count}`),
    lastStoredAt: async () => new Float64Array(2).fill(NaN),
    status: (state) => void states.push(state),
  })
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected')
  onTestFinished(async () => {
    await driver.stop()
    await endBroker(broker, 'SIGTERM')
    await rm(folder, { recursive: true, force: true })
  })
  return {
    values, rejected, states, driver,
    deliveries: () => deliveries,
    onDeliver(wait: () => Promise<void>) { before = wait },
    refuse(on: boolean) { refusing = on },
    async publish(topic: string, payload: string) {
      const client = await connectAsync(`mqtt://127.0.0.1:${port}`)
      await client.publishAsync(topic, payload, { qos: 1 })
      await client.endAsync()
    },
    async killBroker() {
      await endBroker(broker, 'SIGKILL')
      broker = await startBroker(folder, port)
    },
  }
}

test('what cannot be read is counted with its reason and does not stop the rest', async () => {
  const { publish, values, rejected } = await watch()
  for (const payload of ['not json', '{"ts":"yesterday","powerW":1}', '{"ts":"2026-01-01T00:00:00Z","powerW":"much"}', '[1]']) await publish('lamp/1', payload)
  await publish('lamp/1', message(Date.now(), 5))
  await expect.poll(() => values, { timeout: 10_000 }).toEqual([5])
  expect(rejected).toEqual(['not-json 1', 'no-time 1', 'not-a-number 1', 'no-time 1'])
})

test('nothing is acknowledged that the journal has not taken: a killed broker gives it again', async () => {
  const field = await watch()
  field.refuse(true)
  await field.publish('lamp/1', message(Date.now(), 8))
  await new Promise((resolve) => setTimeout(resolve, 2_500)) // the broker writes its state once a second
  expect(field.values).toEqual([])
  await field.killBroker()
  field.refuse(false)
  await expect.poll(() => field.values.includes(8), { timeout: 15_000 }).toBe(true)
  await expect.poll(() => field.states.at(-1), { timeout: 15_000 }).toBe('connected')
  await field.publish('lamp/2', message(Date.now(), 9))
  await expect.poll(() => field.values.includes(9), { timeout: 15_000 }).toBe(true)
})

test('a topic that the broker refuses is named; the others are heard', async () => {
  const broker = await Aedes.createBroker({ authorizeSubscribe: (_client, subscription, done) => done(null, subscription.topic === 'lamp/1' ? null : subscription) })
  const server = createServer((socket) => void broker.handle(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const states: string[] = []
  const values: number[] = []
  const driver = await mqttDriver.start({
    source: sourceAt((server.address() as AddressInfo).port), channels, stateFolder: '', log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async (readings) => void values.push(...readings.values),
    reject: () => {}, lastStoredAt: async () => new Float64Array(2).fill(NaN),
    status: (state, detail) => void states.push(detail === undefined ? state : `${state}: ${detail}`),
  })
  onTestFinished(async () => {
    await driver.stop()
    await new Promise<void>((resolve) => broker.close(() => resolve()))
    await new Promise((resolve) => server.close(resolve))
  })
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected: the broker refuses lamp/1')
  broker.publish({ cmd: 'publish', topic: 'lamp/2', payload: message(Date.now(), 6), qos: 1, retain: false, dup: false }, () => {})
  await expect.poll(() => values, { timeout: 10_000 }).toEqual([6])
})

test('whoever stops the driver may close the journal: nothing is given to it afterwards', async () => {
  const field = await watch()
  let open = true
  let afterClosing = 0
  field.onDeliver(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300))
    if (!open) afterClosing++
  })
  await field.publish('lamp/1', message(Date.now(), 3))
  await expect.poll(() => field.deliveries(), { timeout: 10_000, interval: 10 }).toBe(1)
  await field.driver.stop()
  open = false
  await new Promise((resolve) => setTimeout(resolve, 600))
  expect(afterClosing).toBe(0)
})
