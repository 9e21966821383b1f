import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Names and ids of the points of a journal, read anew when one is asked for that is not known yet: its writer adds to them. */
export class PointNames {
  readonly #newer: StatementSync
  readonly #names: string[] = []
  readonly #ids = new Map<string, number>()

  constructor(journal: DatabaseSync) {
    this.#newer = journal.prepare('SELECT pointId, name FROM points WHERE pointId > ? ORDER BY pointId')
  }

  idOf(name: string): number | undefined {
    if (!this.#ids.has(name)) this.#readNewer()
    return this.#ids.get(name)
  }

  of(pointId: number): string | undefined {
    if (this.#names[pointId - 1] === undefined) this.#readNewer()
    return this.#names[pointId - 1]
  }

  all(): readonly string[] {
    this.#readNewer()
    return this.#names
  }

  #readNewer(): void {
    for (const row of this.#newer.all(this.#names.length) as unknown as { pointId: number; name: string }[]) {
      this.#names[row.pointId - 1] = row.name
      this.#ids.set(row.name, row.pointId)
    }
  }
}
