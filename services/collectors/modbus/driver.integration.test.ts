import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Source } from '#models/district/schema.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { driverContract } from '../contract.ts'
import { testChannel } from '../driver.testkit.ts'
import { freePort } from '../opcua/field.testkit.ts'
import { modbusDriver } from './driver.ts'

const REGISTERS = { unit: 'W', register: 0, type: 'int32', timeRegister: 100 }
const channels = [1, 2, 3].map((unit) => testChannel('buildings', unit, REGISTERS))
const sourceAt = (port: number): Source => ({ id: 'buildings', protocol: 'modbus', url: `modbus-tcp://127.0.0.1:${port}`, periodS: 1, staleAfterS: 4 })

type Answer = (request: Buffer, registers: Buffer) => Buffer | Buffer[] | undefined

/** A device on the wire: answers reads of each unit from its registers, unless a test makes it misbehave. */
async function startDevice(port: number, answer: (unit: number, socket: Socket) => Answer = () => plainAnswer) {
  const registers = new Map<number, Buffer>()
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (request) => {
      const unit = request[6]
      const reply = answer(unit, socket)(request, registers.get(unit) ?? Buffer.alloc(256))
      for (const part of reply === undefined ? [] : Array.isArray(reply) ? reply : [reply]) socket.write(part)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    set(unit: number, at: number, value: number) {
      const memory = registers.get(unit) ?? Buffer.alloc(256)
      registers.set(unit, memory)
      memory.writeInt32BE(value, 0)
      memory.writeUInt32BE(Math.floor(at / 1000), 200)
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const plainAnswer = (request: Buffer, registers: Buffer): Buffer => {
  const [register, count] = [request.readUInt16BE(8), request.readUInt16BE(10)]
  const data = registers.subarray(register * 2, (register + count) * 2)
  return Buffer.concat([request.subarray(0, 4), Buffer.from([0, 3 + data.length, request[6], 3, data.length]), data])
}

driverContract('modbus', async (folder) => {
  const port = await freePort()
  const memory = new Map<number, [number, number]>()
  return {
    factory: modbusDriver, source: sourceAt(port), channels: channels.slice(0, 2), stateFolder: join(folder, 'state'),
    gives: { time: true, quality: false, history: false },
    async startServer() {
      const device = await startDevice(port)
      for (const [unit, [at, value]] of memory) device.set(unit, at, value)
      return {
        publish(channel, at, value) {
          memory.set(channel + 1, [at, value])
          device.set(channel + 1, at, value)
        },
        stop: () => device.stop(),
      }
    },
  }
})

/** Runs the driver against a device and keeps what it says. */
async function watch(answer: (unit: number, socket: Socket) => Answer) {
  const device = await startDevice(0, answer)
  const rows: { channel: number; at: number; value: number; atMs: number }[] = []
  const rejected: string[] = []
  const states: string[] = []
  const driver = await modbusDriver.start({
    source: sourceAt(device.port), channels, stateFolder: '', log: silentLogger, clock: { now: Date.now, speed: 1, realMsUntil: () => 0 },
    deliver: async ({ channels: indexes, at, values }) => indexes.forEach((channel, row) => rows.push({ channel, at: at[row], value: values[row], atMs: performance.now() })),
    reject: (reason) => void rejected.push(reason),
    lastStoredAt: async () => new Float64Array(channels.length).fill(NaN),
    status: (state, detail) => void states.push(detail === undefined ? state : `${state}: ${detail}`),
  })
  onTestFinished(async () => {
    await driver.stop()
    await device.stop()
  })
  return { device, rows, rejected, states }
}

test('an answer cut into single bytes, and one behind a stray answer, give their own values', async () => {
  const { device, rows, rejected } = await watch((unit) => (request, registers) => {
    const answer = plainAnswer(request, registers)
    if (unit === 1) return [...answer].map((byte) => Buffer.from([byte]))
    // First an answer to a question that nobody asked, with another value.
    const stray = Buffer.from(answer)
    stray.writeUInt16BE((stray.readUInt16BE(0) + 7) % 65_536, 0)
    stray.writeInt32BE(666, 9)
    return [stray, answer]
  })
  for (const unit of [1, 2, 3]) device.set(unit, 1_700_000_000_000, unit * 100)
  await expect.poll(() => rows.length, { timeout: 8_000 }).toBe(3)
  expect(rows.map(({ channel, value }) => [channel, value]).sort()).toEqual([[0, 100], [1, 200], [2, 300]])
  expect(rejected).toEqual([])
})

test('an exception and an answer of the wrong length are counted by reason; the other units go on', async () => {
  const { device, rows, rejected } = await watch((unit) => (request, registers) => {
    if (unit === 1) return Buffer.concat([request.subarray(0, 4), Buffer.from([0, 3, unit, 0x83, 0x06])])
    if (unit === 2) return Buffer.concat([request.subarray(0, 4), Buffer.from([0, 5, unit, 3, 2, 9, 9])])
    return plainAnswer(request, registers)
  })
  device.set(3, 1_700_000_000_000, 300)
  await expect.poll(() => rows.map(({ value }) => value), { timeout: 8_000 }).toEqual([300])
  expect(new Set(rejected)).toEqual(new Set(['exception-06', 'malformed-answer']))
})

test('a silent unit is named and costs the others less than a second', async () => {
  const { device, rows, states } = await watch((unit) => (unit === 2 ? () => undefined : plainAnswer))
  const begun = performance.now()
  for (const unit of [1, 3]) device.set(unit, 1_700_000_000_000, unit)
  await expect.poll(() => rows.length, { timeout: 8_000 }).toBe(2)
  expect(rows.find(({ channel }) => channel === 2)!.atMs - begun).toBeLessThan(3_000)
  await expect.poll(() => states, { timeout: 8_000 }).toContain('connected: no answer from unit 2')
})

test('a stream that is no Modbus is cut and opened again', async () => {
  let garbled = true
  const { device, rows, rejected, states } = await watch(() => (request, registers) => (garbled ? Buffer.from('HTTP/1.1 400 Bad Request') : plainAnswer(request, registers)))
  device.set(1, 1_700_000_000_000, 7)
  await expect.poll(() => states.some((state) => state.startsWith('reconnecting')), { timeout: 8_000 }).toBe(true)
  expect(rejected).toContain('not-modbus')
  garbled = false
  await expect.poll(() => rows.some(({ value }) => value === 7), { timeout: 15_000 }).toBe(true)
})

test('a connection that ends in the middle of a round leaves no unit out afterwards', async () => {
  let cut = true
  const { device, rows } = await watch((unit, socket) => (request, registers) => {
    if (unit === 2 && cut) {
      cut = false
      socket.destroy()
      return undefined
    }
    return plainAnswer(request, registers)
  })
  for (const unit of [1, 2, 3]) device.set(unit, 1_700_000_000_000, unit)
  await expect.poll(() => rows.map(({ value }) => value).sort(), { timeout: 5_000 }).toEqual([1, 2, 3])
})

test('a device that goes on between two questions never gets the time of one value on another', async () => {
  const at = 1_700_000_000_000
  let questions = 0
  const { device, rows } = await watch((unit) => (request, registers) => {
    const answer = plainAnswer(request, registers)
    // After each of the first answers of unit 1 its meter measures again.
    if (unit === 1 && questions < 3) device.set(1, at + ++questions * 5_000, 100 + questions)
    return answer
  })
  device.set(1, at, 100)
  await expect.poll(() => rows.some(({ value }) => value === 103), { timeout: 8_000 }).toBe(true)
  for (const { at: time, value } of rows.filter(({ channel }) => channel === 0)) expect(time).toBe(at + (value - 100) * 5_000)
})

test('a gateway that cuts whoever asks for one of its units does not keep the others from being read', async () => {
  const { device, rows } = await watch((unit, socket) => (request, registers) => {
    if (unit !== 2) return plainAnswer(request, registers)
    socket.destroy()
    return undefined
  })
  for (const unit of [1, 3]) device.set(unit, 1_700_000_000_000, unit)
  await expect.poll(() => rows.map(({ value }) => value).sort(), { timeout: 8_000 }).toEqual([1, 3])
})
