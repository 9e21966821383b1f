import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { connect, type IPublishPacket, type MqttClient } from 'mqtt'
import { QUALITY } from '#models/units/quality.ts'
import type { Channel, Driver, DriverContext, DriverFactory, RawReadings } from '../port.ts'
import { decodePayload, type Wanted } from './payload.ts'

const TOPICS_AT_ONCE = 200
/** Return codes of a SUBACK from here on are refusals. */
const REFUSED_FROM = 128
const REFUSED_SHOWN = 5
const RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000

interface Topic { readonly wanted: readonly Wanted[]; readonly channels: readonly number[]; readonly timePointer: string | undefined }

/** Subscribes with QoS 1 in a session that the broker keeps: what comes while we are away waits there. */
export const mqttDriver: DriverFactory = {
  protocol: 'mqtt',
  check(source, channels) {
    const faults = channels.filter(({ device: { address } }) => typeof address !== 'string' || /[#+\0]/.test(address)).map(({ device }) => `device ${device.id}: "${device.address}" is not a plain topic`)
    return /^(mqtts?|tcp|tls):\/\//.test(source.url) ? faults : [...faults, `url ${source.url} is not mqtt://HOST:PORT`]
  },
  async start(context) {
    context.status('starting')
    const { source, log } = context
    const topics = topicsOf(context.channels)
    const { username, password } = source.options ?? {}
    const client = connect(source.url, {
      clean: false,
      clientId: `penfeld-${createHash('sha256').update(`${source.id} ${context.stateFolder}`).digest('hex').slice(0, 12)}`,
      protocolVersion: 4,
      reconnectPeriod: 1_000,
      connectTimeout: 5_000,
      keepalive: 15,
      resubscribe: false,
      ...(username === undefined ? {} : { username: String(username), password: String(password ?? '') }),
    })
    const stopping = new AbortController()
    const taking = new Set<Promise<void>>()
    // The client acknowledges a message when this has called back, and takes the next one only then: nothing is
    // acknowledged that is not in the journal, and a slow journal slows the broker down.
    client.handleMessage = (packet, done) => {
      const taken = take(context, topics.get(packet.topic), packet, stopping.signal).then((stored) => { if (stored) done() })
      taking.add(taken)
      void taken.finally(() => taking.delete(taken))
    }
    client.on('connect', () => void subscribe(client, [...topics.keys()], context))
    client.on('close', () => { if (!stopping.signal.aborted) context.status('reconnecting', 'the broker is not there') })
    client.on('error', (error) => log.warn({ source: source.id, cause: error.message }, 'MQTT'))
    return {
      async stop() {
        stopping.abort()
        // Not acknowledged is not lost: the broker gives it again to the next start.
        await client.endAsync(true).catch(() => {})
        await Promise.all(taking)
        context.status('stopped')
      },
    } satisfies Driver
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

async function subscribe(client: MqttClient, topics: readonly string[], context: DriverContext): Promise<void> {
  const refused: string[] = []
  try {
    for (let start = 0; start < topics.length; start += TOPICS_AT_ONCE) refused.push(...await refusedOf(client, topics.slice(start, start + TOPICS_AT_ONCE)))
    if (refused.length === 0) context.status('connected')
    else context.status('connected', `the broker refuses ${refused.slice(0, REFUSED_SHOWN).join(', ')}${refused.length > REFUSED_SHOWN ? ` and ${refused.length - REFUSED_SHOWN} more` : ''}`)
    if (refused.length > 0) context.log.error({ source: context.source.id, refused }, 'the broker refuses topics')
  } catch (error) {
    context.status('reconnecting', `subscribing failed: ${String(error)}`)
  }
}

/** Subscribes to a group of topics; those the broker refuses. One refused topic says nothing of the others. */
async function refusedOf(client: MqttClient, topics: readonly string[]): Promise<readonly string[]> {
  try {
    await client.subscribeAsync([...topics], { qos: 1 })
    return []
  } catch (error) {
    // The library rejects with the broker's answer where there was one.
    const { packet } = error as { packet?: { granted: readonly number[] } }
    if (packet === undefined) throw error
    return topics.filter((_, index) => packet.granted[index] >= REFUSED_FROM)
  }
}

/** True when the message may be acknowledged: stored, or counted as unusable. */
async function take(context: DriverContext, topic: Topic | undefined, packet: IPublishPacket, stopping: AbortSignal): Promise<boolean> {
  if (topic === undefined) {
    context.reject('unknown-topic', 1, packet.topic)
    return true
  }
  const payload = typeof packet.payload === 'string' ? new TextEncoder().encode(packet.payload) : packet.payload
  const decoded = decodePayload(payload, topic.wanted, topic.timePointer)
  if ('reason' in decoded) {
    context.reject(decoded.reason, topic.channels.length, packet.topic)
    return true
  }
  if (stopping.aborted) return false
  const receivedAt = context.clock.now()
  const readings: RawReadings = {
    channels: Int32Array.from(topic.channels),
    at: new Float64Array(topic.channels.length).fill(Number.isNaN(decoded.at) ? receivedAt : decoded.at),
    values: decoded.values,
    quality: Uint8Array.from(decoded.values, (value) => (Number.isFinite(value) ? QUALITY.measured : QUALITY.missing)),
    receivedAt,
  }
  for (let retryMs = RETRY_MS; !stopping.aborted; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
    try {
      await context.deliver(readings)
      return true
    } catch (error) {
      context.log.warn({ source: context.source.id, cause: String(error) }, 'a message was not taken: it is kept and given again')
      await pause(retryMs, undefined, { signal: stopping }).catch(() => {})
    }
  }
  return false
}
