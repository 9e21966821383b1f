/** A collector in a process of its own: the driver, ingest and the embedded store as the role collect has them, for one source. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { District, Source } from '#models/district/schema.ts'
import { opcuaDriver } from '#services/collectors/opcua/driver.ts'
import type { Channel } from '#services/collectors/port.ts'
import { Counters } from '#services/ingest/counters.ts'
import { runSource } from '#services/ingest/source-runner.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { nodeOf, pointIdOf, type CollectorSettings, type CollectorTold } from './settings.ts'

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8')) as CollectorSettings
const source: Source = {
  id: 'field', protocol: 'opcua', url: settings.url, periodS: 1, staleAfterS: 30,
  options: { trustedCertificateFolder: settings.trustedFolder, refusedRetryS: settings.refusedRetryS },
}
const channels = Array.from({ length: settings.points }, (_, point): Channel => {
  const [address, suffix] = nodeOf(point).split('.')
  return {
    point: { id: pointIdOf(point), carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'instant', stepS: 1, sign: 1, resolution: 1, on: address, feed: { device: address, channel: suffix } },
    device: { id: address, source: source.id, profile: 'network-sensor', address }, profileChannel: { unit: 'kW', suffix },
  }
})
mkdirSync(settings.dataFolder, { recursive: true })
const store = await openEmbeddedStore(join(settings.dataFolder, 'measured'), { timeZone: 'Europe/Paris' })
const counters = new Counters()
const words: string[] = []
const log = { ...silentLogger, child: () => log } as typeof silentLogger
const runner = await runSource({
  source, channels, district: { meters: [] as District['meters'] } as District, factory: opcuaDriver, store, counters, log,
  clock: { now: Date.now, speed: 1, realMsUntil: (at) => Math.max(0, at - Date.now()) },
  quarantine: (_source, apart) => void words.push(...apart.reasons), stateFolder: join(settings.dataFolder, 'sources', source.id),
})
let stopping = false
const tell = (): void => {
  const told: CollectorTold = { status: runner.status(), counters: counters.all().find(({ sourceId }) => sourceId === source.id) ?? { sourceId: source.id, produced: 0, stored: 0, deduplicated: 0, revised: 0, quarantined: {}, dropped: {} } }
  writeFileSync(`${settings.statusFile}.part`, JSON.stringify(told))
  renameSync(`${settings.statusFile}.part`, settings.statusFile)
}
const telling = setInterval(tell, 100)
const maintaining = (async () => {
  while (!stopping) await new Promise((resolve) => setTimeout(resolve, 0)).then(async () => ((await store.maintain(15)) ? undefined : new Promise((resolve) => setTimeout(resolve, 500))))
})()
process.once('SIGTERM', () => {
  void (async () => {
    stopping = true
    clearInterval(telling)
    await runner.stop()
    await maintaining
    tell()
    await store.close()
    process.exit(0)
  })()
})
tell()
process.stdout.write('collector is up\n')
