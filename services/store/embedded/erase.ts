import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { encodeBlock } from '../codec/block.ts'
import { transaction } from '../journal/transaction.ts'
import type { Series } from '../port.ts'
import { lowerBound, part } from '../series/columns.ts'
import type { StoreFiles } from './files.ts'
import { chunkOf } from './hours.ts'
import type { Opened } from './series-reader.ts'

/** Points of one slice: values that come in wait no longer. */
const POINTS_AT_ONCE = 16

/**
 * Takes values out of the samples file and of the memory, after they were taken out of the journal, so that no byte of them is left: blocks
 * are cut (`secure_delete` overwrites what they leave), roll-ups are made again from what stays. Returns how many values and
 * revisions went. Done twice it finds nothing the second time; after a crash in between it is to be done again.
 */
export async function eraseValues(files: StoreFiles, opened: Opened, points: ReadonlySet<number>, from: number, to: number): Promise<number> {
  let removed = 0
  for (const pointId of points) removed += tailValues(opened, pointId, from, to)
  // What the memory holds is read again from the journal as it is now; other processes do so when they see the counter move.
  opened.tail.forget(opened.tail.packedSeq)
  opened.tail.refresh()
  const all = [...points]
  for (let start = 0; start < all.length; start += POINTS_AT_ONCE) {
    transaction(files.samples, (samples) => {
      for (const pointId of all.slice(start, start + POINTS_AT_ONCE)) removed += eraseFromBlocks(samples, opened, pointId, from, to)
      samples.prepare('UPDATE cursor SET erasures = erasures + 1').run()
    })
    opened.forgetLatest()
    await pause(0)
  }
  return removed
}

function tailValues({ tail }: Opened, pointId: number, from: number, to: number): number {
  const recent = tail.series(pointId)?.series()
  const fresh = recent === undefined ? 0 : lowerBound(recent.at, to) - lowerBound(recent.at, from)
  return fresh + tail.revisions(pointId).filter(({ at }) => from <= at && at < to).length
}

function eraseFromBlocks(samples: DatabaseSync, opened: Opened, pointId: number, from: number, to: number): number {
  const rows = samples.prepare('SELECT fromAt FROM blocks WHERE pointId = ? AND fromAt < ? AND toAt >= ?').all(pointId, to, from) as { fromAt: number }[]
  const drop = samples.prepare('DELETE FROM blocks WHERE pointId = ? AND fromAt = ?')
  const insert = samples.prepare('INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?)')
  const keep = (series: Series) => {
    const count = series.at.length
    if (count === 0) return
    const { payload, crc } = encodeBlock(series)
    insert.run(pointId, series.at[0], series.at[count - 1], count, crc, payload)
  }
  let removed = 0
  for (const { fromAt } of rows) {
    const series = opened.blockAt(pointId, fromAt)
    const [start, end] = [lowerBound(series.at, from), lowerBound(series.at, to)]
    if (start === end) continue
    drop.run(pointId, fromAt)
    keep(part(series, 0, start))
    keep(part(series, end, series.at.length))
    removed += end - start
  }
  removed += Number(samples.prepare('DELETE FROM revisions WHERE pointId = ? AND at >= ? AND at < ?').run(pointId, from, to).changes)
  if (removed === 0) return 0
  const chunks = samples.prepare('DELETE FROM hours WHERE pointId = ? AND chunkAt >= ? AND chunkAt < ? RETURNING chunkAt').all(pointId, chunkOf(from), to) as { chunkAt: number }[]
  const due = samples.prepare('INSERT INTO hours_due VALUES (?, ?, ?) ON CONFLICT (pointId, chunkAt) DO UPDATE SET fromAt = excluded.fromAt')
  for (const { chunkAt } of chunks) due.run(pointId, chunkAt, chunkAt)
  renewLatest(samples, opened, pointId, from, to)
  return removed
}

/** The newest value of the blocks is kept apart: it goes with them. */
function renewLatest(samples: DatabaseSync, opened: Opened, pointId: number, from: number, to: number): void {
  const gone = samples.prepare('DELETE FROM latest WHERE pointId = ? AND at >= ? AND at < ?').run(pointId, from, to).changes > 0
  const { at } = samples.prepare('SELECT max(toAt) AS at FROM blocks WHERE pointId = ?').get(pointId) as { at: number | null }
  if (!gone || at === null) return
  const { values, quality, recordedAt } = opened.read(pointId, at, at + 1)
  samples.prepare('INSERT INTO latest VALUES (?, ?, ?, ?, ?)').run(pointId, at, Number.isNaN(values[0]) ? null : values[0]!, quality[0]!, recordedAt[0]!)
}
