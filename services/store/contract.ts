import { afterEach, describe, expect, test } from 'vitest'
import { QUALITY } from '#models/units/quality.ts'
import type { SampleBatch, Series, TimeSeriesReader, TimeSeriesStore } from './port.ts'

/** How a store under test is opened; `reopen` closes cleanly and opens the same contents again. */
export interface StoreHarness {
  open(): Promise<TimeSeriesStore>
  reader(): Promise<TimeSeriesReader>
  reopen(store: TimeSeriesStore): Promise<TimeSeriesStore>
  dispose(): Promise<void>
}

const HOUR = 3_600_000
const T0 = Date.parse('2026-01-12T00:00:00Z')
export const batchOf = (rows: readonly (readonly [pointId: number, at: number, value: number, quality?: number])[]): SampleBatch => ({
  pointIds: Int32Array.from(rows, (row) => row[0]),
  at: Float64Array.from(rows, (row) => row[1]),
  values: Float64Array.from(rows, (row) => row[2]),
  quality: Uint8Array.from(rows, (row) => row[3] ?? QUALITY.measured),
})
const seriesOf = (at: number[], values: number[]): Omit<Series, 'recordedAt'> => ({ at: Float64Array.from(at), values: Float64Array.from(values), quality: new Uint8Array(at.length) })
const from = (recordedAt: number, source = 'test') => ({ recordedAt, source })
/** Maintenance until nothing is left to do: what a day of running does in slices. */
async function settle(store: TimeSeriesStore): Promise<void> {
  for (let round = 0; round < 1_000; round++) if (!(await store.maintain(1_000))) return
  expect.fail('maintenance never ends')
}

/** What every store must do, embedded or InfluxDB. */
export function storeContract(name: string, makeHarness: () => Promise<StoreHarness>): void {
  describe(`${name} keeps the contract of the store`, () => {
    let harness: StoreHarness | undefined
    const open = async () => (harness = await makeHarness()).open()
    afterEach(async () => { await harness?.dispose(); harness = undefined })

    test('names have stable, dense ids; unknown ones are -1', async () => {
      let store = await open()
      const first = await store.register(['a', 'b'])
      const again = await store.register(['b', 'c', 'a'])
      expect([again[0], again[2]]).toEqual([first[1], first[0]])
      expect([...(await store.lookup(['c', 'nobody']))]).toEqual([again[1], -1])
      store = await harness!.reopen(store)
      expect([...(await store.register(['c', 'd']))]).toEqual([again[1], 4])
      expect(await store.names()).toEqual(['a', 'b', 'c', 'd'])
    })

    test('a value is there at once, for the writer and for a reader, and after reopening', async () => {
      let store = await open()
      const [point] = await store.register(['elec.p'])
      const result = await store.append(batchOf([[point, T0, 1.5], [point, T0 + 5_000, NaN, QUALITY.missing]]), from(T0 + 6_000))
      expect(result).toMatchObject({ stored: 2, deduplicated: 0, revised: 0 })
      const reader = await harness!.reader()
      for (const side of [store, reader]) {
        const series = await side.read(point, T0, T0 + HOUR)
        expect([[...series.at], [...series.values], [...series.quality], [...series.recordedAt]]).toEqual([[T0, T0 + 5_000], [1.5, NaN], [0, 6], [T0 + 6_000, T0 + 6_000]])
        const latest = await side.latest(Int32Array.of(point, 999))
        expect([[...latest.at], [...latest.values], [...latest.quality]]).toEqual([[T0 + 5_000, NaN], [NaN, NaN], [6, 6]])
      }
      await reader.close()
      store = await harness!.reopen(store)
      expect((await store.read(point, T0, T0 + 1)).values[0]).toBe(1.5)
    })

    test('what is erased is gone for the writer, for a reader and after reopening; what lies around it and others stay', async () => {
      let store = await open()
      const [mine, other] = await store.register(['mine', "o'ther \"b"])
      const hours = Array.from({ length: 6 }, (_, hour) => T0 + hour * HOUR)
      await store.append(batchOf(hours.flatMap((at, hour) => [[mine, at, hour] as const, [other, at, 10 + hour] as const])), from(T0))
      await store.append(batchOf([[mine, hours[2], 99]]), from(T0 + 1, 'late'))
      await settle(store)
      await store.append(batchOf([[mine, hours[3] + 1, 7]]), from(T0 + 2))
      expect(await store.erase(Int32Array.of(mine), hours[1], hours[4])).toBeGreaterThanOrEqual(4)
      const reader = await harness!.reader()
      const check = async (side: TimeSeriesReader) => {
        expect([...(await side.read(mine, -Infinity, Infinity)).values]).toEqual([0, 4, 5])
        expect([...(await side.read(other, -Infinity, Infinity)).values]).toEqual([10, 11, 12, 13, 14, 15])
        expect(await side.revisions(mine, T0, T0 + 6 * HOUR)).toEqual([])
        expect([...(await side.rollup(mine, 'hour', T0, T0 + 6 * HOUR)).count]).toEqual([1, 0, 0, 0, 1, 1])
      }
      for (const side of [store, reader]) await check(side)
      await store.erase(Int32Array.of(mine), -Infinity, Infinity)
      expect((await reader.read(mine, -Infinity, Infinity)).at.length).toBe(0)
      await reader.close()
      store = await harness!.reopen(store)
      expect((await store.read(mine, -Infinity, Infinity)).at.length).toBe(0)
      expect(await store.append(batchOf([[mine, T0 + 9 * HOUR, 3]]), from(T0))).toMatchObject({ stored: 1 })
    })

    test('the same value twice is counted, not stored; another value is a revision and the first stays', async () => {
      const store = await open()
      const [point] = await store.register(['p'])
      await store.append(batchOf([[point, T0, 10], [point, T0 + 1_000, 20]]), from(T0))
      expect(await store.append(batchOf([[point, T0, 10], [point, T0 + 1_000, 21], [point, T0 + 1_000, 21]]), from(T0 + HOUR, 'late'))).toMatchObject({ stored: 0, deduplicated: 2, revised: 1 })
      await settle(store)
      await store.append(batchOf([[point, T0 + 1_000, 22]]), { recordedAt: T0 + 2 * HOUR, source: 'anne', reason: 'wrong ratio' })
      expect([...(await store.read(point, T0, T0 + HOUR)).values]).toEqual([10, 22])
      expect([...(await store.read(point, T0, T0 + HOUR, { asOf: T0 + 10 })).values]).toEqual([10, 20])
      expect([...(await store.read(point, T0, T0 + HOUR, { asOf: T0 + HOUR })).values]).toEqual([10, 21])
      expect((await store.revisions(point, T0, T0 + HOUR)).map(({ revision, value, source, reason }) => [revision, value, source, reason])).toEqual([
        [0, 20, 'first received', null], [1, 21, 'late', null], [2, 22, 'anne', 'wrong ratio'],
      ])
      expect((await store.latest(Int32Array.of(point))).values[0]).toBe(22)
    })

    test('what comes twice in one turn of the event loop is known the second time, whole batches of it too', async () => {
      const store = await open()
      const points = await store.register(Array.from({ length: 3_000 }, (_, index) => `p${index}`))
      const batch = batchOf([...points].flatMap((point) => [[point, T0, point], [point, T0 + 1_000, -point]] as [number, number, number][]))
      const results = await Promise.all([store.append(batch, from(T0)), store.append(batch, from(T0 + 1_000)), store.append(batchOf([[points[0], T0, 7]]), from(T0 + 2_000, 'corrected'))])
      expect(results).toMatchObject([{ stored: 6_000, deduplicated: 0 }, { stored: 0, deduplicated: 6_000, revised: 0 }, { stored: 0, revised: 1 }])
      expect((await store.revisions(points[0], T0, T0 + HOUR)).map(({ value }) => value)).toEqual([points[0], 7])
      expect(await store.append(batch, from(T0 + HOUR))).toMatchObject({ stored: 0, deduplicated: 5_999, revised: 1 })
    })

    test('revisions of several points that come in one turn, as after an import, are each kept once', async () => {
      let store = await open()
      const points = await store.register(Array.from({ length: 20 }, (_, index) => `p${index}`))
      for (const point of points) await store.importSeries(point, seriesOf([T0, T0 + 1_000], [1, 2]), from(T0))
      await Promise.all([...points].map((point) => store.append(batchOf([[point, T0, 10 * point]]), from(T0 + HOUR, `from ${point}`))))
      const check = async () => {
        for (const point of points) expect((await store.revisions(point, 0, Infinity)).map(({ value, source }) => [value, source])).toEqual([[1, 'first received'], [10 * point, `from ${point}`]])
      }
      await check()
      store = await harness!.reopen(store)
      await settle(store)
      await check()
    })

    test('values may come in any order and are read in order of time', async () => {
      const store = await open()
      const [point] = await store.register(['p'])
      for (const minute of [5, 1, 9, 3]) await store.append(batchOf([[point, T0 + minute * 60_000, minute]]), from(T0 + HOUR))
      await settle(store)
      await store.append(batchOf([[point, T0 + 4 * 60_000, 4], [point, T0 + 2 * 60_000, 2]]), from(T0 + HOUR))
      expect([...(await store.read(point, T0, T0 + HOUR)).values]).toEqual([1, 2, 3, 4, 5, 9])
      expect([...(await store.read(point, T0 + 2 * 60_000, T0 + 5 * 60_000)).values]).toEqual([2, 3, 4])
    })

    test('importing twice changes nothing; overlapping history adds what is new and revises what differs', async () => {
      const store = await open()
      const [point] = await store.register(['p'])
      const at = Array.from({ length: 20_000 }, (_, index) => T0 + index * 600_000)
      const values = at.map((_, index) => Math.round(1_000 * Math.sin(index / 50)) / 10)
      expect(await store.importSeries(point, seriesOf(at, values), from(T0))).toMatchObject({ stored: 20_000, revised: 0 })
      expect(await store.importSeries(point, seriesOf(at, values), from(T0 + HOUR))).toMatchObject({ stored: 0, deduplicated: 20_000, revised: 0 })
      const changed = values.slice()
      changed[7] = -1
      expect(await store.importSeries(point, seriesOf([...at, at.at(-1)! + 600_000], [...changed, 5]), from(T0 + 2 * HOUR))).toMatchObject({ stored: 1, deduplicated: 19_999, revised: 1 })
      await settle(store)
      const read = await store.read(point, T0, Infinity)
      expect([...read.values]).toEqual([...changed, 5])
      expect([...(await store.read(point, T0, Infinity, { asOf: T0 })).values]).toEqual(values)
    })

    test('issues of a forecast, imported and then live, are read as they were known at any time', async () => {
      let store = await open()
      const [point] = await store.register(['ahead'])
      const hours = (from: number, count: number) => Array.from({ length: count }, (_, index) => T0 + (from + index) * HOUR)
      await store.importSeries(point, seriesOf(hours(6, 4), [1, 2, 3, 4]), from(T0, 'import:issues'))
      await store.importSeries(point, seriesOf(hours(8, 4), [3, 40, 50, 60]), from(T0 + 2 * HOUR, 'import:issues'))
      await settle(store)
      await store.append(batchOf(hours(9, 4).map((at, index): [number, number, number] => [point, at, 400 + index])), from(T0 + 4 * HOUR, 'meteo'))
      const check = async () => {
        const asOf = async (hour: number) => [...(await store.read(point, T0, T0 + 24 * HOUR, { asOf: T0 + hour * HOUR })).values]
        expect(await Promise.all([-1, 0, 1.9, 2, 3.9, 4].map(asOf))).toEqual([[], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 40, 50, 60], [1, 2, 3, 40, 50, 60], [1, 2, 3, 400, 401, 402, 403]])
        expect([...(await store.read(point, T0 + 9 * HOUR, T0 + 10 * HOUR)).values]).toEqual([400])
      }
      await check()
      store = await harness!.reopen(store)
      await settle(store)
      await check()
    })

    test('roll-ups equal what the samples say, before and after maintenance, late values included', async () => {
      const store = await open()
      const points = await store.register(['p', 'q'])
      const at = Array.from({ length: 9_000 }, (_, index) => T0 + index * 600_000)
      for (const [index, point] of [...points].entries()) await store.importSeries(point, seriesOf(at, at.map((_, place) => (place * (index + 3)) % 97)), from(T0))
      const check = async () => {
        const raw = await store.read(points[0], T0, T0 + 1_500 * HOUR)
        const hours = await store.rollup(points[0], 'hour', T0, T0 + 1_500 * HOUR)
        expect(hours.at.length).toBe(1_500)
        for (const hour of [0, 1, 671, 672, 700, 1_340, 1_499]) {
          const inside = [...raw.values].filter((value, index) => Math.floor((raw.at[index] - T0) / HOUR) === hour && raw.quality[index] <= QUALITY.forecast && !Number.isNaN(value))
          expect([hours.count[hour], hours.min[hour], hours.max[hour]]).toEqual([inside.length, Math.min(...inside), Math.max(...inside)])
          expect(hours.sum[hour]).toBeCloseTo(inside.reduce((sum, value) => sum + value, 0), 8)
        }
        const day = await store.rollup(points[0], 'day', Date.parse('2026-01-20T12:00:00Z'), Date.parse('2026-01-20T13:00:00Z'))
        expect(day.at[0]).toBe(Date.parse('2026-01-19T23:00:00Z'))
        expect(day.count[0]).toBe(144)
        const both = await store.sumOfMeans(points, 'hour', T0, T0 + 1_500 * HOUR)
        const second = await store.rollup(points[1], 'hour', T0, T0 + 1_500 * HOUR)
        for (const hour of [0, 672, 1_499]) expect(both.sum[hour]).toBeCloseTo(hours.mean[hour] + second.mean[hour], 8)
        expect(both.points[5]).toBe(2)
      }
      await check()
      await settle(store)
      await check()
      await store.append(batchOf([[points[0], T0 + 700 * HOUR + 1_000, 5_000], [points[0], T0, 400], [points[0], T0 + 9_001 * 600_000, NaN, QUALITY.bad]]), from(T0 + HOUR))
      await check()
      expect((await store.rollup(points[0], 'hour', T0 + 700 * HOUR, T0 + 701 * HOUR)).max[0]).toBe(5_000)
      await settle(store)
      await check()
    })

    test('a local day has 23, 24 or 25 hours', async () => {
      const store = await open()
      const [point] = await store.register(['p'])
      const start = Date.parse('2026-03-27T23:00:00Z')
      const at = Array.from({ length: 72 }, (_, index) => start + index * HOUR)
      await store.importSeries(point, seriesOf(at, at.map(() => 1)), from(start))
      const days = await store.rollup(point, 'day', start, start + 71 * HOUR)
      expect([...days.count]).toEqual([24, 23, 24])
    })

    test('the tail tells every accepted batch once, in order, revisions too', async () => {
      const store = await open()
      const [point] = await store.register(['p'])
      const head = await store.headSeq()
      await Promise.all([1, 2, 3].map((value) => store.append(batchOf([[point, T0 + value, value]]), from(T0, `s${value}`))))
      await store.append(batchOf([[point, T0 + 2, 2]]), from(T0))
      await store.append(batchOf([[point, T0 + 2, 9]]), from(T0, 'again'))
      const reader = await harness!.reader()
      const entries = await reader.tail(head, 100)
      expect(entries.map((entry) => [entry.source, entry.batch.values[0]])).toEqual([['s1', 1], ['s2', 2], ['s3', 3], ['again', 9]])
      expect((await reader.tail(entries[1]!.seq, 1)).map((entry) => entry.source)).toEqual(['s3'])
      expect(await reader.headSeq()).toBe(entries.at(-1)!.seq)
      await reader.close()
    })
  })
}
