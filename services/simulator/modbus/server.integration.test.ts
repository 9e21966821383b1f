import { connect } from 'node:net'
import ModbusClient from 'modbus-serial'
import { afterEach, expect, test } from 'vitest'
import { silentLogger } from '#services/telemetry/logger.ts'
import { DEVICE_REGISTERS, placeOf, writeTime, writeValue } from './registers.ts'
import { startModbusServer } from './server.ts'
import type { ModbusServer } from './server.ts'

let server: ModbusServer
const clients: InstanceType<typeof ModbusClient.default>[] = []

async function connected(unit: number) {
  const client = new ModbusClient.default()
  clients.push(client)
  await client.connectTCP('127.0.0.1', { port: server.port })
  client.setID(unit)
  client.setTimeout(300)
  return client
}

async function served(): Promise<Uint16Array> {
  server = await startModbusServer({ port: 0, log: silentLogger })
  const registers = new Uint16Array(DEVICE_REGISTERS)
  server.setRegisters(7, registers)
  return registers
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close(() => {})
  await server.stop()
})

test('a client that others wrote reads signed power, a counter and the time of the device', async () => {
  const registers = await served()
  writeValue(registers, placeOf('shop-meter', 'p', 'p'), -12_345)
  writeValue(registers, placeOf('shop-meter', 'e', 'e'), 39_999_999.99)
  writeTime(registers, Date.parse('2026-01-12T17:00:05Z'))
  const client = await connected(7)
  const { buffer } = await client.readHoldingRegisters(0, 6)
  expect(buffer.readInt32BE(0)).toBe(-12_345)
  expect(buffer.readUInt32BE(8)).toBe(3_999_999_999)
  expect((await client.readHoldingRegisters(100, 2)).buffer.readUInt32BE(0)).toBe(Date.parse('2026-01-12T17:00:05Z') / 1_000)
})

test('refuses as the specification says: other functions, other registers, other units', async () => {
  await served()
  const client = await connected(7)
  await expect(client.readCoils(0, 1)).rejects.toMatchObject({ modbusCode: 1 })
  await expect(client.readHoldingRegisters(101, 2)).rejects.toMatchObject({ modbusCode: 2 })
  client.setID(8)
  await expect(client.readHoldingRegisters(0, 1)).rejects.toMatchObject({ modbusCode: 11 })
})

test('falls silent, fails and recovers when told to', async () => {
  await served()
  const client = await connected(7)
  server.setFault('silence')
  await expect(client.readHoldingRegisters(0, 1)).rejects.toMatchObject({ name: 'TransactionTimedOutError' })
  server.setFault('bad-quality')
  await expect(client.readHoldingRegisters(0, 1)).rejects.toMatchObject({ modbusCode: 4 })
  server.setFault('none')
  expect((await client.readHoldingRegisters(0, 1)).data).toEqual([0])
})

test('a frame may come in pieces, and what is not Modbus is cut off', async () => {
  const registers = await served()
  registers[0] = 258
  const socket = connect(server.port, '127.0.0.1')
  const received = new Promise<Buffer>((resolve) => socket.once('data', resolve))
  for (const piece of [[0, 9, 0], [0, 0, 6, 7], [3, 0, 0, 0, 1]]) {
    socket.write(Buffer.from(piece))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect([...(await received)]).toEqual([0, 9, 0, 0, 0, 5, 7, 3, 2, 1, 2])
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write('GET / HTTP/1.1\r\n\r\n')
  await closed
})
