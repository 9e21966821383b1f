import { join } from 'node:path'
import { SerialPortMock } from 'serialport'
import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { QUALITY } from '#models/units/quality.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openSerial } from '../byte-line.ts'
import { driverContract } from '../contract.ts'
import { testChannel } from '../driver.testkit.ts'
import { freePort } from '../opcua/field.testkit.ts'
import type { Channel, DriverFactory } from '../port.ts'
import { createMBusDriver, mbusDriver } from './driver.ts'
import { FrameReader } from './frames.ts'
import { clockRecord, createMeters, powerRecord, startGateway, type SimulatedMeter, type SimulatedMeters } from './meters.testkit.ts'

const WINTER_OFFSET_MS = 3_600_000
const POWER = { unit: 'kW', quantity: 'power' }
const channelOf = (address: string | number, more: object = {}): Channel => testChannel('heat', address, { ...POWER, ...more })
const sourceAt = (url: string, options: Record<string, number> = {}): Source => ({ id: 'heat', protocol: 'mbus', url, periodS: 1, staleAfterS: 4, options: { timeZone: 'Europe/Paris', timeoutMs: 400, ...options } })
const meter = (address: number, watts: number, more: Partial<SimulatedMeter> = {}): SimulatedMeter => ({ address, id: `1234560${address}`, telegrams: [powerRecord(watts)], ...more })

driverContract('mbus', async (folder) => {
  const port = await freePort()
  const line = createMeters()
  const channels = [channelOf(1, { meterTime: 'winter-time', unit: 'W' }), channelOf('12345602', { meterTime: 'winter-time', unit: 'W' })]
  line.add(meter(1, 0))
  line.add(meter(2, 0))
  return {
    factory: mbusDriver, source: sourceAt(`mbus-tcp://127.0.0.1:${port}`), channels, stateFolder: join(folder, 'state'),
    gives: { time: true, quality: false, history: false },
    async startServer() {
      const gateway = await startGateway(port, line)
      return {
        publish(channel, at, value) {
          line.meters.get(channel + 1)!.telegrams = [[...powerRecord(value), ...clockRecord(at + WINTER_OFFSET_MS)]]
        },
        stop: () => gateway.stop(),
      }
    },
  }
})

/** Runs the driver and keeps what it says. */
async function watch(factory: DriverFactory, source: Source, channels: readonly Channel[]) {
  const rows: { channel: number; value: number; quality: number; atMs: number }[] = []
  const rejected: string[] = []
  const states: string[] = []
  const driver = await factory.start({
    source, channels, stateFolder: '', log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async ({ channels: indexes, values, quality }) => indexes.forEach((channel, row) => rows.push({ channel, value: values[row], quality: quality[row], atMs: performance.now() })),
    reject: (reason) => void rejected.push(reason),
    lastStoredAt: async () => new Float64Array(channels.length).fill(NaN),
    status: (state, detail) => void states.push(detail === undefined ? state : `${state}: ${detail}`),
  })
  onTestFinished(() => driver.stop())
  return { rows, rejected, states, newest: (channel: number) => rows.findLast((row) => row.channel === channel)?.value }
}

async function watchGateway(line: SimulatedMeters, channels: readonly Channel[]) {
  const gateway = await startGateway(0, line)
  onTestFinished(() => gateway.stop())
  return { gateway, ...await watch(mbusDriver, sourceAt(`mbus-tcp://127.0.0.1:${gateway.port}`), channels) }
}

test('a reading of several telegrams is put together by the frame count bit, also where one of them comes damaged', async () => {
  const line = createMeters()
  let damaged = 0
  line.add(meter(1, 0, {
    telegrams: [powerRecord(1_000), [0x0c, 0x13, 0x45, 0x23, 0x01, 0x00], [0x84, 0x10, 0x2b, 0x10, 0x27, 0, 0]],
    spoil: (answer, question) => (question.kind === 'short' && answer.length > 20 && damaged++ % 3 === 1 ? answer.map((byte, at) => (at === 10 ? byte ^ 0xff : byte)) : answer),
  }))
  const { rows, rejected, newest } = await watchGateway(line, [channelOf(1), testChannel('heat', 1, { unit: 'L', quantity: 'volume' }), channelOf(1, { tariff: 1, unit: 'W' })])
  await expect.poll(() => rows.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3)
  expect([newest(0), newest(1), newest(2)]).toEqual([1, 12_345, 10_000])
  expect(rejected).toEqual([])
  expect(damaged).toBeGreaterThan(3)
})

test('a meter that stays silent is named, costs the others its timeout once, and is asked again after them', async () => {
  const line = createMeters()
  line.add(meter(1, 1_000))
  line.add(meter(3, 3_000))
  const { rows, states } = await watchGateway(line, [channelOf(1), channelOf(2), channelOf(3)])
  const begun = performance.now()
  await expect.poll(() => rows.some(({ channel }) => channel === 2), { timeout: 8_000 }).toBe(true)
  expect(rows.find(({ channel }) => channel === 2)!.atMs - begun).toBeLessThan(1_500)
  await expect.poll(() => states, { timeout: 8_000 }).toContain('connected: no answer from meter 2')
  expect(line.questions.slice(0, 6)).toEqual(['40 1', '7b 1', '40 2', '40 3', '7b 3', '40 2'])
  const asked = () => line.questions.filter((question) => question.endsWith(' 2')).length
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(asked()).toBe(2)
})

test('an answer that comes too late is never taken for that of the meter asked next', async () => {
  const line = createMeters()
  line.add(meter(1, 1_000))
  // Meter 2 answers behind a whole late telegram of meter 1.
  line.add(meter(2, 2_000, {
    spoil(answer, question) {
      if (question.kind !== 'short' || question.control === 0x40) return answer
      const late = line.answer({ kind: 'short', control: 0x7b, address: 1 }) ?? new Uint8Array()
      return Uint8Array.of(...late, ...answer)
    },
  }))
  const { rows, rejected } = await watchGateway(line, [channelOf(2)])
  await expect.poll(() => rows.length, { timeout: 8_000 }).toBeGreaterThanOrEqual(2)
  expect(new Set(rows.map(({ value }) => value))).toEqual(new Set([2]))
  expect(rejected).toEqual([])
})

test('a gateway that hangs up on whoever asks for one of its meters does not keep the others from being read', async () => {
  const line = createMeters()
  line.add(meter(1, 1_000))
  line.add(meter(3, 3_000))
  const { gateway, newest } = await watchGateway(line, [channelOf(1), channelOf(2), channelOf(3)])
  line.add(meter(2, 2_000, {
    spoil() {
      gateway.cut()
      return undefined
    },
  }))
  await expect.poll(() => [newest(0), newest(2)], { timeout: 15_000 }).toEqual([1, 3])
  expect(newest(1)).toBeUndefined()
})

test('wildcards select by secondary address; a meter of another number behind the selection is refused', async () => {
  const line = createMeters()
  line.add(meter(5, 5_000))
  const other = line.add(meter(6, 6_000))
  const { rows, rejected, newest } = await watchGateway(line, [channelOf('FFFFFF05'), channelOf('12345606')])
  await expect.poll(() => [newest(0), newest(1)], { timeout: 8_000 }).toEqual([5, 6])
  const count = rows.filter(({ channel }) => channel === 1).length
  Object.assign(other, { spoil: (answer: Uint8Array) => (answer.length > 1 ? line.answer({ kind: 'short', control: 0x5b, address: 5 }) : answer) })
  await expect.poll(() => rejected, { timeout: 8_000 }).toContain('wrong-meter')
  expect(rows.filter(({ channel, value }) => channel === 1 && value !== 6)).toHaveLength(0)
  expect(rows.filter(({ channel }) => channel === 1).length).toBeGreaterThanOrEqual(count)
})

test('what a meter calls invalid is bad, what it does not have and what has another unit is counted', async () => {
  const line = createMeters()
  line.add(meter(1, 0, { telegrams: [[0x02, 0x2b, 0x00, 0x80, 0x02, 0x5a, 0xc8, 0x00, ...powerRecord(7).with(0, 0x44)]] }))
  const { rows, rejected } = await watchGateway(line, [channelOf(1), channelOf(1, { quantity: 'volume' }), channelOf(1, { quantity: 'flow-temperature' }), channelOf(1, { vif: '2b', quantity: undefined, storage: 1, unit: 'W' })])
  await expect.poll(() => rows.length, { timeout: 8_000 }).toBeGreaterThanOrEqual(2)
  expect(rows.find(({ channel }) => channel === 0)).toMatchObject({ value: NaN, quality: QUALITY.bad })
  expect(rows.find(({ channel }) => channel === 3)).toMatchObject({ value: 7, quality: QUALITY.measured })
  expect(new Set(rejected)).toEqual(new Set(['no-record', 'unit-mismatch']))
})

test('a serial line is opened with even parity at its speed, and opened again when it fails', async () => {
  const path = '/dev/mbus-test'
  SerialPortMock.binding.createPort(path, { record: true })
  onTestFinished(() => SerialPortMock.binding.reset())
  const line = createMeters()
  line.add(meter(1, 1_500))
  const opened: SerialPortMock[] = []
  const settings: unknown[] = []
  const factory = createMBusDriver((address) => {
    if (address.kind !== 'serial') throw new Error('a serial line was expected')
    settings.push(address)
    return openSerial({ path: address.path, baudRate: address.baudRate!, dataBits: 8, parity: 'even' }, (options) => {
      const port = new SerialPortMock(options)
      const frames = new FrameReader()
      // The mock has no other end: what is written is answered at once.
      const write = port.write.bind(port)
      port.write = ((bytes: Uint8Array) => {
        const isTaken = write(bytes)
        for (const frame of frames.push(bytes).frames) {
          const answer = line.answer(frame)
          if (answer !== undefined) setTimeout(() => port.port?.emitData(Buffer.from(answer)), 5)
        }
        return isTaken
      }) as typeof port.write
      opened.push(port)
      return port
    })
  })
  const { rows, states } = await watch(factory, sourceAt(`mbus-serial:${path}?baud=9600`), [channelOf(1)])
  await expect.poll(() => rows.length, { timeout: 8_000 }).toBeGreaterThanOrEqual(1)
  expect(rows[0].value).toBe(1.5)
  expect(settings[0]).toEqual({ kind: 'serial', path, baudRate: 9_600 })
  expect(opened[0].port?.openOptions).toMatchObject({ baudRate: 9_600, dataBits: 8, parity: 'even', stopBits: 1 })
  opened[0].close()
  await expect.poll(() => opened.length, { timeout: 8_000 }).toBe(2)
  expect(states.some((state) => state.startsWith('reconnecting'))).toBe(true)
  const before = rows.length
  await expect.poll(() => rows.length, { timeout: 8_000 }).toBeGreaterThan(before)
})

test('the check names what cannot be read', () => {
  const faults = mbusDriver.check(sourceAt('mbus-udp://x'), [channelOf(0), channelOf('kitchen'), channelOf(251), channelOf(1, { vif: '2b' })])
  expect(faults).toHaveLength(5)
  expect(mbusDriver.check(sourceAt('mbus-serial:/dev/ttyUSB0?baud=2400'), [channelOf(250), channelOf(11_490_378), channelOf('1149037F-ACW-0e-16')])).toEqual([])
})
