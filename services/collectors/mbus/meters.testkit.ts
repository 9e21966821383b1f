import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { ACK, FrameReader, longFrame, SELECTED, type Frame } from './frames.ts'

const CI_VARIABLE = 0x72
const RSP_UD = 0x08
const HEAT_METER = 0x04

/** A meter as it answers on the line: identification and telegrams, all of its own making. */
export interface SimulatedMeter {
  readonly address: number
  /** Eight digits. */
  readonly id: string
  /** Records of each telegram; every one but the last says that more follow. */
  telegrams: readonly (readonly number[])[]
  /** Bytes between answer and line: noise, silence, delays are made here. */
  spoil?(answer: Uint8Array, question: Frame): Uint8Array | undefined
}

const little = (value: number, count: number): number[] => Array.from({ length: count }, (_, at) => Math.floor((value < 0 ? value + 2 ** (8 * count) : value) / 256 ** at) % 256)

/** Power in W as a 32-bit integer. */
export const powerRecord = (watts: number): number[] => [0x04, 0x2b, ...little(watts, 4)]

/** Date and time to the second (type I) as a clock shows it. */
export function clockRecord(wall: number): number[] {
  const shown = new Date(wall)
  const year = shown.getUTCFullYear() - 2000
  return [0x06, 0x6d, shown.getUTCSeconds(), shown.getUTCMinutes(), shown.getUTCHours(), shown.getUTCDate() | ((year & 7) << 5), (shown.getUTCMonth() + 1) | ((year >> 3) << 4), 0]
}

/** The meters of one line: answers each frame as EN 13757-2 has it. */
export function createMeters() {
  const meters = new Map<number, SimulatedMeter>()
  const asked = new Map<number, { place: number; bit: number | undefined }>()
  const questions: string[] = []
  let selected: SimulatedMeter | undefined

  const idOf = ({ id }: SimulatedMeter): number[] => id.match(/../g)!.reverse().map((pair) => parseInt(pair, 16))
  const matches = (meter: SimulatedMeter, pattern: Uint8Array): boolean => idOf(meter).every((byte, at) =>
    ((pattern[at] & 0x0f) === 0x0f || (pattern[at] & 0x0f) === (byte & 0x0f)) && ((pattern[at] >> 4) === 0x0f || (pattern[at] >> 4) === (byte >> 4)))

  function telegram(meter: SimulatedMeter, frameCountBit: number): Uint8Array {
    const state = asked.get(meter.address) ?? { place: 0, bit: undefined }
    // A changed bit asks for the next telegram, the same one for the last again.
    if (state.bit !== undefined && state.bit !== frameCountBit) state.place = Math.min(state.place + 1, meter.telegrams.length - 1)
    state.bit = frameCountBit
    asked.set(meter.address, state)
    const more = state.place < meter.telegrams.length - 1 ? [0x1f] : []
    const header = [...idOf(meter), 0x2d, 0x2c, 1, HEAT_METER, 7, 0, 0, 0]
    return longFrame(RSP_UD, meter.address, CI_VARIABLE, Uint8Array.from([...header, ...meter.telegrams[state.place], ...more]))
  }

  function answer(frame: Frame): Uint8Array | undefined {
    if (frame.kind === 'ack') return undefined
    questions.push(`${frame.control.toString(16)} ${frame.address}`)
    if (frame.kind === 'long') {
      selected = frame.address === SELECTED ? [...meters.values()].find((meter) => matches(meter, frame.data)) : selected
      if (selected !== undefined) asked.delete(selected.address)
      return selected === undefined ? undefined : spoiled(selected, Uint8Array.of(ACK), frame)
    }
    const meter = frame.address === SELECTED ? selected : meters.get(frame.address)
    if (meter === undefined) return undefined
    if (frame.control === 0x40) asked.delete(meter.address)
    return spoiled(meter, frame.control === 0x40 ? Uint8Array.of(ACK) : telegram(meter, frame.control & 0x20), frame)
  }
  const spoiled = (meter: SimulatedMeter, bytes: Uint8Array, frame: Frame) => (meter.spoil === undefined ? bytes : meter.spoil(bytes, frame))

  return {
    meters, questions, answer,
    add(meter: SimulatedMeter): SimulatedMeter {
      meters.set(meter.address, meter)
      return meter
    },
  }
}

export type SimulatedMeters = ReturnType<typeof createMeters>

/** A TCP gateway in front of the meters. */
export async function startGateway(port: number, line: SimulatedMeters) {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    const frames = new FrameReader()
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      for (const frame of frames.push(bytes).frames) {
        const answer = line.answer(frame)
        if (answer !== undefined) socket.write(answer)
      }
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
