import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { driverContract } from '../contract.ts'
import { opcuaDriver } from './driver.ts'
import { prepareField } from './field.testkit.ts'

driverContract('opcua', async (folder) => {
  const { source, channels, startServer, stateFolder } = await prepareField(folder)
  return { factory: opcuaDriver, source, channels, stateFolder, startServer, gives: { time: true, quality: true, history: true } }
})

/** Runs the driver against a prepared field and keeps all it says. */
async function watchDriver(field: Awaited<ReturnType<typeof prepareField>>, { source = field.source, channels: wanted = field.channels, lastStoredAt = NaN } = {}) {
  const states: string[] = []
  const rejected: string[] = []
  const rows: { channel: number; at: number; value: number }[] = []
  const newest = new Float64Array(wanted.length).fill(lastStoredAt)
  const driver = await opcuaDriver.start({
    source, channels: wanted, stateFolder: field.stateFolder, log: silentLogger,
    clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async ({ channels, at, values }) => channels.forEach((channel, row) => {
      rows.push({ channel, at: at[row], value: values[row] })
      if (!(at[row] <= newest[channel])) newest[channel] = at[row]
    }),
    reject: (reason, count, detail) => void rejected.push(`${reason} ${count} ${detail}`),
    lastStoredAt: async () => newest.slice(),
    status: (state, detail) => void states.push(detail === undefined ? state : `${state} ${detail}`),
  })
  onTestFinished(() => driver.stop())
  return { states, rows, rejected }
}

async function temporaryField({ givesHistory = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-opcua-'))
  const field = await prepareField(folder, givesHistory)
  const server = await field.startServer()
  onTestFinished(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return { folder, field, server }
}

test('a server whose certificate nobody put into the folder is not read', async () => {
  const { folder, field, server } = await temporaryField()
  server.publish(0, Date.now(), 1, QUALITY.measured)
  const nobody = join(folder, 'nobody')
  await mkdir(nobody)
  const { states, rows } = await watchDriver(field, { source: { ...field.source, options: { trustedCertificateFolder: nobody } } })
  await expect.poll(() => states.find((state) => state.startsWith('reconnecting')), { timeout: 10_000 }).toMatch(/certificate/i)
  expect(states).not.toContain('connected')
  expect(rows).toEqual([])
})

test('history longer than one answer comes whole, oldest first', async () => {
  const { field, server } = await temporaryField()
  const begin = Math.floor(Date.now() / 1_000) * 1_000 - 4_000_000
  for (let second = 0; second < 2_500; second++) field.told[0].push({ at: begin + second * 1_000, value: second, quality: QUALITY.measured })
  for (let second = 0; second < 10; second++) field.told[1].push({ at: begin + second * 1_000, value: second, quality: QUALITY.measured })
  const { rows } = await watchDriver(field, { lastStoredAt: begin - 1 })
  await expect.poll(() => rows.length, { timeout: 15_000 }).toBe(2_510)
  expect(rows.filter(({ channel }) => channel === 0).map(({ value }) => value)).toEqual(Array.from({ length: 2_500 }, (_, second) => second))
  server.publish(1, Date.now(), 99, QUALITY.measured)
  await expect.poll(() => rows.at(-1)?.value, { timeout: 10_000 }).toBe(99)
})

test('a server that is connected and says nothing gets a new session, then a new client', async () => {
  const { field, server } = await temporaryField()
  const { states } = await watchDriver(field)
  server.publish(0, Date.now(), 1, QUALITY.measured)
  await expect.poll(() => states.filter((state) => state.startsWith('reconnecting')), { timeout: 25_000 })
    .toEqual(['reconnecting rebuilt-session: silent', 'reconnecting rebuilt-client: silent'])
})

test('a node that the server does not know is counted and named; the others are read', async () => {
  const { field, server } = await temporaryField()
  const unknown = { ...field.channels[0], device: { ...field.channels[0].device, address: 'P99.T9' } }
  const { states, rows, rejected } = await watchDriver(field, { channels: [unknown, ...field.channels] })
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected 1 of 3 nodes refused, e.g. P99.T9.p: BadNodeIdUnknown')
  server.publish(0, Date.now(), 5, QUALITY.measured)
  await expect.poll(() => rows.map(({ channel, value }) => [channel, value]), { timeout: 10_000 }).toEqual([[1, 5]])
  expect(rejected).toEqual(['node-refused 1 P99.T9.p: BadNodeIdUnknown'])
})

test('values that ran over at the server are read from its history, oldest first', async () => {
  const { field, server } = await temporaryField()
  const { states, rows, rejected } = await watchDriver(field)
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected')
  const begin = Date.now()
  const burst = Array.from({ length: 400 }, (_, step) => step)
  for (const step of burst) server.publish(0, begin + step, step, QUALITY.measured)
  // What is read twice around a new session is the same value of the same time: ingest knows it already. Its first coming is looked at.
  const told = () => [...new Map(rows.filter(({ channel }) => channel === 0).map(({ at, value }) => [at, value] as const)).values()]
  await expect.poll(() => told().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(burst.length)
  expect(told()).toEqual(burst)
  expect(rejected).toEqual(['overflow-at-server 1 P05.T1.p'])
})

test('a node without history does not keep the others from theirs', async () => {
  const { field, server } = await temporaryField()
  const unknown = { ...field.channels[0], device: { ...field.channels[0].device, address: 'P99.T9' } }
  const { states, rows } = await watchDriver(field, { channels: [unknown, ...field.channels] })
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toMatch(/^connected/)
  const begin = Date.now()
  for (let step = 0; step < 400; step++) server.publish(0, begin + step, step, QUALITY.measured)
  await expect.poll(() => new Set(rows.map(({ at }) => at)).size, { timeout: 15_000 }).toBe(400)
})

test('a server that refuses to be asked for history is read live, and what it lost is counted', async () => {
  const { field, server } = await temporaryField({ givesHistory: false })
  const { states, rows, rejected } = await watchDriver(field)
  await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('connected')
  const begin = Date.now()
  for (let step = 0; step < 400; step++) server.publish(0, begin + step, step, QUALITY.measured)
  await expect.poll(() => rows.at(-1)?.value, { timeout: 10_000 }).toBe(399)
  expect(rejected).toEqual(['overflow-at-server 1 P05.T1.p'])
  expect(states).toEqual(['starting', 'connected'])
})
