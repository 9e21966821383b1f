import type { DatabaseSync } from 'node:sqlite'
import { transaction } from '../journal/transaction.ts'
import type { Acknowledged } from './acknowledged.ts'
import { recordedAtOf, sampleOf, type Parcel, type PoisonLine } from './parcel.ts'

export interface QuarantinedLine {
  readonly id: number
  readonly seq: number
  readonly pointId: number
  readonly at: number
  readonly value: number
  readonly quality: number
  readonly recordedAt: number
  readonly why: string
  readonly putApartRealMs: number
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value)

/** Writes down what the server has taken and which lines it refuses, both in one commit. */
export class ForwardingFile {
  readonly #forwarding: DatabaseSync

  constructor(forwarding: DatabaseSync) {
    this.#forwarding = forwarding
  }

  taken(acknowledged: Acknowledged, entries: readonly number[], parcel: Parcel, poison: readonly PoisonLine[]): void {
    transaction(this.#forwarding, (database) => {
      this.#putApart(parcel, poison)
      const now = Date.now()
      const log = database.prepare('INSERT OR REPLACE INTO taken_times VALUES (?, ?)')
      for (const seq of entries) log.run(seq, now)
      database.prepare('UPDATE cursor SET takenTo = ?').run(acknowledged.upTo)
      database.exec('DELETE FROM taken_spans')
      const insert = database.prepare('INSERT INTO taken_spans VALUES (?, ?)')
      for (const { from, to } of acknowledged.spans) insert.run(from, to)
    })
  }

  #putApart(parcel: Parcel, poison: readonly PoisonLine[]): void {
    const insert = this.#forwarding.prepare('INSERT INTO quarantine (seq, pointId, at, value, quality, recordedAt, why, putApartRealMs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    for (const { line, why } of poison) {
      const { slice, index } = sampleOf(parcel, line)
      insert.run(slice.seq, slice.batch.pointIds[index], slice.batch.at[index], orNull(slice.batch.values[index]), slice.batch.quality[index], recordedAtOf(slice, index), why, Date.now())
    }
  }

  quarantined(limit = 1_000_000): QuarantinedLine[] {
    const rows = this.#forwarding.prepare('SELECT * FROM quarantine ORDER BY id LIMIT ?').all(limit) as unknown as (Omit<QuarantinedLine, 'value'> & { value: number | null })[]
    return rows.map((row) => ({ ...row, value: row.value ?? NaN }))
  }

  quarantinedCount(): number {
    return (this.#forwarding.prepare('SELECT count(*) AS count FROM quarantine').get() as { count: number }).count
  }

  /** The server has taken these after all, or refused them once more with these words. */
  again(taken: readonly number[], refused: readonly { id: number; why: string }[]): void {
    transaction(this.#forwarding, (database) => {
      const remove = database.prepare('DELETE FROM quarantine WHERE id = ?')
      for (const id of taken) remove.run(id)
      const say = database.prepare('UPDATE quarantine SET why = ? WHERE id = ?')
      for (const { id, why } of refused) say.run(why, id)
    })
  }
}
