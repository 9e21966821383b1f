import type { StatementSync } from 'node:sqlite'
import { decodeBatch } from '../codec/batch.ts'
import type { JournalRow } from '../journal/entry.ts'
import type { SampleBatch } from '../port.ts'
import type { Acknowledged } from './acknowledged.ts'
import type { Slice } from './parcel.ts'

interface Open { readonly seq: number; readonly batch: SampleBatch; readonly recordedAt: number; from: number }

/** How an entry came to be: see the table `journal`. */
export const REVISES = 1
export const UNDECIDED = 2

/** A stretch of the journal on its way to the server, oldest first, cut into slices. */
export class Lane {
  #next: number
  /** Last entry; the lane of live values has none. */
  readonly #to: number
  readonly #rowAt: StatementSync
  #open: Open | undefined

  /** `rowAt`: the first entry from a sequence number on, up to another. */
  constructor(rowAt: StatementSync, from: number, to = Number.MAX_SAFE_INTEGER) {
    this.#rowAt = rowAt
    this.#next = from
    this.#to = to
  }

  get next(): number {
    return this.#open?.seq ?? this.#next
  }

  /** What is left becomes a lane of its own, up to `to`; this one goes on after it. */
  split(to: number): Lane {
    const rest = new Lane(this.#rowAt, this.#next, to)
    rest.#open = this.#open
    this.#open = undefined
    this.#next = to + 1
    return rest
  }

  /**
   * Slices of at most `most` samples. Entries that revise, or may, are handed to `apart`: they wait for those before them. `begun`
   * hears of each entry before its first slice.
   */
  take(most: number, taken: Acknowledged, apart: (seq: number, revises: number) => void, begun: (seq: number, samples: number) => void): Slice[] {
    const slices: Slice[] = []
    for (let room = most; room > 0; ) {
      if (this.#open === undefined) {
        const row = this.#rowAt.get(this.#next, this.#to) as JournalRow | undefined
        if (row === undefined) break
        this.#next = row.seq + 1
        if (taken.has(row.seq)) continue
        if (row.revises !== 0) {
          apart(row.seq, row.revises)
          continue
        }
        const batch = decodeBatch(row.batch)
        begun(row.seq, batch.pointIds.length)
        this.#open = { seq: row.seq, batch, recordedAt: row.recordedAt, from: 0 }
      }
      const { seq, batch, recordedAt, from } = this.#open
      const to = Math.min(batch.pointIds.length, from + room)
      slices.push({ seq, batch, recordedAt, from, to })
      room -= to - from
      if (to === batch.pointIds.length) this.#open = undefined
      else this.#open.from = to
    }
    return slices
  }
}
