/** A gateway of Sparkplug B as the specification wants it, for tests: births, aliases, sequence, its will, and values kept while its primary host is away. */
import { connect, type MqttClient } from 'mqtt'
import protobuf from 'protobufjs/minimal.js'
import { DATA_TYPE, decodeSparkplug } from './payload.ts'

const tagOf = (field: number, wire: number): number => field * 8 + wire
const AGAIN_MS = 200

export interface SentMetric {
  readonly name?: string
  readonly alias?: number
  readonly timestamp?: number
  readonly datatype?: number
  readonly isHistorical?: boolean
  readonly isNull?: boolean
  readonly quality?: number
  readonly int?: number
  readonly double?: number
  readonly float?: number
  readonly boolean?: boolean
  readonly text?: string
}

export function encodePayload({ timestamp, seq, metrics }: { timestamp?: number; seq?: number; metrics: readonly SentMetric[] }): Uint8Array {
  const writer = protobuf.Writer.create()
  if (timestamp !== undefined) writer.uint32(tagOf(1, 0)).uint64(timestamp)
  for (const metric of metrics) writer.uint32(tagOf(2, 2)).bytes(encodeMetric(metric))
  if (seq !== undefined) writer.uint32(tagOf(3, 0)).uint64(seq)
  return writer.finish()
}

function encodeMetric(metric: SentMetric): Uint8Array {
  const writer = protobuf.Writer.create()
  if (metric.name !== undefined) writer.uint32(tagOf(1, 2)).string(metric.name)
  if (metric.alias !== undefined) writer.uint32(tagOf(2, 0)).uint64(metric.alias)
  if (metric.timestamp !== undefined) writer.uint32(tagOf(3, 0)).uint64(metric.timestamp)
  if (metric.datatype !== undefined) writer.uint32(tagOf(4, 0)).uint32(metric.datatype)
  if (metric.isHistorical === true) writer.uint32(tagOf(5, 0)).bool(true)
  if (metric.isNull === true) writer.uint32(tagOf(7, 0)).bool(true)
  if (metric.quality !== undefined) {
    const value = protobuf.Writer.create().uint32(tagOf(1, 0)).uint32(DATA_TYPE.int32).uint32(tagOf(3, 0)).uint32(metric.quality).finish()
    writer.uint32(tagOf(9, 2)).bytes(protobuf.Writer.create().uint32(tagOf(1, 2)).string('Quality').uint32(tagOf(2, 2)).bytes(value).finish())
  }
  if (metric.int !== undefined) writer.uint32(tagOf(10, 0)).uint32(metric.int >>> 0)
  if (metric.float !== undefined) writer.uint32(tagOf(12, 5)).float(metric.float)
  if (metric.double !== undefined) writer.uint32(tagOf(13, 1)).double(metric.double)
  if (metric.boolean !== undefined) writer.uint32(tagOf(14, 0)).bool(metric.boolean)
  if (metric.text !== undefined) writer.uint32(tagOf(15, 2)).string(metric.text)
  return writer.finish()
}

export interface Measured { readonly value: number; readonly at: number; readonly quality?: number }

export interface SimulatedEdgeNode {
  /** A new value of a metric: sent, or kept until the primary host listens. */
  measure(device: string, metric: string, measured: Measured): Promise<void>
  /** A message is lost on its way: its number is used up. */
  loseOne(): void
  /** Births are given with the aliases dealt anew. */
  dealAliases(): void
  publish(type: string, device: string, payload: Uint8Array, qos?: 0 | 1): Promise<void>
  /** The line breaks; the broker tells the will. It comes back by itself, if told so. */
  breakLine(options: { readonly comesBack: boolean }): void
  readonly births: number
  /** Names of the metrics in the commands it got. */
  readonly commands: readonly string[]
  stop(): Promise<void>
}

/** Starts a gateway `GROUP/NODE` with whole-number metrics of its devices. With `primaryHost` it only speaks while that one says it is online. */
export async function startEdgeNode({ port, node, devices, primaryHost }: { port: number; node: string; devices: Readonly<Record<string, readonly string[]>>; primaryHost?: string }): Promise<SimulatedEdgeNode> {
  const [group, name] = node.split('/')
  const names = Object.entries(devices).flatMap(([device, metrics]) => metrics.map((metric) => ({ device, metric })))
  const current = new Map<string, Measured>()
  const kept: { device: string; metric: string; measured: Measured }[] = []
  const commands: string[] = []
  let [bdSeq, seq, births, rotation] = [-1, 0, 0, 0]
  let client: MqttClient
  let isBorn = false
  let comesBack = true

  const topic = (type: string, device = '') => `spBv1.0/${group}/${type}/${name}${device === '' ? '' : `/${device}`}`
  const aliasOf = (device: string, metric: string) => (names.findIndex((one) => one.device === device && one.metric === metric) + rotation) % names.length
  const nextSeq = () => seq++ % 256
  const send = async (type: string, device: string, payload: Uint8Array, qos: 0 | 1 = 0) => void (await client.publishAsync(topic(type, device), Buffer.from(payload), { qos }))
  const death = () => Buffer.from(encodePayload({ timestamp: Date.now(), metrics: [{ name: 'bdSeq', datatype: DATA_TYPE.int64, int: bdSeq }] }))
  const ofMeasured = ({ value, at, quality }: Measured) => ({ timestamp: at, int: value, ...(quality === undefined ? {} : { quality }) })

  async function birth(): Promise<void> {
    seq = 0
    births++
    await send('NBIRTH', '', encodePayload({ timestamp: Date.now(), seq: nextSeq(), metrics: [
      { name: 'bdSeq', datatype: DATA_TYPE.int64, int: bdSeq, timestamp: Date.now() },
      { name: 'Node Control/Rebirth', datatype: DATA_TYPE.boolean, boolean: false, timestamp: Date.now() },
    ] }))
    for (const [device, metrics] of Object.entries(devices)) {
      await send('DBIRTH', device, encodePayload({ timestamp: Date.now(), seq: nextSeq(), metrics: metrics.map((metric) => {
        const measured = current.get(`${device}/${metric}`)
        return { name: metric, alias: aliasOf(device, metric), datatype: DATA_TYPE.int32, ...(measured === undefined ? { isNull: true, timestamp: Date.now() } : ofMeasured(measured)) }
      }) }))
    }
    isBorn = true
    for (const { device, metric, measured } of kept.splice(0)) await data(device, { alias: aliasOf(device, metric), isHistorical: true, ...ofMeasured(measured) })
  }
  const data = (device: string, metric: SentMetric) => send('DDATA', device, encodePayload({ timestamp: Date.now(), seq: nextSeq(), metrics: [metric] }))

  function start(): void {
    bdSeq = (bdSeq + 1) % 256
    isBorn = false
    const own = connect(`mqtt://127.0.0.1:${port}`, { clean: true, reconnectPeriod: 0, will: { topic: topic('NDEATH'), payload: death(), qos: 1, retain: false } })
    client = own
    own.on('error', () => {})
    own.on('close', () => { if (client === own && comesBack) setTimeout(() => { if (client === own && comesBack) start() }, AGAIN_MS) })
    own.on('connect', () => {
      void own.subscribeAsync([topic('NCMD'), ...(primaryHost === undefined ? [] : [`spBv1.0/STATE/${primaryHost}`])], { qos: 1 }).then(async () => { if (primaryHost === undefined) await birth() }).catch(() => {})
    })
    own.on('message', (heard, payload) => {
      if (heard === topic('NCMD')) {
        const command = decodeSparkplug(payload)
        if ('reason' in command) throw new Error(command.reason)
        command.visit((metric) => void commands.push(String(metric.name)))
        if (isBorn) void birth().catch(() => {})
        return
      }
      const { online } = JSON.parse(String(payload)) as { online: boolean }
      if (online && !isBorn) void birth().catch(() => {})
      if (!online && isBorn) {
        isBorn = false
        void own.publishAsync(topic('NDEATH'), death(), { qos: 1 }).then(() => own.endAsync()).catch(() => {})
      }
    })
  }
  start()

  return {
    async measure(device, metric, measured) {
      if (!isBorn && primaryHost !== undefined) {
        kept.push({ device, metric, measured })
        return
      }
      current.set(`${device}/${metric}`, measured)
      await data(device, { alias: aliasOf(device, metric), ...ofMeasured(measured) })
    },
    loseOne: () => void nextSeq(),
    dealAliases: () => void rotation++,
    publish: send,
    breakLine(options) {
      comesBack = options.comesBack
      client.stream.destroy()
    },
    get births() { return births },
    commands,
    async stop() {
      comesBack = false
      await client.endAsync(true).catch(() => {})
    },
  }
}
