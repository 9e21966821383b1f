import { createHash } from 'node:crypto'
import { openEmbeddedReader } from '#services/store/embedded/index.ts'
import type { StoreContents } from './manifest.ts'

const DAY_MS = 86_400_000

/** Reads every value of a store, and with it the checksum of every block. Throws PF_STORE_CORRUPT. */
export async function contentsOf(storeFolder: string, timeZone: string, progress: (share: number) => void = () => {}): Promise<StoreContents> {
  const reader = await openEmbeddedReader(storeFolder, { timeZone })
  try {
    const names = await reader.names()
    const ids = await reader.lookup(names)
    const hash = createHash('sha256')
    const days = new Map<number, number>()
    let values = 0
    await reader.readMany(ids, -Infinity, Infinity, (index, series) => {
      hash.update(names[index]).update(bytesOf(series.at)).update(bytesOf(series.values)).update(series.quality)
      for (const at of series.at) {
        const day = Math.floor(at / DAY_MS)
        days.set(day, (days.get(day) ?? 0) + 1)
      }
      values += series.at.length
      progress((index + 1) / names.length)
    })
    const valuesByDay = Object.fromEntries([...days].sort(([left], [right]) => left - right).map(([day, count]) => [new Date(day * DAY_MS).toISOString().slice(0, 10), count]))
    return { points: names.length, values, valuesByDay, digest: hash.digest('hex') }
  } finally {
    await reader.close()
  }
}

const bytesOf = (column: Float64Array) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
