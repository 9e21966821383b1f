import type { DatabaseSync } from 'node:sqlite'
import { decodeBatch, encodeBatch } from '../codec/batch.ts'
import type { JournalRow } from '../journal/entry.ts'
import { same } from '../journal/known.ts'
import { transaction } from '../journal/transaction.ts'
import type { SampleBatch, Series } from '../port.ts'
import { joined, lowerBound } from '../series/columns.ts'
import type { Measurement } from './influxql.ts'
import { REVISES } from './lane.ts'
import type { LocalPart } from './local-part.ts'
import type { RevisedValues } from './revised-values.ts'
import { putBefore } from './revision-rows.ts'

/**
 * Whether what the server has is what a later entry of this very journal brought it: a revision may be sent before the older entry that
 * it revises is decided, and is then no value that was there before.
 */
function isOwnRevision(journal: DatabaseSync) {
  const find = journal.prepare('SELECT 1 FROM revisions WHERE pointId = ? AND at = ? AND seq > ? AND revision > 0 AND value IS ? AND quality = ? LIMIT 1')
  return (pointId: number, at: number, seq: number, value: number, quality: number): boolean => find.get(pointId, at, seq, Number.isNaN(value) ? null : value, quality) !== undefined
}

/**
 * Entries that were taken while the server could not be asked: now that it answers, values that it has already are taken out of
 * them, and other values of times that it has become revisions. Nothing that revises them is sent before this is done.
 */
export async function decideEntries(seqs: readonly number[], journal: DatabaseSync, part: LocalPart, measurement: Measurement, revised: RevisedValues): Promise<void> {
  const isOwn = isOwnRevision(journal)
  for (const seq of seqs) {
    const row = journal.prepare('SELECT seq, recordedAt, source, reason, revises, batch FROM journal WHERE seq = ?').get(seq) as JournalRow | undefined
    if (row === undefined || row.revises < REVISES) continue
    const batch = decodeBatch(row.batch)
    const stored = await ofServer(batch, part, measurement)
    const keep: number[] = []
    const changed: { index: number; before: { value: number; quality: number; recordedAt: number } }[] = []
    for (let index = 0; index < batch.pointIds.length; index++) {
      const series = stored.get(batch.pointIds[index])
      const place = series === undefined ? 0 : lowerBound(series.at, batch.at[index])
      if (series === undefined || series.at[place] !== batch.at[index] || isOwn(batch.pointIds[index], batch.at[index], seq, series.values[place], series.quality[place])) keep.push(index)
      else if (!same(series.values[place], series.quality[place], batch.values[index], batch.quality[index])) {
        keep.push(index)
        changed.push({ index, before: { value: series.values[place], quality: series.quality[place], recordedAt: series.recordedAt[place] } })
      }
    }
    transaction(journal, () => {
      const put = putBefore(journal)
      for (const { index, before } of changed) {
        put(batch.pointIds[index], batch.at[index], before, { value: batch.values[index], quality: batch.quality[index], recordedAt: row.recordedAt, source: row.source, reason: row.reason, seq })
      }
      journal.prepare('UPDATE journal SET revises = ?, batch = ? WHERE seq = ?').run(changed.length > 0 ? REVISES : 0, encodeBatch(only(batch, keep)), seq)
    })
    for (const { index } of changed) {
      if (revised.of(batch.pointIds[index], batch.at[index]) === undefined) revised.set(batch.pointIds[index], batch.at[index], { value: batch.values[index], quality: batch.quality[index], recordedAt: row.recordedAt, seq })
    }
  }
}

async function ofServer({ pointIds, at }: SampleBatch, part: LocalPart, measurement: Measurement): Promise<Map<number, Series>> {
  const ranges = new Map<number, { from: number; to: number }>()
  for (let index = 0; index < pointIds.length; index++) {
    const range = ranges.get(pointIds[index])
    if (range === undefined) ranges.set(pointIds[index], { from: at[index], to: at[index] + 1 })
    else {
      range.from = Math.min(range.from, at[index])
      range.to = Math.max(range.to, at[index] + 1)
    }
  }
  const idOf = new Map<string, number>()
  const wanted = [...ranges].map(([pointId, range]) => {
    const name = part.points.of(pointId)!
    idOf.set(name, pointId)
    return { name, ...range }
  })
  const found = new Map<number, Series[]>()
  await measurement.readRanges(wanted, (name, series) => {
    const pointId = idOf.get(name)
    if (pointId !== undefined) found.set(pointId, [...(found.get(pointId) ?? []), series])
  })
  return new Map([...found].map(([pointId, parts]) => [pointId, joined(parts)]))
}

const only = ({ pointIds, at, values, quality }: SampleBatch, indexes: readonly number[]): SampleBatch => ({
  pointIds: Int32Array.from(indexes, (index) => pointIds[index]), at: Float64Array.from(indexes, (index) => at[index]),
  values: Float64Array.from(indexes, (index) => values[index]), quality: Uint8Array.from(indexes, (index) => quality[index]),
})
