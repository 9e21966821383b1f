import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { endBroker, startBroker } from '../broker.testkit.ts'
import { driverContract } from '../contract.ts'
import { testChannel } from '../driver.testkit.ts'
import { freePort } from '../opcua/field.testkit.ts'
import { lorawanDriver } from './driver.ts'
import { chirpStackDevice, chirpStackUplink, thingsStackUplink } from './network-server.testkit.ts'

const [FIRST, SECOND] = ['70B3D57ED0000001', '70b3d57ed0000002']
const channels = [testChannel('radio', FIRST, { unit: 'W', pointer: '/powerW' }), testChannel('radio', SECOND, { unit: 'W', port: 2, field: { offset: 0, type: 'uint16' } })]
const sourceAt = (port: number, options: Record<string, string>): Source => ({ id: 'radio', protocol: 'lorawan', url: `mqtt://127.0.0.1:${port}`, periodS: 1, staleAfterS: 4, options })

/** A network server with two meters: the first one's payload it decodes, the second one's it passes on. */
const SERVERS = {
  'the-things-stack': { make: thingsStackUplink, topic: (devEui: string) => `v3/district@city/devices/meter-${devEui.slice(-4)}/up` },
  chirpstack: { make: chirpStackUplink, topic: (devEui: string) => `application/11111111-0000-4000-8000-000000000002/device/${devEui.toLowerCase()}/event/up` },
}
type ServerName = keyof typeof SERVERS

function uplinks(name: ServerName) {
  const counters = [0, 0]
  const { make, topic } = SERVERS[name]
  return (channel: number, at: number, value: number, frameCounter = counters[channel]++) => {
    const devEui = [FIRST, SECOND][channel].toUpperCase()
    return { topic: topic(devEui), text: JSON.stringify(make({ devEui, frameCounter, port: 2, at, ...(channel === 0 ? { decoded: { powerW: value } } : { bytes: Uint8Array.of(value >> 8, value & 255) }) })) }
  }
}

for (const name of Object.keys(SERVERS) as ServerName[]) {
  driverContract(`lorawan (${name})`, async (folder) => {
    const port = await freePort()
    const next = uplinks(name)
    return {
      factory: lorawanDriver, source: sourceAt(port, { server: name }), channels, stateFolder: join(folder, 'state'), gives: { time: true, quality: false, history: true },
      async startServer() {
        const broker = await startBroker(folder, port)
        const publisher = await connectAsync(`mqtt://127.0.0.1:${port}`)
        return {
          // Retained, so that a driver whose session the broker has not met yet gets the newest.
          async publish(channel, at, value) {
            const { topic, text } = next(channel, at, value)
            await publisher.publishAsync(topic, text, { qos: 1, retain: true })
          },
          async stop() {
            await publisher.endAsync()
            await endBroker(broker, 'SIGTERM')
          },
        }
      },
    }
  })
}

async function watch(options: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-lorawan-'))
  const port = await freePort()
  const broker = await startBroker(folder, port)
  const rows: [channel: number, at: number, value: number][] = []
  const rejected: string[] = []
  const states: string[] = []
  const driver = await lorawanDriver.start({
    source: sourceAt(port, options), channels, stateFolder: folder, log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async (readings) => readings.channels.forEach((channel, row) => rows.push([channel, readings.at[row], readings.values[row]])),
    reject: (reason, count) => void rejected.push(`${reason} ${count}`),
    lastStoredAt: async () => new Float64Array(2).fill(NaN),
    status: (state) => void states.push(state),
  })
  const heard: string[] = []
  const publisher = await connectAsync(`mqtt://127.0.0.1:${port}`)
  publisher.on('message', (topic) => void heard.push(topic))
  await publisher.subscribeAsync('#')
  onTestFinished(async () => {
    await driver.stop()
    await publisher.endAsync()
    await endBroker(broker, 'SIGTERM')
    await rm(folder, { recursive: true, force: true })
  })
  await expect.poll(() => states.at(-1), { timeout: 15_000 }).toBe('connected')
  return { rows, rejected, heard, publish: (topic: string, text: string, more: object = {}) => publisher.publishAsync(topic, text, { qos: 1, ...more }) }
}

test('a frame given twice counts once; a counter that begins anew is taken; a replayed old frame has its own time', async () => {
  const { rows, rejected, publish } = await watch({ server: 'chirpstack' })
  const next = uplinks('chirpstack')
  const first = next(1, 60_000, 500, 41)
  await publish(first.topic, first.text)
  await publish(first.topic, first.text)
  for (const [at, value, counter] of [[120_000, 501, 42], [180_000, 502, 0], [30_000, 499, 40]]) {
    const { topic, text } = next(1, at, value, counter)
    await publish(topic, text, { retain: true })
  }
  await expect.poll(() => rows, { timeout: 10_000 }).toEqual([[1, 60_000, 500], [1, 120_000, 501], [1, 180_000, 502], [1, 30_000, 499]])
  expect(rejected).toEqual(['duplicate 1'])
})

test('events, strangers and what cannot be read are counted, each with its reason; nothing is sent to any device', async () => {
  const { rows, rejected, heard, publish } = await watch({ server: 'chirpstack', application: 'a' })
  const topic = (event: string) => `application/a/device/${FIRST.toLowerCase()}/event/${event}`
  const uplink = { devEui: FIRST, frameCounter: 1, port: 2, at: 1_000 }
  await publish(topic('join'), JSON.stringify({ deviceInfo: chirpStackDevice(FIRST), devAddr: '01020304' }))
  await publish(topic('status'), JSON.stringify({ deviceInfo: chirpStackDevice(FIRST), margin: 7, batteryLevel: 75.2 }))
  await publish(topic('up'), 'not json')
  await publish(topic('up'), JSON.stringify(chirpStackUplink(uplink)))
  await publish(topic('up'), JSON.stringify(chirpStackUplink({ ...uplink, devEui: '0000000000000009', decoded: { powerW: 1 } })))
  await publish(topic('up'), JSON.stringify(chirpStackUplink({ ...uplink, devEui: SECOND, port: 9, bytes: Uint8Array.of(1, 2) })))
  await publish('application/b/device/x/event/up', JSON.stringify(chirpStackUplink({ ...uplink, decoded: { powerW: 1 } })))
  await publish(topic('up'), JSON.stringify(chirpStackUplink({ ...uplink, frameCounter: 2, at: 2_000, decoded: { powerW: 6 } })))
  await expect.poll(() => rows, { timeout: 10_000 }).toEqual([[0, 2_000, 6]])
  expect(rejected).toEqual(['event-join 1', 'event-status 1', 'not-json 1', 'no-decoded-payload 1', 'unknown-device 1', 'other-port 1'])
  await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(8)
  expect(heard.filter((name) => !name.includes('/event/'))).toEqual([])
})

test('what is wrong with a source or its devices is named', () => {
  expect(lorawanDriver.check(sourceAt(1, { server: 'chirpstack' }), channels)).toEqual([])
  expect(lorawanDriver.check(sourceAt(1, { topic: 'bridge/uplinks' }), channels)).toEqual([])
  const bad = [testChannel('radio', 101_010_101_010_101, { unit: 'W', pointer: '/p' }), testChannel('radio', FIRST, { unit: 'W' })]
  expect(lorawanDriver.check({ ...sourceAt(1, { server: 'loriot' }), url: 'http://x' }, bad)).toEqual([
    'device radio-101010101010101: "101010101010101" is not a DevEUI (16 hexadecimal digits in quotes)',
    `device radio-${FIRST}, channel p: names both a pointer and a field, or none of them`,
    'option server must be the-things-stack or chirpstack, or option topic a topic', 'url http://x is not mqtt://HOST:PORT',
  ])
})
