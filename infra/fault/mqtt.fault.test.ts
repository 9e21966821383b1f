import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type MqttClient } from 'mqtt'
import { afterAll, expect, test } from 'vitest'
import { sampleDistrict } from '#models/district/sample-district.ts'
import type { District, Source } from '#models/district/schema.ts'
import { createClock } from '#services/clock/shifted-clock.ts'
import { testChannel } from '#services/collectors/driver.testkit.ts'
import { mqttDriver } from '#services/collectors/mqtt/driver.ts'
import { Counters } from '#services/ingest/counters.ts'
import { runSource, type SourceRunner } from '#services/ingest/source-runner.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { killChildren } from './lab/children.ts'
import { counts, FULL } from './lab/full.ts'
import { compareLedger, openLedger, readLedger } from './lab/ledger.ts'
import { experiment } from './lab/report.ts'
import { startMosquitto, type ServerChild } from './lab/servers.ts'

/**
 * Experiment 21. mosquitto writes its file right after it has acknowledged, not before: what it says it has is safe from its own death only
 * when it has been given on or written. So it is killed while our source is connected, or, while our source is away, once its file is written.
 */
const KILLS = counts(5, 50)
/** Every so many kills the broker dies while our source is away. */
const AWAY_EVERY = 3
const TOPICS = ['meter/1', 'meter/2', 'meter/3']
const PUBLISH_EVERY_MS = 8
/** Fewer than the 20 that mosquitto gives a subscriber at once. */
const MOST_UNDERWAY = 10
const DUPLICATES = 0.1
const TIME_ZONE = 'Europe/Paris'
const clock = createClock(undefined, Date.now())

const folder = mkdtempSync(join(tmpdir(), 'penfeld-mqtt-fault-'))
afterAll(async () => {
  await killChildren()
  rmSync(folder, { recursive: true, force: true })
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Publishes with QoS 1 whenever the broker is there, some messages twice; what the broker acknowledged goes into the ledger. */
function startPublisher(url: string, ledgerFile: string, random: () => number) {
  const ledger = openLedger(ledgerFile)
  // Messages that were not acknowledged when the line broke are given again by the library, marked as repeated.
  const client: MqttClient = connect(url, { clientId: 'field', clean: false, reconnectPeriod: 100, resubscribe: false })
  client.on('error', () => {})
  const acknowledged: [point: number, at: number, value: number][] = []
  let [sent, duplicates, underway, paused] = [0, 0, 0, false]
  let at = Date.now()
  const write = () => {
    const rows = acknowledged.splice(0)
    if (rows.length > 0) ledger.add(rows.map(([point]) => point), rows.map(([, time]) => time), rows.map(([, , value]) => value))
  }
  const publish = (topic: string, text: string, done: () => void) => {
    underway++
    client.publish(topic, text, { qos: 1 }, (error) => {
      underway--
      if (!error) done()
    })
  }
  const publishing = setInterval(() => {
    if (paused || !client.connected || underway >= MOST_UNDERWAY) return
    const point = sent++ % TOPICS.length
    // A time of its own for each message, in the past or now.
    at = Math.max(at + 1, Date.now())
    const [time, value] = [at, Math.floor(random() * 1e6)]
    const text = JSON.stringify({ ts: new Date(time).toISOString(), powerW: value })
    publish(TOPICS[point], text, () => void acknowledged.push([point, time, value]))
    if (random() < DUPLICATES) {
      duplicates++
      publish(TOPICS[point], text, () => {})
    }
  }, PUBLISH_EVERY_MS)
  const writing = setInterval(write, 100)
  return {
    get duplicates() { return duplicates },
    pause(on: boolean) { paused = on },
    get underway() { return underway },
    count() { write(); return ledger.count },
    async stop() {
      clearInterval(publishing)
      await expect.poll(() => underway, { timeout: 30_000 }).toBe(0)
      clearInterval(writing)
      write()
      ledger.close()
      await client.endAsync(true)
    },
  }
}

/** How many clients the broker knows of, connected or not. */
async function clientsOf(url: string): Promise<number> {
  const onlooker = connect(url, { clientId: 'onlooker', reconnectPeriod: 0 })
  let total = NaN
  onlooker.on('message', (_topic, payload) => { total = Number(payload) })
  await onlooker.subscribeAsync('$SYS/broker/clients/total')
  // Told once a second, and the onlooker is one of them.
  await pause(2_500)
  await onlooker.endAsync()
  return total - 1
}

const ourSessions = (broker: ServerChild) => new Set([...broker.output().matchAll(/ as (penfeld-[0-9a-f]+) /g)].map(([, id]) => id))

test(`mosquitto killed and started again ${KILLS} times: nothing it acknowledged is lost, nothing is doubled, one session`, { timeout: FULL ? 1_200_000 : 240_000 }, () =>
  experiment(21, 'mosquitto', async (run) => {
    const broker = await startMosquitto(join(folder, 'broker'), { more: 'sys_interval 1\nmax_queued_messages 100000\n' })
    const source: Source = { id: 'city', protocol: 'mqtt', url: broker.url, periodS: 1, staleAfterS: 30 }
    const channels = TOPICS.map((topic) => testChannel(source.id, topic, { unit: 'kW', pointer: '/powerW', timePointer: '/ts' }))
    const district: District = { ...sampleDistrict(), sources: [source], devices: channels.map(({ device }) => device), measurementPoints: channels.map(({ point }) => point) }
    mkdirSync(join(folder, 'store'))
    const store = await openEmbeddedStore(join(folder, 'store', 'measured'), { timeZone: TIME_ZONE })
    const counters = new Counters()
    const quarantined: string[] = []
    const start = (): Promise<SourceRunner> => runSource({
      source, channels, district, factory: mqttDriver, store, clock, counters, log: silentLogger, stateFolder: join(folder, 'state'),
      quarantine: (_source, apart) => void quarantined.push(...apart.reasons),
    })
    let runner = await start()
    const sessions = new Set<string>()
    const isConnected = () => runner.status().state === 'connected'
    await expect.poll(isConnected, { timeout: 30_000, interval: 20 }).toBe(true)

    const publisher = startPublisher(broker.url, join(folder, 'ledger'), () => run.random.next())
    const stored = () => counters.all()[0]?.stored ?? 0
    /** Kills the broker and starts it again; how long until the next value is stored. */
    const killAndRecover = async (restartSource: boolean) => {
      for (const session of ourSessions(broker)) sessions.add(session)
      await broker.kill()
      run.fault()
      await pause(run.random.between(0, 500))
      await broker.restart()
      publisher.pause(false)
      const [backMs, before] = [performance.now(), stored()]
      if (restartSource) runner = await start()
      await expect.poll(stored, { timeout: 60_000, interval: 20 }).toBeGreaterThan(before)
      run.recovered(performance.now() - backMs)
      await expect.poll(isConnected, { timeout: 60_000, interval: 20 }).toBe(true)
      // All that waited for us has come.
      await expect.poll(() => stored() >= publisher.count() - MOST_UNDERWAY, { timeout: 60_000, interval: 20 }).toBe(true)
    }
    for (let kill = 1; kill <= KILLS; kill++) {
      await pause(run.random.between(300, 1_800))
      const isAway = kill % AWAY_EVERY === 0
      if (isAway) {
        await runner.stop()
        await pause(run.random.between(200, 800))
        publisher.pause(true)
        await expect.poll(() => publisher.underway, { timeout: 30_000 }).toBe(0)
        await pause(50)
        const written = () => statSync(join(folder, 'broker', 'mosquitto.db')).mtimeMs
        const before = written()
        broker.signal('SIGUSR1') // asks mosquitto to write its file
        await expect.poll(written, { timeout: 30_000, interval: 50 }).toBeGreaterThan(before)
      }
      await killAndRecover(isAway)
    }
    await publisher.stop()
    const produced = readLedger(join(folder, 'ledger')).points.length
    await expect.poll(stored, { timeout: 60_000, interval: 50 }).toBeGreaterThanOrEqual(produced)
    await pause(1_000)
    for (const session of ourSessions(broker)) sessions.add(session)
    // The publisher's session is kept too.
    const clients = await clientsOf(broker.url)
    await runner.stop()

    const ids = await store.register(channels.map(({ point }) => point.id))
    const compared = await compareLedger(readLedger(join(folder, 'ledger')), (point, from, to) => store.read(ids[point], from, to))
    await store.close()
    const [counted] = counters.all()
    run.values({ produced: compared.produced, stored: compared.stored, deduplicated: counted.deduplicated, quarantined: quarantined.length, dropped: Object.values(counted.dropped).reduce((sum, count) => sum + count, 0) })
    run.measure('duplicatesSent', publisher.duplicates)
    run.measure('sessions', sessions.size)

    expect(compared).toMatchObject({ lost: 0, doubled: 0, invented: 0, different: 0, stored: compared.produced, examples: [] })
    expect(compared.produced).toBeGreaterThan(KILLS * 50)
    expect(publisher.duplicates).toBeGreaterThan(KILLS)
    expect(counted.deduplicated).toBeGreaterThanOrEqual(publisher.duplicates)
    expect(counted).toMatchObject({ produced: counted.stored + counted.deduplicated, stored: compared.produced, revised: 0, dropped: {} })
    expect([sessions.size, clients]).toEqual([1, 2])
  }))
