import type { IPublishPacket } from 'mqtt'
import { atPointer, parseMessage } from '../json-message.ts'
import { brokerFault, deliverUntilTaken, openMqttSession, payloadOf, type MqttSession } from '../mqtt-session.ts'
import type { Channel, Driver, DriverContext, DriverFactory } from '../port.ts'
import { hostState, rebirthCommand } from './commands.ts'
import { EdgeNode, type WantedMetric } from './edge-node.ts'
import { decodeSparkplug } from './payload.ts'
import { commandTopic, parseAddress, parseTopic, stateTopic, topicsOfNode } from './topic.ts'

/** One edge node is asked for its birth at most so often. */
const ASK_EVERY_MS = 10_000
const NAMES_SHOWN = 5

/** Listens to edge nodes of Sparkplug B 3.0; sends nothing but the request for a birth, and its own state if it is the primary host. */
export const sparkplugDriver: DriverFactory = {
  protocol: 'sparkplug',
  check(source, channels) {
    const faults = channels.filter(({ device: { address } }) => parseAddress(address) === undefined).map(({ device }) => `device ${device.id}: "${device.address}" is not GROUP/NODE or GROUP/NODE/DEVICE`)
    const hostId = source.options?.['hostId']
    if (hostId !== undefined && (typeof hostId !== 'string' || hostId === '' || /[#+/\0]/.test(hostId))) faults.push(`option hostId "${String(hostId)}" cannot stand in a topic`)
    const fault = brokerFault(source.url)
    return fault === undefined ? faults : [...faults, fault]
  },
  async start(context) {
    context.status('starting')
    const host = new Host(context)
    return { stop: () => host.stop() } satisfies Driver
  },
}

function nodesOf(channels: readonly Channel[]): ReadonlyMap<string, EdgeNode> {
  const wanted = new Map<string, Map<string, Map<string, WantedMetric[]>>>()
  for (const [index, { device, profileChannel }] of channels.entries()) {
    const { node, device: name } = parseAddress(device.address)!
    const devices = getOr(wanted, node, () => new Map<string, Map<string, WantedMetric[]>>())
    const metrics = getOr(devices, name, () => new Map<string, WantedMetric[]>())
    getOr(metrics, String(profileChannel['metric']), (): WantedMetric[] => []).push({ index, scale: profileChannel.scale ?? 1 })
  }
  return new Map([...wanted].map(([node, devices]) => [node, new EdgeNode(node, devices)]))
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}

class Host {
  readonly #context: DriverContext
  readonly #nodes: ReadonlyMap<string, EdgeNode>
  readonly #session: MqttSession
  readonly #askedMs = new Map<string, number>()
  readonly #waiting = new Map<string, NodeJS.Timeout>()
  readonly #hostId: string | undefined
  #onlineAt: number

  constructor(context: DriverContext) {
    this.#context = context
    this.#nodes = nodesOf(context.channels)
    this.#hostId = context.source.options?.['hostId'] as string | undefined
    this.#onlineAt = context.clock.now()
    const topics = [...this.#nodes.keys()].flatMap(topicsOfNode)
    this.#session = openMqttSession({
      context,
      topics: this.#hostId === undefined ? topics : [...topics, stateTopic(this.#hostId)],
      take: (packet, stopping) => this.#take(packet, stopping),
      connected: (isKept) => { for (const node of this.#nodes.values()) node.reconnected(isKept) },
      subscribed: () => this.#greet(),
      ...(this.#hostId === undefined ? {} : {
        will: () => {
          this.#onlineAt = context.clock.now()
          return { topic: stateTopic(this.#hostId!), payload: Buffer.from(hostState(false, this.#onlineAt)), qos: 1, retain: true }
        },
      }),
    })
  }

  async stop(): Promise<void> {
    for (const timer of this.#waiting.values()) clearTimeout(timer)
    await this.#session.stop(this.#hostId === undefined ? undefined : { topic: stateTopic(this.#hostId), payload: hostState(false, this.#context.clock.now()) })
  }

  /** Newly connected: says that this host listens, and asks those whose birth it does not know. */
  #greet(): void {
    this.#sayOnline()
    for (const node of this.#nodes.values()) if (node.needsBirth) this.#ask(node)
    this.#report()
  }

  #sayOnline(): void {
    if (this.#hostId !== undefined) void this.#session.publish(stateTopic(this.#hostId), hostState(true, this.#onlineAt), { qos: 1, retain: true })
  }

  /** Asks a node for its birth; not more often than allowed, but then still once. */
  #ask(node: EdgeNode): void {
    if (this.#waiting.has(node.name)) return
    const nowMs = performance.now()
    const waitMs = (this.#askedMs.get(node.name) ?? -Infinity) + ASK_EVERY_MS - nowMs
    if (waitMs > 0) {
      this.#waiting.set(node.name, setTimeout(() => {
        this.#waiting.delete(node.name)
        if (node.needsBirth) this.#ask(node)
      }, waitMs))
      return
    }
    this.#askedMs.set(node.name, nowMs)
    void this.#session.publish(commandTopic(node.name), rebirthCommand(this.#context.clock.now()), { qos: 0, retain: false })
  }

  async #take(packet: IPublishPacket, stopping: AbortSignal): Promise<boolean> {
    const context = this.#context
    if (this.#hostId !== undefined && packet.topic === stateTopic(this.#hostId)) {
      this.#contradict(packet)
      return true
    }
    const topic = parseTopic(packet.topic)
    const node = topic === undefined ? undefined : this.#nodes.get(topic.node)
    if (topic === undefined || node === undefined) {
      context.reject('unknown-topic', 1, packet.topic)
      return true
    }
    if (stopping.aborted) return false
    const payload = decodeSparkplug(payloadOf(packet))
    if ('reason' in payload) {
      context.reject(payload.reason, 1, packet.topic)
      return true
    }
    const [state, deadDevices] = [node.state, node.deadDevices.size]
    const { channels, at, values, quality, rejected } = node.take({ type: topic.type, device: topic.device, payload, isRepeated: packet.dup })
    if (node.needsBirth) this.#ask(node)
    if (node.state !== state || node.deadDevices.size !== deadDevices) this.#report()
    for (const [reason, count] of rejected) context.reject(reason, count, packet.topic)
    if (channels.length === 0) return true
    const receivedAt = context.clock.now()
    return deliverUntilTaken(context, {
      channels: Int32Array.from(channels),
      at: Float64Array.from(at, (time) => (Number.isNaN(time) ? receivedAt : time)),
      values: Float64Array.from(values),
      quality: Uint8Array.from(quality),
      receivedAt,
    }, stopping)
  }

  /** The will of our own earlier connection may come after we said that we are here. */
  #contradict(packet: IPublishPacket): void {
    const parsed = parseMessage(payloadOf(packet))
    if ('document' in parsed && atPointer(parsed.document, '/online') === false) this.#sayOnline()
  }

  /** Which edge nodes and devices deliver nothing, in words: their points have no value, and none is invented. */
  #report(): void {
    const dead: string[] = []
    const silent: string[] = []
    for (const node of this.#nodes.values()) {
      if (node.state === 'dead') dead.push(node.name)
      else if (node.state !== 'alive') silent.push(node.name)
      for (const device of node.deadDevices) dead.push(`${node.name}/${device}`)
    }
    const parts = [...(dead.length === 0 ? [] : [`offline: ${shown(dead)}`]), ...(silent.length === 0 ? [] : [`asked for birth: ${shown(silent)}`])]
    this.#session.say(parts.length === 0 ? undefined : parts.join('; '))
  }
}

const shown = (names: readonly string[]): string => `${names.slice(0, NAMES_SHOWN).join(', ')}${names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''}`
