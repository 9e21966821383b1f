import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Logger } from '#services/telemetry/logger.ts'

/** What the server does instead of answering: nothing, or an exception that says that the device failed. */
export type ModbusFault = 'none' | 'silence' | 'bad-quality'

export interface ModbusServer {
  readonly port: number
  /** Holding registers of one unit, from register 0; the array may go on changing. */
  setRegisters(unit: number, registers: Uint16Array): void
  setFault(fault: ModbusFault): void
  /** Requests answered with values since the start. */
  answered(): number
  stop(): Promise<void>
}

const READ_HOLDING_REGISTERS = 3
const EXCEPTION = { illegalFunction: 1, illegalAddress: 2, illegalValue: 3, deviceFailure: 4, noSuchUnit: 11 } as const
const MOST_REGISTERS = 125
const HEADER_BYTES = 7
const LONGEST_FRAME = 260

/** A Modbus TCP gateway with many units behind one address (MODBUS Messaging on TCP/IP, V1.0b). Read-only. */
export function startModbusServer({ port, host = '127.0.0.1', log }: { port: number; host?: string; log: Logger }): Promise<ModbusServer> {
  const units = new Map<number, Uint16Array>()
  const sockets = new Set<Socket>()
  let fault: ModbusFault = 'none'
  let answered = 0

  const answer = (unit: number, request: Buffer): Buffer => {
    const code = request[0]
    const refuse = (exception: number): Buffer => Buffer.of(code | 0x80, exception)
    if (fault === 'bad-quality') return refuse(EXCEPTION.deviceFailure)
    if (code !== READ_HOLDING_REGISTERS) return refuse(EXCEPTION.illegalFunction)
    const registers = units.get(unit)
    if (registers === undefined) return refuse(EXCEPTION.noSuchUnit)
    if (request.length !== 5) return refuse(EXCEPTION.illegalValue)
    const first = request.readUInt16BE(1)
    const count = request.readUInt16BE(3)
    if (count < 1 || count > MOST_REGISTERS) return refuse(EXCEPTION.illegalValue)
    if (first + count > registers.length) return refuse(EXCEPTION.illegalAddress)
    const response = Buffer.alloc(2 + 2 * count)
    response[0] = code
    response[1] = 2 * count
    for (let index = 0; index < count; index++) response.writeUInt16BE(registers[first + index], 2 + 2 * index)
    answered++
    return response
  }

  const serve = (socket: Socket): void => {
    sockets.add(socket)
    socket.setNoDelay(true)
    let pending: Buffer = Buffer.alloc(0)
    socket.on('data', (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes])
      while (pending.length >= HEADER_BYTES) {
        const length = pending.readUInt16BE(4)
        if (pending.readUInt16BE(2) !== 0 || length < 2 || length + 6 > LONGEST_FRAME) {
          // Not Modbus: there is no way to find the next frame again.
          socket.destroy()
          return
        }
        if (pending.length < 6 + length) return
        const frame = pending.subarray(0, 6 + length)
        pending = pending.subarray(6 + length)
        if (fault === 'silence') continue
        const body = answer(frame[6], frame.subarray(HEADER_BYTES))
        const header = Buffer.from(frame.subarray(0, HEADER_BYTES))
        header.writeUInt16BE(body.length + 1, 4)
        socket.write(Buffer.concat([header, body]))
      }
    })
    socket.on('error', (error) => log.debug({ error: error.message }, 'modbus connection'))
    socket.on('close', () => sockets.delete(socket))
  }

  const server: Server = createServer(serve)
  const listening = Promise.withResolvers<ModbusServer>()
  server.once('error', listening.reject)
  server.listen(port, host, () => {
    listening.resolve({
      port: (server.address() as AddressInfo).port,
      setRegisters: (unit, registers) => void units.set(unit, registers),
      setFault: (next) => void (fault = next),
      answered: () => answered,
      stop: () => new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
    })
  })
  return listening.promise
}
