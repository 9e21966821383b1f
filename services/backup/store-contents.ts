import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openEmbeddedReader } from '#services/store/embedded/index.ts'
import { openForReading as openEmbeddedFiles } from '#services/store/embedded/files.ts'
import { openForReading as openInfluxFiles } from '#services/store/influx/files.ts'
import { entryOf, type JournalRow } from '#services/store/journal/entry.ts'
import { storeFolder } from '#services/store/open.ts'
import type { StoreContents } from './manifest.ts'

const DAY_MS = 86_400_000

/** Every store there is below a data folder, read whole; by the name of its folder. Throws PF_STORE_CORRUPT. */
export async function contentsOfStores(dataFolder: string, timeZone: string): Promise<Record<string, StoreContents>> {
  const contents: Record<string, StoreContents> = {}
  for (const kind of ['embedded', 'influx'] as const) {
    for (const store of ['measured', 'derived'] as const) {
      const folder = storeFolder('', store, kind)
      const found = await contentsOf(join(dataFolder, folder), kind, timeZone)
      if (found !== undefined) contents[folder] = found
    }
  }
  return contents
}

/** Undefined: there is no store of this kind, or one of an older version, which its bytes alone vouch for. */
export async function contentsOf(folder: string, kind: 'embedded' | 'influx', timeZone: string): Promise<StoreContents | undefined> {
  if (!existsSync(folder)) return undefined
  if (kind === 'influx') return waitingContents(folder)
  const files = openEmbeddedFiles(folder)
  files?.close()
  return files === undefined ? undefined : embeddedContents(folder, timeZone)
}

/** Every value, and with it the checksum of every block. */
async function embeddedContents(storeFolder: string, timeZone: string): Promise<StoreContents> {
  const reader = await openEmbeddedReader(storeFolder, { timeZone })
  try {
    const names = await reader.names()
    const ids = await reader.lookup(names)
    const hash = createHash('sha256')
    const days = new DayCounts()
    await reader.readMany(ids, -Infinity, Infinity, (index, series) => {
      hash.update(names[index]).update(bytesOf(series.at)).update(bytesOf(series.values)).update(series.quality)
      days.add(series.at)
    })
    return { points: names.length, ...days.told(), digest: hash.digest('hex') }
  } finally {
    await reader.close()
  }
}

/** Before InfluxDB lies what it has not taken yet, and what it took within the last hour. */
function waitingContents(folder: string): StoreContents | undefined {
  const files = openInfluxFiles(folder)
  if (files === undefined) return undefined
  try {
    const hash = createHash('sha256')
    const days = new DayCounts()
    const { points } = files.journal.prepare('SELECT count(*) AS points FROM points').get() as { points: number }
    for (const row of files.journal.prepare('SELECT seq, recordedAt, source, reason, batch FROM journal ORDER BY seq').iterate() as Iterable<unknown> as Iterable<JournalRow>) {
      const { batch } = entryOf(row)
      hash.update(String(row.seq)).update(new Uint8Array(batch.pointIds.buffer, batch.pointIds.byteOffset, batch.pointIds.byteLength)).update(bytesOf(batch.at)).update(bytesOf(batch.values)).update(batch.quality)
      days.add(batch.at)
    }
    return { points, ...days.told(), digest: hash.digest('hex') }
  } finally {
    files.close()
  }
}

/** How many values each day (UTC). */
class DayCounts {
  readonly #days = new Map<number, number>()
  #values = 0

  add(at: Float64Array): void {
    // Values come in order of time mostly: one look-up a day, not one a value.
    let [day, count] = [NaN, 0]
    for (const time of at) {
      const its = Math.floor(time / DAY_MS)
      if (its !== day) {
        this.#count(day, count)
        day = its
        count = 0
      }
      count += 1
    }
    this.#count(day, count)
  }

  #count(day: number, count: number): void {
    if (count === 0) return
    this.#days.set(day, (this.#days.get(day) ?? 0) + count)
    this.#values += count
  }

  told(): { values: number; valuesByDay: Record<string, number> } {
    const ascending = [...this.#days].sort(([left], [right]) => left - right)
    return { values: this.#values, valuesByDay: Object.fromEntries(ascending.map(([day, count]) => [dayName(day), count])) }
  }
}

/** A value may bear a time beyond all dates. */
const dayName = (day: number): string => (Math.abs(day * DAY_MS) <= 8.64e15 ? new Date(day * DAY_MS).toISOString().slice(0, 10) : String(day))
const bytesOf = (column: Float64Array) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
