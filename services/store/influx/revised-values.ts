import type { DatabaseSync } from 'node:sqlite'

interface Newest { readonly value: number; readonly quality: number; readonly recordedAt: number; readonly seq: number }

/** Newest values of what was revised and is not all forwarded: an older entry that is sent later must not bring back the old value. */
export class RevisedValues {
  readonly #byPoint = new Map<number, Map<number, Newest>>()

  /** Revisions of entries after `takenTo`, as after a restart. */
  load(journal: DatabaseSync, takenTo: number): void {
    const rows = journal.prepare('SELECT pointId, at, value, quality, recordedAt, seq FROM revisions WHERE seq > ? ORDER BY pointId, at, revision').iterate(takenTo)
    for (const row of rows) {
      const { pointId, at, value, quality, recordedAt, seq } = row as { pointId: number; at: number; value: number | null; quality: number; recordedAt: number; seq: number }
      this.set(pointId, at, { value: value ?? NaN, quality, recordedAt, seq })
    }
  }

  get isEmpty(): boolean {
    return this.#byPoint.size === 0
  }

  of(pointId: number, at: number): Newest | undefined {
    return this.#byPoint.get(pointId)?.get(at)
  }

  set(pointId: number, at: number, newest: Newest): void {
    const known = this.#byPoint.get(pointId)
    if (known === undefined) this.#byPoint.set(pointId, new Map([[at, newest]]))
    else known.set(at, newest)
  }

  forget(takenTo: number): void {
    for (const [pointId, values] of this.#byPoint) {
      for (const [at, { seq }] of values) if (seq <= takenTo) values.delete(at)
      if (values.size === 0) this.#byPoint.delete(pointId)
    }
  }
}
