import fc from 'fast-check'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { inTransaction } from '#services/sqlite/in-transaction.ts'
import type { DayAheadForecast, IssuedForecast, NetworkState, PastForecast, RunHead, RunLayout } from './port.ts'
import { openRunReader, openRunStore } from './run-store.ts'
import { packForecast, unpackForecast } from './state-blob.ts'

const layout: RunLayout = { lineSections: ['S1', 'S2', 'S3'], transformers: ['T1'], buses: ['B1', 'B2'] }
const STEP = 600_000

function state(at: number, level: number): NetworkState {
  const column = (length: number) => Float32Array.from({ length }, (_, i) => level + i / 8)
  return {
    at, settled: true,
    sectionCurrentA: column(3), sectionLoadingPct: Float32Array.of(level, NaN, 3), sectionPowerKw: column(3),
    transformerLoadKva: column(1), transformerLoadingPct: column(1), busVoltagePu: column(2), busLoadKw: column(2),
    sectionQuality: Uint8Array.of(0, 6, 3), transformerQuality: Uint8Array.of(3),
    lossesKw: level / 3, districtKw: level, boundaryKw: 2 * level, unmeteredKw: 0.1, residualKw: NaN,
  }
}
const head = (from: number, to: number, inputSeq: number): Omit<RunHead, 'runId'> => ({
  kind: 'estimate', issuedAt: to, from, to, stepS: 600, districtVersion: 'v1', engine: 'test', inputSeq, closurePct: 0.01, residualPct: NaN, durationMs: 4,
})

test('states come back bit for bit, the newest run of each step first, and a reader waits for the file', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-runs-'))
  const file = join(place, 'runs.sqlite')
  const reader = openRunReader(file)
  expect(await reader.latest('estimate')).toBeUndefined()
  expect(await reader.states('estimate', 0, Infinity)).toEqual([])

  const store = openRunStore(file)
  await store.saveLayout('v1', layout)
  const first = await store.save(head(0, 2 * STEP, 5), [state(0, 10), state(STEP, 20)])
  const second = await store.save(head(STEP, 2 * STEP, 9), [state(STEP, 25)])

  expect(await reader.states('estimate', 0, 10 * STEP)).toEqual([state(0, 10), state(STEP, 25)])
  expect(await reader.statesOf(first)).toEqual([state(0, 10), state(STEP, 20)])
  expect(await reader.latest('estimate')).toEqual({ runId: second, ...head(STEP, 2 * STEP, 9) })
  expect(await reader.layout('v1')).toEqual(layout)
  expect(await reader.states('forecast', 0, 10 * STEP)).toEqual([])
  await reader.close()
  await store.close()
  rmSync(place, { recursive: true })
})

const issued = (issuedAt: number, value: number): IssuedForecast => ({
  series: 'district', issuedAt, from: issuedAt, stepS: 600, forecaster: 'seasonal-naive', method: 'seasonal-naive', reason: 'history-short', valuesKw: Float64Array.of(value, NaN), quantilesKw: [],
})

test('a forecast as issued is never overwritten', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-runs-'))
  const store = openRunStore(join(place, 'runs.sqlite'))
  await store.saveForecasts([issued(1000, 1), issued(2000, 2)])
  await store.saveForecasts([issued(2000, 99)])
  expect(await store.latestForecast('district')).toEqual(issued(2000, 2))
  expect(await store.forecasts('district', 0, 2000)).toEqual([issued(1000, 1)])
  expect(await store.latestForecast('T9')).toBeUndefined()
  await store.close()
  rmSync(place, { recursive: true })
})

test('a forecast comes back with its method, its band and its parts, to the precision that is promised', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-runs-'))
  const store = openRunStore(join(place, 'runs.sqlite'))
  const column = (scale: number) => Float64Array.from({ length: 288 }, (_, i) => (i === 7 ? NaN : scale * (300 + 90 * Math.sin(i / 20))))
  const whole: IssuedForecast = {
    ...issued(1000, 0), method: 'blend', reason: undefined, weather: 'forecast', unit: 'm3/h', valuesKw: Float64Array.from(column(1), Math.fround),
    quantilesKw: [0.05, 0.5, 0.95].map((level) => ({ level, valuesKw: column(0.5 + level) })),
    contributions: { calendar: column(-0.3), weather: column(0), recent: column(0.1) },
  }
  await store.saveForecasts([whole])
  const read = (await store.latestForecast('district'))!
  expect(read).toMatchObject({ method: 'blend', reason: undefined, weather: 'forecast', unit: 'm3/h', valuesKw: whole.valuesKw })
  const pairs = [...read.quantilesKw.map(({ valuesKw }, k) => [valuesKw, whole.quantilesKw[k]!.valuesKw] as const), ...(['calendar', 'weather', 'recent'] as const).map((cause) => [read.contributions![cause], whole.contributions![cause]] as const)]
  expect(pairs.length).toBe(6)
  for (const [got, wanted] of pairs) {
    expect(got.length).toBe(288)
    got.forEach((value, i) => (Number.isNaN(wanted[i]!) ? expect(value).toBeNaN() : expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(2e-4 * Math.abs(wanted[i]!))))
  }
  expect(read.quantilesKw.map(({ level }) => level)).toEqual([0.05, 0.5, 0.95])
  const { size } = store.database.prepare('SELECT length(body) AS size FROM forecast').get() as { size: number }
  // Seven columns of single precision are 8,064 bytes.
  expect(size).toBeLessThan(4_600)
  await store.close()
  rmSync(place, { recursive: true })
})

test('columns of different length are refused before anything is written', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-runs-'))
  const store = openRunStore(join(place, 'runs.sqlite'))
  await expect(store.saveForecasts([issued(1000, 1), { ...issued(2000, 1), quantilesKw: [{ level: 0.5, valuesKw: Float64Array.of(1) }] }])).rejects.toThrow(/a column of 1 steps beside a forecast of 2/)
  expect(await store.latestForecast('district')).toBeUndefined()
  await store.close()
  rmSync(place, { recursive: true })
})

test('rounding keeps quantiles in order', () => {
  fc.assert(fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { minLength: 2, maxLength: 9 }), (numbers) => {
    const sorted = [...numbers].sort((a, b) => a - b)
    const blob = packForecast({ valuesKw: Float64Array.of(0), quantilesKw: sorted.map((value, k) => ({ level: k / 10, valuesKw: Float64Array.of(value) })) })
    const read = unpackForecast(blob, sorted.map((_, k) => k / 10), false).quantilesKw.map(({ valuesKw }) => valuesKw[0]!)
    expect(read).toEqual([...read].sort((a, b) => a - b))
  }))
})

test('a forecast of a file from before the bands is read: its values as they were, no band, the method there was', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-runs-'))
  const file = join(place, 'runs.sqlite')
  // Written by version 0.1.0 itself.
  writeFileSync(file, gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures/data-folders/0.1.0/runs.sqlite.gz'))))
  const before = new DatabaseSync(file, { readOnly: true })
  const { series, issued_at: issuedAt } = before.prepare('SELECT series, issued_at FROM forecast ORDER BY series, issued_at DESC LIMIT 1').get() as { series: string; issued_at: number }
  before.close()
  const store = openRunStore(file)
  expect(await store.latestForecast(series)).toEqual({ series, issuedAt, from: issuedAt, stepS: 600, forecaster: 'same-day-last-week', method: 'seasonal-naive', reason: undefined, valuesKw: Float64Array.of(1, 4, 9.5), quantilesKw: [] })
  // The same file holds old and new rows beside each other.
  await store.saveForecasts([{ ...issued(issuedAt + 1000, 3), series, quantilesKw: [{ level: 0.5, valuesKw: Float64Array.of(3, NaN) }] }])
  const all = await store.forecasts(series, -Infinity, Infinity)
  expect(all.length).toBeGreaterThan(1)
  expect(all.map(({ quantilesKw }) => quantilesKw.length)).toEqual([...all.slice(1).map(() => 0), 1])
  await store.close()
  rmSync(place, { recursive: true })
})

const daysOf = (series: string, issuedAt: number, steps: number): DayAheadForecast => ({
  ...issued(issuedAt, 0), series, stepS: 1800, method: steps === 0 ? 'seasonal-naive' : 'blend', reason: steps === 0 ? 'fit-failed' : undefined,
  valuesKw: Float64Array.from({ length: steps }, (_, i) => i), carried: Float64Array.of(0.5, 0.25), bound: -1,
})

test('of forecasts of days the newest with values is in service, in a file of before as well, and none is overwritten', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-runs-'))
  const file = join(place, 'runs.sqlite')
  writeFileSync(file, gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures/data-folders/0.1.0/runs.sqlite.gz'))))
  const store = openRunStore(file)
  const rows = () => store.database.prepare('SELECT series, issued_at, body FROM forecast ORDER BY series, issued_at').all()
  const before = rows()
  expect(before.length).toBeGreaterThan(0)
  expect(await store.dayAheadForecasts(-Infinity, Infinity)).toEqual([])
  const save = (...all: DayAheadForecast[]) => inTransaction(store.database, store.savingDayAhead(all))
  save(daysOf('T1', 1000, 4), daysOf('T2', 1000, 4), daysOf('T3', 1000, 0))
  const narrowing = { ...daysOf('T2', 2000, 6), left: Float64Array.of(0.5, 1) }
  save(daysOf('T1', 2000, 0), narrowing, daysOf('T3', 2000, 0))
  save(daysOf('T2', 2000, 9))
  const inService = async (from: number, to: number) => [...(await store.dayAheadForecasts(from, to))].sort((a, b) => (a.series < b.series ? -1 : 1))
  // T1 failed today: yesterday's stands in.
  expect(await inService(0, 2000)).toEqual([daysOf('T1', 1000, 4), narrowing, daysOf('T3', 2000, 0)])
  expect(await inService(0, 1999)).toEqual([daysOf('T1', 1000, 4), daysOf('T2', 1000, 4), daysOf('T3', 1000, 0)])
  expect(await inService(1001, 2000)).toEqual([daysOf('T1', 2000, 0), narrowing, daysOf('T3', 2000, 0)])
  // What is issued each hour is another matter.
  expect(rows()).toEqual(before)
  const reader = openRunReader(file)
  expect(await reader.dayAheadForecasts(0, 2000)).toHaveLength(3)
  await reader.close()
  await store.close()
  rmSync(place, { recursive: true })
})

test('of the past forecasts of a series only those of the newest fit are kept, the nearest days first', async () => {
  const place = mkdtempSync(join(tmpdir(), 'penfeld-runs-'))
  const file = join(place, 'runs.sqlite')
  const reader = openRunReader(file)
  expect(await reader.pastForecasts()).toEqual([])
  const store = openRunStore(file)
  const past = (series: string, issuedAt: number, daysAhead: number[]): PastForecast => ({
    series, issuedAt, method: 'blend', weather: 'usual', daysAhead, firstDate: 20_000, perDay: 2, valuesKw: Float64Array.of(1, 2.5, NaN, 4), measuredKw: Float64Array.of(1.25, NaN, 3, 4), spreadKw: Float64Array.of(0.5, 0.5, NaN, 1),
    quantilesKw: [0.05, 0.95].map((level) => ({ level, valuesKw: Float64Array.of(level < 0.5 ? 0.5 : 2, 2, NaN, 4) })),
  })
  inTransaction(store.database, store.savingPastForecasts([past('T1', 5, [2, 3]), past('T1', 5, [0]), past('T2', 5, [0])]))
  inTransaction(store.database, store.savingPastForecasts([past('T1', 6, [1]), past('T1', 6, [0])]))
  expect(await reader.pastForecasts('T1')).toEqual([past('T1', 6, [0]), past('T1', 6, [1])])
  expect((await reader.pastForecasts()).map(({ series, issuedAt }) => [series, issuedAt])).toEqual([['T1', 6], ['T1', 6], ['T2', 5]])
  expect(await reader.pastForecasts('T9')).toEqual([])
  await reader.close()
  await store.close()
  rmSync(place, { recursive: true })
})
