import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleDistrict } from '#models/district/sample-district.ts'
import type { District, MeasurementPoint } from '#models/district/schema.ts'
import { manualClock } from '#services/clock/shifted-clock.ts'
import { pointRule } from '#services/ingest/judge.ts'
import { Counters } from '#services/ingest/counters.ts'
import { ImportGathering } from '#services/ingest/import-gathering.ts'
import { createSink } from '#services/ingest/sink.ts'
import { createErasedSpans, openErasureReader, openErasureRegister } from '#services/privacy/erasure-register.ts'
import { openEmbeddedStore } from '#services/store/embedded/index.ts'
import { createCollectGate } from './collect-gate.ts'
import { createConsents } from './consents.ts'
import { usableReader } from './usable-reader.ts'
import { openConsentLedger, openConsentReader } from './ledger.ts'
import type { ConsentLedger, NewConsent } from './port.ts'

const HALF_HOUR = 1_800_000
const DAY = 86_400_000
const MIDNIGHT = Date.parse('2026-11-10T00:00:00+01:00')
const NOW = MIDNIGHT + 20 * 3_600_000
const point = (id: string, on: string, more: Partial<MeasurementPoint>): MeasurementPoint => ({ id, carrier: 'electricity', quantity: 'active-power', unit: 'kW', kind: 'interval', stepS: 1800, sign: 1, resolution: 0.001, on, ...more })
const POINTS = [
  point('home.load', 'home', {}), point('home.max', 'home', { quantity: 'apparent-power-max', unit: 'kVA', stepS: 86_400 }), point('home.index', 'home', { quantity: 'active-energy', unit: 'kWh', kind: 'register', stepS: 86_400 }),
  point('shop.load', 'shop', {}), point('feeder.load', 'F1', {}),
]
const district: District = {
  ...sampleDistrict(), timeZone: 'Europe/Paris',
  holders: [{ id: 'hh', kind: 'household' }, { id: 'baker', kind: 'business' }],
  deliveryPoints: [
    { id: 'home', carrier: 'electricity', site: 's', category: 'residential', loadClass: 'dwelling', holders: [{ validFrom: '2025-01-01T00:00:00Z', holder: 'hh' }], consents: [{ validFrom: '2025-01-01T00:00:00Z', purpose: 'district-supervision', granularity: 'load-curve' }] },
    { id: 'shop', carrier: 'electricity', site: 's', category: 'professional', loadClass: 'bakery', holders: [{ validFrom: '2025-01-01T00:00:00Z', holder: 'baker' }] },
  ],
  measurementPoints: POINTS,
}
const HOME = { holder: 'hh', deliveryPoint: 'home', purpose: 'district-supervision', granularity: 'load-curve', way: 'own-page', personRef: 'person:3' } as const
const given = (more: Partial<NewConsent> = {}): NewConsent => ({ ...HOME, from: MIDNIGHT - DAY, to: MIDNIGHT + 300 * DAY, textVersion: '1', textSha256: 'ab', language: 'fr', ...more })

let folder: string
let ledger: ConsentLedger
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penfeld-consents-'))
  ledger = openConsentLedger(join(folder, 'consents.sqlite'))
})
afterEach(() => {
  ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As collect has it: the ledger and the register as files of another process. */
function collectSide() {
  const reader = openConsentReader(join(folder, 'consents.sqlite'))
  const register = openErasureReader(join(folder, 'erasures.sqlite'))
  return { gate: createCollectGate(district, createConsents(district, reader), createErasedSpans(register)), close: () => { reader.close(); register.close() } }
}

test('the file refuses to forget or to change a line', () => {
  ledger.give(given(), NOW)
  const raw = new DatabaseSync(join(folder, 'consents.sqlite'))
  for (const sql of ['DELETE FROM consent_line', "UPDATE consent_line SET holder = 'x'"]) expect(() => raw.exec(sql)).toThrow(/append-only/)
  raw.close()
  expect(ledger.ofHolder('hh')).toEqual([{ ...given(), seq: 1, kind: 'given', at: NOW }])
})

test('three years at most, and not turned round', () => {
  const from = Date.parse('2026-03-01T00:00:00Z')
  expect(() => ledger.give(given({ from, to: Date.parse('2029-03-01T00:00:00.001Z') }), NOW)).toThrow(/PF_CONSENT_INVALID/)
  expect(() => ledger.give(given({ from, to: from }), NOW)).toThrow(/PF_CONSENT_INVALID/)
  expect(ledger.give(given({ from, to: Date.parse('2029-03-01T00:00:00Z') }), NOW).seq).toBe(1)
})

test('one place says what may be used for what: a firm has its contract, but nobody is shared or advised unasked', () => {
  const consents = createConsents(district, ledger)
  expect(consents.mayUse('shop', 'district-supervision', 'load-curve', NOW)).toBe(true)
  expect(consents.mayUse('shop', 'network-planning', 'load-curve', NOW)).toBe(false)
  expect(consents.mayUse('shop', 'sharing-with-delegate', 'load-curve', NOW)).toBe(false)
  expect(consents.mayUse('home', 'district-supervision', 'load-curve', NOW)).toBe(true)
  expect(consents.mayUse('home', 'network-planning', 'daily', NOW)).toBe(false)
  expect(consents.mayUse('nowhere', 'network-planning', 'daily', NOW)).toBe(false)
  ledger.give(given({ purpose: 'network-planning', granularity: 'daily' }), NOW)
  expect([consents.mayUse('home', 'network-planning', 'daily', NOW), consents.mayUse('home', 'network-planning', 'load-curve', NOW)]).toEqual([true, false])
})

test('after a withdrawal the next delivery stores nothing of the dwelling, quarantines nothing, and counts each value; daily keeps daily', async () => {
  const { gate, close } = collectSide()
  const store = await openEmbeddedStore(join(folder, 'measured'), { timeZone: 'Europe/Paris' })
  const ids = await store.register(POINTS.map(({ id }) => id))
  const counters = new Counters()
  const apart: unknown[] = []
  const rules = POINTS.map((one, i) => pointRule({ point: { ...one, max: 50 }, profileChannel: { unit: one.unit } }, ids[i]!))
  const sink = createSink({ sourceId: 'meters', rules, store, clock: manualClock(NOW), counters, gate, quarantine: (_source, rows) => void apart.push(...rows.reasons) })
  let delivered = 0
  const deliver = async () => {
    // Each time other times: a curve value, an implausible one, a maximum of the day, an index at midnight and one at noon, a shop, a feeder.
    const at = MIDNIGHT + ++delivered * HALF_HOUR
    const rows: [channel: number, at: number, value: number][] = [[0, at, 1], [0, at + 1, 999], [1, MIDNIGHT - delivered * DAY, 3], [2, MIDNIGHT - delivered * DAY, 40], [2, at, 41], [3, at, 7], [4, at, 9]]
    const before = counters.all()[0]
    await sink.deliver({ channels: Int32Array.from(rows, ([channel]) => channel), at: Float64Array.from(rows, (row) => row[1]), values: Float64Array.from(rows, (row) => row[2]), quality: new Uint8Array(rows.length), receivedAt: NOW })
    const { produced, stored, dropped, quarantined } = counters.all()[0]!
    expect(produced).toBe(stored + (dropped['no-consent'] ?? 0) + (quarantined['implausible'] ?? 0))
    return { stored: stored - (before?.stored ?? 0), refused: (dropped['no-consent'] ?? 0) - (before?.dropped['no-consent'] ?? 0), apart: apart.splice(0).length }
  }
  expect(await deliver()).toEqual({ stored: 6, refused: 0, apart: 1 })
  ledger.withdraw(HOME, NOW)
  expect(await deliver()).toEqual({ stored: 2, refused: 5, apart: 0 })
  ledger.give(given({ granularity: 'daily', from: MIDNIGHT - 30 * DAY }), NOW)
  expect(await deliver()).toEqual({ stored: 4, refused: 3, apart: 0 })
  ledger.give(given(), NOW)
  expect(await deliver()).toEqual({ stored: 6, refused: 0, apart: 1 })
  expect((await store.read(ids[0]!, 0, Infinity)).at.length).toBe(2)
  await store.close()
  close()
})

test('who computes reads nothing of a dwelling from the withdrawal on, and everything of the others', async () => {
  const store = await openEmbeddedStore(join(folder, 'measured'), { timeZone: 'Europe/Paris' })
  const ids = await store.register(POINTS.map(({ id }) => id))
  const at = Float64Array.from({ length: 4 }, (_, i) => MIDNIGHT + i * HALF_HOUR)
  for (const id of ids) await store.importSeries(id, { at, values: at.map(() => 2), quality: new Uint8Array(4) }, { recordedAt: NOW, source: 'import' })
  const reader = usableReader(store, district, createConsents(district, ledger))
  const known = async () => {
    const counts: number[] = []
    await reader.readMany(ids, MIDNIGHT, MIDNIGHT + DAY, (_, series) => counts.push(series.at.length))
    const single = await Promise.all(Array.from(ids, async (id) => (await reader.read(id, MIDNIGHT, MIDNIGHT + DAY)).at.length))
    expect(single).toEqual(counts)
    const hours = await Promise.all(Array.from(ids, async (id) => (await reader.rollup(id, 'hour', MIDNIGHT, MIDNIGHT + 3_600_000)).count[0]))
    const { points } = await reader.sumOfMeans(ids, 'hour', MIDNIGHT, MIDNIGHT + 3_600_000)
    expect([hours.map((count) => count! * 2), points[0]]).toEqual([counts, counts.filter((count) => count > 0).length])
    return counts
  }
  expect(await known()).toEqual([4, 4, 4, 4, 4])
  ledger.withdraw(HOME, NOW)
  expect(await known()).toEqual([0, 0, 0, 4, 4])
  ledger.give(given({ granularity: 'daily' }), NOW)
  expect(await known()).toEqual([0, 4, 4, 4, 4])
  await store.close()
})

test('what was erased is not taken again, from a device or from a file; a file without consent is refused line by line', async () => {
  const { gate, close } = collectSide()
  const register = openErasureRegister(join(folder, 'erasures.sqlite'))
  register.add({ erasureId: 'e', at: NOW, personRef: 'person:3', spans: [{ deliveryPoint: 'home', points: ['home.load'], from: MIDNIGHT, to: MIDNIGHT + DAY }] })
  register.close()
  expect([MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + DAY].map((at) => gate.refused('home.load', at))).toEqual([undefined, 'erased', undefined])
  const store = await openEmbeddedStore(join(folder, 'measured'), { timeZone: 'Europe/Paris' })
  const gathering = new ImportGathering({ store, clock: manualClock(NOW), gate, source: 'import:x' })
  const rows = (at: number[]) => ({ meter: 'home.load', column: '', unit: 'kW', at: Float64Array.from(at), values: Float64Array.from(at, () => 1), quality: new Uint8Array(at.length), lines: Int32Array.from(at, (_, i) => i + 2) })
  const place = { point: 'home.load', unit: 'kW', decimals: 3, rawUnit: 'kW', factor: 1 }
  gathering.add(rows([MIDNIGHT - HALF_HOUR, MIDNIGHT, Date.parse('2024-01-01T00:00:00Z')]), place)
  await gathering.store()
  expect(gathering.report()).toEqual({ stored: 1, deduplicated: 0, revised: 0, refused: { erased: { count: 1, lines: [3] }, 'no-consent': { count: 1, lines: [4] } } })
  await store.close()
  close()
})
