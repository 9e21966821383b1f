import type { SampleBatch } from '../port.ts'
import { Lines, type LineStarts } from './line-protocol.ts'
import type { RevisedValues } from './revised-values.ts'

/** Part of a journal entry; `seq` 0: not of the journal (an import of history). */
export interface Slice {
  readonly seq: number
  readonly batch: SampleBatch
  readonly recordedAt: number
  /** Where each value has a time of recording of its own. */
  readonly recordedAtOf?: Float64Array | undefined
  readonly from: number
  readonly to: number
}

/** What is sent in one request. */
export interface Parcel {
  readonly slices: readonly Slice[]
  readonly count: number
}

export interface PoisonLine { readonly line: number; readonly why: string }

export const parcelOf = (slices: readonly Slice[]): Parcel => ({ slices, count: slices.reduce((sum, { from, to }) => sum + to - from, 0) })

/** Two parcels of half the lines each. */
export function halves({ slices, count }: Parcel): [Parcel, Parcel] {
  const left: Slice[] = []
  const right: Slice[] = []
  let room = count >> 1
  for (const slice of slices) {
    const here = Math.min(room, slice.to - slice.from)
    if (here > 0) left.push({ ...slice, to: slice.from + here })
    if (slice.from + here < slice.to) right.push({ ...slice, from: slice.from + here })
    room -= here
  }
  return [parcelOf(left), parcelOf(right)]
}

/** Made anew for each attempt: a value revised meanwhile goes with its newest revision, whatever entry carries it. */
export function linesOf({ slices, count }: Parcel, starts: LineStarts, revised: RevisedValues): Lines {
  const lines = new Lines(Math.max(16, count))
  for (const slice of slices) {
    const { batch, from, to, recordedAt } = slice
    if (revised.isEmpty && slice.recordedAtOf === undefined) {
      lines.addBatch(batch, from, to, recordedAt, starts)
      continue
    }
    for (let index = from; index < to; index++) {
      const pointId = batch.pointIds[index]
      const newest = revised.of(pointId, batch.at[index])
      if (newest === undefined) lines.add(starts.of(pointId), batch.at[index], batch.values[index], batch.quality[index], recordedAtOf(slice, index))
      else lines.add(starts.of(pointId), batch.at[index], newest.value, newest.quality, newest.recordedAt, true)
    }
  }
  return lines
}

export const recordedAtOf = (slice: Slice, index: number): number => slice.recordedAtOf?.[index] ?? slice.recordedAt

/** The sample that a line was made of. */
export function sampleOf({ slices }: Parcel, line: number): { slice: Slice; index: number } {
  let rest = line
  for (const slice of slices) {
    const length = slice.to - slice.from
    if (rest < length) return { slice, index: slice.from + rest }
    rest -= length
  }
  throw new RangeError(`no line ${line}`)
}
