/**
 * From the field to the durable store: protocol servers in processes of their own, the role `collect` in one.
 *   npm run bench:ingest -- [--json] [--quick] [--points N] [--seconds N] [--influx]
 * A value counts as stored when the commit of its journal entry begins; how long a commit takes is measured beside. With `--influx`
 * it counts when a real influxd, in a process of its own, has acknowledged it.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { decodeBatch } from '#services/store/codec/batch.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { startInfluxd, type Influxd } from '#services/store/influx/influxd.testkit.ts'
import { storeFolder } from '#services/store/open.ts'
import { freePorts } from '../../e2e/service.ts'
import { printer, quick } from '../load-flow/print.ts'
import { certificateFolderOf } from '#services/simulator/opcua/server.ts'
import { DEVICE_KINDS, districtOf, fieldPlan, MIX, valuesPerSecond } from './plan.ts'
import { peakMemoryMib, processorSeconds } from './watch-process.ts'

const print = printer('ingest')
const option = (name: string, otherwise: number): number => Number(process.argv[process.argv.indexOf(name) + 1] && process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise)
const SECONDS = option('--seconds', quick ? 10 : 180)
const SIZES = process.argv.includes('--points') ? [option('--points', 0)] : quick ? [14_000] : [14_000, 75_000]
const KIND = process.argv.includes('--influx') ? 'influx' : 'embedded'
/** Connecting, reading what there is, filling caches. */
const SETTLE_S = quick ? 6 : 60
const HIGHEST_LATENCY_MS = 120_000

const started = (child: ChildProcess): Promise<void> => new Promise((resolve, reject) => {
  child.once('message', () => resolve())
  child.once('exit', (code) => reject(new Error(`a process of the bench ended with code ${code}`)))
})
const producedBy = (child: ChildProcess): Promise<{ produced: number; lagMs: number }> => new Promise((resolve) => {
  child.once('message', (message) => resolve(message as { produced: number; lagMs: number }))
  child.send('produced')
})
const ended = async (child: ChildProcess): Promise<void> => {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const impatience = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await exited
  clearTimeout(impatience)
}

/** Counts by millisecond of delay. */
class Delays {
  readonly #counts = new Float64Array(HIGHEST_LATENCY_MS + 1)
  count = 0
  add(ms: number): void {
    this.#counts[Math.max(0, Math.min(HIGHEST_LATENCY_MS, Math.round(ms)))]++
    this.count++
  }
  quantile(share: number): number {
    let seen = 0
    for (let ms = 0; ms <= HIGHEST_LATENCY_MS; ms++) if ((seen += this.#counts[ms]) >= share * this.count) return ms
    return NaN
  }
}

/** When a value of an entry was stored: by the commit of the journal, or by the acknowledgement of the server. */
const ENTRIES = {
  embedded: 'SELECT source, writtenRealMs AS storedRealMs, batch FROM journal WHERE revises = 0 AND writtenRealMs >= ? AND writtenRealMs < ?',
  influx: 'SELECT source, takenRealMs AS storedRealMs, batch FROM journal JOIN forwarding.taken_times USING (seq) WHERE revises = 0 AND takenRealMs >= ? AND takenRealMs < ?',
}

/** Entries of the journal that were stored between two real times. */
function readJournal(folder: string, from: number, to: number): { bySource: Map<string, number>; delays: Delays; entries: number } {
  const place = storeFolder(folder, 'measured', KIND)
  const journal = new DatabaseSync(join(place, 'journal.sqlite'), { readOnly: true, timeout: 5_000 })
  if (KIND === 'influx') journal.prepare('ATTACH ? AS forwarding').run(join(place, 'forwarding.sqlite'))
  const delays = new Delays()
  const bySource = new Map<string, number>()
  let entries = 0
  for (const row of journal.prepare(ENTRIES[KIND]).iterate(from, to)) {
    const { source, storedRealMs, batch } = row as { source: string; storedRealMs: number; batch: Uint8Array }
    const { at } = decodeBatch(batch)
    entries++
    bySource.set(source, (bySource.get(source) ?? 0) + at.length)
    // A Modbus meter tells its time in whole seconds: it counts, and says nothing about delay.
    if (!source.startsWith('modbus')) for (const time of at) delays.add(storedRealMs - time)
  }
  journal.close()
  return { bySource, delays, entries }
}

async function benchField(size: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-bench-ingest-'))
  const ports = await freePorts(200)
  const plan = fieldPlan(size, () => ports.pop()!)
  const offered = valuesPerSecond(plan)
  const pki = (sourceId: string) => join(folder, 'field', sourceId)
  const influxd: Influxd | undefined = KIND === 'influx' ? await startInfluxd(join(folder, 'influxd')) : undefined
  const environment = { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning', MALLOC_ARENA_MAX: '2', PENFELD_DATA: folder, PENFELD_LOG: 'error', INFLUX_URL: influxd?.url ?? '' }
  const field: ChildProcess[] = []
  let collect: ChildProcess | undefined
  try {
    // A control system is a process; the many small gateways and brokers of a protocol share one.
    const shared = Map.groupBy(plan, ({ protocol, sourceId }) => (protocol === 'opcua' ? sourceId : protocol))
    for (const [name, servers] of shared) {
      mkdirSync(pki(name), { recursive: true })
      const child = fork(join(import.meta.dirname, 'field.ts'), [JSON.stringify(servers), pki(name)], { env: environment, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
      field.push(child)
      await started(child)
    }
    const documentFile = join(folder, 'district.json')
    writeFileSync(documentFile, JSON.stringify(districtOf(plan, (sourceId) => certificateFolderOf(pki(sourceId)))))
    collect = fork(join(import.meta.dirname, 'collect.ts'), [documentFile], { env: environment, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    await started(collect)
    await pause(SETTLE_S * 1_000)

    const beforeS = processorSeconds(collect.pid!)
    const serverBeforeS = influxd === undefined ? 0 : processorSeconds(influxd.pid)
    const produced = await Promise.all(field.map(producedBy))
    const from = Date.now()
    await pause(SECONDS * 1_000)
    const to = Date.now()
    const producedAfter = await Promise.all(field.map(producedBy))
    const cores = (processorSeconds(collect.pid!) - beforeS) / ((to - from) / 1_000)
    const serverCores = influxd === undefined ? 0 : (processorSeconds(influxd.pid) - serverBeforeS) / ((to - from) / 1_000)
    const memoryMib = peakMemoryMib(collect.pid!)
    const given = producedAfter.reduce((sum, one, index) => sum + one.produced - produced[index].produced, 0)
    const { bySource, delays, entries } = readJournal(folder, from, to)
    const stored = [...bySource.values()].reduce((sum, count) => sum + count, 0)

    const what = `${size} points, ${KIND}`
    const perSecond = stored / ((to - from) / 1_000)
    const p99 = delays.quantile(0.99)
    print(`${what}: given by the field (${MIX})`, (given / (to - from)) * 1_000, 'values/s')
    print(`${what}: stored`, perSecond, 'values/s', `>= ${offered}`, perSecond >= 0.995 * offered)
    print(`${what}: stored of what the field gave`, (100 * stored) / given, '%', '100', stored >= 0.995 * given)
    for (const protocol of Object.keys(DEVICE_KINDS)) {
      const ofProtocol = (sourceId: string) => sourceId.startsWith(protocol)
      const offeredHere = valuesPerSecond(plan.filter(({ sourceId }) => ofProtocol(sourceId)))
      const storedHere = [...bySource].reduce((sum, [sourceId, count]) => sum + (ofProtocol(sourceId) ? count : 0), 0)
      print(`${what}: of it ${protocol}, of what its devices offer`, (storedHere / ((to - from) / 1_000) / offeredHere) * 100, '%')
    }
    print(`${what}: source time to stored, p50`, delays.quantile(0.5), 'ms')
    print(`${what}: source time to stored, p99`, p99, 'ms', '< 2000', p99 < 2_000)
    print(`${what}: journal entries`, entries / ((to - from) / 1_000), '1/s')
    print(`${what}: processor time of collect`, cores, 'cores', '< 1', cores < 1)
    print(`${what}: largest memory of collect`, memoryMib, 'MiB', '< 512', memoryMib < 512)
    if (influxd !== undefined) {
      print(`${what}: processor time of influxd`, serverCores, 'cores')
      print(`${what}: largest memory of influxd`, peakMemoryMib(influxd.pid), 'MiB')
    }
    print(`${what}: largest delay of a simulator`, Math.max(...producedAfter.map(({ lagMs }) => lagMs)), 'ms')
  } finally {
    if (collect !== undefined) await ended(collect)
    await Promise.all(field.map(ended))
    await influxd?.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The journal alone, each call one commit with fsync. */
async function benchJournal(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'penfeld-bench-journal-'))
  const store = await openEmbeddedStore(folder, { timeZone: 'Europe/Paris' })
  const points = 75_000
  const pointIds = await store.register(Array.from({ length: points }, (_, index) => `p${index}`))
  const values = Float64Array.from({ length: points }, (_, index) => index % 1_000)
  const rounds = quick ? 10 : 40
  const begun = performance.now()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    await store.append({ pointIds, at: new Float64Array(points).fill(1e12 + round * 1_000), values, quality: new Uint8Array(points) }, { recordedAt: 1e12, source: 'bench' })
    times.push(performance.now() - started)
  }
  const perSecond = (points * rounds) / ((performance.now() - begun) / 1_000)
  await store.close()
  rmSync(folder, { recursive: true, force: true })
  print('journal alone, 75,000 values a commit, with fsync', perSecond, 'values/s', '>= 500000', perSecond >= 500_000)
  print('journal alone, one commit of 75,000 values, p50', times.sort((left, right) => left - right)[rounds >> 1], 'ms')
}

await benchJournal()
for (const size of SIZES) await benchField(size)
