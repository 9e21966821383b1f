import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { MeasurementPoint, Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { freePort } from '../../../infra/fault/lab/children.ts'
import { startProxy } from '../../../infra/fault/lab/proxy.ts'
import type { Channel } from '../port.ts'
import { opcuaDriver } from './driver.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './server.testkit.ts'

const NODES = ['P01.p', 'P01.q', 'P02.p']
const PATIENCE = { timeout: 20_000, interval: 50 }

const channelOf = (node: string): Channel => {
  const [address, suffix] = node.split('.')
  const point: MeasurementPoint = {
    id: `elec.tr.${node}`, carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 1, sign: 1, resolution: 1,
    on: address, feed: { device: address, channel: suffix },
  }
  return { point, device: { id: address, source: 'line', profile: 'network-sensor', address }, profileChannel: { unit: 'kW', suffix } }
}

type Row = readonly [channel: number, at: number, value: number]

/** A server behind a line with faults, a driver that reads it, and all that is said and stored. */
async function setUp(options: Partial<TestServerOptions> = {}, { nodes = NODES, source: more = {} }: { nodes?: readonly string[]; source?: Partial<Source> } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-opcua-'))
  const port = await freePort()
  const proxy = await startProxy({ port })
  let server: TestServer
  const startServer = async (changed: Partial<TestServerOptions> = {}): Promise<void> => {
    server = await startTestServer({ port, pkiFolder: join(folder, 'server'), nodes, ...options, ...changed })
  }
  await startServer()
  const source: Source = {
    id: 'line', protocol: 'opcua', url: `opc.tcp://127.0.0.1:${proxy.port}/test`, periodS: 1, staleAfterS: 60, ...more,
    options: { trustedCertificateFolder: join(folder, 'server', 'own', 'certs'), ...more.options },
  }
  const channels = nodes.map(channelOf)
  const rows: Row[] = []
  const states: string[] = []
  const rejected: string[] = []
  const newest = new Float64Array(channels.length).fill(NaN)
  const driver = await opcuaDriver.start({
    source, channels, stateFolder: join(folder, 'state'), log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async ({ channels: of, at, values }) => of.forEach((channel, row) => {
      rows.push([channel, at[row], values[row]])
      if (!(at[row] <= newest[channel])) newest[channel] = at[row]
    }),
    reject: (reason, count, detail) => void rejected.push(`${reason} ${count} ${detail ?? ''}`),
    lastStoredAt: async () => newest.slice(),
    status: (state, detail) => void states.push(detail === undefined ? state : `${state} ${detail}`),
  })
  onTestFinished(async () => {
    await driver.stop()
    await server.stop()
    await proxy.close()
    await rm(folder, { recursive: true, force: true })
  })
  await expect.poll(() => states.at(-1), PATIENCE).toMatch(/^connected/)
  const given: Row[] = []
  return {
    rows, states, rejected, proxy, startServer, given, get server() { return server }, driver,
    /** Shows the next value of every node. */
    give(value: number): void {
      const at = Date.now()
      nodes.forEach((node, index) => {
        if (node === '') return
        given.push([index, at, value])
        server.publish(index, at, value)
      })
    },
    /** Different rows, in the order of their first coming. */
    once: () => [...new Map(rows.map((row) => [row.join(' '), row])).values()],
  }
}

const byTime = (rows: readonly Row[]): Row[] => rows.toSorted((left, right) => left[0] - right[0] || left[1] - right[1])
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test('a server without history, a line cut for 2.5 s: no value is lost, the session is the same one', async () => {
  const field = await setUp()
  let value = 0
  const giveFor = async (ms: number): Promise<void> => {
    for (const end = Date.now() + ms; Date.now() < end; await pause(50)) field.give(value++)
  }
  await giveFor(1_500)
  for (const _ of [1, 2]) {
    field.proxy.cut({ refuse: true })
    await giveFor(2_500)
    field.proxy.set({ refuse: false })
    await giveFor(2_000)
  }
  await expect.poll(() => byTime(field.once()), PATIENCE).toEqual(byTime(field.given))
  expect(field.rejected).toEqual([])
  expect(field.states.filter((state) => state.startsWith('connected')).at(-1)).toMatch(/^connected reactivated 2, .*rebuilt-client/)
  expect(field.server.sessions()).toBe(1)
})

test('messages that were underway when the line broke are republished', async () => {
  const field = await setUp()
  field.give(1)
  await expect.poll(() => field.rows.length, PATIENCE).toBe(3)
  // Nothing comes through, so what is published now is sent and lost; then the line breaks and comes back.
  field.proxy.set({ hole: true })
  for (const value of [2, 3, 4]) {
    field.give(value)
    await pause(700)
  }
  field.proxy.heal()
  await expect.poll(() => byTime(field.once()), PATIENCE).toEqual(byTime(field.given))
  expect(field.states.at(-1)).toMatch(/reactivated 1, .*messages republished [1-9]/)
  expect(field.rejected).toEqual([])
})

test('a session that the server forgot: a new one takes the subscriptions over, and nothing is lost', async () => {
  const field = await setUp()
  field.give(1)
  await expect.poll(() => field.rows.length, PATIENCE).toBe(3)
  field.proxy.cut({ refuse: true })
  field.server.forgetSessions()
  for (const value of [2, 3, 4]) {
    field.give(value)
    await pause(600)
  }
  field.proxy.set({ refuse: false })
  await expect.poll(() => byTime(field.once()), PATIENCE).toEqual(byTime(field.given))
  expect(field.states.at(-1)).toMatch(/transferred 1/)
  expect(field.server.sessions()).toBe(1)
})

test('without history and without transfer what the server lost is gone, live values come again', async () => {
  const field = await setUp({ cannotTransfer: true })
  field.give(1)
  await expect.poll(() => field.rows.length, PATIENCE).toBe(3)
  field.proxy.cut({ refuse: true })
  field.server.forgetSessions()
  field.give(2)
  field.proxy.set({ refuse: false })
  await expect.poll(() => field.states.at(-1), PATIENCE).toMatch(/^connected rebuilt-client/)
  field.give(3)
  await expect.poll(() => field.rows.some(([, , value]) => value === 3), PATIENCE).toBe(true)
})

test('a server without history that keeps no message: what is gone is counted', async () => {
  const field = await setUp({ forgetsMessages: true })
  field.give(1)
  await expect.poll(() => field.rows.length, PATIENCE).toBe(3)
  field.proxy.set({ hole: true })
  for (const value of [2, 3, 4]) {
    field.give(value)
    await pause(700)
  }
  field.proxy.heal()
  await expect.poll(() => field.states.at(-1), PATIENCE).toMatch(/^connected reactivated 1/)
  field.give(5)
  await expect.poll(() => field.rows.some(([, , value]) => value === 5), PATIENCE).toBe(true)
  expect(field.rejected.join()).toMatch(/^message-lost [1-9]/)
})
