import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import { batchOf } from '../contract.ts'
import { startFront } from './front.testkit.ts'
import { startInfluxd, type Influxd } from './influxd.testkit.ts'
import { readInfluxSettings } from './settings.ts'
import { readForwardingStatus } from './status-of-folder.ts'
import { openInfluxReader, openInfluxStore } from './store.ts'
import type { InfluxWriterOptions } from './writer.ts'

const HOUR = 3_600_000
const T0 = Date.parse('2026-01-12T00:00:00Z')
const folder = mkdtempSync(join(tmpdir(), 'penfeld-influx-'))
let influxd: Influxd
beforeAll(async () => { influxd = await startInfluxd(join(folder, 'influxd')) })
afterAll(async () => {
  await influxd.kill()
  rmSync(folder, { recursive: true, force: true })
})
let number = 0
const from = (recordedAt: number, source = 'test') => ({ recordedAt, source })
function place(url = influxd.url, more: InfluxWriterOptions & { variables?: Record<string, string> } = {}) {
  const { variables, ...options } = more
  const database = `behaviour${number++}`
  const settings = readInfluxSettings(url, { INFLUX_DATABASE: database, ...variables })
  const base = { timeZone: 'Europe/Paris', measurement: 'measured', settings }
  const store = join(folder, database)
  return {
    folder: store,
    open: (at = store) => openInfluxStore(at, { ...base, longestPauseMs: 200, ...options }),
    /** Sees what InfluxDB has, and no journal. */
    elsewhere: () => openInfluxReader(join(folder, 'nowhere'), { ...base, settings: { ...settings, url: influxd.url } }),
  }
}

test('hostile names and every kind of number come back from the server bit for bit', async () => {
  const here = place()
  const store = await here.open()
  const names = new Set(['', ' ', ',', '=', '\\', 'a\\', '"', "'", "';DROP", '%', '%41', '\n', '\t', 'é€𝄞', '#x', '-', '0', 'point', 'a,b=c d', "O'Brien \"x\"", '/re/', '\u0000'])
  for (const name of fc.sample(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { numRuns: 300, seed: 14 })) names.add(name)
  const list = [...names]
  const ids = await store.register(list)
  const values = fc.sample(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer().map((whole) => whole / 1_000), fc.constantFrom(-0, 0, 5e-324, 1.797_693_134_862_315_7e308, -1e21, 0.1 + 0.2, 2 ** 53)), { numRuns: list.length * 3, seed: 15 })
  const rows = list.flatMap((_, index) => [0, 1, 2].map((step): [number, number, number, number] => [ids[index], T0 + step * 1_000 - 500 * (step % 2), values[index * 3 + step], step]))
  rows.push([ids[0], -1_000, 7, 0], [ids[1], T0 + 9_000, NaN, QUALITY.missing], [ids[2], T0 + 9_000, NaN, QUALITY.bad], [ids[3], T0 + 9_000, 4, QUALITY.bad])
  await store.append(batchOf(rows), from(T0 + HOUR))
  await store.forwarded()
  expect(store.quarantined()).toEqual([])
  const reader = await here.elsewhere()
  const theirs = await reader.lookup(list)
  expect([...theirs].every((id) => id > 0)).toBe(true)
  expect(new Set(await reader.names())).toEqual(names)
  for (const [side, points] of [[store, ids], [reader, theirs]] as const) {
    const read: unknown[] = []
    await side.readMany(points, -HOUR, Infinity, (index, series) => series.at.forEach((at, row) => read.push([index, at, series.values[row], series.quality[row], series.recordedAt[row]])))
    expect(read).toEqual(rows.map(([point, at, value, quality]) => [ids.indexOf(point), at, value, quality, T0 + HOUR]).sort((left, right) => left[0] - right[0] || left[1] - right[1]))
  }
  await Promise.all([store.close(), reader.close()])
})

test('values that no server takes are put apart, the others of the same batch are stored', async () => {
  const here = place()
  const store = await here.open()
  const points = await store.register(['p', 'x'.repeat(70_000)])
  const rows: [number, number, number][] = [[points[0], T0, 1], [points[0], T0 + 1_000, Infinity], [points[0], 9e15, 2], [points[1], T0, 3], [points[0], T0 + 2_000, 4]]
  await store.append(batchOf(rows), from(T0))
  await store.forwarded()
  expect(store.quarantined().map(({ pointId, at, value }) => [pointId, at, value])).toEqual([[points[0], T0 + 1_000, Infinity], [points[0], 9e15, 2], [points[1], T0, 3]])
  expect([...(await store.read(points[0], 0, Infinity)).values]).toEqual([1, 4])
  await expect.poll(() => readForwardingStatus(here.folder), { timeout: 10_000 }).toMatchObject({ state: 'well', quarantined: 3, backlogEntries: 0 })
  await store.close()
})

test('late values taken while the server is away are decided when it is back: known ones vanish, other ones are revisions', async () => {
  const front = await startFront(influxd.url)
  const here = place(front.url)
  const store = await here.open()
  const [point, other] = await store.register(['p', 'q'])
  await store.append(batchOf([[point, T0, 10], [point, T0 + 1_000, 20], [point, T0 + 2_000, 30], [point, T0 + 9_000, 90]]), from(T0))
  await store.forwarded()
  front.answer = () => ({ status: 503 })
  await store.append(batchOf([[other, T0, 1]]), from(T0 + 1))
  await expect.poll(() => store.status().state).toBe('away')
  // Known, other value, never seen, and new.
  expect(await store.append(batchOf([[point, T0, 10], [point, T0 + 1_000, 21], [point, T0 + 1_500, 25], [point, T0 + 10_000, 100]]), from(T0 + HOUR, 'late'))).toMatchObject({ stored: 4 })
  // What is in the journal is known for sure: a repetition, and a revision of a value that is not decided itself.
  expect(await store.append(batchOf([[point, T0 + 1_000, 21], [point, T0 + 1_500, 26]]), from(T0 + 2 * HOUR, 'later'))).toMatchObject({ stored: 0, deduplicated: 1, revised: 1 })
  expect(await store.append(batchOf([[point, T0 + 1_000, 22]]), from(T0 + 3 * HOUR, 'last'))).toMatchObject({ revised: 1 })
  front.answer = () => undefined
  await store.forwarded()
  const reader = await here.elsewhere()
  const [theirs] = await reader.lookup(['p'])
  for (const [side, id] of [[store, point], [reader, theirs]] as const) {
    const series = await side.read(id, T0, T0 + HOUR)
    expect([[...series.at].map((at) => at - T0), [...series.values]]).toEqual([[0, 1_000, 1_500, 2_000, 9_000, 10_000], [10, 22, 26, 30, 90, 100]])
    // The known value keeps the time at which it was first recorded.
    expect(series.recordedAt[0]).toBe(T0)
  }
  expect((await store.revisions(point, T0, T0 + HOUR)).map(({ at, revision, value, source }) => [at - T0, revision, value, source])).toEqual([
    [1_000, 0, 20, 'first received'], [1_000, 1, 21, 'late'], [1_000, 2, 22, 'last'], [1_500, 0, 25, 'first received'], [1_500, 1, 26, 'later'],
  ])
  expect([...(await store.read(point, T0, T0 + HOUR, { asOf: T0 + HOUR })).values]).toEqual([10, 21, 25, 30, 90, 100])
  expect([...(await store.read(point, T0, T0 + HOUR, { asOf: T0 })).values]).toEqual([10, 20, 30, 90])
  await Promise.all([store.close(), reader.close(), front.close()])
})

test('a value revised to nothing is gone for every reader and every roll-up, and may come back', async () => {
  const here = place()
  const store = await here.open()
  const [point] = await store.register(['p'])
  await store.append(batchOf([[point, T0, 10], [point, T0 + 1_000, 20]]), from(T0))
  await store.forwarded()
  await store.append(batchOf([[point, T0 + 1_000, NaN, QUALITY.missing]]), from(T0 + HOUR))
  await store.forwarded()
  const reader = await here.elsewhere()
  const [theirs] = await reader.lookup(['p'])
  const look = async () => [[...(await reader.read(theirs, T0, T0 + HOUR)).values], [...(await reader.read(theirs, T0, T0 + HOUR)).quality], (await reader.rollup(theirs, 'hour', T0, T0 + HOUR)).sum[0]]
  expect(await look()).toEqual([[10, NaN], [0, QUALITY.missing], 10])
  await store.append(batchOf([[point, T0 + 1_000, 21]]), from(T0 + 2 * HOUR))
  await store.forwarded()
  expect(await look()).toEqual([[10, 21], [0, 0], 31])
  await Promise.all([store.close(), reader.close()])
})

test('an old value still under way never comes after its revision', async () => {
  const front = await startFront(influxd.url)
  const here = place(front.url, { lines: 10, requestTimeoutMs: 5_000 })
  const store = await here.open()
  const [point] = await store.register(['p'])
  await store.append(batchOf([[point, T0, 0]]), from(T0))
  await store.forwarded()
  // Every write takes its time, so that many are on their way when values of theirs are revised.
  front.answer = ({ path }) => (path.startsWith('/write') ? { status: 0, delayMs: 20 + 80 * Math.random() } : undefined)
  const expected = new Map([[T0, 0]])
  for (let step = 1; step <= 60; step++) {
    const revise = step % 3 === 0
    const at = T0 + (revise ? step - 1 : step) * 1_000
    expected.set(at, step)
    void store.append(batchOf([[point, at, step]]), from(T0 + step * 1_000))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await store.forwarded()
  const reader = await here.elsewhere()
  const series = await reader.read((await reader.lookup(['p']))[0], 0, Infinity)
  expect([...series.at].map((at, index) => [at, series.values[index]])).toEqual([...expected].sort(([left], [right]) => left - right))
  await Promise.all([store.close(), reader.close(), front.close()])
})

test('a full journal asks sources to wait, counts it, and takes again when the server is back', async () => {
  const front = await startFront(influxd.url)
  front.answer = () => ({ status: 503 })
  const here = place(front.url, { variables: { INFLUX_BACKLOG_MIB: '1' } })
  const store = await here.open()
  const points = await store.register(Array.from({ length: 10_000 }, (_, index) => `p${index}`))
  const give = (second: number) => store.append({ pointIds: points, at: new Float64Array(points.length).fill(T0 + second * 1_000), values: new Float64Array(points.length), quality: new Uint8Array(points.length) }, from(T0))
  let taken = 0
  for (let second = 0; second < 8; second++) {
    await give(second).then(() => taken++, (error: unknown) => expect(error).toMatchObject({ code: 'PF_STORE_BACKLOG_FULL', retryable: true }))
  }
  expect(taken).toBe(4)
  expect(store.status()).toMatchObject({ refusedFull: 4, backlogEntries: 4 })
  front.answer = () => undefined
  await store.forwarded()
  expect(await give(9)).toMatchObject({ stored: 10_000 })
  await store.forwarded()
  expect((await store.read(points[9_999], T0, Infinity)).at.length).toBe(5)
  await Promise.all([store.close(), front.close()])
})

test('a backlog longer than memory is read and known as before, while it waits and while it drains', async () => {
  const front = await startFront(influxd.url)
  const here = place(front.url, { recentSamples: 200 })
  let store = await here.open()
  const [point, slow] = await store.register(['p', 'slow'])
  await store.append(batchOf([[point, T0 - 1_000, -1], [slow, T0 - 1_000, 5]]), from(T0))
  await store.forwarded()
  // Lines are refused, questions are answered.
  front.answer = ({ path }) => (path.startsWith('/write') ? { status: 503 } : undefined)
  await store.append(batchOf([[slow, T0, 6]]), from(T0))
  for (let step = 0; step < 100; step++) await store.append(batchOf(Array.from({ length: 10 }, (_, index) => [point, T0 + (step * 10 + index) * 1_000, step] as [number, number, number])), from(T0))
  const check = async () => {
    const reader = await openInfluxReader(here.folder, { timeZone: 'Europe/Paris', measurement: 'measured', settings: readInfluxSettings(front.url, { INFLUX_DATABASE: `behaviour${number - 1}` }) })
    for (const side of [store, reader]) {
      expect((await side.read(point, 0, Infinity)).at.length).toBe(1_001)
      expect((await side.latest(Int32Array.of(slow, point))).values).toEqual(Float64Array.of(6, 99))
      expect((await side.rollup(point, 'hour', T0, T0 + HOUR)).count[0]).toBe(1_000)
    }
    await reader.close()
  }
  await check()
  await store.close()
  store = await here.open()
  await check()
  // The oldest of it is on disk alone: still known.
  expect(await store.append(batchOf([[point, T0, 0], [point, T0 + 1_000, 7]]), from(T0 + HOUR))).toMatchObject({ deduplicated: 1, revised: 1 })
  front.answer = () => undefined
  await store.forwarded()
  await check()
  expect((await store.read(point, T0 + 1_000, T0 + 1_001)).values[0]).toBe(7)
  await Promise.all([store.close(), front.close()])
})

test('a folder that was lost takes points and newest times over from the server', async () => {
  const here = place()
  const first = await here.open()
  const [, p] = await first.register(['b', 'a'])
  await first.append(batchOf([[p, T0, 1], [p, T0 + 1_000, 2]]), from(T0))
  await first.forwarded()
  await first.close()
  const again = await here.open(`${here.folder}-again`)
  await expect.poll(async () => [...(await again.names())]).toEqual(['a'])
  expect([...(await again.register(['new', 'a']))]).toEqual([2, 1])
  expect(await again.append(batchOf([[1, T0, 1], [1, T0 + 1_000, 3], [1, T0 + 2_000, 4], [2, T0, 5]]), from(T0 + HOUR))).toMatchObject({ stored: 2, deduplicated: 1, revised: 1 })
  expect([...(await again.read(1, 0, Infinity)).values]).toEqual([1, 3, 4])
  await again.close()
})

test('a wrong token is a state of its own, said with the words of the server, and ends when the token holds', async () => {
  const front = await startFront(influxd.url)
  front.answer = ({ headers }) => (headers.authorization === undefined ? { status: 401, body: '{"error":"authorization failed"}' } : undefined)
  const here = place(front.url, { deniedPauseMs: 100 })
  const store = await here.open()
  const [point] = await store.register(['p'])
  await store.append(batchOf([[point, T0, 1]]), from(T0))
  await expect.poll(() => store.status()).toMatchObject({ state: 'denied', lastError: expect.stringContaining('authorization failed') as string, backlogEntries: 1 })
  front.answer = () => undefined
  await store.forwarded()
  expect(store.status()).toMatchObject({ state: 'well', backlogEntries: 0, lastError: undefined })
  await Promise.all([store.close(), front.close()])
})
