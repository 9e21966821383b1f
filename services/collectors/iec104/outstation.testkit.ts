import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer, type TlsOptions } from 'node:tls'
import { distance, FrameReader, iFrame, SEQUENCE_NUMBERS, sFrame, uFrame, type Frame } from './apci.ts'
import { decodeAsdu, isFault, type Asdu } from './asdu.ts'
import { encodeAsdu, type SaidAsdu, type SaidObject } from './encode.testkit.ts'
import { CAUSE } from './types.ts'

const DEFAULT_K = 12
const OBJECTS_AT_ONCE = 20

/** A value that holds now: the type without time tag, for interrogations. */
interface Held { readonly station: number; readonly typeId: number; readonly object: SaidObject }

/** What is to be sent: an event stays until it is confirmed, an answer only lives as long as its connection. */
interface Outgoing { readonly asdu: Uint8Array; readonly isEvent: boolean }

/**
 * A station as IEC 60870-5-104 has it: window k, STARTDT and STOPDT, interrogations, and events with time tags that it
 * keeps until they are confirmed, whoever was or was not connected meanwhile.
 */
export function createOutstation({ k = DEFAULT_K, stations = [1], onConfirmed = () => {} }: { k?: number; stations?: readonly number[]; onConfirmed?: (asdu: Asdu) => void } = {}) {
  const held = new Map<string, Held>()
  /** Not confirmed yet, the oldest first. */
  let events: Uint8Array[] = []
  const received: string[] = []
  const questions: { kind: string; value: number }[] = []
  const counters = { confirmed: 0, connections: 0 }
  const sockets = new Set<Socket>()
  let active: ReturnType<typeof serve> | undefined
  let server: Server | undefined

  function serve(socket: Socket) {
    const reader = new FrameReader()
    let [sent, confirmed, expected] = [0, 0, 0]
    let isStarted = false
    let isStopping = false
    let waiting: Outgoing[] = []
    const underway: Outgoing[] = []

    function flush(): void {
      while (isStarted && underway.length < k && waiting.length > 0) {
        const next = waiting.shift()!
        underway.push(next)
        socket.write(iFrame(sent, expected, next.asdu))
        sent = (sent + 1) % SEQUENCE_NUMBERS
      }
      if (isStopping && underway.length === 0) {
        isStopping = isStarted = false
        socket.write(uFrame('stopConfirm'))
      }
    }
    function confirm(number: number): void {
      const count = distance(confirmed, number)
      if (count > underway.length) throw new Error(`the master confirms ${number}, sent was up to ${sent}`)
      const gone = underway.splice(0, count).filter(({ isEvent }) => isEvent)
      events = events.slice(gone.length)
      counters.confirmed += gone.length
      for (const { asdu } of gone) onConfirmed(decodeAsdu(asdu) as Asdu)
      confirmed = number
    }
    const answer = (said: SaidAsdu) => waiting.push({ asdu: encodeAsdu(said), isEvent: false })

    function takeQuestion(asdu: Asdu): void {
      const { typeId, commonAddress } = asdu
      const confirmation = (cause: number, isNegative = false) => answer({ typeId, cause, commonAddress, isNegative, objects: [{ address: 0, value: asdu.values[0] }] })
      if (!stations.includes(commonAddress)) return void confirmation(46, true)
      confirmation(CAUSE.activationConfirm)
      const [cause, wanted] = asdu.type.kind === 'interrogation' ? [20, (id: number) => id !== 15] as const : [37, (id: number) => id === 15] as const
      const byType = Map.groupBy([...held.values()].filter((each) => each.station === commonAddress && wanted(each.typeId)), ({ typeId: id }) => id)
      for (const [id, values] of byType) {
        for (let at = 0; at < values.length; at += OBJECTS_AT_ONCE) answer({ typeId: id, cause, commonAddress, objects: values.slice(at, at + OBJECTS_AT_ONCE).map(({ object }) => object) })
      }
      confirmation(CAUSE.activationEnd)
    }
    function take(frame: Frame): void {
      if (frame.format !== 'U') confirm(frame.received)
      if (frame.format === 'S') received.push(`S ${frame.received}`)
      else if (frame.format === 'U') {
        received.push(frame.function)
        if (frame.function === 'testActivate') socket.write(uFrame('testConfirm'))
        if (frame.function === 'stopActivate') isStopping = true
        if (frame.function === 'startActivate') {
          socket.write(uFrame('startConfirm'))
          isStarted = true
          waiting = events.map((asdu) => ({ asdu, isEvent: true }))
        }
      } else {
        if (frame.sent !== expected) throw new Error(`the master sends ${frame.sent}, expected was ${expected}`)
        expected = (expected + 1) % SEQUENCE_NUMBERS
        const asdu = decodeAsdu(frame.asdu)
        if (isFault(asdu)) throw new Error(asdu.fault)
        received.push(`I ${asdu.typeId} ${asdu.commonAddress}`)
        questions.push({ kind: asdu.type.kind, value: asdu.values[0] })
        takeQuestion(asdu)
        if (waiting.length === 0) socket.write(sFrame(expected))
      }
      flush()
    }
    socket.on('data', (bytes: Buffer) => {
      const { frames, fault } = reader.push(bytes)
      for (const frame of frames) take(frame)
      if (fault !== undefined) throw new Error(`the master sends ${fault}`)
    })
    return {
      socket,
      add(asdu: Uint8Array): void {
        if (isStarted && !isStopping) waiting.push({ asdu, isEvent: true })
        flush()
      },
    }
  }

  function accept(socket: Socket): void {
    counters.connections++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      if (active?.socket === socket) active = undefined
    })
    active = serve(socket)
  }

  return {
    received, questions, counters,
    /** Events that nobody has confirmed. */
    get unconfirmed(): number {
      return events.length
    },
    hold(station: number, typeId: number, object: SaidObject): void {
      held.set(`${station}/${object.address}`, { station, typeId, object })
    },
    /** A change with its time: kept until it is confirmed. */
    event(said: SaidAsdu): void {
      const asdu = encodeAsdu(said)
      events.push(asdu)
      active?.add(asdu)
    },
    async start(port = 0, tls?: TlsOptions): Promise<number> {
      server = tls === undefined ? createServer(accept) : createSecureServer(tls, accept)
      server.on('tlsClientError', () => {})
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    },
    cut(): void {
      for (const socket of sockets) socket.destroy()
    },
    async stop(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      if (server !== undefined) await new Promise((resolve) => server!.close(resolve))
      server = undefined
    },
  }
}

export type Outstation = ReturnType<typeof createOutstation>
