/**
 * Makes the data folder of an old version for `fixtures/data-folders/`: run by that version's own code, as the README there says.
 * `node make-data-folder.ts TARGET`
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { decideLive } from '#models/disclosure/live-rules.ts'
import { auditedDirectory } from '#services/audit/audited-directory.ts'
import { openAuditLog } from '#services/audit/audit-log.ts'
import type { Clock } from '#services/clock/port.ts'
import { openDirectory } from '#services/directory/directory.ts'
import type { NetworkState, RunKind } from '#services/evaluation/port.ts'
import { openRunStore } from '#services/evaluation/run-store.ts'
import { openCollectStatusStore } from '#services/ingest/collect-status.ts'
import { openJobQueue } from '#services/jobs/embedded/job-queue.ts'
import { openReleaseStore } from '#services/publication/release-store.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import { countRows, hundredAnswers, type AskedFolder } from './hundred-queries.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const STEP_MS = 600_000
const POINTS = 12
const DAYS = 9
/** Over the end of summer time. */
const FROM = Date.parse('2026-10-21T00:00:00Z')
const TO = FROM + DAYS * DAY_MS
const asked: AskedFolder = { points: POINTS, from: FROM, to: TO, districtVersion: 'old-1', series: ['district', 'T1', 'S1', 'S2'] }
const target = process.argv[2]
const folder = mkdtempSync(join(tmpdir(), 'penfeld-old-'))

/** The same in every run: a day's shape with a little of each point, some missing. */
const valueOf = (point: number, step: number): number => ((point * 31 + step * 17) % 97 === 0 ? NaN : Math.round((20 + point + 10 * Math.sin((step * Math.PI) / 72 + point)) * 100) / 100)

async function fillStore(name: string, days: number): Promise<void> {
  const store = await openEmbeddedStore(join(folder, name), { timeZone: 'Europe/Paris', packSamples: 100 })
  const ids = await store.register(Array.from({ length: POINTS }, (_, index) => `${name}-${index + 1}`))
  const imported = 2 * DAY_MS / STEP_MS
  const at = Float64Array.from({ length: imported }, (_, step) => FROM + step * STEP_MS)
  for (const point of ids) {
    const values = at.map((_, step) => valueOf(point, step))
    await store.importSeries(point, { at, values, quality: Uint8Array.from(values, (value) => (Number.isNaN(value) ? 6 : 0)) }, { recordedAt: FROM + 2 * DAY_MS, source: 'import:old.csv' })
  }
  for (let step = imported; step < days * DAY_MS / STEP_MS; step++) {
    const values = Float64Array.from(ids, (point) => valueOf(point, step))
    const quality = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 6 : 0))
    await store.append({ pointIds: ids, at: new Float64Array(POINTS).fill(FROM + step * STEP_MS), values, quality }, { recordedAt: FROM + step * STEP_MS + 5_000, source: 'field' })
    if (step === (days - 2) * DAY_MS / STEP_MS) await revise(store, ids)
    // The last day stays in the journal.
    if (step % 36 === 0 && step <= (days - 1) * DAY_MS / STEP_MS) while (await store.maintain(500)) { /* to its end */ }
  }
  await store.close()
}

async function revise(store: TimeSeriesStore, ids: Int32Array): Promise<void> {
  for (const [index, point] of [1, 8, 3].entries()) {
    const times = Float64Array.from({ length: 5 }, (_, step) => FROM + (index + 0.5) * DAY_MS + step * STEP_MS)
    await store.append({ pointIds: new Int32Array(5).fill(ids[point]), at: times, values: new Float64Array(5).fill(77 + index), quality: new Uint8Array(5) }, { recordedAt: TO - HOUR_MS, source: 'anne', reason: 'the meter was exchanged' })
  }
}

function stateAt(at: number, level: number): NetworkState {
  const column = (length: number) => Float32Array.from({ length }, (_, index) => level + index / 8)
  return {
    at, settled: true, sectionCurrentA: column(3), sectionLoadingPct: Float32Array.of(level, NaN, 3), sectionPowerKw: column(3), transformerLoadKva: column(1), transformerLoadingPct: column(1),
    busVoltagePu: column(2), busLoadKw: column(2), sectionQuality: Uint8Array.of(0, 6, 3), transformerQuality: Uint8Array.of(3), lossesKw: level / 3, districtKw: level, boundaryKw: 2 * level, unmeteredKw: 0.1, residualKw: NaN,
  }
}

async function fillRuns(): Promise<void> {
  const store = openRunStore(join(folder, 'runs.sqlite'))
  await store.saveLayout(asked.districtVersion, { lineSections: ['S1', 'S2', 'S3'], transformers: ['T1'], buses: ['B1', 'B2'] })
  for (const [index, kind] of (['estimate', 'forecast', 'replay', 'estimate'] as RunKind[]).entries()) {
    const states = Array.from({ length: 6 }, (_, step) => stateAt(FROM + (index * 3 + step) * STEP_MS, 10 * index + step))
    await store.save({ kind, issuedAt: FROM + index * HOUR_MS, from: states[0].at, to: states[5].at + STEP_MS, stepS: 600, districtVersion: asked.districtVersion, engine: 'old', inputSeq: index, closurePct: 0.01, residualPct: NaN, durationMs: 4 }, states)
  }
  for (const issuedAt of [FROM, FROM + HOUR_MS]) {
    await store.saveForecasts(asked.series.map((series, index) => ({ series, issuedAt, from: issuedAt, stepS: 600, forecaster: 'same-day-last-week', method: 'seasonal-naive' as const, reason: undefined, valuesKw: Float64Array.of(1, 2 + index, 9.5), quantilesKw: [] })))
  }
  await store.close()
}

async function fillReleases(): Promise<void> {
  const store = openReleaseStore(join(folder, 'releases.sqlite'))
  const body = decideLive({ at: 0, now: 0, meanPowerKw: 1, coverage: 1, firmImportKw: 1, yearlyMeanKw: 1, deliveryPoints: 0, holderPowerKw: [], publicPowerKw: 0, productionKw: 0 }, undefined).figures
  for (let half = 0; half < 20; half++) await store.publish({ kind: 'district-live', at: FROM + half * 1_800_000, stepS: 1_800, publishedAt: FROM + half * 1_800_000 + HOUR_MS, rules: '2025-01-01', districtVersion: asked.districtVersion, body })
  await store.withdrawBefore('district-live', FROM + 5 * 1_800_000)
  await store.close()
}

async function fillJobs(): Promise<void> {
  const queue = openJobQueue(join(folder, 'jobs.sqlite'), { now: () => TO, speed: 1 } as Clock, { realNow: () => TO })
  for (let period = 0; period < 12; period++) await queue.ask({ kind: 'evaluate', scope: 'district', period: FROM + period * STEP_MS, inputRevision: period })
  for (let done = 0; done < 6; done++) {
    const { job, token } = (await queue.claim(['evaluate']))!
    if (done === 4) await queue.fail(job.jobId, token, 'PF_LOAD_FLOW_DIVERGED', { retryable: false })
    else await queue.complete(job.jobId, token)
  }
  await queue.askAll([{ kind: 'validate', scope: 'district', period: FROM, inputRevision: 1 }], { name: 'measured', seq: 41 })
  await queue.claim(['validate'])
  await queue.close()
}

function fillDirectory(): void {
  let now = TO
  const audit = openAuditLog({ dataFolder: folder, log: silentLogger, realNow: () => now })
  const directory = auditedDirectory(openDirectory(join(folder, 'directory.sqlite'), () => now), audit)
  for (const [subject, name] of [['anne', 'Anne'], ['bruno', 'Bruno'], ['chloe', 'Chloé']]) {
    const personId = directory.enrol({ issuer: 'http://127.0.0.1:8081', subject, name, roles: subject === 'anne' ? ['operator', 'planner'] : [], holders: subject === 'anne' ? [] : [{ holder: `shop-${subject}`, from: FROM, to: subject === 'bruno' ? TO : Infinity }] })
    void directory.sessions.begin({ personId, authenticatedAt: now })
    for (let reading = 0; reading < 5; reading++) {
      now += 2 * HOUR_MS
      directory.logAccess({ personId, route: '/api/merchant/load-curve', subject: `PDL-${subject}` })
    }
  }
  directory.close()
  audit.close()
}

function fillCollect(): void {
  const store = openCollectStatusStore(join(folder, 'collect.sqlite'))
  const rules = [{ name: 'measured-1' }, { name: 'measured-2' }] as unknown as Parameters<typeof store.quarantine>[1]['rules']
  store.quarantine('field', { rules, at: [FROM, FROM + 1], values: [NaN, 1e9], quality: [6, 1], reasons: ['not_a_number', 'beyond_limits'] } as unknown as Parameters<typeof store.quarantine>[1], TO)
  const status = { sourceId: 'field', state: 'connected', detail: null, newestAt: TO, newestStoredAt: TO, stale: false, reconnects: 2, certificateExpiresAt: null } as const
  store.write([status, { ...status, sourceId: 'files', stale: true }], [{ sourceId: 'field', produced: 12, stored: 10, deduplicated: 0, revised: 0, quarantined: { not_a_number: 1, beyond_limits: 1 }, dropped: {} }])
  store.progress('demo-history', 1, 'whole')
  store.close()
}

await fillStore('measured', DAYS)
await fillStore('derived', 3)
await fillRuns()
await fillReleases()
await fillJobs()
fillDirectory()
fillCollect()
// The last ones stay in the log before the file, as a killed process leaves them.
const killed = await openEmbeddedStore(join(folder, 'measured'), { timeZone: 'Europe/Paris' })
const ids = await killed.lookup(Array.from({ length: POINTS }, (_, index) => `measured-${index + 1}`))
for (let step = 0; step < 3; step++) await killed.append({ pointIds: ids, at: new Float64Array(POINTS).fill(TO + step * STEP_MS), values: Float64Array.from(ids, (point) => valueOf(point, step)), quality: new Uint8Array(POINTS) }, { recordedAt: TO + step * STEP_MS, source: 'field' })

// Asked of a copy: the folder stays as its writers left it.
const copy = `${folder}-asked`
cpSync(folder, copy, { recursive: true })
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sqlite')).sort()
writeFileSync(join(target, 'answers.json'), `${JSON.stringify({ asked, rows: countRows(copy, files), answers: await hundredAnswers(copy, asked) }, null, 1)}\n`)
for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.sqlite(-wal)?$/.test(name))) {
  mkdirSync(dirname(join(target, file)), { recursive: true })
  writeFileSync(join(target, `${file}.gz`), gzipSync(readFileSync(join(folder, file)), { level: 9 }))
}
for (const place of [folder, copy]) rmSync(place, { recursive: true })
process.exit(0)
