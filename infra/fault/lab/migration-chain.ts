/** Migrations of tests alone: what real ones do to a file with rows in it (a column, a table made anew, an index, rows rewritten). */
import type { DatabaseSync } from 'node:sqlite'
import type { FileShape } from '#services/sqlite/migrate.ts'

export const CHAIN_FILE = 'chain.sqlite'
const ROWS = 3_000

export const CHAIN: FileShape = {
  migrations: [
    `CREATE TABLE reading (id INTEGER PRIMARY KEY, value REAL NOT NULL) STRICT;
     WITH RECURSIVE number(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM number WHERE id < ${ROWS}) INSERT INTO reading SELECT id, id FROM number`,
    'ALTER TABLE reading ADD COLUMN note TEXT; UPDATE reading SET value = value * 2, note = \'twice\'',
    `CREATE TABLE renewed (id INTEGER PRIMARY KEY, value REAL NOT NULL, note TEXT NOT NULL) STRICT;
     INSERT INTO renewed SELECT id, value + 1, note FROM reading; DROP TABLE reading; ALTER TABLE renewed RENAME TO reading`,
    'CREATE INDEX reading_by_value ON reading (value); UPDATE reading SET value = value * 10 WHERE id % 2 = 0; DELETE FROM reading WHERE id % 100 = 0',
  ],
}

/** Number of rows and sum of the values at each version: what lies between two of them is none. */
export function chainAt(version: number): { rows: number; sum: number } {
  let [rows, sum] = [0, 0]
  for (let id = 1; version > 0 && id <= ROWS; id++) {
    if (version >= 4 && id % 100 === 0) continue
    const doubled = version >= 2 ? id * 2 : id
    const renewed = version >= 3 ? doubled + 1 : doubled
    rows += 1
    sum += version >= 4 && id % 2 === 0 ? renewed * 10 : renewed
  }
  return { rows, sum }
}

export function chainFound(database: DatabaseSync, version: number): { rows: number; sum: number } {
  if (version === 0) return { rows: 0, sum: 0 }
  return { ...(database.prepare('SELECT count(*) AS rows, coalesce(sum(value), 0) AS sum FROM reading').get() as { rows: number; sum: number }) }
}
