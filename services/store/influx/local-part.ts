import type { StatementSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { decodeBatch } from '../codec/batch.ts'
import { entryOf, type JournalRow } from '../journal/entry.ts'
import { PointNames } from '../journal/point-names.ts'
import type { JournalEntry, SampleBatch, Series } from '../port.ts'
import { inOrder, joined } from '../series/columns.ts'
import { Acknowledged } from './acknowledged.ts'
import type { InfluxFiles } from './files.ts'
import { RecentEntries } from './recent-entries.ts'

export interface RevisionRow {
  readonly at: number
  readonly revision: number
  readonly value: number | null
  readonly quality: number
  readonly recordedAt: number
  readonly source: string
  readonly reason: string | null
}

const ENTRIES_AT_ONCE = 200
const SAMPLE_BYTES = 21
/** Reading a long backlog gives way to others this often. */
const SCAN_SLICE_MS = 10

/** What lies on this machine: the points, what the server has not taken yet, and every revision. Used by the writer and by readers. */
export class LocalPart {
  readonly files: InfluxFiles
  readonly recent: RecentEntries
  taken = new Acknowledged()
  headSeq = 0
  readonly points: PointNames
  readonly #statement: Record<'entries' | 'revisions' | 'spans' | 'cursor' | 'version' | 'overlapping' | 'batch', StatementSync>
  #version = NaN
  /** While positive nothing is let go of: a look-up at the server is on its way and must not miss what it takes meanwhile. */
  #holds = 0

  constructor(files: InfluxFiles, mostRecentSamples?: number) {
    this.files = files
    this.recent = new RecentEntries(mostRecentSamples)
    const { journal, forwarding } = files
    this.points = new PointNames(journal)
    this.#statement = {
      entries: journal.prepare('SELECT seq, recordedAt, source, reason, revises, batch FROM journal WHERE seq > ? ORDER BY seq LIMIT ?'),
      revisions: journal.prepare('SELECT at, revision, value, quality, recordedAt, source, reason FROM revisions WHERE pointId = ? AND at >= ? AND at < ? ORDER BY at, revision'),
      overlapping: journal.prepare('SELECT seq FROM entry_times WHERE seq > ? AND seq <= ? AND fromAt < ? AND toAt >= ? ORDER BY seq'),
      batch: journal.prepare('SELECT recordedAt, batch FROM journal WHERE seq = ?'),
      spans: forwarding.prepare('SELECT fromSeq, toSeq FROM taken_spans'),
      cursor: forwarding.prepare('SELECT takenTo FROM cursor'),
      version: forwarding.prepare('PRAGMA data_version'),
    }
    this.readTaken()
    this.#startFrom()
  }

  /** A backlog of hours does not fit into memory: only its newest part is taken there. */
  #startFrom(): void {
    this.headSeq = this.taken.upTo
    let samples = 0
    for (const row of this.files.journal.prepare('SELECT seq, length(batch) AS bytes FROM journal WHERE seq > ? ORDER BY seq DESC').iterate(this.taken.upTo)) {
      const { seq, bytes } = row as { seq: number; bytes: number }
      samples += bytes / SAMPLE_BYTES
      if (samples <= this.recent.capacity) continue
      this.headSeq = seq
      break
    }
    this.recent.onDiskTo = this.headSeq
  }

  /** Catches up with the files. */
  refresh(): void {
    const { data_version: version } = this.#statement.version.get() as { data_version: number }
    if (version !== this.#version) {
      this.#version = version
      this.readTaken()
      this.letGo()
    }
    for (;;) {
      const rows = this.#statement.entries.all(this.headSeq, ENTRIES_AT_ONCE) as unknown as JournalRow[]
      for (const row of rows) {
        this.headSeq = row.seq
        if (!this.taken.has(row.seq)) this.recent.add(row.seq, decodeBatch(row.batch), row.recordedAt)
      }
      if (rows.length < ENTRIES_AT_ONCE) return
    }
  }

  /** How far the server has it, as the writer has written it down. */
  readTaken(): void {
    const { takenTo } = this.#statement.cursor.get() as { takenTo: number }
    this.taken = new Acknowledged(takenTo, (this.#statement.spans.all() as unknown as { fromSeq: number; toSeq: number }[]).map(({ fromSeq: from, toSeq: to }) => ({ from, to })))
  }

  added(seq: number, batch: SampleBatch, recordedAt: number): void {
    this.headSeq = seq
    this.recent.add(seq, batch, recordedAt)
  }

  letGo(): void {
    if (this.#holds === 0) this.recent.drop(this.taken)
  }

  async holding<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#holds++
    try {
      return await work()
    } finally {
      this.#holds--
      this.letGo()
    }
  }

  entriesAfter(afterSeq: number, limit: number): JournalEntry[] {
    return (this.#statement.entries.all(afterSeq, limit) as unknown as JournalRow[]).map(entryOf)
  }

  revisions(pointId: number, from: number, to: number): RevisionRow[] {
    return this.#statement.revisions.all(pointId, from, to) as unknown as RevisionRow[]
  }

  get isAllRecent(): boolean {
    return this.recent.onDiskTo <= this.taken.upTo
  }

  /** What the server may not have yet of some points, from the journal where memory does not hold it. */
  async unforwarded(ranges: ReadonlyMap<number, { readonly from: number; readonly to: number }>): Promise<Map<number, Series>> {
    const recent = new Map<number, Series>()
    const collect = (into: Map<number, Series>) => {
      for (const [pointId, { from, to }] of ranges) {
        const one = this.recent.read(pointId, from, to)
        if (one !== undefined) into.set(pointId, one)
      }
      return into
    }
    if (this.isAllRecent) return collect(recent)
    const onDisk = await this.#onDisk(ranges)
    for (const [pointId, series] of collect(recent)) onDisk.set(pointId, joined([...(onDisk.has(pointId) ? [onDisk.get(pointId)!] : []), series]))
    return onDisk
  }

  /** The newest value of each point that the server may not have yet. */
  async newestUnforwarded(pointIds: Int32Array): Promise<Map<number, Series>> {
    const newest = new Map<number, Series>()
    const late = new Set<number>()
    for (const pointId of pointIds) {
      const at = this.recent.latestAt(pointId)
      if (at > -Infinity) newest.set(pointId, this.recent.read(pointId, at, at + 1)!)
      if (!this.isAllRecent) late.add(pointId)
    }
    if (late.size === 0) return newest
    const latest = new Map<number, { at: number; value: number; quality: number; recordedAt: number }>()
    await this.#scan(-Infinity, Infinity, (recordedAt, { pointIds: ids, at, values, quality }) => {
      for (let index = 0; index < ids.length; index++) {
        if (!late.has(ids[index]) || !(at[index] >= (latest.get(ids[index])?.at ?? -Infinity))) continue
        latest.set(ids[index], { at: at[index], value: values[index], quality: quality[index], recordedAt })
      }
    })
    for (const [pointId, { at, value, quality, recordedAt }] of latest) {
      const known = newest.get(pointId)
      if (known !== undefined && known.at[0] >= at) continue
      newest.set(pointId, { at: Float64Array.of(at), values: Float64Array.of(value), quality: Uint8Array.of(quality), recordedAt: Float64Array.of(recordedAt) })
    }
    return newest
  }

  async #onDisk(ranges: ReadonlyMap<number, { readonly from: number; readonly to: number }>): Promise<Map<number, Series>> {
    let earliest = Infinity, last = -Infinity
    for (const { from, to } of ranges.values()) {
      earliest = Math.min(earliest, from)
      last = Math.max(last, to)
    }
    const found = new Map<number, { at: number[]; values: number[]; quality: number[]; recordedAt: number[] }>()
    await this.#scan(earliest, last, (recordedAt, { pointIds, at, values, quality }) => {
      for (let index = 0; index < pointIds.length; index++) {
        const range = ranges.get(pointIds[index])
        if (range === undefined || at[index] < range.from || at[index] >= range.to) continue
        let one = found.get(pointIds[index])
        if (one === undefined) found.set(pointIds[index], (one = { at: [], values: [], quality: [], recordedAt: [] }))
        one.at.push(at[index])
        one.values.push(values[index])
        one.quality.push(quality[index])
        one.recordedAt.push(recordedAt)
      }
    })
    return new Map([...found].map(([pointId, { at, values, quality, recordedAt }]) => [pointId, inOrder({
      at: Float64Array.from(at), values: Float64Array.from(values), quality: Uint8Array.from(quality), recordedAt: Float64Array.from(recordedAt),
    })]))
  }

  /** Entries that are in the journal alone, oldest first, in slices. */
  async #scan(from: number, to: number, take: (recordedAt: number, batch: SampleBatch) => void): Promise<void> {
    let pauseAt = performance.now() + SCAN_SLICE_MS
    for (const { seq } of this.#statement.overlapping.all(this.taken.upTo, this.recent.onDiskTo, to, from) as unknown as { seq: number }[]) {
      if (this.taken.has(seq)) continue
      const row = this.#statement.batch.get(seq) as { recordedAt: number; batch: Uint8Array } | undefined
      if (row === undefined) continue
      take(row.recordedAt, decodeBatch(row.batch))
      if (performance.now() < pauseAt) continue
      await turn()
      pauseAt = performance.now() + SCAN_SLICE_MS
    }
  }
}
