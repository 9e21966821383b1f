/** The service as a real site runs it, fed by a broker and a publisher that keeps a ledger of every value on disk. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import type { District } from '#models/district/schema.ts'
import { openCollectStatus } from '#services/ingest/collect-status.ts'
import { smallDistrict } from '#services/simulator/small-district.ts'
import { openEmbeddedReader } from '#services/store/embedded/index.ts'
import type { TimeSeriesReader } from '#services/store/port.ts'
import type { RoleName } from '#services/supervisor/roles.ts'
import { childrenOf } from '../../e2e/service.ts'
import { freePort, startChild, type Child } from './children.ts'
import { compareLedger, openLedger, readLedger, type Comparison } from './ledger.ts'
import { startProxy, type FaultProxy } from './proxy.ts'
import { startMosquitto, type ServerChild } from './servers.ts'

const root = resolve(import.meta.dirname, '../../..')
const CHANNELS = ['temperature', 'irradiance'] as const

export interface SiteSettings {
  /** Each source is a connection of its own to the broker. */
  readonly sources?: number
  readonly devicesPerSource?: number
  /** Where the service keeps its files; a new folder if not given. */
  readonly dataFolder?: string
  readonly env?: Readonly<Record<string, string>>
  /** Between the service and the broker lies a line with faults. */
  readonly proxied?: boolean
  /** What comes before `node` in the command of the service. */
  readonly wrapper?: readonly string[]
  /** Time of the devices; they have clocks of their own. */
  now?(): number
}

export interface Site {
  readonly url: string
  readonly dataFolder: string
  readonly service: Child
  readonly broker: ServerChild
  /** Only where it was asked for. */
  readonly proxy: FaultProxy | undefined
  readonly reader: TimeSeriesReader
  /** Closes every file of the service that is open here, until something is asked for again. */
  letGo(): Promise<void>
  pid(role: RoleName): number | undefined
  /** One message of each device, acknowledged by the broker when this resolves; values are in the ledger before. */
  produce(): Promise<void>
  /** Goes on producing so many rounds a second until stopped. */
  keepProducing(roundsPerS: number): { stop(): Promise<void> }
  /** What a device says, whatever the ledger knows of it. */
  publishRaw(device: number, message: string): Promise<void>
  /** Status of /readyz; 0 where nobody answers. */
  readyStatus(): Promise<number>
  compare(): Promise<Comparison>
  /** Compares again and again until nothing is missing any more. */
  settled(patienceMs?: number): Promise<Comparison>
  /** Sums over the sources, as counted by the service. */
  counted(): Promise<{ produced: number; stored: number; deduplicated: number; revised: number; quarantined: number; dropped: number }>
  stop(): Promise<number | null>
  /** Removes what it kept, after everything has ended. */
  remove(): Promise<void>
}

const pointName = (device: number, channel: string) => `weather.s${device}.${channel}`

function siteDistrict(brokerUrl: string, sources: number, perSource: number): District {
  const devices = Array.from({ length: sources * perSource }, (_, index) => index)
  const small = smallDistrict()
  return {
    ...small,
    sites: small.sites.map((site) => (site.id === 'h' ? { ...site, id: 'houses' } : site)),
    deliveryPoints: small.deliveryPoints.map((point) => (point.site === 'h' ? { ...point, site: 'houses' } : point)),
    sources: Array.from({ length: sources }, (_, index) => ({ id: `field-${index}`, protocol: 'mqtt', url: brokerUrl, periodS: 1, staleAfterS: 60 })),
    devices: devices.map((device) => ({ id: `station-${device}`, source: `field-${device % sources}`, profile: 'weather-station', address: `station/${device}` })),
    measurementPoints: [
      // Imported or computed, if at all: only the stations deliver here.
      ...small.measurementPoints.filter(({ id }) => id.startsWith('elec.')).map(({ feed: _feed, ...point }) => point),
      ...devices.flatMap((device) => CHANNELS.map((channel): District['measurementPoints'][number] => ({
        id: pointName(device, channel), carrier: 'weather', quantity: channel, unit: channel === 'temperature' ? 'degC' : 'W/m2', kind: 'instant', stepS: 1, sign: 1, resolution: 0.01, on: 'weather', feed: { device: `station-${device}`, channel },
      }))),
    ],
  }
}

/** Starts broker and service and waits until the API answers. End it with `killChildren` whatever happens. */
export async function startSite({ sources = 2, devicesPerSource = 5, dataFolder: given, env = {}, proxied = false, wrapper = [], now = Date.now }: SiteSettings = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-site-'))
  const dataFolder = given ?? join(folder, 'data')
  const ledgerFile = join(folder, 'ledger')
  // Everything may wait in the broker for as long as the service is away.
  const broker = await startMosquitto(join(folder, 'broker'), { more: 'max_queued_messages 0\nmax_inflight_messages 200\n' })
  const proxy = proxied ? await startProxy({ port: broker.port }) : undefined
  const districtFolder = join(folder, 'district')
  mkdirSync(districtFolder, { recursive: true })
  writeFileSync(join(districtFolder, 'district.json'), JSON.stringify(siteDistrict(proxy === undefined ? broker.url : `mqtt://127.0.0.1:${proxy.port}`, sources, devicesPerSource)))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const command = [...wrapper, process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'services/main.ts'), 'run']
  const service = await startChild({
    name: 'penfeld', command: command[0], args: command.slice(1), cwd: root,
    env: {
      PENFELD_DATA: dataFolder, PENFELD_DISTRICT: districtFolder, PENFELD_PORT: String(port), PENFELD_METRICS_PORT: String(await freePort()),
      PENFELD_CLOCK: '', NODE_COMPILE_CACHE: join(tmpdir(), 'penfeld-e2e-cache'), ...env,
    },
    ready: () => fetch(`${url}/readyz`).then(({ status }) => status === 200, () => false),
  })
  // Both open their files when first asked.
  const openReader = () => openEmbeddedReader(join(dataFolder, 'measured'), { timeZone: 'Europe/Paris' })
  const openStatus = () => openCollectStatus(join(dataFolder, 'collect.sqlite'))
  let reader = await openReader()
  let status = openStatus()
  // Before its first subscription the broker keeps nothing for a session that it has never met.
  const isConnected = async () => {
    const states = (await status.sources()).map(({ state }) => state)
    return states.length === sources && states.every((state) => state === 'connected')
  }
  while (!(await isConnected())) await new Promise((resolve) => setTimeout(resolve, 100))
  const ledger = openLedger(ledgerFile)
  const deviceCount = sources * devicesPerSource
  const publisher: MqttClient = await connectAsync(broker.url, { reconnectPeriod: 200 })
  let newest = 0
  let round = 0
  let ids: Int32Array = new Int32Array(0)

  const produce = async () => {
    newest = Math.max(newest + 1, Math.floor(now()))
    const at = newest
    round++
    const points = Int32Array.from({ length: deviceCount * CHANNELS.length }, (_, index) => index)
    // Two decimals, as a station sends them: the store must give back the very same number.
    const values = Float64Array.from(points, (point) => Math.round(((round * 37 + point * 101) % 4_000) - 2_000) / 100)
    ledger.add(points, new Float64Array(points.length).fill(at), values)
    await Promise.all(Array.from({ length: deviceCount }, (_, device) => publisher.publishAsync(
      `station/${device}`, JSON.stringify({ ts: new Date(at).toISOString(), temperatureC: values[device * 2], irradianceWm2: values[device * 2 + 1] }), { qos: 1 },
    )))
  }
  const compare = async () => {
    const names = Array.from({ length: deviceCount }, (_, device) => CHANNELS.map((channel) => pointName(device, channel))).flat()
    if (ids.length === 0 || ids.includes(-1)) ids = await reader.lookup(names)
    return compareLedger(readLedger(ledgerFile), (point, from, to) => reader.read(ids[point], from, to))
  }
  return {
    url, dataFolder, service, broker, proxy, produce, compare,
    get reader() { return reader },
    async letGo() {
      await reader.close()
      await status.close()
      reader = await openReader()
      status = openStatus()
    },
    pid: (role) => (service.pid === undefined ? undefined : childrenOf(service.pid).find(({ command: line }) => line.endsWith(`role ${role}`))?.pid),
    keepProducing(roundsPerS) {
      let going = true
      const loop = (async () => {
        for (let next = performance.now(); going; next += 1_000 / roundsPerS) {
          await produce()
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())))
        }
      })()
      return { async stop() { going = false; await loop } }
    },
    publishRaw: async (device, message) => void (await publisher.publishAsync(`station/${device}`, message, { qos: 1 })),
    readyStatus: () => fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then((answer) => answer.status, () => 0),
    async settled(patienceMs = 60_000) {
      const until = performance.now() + patienceMs
      for (;;) {
        const comparison = await compare()
        if (comparison.lost === 0 || performance.now() > until) return comparison
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    },
    async counted() {
      const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, count) => total + count, 0)
      return (await status.counters()).reduce((total, one) => ({
        produced: total.produced + one.produced, stored: total.stored + one.stored, deduplicated: total.deduplicated + one.deduplicated, revised: total.revised + one.revised,
        quarantined: total.quarantined + sum(one.quarantined), dropped: total.dropped + sum(one.dropped),
      }), { produced: 0, stored: 0, deduplicated: 0, revised: 0, quarantined: 0, dropped: 0 })
    },
    stop: () => service.stop(),
    async remove() {
      await publisher.endAsync(true)
      await service.kill()
      await proxy?.close()
      await broker.kill()
      await reader.close()
      await status.close()
      ledger.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
