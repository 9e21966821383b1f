import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import type { DriverContext, RawReadings } from './port.ts'

const TOPICS_AT_ONCE = 200
/** Return codes of a SUBACK from here on are refusals. */
const REFUSED_FROM = 128
const REFUSED_SHOWN = 5
const RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000

export interface MqttSessionOptions {
  readonly context: DriverContext
  readonly topics: readonly string[]
  /** True when the message may be acknowledged: stored, or counted as unusable. */
  take(packet: IPublishPacket, stopping: AbortSignal): Promise<boolean>
  /** Connected, before anything is received; `isKept`: the broker kept what came for us while we were away. */
  connected?(isKept: boolean): void
  /** Subscribed to what the broker lets us have. */
  subscribed?(): void
  /** What the broker says for us when we vanish; asked for again before each connecting. */
  will?(): IClientOptions['will']
}

export interface MqttSession {
  /** Best effort while connected; nothing is kept for later. */
  publish(topic: string, payload: string | Uint8Array, options: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void>
  /** What the operator shall read beside "connected". */
  say(detail: string | undefined): void
  /** `last` is the last message that is still sent. */
  stop(last?: { readonly topic: string; readonly payload: string }): Promise<void>
}

/** Fault of the address of a source, if there is one. */
export const brokerFault = (url: string): string | undefined => (/^(mqtts?|tcp|tls):\/\//.test(url) ? undefined : `url ${url} is not mqtt://HOST:PORT`)

export const payloadOf = ({ payload }: IPublishPacket): Uint8Array => (typeof payload === 'string' ? new TextEncoder().encode(payload) : payload)

/** Subscribes with QoS 1 in a session that the broker keeps: what comes while we are away waits there. */
export function openMqttSession({ context, topics, take, connected, subscribed, will }: MqttSessionOptions): MqttSession {
  const { source, log } = context
  const { username, password } = source.options ?? {}
  const client = connect(source.url, {
    clean: false,
    clientId: `penfeld-${createHash('sha256').update(`${source.id} ${context.stateFolder}`).digest('hex').slice(0, 12)}`,
    protocolVersion: 4,
    reconnectPeriod: 1_000,
    connectTimeout: 5_000,
    keepalive: 15,
    resubscribe: false,
    ...(will === undefined ? {} : { will: will() }),
    ...(username === undefined ? {} : { username: String(username), password: String(password ?? '') }),
  })
  const stopping = new AbortController()
  const taking = new Set<Promise<void>>()
  let refused: readonly string[] = []
  let said: string | undefined
  let isSubscribed = false
  const report = () => {
    const details = [...(refused.length === 0 ? [] : [`the broker refuses ${shown(refused)}`]), ...(said === undefined ? [] : [said])]
    context.status('connected', details.length === 0 ? undefined : details.join('; '))
  }
  // The client acknowledges a message when this has called back, and takes the next one only then: nothing is
  // acknowledged that is not in the journal, and a slow journal slows the broker down.
  client.handleMessage = (packet, done) => {
    const taken = take(packet, stopping.signal).then((stored) => { if (stored) done() })
    taking.add(taken)
    void taken.finally(() => taking.delete(taken))
  }
  client.on('connect', ({ sessionPresent }) => {
    connected?.(sessionPresent)
    subscribe(client, topics).then((list) => {
      if (stopping.signal.aborted) return
      refused = list
      isSubscribed = true
      report()
      if (refused.length > 0) log.error({ source: source.id, refused }, 'the broker refuses topics')
      subscribed?.()
    }, (error: unknown) => { if (!stopping.signal.aborted) context.status('reconnecting', `subscribing failed: ${String(error)}`) })
  })
  client.on('close', () => {
    isSubscribed = false
    if (will !== undefined) client.options.will = will()
    if (!stopping.signal.aborted) context.status('reconnecting', 'the broker is not there')
  })
  client.on('error', (error) => log.warn({ source: source.id, cause: error.message }, 'MQTT'))
  return {
    async publish(topic, payload, options) {
      if (client.connected) await client.publishAsync(topic, Buffer.from(payload), options).catch((error: unknown) => log.warn({ source: source.id, cause: String(error) }, 'a message was not sent'))
    },
    say(detail) {
      if (detail === said) return
      said = detail
      if (isSubscribed && !stopping.signal.aborted) report()
    },
    async stop(last) {
      stopping.abort()
      if (last !== undefined && client.connected) await Promise.race([client.publishAsync(last.topic, last.payload, { qos: 1, retain: true }).catch(() => {}), pause(RETRY_MS)])
      // Not acknowledged is not lost: the broker gives it again to the next start.
      await client.endAsync(true).catch(() => {})
      await Promise.all(taking)
      context.status('stopped')
    },
  }
}

/** Gives readings until they are taken; false if the driver stopped before. */
export async function deliverUntilTaken(context: DriverContext, readings: RawReadings, stopping: AbortSignal): Promise<boolean> {
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

const shown = (topics: readonly string[]): string => `${topics.slice(0, REFUSED_SHOWN).join(', ')}${topics.length > REFUSED_SHOWN ? ` and ${topics.length - REFUSED_SHOWN} more` : ''}`

/** Subscribes to every topic; those the broker refuses. */
async function subscribe(client: MqttClient, topics: readonly string[]): Promise<readonly string[]> {
  const refused: string[] = []
  for (let start = 0; start < topics.length; start += TOPICS_AT_ONCE) refused.push(...await refusedOf(client, topics.slice(start, start + TOPICS_AT_ONCE)))
  return refused
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
