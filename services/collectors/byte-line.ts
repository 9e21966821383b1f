import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SerialPortStream } from '@serialport/stream'
import { SerialPort } from 'serialport'

const CONNECT_MS = 3_000

export type LineAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'serial'; readonly path: string; readonly baudRate: number | undefined }

export interface SerialSettings {
  readonly path: string
  readonly baudRate: number
  readonly dataBits: 7 | 8
  readonly parity: 'none' | 'even'
}

/** A stream of bytes in both directions, whatever carries it. */
export interface ByteLine {
  /** Ended, broken or closed: nothing more will come. */
  readonly ended: boolean
  write(bytes: Uint8Array): void
  /** The one listener; a line without listener keeps its bytes. */
  onBytes(take: (bytes: Uint8Array) => void): void
  onEnd(ended: () => void): void
  /** Resolves when the address may be opened again. */
  close(): Promise<void>
}

/** `NAME-tcp://HOST:PORT` or `NAME-serial:PATH?baud=N`; undefined for anything else. */
export function lineAddress(url: string, name: string): LineAddress | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, searchParams } = new URL(url)
  if (protocol === `${name}-tcp:`) {
    // Known schemes are taken apart into host and port by URL, ours are not.
    const { hostname, port } = new URL(url.replace(/^[^:]+:/, 'http:'))
    return hostname === '' || port === '' ? undefined : { kind: 'tcp', host: hostname, port: Number(port) }
  }
  if (protocol !== `${name}-serial:`) return undefined
  const path = decodeURIComponent(url.slice(`${name}-serial:`.length).split('?')[0])
  const baud = searchParams.get('baud')
  const baudRate = baud === null ? undefined : Number(baud)
  if (path === '' || (baudRate !== undefined && !(Number.isInteger(baudRate) && baudRate >= 300 && baudRate <= 115_200))) return undefined
  return { kind: 'serial', path, baudRate }
}

/** Connects to a gateway; rejects if nobody takes the call in time. */
export async function openTcp(host: string, port: number): Promise<ByteLine> {
  const socket = connect({ host, port, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => { socket.destroy(); reject(new Error('no connection in time')) }, CONNECT_MS)
    socket.once('connect', () => { clearTimeout(timer); resolve() })
    socket.once('error', (error) => { clearTimeout(timer); reject(error) })
  })
  return lineOf(socket, () => void socket.destroy())
}

export type OpenPort = (settings: SerialSettings & { readonly autoOpen: false; readonly stopBits: 1 }) => SerialPortStream

/** Opens a serial port; `openPort` stands in for the hardware in tests. */
export async function openSerial(settings: SerialSettings, openPort: OpenPort = (options) => new SerialPort(options)): Promise<ByteLine> {
  const port = openPort({ ...settings, stopBits: 1, autoOpen: false })
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())))
  // Destroying the stream would leave the port open.
  return lineOf(port, () => { if (port.isOpen && !port.closing) port.close(() => {}) })
}

function lineOf(stream: Duplex, hangUp: () => void): ByteLine {
  let isEnded = false
  const end = () => { isEnded = true }
  stream.on('close', end)
  stream.on('end', end)
  stream.on('error', end)
  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()))
  return {
    get ended() {
      return isEnded
    },
    write(bytes) {
      if (!isEnded) stream.write(bytes)
    },
    onBytes: (take) => void stream.on('data', take),
    onEnd(ended) {
      stream.once('close', ended)
      stream.once('end', ended)
    },
    async close() {
      isEnded = true
      hangUp()
      await closed
    },
  }
}
