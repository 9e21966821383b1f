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
  /** What is delivered waits for it. */
  const journal = { open: Promise.resolve() }
  const newest = new Float64Array(channels.length).fill(NaN)
  const driver = await opcuaDriver.start({
    source, channels, stateFolder: join(folder, 'state'), log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async ({ channels: of, at, values }) => {
      await journal.open
      of.forEach((channel, row) => {
        rows.push([channel, at[row], values[row]])
        if (!(at[row] <= newest[channel])) newest[channel] = at[row]
      })
    },
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
    rows, states, rejected, proxy, journal, startServer, given, get server() { return server }, driver,
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
  await expect.poll(() => field.states.at(-1), PATIENCE).toMatch(/^connected .*rebuilt-client/)
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

test('another order of namespaces after a restart: no value of a wrong node', async () => {
  const field = await setUp()
  field.give(1)
  await expect.poll(() => field.rows.length, PATIENCE).toBe(3)
  await field.server.stop()
  await field.startServer({ namespacesBefore: ['urn:elsewhere', 'urn:elsewhere-too'] })
  await expect.poll(() => field.states.at(-1), PATIENCE).toMatch(/^connected .*rebuilt-client/)
  field.give(2)
  await expect.poll(() => byTime(field.once()), PATIENCE).toEqual(byTime(field.given))
})

test('a node that is gone is named, counted and read again when it comes back', async () => {
  const field = await setUp({ nodes: ['P01.p', '', 'P02.p'] }, { source: { options: { refusedRetryS: 1 } } })
  expect(field.states.at(-1)).toBe('connected 1 of 3 nodes refused, e.g. P01.q: BadNodeIdUnknown')
  expect(field.rejected).toEqual(['node-refused 1 P01.q: BadNodeIdUnknown'])
  await field.server.stop()
  await field.startServer({ nodes: ['P01.p', '', 'P02.p'] })
  await expect.poll(() => field.states.at(-1), PATIENCE).toMatch(/^connected 1 of 3 nodes refused.*rebuilt-client/)
  await field.server.stop()
  await field.startServer({ nodes: NODES })
  await expect.poll(() => field.states.at(-1), PATIENCE).toMatch(/^connected .*rebuilt-client/)
  field.give(7)
  await expect.poll(() => field.rows.map(([channel, , value]) => `${channel} ${value}`).sort(), PATIENCE).toEqual(['0 7', '1 7', '2 7'])
})

test('a node that comes while the session lives is subscribed to without a new one', async () => {
  const nodes = ['P01.p', 'P01.q']
  const field = await setUp({ nodes: ['P01.p', ''] }, { nodes, source: { options: { refusedRetryS: 1 } } })
  expect(field.states.at(-1)).toMatch(/^connected 1 of 2 nodes refused/)
  const { server } = field
  await pause(1_500)
  expect(field.states.at(-1)).toMatch(/^connected 1 of 2 nodes refused/)
  server.addLate(1, 'P01.q')
  await expect.poll(() => field.states.at(-1), PATIENCE).toBe('connected')
  field.give(7)
  await expect.poll(() => field.rows.map(([channel, , value]) => `${channel} ${value}`).sort(), PATIENCE).toEqual(['0 7', '1 7'])
  expect(server.sessions()).toBe(1)
})

test('a server of tiny limits is asked within them', async () => {
  const nodes = Array.from({ length: 23 }, (_, index) => `P${index}.p`)
  // A little in the future, as a clock that is ahead: after the beginning of the driver, and asked for.
  const told = nodes.map((_, index) => [{ at: Date.now() + 20_000, value: index }])
  const field = await setUp({
    operationLimits: { maxNodesPerRead: 1, maxMonitoredItemsPerCall: 2, maxNodesPerHistoryReadData: 3, maxNodesPerBrowse: 1 },
    maxMonitoredItemsPerSubscription: 5,
    history: (node, from, to) => {
      const kept = told[node].filter(({ at }) => from <= at && at <= to)
      return { at: kept.map(({ at }) => at), values: kept.map(({ value }) => value) }
    },
  }, { nodes })
  // All of them came by history; then all come live, over five subscriptions.
  expect(new Set(field.rows.map(([channel, , value]) => `${channel} ${value}`))).toEqual(new Set(nodes.map((_, index) => `${index} ${index}`)))
  field.give(100)
  await expect.poll(() => field.rows.filter(([, , value]) => value === 100).length, PATIENCE).toBe(23)
  expect(field.rejected).toEqual([])
  expect(field.server.server.currentSubscriptionCount).toBe(5)
})

test('more nodes than a server allows subscriptions for: the rest is refused by name', async () => {
  const nodes = Array.from({ length: 7 }, (_, index) => `P${index}.p`)
  const field = await setUp({ maxMonitoredItemsPerSubscription: 2, maxSubscriptionsPerSession: 2 }, { nodes })
  expect(field.states.at(-1)).toBe('connected 3 of 7 nodes refused, e.g. P4.p: BadTooManySubscriptions')
  expect(field.rejected.reduce((count, text) => count + Number(text.split(' ')[1]), 0)).toBe(3)
})

test('a half-open line is noticed within 20 s, and the server has one session afterwards', async () => {
  const field = await setUp()
  field.give(1)
  await expect.poll(() => field.rows.length, PATIENCE).toBe(3)
  const states = field.states.length
  const begunMs = performance.now()
  field.proxy.set({ hole: true })
  field.give(2)
  await expect.poll(() => field.states.length, { timeout: 25_000 }).toBeGreaterThan(states)
  expect(performance.now() - begunMs).toBeLessThan(20_000)
  expect(field.states.at(-1)).toMatch(/^reconnecting rebuilt-client: line: nothing came for 1\d s/)
  field.proxy.heal()
  await expect.poll(() => byTime(field.once()), PATIENCE).toEqual(byTime(field.given))
  expect(field.server.sessions()).toBe(1)
})

test('a message is acknowledged when its values are in the journal, and not before', async () => {
  const field = await setUp()
  const kept = (): number => field.server.unacknowledged()
  field.give(1)
  await expect.poll(() => field.rows.length, PATIENCE).toBe(3)
  await expect.poll(kept, PATIENCE).toBeLessThanOrEqual(1)
  let open: () => void = () => {}
  field.journal.open = new Promise((resolve) => { open = resolve })
  for (const value of [2, 3, 4, 5]) {
    field.give(value)
    await pause(700)
  }
  expect(kept()).toBeGreaterThanOrEqual(4)
  expect(field.rows).toHaveLength(3)
  open()
  // The acknowledgement goes with the next request: the next message brings it.
  field.give(6)
  await expect.poll(() => field.rows.length, PATIENCE).toBe(18)
  await pause(1_200)
  field.give(7)
  await expect.poll(kept, PATIENCE).toBeLessThanOrEqual(2)
})
