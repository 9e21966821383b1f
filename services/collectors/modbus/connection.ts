import { connect, type Socket } from 'node:net'
import { FrameReader, readAnswer, readRequest, type Frame, type Reading } from './frames.ts'

const CONNECT_MS = 3_000

/** One TCP connection, one question at a time; answers are matched by transaction and unit, strays are ignored. */
export class ModbusConnection {
  readonly #socket: Socket
  readonly #frames = new FrameReader()
  #transaction = 0
  #waiting: { transaction: number; unit: number; take(frame: Frame): void; refuse(refusal: string): void } | undefined
  /** Ended, broken or closed: ask for nothing more. */
  ended = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes) => {
      const { frames, broken } = this.#frames.push(bytes)
      for (const frame of frames) if (frame.transaction === this.#waiting?.transaction && frame.unit === this.#waiting.unit) this.#waiting.take(frame)
      if (!broken) return
      this.#waiting?.refuse('not-modbus')
      this.close()
    })
    socket.on('close', () => { this.ended = true })
    socket.on('error', () => { this.ended = true })
  }

  static async open(host: string, port: number): Promise<ModbusConnection> {
    const socket = connect({ host, port, noDelay: true })
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => { socket.destroy(); reject(new Error('no connection in time')) }, CONNECT_MS)
      socket.once('connect', () => { clearTimeout(timer); resolve() })
      socket.once('error', (error) => { clearTimeout(timer); reject(error) })
    })
    return new ModbusConnection(socket)
  }

  /** Registers of one unit, or why there are none; never rejects. */
  async read(unit: number, register: number, count: number, patienceMs: number): Promise<Reading> {
    if (this.ended) return { refusal: 'disconnected' }
    const transaction = (this.#transaction = (this.#transaction + 1) % 65_536)
    return new Promise<Reading>((resolve) => {
      const end = (reading: Reading) => {
        clearTimeout(timer)
        this.#socket.off('close', lost)
        this.#waiting = undefined
        resolve(reading)
      }
      const lost = () => end({ refusal: 'disconnected' })
      const timer = setTimeout(() => end({ refusal: 'no-answer' }), patienceMs)
      this.#socket.once('close', lost)
      this.#waiting = { transaction, unit, take: (frame) => end(readAnswer(frame, count)), refuse: (refusal) => end({ refusal }) }
      this.#socket.write(readRequest(transaction, unit, register, count))
    })
  }

  close(): void {
    this.ended = true
    this.#socket.destroy()
  }
}
