import type { StatementSync } from 'node:sqlite'
import { entryOf, type JournalRow } from '../journal/entry.ts'
import type { JournalEntry, Revision } from '../port.ts'
import { joined } from '../series/columns.ts'
import type { StoreFiles } from './files.ts'
import { TailSamples, type RecentSeries } from '../journal/tail-samples.ts'

export type TailRevision = Omit<Revision, 'revision'>

/**
 * What the journal holds beyond the packed part, by point, in memory: rebuilt at the start, followed by sequence number.
 * The writer adds to it as it commits; a reader catches up before each answer.
 */
export class JournalTail {
  /** Everything up to here is in blocks. */
  packedSeq = 0
  headSeq = 0
  #erasures: number | undefined
  #samples = new TailSamples()
  /** On their way into blocks: entries up to `#frozenSeq`. They stay readable here until the last of them is there. */
  #frozen = new TailSamples()
  #frozenSeq = 0
  #revisions = new Map<number, (TailRevision & { readonly seq: number })[]>()
  readonly #after: StatementSync
  readonly #packed: StatementSync

  constructor(files: StoreFiles) {
    this.#after = files.journal.prepare('SELECT seq, recordedAt, source, reason, revises, batch FROM journal WHERE seq > ? ORDER BY seq LIMIT 200')
    this.#packed = files.samples.prepare('SELECT packedSeq, erasures FROM cursor')
  }

  /** Catches up with the files. */
  refresh(): void {
    const { packedSeq, erasures } = this.#packed.get() as { packedSeq: number; erasures: number }
    if (packedSeq > this.packedSeq || erasures !== (this.#erasures ??= erasures)) this.forget(packedSeq)
    this.#erasures = erasures
    for (;;) {
      const rows = this.#after.all(this.headSeq) as unknown as JournalRow[]
      for (const row of rows) this.add(entryOf(row), row.revises === 1)
      if (rows.length < 200) return
    }
  }

  add({ seq, batch, recordedAt, source, reason }: JournalEntry, revises: boolean): void {
    this.headSeq = seq
    if (!revises) {
      this.#samples.add(batch, recordedAt)
      return
    }
    const { pointIds, at, values, quality } = batch
    for (let index = 0; index < pointIds.length; index++) {
      const pointId = pointIds[index]
      let list = this.#revisions.get(pointId)
      if (list === undefined) this.#revisions.set(pointId, (list = []))
      list.push({ seq, at: at[index], value: values[index], quality: quality[index], recordedAt, source, reason: reason ?? null })
    }
  }

  /** Entries up to `packedSeq` have become blocks; those after it are read again from the journal by the next `refresh`. */
  forget(packedSeq: number): void {
    this.packedSeq = packedSeq
    this.headSeq = packedSeq
    this.#frozenSeq = packedSeq
    this.#samples.clear()
    this.#frozen.clear()
    this.#revisions.clear()
  }

  /** Puts what is there apart, to be packed while more comes, unless something is apart already. Returns the points it holds. */
  freeze(): IterableIterator<number> {
    if (!this.isFrozen) {
      ;[this.#frozen, this.#samples] = [this.#samples, this.#frozen]
      this.#frozenSeq = this.headSeq
    }
    return this.#frozen.points()
  }

  get isFrozen(): boolean {
    return this.#frozenSeq > this.packedSeq
  }

  frozenSeries(pointId: number): RecentSeries | undefined {
    return this.#frozen.of(pointId)
  }

  frozenRevisions(): [number, TailRevision[]][] {
    return [...this.#revisions].map(([pointId, list]) => [pointId, list.filter(({ seq }) => seq <= this.#frozenSeq)])
  }

  get frozenSeq(): number {
    return this.#frozenSeq
  }

  /** What was frozen is in blocks. */
  dropFrozen(): void {
    this.packedSeq = this.#frozenSeq
    this.#frozen.clear()
    this.#revisions = new Map([...this.#revisions].flatMap(([pointId, list]) => {
      const later = list.filter(({ seq }) => seq > this.#frozenSeq)
      return later.length === 0 ? [] : [[pointId, later]]
    }))
  }

  series(pointId: number): RecentSeries | undefined {
    const frozen = this.#frozen.of(pointId)
    const recent = this.#samples.of(pointId)
    if (frozen === undefined || recent === undefined) return recent ?? frozen
    return {
      length: frozen.length + recent.length,
      earliestAt: Math.min(frozen.earliestAt, recent.earliestAt),
      latestAt: Math.max(frozen.latestAt, recent.latestAt),
      newest: () => (recent.latestAt >= frozen.latestAt ? recent.newest() : frozen.newest()),
      series: () => joined([frozen.series(), recent.series()]),
    }
  }

  latestAt(pointId: number): number {
    return Math.max(this.#frozen.latestAt(pointId), this.#samples.latestAt(pointId))
  }

  revisions(pointId: number): readonly TailRevision[] {
    return this.#revisions.get(pointId) ?? []
  }

  get sampleCount(): number {
    return this.#samples.count
  }

  get pointCount(): number {
    return this.#samples.pointCount
  }
}
