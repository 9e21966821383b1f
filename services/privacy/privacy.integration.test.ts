import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleDistrict } from '#models/district/sample-district.ts'
import type { District, MeasurementPoint } from '#models/district/schema.ts'
import { USUAL_RETENTION, monthsEarlier } from '#models/retention/rules.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { openAppliedEdits } from '#services/editing/applied-edits.ts'
import { validatedName } from '#services/evaluation/validate.ts'
import { openRunStore } from '#services/evaluation/run-store.ts'
import { openCollectStatusStore } from '#services/ingest/collect-status.ts'
import { batchOf } from '#services/store/contract.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { silentLogger } from '#services/telemetry/logger.ts'
import { createEraser } from './carry-out.ts'
import { createDerivedErasing } from './erase-derived.ts'
import { createMeasuredErasing, createMeasuredRetention } from './erase-measured.ts'
import { openErasedMarks } from './erased-marks.ts'
import { openErasureRegister } from './erasure-register.ts'
import { createRetention } from './retention.ts'
import { dropFilesOlderThan } from './taken-files.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-11-10T12:00:00Z')
const CANARY = 6_174.102938475601
const bytes = Buffer.from(Float64Array.of(CANARY).buffer)
const patterns = [bytes, Buffer.from(bytes).reverse()]
const point = (id: string, on: string, stepS: number): MeasurementPoint => ({ id, carrier: 'electricity', quantity: 'active-energy', unit: 'kWh', kind: 'interval', stepS, sign: 1, resolution: 0.001, on, feed: { device: `dev-${on}`, channel: 'c' } })
let folder: string
let inbox: string
let district: District
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-privacy-'))
  inbox = join(folder, 'inbox/meters')
  for (const name of ['done', 'failed']) mkdirSync(join(inbox, name), { recursive: true })
  district = {
    ...sampleDistrict(), timeZone: 'Europe/Paris',
    holders: [{ id: 'hh', kind: 'household' }, { id: 'next', kind: 'household' }],
    deliveryPoints: ['home', 'other'].map((id) => ({ id, carrier: 'electricity' as const, site: 's', category: 'residential' as const, loadClass: 'dwelling', holders: [{ validFrom: '2015-01-01T00:00:00Z', holder: id === 'home' ? 'hh' : 'next' }] })),
    sources: [{ id: 'meters', protocol: 'files', url: `file:${inbox}`, periodS: 1, staleAfterS: 1 }],
    devices: ['home', 'other'].map((on) => ({ id: `dev-${on}`, source: 'meters', profile: 'p', address: `0${on}-meter` })),
    measurementPoints: [point('home.load', 'home', 1800), point('home.day', 'home', 86_400), point('other.load', 'other', 1800)],
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const filesWithCanary = () => readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((entry) => entry.isFile() && patterns.some((pattern) => readFileSync(join(entry.parentPath, entry.name)).includes(pattern))).map(({ name }) => name)

async function collectFiles() {
  const store = await openEmbeddedStore(join(folder, 'measured'), { timeZone: 'Europe/Paris', packSamples: 20 })
  const status = openCollectStatusStore(join(folder, 'collect.sqlite'))
  const applied = openAppliedEdits(join(folder, 'edits-applied.sqlite'))
  const marks = openErasedMarks(join(folder, 'erased-measured.sqlite'))
  return {
    store, status, applied, marks, erase: createMeasuredErasing({ district, store, status, applied, importInbox: join(folder, 'inbox/import') }),
    async close() {
      await store.close()
      for (const one of [status, applied, marks]) one.close()
    },
  }
}
type CollectFiles = Awaited<ReturnType<typeof collectFiles>>

async function fill({ store, status, applied }: CollectFiles): Promise<void> {
  const [mine, other] = await store.register(['home.load', 'other.load'])
  for (let i = 0; i < 30; i++) {
    await store.append(batchOf([[mine!, NOW - (30 - i) * 1_800_000, CANARY], [other!, NOW - (30 - i) * 1_800_000, i]]), { recordedAt: NOW, source: 's' })
    if (i === 20) while (await store.maintain(100)) { /* to its end */ }
  }
  status.quarantine('s', { rules: [{ name: 'home.load' } as never], at: [NOW - DAY], values: [CANARY], quality: [0], reasons: ['implausible'] }, NOW)
  const column = (value: number) => Float64Array.of(value)
  applied.decide({ seq: 1, editId: 'e', point: 'home.load', problem: null, leftAlone: 0, undoes: null, rows: { at: column(NOW - DAY), before: column(CANARY), beforeQuality: Uint8Array.of(0), after: column(1), afterQuality: Uint8Array.of(2) } }, NOW)
  writeFileSync(join(inbox, 'done/a.csv'), '0home-meter;1;2')
  writeFileSync(join(inbox, 'done/b.csv.gz'), gzipSync('0home-meter;1;2'))
  writeFileSync(join(inbox, 'failed/c.csv'), '0other-meter;1;2')
}

test('an erasure reaches everything that collect owns, ends when all of it is done, and a crash in between only repeats it', async () => {
  const register = openErasureRegister(join(folder, 'erasures.sqlite'))
  const files = await collectFiles()
  await fill(files)
  expect(filesWithCanary().length).toBeGreaterThan(2)
  register.add({ erasureId: 'one', at: NOW, personRef: 'person:1', spans: [{ deliveryPoint: 'home', points: ['home.load', 'home.day'], from: NOW - 10 * DAY, to: NOW }] })
  let calls = 0
  const failing = createEraser({ register, marks: files.marks, log: silentLogger, erase: async (span) => {
    await files.erase(span)
    if (++calls === 1) throw new Error('killed')
    return 0
  } })
  await expect(failing.applyWaiting()).rejects.toThrow('killed')
  expect(files.marks.lastSeq()).toBe(0)
  expect(await createEraser({ register, marks: files.marks, log: silentLogger, erase: files.erase }).applyWaiting()).toBe(1)
  expect(files.marks.lastSeq()).toBe(1)
  expect(await createEraser({ register, marks: files.marks, log: silentLogger, erase: files.erase }).applyWaiting()).toBe(0)
  expect(filesWithCanary()).toEqual([])
  expect([existsSync(join(inbox, 'done/a.csv')), existsSync(join(inbox, 'done/b.csv.gz')), existsSync(join(inbox, 'failed/c.csv'))]).toEqual([false, false, true])
  const [other] = await files.store.lookup(['other.load'])
  expect((await files.store.read(other!, 0, Infinity)).at.length).toBe(30)
  // The neighbour's edit history stays; that there was an edit here stays as well, without its values.
  expect(files.applied.standing()[0]!.rows.at.length).toBe(0)
  await files.close()
  register.close()
})

test('an erasure reaches what work made of it: validated values, forecasts, what was learned, findings', async () => {
  const derived = await openEmbeddedStore(join(folder, 'derived'), { timeZone: 'Europe/Paris' })
  const runs = openRunStore(join(folder, 'runs.sqlite'))
  const [mine, other] = await derived.register([validatedName('home.load'), validatedName('other.load')])
  await derived.append(batchOf([[mine!, NOW - DAY, CANARY], [other!, NOW - DAY, 2]]), { recordedAt: NOW, source: 'job:validate' })
  for (const series of ['home', 'other']) {
    await runs.saveForecasts([{ series, issuedAt: NOW - 2 * DAY, from: NOW - 2 * DAY, stepS: 600, forecaster: 'naive', method: 'seasonal-naive', reason: 'history-short', valuesKw: Float64Array.of(CANARY), quantilesKw: [], contributions: undefined }])
    runs.database.prepare('INSERT INTO newest_fit VALUES (?, 1, ?, ?)').run(series, 'm', new Uint8Array(Float64Array.of(CANARY).buffer))
    runs.database.prepare("INSERT INTO day_quality VALUES (?, ?, 1, 1, 0, 0, 0)").run(NOW - DAY, `${series}.load`)
  }
  const erase = createDerivedErasing(derived, runs.database)
  expect(await erase({ deliveryPoint: 'home', points: ['home.load'], from: NOW - 10 * DAY, to: NOW })).toBe(4)
  expect((await derived.read(mine!, 0, Infinity)).at.length).toBe(0)
  expect((await derived.read(other!, 0, Infinity)).at.length).toBe(1)
  expect([await runs.latestForecast('home'), (await runs.latestForecast('other'))?.series]).toEqual([undefined, 'other'])
  const left = (table: string, column: string) => runs.database.prepare(`SELECT ${column} AS name FROM ${table}`).all().map((row) => (row as { name: string }).name)
  expect([left('newest_fit', 'series'), left('day_quality', 'point')]).toEqual([['other'], ['other.load']])
  await erase({ deliveryPoint: 'other', points: ['other.load'], from: NOW - 10 * DAY, to: NOW })
  expect(filesWithCanary()).toEqual([])
  await derived.close()
  await runs.close()
})

test('each night nothing older than its class survives, once a day, counted by class, and the young stays', async () => {
  const files = await collectFiles()
  const [load, daily] = await files.store.register(['home.load', 'home.day'])
  const ages = [1, 400, 700, 740, 1000, 1090, 1100, 1500].map((days) => NOW - days * DAY)
  for (const id of [load!, daily!]) await files.store.importSeries(id, { at: Float64Array.from([...ages].reverse()), values: new Float64Array(ages.length).fill(1), quality: new Uint8Array(ages.length) }, { recordedAt: NOW, source: 'import' })
  const clock = manualClock(NOW)
  const retention = createRetention({ district, consents: { after: () => [] }, clock, marks: files.marks, erase: createMeasuredRetention(files), log: silentLogger })
  const left = async (id: number) => [...(await files.store.read(id, 0, Infinity)).at]
  expect(await retention.runIfDue()).toBe(true)
  expect(await left(load!)).toEqual(ages.filter((at) => at >= monthsEarlier(NOW, USUAL_RETENTION.householdCurveMonths)).reverse())
  expect(await left(daily!)).toEqual(ages.filter((at) => at >= monthsEarlier(NOW, USUAL_RETENTION.householdDailyMonths)).reverse())
  expect(files.marks.retentionRuns(10).map((run) => [run.class, run.removed])).toEqual([['household-curve', 5], ['household-daily', 2]])
  expect(await retention.runIfDue()).toBe(false)
  clock.set(NOW + DAY)
  expect(await retention.runIfDue()).toBe(true)
  expect(files.marks.retentionRuns(2).map(({ removed }) => removed)).toEqual([0, 0])
  expect((await left(daily!)).length).toBe(6)
  await files.close()
})

test('taken files leave after their days, of real time', () => {
  for (const [name, days] of [['old.csv', 8], ['young.csv', 6]] as const) {
    writeFileSync(join(inbox, 'done', name), 'x')
    const at = new Date(Date.now() - days * DAY)
    utimesSync(join(inbox, 'done', name), at, at)
  }
  expect(dropFilesOlderThan([inbox, join(folder, 'nowhere')], 7, Date.now())).toBe(1)
  expect(readdirSync(join(inbox, 'done'))).toEqual(['young.csv'])
})
