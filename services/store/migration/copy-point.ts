import type { Revision, Series, TimeSeriesStore } from '../port.ts'
import { lowerBound, pick } from '../series/columns.ts'
import { SeriesChecksum } from './checksum.ts'

/** A store of either kind, from which and into which is copied. */
export interface CopiedStore extends TimeSeriesStore {
  firstAt(pointId: number): Promise<number>
  /** InfluxDB: everything is at the server. */
  forwarded?(): Promise<void>
}

export interface CopiedPoint {
  readonly samples: number
  readonly revisions: number
  readonly checksum: string
  /** What the destination gives back. */
  readonly checksumRead: string
  readonly revisionsEqual: boolean
}

const FIRST_WINDOW_MS = 7 * 86_400_000
const FEW_SAMPLES = 50_000
const MANY_SAMPLES = 400_000

/**
 * Copies one series with its revisions, and reads it back. What the destination has already is left as it is, so that a copy that
 * was stopped anywhere goes on: first values by their times, revisions by their number.
 */
export async function copyPoint(from: CopiedStore, fromId: number, into: CopiedStore, intoId: number): Promise<CopiedPoint> {
  const given = new SeriesChecksum()
  const windows: { start: number; end: number; revisions: readonly Revision[] }[] = []
  const first = await from.firstAt(fromId)
  const last = (await from.latest(Int32Array.of(fromId))).at[0]
  let windowMs = FIRST_WINDOW_MS
  for (let start = first; start <= last; ) {
    const end = start + windowMs
    const series = await from.read(fromId, start, end)
    const revisions = await from.revisions(fromId, start, end)
    given.add(series)
    windows.push({ start, end, revisions })
    await copyWindow(series, revisions, into, intoId, start, end)
    if (series.at.length < FEW_SAMPLES) windowMs *= 2
    else if (series.at.length > MANY_SAMPLES) windowMs = Math.max(3_600_000, windowMs / 2)
    start = end
  }
  await into.forwarded?.()
  const read = new SeriesChecksum()
  let revisionsEqual = true
  for (const { start, end, revisions } of windows) {
    read.add(await into.read(intoId, start, end))
    revisionsEqual &&= sameRevisions(revisions, await into.revisions(intoId, start, end))
  }
  return { samples: given.samples, revisions: windows.reduce((sum, { revisions }) => sum + revisions.length, 0), checksum: given.hex, checksumRead: read.hex, revisionsEqual }
}

async function copyWindow(series: Series, revisions: readonly Revision[], into: CopiedStore, pointId: number, start: number, end: number): Promise<void> {
  const there = await into.read(pointId, start, end)
  const byTime = Map.groupBy(revisions, ({ at }) => at)
  const first = { at: series.at, values: series.values.slice(), quality: series.quality.slice(), recordedAt: series.recordedAt.slice() }
  for (const [at, [oldest]] of byTime) {
    const index = lowerBound(first.at, at)
    first.values[index] = oldest.value
    first.quality[index] = oldest.quality
    first.recordedAt[index] = oldest.recordedAt
  }
  const missing = new Uint32Array(first.at.length).map((_, index) => index).filter((index) => there.at[lowerBound(there.at, first.at[index])] !== first.at[index])
  if (missing.length > 0) await into.importSeries(pointId, pick(first, missing), { recordedAt: first.recordedAt[missing[0]], source: 'migration' })
  if (byTime.size === 0) return
  const known = Map.groupBy(await into.revisions(pointId, start, end), ({ at }) => at)
  const pending = [...byTime].map(([at, list]) => list.slice(Math.max(1, known.get(at)?.length ?? 0)).map((revision) => ({ ...revision, at })))
  // The revisions of one time in their order; those of many times that came together in one batch.
  for (let rank = 0; pending.some((list) => list.length > rank); rank++) {
    const together = Map.groupBy(pending.flatMap((list) => list.slice(rank, rank + 1)), ({ recordedAt, source, reason }) => JSON.stringify([recordedAt, source, reason]))
    for (const list of together.values()) {
      const [{ recordedAt, source, reason }] = list
      await into.append({
        pointIds: new Int32Array(list.length).fill(pointId), at: Float64Array.from(list, ({ at }) => at),
        values: Float64Array.from(list, ({ value }) => value), quality: Uint8Array.from(list, ({ quality }) => quality),
      }, { recordedAt, source, ...(reason === null ? {} : { reason }) })
    }
  }
}

/** The first values of both were recorded to the second. */
const sameRevisions = (left: readonly Revision[], right: readonly Revision[]): boolean =>
  left.length === right.length && left.every((one, index) => {
    const other = right[index]
    return one.at === other.at && one.revision === other.revision && Object.is(one.value, other.value) && one.quality === other.quality
      && Math.floor(one.recordedAt / 1_000) === Math.floor(other.recordedAt / 1_000) && one.source === other.source && one.reason === other.reason
  })
