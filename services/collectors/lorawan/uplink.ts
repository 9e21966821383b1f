import { atPointer } from '../json-message.ts'

/** One uplink as a network server tells it: The Things Stack 3 or ChirpStack 4, told apart by what stands in the message. */
export interface Uplink {
  readonly devEui: string
  readonly port: number
  readonly frameCounter: number
  /** When the network server (its gateway) received it, UTC epoch milliseconds; NaN if it does not say. */
  readonly receivedAt: number
  /** What the network server decoded; undefined if it did not. */
  readonly decoded: object | undefined
  /** The bytes of the device in base64; undefined if there are none. */
  readonly payload: unknown
  /** The bytes are still encrypted: the key is with somebody else. */
  readonly isEncrypted: boolean
}

export type Told = { readonly uplink: Uplink } | { readonly reason: string }

/** The uplink in a message of a network server; other events, tests and what is no such message give their reason. */
export function readUplink(document: object, topic: string): Told {
  if (isObject(atPointer(document, '/end_device_ids'))) return ofTheThingsStack(document)
  if (isObject(atPointer(document, '/deviceInfo'))) return ofChirpStack(document, topic)
  return { reason: 'no-network-server-message' }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** DevEUI in capitals; undefined if it is none. */
export const devEuiOf = (value: unknown): string | undefined => (typeof value === 'string' && /^[0-9a-f]{16}$/i.test(value) ? value.toUpperCase() : undefined)

/** Empty fields are left out by both servers: no counter means 0. */
const countOf = (value: unknown): number => (typeof value === 'number' ? value : value === undefined || value === null ? 0 : NaN)

function timeOf(...stamps: readonly unknown[]): number {
  const stamp = stamps.find((value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)))
  return stamp === undefined ? NaN : Date.parse(stamp as string)
}

const THINGS_STACK_EVENTS = ['join_accept', 'downlink_ack', 'downlink_nack', 'downlink_sent', 'downlink_failed', 'downlink_queued', 'downlink_queue_invalidated', 'location_solved', 'service_data']

function ofTheThingsStack(document: object): Told {
  const message = atPointer(document, '/uplink_message')
  if (!isObject(message)) {
    const event = THINGS_STACK_EVENTS.find((name) => Object.hasOwn(document, name))
    return { reason: event === undefined ? 'event-other' : `event-${event.replaceAll('_', '-')}` }
  }
  if (atPointer(document, '/simulated') === true) return { reason: 'simulated' }
  return checked(atPointer(document, '/end_device_ids/dev_eui'), {
    port: countOf(atPointer(message, '/f_port')),
    frameCounter: countOf(atPointer(message, '/f_cnt')),
    receivedAt: timeOf(atPointer(message, '/received_at'), atPointer(document, '/received_at')),
    decoded: atPointer(message, '/decoded_payload'),
    payload: atPointer(message, '/frm_payload'),
    isEncrypted: isObject(atPointer(message, '/app_s_key')),
  })
}

const CHIRPSTACK_EVENTS = ['join', 'ack', 'txack', 'status', 'log', 'location', 'integration']

function ofChirpStack(document: object, topic: string): Told {
  const event = topic.slice(topic.lastIndexOf('/') + 1)
  if (CHIRPSTACK_EVENTS.includes(event)) return { reason: `event-${event}` }
  // On a topic of another form only an uplink names the gateways that heard it.
  if (event !== 'up' && !Object.hasOwn(document, 'rxInfo')) return { reason: 'event-other' }
  const context = atPointer(document, '/joinServerContext')
  return checked(atPointer(document, '/deviceInfo/devEui'), {
    port: countOf(atPointer(document, '/fPort')),
    frameCounter: countOf(atPointer(document, '/fCnt')),
    receivedAt: timeOf(atPointer(document, '/time')),
    decoded: atPointer(document, '/object'),
    payload: atPointer(document, '/data'),
    isEncrypted: isObject(context),
  })
}

function checked(address: unknown, { decoded, ...uplink }: Omit<Uplink, 'devEui' | 'decoded'> & { decoded: unknown }): Told {
  const devEui = devEuiOf(address)
  if (devEui === undefined) return { reason: 'no-device' }
  if (!Number.isInteger(uplink.port) || !Number.isInteger(uplink.frameCounter)) return { reason: 'not-an-uplink' }
  return { uplink: { ...uplink, devEui, decoded: isObject(decoded) ? decoded : undefined } }
}
