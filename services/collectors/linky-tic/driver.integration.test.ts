import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
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
import { createTicDriver, ticDriver } from './driver.ts'
import { frameBytes, horodate, recording, withParity } from './tic.testkit.ts'

const METER = '031664001115'
const channelOf = (label: string, unit: string, address: string = METER, more: object = {}): Channel => testChannel('homes', address, { unit, label, ...more })
const sourceAt = (url: string, options?: Record<string, number>): Source => ({ id: 'homes', protocol: 'linky-tic', url, periodS: 2, staleAfterS: 10, ...(options === undefined ? {} : { options }) })

/** A TCP server that speaks for a meter: the frame it is given, again and again, in pieces. */
async function startMeter(port: number, frame: () => Uint8Array) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  const speaking = setInterval(() => {
    const bytes = frame()
    for (const socket of sockets) for (let at = 0; at < bytes.length; at += 7) socket.write(bytes.subarray(at, at + 7))
  }, 100)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      clearInterval(speaking)
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

driverContract('linky-tic', async (folder) => {
  const port = await freePort()
  const shown = { at: Math.floor(Date.now() / 1_000) * 1_000 - 60_000, power: 0, voltage: 0 }
  return {
    factory: ticDriver, source: sourceAt(`tic-tcp://127.0.0.1:${port}`), channels: [channelOf('SINSTS', 'VA'), channelOf('URMS1', 'V')], stateFolder: join(folder, 'state'),
    gives: { time: true, quality: false, history: false },
    async startServer() {
      const meter = await startMeter(port, () => frameBytes('standard', [
        ['ADSC', METER], ['DATE', horodate(shown.at), ''], ['SINSTS', String(shown.power).padStart(5, '0')], ['URMS1', String(shown.voltage).padStart(3, '0')],
      ]))
      return {
        publish(channel, at, value) {
          Object.assign(shown, { at }, channel === 0 ? { power: value } : { voltage: value })
        },
        stop: () => meter.stop(),
      }
    },
  }
})

/** Runs the driver and keeps what it says. */
async function watch(factory: DriverFactory, source: Source, channels: readonly Channel[]) {
  const rows: { channel: number; at: number; value: number; quality: number }[] = []
  const rejected = new Map<string, number>()
  const states: string[] = []
  const driver = await factory.start({
    source, channels, stateFolder: '', log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async ({ channels: indexes, at, values, quality }) => indexes.forEach((channel, row) => rows.push({ channel, at: at[row], value: values[row], quality: quality[row] })),
    reject: (reason, count) => void rejected.set(reason, (rejected.get(reason) ?? 0) + count),
    lastStoredAt: async () => new Float64Array(channels.length).fill(NaN),
    status: (state, detail) => void states.push(detail === undefined ? state : `${state}: ${detail}`),
  })
  onTestFinished(() => driver.stop())
  return { rows, rejected, states }
}

async function watchMeter(frame: () => Uint8Array, channels: readonly Channel[]) {
  const meter = await startMeter(0, frame)
  onTestFinished(() => meter.stop())
  return watch(ticDriver, sourceAt(`tic-tcp://127.0.0.1:${meter.port}`), channels)
}

test("Enedis' frame: each value has its own time, the register of states its fields; what did not change is not told again", async () => {
  const { rows, rejected } = await watchMeter(() => recording('ticFrameStandard.txt'), [
    channelOf('EAST', 'kWh'), channelOf('CCASN', 'kW'), channelOf('URMS1', 'V'), channelOf('PREF', 'VA'), channelOf('STGE', '1', METER, { field: 'supplier-index' }),
  ])
  await expect.poll(() => rows.length, { timeout: 8_000 }).toBe(5)
  const frameAt = Date.UTC(2017, 8, 15, 8, 16, 1)
  expect(rows.toSorted((left, right) => left.channel - right.channel).map(({ at, value }) => [at, value])).toEqual([
    [frameAt, 0], [Date.UTC(2017, 8, 13, 9, 30), 0], [frameAt, 230], [frameAt, 3_000], [frameAt, 1],
  ])
  await new Promise((resolve) => setTimeout(resolve, 800))
  expect(rows).toHaveLength(5)
  expect(rejected.size).toBe(0)
})

test('a group with a wrong checksum feeds nothing and is counted; another meter and a label it does not send are named', async () => {
  const wrong = await watchMeter(() => recording('ticFrameStandard_PCOUP_Invalid.txt'), [channelOf('PCOUP', 'kVA'), channelOf('PREF', 'kVA')])
  await expect.poll(() => wrong.rejected.get('checksum'), { timeout: 8_000 }).toBeGreaterThan(0)
  await expect.poll(() => wrong.rows.map(({ channel, value }) => [channel, value]), { timeout: 8_000 }).toEqual([[1, 3]])
  expect(wrong.states).toContain('connected: the meter does not send PCOUP')

  const other = await watchMeter(() => recording('ticFrameStandard.txt'), [channelOf('PREF', 'kVA', '999999999999')])
  await expect.poll(() => other.rejected.get('unknown-meter'), { timeout: 8_000 }).toBeGreaterThan(0)
  expect(other.states).toContain(`connected: the meter on this line is ${METER}`)
  expect(other.rows).toHaveLength(0)
})

test('an index that goes backwards and a clock that lost the time are uncertain', async () => {
  const indexes = [1_000, 1_010, 400, 410]
  const at = Date.UTC(2026, 0, 10, 12)
  let told = 0
  const { rows } = await watchMeter(() => {
    const step = Math.min(told++, indexes.length)
    const stamp = horodate(at + step * 1_000)
    return frameBytes('standard', [['ADSC', METER], ['DATE', step < indexes.length ? stamp : stamp.replace('H', 'h'), ''], ['EAST', String(indexes[step] ?? 420).padStart(9, '0')]])
  }, [channelOf('EAST', 'Wh', '*')])
  await expect.poll(() => rows.length, { timeout: 8_000 }).toBeGreaterThanOrEqual(4)
  await expect.poll(() => rows.find(({ value }) => value === 420)?.quality, { timeout: 8_000 }).toBe(QUALITY.uncertain)
  expect(rows.find(({ value }) => value === 400)?.quality).toBe(QUALITY.uncertain)
  expect(rows.find(({ value }) => value === 410)?.quality).toBe(QUALITY.measured)
})

test('a serial line finds the speed of its meter, and finds it again when the mode is changed', async () => {
  const path = '/dev/tic-test'
  SerialPortMock.binding.createPort(path)
  onTestFinished(() => SerialPortMock.binding.reset())
  const meter = { speed: 9_600, frame: withParity(frameBytes('standard', [['ADSC', METER], ['SINSTS', '01234']])) }
  const speeds: number[] = []
  const factory = createTicDriver((address, baudRate) => {
    if (address.kind !== 'serial') throw new Error('a serial line was expected')
    speeds.push(baudRate)
    return openSerial({ path: address.path, baudRate, dataBits: 8, parity: 'none' }, (options) => {
      const port = new SerialPortMock(options)
      const speaking = setInterval(() => {
        // At the wrong speed bits fall together.
        if (port.isOpen) port.port!.emitData(Buffer.from(meter.speed === baudRate ? meter.frame : meter.frame.map((byte) => (byte * 37) & 0xff)))
      }, 50)
      port.once('close', () => clearInterval(speaking))
      return port
    })
  })
  const { rows } = await watch(factory, sourceAt(`tic-serial:${path}`, { timeoutMs: 400 }), [channelOf('SINSTS', 'VA', '*'), channelOf('PAPP', 'VA', '*')])
  await expect.poll(() => rows.some(({ channel, value }) => channel === 0 && value === 1_234), { timeout: 10_000 }).toBe(true)
  expect(speeds.slice(0, 2)).toEqual([1_200, 9_600])
  Object.assign(meter, { speed: 1_200, frame: withParity(frameBytes('historique', [['ADCO', METER], ['PAPP', '00560']])) })
  await expect.poll(() => rows.some(({ channel, value }) => channel === 1 && value === 560), { timeout: 10_000 }).toBe(true)
  expect(speeds.at(-1)).toBe(1_200)
})

test('the check names what cannot be fed', () => {
  const faults = ticDriver.check(sourceAt('tic-udp://x'), [channelOf('EAST', 'kW'), channelOf('PTEC', '1'), channelOf('EAST', 'kWh', 'kitchen'), channelOf('STGE', '1'), channelOf('NOSUCH', '1')])
  expect(faults).toHaveLength(6)
  expect(ticDriver.check(sourceAt('tic-serial:/dev/ttyAMA0'), [channelOf('EAST', 'kWh'), channelOf('PAPP', 'kVA', '*')])).toEqual([])
})
