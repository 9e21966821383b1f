import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { openEmbeddedReader } from '#services/store/embedded/index.ts'
import { freePort, startNode, type Child } from '../lab/children.ts'
import { compareLedger, readLedger, type Comparison } from '../lab/ledger.ts'
import { startProxy, type FaultProxy } from '../lab/proxy.ts'
import type { ExperimentRun } from '../lab/report.ts'
import { pointIdOf, type CollectorSettings, type CollectorTold, type FieldSettings, type FieldStats } from './settings.ts'

export interface OpcUaRig {
  readonly field: Child
  readonly collector: Child
  readonly proxy: FaultProxy
  /** What the next start of the field is like. */
  change(settings: Partial<FieldSettings>): void
  stats(): FieldStats
  told(): CollectorTold
  /** Values that each point had so far. */
  turns(): number
  /** Newest stored time of the point that is furthest behind; the points of `except` are not looked at. */
  storedUpTo(except?: readonly number[]): Promise<number>
  /** Waits until everything produced up to now is stored; says how long that took. */
  catchUp(except?: readonly number[], timeoutMs?: number): Promise<number>
  /** Ends the field and, when all has come, the collector; compares the ledger with the store and writes the counts into the report. */
  settle(run: ExperimentRun, except?: readonly number[]): Promise<Comparison & { readonly ladder: string }>
}

/** The field behind a line with faults, and a collector with a real store: two processes beside the test. */
export async function startOpcUaRig({ points, stepMs, refusedRetryS = 60, ...more }: Pick<FieldSettings, 'points' | 'stepMs'> & Partial<FieldSettings> & { refusedRetryS?: number }): Promise<OpcUaRig> {
  const folder = await mkdtemp(join(tmpdir(), 'penfeld-opcua-fault-'))
  const place = (name: string): string => join(folder, name)
  let settings: FieldSettings = {
    port: await freePort(), pkiFolder: place('pki'), ledgerFile: place('ledger'), statsFile: place('stats.json'), points, stepMs,
    history: true, forgetsMessages: false, namespacesBefore: [], gone: [], ...more,
  }
  const change = (changed: Partial<FieldSettings>): void => {
    settings = { ...settings, ...changed }
    writeFileSync(place('field.json'), JSON.stringify(settings))
  }
  change({})
  const proxy = await startProxy({ port: settings.port })
  const collectorSettings: CollectorSettings = {
    url: `opc.tcp://127.0.0.1:${proxy.port}/test`, trustedFolder: join(settings.pkiFolder, 'own', 'certs'), dataFolder: place('collector'), statusFile: place('status.json'), points, refusedRetryS,
  }
  writeFileSync(place('collector.json'), JSON.stringify(collectorSettings))
  // Driver first where nothing of the field is there yet would fail for want of a certificate: the field makes its own at its first start.
  const field = await startNode(join(import.meta.dirname, 'field.ts'), [place('field.json')], { ready: (output) => output.includes('field is up') })
  const collector = await startNode(join(import.meta.dirname, 'collector.ts'), [place('collector.json')], { ready: (output) => output.includes('collector is up') })
  // A source that was never read is read from the beginning of its driver on: what was produced before that need not be there.
  const sinceAt = Date.now()
  const reader = await openEmbeddedReader(join(collectorSettings.dataFolder, 'measured'), { timeZone: 'Europe/Paris' })
  onTestFinished(async () => {
    await reader.close()
    await Promise.all([field.kill(), collector.kill()])
    await proxy.close()
    await rm(folder, { recursive: true, force: true })
  })
  const ids = await reader.lookup(Array.from({ length: points }, (_, point) => pointIdOf(point)))
  const stats = (): FieldStats => JSON.parse(readFileSync(settings.statsFile, 'utf8')) as FieldStats
  const told = (): CollectorTold => JSON.parse(readFileSync(collectorSettings.statusFile, 'utf8')) as CollectorTold
  const storedUpTo = async (except: readonly number[] = []): Promise<number> => {
    const { at } = await reader.latest(ids)
    return at.reduce((least, time, point) => (except.includes(point) ? least : Number.isNaN(time) ? -Infinity : Math.min(least, time)), Infinity)
  }
  const catchUp = async (except: readonly number[] = [], timeoutMs = 60_000): Promise<number> => {
    const wanted = readLedger(settings.ledgerFile).at.at(-1) ?? 0
    const begunMs = performance.now()
    await expect.poll(() => storedUpTo(except), { timeout: timeoutMs, interval: 100 }).toBeGreaterThanOrEqual(wanted)
    return performance.now() - begunMs
  }
  // Two thousand items take their time; a fault before all of them are there would meet a first connection.
  await expect.poll(() => existsSync(collectorSettings.statusFile) && told().status.state, { timeout: 60_000 }).toBe('connected')
  return {
    field, collector, proxy, change, stats, told, turns: () => readLedger(settings.ledgerFile).at.length / points, storedUpTo, catchUp,
    async settle(run, except = []) {
      // Production ends, the server stays: what is underway still comes.
      field.signal('SIGUSR2')
      await new Promise((resolve) => setTimeout(resolve, 500))
      await catchUp(except)
      await expect.poll(() => told().status.state, { timeout: 30_000 }).toBe('connected')
      const ladder = told().status.detail ?? ''
      run.measure('ladder', ladder)
      await field.kill()
      const rows = readLedger(settings.ledgerFile)
      await collector.stop()
      const comparison = await compareLedger(rows, (point, from, to) => reader.read(ids[point], from, to), { mayMiss: (_point, at) => at < sinceAt })
      const { counters } = told()
      const dropped = Object.values(counters.dropped).reduce((sum, count) => sum + count, 0)
      const quarantined = Object.values(counters.quarantined).reduce((sum, count) => sum + count, 0)
      run.values({ produced: comparison.stored + comparison.lost + comparison.different, stored: comparison.stored, deduplicated: counters.deduplicated, quarantined, dropped })
      if (dropped > 0) run.measure('droppedByReason', JSON.stringify(counters.dropped))
      return { ...comparison, ladder }
    },
  }
}
