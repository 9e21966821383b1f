import type { SampleBatch, Series } from '../port.ts'
import { inOrder } from './columns.ts'

const NONE = -1
const FIRST_SAMPLES = 4_096
const FIRST_POINTS = 1_024

/** The recent values of one point. */
export interface RecentSeries {
  readonly length: number
  readonly earliestAt: number
  readonly latestAt: number
  /** The value at `latestAt`; of several the last one that arrived. */
  newest(): { readonly at: number; readonly value: number; readonly quality: number; readonly recordedAt: number }
  /** Ascending in time; of several values of one time the last one that arrived. */
  series(): Series
}

/**
 * Samples of all points in the order of arrival, in a few large columns; each knows the one before it of the same point. Columns
 * of their own for each of 75,000 points cost more in empty space than in samples.
 */
export class TailSamples {
  #count = 0
  #at = new Float64Array(FIRST_SAMPLES)
  #values = new Float64Array(FIRST_SAMPLES)
  #quality = new Uint8Array(FIRST_SAMPLES)
  /** Which batch a sample came with: its time of recording is kept once a batch. */
  #batch = new Int32Array(FIRST_SAMPLES)
  #before = new Int32Array(FIRST_SAMPLES)
  #recordedAt: number[] = []
  /** By point: its newest sample by arrival, how many there are, and their range. */
  #last = new Int32Array(FIRST_POINTS).fill(NONE)
  #lengths = new Int32Array(FIRST_POINTS)
  #earliestAt = new Float64Array(FIRST_POINTS).fill(Infinity)
  #latestAt = new Float64Array(FIRST_POINTS).fill(-Infinity)
  #latest = new Int32Array(FIRST_POINTS)
  #highestPoint = 0

  get count(): number {
    return this.#count
  }

  get pointCount(): number {
    return this.#highestPoint
  }

  add({ pointIds, at, values, quality }: SampleBatch, recordedAt: number): void {
    const first = this.#count
    const total = first + pointIds.length
    if (total > this.#at.length) this.#growSamples(total)
    this.#at.set(at, first)
    this.#values.set(values, first)
    this.#quality.set(quality, first)
    this.#batch.fill(this.#recordedAt.push(recordedAt) - 1, first, total)
    for (let index = 0; index < pointIds.length; index++) {
      const pointId = pointIds[index]
      const time = at[index]
      if (pointId >= this.#last.length) this.#growPoints(pointId + 1)
      if (pointId > this.#highestPoint) this.#highestPoint = pointId
      this.#before[first + index] = this.#last[pointId]
      this.#last[pointId] = first + index
      this.#lengths[pointId]++
      if (time < this.#earliestAt[pointId]) this.#earliestAt[pointId] = time
      if (time >= this.#latestAt[pointId]) {
        this.#latestAt[pointId] = time
        this.#latest[pointId] = first + index
      }
    }
    this.#count = total
  }

  #growSamples(needed: number): void {
    const length = Math.max(needed, Math.ceil(this.#at.length * 1.5))
    this.#at = longer(this.#at, new Float64Array(length))
    this.#values = longer(this.#values, new Float64Array(length))
    this.#quality = longer(this.#quality, new Uint8Array(length))
    this.#batch = longer(this.#batch, new Int32Array(length))
    this.#before = longer(this.#before, new Int32Array(length))
  }

  #growPoints(needed: number): void {
    const length = Math.max(needed, 2 * this.#last.length)
    this.#last = longer(this.#last, new Int32Array(length).fill(NONE))
    this.#lengths = longer(this.#lengths, new Int32Array(length))
    this.#earliestAt = longer(this.#earliestAt, new Float64Array(length).fill(Infinity))
    this.#latestAt = longer(this.#latestAt, new Float64Array(length).fill(-Infinity))
    this.#latest = longer(this.#latest, new Int32Array(length))
  }

  of(pointId: number): RecentSeries | undefined {
    const length = this.#lengths[pointId] ?? 0
    if (length === 0) return undefined
    return {
      length, earliestAt: this.#earliestAt[pointId], latestAt: this.#latestAt[pointId],
      newest: () => {
        const sample = this.#latest[pointId]
        return { at: this.#at[sample], value: this.#values[sample], quality: this.#quality[sample], recordedAt: this.#recordedAt[this.#batch[sample]] }
      },
      series: () => this.#series(pointId),
    }
  }

  latestAt(pointId: number): number {
    return this.#latestAt[pointId] ?? -Infinity
  }

  *points(): IterableIterator<number> {
    for (let pointId = 0; pointId <= this.#highestPoint; pointId++) if (this.#lengths[pointId] > 0) yield pointId
  }

  #series(pointId: number): Series {
    const length = this.#lengths[pointId]
    const series = { at: new Float64Array(length), values: new Float64Array(length), quality: new Uint8Array(length), recordedAt: new Float64Array(length) }
    let ascending = true
    let sample = this.#last[pointId]
    for (let place = length - 1; place >= 0; place--) {
      series.at[place] = this.#at[sample]
      series.values[place] = this.#values[sample]
      series.quality[place] = this.#quality[sample]
      series.recordedAt[place] = this.#recordedAt[this.#batch[sample]]
      if (place + 1 < length && series.at[place] >= series.at[place + 1]) ascending = false
      sample = this.#before[sample]
    }
    return ascending ? series : inOrder(series)
  }

  /** Keeps the room: as much will come again. */
  clear(): void {
    this.#count = 0
    this.#recordedAt = []
    this.#last.fill(NONE)
    this.#lengths.fill(0)
    this.#earliestAt.fill(Infinity)
    this.#latestAt.fill(-Infinity)
  }
}

function longer<Column extends Float64Array | Int32Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from)
  return to
}
