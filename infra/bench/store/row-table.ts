import { DatabaseSync } from 'node:sqlite'

/** What one would write first: a row a value. The yardstick the embedded store is measured against, in the same run. */
export class RowTable {
  readonly #database: DatabaseSync

  constructor(file: string) {
    this.#database = new DatabaseSync(file)
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    this.#database.exec('CREATE TABLE samples (pointId INTEGER, at INTEGER, value REAL, quality INTEGER, PRIMARY KEY (pointId, at)) WITHOUT ROWID')
  }

  /** One transaction. */
  insert(pointIds: ArrayLike<number>, at: ArrayLike<number>, values: ArrayLike<number>): void {
    const insert = this.#database.prepare('INSERT INTO samples VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING')
    this.#database.exec('BEGIN')
    for (let index = 0; index < at.length; index++) insert.run(pointIds[index], at[index], values[index])
    this.#database.exec('COMMIT')
  }

  read(pointId: number, from: number, to: number): number {
    return this.#database.prepare('SELECT at, value, quality FROM samples WHERE pointId = ? AND at >= ? AND at < ? ORDER BY at').all(pointId, from, to).length
  }

  sumByHour(from: number, to: number): number {
    return this.#database.prepare('SELECT hour, sum(mean) FROM (SELECT pointId, at / 3600000 AS hour, avg(value) AS mean FROM samples WHERE at >= ? AND at < ? GROUP BY pointId, hour) GROUP BY hour').all(from, to).length
  }

  latest(): number {
    return this.#database.prepare('SELECT pointId, max(at), value FROM samples GROUP BY pointId').all().length
  }

  close(): void {
    this.#database.close()
  }
}
