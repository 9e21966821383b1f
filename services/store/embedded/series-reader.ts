import type { StatementSync } from 'node:sqlite'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import { decodeBlock } from '../codec/block.ts'
import type { JournalEntry, Revision, Rollup, RollupStep, Series, TimeSeriesReader } from '../port.ts'
import { between, EMPTY_SERIES, joined, lowerBound, pick } from '../series/columns.ts'
import { entryOf } from '../journal/entry.ts'
import { PointNames } from '../journal/point-names.ts'
import type { StoreFiles } from './files.ts'
import { emptyHours, HOUR_MS, rollUp, type Hours } from '../series/hours.ts'
import { emptyRollup, rollupOf, stepEnd, stepsOf } from '../series/rollup.ts'
import { CHUNK_HOURS, CHUNK_MS, chunkOf, decodeHours, decodeMeans } from './hours.ts'
import { JournalTail } from './tail.ts'

interface BlockRow { fromAt: number; crc: number; payload: Uint8Array }
interface HoursRow { chunkAt: number; mean: Uint8Array; spread: Uint8Array }
interface RevisionRow { at: number; revision: number; value: number | null; quality: number; recordedAt: number; source: string; reason: string | null }
interface LatestRow { pointId: number; at: number; value: number | null; quality: number; recordedAt: number }

/** Reads both files and the tail of the journal. The answers of one call belong together: it runs without a pause. */
export class EmbeddedReader implements TimeSeriesReader {
  readonly #find: () => StoreFiles | undefined
  protected readonly timeZone: string
  #open: Opened | undefined
  #closed = false

  constructor(find: () => StoreFiles | undefined, timeZone: string) {
    this.#find = find
    this.timeZone = timeZone
  }

  /** Caught up with the writer; undefined while there is no store yet. */
  protected opened(): Opened | undefined {
    if (this.#closed) throw new PenfeldError('PF_STORE_CLOSED', 'The store is closed.')
    if (this.#open === undefined) {
      const files = this.#find()
      if (files === undefined) return undefined
      this.#open = new Opened(files)
    }
    this.#open.tail.refresh()
    return this.#open
  }

  async lookup(names: readonly string[]): Promise<Int32Array> {
    const open = this.opened()
    return Int32Array.from(names, (name) => open?.points.idOf(name) ?? -1)
  }

  async names(): Promise<readonly string[]> {
    return this.opened()?.points.all() ?? []
  }

  async latest(pointIds: Int32Array): Promise<Series> {
    return this.opened()?.latest(pointIds) ?? pick(EMPTY_SERIES, new Uint32Array(0))
  }

  async read(pointId: number, from: number, to: number, options: { asOf?: number } = {}): Promise<Series> {
    return this.opened()?.read(pointId, from, to, options.asOf) ?? EMPTY_SERIES
  }

  async readMany(pointIds: Int32Array, from: number, to: number, take: (index: number, series: Series) => void): Promise<void> {
    const open = this.opened()
    for (let index = 0; index < pointIds.length; index++) take(index, open?.read(pointIds[index], from, to) ?? EMPTY_SERIES)
  }

  async rollup(pointId: number, step: RollupStep, from: number, to: number): Promise<Rollup> {
    const at = stepsOf(step, from, to, this.timeZone)
    if (at.length === 0) return emptyRollup(at)
    const end = stepEnd(step, at, this.timeZone)
    const hours = this.opened()?.hours(pointId, at[0], end)
    return hours === undefined ? emptyRollup(at) : rollupOf(hours, at, end)
  }

  async sumOfMeans(pointIds: Int32Array, step: RollupStep, from: number, to: number): Promise<{ at: Float64Array; sum: Float64Array; points: Float64Array }> {
    const at = stepsOf(step, from, to, this.timeZone)
    const sum = new Float64Array(at.length)
    const points = new Float64Array(at.length)
    const open = this.opened()
    if (open === undefined || at.length === 0) return { at, sum, points }
    if (step === 'hour') {
      // Rows mostly have a value every hour: only the edges of rows and the holes are written down, and summed once.
      const edges = new Float64Array(at.length + 1)
      for (const pointId of pointIds) open.addMeans(pointId, at[0], at[0] + at.length * HOUR_MS, sum, points, edges)
      for (let index = 0, rows = 0; index < at.length; index++) points[index] += rows += edges[index]
    } else {
      for (const pointId of pointIds) {
        const { mean } = await this.rollup(pointId, step, from, to)
        for (let index = 0; index < mean.length; index++) {
          if (mean[index] !== mean[index]) continue
          sum[index] += mean[index]
          points[index]++
        }
      }
    }
    return { at, sum, points }
  }

  /** Time of the oldest value; NaN if there is none. */
  async firstAt(pointId: number): Promise<number> {
    return this.opened()?.firstAt(pointId) ?? NaN
  }

  async revisions(pointId: number, from: number, to: number): Promise<readonly Revision[]> {
    return this.opened()?.revisionHistory(pointId, from, to) ?? []
  }

  async tail(afterSeq: number, limit: number): Promise<readonly JournalEntry[]> {
    return this.opened()?.entriesAfter(afterSeq, limit) ?? []
  }

  async headSeq(): Promise<number> {
    return this.opened()?.tail.headSeq ?? 0
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#open?.files.close()
    this.#open = undefined
  }
}

const missing = (length: number) => new Float64Array(length).fill(NaN)

/** The open files with their prepared statements. */
export class Opened {
  readonly files: StoreFiles
  readonly tail: JournalTail
  readonly points: PointNames
  readonly #statement: Record<'blocks' | 'revisions' | 'latest' | 'entries' | 'hours' | 'means' | 'due' | 'version', StatementSync>
  #latest: { version: number; rows: Map<number, LatestRow> } | undefined

  constructor(files: StoreFiles) {
    this.files = files
    const { journal, samples } = files
    this.points = new PointNames(journal)
    this.#statement = {
      blocks: samples.prepare('SELECT fromAt, crc, payload FROM blocks WHERE pointId = ? AND fromAt < ? AND toAt >= ? ORDER BY fromAt'),
      revisions: samples.prepare('SELECT at, revision, value, quality, recordedAt, source, reason FROM revisions WHERE pointId = ? AND at >= ? AND at < ? ORDER BY at, revision'),
      latest: samples.prepare('SELECT pointId, at, value, quality, recordedAt FROM latest'),
      entries: journal.prepare('SELECT seq, recordedAt, source, reason, batch FROM journal WHERE seq > ? ORDER BY seq LIMIT ?'),
      hours: samples.prepare('SELECT chunkAt, mean, spread FROM hours WHERE pointId = ? AND chunkAt >= ? AND chunkAt < ? ORDER BY chunkAt'),
      means: samples.prepare('SELECT chunkAt, mean FROM hours WHERE pointId = ? AND chunkAt >= ? AND chunkAt < ? ORDER BY chunkAt'),
      due: samples.prepare('SELECT chunkAt, fromAt FROM hours_due WHERE pointId = ? AND chunkAt >= ? AND chunkAt < ?'),
      version: samples.prepare('PRAGMA data_version'),
    }
    this.tail = new JournalTail(files)
  }

  /** First values as received, before any revision. */
  firstValues(pointId: number, from: number, to: number): Series {
    const rows = this.#statement.blocks.all(pointId, to, from) as unknown as BlockRow[]
    const parts = rows.map((row) => between(decodeBlock(row.payload, row.crc, `point ${pointId} from ${new Date(row.fromAt).toISOString()}`), from, to))
    const recent = this.tail.series(pointId)
    if (recent !== undefined && recent.latestAt >= from && recent.earliestAt < to) parts.push(between(recent.series(), from, to))
    return joined(parts.filter((series) => series.at.length > 0))
  }

  firstAt(pointId: number): number {
    const packed = this.files.samples.prepare('SELECT min(fromAt) AS at FROM blocks WHERE pointId = ?').get(pointId) as { at: number | null }
    const first = Math.min(packed.at ?? Infinity, this.tail.series(pointId)?.earliestAt ?? Infinity)
    return first === Infinity ? NaN : first
  }

  /** One whole block, for joining small ones. */
  blockAt(pointId: number, fromAt: number): Series {
    const { crc, payload } = this.files.samples.prepare('SELECT crc, payload FROM blocks WHERE pointId = ? AND fromAt = ?').get(pointId, fromAt) as unknown as BlockRow
    return decodeBlock(payload, crc, `point ${pointId} from ${new Date(fromAt).toISOString()}`)
  }

  read(pointId: number, from: number, to: number, asOf?: number): Series {
    let series = this.firstValues(pointId, from, to)
    if (asOf !== undefined) {
      const recordedAt = series.recordedAt
      const known = Uint32Array.from(series.at.keys()).filter((index) => recordedAt[index] <= asOf)
      if (known.length < series.at.length) series = pick(series, known)
    }
    const revised = this.#revisionsOf(pointId, from, to).filter((revision) => asOf === undefined || revision.recordedAt <= asOf)
    if (revised.length === 0) return series
    const changed = { at: series.at, values: series.values.slice(), quality: series.quality.slice(), recordedAt: series.recordedAt.slice() }
    for (const revision of revised) {
      const index = lowerBound(changed.at, revision.at)
      if (changed.at[index] !== revision.at) continue
      changed.values[index] = revision.value ?? NaN
      changed.quality[index] = revision.quality
      changed.recordedAt[index] = revision.recordedAt
    }
    return changed
  }

  /** Later values of revised times, oldest first, packed ones before those of the tail. */
  #revisionsOf(pointId: number, from: number, to: number): Omit<RevisionRow, 'revision'>[] {
    const packed = this.#statement.revisions.all(pointId, from, to) as unknown as RevisionRow[]
    const recent = this.tail.revisions(pointId).filter(({ at }) => at >= from && at < to)
    return recent.length === 0 ? packed : [...packed, ...recent]
  }

  revisionHistory(pointId: number, from: number, to: number): Revision[] {
    const later = this.#revisionsOf(pointId, from, to)
    if (later.length === 0) return []
    const first = this.firstValues(pointId, from, to)
    const byTime = Map.groupBy(later, ({ at }) => at)
    return [...byTime].sort(([left], [right]) => left - right).flatMap(([at, list]) => {
      const index = lowerBound(first.at, at)
      return [
        { at, revision: 0, value: first.values[index], quality: first.quality[index], recordedAt: first.recordedAt[index], source: 'first received', reason: null },
        ...list.map((row, place) => ({ at, revision: place + 1, value: row.value ?? NaN, quality: row.quality, recordedAt: row.recordedAt, source: row.source, reason: row.reason })),
      ]
    })
  }

  latest(pointIds: Int32Array): Series {
    const rows = this.#packedLatest()
    const count = pointIds.length
    const result = { at: missing(count), values: missing(count), quality: new Uint8Array(count).fill(6), recordedAt: missing(count) }
    for (let index = 0; index < count; index++) {
      const pointId = pointIds[index]
      const packed = rows.get(pointId)
      const recent = this.tail.series(pointId)
      if (recent !== undefined && (packed === undefined || recent.latestAt >= packed.at)) {
        const newest = recent.newest()
        result.at[index] = newest.at
        result.values[index] = newest.value
        result.quality[index] = newest.quality
        result.recordedAt[index] = newest.recordedAt
      } else if (packed !== undefined) {
        result.at[index] = packed.at
        result.values[index] = packed.value ?? NaN
        result.quality[index] = packed.quality
        result.recordedAt[index] = packed.recordedAt
      }
      const revision = this.tail.revisions(pointId).findLast(({ at }) => at === result.at[index])
      if (revision !== undefined) {
        result.values[index] = revision.value
        result.quality[index] = revision.quality
        result.recordedAt[index] = revision.recordedAt
      }
    }
    return result
  }

  /** Time of the newest value; -Infinity if there is none. */
  newestAt(pointId: number): number {
    return Math.max(this.#packedLatest().get(pointId)?.at ?? -Infinity, this.tail.latestAt(pointId))
  }

  #packedLatest(): Map<number, LatestRow> {
    // The rows change only when a block is written: a counter of SQLite says whether that happened.
    const { data_version: version } = this.#statement.version.get() as { data_version: number }
    if (this.#latest?.version !== version) {
      const rows = this.#statement.latest.all() as unknown as LatestRow[]
      this.#latest = { version, rows: new Map(rows.map((row) => [row.pointId, row])) }
    }
    return this.#latest.rows
  }

  /** The writer's own commits do not move the counter of its connection. */
  forgetLatest(): void {
    this.#latest = undefined
  }

  entriesAfter(afterSeq: number, limit: number): JournalEntry[] {
    return (this.#statement.entries.all(afterSeq, limit) as unknown as Parameters<typeof entryOf>[0][]).map(entryOf)
  }

  /** From when on the roll-up of each chunk does not hold, because of values not yet rolled up. */
  #staleFrom(pointId: number, from: number, to: number): Map<number, number> {
    const stale = new Map((this.#statement.due.all(pointId, chunkOf(from), to) as unknown as { chunkAt: number; fromAt: number }[]).map((row) => [row.chunkAt, row.fromAt]))
    const recent = this.tail.series(pointId)
    const changed = recent === undefined || recent.length === 0 ? Infinity : recent.earliestAt
    const revised = this.tail.revisions(pointId).reduce((earliest, { at }) => Math.min(earliest, at), changed)
    if (revised < to) {
      for (let chunkAt = Math.max(chunkOf(revised), chunkOf(from)); chunkAt < to; chunkAt += CHUNK_MS) {
        stale.set(chunkAt, Math.min(stale.get(chunkAt) ?? Infinity, Math.max(chunkAt, Math.floor(revised / HOUR_MS) * HOUR_MS)))
      }
    }
    return stale
  }

  /** Hours of [from, to), both full hours: from roll-ups where they hold, from samples elsewhere. */
  hours(pointId: number, from: number, to: number): Hours {
    const result = emptyHours((to - from) / HOUR_MS)
    const stale = this.#staleFrom(pointId, from, to)
    const rows = new Map((this.#statement.hours.all(pointId, chunkOf(from), to) as unknown as HoursRow[]).map((row) => [row.chunkAt, row]))
    for (let chunkAt = chunkOf(from); chunkAt < to; chunkAt += CHUNK_MS) {
      const start = Math.max(from, chunkAt)
      const end = Math.min(to, chunkAt + CHUNK_MS)
      const row = rows.get(chunkAt)
      const kept = row === undefined ? undefined : decodeHours(row.mean, row.spread)
      const holdsTo = kept === undefined ? start : Math.min(end, stale.get(chunkAt) ?? end)
      if (kept !== undefined && holdsTo > start) {
        const place = (start - from) / HOUR_MS
        const first = (start - chunkAt) / HOUR_MS
        const last = (holdsTo - chunkAt) / HOUR_MS
        for (const column of ['mean', 'min', 'max', 'count'] as const) result[column].set(kept[column].subarray(first, last), place)
      }
      const rest = Math.max(start, holdsTo)
      if (rest < end && (row === undefined ? this.#anySamples(pointId, rest, end) : true)) rollUp(this.read(pointId, rest, end), rest, end, result, (rest - from) / HOUR_MS)
    }
    return result
  }

  #anySamples(pointId: number, from: number, to: number): boolean {
    const recent = this.tail.series(pointId)
    return (recent !== undefined && recent.latestAt >= from && recent.earliestAt < to) || this.#statement.blocks.get(pointId, to, from) !== undefined
  }

  /**
   * Adds the hourly means of a point to a running sum: the hot path of sums over hundreds of series. A row counts one point
   * more between its edges, and a hole in it one less.
   */
  addMeans(pointId: number, from: number, to: number, sum: Float64Array, points: Float64Array, edges: Float64Array): void {
    const stale = this.#staleFrom(pointId, from, to)
    let next = from
    for (const row of this.#statement.means.all(pointId, chunkOf(from), to) as unknown as HoursRow[]) {
      const means = stale.has(row.chunkAt) ? undefined : decodeMeans(row.mean)
      if (means === undefined) continue
      const start = Math.max(from, row.chunkAt)
      const end = Math.min(to, row.chunkAt + CHUNK_MS)
      if (next < start) this.#addFromSamples(pointId, next, start, from, sum, points)
      const first = (start - row.chunkAt) / HOUR_MS
      const last = Math.min(CHUNK_HOURS, (end - row.chunkAt) / HOUR_MS)
      const place = (start - from) / HOUR_MS
      edges[place]++
      edges[place + last - first]--
      addRow(means, first, last, sum, points, place)
      next = end
    }
    if (next < to) this.#addFromSamples(pointId, next, to, from, sum, points)
  }

  #addFromSamples(pointId: number, start: number, end: number, from: number, sum: Float64Array, points: Float64Array): void {
    const { mean } = this.hours(pointId, start, end)
    for (let index = 0, place = (start - from) / HOUR_MS; index < mean.length; index++, place++) {
      if (mean[index] !== mean[index]) continue
      sum[place] += mean[index]
      points[place]++
    }
  }
}

function addRow(means: Float64Array, first: number, last: number, sum: Float64Array, points: Float64Array, place: number): void {
  const shift = place - first
  for (let hour = first; hour < last; hour++) {
    const mean = means[hour]
    if (mean === mean) sum[hour + shift] += mean
    else points[hour + shift]--
  }
}
