import type { IPublishPacket } from 'mqtt'
import { QUALITY } from '#models/units/quality.ts'
import { brokerFault, deliverUntilTaken, openMqttSession, payloadOf } from '../mqtt-session.ts'
import type { Channel, Driver, DriverContext, DriverFactory } from '../port.ts'
import { decodePayload, type Wanted } from './payload.ts'

interface Topic { readonly wanted: readonly Wanted[]; readonly channels: readonly number[]; readonly timePointer: string | undefined }

/** Devices that publish JSON, each on a topic of its own. */
export const mqttDriver: DriverFactory = {
  protocol: 'mqtt',
  check(source, channels) {
    const faults = channels.filter(({ device: { address } }) => typeof address !== 'string' || /[#+\0]/.test(address)).map(({ device }) => `device ${device.id}: "${device.address}" is not a plain topic`)
    const fault = brokerFault(source.url)
    return fault === undefined ? faults : [...faults, fault]
  },
  async start(context) {
    context.status('starting')
    const topics = topicsOf(context.channels)
    const session = openMqttSession({ context, topics: [...topics.keys()], take: (packet, stopping) => take(context, topics.get(packet.topic), packet, stopping) })
    return { stop: () => session.stop() } satisfies Driver
  },
}

function topicsOf(channels: readonly Channel[]): ReadonlyMap<string, Topic> {
  const byTopic = Map.groupBy(channels.keys(), (index) => String(channels[index].device.address))
  return new Map([...byTopic].map(([topic, indexes]) => [topic, {
    channels: indexes,
    wanted: indexes.map((index) => ({ pointer: String(channels[index].profileChannel['pointer']), scale: channels[index].profileChannel.scale ?? 1 })),
    timePointer: channels[indexes[0]].profileChannel['timePointer'] as string | undefined,
  }]))
}

/** True when the message may be acknowledged: stored, or counted as unusable. */
async function take(context: DriverContext, topic: Topic | undefined, packet: IPublishPacket, stopping: AbortSignal): Promise<boolean> {
  if (topic === undefined) {
    context.reject('unknown-topic', 1, packet.topic)
    return true
  }
  const decoded = decodePayload(payloadOf(packet), topic.wanted, topic.timePointer)
  if ('reason' in decoded) {
    context.reject(decoded.reason, topic.channels.length, packet.topic)
    return true
  }
  if (stopping.aborted) return false
  const receivedAt = context.clock.now()
  return deliverUntilTaken(context, {
    channels: Int32Array.from(topic.channels),
    at: new Float64Array(topic.channels.length).fill(Number.isNaN(decoded.at) ? receivedAt : decoded.at),
    values: decoded.values,
    quality: Uint8Array.from(decoded.values, (value) => (Number.isFinite(value) ? QUALITY.measured : QUALITY.missing)),
    receivedAt,
  }, stopping)
}
