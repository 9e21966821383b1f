import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { JournalEntry, Revision, Rollup, RollupStep, Series, TimeSeriesReader } from '../port.ts'
import { EMPTY_SERIES, joined, lowerBound, pick } from '../series/columns.ts'
import { emptyHours, HOUR_MS, rollUp, type Hours } from '../series/hours.ts'
import { emptyRollup, rollupOf, stepEnd, stepsOf } from '../series/rollup.ts'
import type { InfluxClient } from './client.ts'
import type { InfluxFiles } from './files.ts'
import { Measurement } from './influxql.ts'
import { LocalPart } from './local-part.ts'
import { RemoteNames } from './remote-names.ts'

/** Points whose series are held in memory together while many are read. */
const POINTS_AT_ONCE = 200

/**
 * Reads the server, and over it what the journal of this machine has and the server has not yet. On a machine without the
 * journal the server alone answers: current values, no revisions and no tail.
 */
export class InfluxReader implements TimeSeriesReader {
  protected readonly client: InfluxClient
  protected readonly measurement: Measurement
  readonly #find: () => InfluxFiles | undefined
  readonly #timeZone: string
  readonly #remote: RemoteNames
  #local: LocalPart | undefined
  #closed = false

  constructor(find: () => InfluxFiles | undefined, client: InfluxClient, measurementName: string, timeZone: string) {
    this.#find = find
    this.client = client
    this.measurement = new Measurement(client, measurementName)
    this.#remote = new RemoteNames(this.measurement)
    this.#timeZone = timeZone
  }

  /** Caught up with the writer; undefined on a machine that has no journal. */
  protected local(): LocalPart | undefined {
    if (this.#closed) throw new PenfeldError('PF_STORE_CLOSED', 'The store is closed.')
    // Ids once given out stay: they are those of the server's names then.
    if (this.#local === undefined && !this.#remote.isUsed) {
      const files = this.#find()
      if (files !== undefined) this.#local = new LocalPart(files)
    }
    this.#local?.refresh()
    return this.#local
  }

  async lookup(names: readonly string[]): Promise<Int32Array> {
    const local = this.local()
    return local === undefined ? this.#remote.lookup(names) : Int32Array.from(names, (name) => local.points.idOf(name) ?? -1)
  }

  /** On a machine without the journal: ids of points that another machine has told of. */
  knownPoints(names: readonly string[]): Int32Array {
    return this.#remote.known(names)
  }

  async names(): Promise<readonly string[]> {
    return this.local()?.points.all() ?? this.#remote.all()
  }

  #nameOf(pointId: number): string | undefined {
    const local = this.local()
    return local === undefined ? this.#remote.nameOf(pointId) : local.points.of(pointId)
  }

  async latest(pointIds: Int32Array): Promise<Series> {
    const local = this.local()
    const count = pointIds.length
    const result = { at: new Float64Array(count).fill(NaN), values: new Float64Array(count).fill(NaN), quality: new Uint8Array(count).fill(6), recordedAt: new Float64Array(count).fill(NaN) }
    const places = Map.groupBy(Array.from(pointIds.keys()), (index) => pointIds[index])
    const put = (pointId: number, newest: Series) => {
      const last = newest.at.length - 1
      for (const index of places.get(pointId) ?? []) {
        if (last < 0 || newest.at[last] < result.at[index]) continue
        result.at[index] = newest.at[last]
        result.values[index] = newest.values[last]
        result.quality[index] = newest.quality[last]
        result.recordedAt[index] = newest.recordedAt[last]
      }
    }
    const unforwarded = await local?.newestUnforwarded(pointIds)
    const idOf = new Map([...places.keys()].flatMap((pointId) => {
      const name = this.#nameOf(pointId)
      return name === undefined ? [] : [[name, pointId]]
    }))
    await this.measurement.newest([...idOf.keys()], (name, newest) => {
      const pointId = idOf.get(name)
      if (pointId !== undefined) put(pointId, newest)
    })
    for (const [pointId, newest] of unforwarded ?? []) put(pointId, newest)
    return result
  }

  async read(pointId: number, from: number, to: number, { asOf }: { asOf?: number } = {}): Promise<Series> {
    let result: Series = EMPTY_SERIES
    await this.readMany(Int32Array.of(pointId), from, to, (_, series) => (result = series))
    return asOf === undefined ? result : this.#asOf(pointId, from, to, result, asOf)
  }

  async readMany(pointIds: Int32Array, from: number, to: number, take: (index: number, series: Series) => void): Promise<void> {
    for (let start = 0; start < pointIds.length; start += POINTS_AT_ONCE) {
      const some = pointIds.subarray(start, start + POINTS_AT_ONCE)
      const read = await this.#readSome(some, from, to)
      some.forEach((pointId, index) => take(start + index, read.get(pointId) ?? EMPTY_SERIES))
    }
  }

  /** What is not forwarded is read first: what the server takes meanwhile is then in one of the two, or in both. */
  async #readSome(pointIds: Int32Array, from: number, to: number): Promise<Map<number, Series>> {
    const local = this.local()
    const unforwarded = await local?.unforwarded(new Map(Array.from(pointIds, (pointId) => [pointId, { from, to }])))
    const found = new Map<number, Series[]>()
    const idOf = new Map<string, number>()
    for (const pointId of pointIds) {
      const name = this.#nameOf(pointId)
      if (name !== undefined) idOf.set(name, pointId)
    }
    await this.measurement.read([...idOf.keys()], from, to, (name, series) => {
      const pointId = idOf.get(name)
      if (pointId === undefined) return
      const list = found.get(pointId)
      if (list === undefined) found.set(pointId, [series])
      else list.push(series)
    })
    for (const [pointId, series] of unforwarded ?? []) found.set(pointId, [...(found.get(pointId) ?? []), series])
    return new Map([...found].map(([pointId, parts]) => [pointId, joined(parts)]))
  }

  #asOf(pointId: number, from: number, to: number, series: Series, asOf: number): Series {
    const revised = Map.groupBy(this.local()?.revisions(pointId, from, to) ?? [], ({ at }) => at)
    const values = series.values.slice()
    const quality = series.quality.slice()
    const recordedAt = series.recordedAt.slice()
    const known = new Uint32Array(series.at.length).map((_, index) => index).filter((index) => {
      const rows = revised.get(series.at[index])
      if (rows === undefined) return recordedAt[index] <= asOf
      const row = rows.findLast((one) => one.recordedAt <= asOf)
      if (row === undefined) return false
      values[index] = row.value ?? NaN
      quality[index] = row.quality
      recordedAt[index] = row.recordedAt
      return true
    })
    return pick({ at: series.at, values, quality, recordedAt }, known)
  }

  /** Hours of [from, to), both full hours: the server's, and where it lacks values of them, from samples. */
  async #hours(pointIds: Int32Array, from: number, to: number): Promise<Map<number, Hours>> {
    const local = this.local()
    const unforwarded = (await local?.unforwarded(new Map(Array.from(pointIds, (pointId) => [pointId, { from, to }])))) ?? new Map<number, Series>()
    const idOf = new Map<string, number>()
    for (const pointId of pointIds) {
      const name = this.#nameOf(pointId)
      if (name !== undefined) idOf.set(name, pointId)
    }
    const result = new Map<number, Hours>()
    await this.measurement.hours([...idOf.keys()], from, to, (name, hours) => {
      const pointId = idOf.get(name)
      if (pointId !== undefined) result.set(pointId, hours)
    })
    for (const [pointId, recent] of unforwarded) {
      const name = this.#nameOf(pointId)
      if (name === undefined) continue
      const hours = result.get(pointId) ?? emptyHours((to - from) / HOUR_MS)
      for (const { start, end } of touched(recent.at)) {
        const first = Math.max(from, start)
        const last = Math.min(to, end)
        rollUp(joined([await this.measurement.readOne(name, first, last), recent]), first, last, hours, (first - from) / HOUR_MS)
      }
      result.set(pointId, hours)
    }
    return result
  }

  async rollup(pointId: number, step: RollupStep, from: number, to: number): Promise<Rollup> {
    const at = stepsOf(step, from, to, this.#timeZone)
    if (at.length === 0) return emptyRollup(at)
    const end = stepEnd(step, at, this.#timeZone)
    const hours = (await this.#hours(Int32Array.of(pointId), at[0], end)).get(pointId)
    return hours === undefined ? emptyRollup(at) : rollupOf(hours, at, end)
  }

  async sumOfMeans(pointIds: Int32Array, step: RollupStep, from: number, to: number): Promise<{ at: Float64Array; sum: Float64Array; points: Float64Array }> {
    const at = stepsOf(step, from, to, this.#timeZone)
    const sum = new Float64Array(at.length)
    const points = new Float64Array(at.length)
    if (at.length === 0) return { at, sum, points }
    const end = stepEnd(step, at, this.#timeZone)
    for (let start = 0; start < pointIds.length; start += POINTS_AT_ONCE) {
      const some = pointIds.subarray(start, start + POINTS_AT_ONCE)
      const hours = await this.#hours(some, at[0], end)
      for (const pointId of some) {
        const one = hours.get(pointId)
        if (one === undefined) continue
        const { mean } = step === 'hour' ? one : rollupOf(one, at, end)
        for (let index = 0; index < at.length; index++) {
          if (mean[index] !== mean[index]) continue
          sum[index] += mean[index]
          points[index]++
        }
      }
    }
    return { at, sum, points }
  }

  /** Time of the oldest value that the server has; NaN if there is none. */
  async firstAt(pointId: number): Promise<number> {
    const name = this.#nameOf(pointId)
    return name === undefined ? NaN : this.measurement.firstAt(name)
  }

  async revisions(pointId: number, from: number, to: number): Promise<readonly Revision[]> {
    return (this.local()?.revisions(pointId, from, to) ?? []).map((row) => ({ ...row, value: row.value ?? NaN }))
  }

  async tail(afterSeq: number, limit: number): Promise<readonly JournalEntry[]> {
    return this.local()?.entriesAfter(afterSeq, limit) ?? []
  }

  async headSeq(): Promise<number> {
    return this.local()?.headSeq ?? 0
  }

  async close(): Promise<void> {
    this.#closed = true
    this.client.close()
    this.#local?.files.close()
    this.#local = undefined
  }
}

/** Stretches of full hours in which these times lie, ascending. */
function touched(at: Float64Array): { start: number; end: number }[] {
  const stretches: { start: number; end: number }[] = []
  for (let index = 0; index < at.length; ) {
    const start = Math.floor(at[index] / HOUR_MS) * HOUR_MS
    let end = start + HOUR_MS
    index = lowerBound(at, end)
    while (index < at.length && at[index] < end + HOUR_MS) {
      end += HOUR_MS
      index = lowerBound(at, end)
    }
    stretches.push({ start, end })
  }
  return stretches
}
