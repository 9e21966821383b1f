import type { DatabaseSync } from 'node:sqlite'
import { decodeBatch } from '../codec/batch.ts'
import { transaction } from '../journal/transaction.ts'
import type { SampleBatch } from '../port.ts'

const FIRST_POINTS = 1_024

/**
 * Time of the newest value of each point, whether the server answers or not: what is later is new without a question. Kept as one
 * row now and then, and brought up to date from the journal at the start. Unknown for all until the server was asked once.
 */
export class NewestKnown {
  readonly #forwarding: DatabaseSync
  #at = new Float64Array(FIRST_POINTS).fill(-Infinity)
  #serverKnown = false

  constructor(forwarding: DatabaseSync, journal: DatabaseSync) {
    this.#forwarding = forwarding
    const row = forwarding.prepare('SELECT seq, at FROM newest').get() as { seq: number; at: Uint8Array } | undefined
    if (row !== undefined) {
      this.#at = new Float64Array(row.at.slice().buffer)
      this.#serverKnown = true
    }
    for (const entry of journal.prepare('SELECT batch FROM journal WHERE seq > ? ORDER BY seq').iterate(row?.seq ?? 0)) this.add(decodeBatch((entry as { batch: Uint8Array }).batch))
  }

  /** False: what the server holds of points that were not met here is not known. */
  get serverKnown(): boolean {
    return this.#serverKnown
  }

  /** Infinity where nothing may be taken for new without looking. */
  of(pointId: number): number {
    return this.#serverKnown ? this.#at[pointId] ?? -Infinity : Infinity
  }

  set(pointId: number, at: number): void {
    if (pointId >= this.#at.length) {
      const longer = new Float64Array(Math.max(pointId + 1, 2 * this.#at.length)).fill(-Infinity)
      longer.set(this.#at)
      this.#at = longer
    }
    if (at > this.#at[pointId]) this.#at[pointId] = at
  }

  add({ pointIds, at }: SampleBatch): void {
    for (let index = 0; index < pointIds.length; index++) this.set(pointIds[index], at[index])
  }

  /** The server was asked for the newest of all its points. */
  serverTold(seq: number): void {
    this.#serverKnown = true
    this.keep(seq)
  }

  /** Holds with the journal up to `seq`. */
  keep(seq: number): void {
    if (!this.#serverKnown) return
    transaction(this.#forwarding, (database) =>
      database.prepare('INSERT INTO newest VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, at = excluded.at').run(seq, new Uint8Array(this.#at.buffer)))
  }

  /** History goes past the journal: after a crash in the middle of it the server must be asked again. */
  importBegins(): void {
    if (this.#serverKnown) this.#forwarding.exec('DELETE FROM newest')
  }
}
