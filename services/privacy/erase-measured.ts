import type { District } from '#models/district/schema.ts'
import type { AppliedEdits } from '#services/editing/applied-edits.ts'
import type { CollectStatusStore } from '#services/ingest/collect-status.ts'
import type { TimeSeriesStore } from '#services/store/port.ts'
import type { ErasedSpan } from './port.ts'
import { bringingFolders, dropFilesNaming, namesInFiles } from './taken-files.ts'

export interface MeasuredPlaces {
  readonly district: District
  readonly store: Pick<TimeSeriesStore, 'lookup' | 'erase'>
  readonly status: Pick<CollectStatusStore, 'eraseQuarantined'>
  readonly applied: Pick<AppliedEdits, 'erase'>
  readonly importInbox: string
}

/** Names that the store has never seen hold nothing. */
export async function eraseNames(store: Pick<TimeSeriesStore, 'lookup' | 'erase'>, names: readonly string[], from: number, to: number): Promise<number> {
  const ids = (await store.lookup(names)).filter((id) => id > 0)
  return ids.length === 0 ? 0 : store.erase(ids, from, to)
}

/**
 * For what comes again every night: where nothing is left no file is rewritten. Answers of a read are those of the whole store, so that
 * nothing that can be read is passed over.
 */
export async function eraseWhatIsThere(store: Pick<TimeSeriesStore, 'lookup' | 'erase' | 'readMany'>, names: readonly string[], from: number, to: number): Promise<number> {
  const ids = (await store.lookup(names)).filter((id) => id > 0)
  const filled: number[] = []
  await store.readMany(ids, from, to, (index, { at }) => { if (at.length > 0) filled.push(ids[index]!) })
  return filled.length === 0 ? 0 : store.erase(Int32Array.from(filled), from, to)
}

/** What the retention takes of the same places. */
export const createMeasuredRetention = ({ store, status, applied }: Pick<MeasuredPlaces, 'status' | 'applied'> & { readonly store: Pick<TimeSeriesStore, 'lookup' | 'erase' | 'readMany'> }) => async ({ points, from, to }: Pick<ErasedSpan, 'points' | 'from' | 'to'>): Promise<number> =>
  (await eraseWhatIsThere(store, points, from, to)) + (await status.eraseQuarantined(points, from, to)) + (await applied.erase(points, from, to))

/** Everything that collect owns of some measurement points: the store, what was put apart, what edits replaced, files that brought it. */
export const createMeasuredErasing = ({ district, store, status, applied, importInbox }: MeasuredPlaces) => async ({ points, from, to }: Pick<ErasedSpan, 'points' | 'from' | 'to'>): Promise<number> => {
  const removed = await eraseNames(store, points, from, to)
  dropFilesNaming(bringingFolders(district, importInbox), namesInFiles(district, points))
  return removed + (await status.eraseQuarantined(points, from, to)) + (await applied.erase(points, from, to))
}
