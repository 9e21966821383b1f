import { connectAsync } from 'mqtt'
import type { MqttClient } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { startMqttBroker } from './broker.ts'
import type { MqttBroker } from './broker.ts'
import { keyOf, payloadOf } from './payload.ts'

let broker: MqttBroker
const clients: MqttClient[] = []

async function connected(options: object = {}): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0, ...options })
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true)
  await broker.stop()
})

test('a charger is heard by who subscribed, at least once and not retained', async () => {
  broker = await startMqttBroker({ port: 0 })
  const client = await connected()
  await client.subscribeAsync('capucins/ev/+', { qos: 1 })
  const heard = new Promise<{ topic: string; text: string; qos: number; retain: boolean }>((resolve) =>
    client.once('message', (topic, payload, { qos, retain }) => resolve({ topic, text: payload.toString(), qos, retain })))
  broker.publish('capucins/ev/ev-01', payloadOf(Date.parse('2026-01-12T17:00:00Z'), [
    { key: keyOf('ev-charger', 'p', 'p'), value: 3_700.4 },
    { key: keyOf('ev-charger', 'e', 'e'), value: NaN },
  ]))
  expect(await heard).toEqual({ topic: 'capucins/ev/ev-01', text: '{"ts":"2026-01-12T17:00:00.000Z","powerW":3700,"energyWh":null}', qos: 1, retain: false })
})

test('a user is asked for where one is set', async () => {
  broker = await startMqttBroker({ port: 0, user: { name: 'penfeld', password: 'right' } })
  await expect(connected({ username: 'penfeld', password: 'wrong' })).rejects.toMatchObject({ code: 5 })
  await expect(connected()).rejects.toMatchObject({ code: 5 })
  expect((await connected({ username: 'penfeld', password: 'right' })).connected).toBe(true)
})

test('stopping cuts its clients off, so that a restart looks like one', async () => {
  broker = await startMqttBroker({ port: 0 })
  const client = await connected()
  const closed = new Promise<void>((resolve) => client.once('close', resolve))
  await broker.stop()
  await closed
  broker = await startMqttBroker({ port: 0 })
})
