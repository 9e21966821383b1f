import type { IPublishPacket } from 'mqtt'
import type { Source } from '#models/district/schema.ts'
import { parseMessage } from '../json-message.ts'
import { brokerFault, deliverUntilTaken, openMqttSession, payloadOf } from '../mqtt-session.ts'
import type { Channel, Driver, DriverContext, DriverFactory } from '../port.ts'
import type { Field } from './bytes.ts'
import { FrameHistory } from './frame-history.ts'
import { channelFault, readingsOf, toWanted, type WantedDevice } from './readings.ts'
import { devEuiOf, readUplink } from './uplink.ts'

/** What each network server publishes; `application` is `+` for all of them. */
const TOPICS: Readonly<Record<string, (application: string) => readonly string[]>> = {
  'the-things-stack': (application) => [`v3/${application}/devices/+/up`, `v3/${application}/devices/+/join`],
  chirpstack: (application) => [`application/${application}/device/+/event/+`],
}

interface Known extends WantedDevice { readonly history: FrameHistory }

/** Uplinks of LoRaWAN devices as their network server publishes them over MQTT. Nothing is ever sent to a device. */
export const lorawanDriver: DriverFactory = {
  protocol: 'lorawan',
  check(source, channels) {
    const faults = channels.flatMap(({ device, profileChannel, point }) => {
      const fault = channelFault(profileChannel)
      return [
        ...(devEuiOf(device.address) === undefined ? [`device ${device.id}: "${device.address}" is not a DevEUI (16 hexadecimal digits in quotes)`] : []),
        ...(fault === undefined ? [] : [`device ${device.id}, channel ${point.feed?.channel ?? ''}: ${fault}`]),
      ]
    })
    if (topicsOf(source).length === 0) faults.push(`option server must be ${Object.keys(TOPICS).join(' or ')}, or option topic a topic`)
    const fault = brokerFault(source.url)
    return fault === undefined ? faults : [...faults, fault]
  },
  async start(context) {
    context.status('starting')
    const devices = devicesOf(context.channels)
    const session = openMqttSession({ context, topics: topicsOf(context.source), take: (packet, stopping) => take(context, devices, packet, stopping) })
    return { stop: () => session.stop() } satisfies Driver
  },
}

function topicsOf({ options }: Source): readonly string[] {
  const { server, application = '+', topic } = options ?? {}
  if (typeof topic === 'string' && topic !== '') return [topic]
  return Object.hasOwn(TOPICS, String(server)) ? TOPICS[String(server)](String(application)) : []
}

function devicesOf(channels: readonly Channel[]): ReadonlyMap<string, Known> {
  const byDevice = Map.groupBy(channels.keys(), (index) => devEuiOf(channels[index].device.address)!)
  return new Map([...byDevice].map(([devEui, indexes]) => {
    const { timePointer, timeField } = channels[indexes[0]].profileChannel
    return [devEui, {
      channels: indexes.map((index) => toWanted(index, channels[index].profileChannel)),
      timePointer: timePointer as string | undefined,
      timeField: timeField as Field | undefined,
      history: new FrameHistory(),
    }]
  }))
}

/** True when the message may be acknowledged: stored, or counted as unusable. */
async function take(context: DriverContext, devices: ReadonlyMap<string, Known>, packet: IPublishPacket, stopping: AbortSignal): Promise<boolean> {
  const reject = (reason: string, count = 1): true => {
    context.reject(reason, count, packet.topic)
    return true
  }
  const parsed = parseMessage(payloadOf(packet))
  if ('reason' in parsed) return reject(parsed.reason)
  const told = readUplink(parsed.document, packet.topic)
  if ('reason' in told) return reject(told.reason)
  const { uplink } = told
  const device = devices.get(uplink.devEui)
  if (device === undefined) return reject('unknown-device')
  const readings = readingsOf(uplink, parsed.document, device)
  if ('reason' in readings) return reject(readings.reason, readings.count)
  if (device.history.has(uplink.frameCounter, readings.at)) return reject('duplicate', Math.max(1, readings.channels.length))
  if (stopping.aborted) return false
  const isTaken = readings.channels.length === 0 || await deliverUntilTaken(context, {
    channels: Int32Array.from(readings.channels),
    at: new Float64Array(readings.channels.length).fill(readings.at),
    values: Float64Array.from(readings.values),
    quality: Uint8Array.from(readings.quality),
    receivedAt: context.clock.now(),
  }, stopping)
  if (!isTaken) return false
  device.history.add(uplink.frameCounter, readings.at)
  for (const [reason, count] of readings.rejected) reject(reason, count)
  return true
}
